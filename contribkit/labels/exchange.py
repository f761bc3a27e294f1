"""Labels in and out: opinions as CSV for a spreadsheet, the edited CSV as events, and logs of other folders merged."""

import csv
import io
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from contribkit.errors import ContribkitError
from contribkit.ids import parse_contribution_id
from contribkit.io import read_rows
from contribkit.labels.events import LEAD_OPS, Event, log_files, new_event, read_logs, validate, write_logs
from contribkit.labels.replay import Labels
from contribkit.period import Period
from contribkit.text import as_text, from_text

COLUMNS = ("item", "by", "op", "lead", "stakeholder", "activity", "note", "at", "status", "holds")
"""`at`, `status` and `holds` (the resulting lead) are for reading only."""
_CHOICES = ("op", "lead", "activity")  # written in either case
_GIVEN = (*_CHOICES, "stakeholder", "note")


def to_csv(labels: Labels, with_notes: bool = False) -> str:
    """Return the current opinions as CSV, one row per person and contribution; notes are for the team only.

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
    writer = csv.DictWriter(file, columns, lineterminator="\n")
    writer.writeheader()
    for opinion in labels.opinions:
        label = labels.effective[labels.name(opinion["item"])]
        row = opinion | {"status": label.status, "holds": label.lead}
        writer.writerow({name: as_text(str(row.get(name) or "")) for name in columns})
    return file.getvalue()


Row = tuple[str, dict[str, str]]
"""A row of a CSV: its location as ``file:line``, and its cells by column."""


def read_csv(path: Path) -> list[Row]:
    """Read a CSV as `to_csv` writes it; columns may be removed or added."""
    broken: list[str] = []
    rows = list(read_rows(path, COLUMNS, ("item", "by", "lead"), unknown=[], broken=broken))
    if broken:
        raise ContribkitError(f"{broken[0]}; nothing was imported")
    return [(f"{path}:{line}", {name: from_text(cell).strip() for name, cell in cells.items()}) for line, cells in rows]


def changed(rows: list[Row], labels: Labels) -> list[Event]:
    """Return the events that make labels say what the rows say; unchanged rows give none.

    An empty lead clears the person's opinion. Missing rows and columns change nothing.

    Raises
    ------
    ContribkitError
        For an invalid row, with its line; then no events are returned.
    """
    now = datetime.now(UTC)
    known = {(labels.name(said["item"]), labels.person(said["by"])): said for said in labels.opinions}
    events: list[Event] = []
    for place, cells in rows:
        item, by = cells.get("item"), cells.get("by")
        if not item or not by:
            raise ContribkitError(f"{place}: has no contribution or no person; fill in item and by")
        before = known.get((labels.name(item), labels.person(by)))
        if not before:
            _check_new(item, by, place)
        event = _event(cells, before, now)
        if event is not None:
            events.append(validate(event, place))
    return events


def _check_new(item: str, by: str, place: str) -> None:
    """Refuse what can be neither a contribution nor a person, such as the second line of a note."""
    try:
        parse_contribution_id(item)
    except ValueError:
        raise ContribkitError(f'{place}: invalid contribution id "{item}"; write thread@login:kind') from None
    if not by.isprintable():
        raise ContribkitError(f'{place}: invalid person "{by}"; write a login')


def _event(cells: dict[str, str], before: Event | None, at: datetime) -> Event | None:
    """Return the event that changes a person's opinion to what a row says, None where it says the same."""
    given = {name: cells[name].casefold() if name in _CHOICES else cells[name] for name in _GIVEN if name in cells}
    now = {name: (before or {}).get(name) or "" for name in _GIVEN} | given
    if before and all(_is_same(now[name], before.get(name)) for name in _GIVEN):
        return None
    was = before["lead"] if before else None
    item, by = (before["item"], before["by"]) if before else (cells["item"], cells["by"])
    if not now["lead"]:
        return new_event(by, "clear", item, at, was=was) if before else None
    op = now["op"] if now["op"] in LEAD_OPS else "label"
    words = {name: now[name] or None for name in ("stakeholder", "activity", "note")}
    return new_event(by, op, item, at, lead=now["lead"], was=was, **words)


def _is_same(cell: str, value: str | None) -> bool:
    """Say whether a cell shows a value; white space and ends of lines are not compared."""
    return cell.split() == from_text(as_text(value or "")).split()


def merge(sources: Iterable[Path], folder: Path, period: str | None = None) -> tuple[int, int, Iterator[Path]]:
    """Write the events of other label logs that a folder does not have yet to new logs there.

    Returned are how many events are new, how many known already, and the files, each written when it is reached.

    Parameters
    ----------
    sources
        Files, and folders of them.
    folder
        The folder of label logs.
    period
        The period whose folder they go to; by default that of the folder they come from.

    Raises
    ------
    ContribkitError
        For what cannot be read, has an invalid line or is in no folder of a period; then nothing is written.
    """
    found = read_logs(path for source in sources for path in _logs(source))
    here = {event["id"] for event in Labels.read(folder).events}
    new: dict[str, list[Event]] = {}
    for name, (path, event) in found.items():
        if name not in here:
            new.setdefault(period or _period_of(path), []).append(event)
    count = sum(map(len, new.values()))
    return count, len(found) - count, write_logs(folder, new)


def _logs(source: Path) -> list[Path]:
    if source.is_dir():
        return log_files(source)
    if not source.is_file():
        raise ContribkitError(f"{source}: no such file or folder; name label logs, or a folder of them")
    return [source]


def _period_of(path: Path) -> str:
    try:
        return str(Period(path.absolute().parent.name))
    except ContribkitError:
        raise ContribkitError(f"{path}: is in no folder of a period; name one with --period") from None
