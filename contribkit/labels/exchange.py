"""Labels in and out: opinions as CSV for a spreadsheet, the edited CSV as events, and logs of other folders merged."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd

from contribkit.errors import ContribkitError
from contribkit.ids import parse_contribution_id
from contribkit.io import read_rows
from contribkit.labels.events import LEAD_OPS, Event, log_files, new_event, read_logs, validate, write_logs
from contribkit.labels.replay import Labels
from contribkit.period import Period
from contribkit.privacy import visible_opinions
from contribkit.tables import grouped
from contribkit.text import as_text, csv_of, from_text

COLUMNS = ("item", "by", "op", "lead", "stakeholder", "activity", "note", "at", "status", "holds")
"""`at`, `status` and `holds` (the resulting lead) are for reading only."""
_CHOICES = ("op", "lead", "activity")  # written in either case
_GIVEN = (*_CHOICES, "stakeholder", "note")

Row = tuple[str, dict[str, str]]  # a row of a CSV: its location as ``file:line``, and its cells by column


def to_csv(labels: Labels, with_notes: bool = False, without_names: bool = False) -> str:
    """Return the current opinions as CSV, one row per person and contribution; see `privacy.visible_opinions`."""
    both = [(said, labels.of(said["item"])) for said in labels.opinions]
    rows = [said | {"status": label.status, "holds": label.lead} for said, label in both if label]
    table = pd.DataFrame(rows, columns=[*COLUMNS], dtype=object).fillna("")
    return csv_of(visible_opinions(table, with_notes, without_names))


def read_csv(path: Path) -> list[Row]:
    """Read a CSV as `to_csv` writes it; columns may be removed or added."""
    broken: list[str] = []
    rows = list(read_rows(path, COLUMNS, ("item", "by", "lead"), unknown=[], broken=broken))
    if broken:
        raise ContribkitError(f"{broken[0]}; nothing was imported")
    return [(f"{path}:{line}", {name: from_text(cell).strip() for name, cell in cells.items()}) for line, cells in rows]


def changed(rows: list[Row], labels: Labels) -> list[Event]:
    """Return the events that make labels say what the rows say; an empty lead clears, an invalid row is an error."""
    now = datetime.now(UTC)
    known = {(labels.name(said["item"]), labels.person(said["by"])): said for said in labels.opinions}
    events: list[Event] = []
    for place, cells in rows:
        item, by = cells.get("item"), cells.get("by")
        if not item or not by:
            raise ContribkitError(f"{place}: has no contribution or no person; fill in item and by")
        before = known.get((labels.name(item), labels.person(by)))
        try:  # neither a contribution nor a person: such as the second line of a note
            if not before and parse_contribution_id(item) and not by.isprintable():
                raise ValueError(f'invalid person "{by}"; write a login')
        except ValueError as error:
            raise ContribkitError(f"{place}: {error}") from error
        if event := _event(cells, before or {"item": item, "by": by}, now):
            events.append(validate(event, place))
    return events


def _event(cells: dict[str, str], before: Event, at: datetime) -> Event | None:
    """Return the event that changes a person's opinion to what a row says, None where it says the same."""
    given = {name: cells[name].casefold() if name in _CHOICES else cells[name] for name in _GIVEN if name in cells}
    now = {name: before.get(name) or "" for name in _GIVEN} | given
    was = before.get("lead")
    # White space and ends of lines are not compared.
    if all(now[name].split() == from_text(as_text(before.get(name) or "")).split() for name in _GIVEN):
        return None
    if not now["lead"]:
        return new_event(before["by"], "clear", before["item"], at, was=was) if was else None
    op = now["op"] if now["op"] in LEAD_OPS else "label"
    words = {name: now[name] or None for name in ("lead", "stakeholder", "activity", "note")}
    return new_event(before["by"], op, before["item"], at, was=was, **words)


def merge(sources: Sequence[Path], labels: Labels, period: str | None = None) -> tuple[int, int, Iterator[Path]]:
    """Return how many events of other logs are new, how many known, and the files, each written when it is reached."""
    if missing := [source for source in sources if not source.exists()]:
        raise ContribkitError(f"{missing[0]}: no such file or folder; name label logs, or a folder of them")
    found = read_logs(path for source in sources for path in (log_files(source) if source.is_dir() else [source]))
    here = {event["id"] for event in labels.events}
    new = [(period or _period_of(path), event) for name, (path, event) in found.items() if name not in here]
    by_period = grouped((name for name, _ in new), (event for _, event in new))
    return len(new), len(found) - len(new), write_logs(labels.folder or Path(), by_period)


def _period_of(path: Path) -> str:
    try:
        return str(Period(path.absolute().parent.name))
    except ContribkitError:
        raise ContribkitError(f"{path}: is in no folder of a period; name one with --period") from None
