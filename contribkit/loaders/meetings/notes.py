"""Meeting notes in Markdown: the meetings of a document, and who attended, facilitated or took notes."""

import re
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from pathlib import PurePosixPath
from typing import Any, NamedTuple

import mistune

from contribkit.ids import LOGIN
from contribkit.loaders.git.documents import front_matter
from contribkit.vocabulary import ACTS_OF, Kind

ATTENDED, FACILITATED, TOOK_NOTES = ACTS_OF[Kind.MEETING]
_LONGEST = 500  # characters of a heading or an item that are looked at
_NOBODY = ""  # what people in a list did who did not come, or of whom it is not about

_MONTH = (
    r"(?P<month>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?"
    r"|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\b\.?"
)
_DAY, _YEAR = r"(?<!\d)(?P<day>\d{1,2})(?:st|nd|rd|th)?\b", r"(?:,?[ -]+(?P<year>20\d\d)(?!\d))?"
_DATES = [
    re.compile(r"(?<!\d)(?P<year>20\d\d)(?P<sign>[-/._])(?P<month>\d{1,2})(?P=sign)(?P<day>\d{1,2})(?!\d)"),
    re.compile(rf"{_DAY}(?: of)?[ -]+{_MONTH}{_YEAR}", re.IGNORECASE),
    re.compile(rf"\b{_MONTH}[ -]+{_DAY}{_YEAR}", re.IGNORECASE),
]
_ONLY_MONTH = re.compile(rf"\W*{_MONTH}\W*(?:20\d\d)?\W*", re.IGNORECASE)
_DATE_LINE = re.compile(r"\W*(?:meeting )?date\W*:(.*)", re.IGNORECASE)
_NO_TITLE = re.compile(r"\b(?:mon|tues|wednes|thurs|fri|satur|sun)day\b|T?\d\d:\d\dZ?|[\W\d_]", re.IGNORECASE)
_NOT_HELD = re.compile(r"\b(?:no meeting|cancel?led)\b|^\W*(?:next|upcoming)\b", re.IGNORECASE)  # in a heading
_NO_MEETING = re.compile(r"\W*(?:no meeting|(?:(?:this |the )?meeting (?:was |is )?)?cancel?led)\b", re.IGNORECASE)

# What a list is about, as its heading or label says; with no word of another event, as in "Attendees of the summit".
_ATTENDANCE = r"check|att?end(?:ees?|ance|ants|ing|ed)|participants?|participating|present|roll|welcome|introductions?"
_ABSENCE = r"absen(?:t|ces?|tees?)|apolog(?:y|ies)|regrets?|excused|not|unable"
_FILLING = (
    "a add all also and at attend attendees attending attendance away be breaker call community core for from "
    "github guests handle handles here hub hello hi ice icebreaker in is join list make meeting member members "
    "name names note of observers online other others our people person present please remote roll send sends "
    "sent sign s team the this to today us was welcome who your yourself"
)
_ABOUT = {
    act: re.compile(rf"(?=.*\b(?:{words})\b)(?:(?:{words}|{'|'.join(_FILLING.split())})\b\W*)+", re.IGNORECASE)
    for act, words in ((_NOBODY, _ABSENCE), (ATTENDED, _ATTENDANCE))
}
_EXPECTED = re.compile(r"\b(?:invited|invitees|expected|rsvp|tentative|planned|proposed)\b", re.IGNORECASE)
_SIGN_IN = re.compile(r"\b(?:sign in below|who(?: is|.?s| was) here|roll.?call)\b", re.IGNORECASE)
# Of one person in a list of attendees.
_ABSENT = re.compile(
    r"\b(?:absent|apolog(?:y|ies)|regrets|excused|unable to|(?:not|n.t|cannot) (?:be able to )?"
    r"(?:attend|attending|present|make|making|join|joining|here|come|coming))\b",
    re.IGNORECASE,
)
_ROLE_WORDS = {
    FACILITATED: r"facilitat(?:ors?|ing|ed by)|(?:co-?)?chair(?:s|ed by)?|moderat(?:ors?|ed by)|hosts?",
    TOOK_NOTES: r"note.?tak(?:ers?|ing)|notes (?:taken )?by|scribes?|minutes (?:taken )?by|minute.?takers?",
}
_ROLES = {act: re.compile(rf"(?:meeting |today's )?(?:{words})", re.IGNORECASE) for act, words in _ROLE_WORDS.items()}
_ROLE_OF_ATTENDEE = {
    act: re.compile(rf"[(\[,/|–—-]\s*(?:{words})\s*(?:[)\],/|]|$)", re.IGNORECASE) for act, words in _ROLE_WORDS.items()
}

