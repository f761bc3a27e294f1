"""The `meetings` source: who attended meetings of upstream projects, as notes in Markdown and calendars tell it."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

import pandas as pd
from pydantic import ConfigDict

from contribkit.config.models import Hours, Table
from contribkit.config.organisation import Organisation
from contribkit.config.patterns import matches
from contribkit.config.toml import validate_settings
from contribkit.errors import ContribkitError
from contribkit.ids import linked_refs, repository_of
from contribkit.loaders.git.documents import read_texts
from contribkit.loaders.git.pull_requests import People
from contribkit.loaders.git.repository import Repository
from contribkit.loaders.meetings.attendance import Attendance, NotesFile, acts, each_once, in_notes, with_calendars
from contribkit.loaders.meetings.calendars import Calendar, Occurrence, find_libraries, read_calendar, read_file
from contribkit.loaders.meetings.notes import Meeting, read_meetings
from contribkit.loaders.source import Finding, Loaded, file_findings, matching_paths, warning
from contribkit.period import Period
from contribkit.tables import ACTS, REFERENCES, THREADS, conform
from contribkit.text import pluralise
from contribkit.vocabulary import Kind

_SUBJECT = "sources.meetings"
_NOTE = "meetings are known only as far as notes name who came"
_PERIODS = 4  # of calendars: rules of repetition have no end, and a review compares its period with three before it


class Settings(Table):
    """``[sources.meetings]``: clones with notes, and where in them; files, and of whose meetings; calendars."""

    model_config = ConfigDict(hide_input_in_errors=True)  # an address may hold a secret

    clones: list[str] = []
    paths: list[str] = ["*meeting*", "*minutes*", "*notes*"]
    private: list[str] = []
    files: list[str] = []
    upstream: str = ""
    hours: Hours | None = None
    calendars: list[Calendar] = []


def check(organisation: Organisation) -> None:
    """Raise `ContribkitError` where a clone or a file cannot be read, or is not there; asks no host."""
    settings, answer = _settings(organisation), Loaded()
    _documents(organisation, settings, answer)
    for calendar in settings.calendars:
        calendar.address if calendar.is_remote else read_file(organisation.root / calendar.file)
    if answer.broken:
        raise ContribkitError(answer.broken[0])


def load(organisation: Organisation, period: Period | None) -> Loaded:
    """Read all notes, those of earlier periods too, and of calendars a period and those before it.

    There is one thread a meeting, and an act for what each member did there.
    """
    settings, answer, people = _settings(organisation), Loaded(), People(organisation)
    today = datetime.now(ZoneInfo(organisation.timezone)).date()
    found, references = list[Attendance](), list[dict[str, Any]]()
    for document in _documents(organisation, settings, answer):
        meetings, undated = read_meetings(document.text, document.path)
        if undated:
            said = f"{document}: {pluralise(undated, 'attendee')} of meetings without a day"
            answer.notes.append(f"{said}; write the day into the heading above them, such as 2026-06-02")
        past = [meeting for meeting in meetings if meeting.day <= today]
        if document.is_upstream:
            found += in_notes(document, past, people, settings.hours)
        if document.is_own_side:
            references += (row for meeting in past for row in _references(document, meeting, organisation))
    united = each_once(found)
    united += with_calendars(united, [*_occurrences(organisation, settings, period, answer.broken)])
    kept, known = [one for one in united if one.did], {"kind": str(Kind.MEETING), "source": "meetings"}
    threads = pd.DataFrame([one.row | known | {"participants": [*one.did]} for one in kept])
    answer.threads = conform(threads, THREADS)
    answer.acts = conform(pd.DataFrame([act for one in kept for act in acts(one)]), ACTS, organisation.timezone)
    answer.references = conform(pd.DataFrame(references), REFERENCES, organisation.timezone)
    answer.notes += [*_doubts(found), *([_NOTE] if found and period else ())]
    return answer


def diagnose(organisation: Organisation) -> list[Finding]:
    """Report what cannot be read, what is ignored or doubtful with its fix, and how many meetings there are."""
    answer = load(organisation, None)
    doubts = [warning(_SUBJECT, *note.split("; ", 1)) for note in answer.notes]
    return [*doubts, *file_findings(_SUBJECT, replace(answer, notes=[]))]


def has_references(organisation: Organisation) -> bool:
    """Return whether there are notes of the organisation's own."""
    return any(document.is_own_side for document in _documents(organisation, _settings(organisation), Loaded()))


def _settings(organisation: Organisation) -> Settings:
    settings = validate_settings(Settings, "meetings", organisation.sources["meetings"])
    if not (settings.clones or settings.files or settings.calendars):
        fix = 'write clones = ["clones/*team-compass"]'
        raise ContribkitError(f"contribkit.toml: [sources.meetings] names no notes; {fix}")
    if settings.files and not settings.upstream:
        fix = 'write upstream = "JupyterHub"'
        raise ContribkitError(f"contribkit.toml: [sources.meetings] says not whose meetings files are of; {fix}")
    for name in filter(None, (settings.upstream, *(calendar.upstream for calendar in settings.calendars))):
        organisation.project(name)
    if settings.calendars:
        find_libraries()
    return settings


def _occurrences(
    organisation: Organisation, settings: Settings, period: Period | None, broken: list[str]
) -> Iterator[tuple[str, Occurrence]]:
    """Yield the meetings of calendars, until now, each with its project."""
    period = period or Period("last quarter", organisation.timezone)
    start, end = period.last(_PERIODS)[0].start, min(period.end, datetime.now(UTC))
    for calendar in settings.calendars if start < end else ():
        project = organisation.project(calendar.upstream).name
        for occurrence in read_calendar(calendar, organisation, (start, end), broken):
            yield project, occurrence


def _documents(organisation: Organisation, settings: Settings, answer: Loaded) -> list[NotesFile]:
    found = [*_in_clones(organisation, settings, answer)]
    for path in matching_paths(organisation, "meetings", settings.files):
        try:
            text = read_file(path).decode("utf-8-sig", errors="replace").replace("\r\n", "\n")
        except ContribkitError as error:
            answer.broken.append(str(error))
            continue
        name = str(path).removeprefix(f"{organisation.root}/")
        project = organisation.project(settings.upstream).name
        found.append(NotesFile("", name, text, {"stated_upstream": project, "private": False}, project))
    return found


def _in_clones(organisation: Organisation, settings: Settings, answer: Loaded) -> Iterator[NotesFile]:
    patterns = [pattern.replace("**/", "*") for pattern in settings.paths]
    for folder in matching_paths(organisation, "meetings", settings.clones):
        if not folder.is_dir() and folder.name not in [Path(pattern).name for pattern in settings.clones]:
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
            yield NotesFile(name, path, text, row | {"url": url}, whose, is_upstream, is_own_side)


def _references(document: NotesFile, meeting: Meeting, organisation: Organisation) -> Iterator[dict[str, Any]]:
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


def _doubts(found: list[Attendance]) -> Iterator[str]:
    """Yield what a reader should know of the notes, each with the first place."""
    if nameless := [one for one in found if one.attendees and not one.has_logins]:
        said = f"{pluralise(len(nameless), 'meeting')} without logins, where members are found by their full names only"
        yield f"{said} (first: {nameless[0].row['ref']}); write logins, such as @ada-example"
    if twice := [one for one in found if re.search(r"#\d{4}-\d\d-\d\d-\d+$", one.row["ref"]) and one.attendees]:
        said = f"{pluralise(len(twice), 'further meeting')} on the same day in one file, each counted"
        yield f"{said} (first: {twice[0].row['ref']}); if they are one meeting, give them the same heading"
