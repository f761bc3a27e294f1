"""Files, written whole or not at all; JSON lines and CSV read with errors that name file, line and fix."""

import csv
import io
import json
import os
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from contribkit.errors import ContribkitError, nearest

csv.field_size_limit(2**31 - 1)  # Python's own limit of 131,072 characters is less than a long note or body


def write_whole(path: Path, text: str) -> None:
    """Write a text file so that a reader sees the old one or the new one, never a part.

    Parameters
    ----------
    path
        The file; its folder is made where it is missing.
    text
        Its contents, written as UTF-8.

    Raises
    ------
    ContribkitError
        Where the folder cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "new" / "a.txt"
    >>> write_whole(path, "hello")
    >>> path.read_text()
    'hello'
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    except OSError as error:
        raise ContribkitError(f"{path}: cannot be written ({error.strerror}); choose another place") from error
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(name).chmod(0o666 & ~_umask())
        Path(name).replace(path)
    except BaseException as error:
        Path(name).unlink(missing_ok=True)
        if isinstance(error, OSError):
            raise ContribkitError(f"{path}: cannot be written ({error.strerror}); choose another place") from error
        raise


def _umask() -> int:
    """Return the process's mask, which can only be read by setting it."""
    mask = os.umask(0)
    os.umask(mask)
    return mask


def write_jsonl(path: Path, rows: Iterable[dict[str, Any]]) -> int:
    """Write rows as JSON lines, whole or not at all, and return how many they were."""
    lines = [json.dumps(row, ensure_ascii=False) + "\n" for row in rows]
    write_whole(path, "".join(lines))
    return len(lines)


def read_jsonl(path: Path, broken: list[str] | None = None) -> Iterator[tuple[int, dict[str, Any]]]:
    """Read JSON lines as pairs of line number and object; blank lines are passed over.

    Parameters
    ----------
    path
        The file, in UTF-8.
    broken
        Where given, a broken line is noted here and passed over; else it is an error.

    Raises
    ------
    ContribkitError
        For a file that cannot be read, or a line that is not a JSON object, with file, line and fix.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "rows.jsonl"
    >>> write_jsonl(path, [{"id": "a"}])
    1
    >>> list(read_jsonl(path))
    [(1, {'id': 'a'})]
    """
    for number, line in enumerate(_lines(path), start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line.decode("utf-8"), parse_constant=_no_number)
            if not isinstance(row, dict):
                raise ValueError("not a JSON object")
        except (ValueError, RecursionError) as error:
            report_problem(f"{path}:{number}: {_said(error)}", broken)
            continue
        yield number, row


def report_problem(sentence: str, broken: list[str] | None) -> None:
    """Note a broken line where it may be passed over, else raise it as an error with the way out."""
    if broken is None:
        raise ContribkitError(f"{sentence}; fix the line, or take the rest with --keep-going")
    broken.append(sentence)


def _lines(path: Path) -> list[bytes]:
    """Return the lines undecoded, so that one in another encoding is one broken line."""
    try:
        # Not splitlines(): a lone carriage return may stand between two members.
        return path.read_bytes().removeprefix(b"\xef\xbb\xbf").split(b"\n")
    except OSError as error:
        raise ContribkitError(f"{path}: cannot be read ({error.strerror})") from error


def _no_number(word: str) -> None:
    raise ValueError(f"not JSON: {word} is no number")


def _said(error: ValueError | RecursionError) -> str:
    if isinstance(error, UnicodeDecodeError):
        return f"is not UTF-8 (byte {error.start}); save it as UTF-8"
    if isinstance(error, RecursionError):
        return "not JSON that can be read: nested too deep"
    if isinstance(error, json.JSONDecodeError):
        return f"not JSON: {error.msg} at column {error.colno}"
    return str(error)


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
    reader = _csv_reader(path)
    try:
        names = [name.strip().casefold() for name in next(reader, [])]
        if missing := [name for name in needed if name not in names]:
            said = f'the column "{missing[0]}" is missing; the first line is {",".join(columns)}'
            report_problem(f"{path}:1: {said}", broken)
            return
        for name in names:
            if name not in columns:
                said = f'{path}:1: the column "{name}" is not read; {nearest(name, list(columns))}'
                report_problem(said, broken) if unknown is None else unknown.append(said)
        yield from _cells(reader, names, path, broken)
    except csv.Error as error:
        report_problem(f"{path}:{reader.line_num}: not CSV: {error}", broken)


def read_cells(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Yield line number and cells of every row of a CSV file, its header included; see `read_rows`.

    Raises
    ------
    ContribkitError
        For a file that cannot be read.
    """
    reader = _csv_reader(path)
    try:
        for row in reader:
            yield reader.line_num, row
    except csv.Error as error:
        raise ContribkitError(f"{path}:{reader.line_num}: not CSV: {error}") from error


def _csv_reader(path: Path) -> Any:
    text = _text(path)
    header = text.partition("\n")[0]
    delimiter = ";" if header.count(";") > header.count(",") else ","
    # Not splitlines(): U+2028 and its like may stand inside a cell.
    return csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)


def _cells(reader: Any, names: list[str], path: Path, broken: list[str] | None) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield the rows below the header; a row may stand on several lines, of which the first is named."""
    line = reader.line_num + 1
    for row in reader:
        if len(row) > len(names):
            said = f'{len(row)} cells for {len(names)} columns; put text that holds a comma in "quotes"'
            report_problem(f"{path}:{line}: {said}", broken)
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