# A login is that of somebody who came where a name or nothing is before it, and nothing or a further field after it:
# not in "thanks to @ada for the cake", nor in an address.
_FIELDS = re.compile(r"[/|,;()\[\]–—]| - ")
_LOGIN = re.compile(rf"(?<![\w.@])@({LOGIN})(?=\s*(?:$|[^\w\s@.?!'’-]|[.!]\s*$|- |and\b|at\b|from\b))")
_SEVERAL = re.compile(r"[,;&]|\band\b")
_PARTICLES = {"van", "der", "den", "de", "von", "da", "di", "la", "le", "el", "bin"}
_NO_NAMES = {"thanks", "thank", "hi", "cc", "ask", "ping", "with", "for", "see"}
_PROFILE = re.compile(rf"https?://(?:www\.)?github\.com/({LOGIN})/?")
_COLUMNS = [  # of tables: logins, names, and whether they came
    re.compile(words, re.IGNORECASE)
    for words in (
        "git.?hub|handle|login|user.?name|account", "name|who|attendee|participant|person|member",
        "present|attended|attending|here",
    )
]  # fmt: skip
_NOT_PRESENT = {"", "no", "n", "-", "–", "✗", "✘", "❌", "absent", "regrets", "false", "0"}

Token = dict[str, Any]
_parse = mistune.create_markdown(renderer=None, plugins=["table", "task_lists", "strikethrough"])


class Mention(NamedTuple):
    """A person whom notes name: what they did, logins as written, and the name with what stands beside it."""

    act: str
    logins: tuple[str, ...]
    fields: tuple[str, ...]


@dataclass
class Meeting:
    """A meeting that notes tell of."""

    day: date
    title: str
    heading: str
    is_cancelled: bool
    people: list[Mention] = field(default_factory=list)
    passages: list[tuple[str, str]] = field(default_factory=list)  # words, and what stands above them


def find_day(text: str, year: int | None = None) -> date | None:
    """Return the first day that a text names, in any usual spelling; one without a year is in `year`."""
    for pattern in _DATES:
        for match in pattern.finditer(text):
            month = match["month"].casefold()
            number = int(month) if month.isdigit() else "janfebmaraprmayjunjulaugsepoctnovdec".find(month[:3]) // 3 + 1
            with suppress(ValueError):  # 31 June, or no year at all
                return date(int(match["year"] or year or 0), number, int(match["day"]))
    return None


def read_meetings(text: str, path: str) -> tuple[list[Meeting], int]:
    """Return the meetings of a document, and how many logins it has in lists of attendees without a day."""
    front, body = front_matter(text)
    reader = _Reader(path, front, [*_blocks(_parse(body))])
    return [meeting for meeting in reader.meetings.values() if not meeting.is_cancelled], reader.undated


