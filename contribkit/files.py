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
            problem(f"{path}:{number}: {_said(error)}", broken)
            continue
        yield number, row


def problem(sentence: str, broken: list[str] | None) -> None:
    """Note a broken line where it may be passed over, else raise it as an error with the way out."""
    if broken is None:
        raise ContribkitError(f"{sentence}; mend the line, or take the rest with --keep-going")
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
