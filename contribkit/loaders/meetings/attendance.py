"""Who did what in which meeting: what several notes and calendars tell of it, put together."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from urllib.parse import quote

from contribkit.ids import linked_refs
from contribkit.loaders.git.pull_requests import People
from contribkit.loaders.meetings.calendars import Occurrence
from contribkit.loaders.meetings.notes import ATTENDED, Meeting, Mention
from contribkit.tables import grouped

Row = dict[str, Any]
# Words of titles that tell no meeting from another.
_COMMON = "the and for meeting meetings notes archive minutes team call weekly monthly"
# The start of an item of an agenda that says who brought it: "[name=Ada] ...", "Ada (10 min): ...", "@ada: ...".
_BROUGHT = re.compile(r"(?:\[name=(?P<tag>[^\]\n]{1,60})\]|(?P<name>@?[\w.' -]{1,60}?)\s*(?:\([^)\n]{1,40}\)\s*)?:)\s")


@dataclass(frozen=True)
class NotesFile:
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
class Attendance:
    """A meeting of an upstream project: its thread, and what people did there."""

    row: Row
    day: date
    project: str
    place: str  # the file that tells of it; empty for a calendar
    hours: float | None
    at: str  # a day or a time
    did: dict[str, list[str]] = field(default_factory=dict)  # acts of members, by login
    attendees: set[str] = field(default_factory=set)  # everybody
    said: dict[str, str] = field(default_factory=dict)  # items of the agenda that a member brought
    has_logins: bool = True

    def is_same(self, other: "Attendance") -> bool:
        """Return whether another file's meeting of the same project and day is this one: by its title or people."""
        fewer, more = sorted((self.attendees, other.attendees), key=len)
        is_part = fewer <= more and (len(fewer) > 1 or fewer == more != set())
        return self.place != other.place and (self.row["title"] == other.row["title"] or is_part)


def in_notes(document: NotesFile, meetings: list[Meeting], people: People, hours: float | None) -> Iterator[Attendance]:
    """Yield the meetings of a document, with what members did in each."""
    days = Counter[date]()
    for meeting in meetings:
        if not meeting.people:
            continue
        days[meeting.day] += 1
        further = f"-{days[meeting.day]}" if days[meeting.day] > 1 else ""
        row = document.row | {"ref": f"notes:{document}#{meeting.day}{further}", "title": meeting.title}
        if "url" in row and meetings[1:]:
            row["url"] += f"#{_anchor(meeting.heading)}"
        # What many talk about is not what each works for: threads of the own side are in the words of who brought them.
        links = linked_refs("\n".join(words for words, _ in meeting.passages))
        row["links_out"] = [ref for ref in links if not people.organisation.is_own_side(ref)]
        one = Attendance(row, meeting.day, document.project, str(document), hours, str(meeting.day))
        one.has_logins = any(mention.logins for mention in meeting.people)
        named = _Named(meeting, people)
        for who, act in named.did:
            if act == ATTENDED or who.startswith("@"):
                one.attendees.add(who.casefold())
            login = people.organisation.member(who[1:]) if who.startswith("@") else None
            if login and act not in one.did.setdefault(login, []):
                one.did[login].append(act)
                one.said[login] = named.items.get(who, "")
        yield one


class _Named:
    """Who is meant by names in notes of a meeting: "Note taker: Ada" and "Ada: my topic" mean the only Ada who came."""

    def __init__(self, meeting: Meeting, people: People) -> None:
        found = [(_who(mention, people), mention) for mention in meeting.people]
        self._names: dict[str, set[str]] = {}
        for who, mention in found:
            if mention.act == ATTENDED:
                name, member = " ".join(mention.fields[:1]), people.organisation.members.get(who[1:])
                names = {who.lstrip("@"), name, name.split(" ")[0], *((member.name,) if member else ())}
                for word in map(str.casefold, names):
                    self._names.setdefault(word, set()).add(who)
        self.did = [(who if mention.logins else self._only(who), mention.act) for who, mention in found]
        self.items: dict[str, str] = {}  # of the agenda, that link to threads, by who brought them
        below = grouped((above for _, above in meeting.passages), (words for words, _ in meeting.passages))
        for words, _ in meeting.passages:
            if (match := _BROUGHT.match(words)) and linked_refs(item := "\n".join([words, *below.get(words, [])])):
                who = self._only((match["tag"] or match["name"]).strip().lstrip("@"))
                self.items[who] = "\n\n".join(filter(None, (self.items.get(who), item)))

    def _only(self, name: str) -> str:
        """Return the only one who came of a name, or the name."""
        same = self._names.get(name.casefold(), set())
        return next(iter(same)) if len(same) == 1 else name


