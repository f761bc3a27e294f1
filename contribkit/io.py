"""Files, written whole or not at all; JSON lines and CSV read with errors that name file, line and fix."""

import csv
import io
import json
import math
import os
import re
import secrets
import signal
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from contribkit.errors import ContribkitError, nearest


@contextmanager
def handling(number: signal.Signals, handler: Any) -> Iterator[None]:
    """Handle a signal in another way for a while; only the main thread may."""
    is_main = threading.current_thread() is threading.main_thread()
    before = signal.signal(number, handler) if is_main else None
    try:
        yield
    finally:
        if is_main:
            signal.signal(number, before)


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Give a file to write in the place of `path`: a reader sees the old one or the new one, never a part."""
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield temporary
        temporary.replace(path)
    except BaseException as error:
        with suppress(OSError):
            temporary.unlink()
        if isinstance(error, OSError):
            reason = error.strerror or error
            raise ContribkitError(f"{path}: cannot be written ({reason}); choose another place") from error
        raise


def write_whole(path: Path, text: str) -> None:
    """Write a text file, in UTF-8, whole or not at all; make its folder."""
    with replacing(path) as temporary, temporary.open("x", encoding="utf-8", newline="") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def write_jsonl(path: Path, rows: Iterable[dict[str, Any]]) -> int:
    """Write rows as JSON lines, whole or not at all, and return how many they were."""
    lines = [json.dumps(row, ensure_ascii=False) + "\n" for row in rows]
    write_whole(path, "".join(lines))
    return len(lines)


def read_jsonl(path: Path, broken: list[str] | None = None) -> Iterator[tuple[int, dict[str, Any]]]:
    """Read JSON lines as pairs of line number and object; a broken one is noted in `broken`, or an error without it."""
    for number, row in parse_lines(path):
        if isinstance(row, str):
            report_problem(f"{path}:{number}: {row}", broken)
        else:
            yield number, row


def parse_lines(path: Path) -> Iterator[tuple[int, dict[str, Any] | str]]:
    """Yield line number and object of each JSON line that is not blank; a sentence in the place of a broken one."""
    to_value = json.JSONDecoder(parse_constant=_finite, parse_float=_finite).decode
    # Not splitlines(): a lone carriage return is no line's end. Undecoded: one line in another encoding is one problem.
    for number, line in _read_lines(path):
        if not line.strip():
            continue
        try:
            row = parse_json(line, to_value)
            row = row if isinstance(row, dict) else "not a JSON object"
        except (ValueError, RecursionError) as error:
            row = _reason(error)
        yield number, row


def parse_json(content: bytes, to_value: Callable[[str], Any] = json.loads) -> Any:
    """Parse JSON; halves of surrogate pairs, as JavaScript may write them, are replaced: no file can hold them."""
    value = to_value(content.decode("utf-8"))
    if b"\\ud" not in content and b"\\uD" not in content:
        return value
    text = json.dumps(value, ensure_ascii=False)
    return json.loads(text.encode("utf-16", "surrogatepass").decode("utf-16", "replace"))


def report_problem(sentence: str, broken: list[str] | None) -> None:
    """Note a broken line where it may be skipped, else raise it as an error that says how to go on."""
    if broken is None:
        raise ContribkitError(f"{sentence}; fix the line, or take the rest with --keep-going")
    broken.append(sentence)


def _read_lines(path: Path) -> Iterator[tuple[int, bytes]]:
    """Yield the lines of a file with their numbers, one by one: as a whole it would take twice its size in memory."""
    try:
        with path.open("rb") as file:
            for number, line in enumerate(file, start=1):
                yield number, line.removesuffix(b"\n").removeprefix(b"\xef\xbb\xbf" if number == 1 else b"")
    except OSError as error:
        raise ContribkitError(f"{path}: cannot be read ({error.strerror})") from error


def _read_bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ContribkitError(f"{path}: cannot be read ({error.strerror})") from error


def _finite(text: str) -> float:
    if not math.isfinite(number := float(text)):
        raise ValueError(f"not JSON: {text} is not a number that can be used")
    return number


def _reason(error: ValueError | RecursionError) -> str:
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
    """Yield line number and cells by column of each row of a CSV file, as spreadsheets write it, that is not blank.

    Columns not in `columns` are noted in `unknown`, and problems in `broken`, where these are given; else both raise.
    """
    rows = _csv_rows(path)
    first = rows[0][1] if rows else []
    names = [name.strip().casefold() for name in first] if isinstance(first, list) else []
    header = ",".join(columns)
    problems = [f'the column "{name}" is missing; the first line is {header}' for name in needed if name not in names]
    problems += [f'duplicate column "{name}"; rename one of them' for name in columns if names.count(name) > 1]
    if problems:
        report_problem(f"{path}:1: {problems[0]}", broken)
        return
    for name in names:
        if name and name not in columns:  # spreadsheets fill lines up
            sentence = f'{path}:1: the column "{name}" is not read; {nearest(name, list(columns))}'
            report_problem(sentence, broken) if unknown is None else unknown.append(sentence)
    for line, row in rows[1:]:
        if problem := row if isinstance(row, str) else _problem(row, names):
            report_problem(f"{path}:{line}: {problem}", broken)
        elif any(cell.strip() for cell in row):
            yield line, {name: cell.strip() for name, cell in zip(names, row, strict=False)}


def _problem(row: list[str], names: list[str]) -> str:
    if len(row) > len(names) or any(cell.strip() for cell, name in zip(row, names, strict=False) if not name):
        count = len([*filter(None, names)])
        return f'{len(row)} cells for {count} columns; put text that holds a comma in "quotes"'
    garbled = next(filter(_is_garbled, row), "").strip()[:40]
    return garbled and f'"{garbled}" was opened in the wrong encoding; open the file as UTF-8, and save it so'


def _is_garbled(cell: str) -> bool:
    """Return whether a cell is UTF-8 that was taken for what Windows or an old Mac writes: cafÃ© or caf√©."""
    for encoding in ("ascii", "cp1252", "mac_roman"):
        with suppress(UnicodeError):
            return cell.encode(encoding).decode("utf-8") != cell
    return "\ufffd" in cell


def read_cells(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Yield line number and cells of every row of a CSV file, its header included; see `read_rows`."""
    for line, row in _csv_rows(path):
        if isinstance(row, str):
            raise ContribkitError(f"{path}:{line}: {row}")
        yield line, row


