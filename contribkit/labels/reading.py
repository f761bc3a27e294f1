"""Read label logs: every line an event, a torn last line left aside."""

import json
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from contribkit.errors import ContribkitError
from contribkit.labels.event import Event, checked


def logs_below(folder: Path) -> list[Path]:
    """Return the label logs below a folder, in order."""
    return sorted(path for path in folder.rglob("*.jsonl") if path.is_file())


def read_log(path: Path) -> Iterator[Event]:
    """Yield the events of a label log, in the order of its lines.

    A last line without an end that is no JSON was torn when a machine or a program died: it is left aside with a
    warning, and never lost, since nobody writes to that file any more.

    Raises
    ------
    ContribkitError
        For a file that cannot be read, and a line that is no event; with file, line and fix.
    """
    lines = _bytes(path).removeprefix(b"\xef\xbb\xbf").split(b"\n")
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        place = f"{path}:{number}"
        try:
            event = json.loads(line.decode("utf-8"))
        except (ValueError, RecursionError) as error:
            if number < len(lines):
                raise ContribkitError(f"{place}: {_fault(line, error)}") from None
            warnings.warn(f"{place}: the last line is torn and left aside", stacklevel=2)
            continue
        yield checked(event, place)


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ContribkitError(f"{path}: cannot be read ({error.strerror}); give yourself the right to") from error


def _fault(line: bytes, error: Exception) -> str:
    if line.startswith((b"<<<<<<<", b"=======", b">>>>>>>")):
        return "is the mark of a merge conflict; keep the lines of both sides and take the marks out"
    if isinstance(error, UnicodeDecodeError):
        return "is not UTF-8; restore the line from git"
    return "is no JSON; restore the line from git"


def united(events: "Iterator[tuple[Path, Event]]") -> dict[str, tuple[Path, Event]]:
    """Return events by id, each once, with the file where it was met first.

    The same event may stand in two files after a merge or a copy; where the two differ, somebody edited one of them.
    """
    found: dict[str, tuple[Path, Any]] = {}
    for path, event in events:
        first, known = found.setdefault(event["id"], (path, event))
        if known != event:
            warnings.warn(
                f"{path}: the event {event['id']} stands otherwise in {first}, which counts; restore one from git",
                stacklevel=2,
            )
    return found
