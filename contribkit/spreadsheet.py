"""CSV files that people keep with a spreadsheet: read with clear errors, and written so that nothing is a formula."""

import csv
import io
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from contribkit.errors import ContribkitError, nearest
from contribkit.files import problem

if TYPE_CHECKING:
    from contribkit.organisation import Organisation

# What opens a formula, in the sign sets of East Asia too; apostrophes before it are counted, so that one can be told.
_FORMULA = re.compile(r"'*[ ]*[=+\-@\t\r\n＝＋－＠]")


def as_text(value: Any) -> Any:
    """Return a cell that a spreadsheet opens as text, never as a formula; lists become one text.

    Examples
    --------
    >>> as_text("=1+1"), as_text("'=1"), as_text(["a", "b"]), as_text(3)
    ("'=1+1", "''=1", 'a; b', 3)
    """
    if isinstance(value, list):
        value = "; ".join(map(str, value))
    if isinstance(value, str):
        value = value.replace("\0", "")
        return f"'{value}" if _FORMULA.match(value) else value
    return value


def from_text(cell: str) -> str:
    """Return the text that `as_text` was given.

    Examples
    --------
    >>> [from_text(as_text(text)) for text in ("=1+1", "'=1", "it's", "'")]
    ['=1+1', "'=1", "it's", "'"]
    """
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell[1:]) else cell


def read_rows(
    path: Path, columns: Sequence[str], needed: Sequence[str], unknown: list[str] | None, broken: list[str] | None
) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield the rows of a file as pairs of line number and cells by column; blank rows are passed over.

    Parameters
    ----------
    path
        A CSV file in UTF-8, with commas, or semicolons as spreadsheets write them where a comma is decimal.
    columns, needed
        The columns that there may be, and those that there must be.
    unknown
        Where given, other columns are noted here and not read; else they are an error.
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
        names = [name.strip().casefold() for name in next(reader, [])]
        if missing := [name for name in needed if name not in names]:
            said = f'the column "{missing[0]}" is missing; the first line is {",".join(columns)}'
            problem(f"{path}:1: {said}", broken)
            return
        for name in names:
            if name not in columns:
                said = f'{path}:1: the column "{name}" is not read; {nearest(name, list(columns))}'
                problem(said, broken) if unknown is None else unknown.append(said)
        yield from _cells(reader, names, path, broken)
    except csv.Error as error:
        problem(f"{path}:{reader.line_num}: not CSV: {error}", broken)


def _cells(reader: Any, names: list[str], path: Path, broken: list[str] | None) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield the rows below the header; a row may stand on several lines, of which the first is named."""
    line = reader.line_num + 1
    for row in reader:
        if len(row) > len(names):
            said = f'{len(row)} cells for {len(names)} columns; put text that holds a comma in "quotes"'
            problem(f"{path}:{line}: {said}", broken)
        elif any(cell.strip() for cell in row):
            yield line, {name: cell.strip() for name, cell in zip(names, row, strict=False)}
        line = reader.line_num + 1


def _text(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise ContribkitError(f"{path}: cannot be read ({error.strerror})") from error
    except UnicodeDecodeError as error:
        raise ContribkitError(f"{path}: is not UTF-8 (byte {error.start}); save it as UTF-8") from error


def word_of(text: str, what: str, known: Sequence[str]) -> str:
    """Return a word as a vocabulary spells it, or nothing for an empty cell.

    Raises
    ------
    ValueError
        For a word that is not known, with the nearest.

    Examples
    --------
    >>> word_of("Review", "activity", ["review", "release"])
    'review'
    """
    for word in known:
        if word.casefold() == text.casefold():
            return str(word)
    if text:
        raise ValueError(f'"{text}" is no {what}; {nearest(text, [str(word) for word in known])}')
    return ""


def member_of(who: str, organisation: "Organisation") -> str:
    """Return the configured login of a member, named by login or alias.

    Raises
    ------
    ValueError
        For somebody who is none, with the nearest.
    """
    login = organisation.member(who)
    if login is None:
        aliases = [alias for member in organisation.members.values() for alias in member.aliases]
        raise ValueError(f'"{who}" is no member\'s login; {nearest(who, [*organisation.members, *aliases])}')
    return login
