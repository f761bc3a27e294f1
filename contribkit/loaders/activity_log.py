"""The `activity_log` source: a CSV that people keep for what leaves no trace on GitHub."""

import csv
import io
import math
import re
from collections.abc import Iterator
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from contribkit.configuration import Table
from contribkit.errors import ContribkitError, nearest
from contribkit.files import problem
from contribkit.identifiers import links
from contribkit.loaders.source import Loaded
from contribkit.tables import ACTS, THREADS, conform
from contribkit.toml import validate_settings
from contribkit.vocabulary import Activity, Kind, Lead

if TYPE_CHECKING:
    from contribkit.organisation import Organisation
    from contribkit.period import Period

NEEDED = ("date", "who", "what")
COLUMNS = (*NEEDED, "activity", "upstream", "lead", "hours", "link", "outcome")

# People say mentoring where the vocabulary of activities says onboarding.
_SYNONYMS = {"mentoring": Activity.ONBOARDING}
_KINDS = {Activity.MEETING: Kind.MEETING, Activity.ONBOARDING: Kind.MENTORING}
_ACTS = {Kind.MEETING: "attended", Kind.MENTORING: "mentored", Kind.OTHER: "contributed"}


class Settings(Table):
    """``[sources.activity_log]``: files, or patterns of files, relative to contribkit.toml."""

    files: list[str]


def check(organisation: "Organisation") -> None:
    """Read every row, so that a wrong one is known before any work starts."""
    load(organisation, None, keep_going=False)


def load(organisation: "Organisation", period: "Period | None", keep_going: bool) -> Loaded:
    """Read the log; the period is not asked for, since earlier ones are wanted too.

    Parameters
    ----------
    organisation
        Whose log: it tells members, upstream projects and the time zone of the days.
    period
        Not needed.
    keep_going
        Note wrong rows in `Loaded.broken` and pass them over.

    Returns
    -------
    Loaded
        One thread and one act for each row.

    Raises
    ------
    ContribkitError
        With file, line and fix, where `keep_going` is off.
    """
    settings = validate_settings(Settings, "activity_log", organisation.sources["activity_log"])
    answer = Loaded()
    broken = answer.broken if keep_going else None
    entries: dict[str, dict[str, Any]] = {}
    for path in _files(organisation, settings.files):
        for line, cells in read_rows(path, answer.notes, broken):
            try:
                entry = _entry(cells, organisation)
            except ValueError as error:
                problem(f"{path}:{line}: {error}", broken)
                continue
            if entry["ref"] in entries:
                answer.notes.append(f"{path}:{line}: date, who and what are as in another row; counted once")
            entries.setdefault(entry["ref"], entry)
    rows = list(entries.values())
    answer.threads = conform(pd.DataFrame([_thread(row) for row in rows]), THREADS, organisation.timezone)
    answer.acts = conform(pd.DataFrame([_act(row) for row in rows]), ACTS, organisation.timezone)
    return answer


def _files(organisation: "Organisation", patterns: list[str]) -> Iterator[Path]:
    for pattern in patterns:
        if not list(organisation.paths([pattern])):
            raise ContribkitError(f'contribkit.toml: [sources.activity_log]: no file matches "{pattern}"')
    yield from organisation.paths(patterns)


def read_rows(path: Path, notes: list[str], broken: list[str] | None) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield the rows of a log as pairs of line number and cells by column; blank rows are passed over.

    Parameters
    ----------
    path
        A CSV file in UTF-8, with commas, or semicolons as spreadsheets write them where a comma is decimal.
    notes
        Columns that are not known are noted here.
    broken
        Where given, what cannot be read is noted here and passed over.

    Raises
    ------
    ContribkitError
        With file, line and fix.
    """
    text = _text(path)
    header = text.partition("\n")[0]
    delimiter = ";" if header.count(";") > header.count(",") else ","
    # Not splitlines(): U+2028 and its like may stand inside a cell.
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        columns = [name.strip().casefold() for name in next(reader, [])]
        if missing := [name for name in NEEDED if name not in columns]:
            said = f'the column "{missing[0]}" is missing; the first line is {",".join(COLUMNS)}'
            problem(f"{path}:1: {said}", broken)
            return
        for name in columns:
            if name not in COLUMNS:
                notes.append(f'{path}:1: the column "{name}" is not read; {nearest(name, list(COLUMNS))}')
        yield from _cells(reader, columns, path, broken)
    except csv.Error as error:
        problem(f"{path}:{reader.line_num}: not CSV: {error}", broken)


def _cells(
    reader: Any, columns: list[str], path: Path, broken: list[str] | None
) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield the rows below the header; a row may stand on several lines, of which the first is named."""
    line = reader.line_num + 1
    for row in reader:
        if len(row) > len(columns):
            said = f'{len(row)} cells for {len(columns)} columns; put text that holds a comma in "quotes"'
            problem(f"{path}:{line}: {said}", broken)
        elif any(cell.strip() for cell in row):
            yield line, {name: cell.strip() for name, cell in zip(columns, row, strict=False)}
        line = reader.line_num + 1