class _Reader:
    """Goes through the blocks of a document, and keeps in mind of which meeting they are, and what lists are about."""

    def __init__(self, path: str, front: dict[str, Any], blocks: list[Token]) -> None:
        headings = [(block["attrs"]["level"], _text(block)) for block in blocks if block["type"] == "heading"]
        first = headings[0][1] if headings else PurePosixPath(path).stem
        named = front["title"] if isinstance(front.get("title"), str) else first
        self.document = named if _NO_TITLE.sub("", _undated(named)) else "Meeting"
        years = {*re.findall(r"(?<!\d)20\d\d(?!\d)", f"{path} {first}")}
        self.year = int(years.pop()) if len(years) == 1 else None
        # Meetings have headings of one level, above lists of who came; a date further down is of what was talked about.
        levels, lists, last = Counter[int](), Counter[int](), 0
        for level, words in headings:
            if find_day(words, self.year):
                levels[last := level] += 1
            lists[last] += _act_of(words) == ATTENDED
        self.level = max(levels, key=lambda level: (lists[level], levels[level], -level), default=None)
        self.meetings: dict[tuple[date, str], Meeting] = {}
        self.current: Meeting | None = None
        self.heading, self.act, self.undated = "", _NOBODY, 0
        day = find_day(path) or find_day(str(front.get("date")))
        self.has_date_lines = self.level is None and day is None
        if self.level is None and day:
            self._begin(day, self.document)
        readers = {"heading": self._heading, "paragraph": self._paragraph, "list": self._list, "table": self._table}
        for block in blocks:
            if block["type"] in readers:
                readers[block["type"]](block)

    def _begin(self, day: date, heading: str) -> None:
        """Go on with a meeting: a new one, or the one with the same heading, such as one for the agenda alone."""
        if (day, heading) not in self.meetings:
            title = heading if _NO_TITLE.sub("", _undated(heading)) else f"{self.document}, {heading or day}"
            self.meetings[day, heading] = Meeting(
                day, " ".join(title.split()), heading, bool(_NOT_HELD.search(heading))
            )
        self.current = self.meetings[day, heading]

    def _heading(self, block: Token) -> None:
        self.heading, level = _text(block)[:_LONGEST], block["attrs"]["level"]
        day = find_day(self.heading, self.year)
        if level == self.level and day:
            self._begin(day, self.heading)
        elif self.level and (level < self.level or (level == self.level and _is_other(self.heading))):
            self.current = None
        self.act = _act_of(self.heading) or _NOBODY

    def _paragraph(self, block: Token) -> None:
        if self.current and not self.current.people and _NO_MEETING.match(_text(block)):
            self.current.is_cancelled = True
        people = self.act  # of a heading, or of a line before
        for line in _text(block).split("\n"):
            if self._line(line):
                people = self.act
            elif people and len(parts := _SEVERAL.split(line)) and all(map(_may_be_name, parts)):
                self._say_all(parts, people)
        self._keep(_text(block, addresses=True), self.heading)

    def _line(self, line: str) -> bool:
        """Take a line that says of a list what it is about, or names people itself; return whether it does."""
        if self.has_date_lines and (said := _DATE_LINE.match(line)) and (day := find_day(said[1], self.year)):
            self._begin(day, self.heading)
            return True
        label, colon, rest = line.partition(":") if not line.rstrip().endswith(":") else (line.rstrip()[:-1], ":", "")
        act = _act_of(label)
        if not rest.strip():
            act = _NOBODY if act is None and colon else act
            self.act = self.act if act is None else act
        elif act:
            self._say_all(_SEVERAL.split(rest), act)
        return act is not None

    def _list(self, block: Token, above: str = "") -> None:
        before = self.act
        for item in block["children"]:
            own = [part for part in item["children"] if part["type"] != "list"]
            words = "".join(map(_text, own)).strip()
            is_label = self._line(words.split("\n")[0])
            if not is_label and before and item.get("attrs", {}).get("checked", True):
                self._item(words, before)
            whole = "".join(_text(part, addresses=True) for part in own).strip()
            self._keep(whole, above or self.heading)
            # Below a label, such as "Remote:", are people; below a person are their words.
            self.act = (self.act or before) if is_label and words.endswith(":") else _NOBODY
            for part in item["children"]:
                if part["type"] == "list":
                    self._list(part, whole)
            self.act = before

    def _item(self, words: str, act: str) -> None:
        """Take an item of a list of people: one person with further fields, or several without."""
        several = len(_LOGIN.findall(words)) > 1 and not re.search(r"[/|]", words)
        for part in _SEVERAL.split(words) if several else [words]:
            self._say_all([part], act)
            self._say_all([part], *(role for role, pattern in _ROLE_OF_ATTENDEE.items() if pattern.search(part)))

    def _table(self, block: Token) -> None:
        head, *body = (
            [_text(cell).strip() for cell in row["children"]]
            for part in block["children"]
            for row in ([part] if part["type"] == "table_head" else part["children"])
        )
        logins, names, presence = (
            [place for place, cell in enumerate(head) if column.search(cell)] for column in _COLUMNS
        )
        if self.act or any(re.search("attendee|participant", cell, re.IGNORECASE) for cell in head):
            for row in body:
                found = tuple(
                    row[place].removeprefix("@") for place in logins if re.fullmatch(f"@?{LOGIN}", row[place])
                )
                fields = tuple(row[place] for place in names if place not in logins)
                if not any(row[place].casefold() in _NOT_PRESENT for place in presence) and not any(
                    map(_ABSENT.search, row)
                ):
                    self._say(Mention(self.act or ATTENDED, found, fields))
        for row in body:
            self._keep(" | ".join(row), self.heading)

    def _say_all(self, parts: list[str], *acts: str) -> None:
        for words in parts:
            words = re.sub(r"https?://\S+", "", words[:_LONGEST]).strip()
            logins = tuple(match[1] for match in _LOGIN.finditer(words) if _is_name(words[: match.start()]))
            fields = (part.strip(" *_:.`\n") for part in _FIELDS.split(words))
            for act in acts if words and not _ABSENT.search(words) else ():
                self._say(Mention(act, logins, tuple(filter(None, fields))))

    def _say(self, mention: Mention) -> None:
        if self.current:
            self.current.people.append(mention)
        else:
            self.undated += bool(mention.logins)

    def _keep(self, words: str, above: str) -> None:
        if self.current:
            self.current.passages.append((words.strip(), above))


