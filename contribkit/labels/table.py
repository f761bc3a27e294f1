"""Opinions as CSV, to be changed in a spreadsheet, and what was changed as events."""

import csv
import io
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from contribkit.errors import ContribkitError, nearest
from contribkit.labels.event import LEADING, Event, checked, make
from contribkit.labels.folder import Labels
from contribkit.text import as_text, from_text

COLUMNS = ("item", "by", "op", "lead", "stakeholder", "activity", "note", "at", "status", "holds")
"""`at`, `status` and `holds` are there to be read: what of all opinions holds, and how."""
_WORDS = ("op", "lead", "activity")  # of a list, in either case of letters
_SAID = (*_WORDS, "stakeholder", "note")
_NEEDED = ("item", "by", "lead")


def to_csv(labels: Labels, with_notes: bool = False) -> str:
    """Return one row for what each person stands by, with the columns `COLUMNS`.

    Parameters
    ----------
    labels
        The label logs.
    with_notes
        Give the column ``note`` too: notes are for the team, and go into no file that is passed on.

    Examples
    --------
    >>> event = {"id": "1", "at": "2026-10-01T10:00:00Z", "by": "ada", "op": "label", "item": "o/r#1@cy:review",
    ...          "lead": "upstream"}
    >>> print(to_csv(Labels([event])), end="")
    item,by,op,lead,stakeholder,activity,at,status,holds
    o/r#1@cy:review,ada,label,upstream,,,2026-10-01T10:00:00Z,unanimous,upstream
    """
    file = io.StringIO()
    columns = [name for name in COLUMNS if with_notes or name != "note"]
    writer = csv.DictWriter(file, columns, extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    for said in labels.opinions:
        label = labels.effective[labels.name(said["item"])]
        row = {name: said.get(name) or "" for name in columns}
        row |= {"status": label.status, "holds": label.lead or ""}
        writer.writerow({name: as_text(str(value)) for name, value in row.items()})
    return file.getvalue()


class Row(NamedTuple):
    """A row of a CSV: where it stands, and its cells."""

    place: str
    cells: dict[str, str]


def read_csv(path: Path) -> list[Row]:
    """Read a CSV as `to_csv` writes it, whichever columns were left out or put to it.

    Raises
    ------
    ContribkitError
        For a file that cannot be read, and one that lacks a column that is needed.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, ValueError) as error:
        raise ContribkitError(f"{path}: cannot be read ({error}); save it as CSV in UTF-8") from error
    # Spreadsheets of half of Europe write semicolons.
    delimiter = ";" if text.split("\n", 1)[0].count(";") > text.split("\n", 1)[0].count(",") else ","
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter, restkey="", restval="")
    head = [name.strip().casefold() for name in reader.fieldnames or []]
    for name in _NEEDED:
        if name not in head:
            raise ContribkitError(f'{path}:1: lacks the column "{name}"; {nearest(name, head)}')
    reader.fieldnames = head
    return [
        Row(f"{path}:{reader.line_num}", {name: from_text(cell).strip() for name, cell in row.items() if name})
        for row in reader
        if any(cell for cell in row.values())
    ]


def changed(rows: list[Row], labels: Labels, at: datetime | None = None) -> list[Event]:
    """Return the events that make labels say what the rows say; what they say already gives none.

    An empty lead takes the person's opinion away. What a file lacks, rows or columns, stays as it is.

    Parameters
    ----------
    rows
        Of `read_csv`.
    labels
        What people stand by now.
    at
        When; by default now.

    Raises
    ------
    ContribkitError
        For a row that cannot be, with its line; then nothing is returned of any.
    """
    moment = at or datetime.now(UTC)
    known = {(labels.name(said["item"]), labels.person(said["by"])): said for said in labels.opinions}
    events: list[Event] = []
    for place, cells in rows:
        if not cells["item"] or not cells["by"]:
            raise ContribkitError(f"{place}: names no contribution or no person; fill item and by")
        before = known.get((labels.name(cells["item"]), labels.person(cells["by"])))
        event = _event(cells, before, moment)
        if event is not None:
            events.append(checked(event, place))
    return events


def _event(cells: dict[str, str], before: Event | None, at: datetime) -> Event | None:
    """Return the event that leads from what a person said before to what a row says, None where that is the same."""
    given = {name: cells[name] for name in _SAID if name in cells}
    given |= {name: given[name].casefold() for name in _WORDS if name in given}
    now = {name: (before or {}).get(name) or "" for name in _SAID} | given
    if before and all(_same(now[name], before.get(name)) for name in _SAID):
        return None
    was = before["lead"] if before else None
    item, by = (before["item"], before["by"]) if before else (cells["item"], cells["by"])
    if not now["lead"]:
        return make(by, "clear", item, at, was=was) if before else None
    op = now["op"] if now["op"] in LEADING else "label"
    said = {name: now[name] or None for name in ("stakeholder", "note")}
    return make(by, op, item, at, lead=now["lead"], was=was, activity=now["activity"] or None, **said)


def _same(cell: str, value: str | None) -> bool:
    """Say whether a cell is what was written for a value: spaces around it, and ends of lines, are not told apart."""
    return cell.split() == from_text(as_text(value or "")).split()