def _csv_rows(path: Path) -> list[tuple[int, list[str] | str]]:
    """Return each row with the line on which it starts; a sentence in the place of one that is not CSV."""
    content = _read_bytes(path)
    try:
        text = content.decode("utf-16" if content.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig")
    except UnicodeDecodeError as error:
        raise ContribkitError(f"{path}: is not UTF-8 (byte {error.start}); save it as UTF-8") from error
    said = re.match(r"sep=(.)\r?\n", text)  # Excel writes and reads this line
    above, text = (1, text[said.end() :]) if said else (0, text)
    header = re.split(r"[\r\n]", text, maxsplit=1)[0]
    delimiter = said[1] if said else max(",;\t", key=header.count)
    rows: list[tuple[int, list[str] | str]] = []
    limit = csv.field_size_limit(len(text) + 1)  # the text is in memory already: no cell is too long
    try:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)  # cells may hold U+2028
        while True:
            line = reader.line_num + 1 + above
            try:
                rows.append((line, next(reader)))
            except StopIteration:
                return rows
            except csv.Error as error:
                reason = "its quotation mark is never closed" if "unexpected end" in str(error) else f"not CSV: {error}"
                rows.append((line, f"{reason}; write a quotation mark inside a cell twice"))
    finally:
        csv.field_size_limit(limit)
