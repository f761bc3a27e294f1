"""Numbers and words as people read them, and text of strangers made safe for terminals and spreadsheets."""

import csv
import io
import re
from typing import Any

import pandas as pd

from contribkit.tables import is_missing, plain_cells

MISSING = "–"


def format_decimal(value: Any) -> str:
    """Return a share with three digits; the sign for missing where there is none."""
    return MISSING if is_missing(value) else f"{value:.3f}"


def format_interval(low: Any, high: Any) -> str:
    """Return an interval, empty where there is none."""
    return "" if is_missing(low) or is_missing(high) else f"{format_decimal(low)} to {format_decimal(high)}"


def pluralise(count: int, word: str, plural: str = "") -> str:
    """Return a count with its word: 1 thread, 2 threads."""
    return f"{count} {word}" if count == 1 else f"{count} {plural or word + 's'}"


def printable(line: str) -> str:
    """Return a line without what could steer a terminal."""
    return "".join(sign if sign.isprintable() else " " for sign in line).rstrip()


_CONTROL = re.compile(r"[^\n\t -\x7e\xa0-\U0010ffff]")  # it could steer a terminal that shows the file
# What opens a formula, in the sign sets of East Asia too; apostrophes before it are counted, so that one can be told.
_FORMULA = re.compile(r"'*[ ]*[=+\-@\t\r\n＝＋－＠]")


def as_text(value: Any) -> Any:
    """Return a cell that a spreadsheet opens as text, never as a formula; lists become one text."""
    if isinstance(value, list):
        value = "; ".join(map(str, value))
    if isinstance(value, str) and not (value.isprintable() and value[:1].isalnum()):  # else it is safe as it is
        # Before Python 3.13, csv does not quote a lone carriage return: the rest of the cell would be another row.
        value = _CONTROL.sub(" ", value.replace("\0", "").replace("\r\n", "\n").replace("\r", "\n"))
        return f"'{value}" if _FORMULA.match(value) else value
    return value


def from_text(cell: str) -> str:
    """Return the text that `as_text` was given."""
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell[1:]) else cell


def csv_of(table: pd.DataFrame) -> str:
    """Return a table as CSV for spreadsheets: no cell is a formula, and its first sign tells Excel that it is UTF-8."""
    text = io.StringIO("\ufeff")
    text.seek(0, io.SEEK_END)
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(table.columns)
    writer.writerows(zip(*(_cells(table[name]) for name in table), strict=True))
    return text.getvalue()


def _cells(column: pd.Series) -> list[Any]:
    if column.dtype == object:  # it may hold lists
        return list(map(as_text, plain_cells(column)))
    places, values = pd.factorize(column)
    written = [*map(as_text, plain_cells(pd.Series(values))), None]  # each once: most come often
    return [*map(written.__getitem__, places.tolist())]  # a missing one has the place -1
