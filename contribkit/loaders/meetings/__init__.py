"""The `meetings` source: who attended meetings of upstream projects, as notes in Markdown and calendars tell it."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

import pandas as pd

from contribkit.config.models import Hours, Table
from contribkit.config.organisation import Organisation
from contribkit.config.patterns import matches
from contribkit.config.toml import validate_settings
from contribkit.errors import ContribkitError
from contribkit.ids import linked_refs, repository_of
from contribkit.loaders.git.documents import LARGEST, read_texts
from contribkit.loaders.git.pull_requests import People
from contribkit.loaders.git.repository import Repository
from contribkit.loaders.meetings.notes import ATTENDED, Meeting, Mention, read_meetings
from contribkit.loaders.source import Finding, Loaded, file_findings, matching_paths
from contribkit.period import Period
from contribkit.tables import ACTS, REFERENCES, THREADS, conform
from contribkit.text import pluralise
from contribkit.vocabulary import Kind

_SUBJECT = "sources.meetings"
Row = dict[str, Any]


class Settings(Table):
    """``[sources.meetings]``: clones with notes and where in them; files, and whose meetings these are of."""

    clones: list[str] = []
    paths: list[str] = ["*meeting*", "*minutes*", "*notes*"]
    private: list[str] = []
    files: list[str] = []
    upstream: str = ""
    hours: Hours | None = None


@dataclass(frozen=True)
class _Document:
    """A file of notes: its repository, if it is in one, its path, and what is known of each thread from it."""

    place: str
    path: str
    text: str
    row: Row
    project: str
    is_upstream: bool = True
    is_own_side: bool = False

    def __str__(self) -> str:
        return f"{self.place}/{self.path}" if self.place else self.path


@dataclass
class _Meeting:
    """A meeting of an upstream project: its thread, and what people did."""

    row: Row
    day: date
    document: _Document
    did: dict[str, list[str]] = field(default_factory=dict)  # acts of members, by login
    attendees: set[str] = field(default_factory=set)  # everybody
    has_logins: bool = True

    def is_same(self, other: "_Meeting") -> bool:
        """Return whether another file's meeting of the same project and day is this one."""
        fewer, more = sorted((self.attendees, other.attendees), key=len)
        return self.row["title"] == other.row["title"] or (fewer <= more and (len(fewer) > 1 or fewer == more != set()))


def check(organisation: Organisation) -> None:
    """Raise `ContribkitError` where a clone or a file cannot be read, or is not there."""
    answer = Loaded()
    _documents(organisation, _settings(organisation), answer)
    if answer.broken:
        raise ContribkitError(answer.broken[0])


def load(organisation: Organisation, period: Period | None) -> Loaded:
    """Read all notes, those of earlier periods too: one thread a meeting, and an act for what each member did there."""
    settings, answer, people = _settings(organisation), Loaded(), People(organisation)
    today = datetime.now(ZoneInfo(organisation.timezone)).date()
    found, references = list[_Meeting](), list[Row]()
    for document in _documents(organisation, settings, answer):
        meetings, undated = read_meetings(document.text, document.path)
        if undated:
            said = f"{document}: {pluralise(undated, 'attendee')} of meetings without a day"
            answer.notes.append(f"{said}; write the day into the heading above them, such as 2026-06-02")
        past = [meeting for meeting in meetings if meeting.day <= today]
        if document.is_upstream:
            found += _meetings(document, past, people)
        if document.is_own_side:
            references += (row for meeting in past for row in _references(document, meeting, organisation))
    kept, known = _each_once(found), {"kind": str(Kind.MEETING), "source": "meetings"}
    rows = [one.row | known | {"participants": [*one.did]} for one in kept]
    acts = [act for one in kept for act in _acts(one, settings.hours)]
    answer.threads = conform(pd.DataFrame(rows), THREADS)
    answer.acts = conform(pd.DataFrame(acts), ACTS, organisation.timezone)
    answer.references = conform(pd.DataFrame(references), REFERENCES, organisation.timezone)
    answer.notes += _doubts(found)
    return answer


def diagnose(organisation: Organisation) -> list[Finding]:
    """Report what cannot be read, what is ignored, and how many meetings there are."""
    return file_findings(_SUBJECT, load(organisation, None))