def _is_other(heading: str) -> bool:
    """Return whether a heading is that of a month, or of a day that there is not, such as 32 August."""
    return bool(_ONLY_MONTH.fullmatch(heading)) or any(pattern.search(heading) for pattern in _DATES)


def _undated(text: str) -> str:
    """Return a text without the days that it names."""
    for pattern in _DATES:
        text = pattern.sub("", text)
    return text


def _act_of(label: str) -> str | None:
    """Return what people did who are named below or after a label; empty if they did not come, None for others."""
    if _EXPECTED.search(label):
        return _NOBODY
    if _SIGN_IN.search(label):
        return ATTENDED
    label = re.sub(r":\w+:|\([^)]*\)", "", label[:_LONGEST])  # the names of pictures, and remarks
    label = re.sub(r"[\W_]+", " ", label).strip()
    known = (act for act, pattern in (*_ABOUT.items(), *_ROLES.items()) if pattern.fullmatch(label))
    return next(known, None)


def _is_name(words: str) -> bool:
    """Return whether what stands before a login, in its field, may be a name."""
    before = _FIELDS.split(words)[-1].split()
    fine = (word[:1].isupper() or not word[:1].isalpha() or word in _PARTICLES for word in before)
    return "@" not in "".join(before) and all(fine) and not _NO_NAMES & {word.casefold().strip(":,") for word in before}


def _may_be_name(words: str) -> bool:
    """Return whether a part of a line is no more than a login, a name, or both."""
    name, at, login = re.sub(r"\([^)]*\)", "", words[:_LONGEST]).strip(" .*_").partition("@")
    return len(name.split()) <= 4 and _is_name(name) and bool(not at or re.fullmatch(rf"{LOGIN}\W*", login))


def _blocks(tokens: Any) -> Iterator[Token]:
    """Yield blocks, those in quotations too."""
    for token in tokens:
        if token["type"] == "block_quote":
            yield from _blocks(token["children"])
        else:
            yield token


def _text(token: Token, addresses: bool = False) -> str:
    """Return the words of a token, without what is struck out; with the addresses of its links, if wanted."""
    kind = token["type"]
    if kind in ("strikethrough", "inline_html", "block_html"):
        return ""
    if kind in ("softbreak", "linebreak"):
        return "\n"
    inside = (_text(part, addresses) for part in token.get("children", ()))
    words = str(token["raw"]) if "raw" in token else "".join(inside)
    if kind == "link":
        url = str(token["attrs"]["url"])
        if addresses and url not in words:
            return f"{words} <{url}>"
        if (profile := _PROFILE.fullmatch(url)) and not addresses and "@" not in words:
            return f"{words if url not in words else ''} @{profile[1]}"
    return f"{words}\n" if kind in ("block_text", "paragraph") else words