def _who(mention: Mention, people: People) -> str:
    """Return the login of somebody whom notes name, behind an @, or else the name."""
    org = people.organisation
    for login in mention.logins:
        if login.casefold() not in people.organisations:
            return f"@{org.canonical(login)}"
    name = mention.fields[0].lstrip("@") if mention.fields else ""
    # Logins may be written without their @. Many have the same first name: that alone says nobody.
    found = [org.member(words) for words in mention.fields[1:] if not mention.logins]
    found += [org.member_by_name(name)] if " " in name else []
    return next((f"@{login}" for login in found if login), name)


def _anchor(heading: str) -> str:
    """Return what GitHub calls a heading in addresses."""
    return quote(re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-"))


def each_once(found: Iterable[Attendance]) -> list[Attendance]:
    """Return each meeting once, with all that several files tell of it."""
    kept: dict[tuple[str, date], list[Attendance]] = {}
    for one in found:
        here = kept.setdefault((one.project, one.day), [])
        same = next(filter(one.is_same, here), None)
        if same is None:
            here.append(one)
            continue
        same.attendees |= one.attendees
        same.said = one.said | same.said
        same.row["links_out"] = [*dict.fromkeys([*same.row["links_out"], *one.row["links_out"]])]
        for login, acts in one.did.items():
            same.did[login] = [*dict.fromkeys([*same.did.get(login, []), *acts])]
    return [one for meetings in kept.values() for one in meetings]


def with_calendars(noted: list[Attendance], occurrences: list[tuple[str, Occurrence]]) -> list[Attendance]:
    """Give meetings of notes the hours and titles of calendars, and return those of calendars that no notes tell of.

    They belong together on one day in one project, if their titles have a word in common or if there is no other one.
    Where notes name people, a calendar adds nobody: to accept is not to attend.
    """
    by_day = grouped(((one.project, one.day) for one in noted), noted)
    further = dict[str, Attendance]()
    for (project, day), here in grouped(((project, one.day) for project, one in occurrences), occurrences).items():
        notes = [(one, _words(one.row["title"], project)) for one in by_day.get((project, day), [])]
        is_only = len({event.key for _, event in here}) == 1
        for _, event in here:
            alike = [one for one, words in notes if words & _words(event.title, project)]
            alike = alike or [one for one, _ in notes if is_only]
            if len(alike) == 1:
                alike[0].hours = event.hours or alike[0].hours
                if event.title and not event.calendar.private:
                    alike[0].row["title"] = event.title
            elif event.members:
                row = {"ref": f"calendar:{event.key}#{day}", "title": event.title, "stated_upstream": project}
                at = event.at.isoformat() if event.at else str(day)
                new = Attendance(row | {"private": False}, day, project, "", event.hours, at)
                one = further.setdefault(row["ref"], new)
                one.did |= {login: [ATTENDED] for login in event.members}
                one.row["private"] |= event.calendar.private
    return [*further.values()]


def _words(title: str, project: str) -> set[str]:
    """Return the words by which meetings of a project are told apart."""
    return (
        {*re.findall(r"[^\W\d_]{3,}", title.casefold())}
        - {*_COMMON.split()}
        - {*re.findall(r"\w+", project.casefold())}
    )


def acts(one: Attendance) -> Iterator[Row]:
    """Yield what members did in a meeting; its hours are counted once a person."""
    for login, done in one.did.items():
        for number, act in enumerate(done):
            yield {
                "ref": one.row["ref"], "actor": login, "act": act, "at": one.at, "whole_day": len(one.at) == 10,
                "hours": None if number else one.hours, "source": "meetings",
                "text": (one.said.get(login) or None) if not number else None,
            }  # fmt: skip