def has_references(organisation: Organisation) -> bool:
    """Return whether there are notes of the organisation's own."""
    return any(document.is_own_side for document in _documents(organisation, _settings(organisation), Loaded()))


def _settings(organisation: Organisation) -> Settings:
    settings = validate_settings(Settings, "meetings", organisation.sources["meetings"])
    if not (settings.clones or settings.files):
        fix = 'write clones = ["clones/*team-compass"]'
        raise ContribkitError(f"contribkit.toml: [sources.meetings] names no notes; {fix}")
    if settings.files or settings.upstream:
        if not settings.upstream:
            fix = 'write upstream = "JupyterHub"'
            raise ContribkitError(f"contribkit.toml: [sources.meetings] says not whose meetings files are of; {fix}")
        organisation.project(settings.upstream)
    return settings


def _documents(organisation: Organisation, settings: Settings, answer: Loaded) -> list[_Document]:
    found = [*_in_clones(organisation, settings, answer)]
    for path in matching_paths(organisation, "meetings", settings.files):
        try:
            text = read_file(path).decode("utf-8-sig", errors="replace").replace("\r\n", "\n")
        except ContribkitError as error:
            answer.broken.append(str(error))
            continue
        name = str(path).removeprefix(f"{organisation.root}/")
        project = organisation.project(settings.upstream).name
        found.append(_Document("", name, text, {"stated_upstream": project, "private": False}, project))
    return found


def read_file(path: Path) -> bytes:
    """Return what is in a file, if that is not too large."""
    try:
        if path.stat().st_size > LARGEST * 10:
            raise ContribkitError(f"{path}: has more than {LARGEST // 100_000} MB; name the right file")
        return path.read_bytes()
    except OSError as error:
        raise ContribkitError(f"{path}: cannot be read ({error.strerror})") from error


def _in_clones(organisation: Organisation, settings: Settings, answer: Loaded) -> Iterator[_Document]:
    patterns = [pattern.replace("**/", "*") for pattern in settings.paths]
    for folder in matching_paths(organisation, "meetings", settings.clones):
        if not folder.is_dir() and folder.name not in map(_last_part, settings.clones):
            continue  # READMEs and the like may lie beside clones; a file that is named itself is a mistake
        try:
            repository = Repository(folder)
            repository.check()
            name = repository.name(organisation) or ""
            is_upstream, is_own_side = bool(name) and organisation.is_in_scope(name), organisation.is_own_side(name)
            looked_at = is_upstream or is_own_side
            texts = read_texts(repository, lambda path: matches(patterns, path)) if looked_at else {}
        except ContribkitError as error:
            answer.broken.append(str(error))
            continue
        if not looked_at:
            said = f"{name or folder.name} is neither an upstream project nor our own: its notes are ignored"
            answer.notes.append(f"{said}; add it to [[upstream]] or to own, or leave the clone out")
        elif not texts:
            listed = ", ".join(f'"{pattern}"' for pattern in settings.paths)
            answer.notes.append(f"{name}: no Markdown file matches paths = [{listed}]; say there where the notes are")
        row = {"repo": name, "private": matches(settings.private, name)}
        project = organisation.upstream_of(name)
        for path, text in texts.items():
            url = f"https://github.com/{name}/blob/HEAD/{quote(path)}"
            whose = project.name if project else name
            yield _Document(name, path, text, row | {"url": url}, whose, is_upstream, is_own_side)


def _last_part(pattern: str) -> str:
    return Path(pattern).name


def _meetings(document: _Document, meetings: list[Meeting], people: People) -> Iterator[_Meeting]:
    """Yield the meetings of a document, with what members did in each."""
    days = Counter[date]()
    for meeting in meetings:
        days[meeting.day] += 1
        further = f"-{days[meeting.day]}" if days[meeting.day] > 1 else ""
        row = document.row | {"ref": f"notes:{document}#{meeting.day}{further}", "title": meeting.title}
        if "url" in row and meetings[1:]:
            row["url"] += f"#{_anchor(meeting.heading)}"
        row["links_out"] = linked_refs("\n".join(words for words, _ in meeting.passages))
        one = _Meeting(row, meeting.day, document, has_logins=any(mention.logins for mention in meeting.people))
        for who, act in _who_did(meeting, people):
            if act == ATTENDED or who.startswith("@"):
                one.attendees.add(who.casefold())
            login = people.organisation.member(who[1:]) if who.startswith("@") else None
            if login and act not in one.did.setdefault(login, []):
                one.did[login].append(act)
        yield one


