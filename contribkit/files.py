"""Files, written whole or not at all, and JSON lines with clear errors."""

import json
import os
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from contribkit.errors import ContribkitError


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
    except BaseException:
        Path(name).unlink(missing_ok=True)
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
            row = json.loads(line)
            if not isinstance(row, dict):
                raise ValueError("not a JSON object")
        except ValueError as error:
            problem(f"{path}:{number}: {_said(error)}", broken)
            continue
        yield number, row


def problem(sentence: str, broken: list[str] | None) -> None:
    """Note a broken line where it may be passed over, else raise it as an error with the way out."""
    if broken is None:
        raise ContribkitError(f"{sentence}; mend the line, or take the rest with --keep-going")
    broken.append(sentence)


def _lines(path: Path) -> list[str]:
    try:
        # Not splitlines(): U+2028 and its like may stand inside a JSON string.
        return path.read_bytes().decode("utf-8", errors="strict").split("\n")
    except OSError as error:
        raise ContribkitError(f"{path}: cannot be read ({error.strerror})") from error
    except UnicodeDecodeError as error:
        raise ContribkitError(f"{path}: is not UTF-8 (byte {error.start}); save it as UTF-8") from error


def _said(error: ValueError) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"not JSON: {error.msg} at column {error.colno}"
    return str(error)