def _text(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise ContribkitError(f"{path}: cannot be read ({error.strerror})") from error
    except UnicodeDecodeError as error:
        raise ContribkitError(f"{path}: is not UTF-8 (byte {error.start}); save it as UTF-8") from error


def _entry(cells: dict[str, str], organisation: "Organisation") -> dict[str, Any]:
    """Return one row, checked: a `ValueError` says what is wrong with it."""
    for name in NEEDED:
        if not cells.get(name):
            raise ValueError(f'"{name}" is empty')
    activity = _word(cells.get("activity", ""), "activity", [*Activity, *_SYNONYMS])
    activity = _SYNONYMS.get(activity, activity)
    kind = _KINDS.get(Activity(activity), Kind.OTHER) if activity else Kind.OTHER
    projects = [table.name for table in organisation.upstream]
    upstream = _word(cells.get("upstream", ""), "upstream project", projects)
    lead = _word(cells.get("lead", ""), "lead", list(Lead))
    said = {"activity": activity, "lead": lead, "upstream": upstream}
    link = cells.get("link", "")
    return {
        "ref": _ref(cells),
        "kind": str(kind),
        "day": _day(cells["date"]),
        "who": _member(cells["who"], organisation),
        "what": cells["what"],
        "labels": [f"{name}: {word}" for name, word in said.items() if word],
        "hours": _hours(cells.get("hours", "")),
        "url": link if re.match(r"https?://", link, re.IGNORECASE) else None,
        "outcome": cells.get("outcome") or None,
    }


def _ref(cells: dict[str, str]) -> str:
    """Return a name that stays as long as the row says the same day, person and matter."""
    named = "\n".join([cells["date"], cells["who"].casefold(), cells["what"]])
    return f"activity_log:{sha256(named.encode()).hexdigest()[:12]}"


def _day(text: str) -> str:
    try:
        # fromisoformat alone takes 20260701 and 2026-W27 too, which other tables do not know.
        if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
            return date.fromisoformat(text).isoformat()
    except ValueError:
        pass
    raise ValueError(f'"date" is "{text}", not a day like 2026-07-01')


def _member(who: str, organisation: "Organisation") -> str:
    login = organisation.member(who)
    if login is None:
        aliases = [alias for member in organisation.members.values() for alias in member.aliases]
        raise ValueError(f'"{who}" is no member\'s login; {nearest(who, [*organisation.members, *aliases])}')
    return login


def _word(text: str, what: str, known: list[str]) -> str:
    """Return a word as the vocabulary spells it, or nothing for an empty cell."""
    for word in known:
        if word.casefold() == text.casefold():
            return str(word)
    if text:
        raise ValueError(f'"{text}" is no {what}; {nearest(text, [str(word) for word in known])}')
    return ""


def _hours(text: str) -> float | None:
    if not text:
        return None
    try:
        hours = float(text.replace(",", "."))
    except ValueError:
        hours = math.nan
    if not 0 <= hours < math.inf:
        raise ValueError(f'"hours" is "{text}", not a number from 0 on, such as 1.5')
    return hours


def _thread(row: dict[str, Any]) -> dict[str, Any]:
    words = " ".join(filter(None, [row["what"], row["outcome"], row["url"]]))
    refs = list(dict.fromkeys(link.ref for link in links(words)))
    elsewhere = [row["url"]] if row["url"] and not links(row["url"]) else []
    return {
        **{name: row[name] for name in ("ref", "kind", "url", "labels")},
        "title": row["what"],
        "body": row["outcome"],
        "author": row["who"],
        "links_out": refs + elsewhere,
        "private": False,
        "source": "activity_log",
    }


def _act(row: dict[str, Any]) -> dict[str, Any]:
    return {
        **{name: row[name] for name in ("ref", "hours", "url")},
        "actor": row["who"],
        "act": _ACTS[Kind(row["kind"])],
        "at": row["day"],
        "source": "activity_log",
        "whole_day": True,
    }