def _who_did(meeting: Meeting, people: People) -> Iterator[tuple[str, str]]:
    """Yield everybody whom notes name, and what they did; "Note taker: Ada" means the only Ada who came."""
    found = [(_who(mention, people), mention) for mention in meeting.people]
    came: dict[str, set[str]] = {}
    for who, mention in found:
        if mention.act == ATTENDED and mention.fields:
            came.setdefault(mention.fields[0].split(" ")[0].casefold(), set()).add(who)
    for who, mention in found:
        namesakes = came.get(who.casefold(), set()) if mention.act != ATTENDED else set()
        yield (next(iter(namesakes)) if len(namesakes) == 1 else who), mention.act


def _who(mention: Mention, people: People) -> str:
    """Return the login of somebody whom notes name, behind an @, or else the name."""
    org = people.organisation
    for login in mention.logins:
        if login.casefold() not in people.organisations:
            return f"@{org.canonical(login)}"
    name = mention.fields[0].lstrip("@") if mention.fields else ""
    # Logins may be written without their @. A first name alone says nobody, unless contribkit.toml names it so.
    found = [org.member(words) for words in mention.fields[1:] if not mention.logins]
    found += [org.member_by_name(name) if " " in name else org.member_named("notes", name)]
    return next((f"@{login}" for login in found if login), name)


def _anchor(heading: str) -> str:
    """Return what GitHub calls a heading in addresses."""
    return quote(re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-"))


def _each_once(found: Iterable[_Meeting]) -> list[_Meeting]:
    """Unite what several files tell of one meeting: of one project and day, with the same title or people."""
    kept: dict[tuple[str, date], list[_Meeting]] = {}
    for one in found:
        here = kept.setdefault((one.document.project, one.day), [])
        same = next((other for other in here if other.document != one.document and one.is_same(other)), None)
        if same is None:
            here.append(one)
            continue
        same.attendees |= one.attendees
        for login, acts in one.did.items():
            same.did[login] = [*dict.fromkeys([*same.did.get(login, []), *acts])]
    return [one for meetings in kept.values() for one in meetings if one.did]


def _acts(one: _Meeting, hours: float | None) -> Iterator[Row]:
    for login, acts in one.did.items():
        for number, act in enumerate(acts):
            yield {
                "ref": one.row["ref"], "actor": login, "act": act, "at": str(one.day), "whole_day": True,
                "hours": None if number else hours, "source": "meetings",
            }  # fmt: skip


def _references(document: _Document, meeting: Meeting, organisation: Organisation) -> Iterator[Row]:
    """Yield a reference for each thread of others that notes of the organisation's own link to."""
    texts: dict[str, list[tuple[str, str]]] = {}
    for words, above in meeting.passages:
        for ref in linked_refs(words):
            if not organisation.is_own(repository_of(ref)):
                texts.setdefault(ref, []).append((words, above))
    for ref, found in texts.items():
        yield document.row | {
            "ref": ref, "source": document.place, "kind": "document", "id": f"{document.path}#{meeting.day}",
            "date": str(meeting.day), "title": meeting.title, "direction": "in",
            "text": "\n\n".join(words for words, _ in found),
            "context": "\n\n".join(dict.fromkeys(above for _, above in found if above)),
        }  # fmt: skip


def _doubts(found: list[_Meeting]) -> Iterator[str]:
    """Yield what a reader should know of the notes, each with the first place."""
    if nameless := [one for one in found if one.attendees and not one.has_logins]:
        said = f"{pluralise(len(nameless), 'meeting')} without logins, where members are found by their full names only"
        yield f"{said} (first: {nameless[0].row['ref']}); write logins, such as @ada-example"
    if twice := [one for one in found if re.search(r"#\d{4}-\d\d-\d\d-\d+$", one.row["ref"]) and one.attendees]:
        said = f"{pluralise(len(twice), 'further meeting')} on the same day in one file, each counted"
        yield f"{said} (first: {twice[0].row['ref']}); if they are one meeting, give them the same heading"
