"""The events of a label log: created, validated, read from files, and written so that none is lost."""

import errno
import json
import os
import re
import secrets
import warnings
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ulid import ULID

from contribkit.errors import ContribkitError
from contribkit.vocabulary import Activity, Lead

VERSION = 1
LEAD_OPS = ("label", "adjudicate")
"""The ops that give a lead."""
DECISION_OPS = (*LEAD_OPS, "clear", "skip")
"""The ops that an undo can take back."""
OPS = (*DECISION_OPS, "undo")

Event = dict[str, Any]
"""`v`, `id` (ULID), `at` (ISO time), `by`, `op`, `item`, and optionally `lead`, `stakeholder`, `activity`, `was` (the
person's previous lead), `seen` (the suggestion on screen: `lead`, `confidence`, `decided_by`, `blind`) and `note`.
Events of one step, such as a bulk label, share the same `at` and are undone together."""

_DISK_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_NOT_ALLOWED = {errno.EACCES, errno.EPERM, errno.EROFS}


def new_event(by: str, op: str, item: str, at: datetime, **more: Any) -> Event:
    """Return a new event with a fresh id; ids created in one process ascend.

    Examples
    --------
    >>> event = new_event("ada", "label", "o/r#1@ada:review", datetime(2026, 10, 1, tzinfo=UTC), lead="upstream")
    >>> event["at"], event["lead"], event["note"], len(event["id"])
    ('2026-10-01T00:00:00.000000Z', 'upstream', None, 26)
    """
    when = at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
    optional = dict.fromkeys(("lead", "stakeholder", "activity", "was", "seen", "note"))
    return {"v": VERSION, "id": str(ULID()), "at": when, "by": by, "op": op, "item": item} | optional | more


def event_time(event: Event) -> datetime:
    """Return when an event happened; a time without a zone is UTC."""
    at = datetime.fromisoformat(event["at"])
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def sort_key(event: Event) -> tuple[datetime, str]:
    """Return the key that events are ordered by."""
    return event_time(event), event["id"]


def to_line(event: Event) -> bytes:
    """Return an event as a line of a log."""
    return json.dumps(event, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def validate(event: Any, place: str) -> Event:
    """Return the event if it is valid, else raise a `ContribkitError` that starts with the location `place`."""
    if not isinstance(event, dict) or event.get("v") != VERSION:
        version = event.get("v") if isinstance(event, dict) else event
        raise ContribkitError(f"{place}: unknown label event version {version!r}; update contribkit")
    if problem := _problem(event):
        raise ContribkitError(f"{place}: {problem}")
    return event


def _problem(event: Event) -> str | None:
    for name in ("id", "at", "by", "op", "item"):
        if not isinstance(event.get(name), str) or not event[name].strip():
            return f'the event has no "{name}"; restore the line from git'
    try:
        datetime.fromisoformat(event["at"])
    except ValueError:
        return f'invalid time "{event["at"]}"; restore the line from git'
    if event["op"] not in OPS:
        return f'invalid op "{event["op"]}"; use one of {", ".join(OPS)}'
    if event["op"] in LEAD_OPS and event.get("lead") not in list(Lead):
        return f'invalid lead "{event.get("lead")}"; use one of {", ".join(Lead)}'
    if event.get("activity") not in (None, *Activity):
        return f'invalid activity "{event["activity"]}"; use one of {", ".join(Activity)}'
    for name in ("stakeholder", "was", "note"):
        if not isinstance(event.get(name), str | None):
            return f'"{name}" is not text; restore the line from git'
    return None if isinstance(event.get("seen"), dict | None) else '"seen" is not an object; restore the line from git'


def log_files(folder: Path) -> list[Path]:
    """Return the label logs below a folder, in order; links to folders are followed.

    A folder that cannot be read is an error: labels must not be missing silently.
    """
    found: list[Path] = []
    visited: set[Path] = set()
    for parent, folders, names in os.walk(folder, onerror=_unreadable, followlinks=True):
        if (real := Path(parent).resolve()) in visited:  # a link that leads back
            folders.clear()
            continue
        visited.add(real)
        found += [path for name in names if name.endswith(".jsonl") and (path := Path(parent, name)).is_file()]
    return sorted(found)


def _unreadable(error: OSError) -> None:
    if not isinstance(error, FileNotFoundError):
        raise ContribkitError(f"{error.filename}: cannot be read ({error.strerror}); check its permissions") from error


def read_log(path: Path) -> Iterator[Event]:
    """Yield the events of a label log, in the order of its lines.

    An incomplete last line is what a crash leaves behind. It is ignored with a warning: nobody writes to that file
    any more, so that nothing gets lost. Any other invalid line is an error, with file, line and fix.
    """
    try:
        lines = path.read_bytes().removeprefix(b"\xef\xbb\xbf").split(b"\n")
    except OSError as error:
        raise ContribkitError(f"{path}: cannot be read ({error.strerror}); check its permissions") from error
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            event = json.loads(line.decode("utf-8"))
        except (ValueError, RecursionError) as error:
            if number < len(lines):
                raise ContribkitError(f"{path}:{number}: {_line_problem(line, error)}") from None
            warnings.warn(f"{path}:{number}: the last line is incomplete and was ignored", stacklevel=2)
            continue
        yield validate(event, f"{path}:{number}")


def _line_problem(line: bytes, error: Exception) -> str:
    if line.startswith((b"<<<<<<<", b"=======", b">>>>>>>")):
        return "is a merge conflict marker; keep the lines of both sides and remove the markers"
    if isinstance(error, UnicodeDecodeError):
        return "is not UTF-8; restore the line from git"
    return "is not JSON; restore the line from git"


def read_logs(paths: Iterable[Path]) -> dict[str, tuple[Path, Event]]:
    """Return the events of several logs by id, each once, with the file it was found in first.

    A merge or a copy may leave the same event in two files. Where the two differ, one of them was edited.
    """
    found: dict[str, tuple[Path, Event]] = {}
    for path in paths:
        for event in read_log(path):
            first, known = found.setdefault(event["id"], (path, event))
            if known != event:
                message = f"event {event['id']} differs from the one in {first}, which is used; restore one from git"
                warnings.warn(f"{path}: {message}", stacklevel=2)
    return found


class LabelLog:
    """The log file of one session of one person, ``<folder>/<period>/<person>.<session>.jsonl``.

    Nobody else writes to it, so that no lock is needed: locks fail on network disks. The file is created with the first
    event. After a failed write the file is cut back to the last complete event and a new file is used: an event never
    follows half a line.

    Parameters
    ----------
    folder
        The folder of label logs.
    person
        Who labels. Characters that are unsafe in file names become hyphens; `by` in the events keeps the name.
    period
        The period's name.

    Examples
    --------
    >>> LabelLog("labels", "../ada example", "2026-Q3").path.name.split(".")[0]
    'ada-example'
    """

    def __init__(self, folder: str | Path, person: str, period: str) -> None:
        self._folder = Path(folder).absolute() / _file_name(period)
        self._person = _file_name(person)
        self._handle: int | None = None
        self._saved = bytearray()  # what the file holds
        self._to_rewrite = bytearray()  # what a file held that was removed meanwhile
        self.path = self._new_path()

    def append(self, events: Iterable[Event]) -> None:
        """Append events to the file, all or none, and wait until they are on the disk.

        Raises
        ------
        ContribkitError
            Where that failed; then none of the events is in the file.
        """
        self._leave_removed_file()
        lines = bytes(self._to_rewrite) + b"".join(map(to_line, events))
        if not lines:
            return
        try:
            self._write(lines)
        except OSError as error:
            path = self.path
            self._roll_back()
            raise ContribkitError(f"{path}: cannot be written ({error.strerror}); {_write_fix(error)}") from error
        self._saved += lines
        self._to_rewrite.clear()

    def close(self) -> None:
        """Close the file; a further event starts another."""
        handle, self._handle = self._handle, None
        self._saved, self.path = bytearray(), self._new_path()
        if handle is not None:
            with suppress(OSError):  # what counts as saved is on the disk
                os.close(handle)

    def _leave_removed_file(self) -> None:
        """Start a new file with everything where the old one was removed: a branch was changed, a folder cleaned."""
        if self._handle is None:
            return
        try:
            is_there = os.path.samestat(os.fstat(self._handle), self.path.stat())
        except OSError:
            is_there = False
        if not is_there:
            self._to_rewrite += self._saved
            self.close()

    def _write(self, lines: bytes) -> None:
        if self._handle is None:
            self._handle = self._open()
        rest = memoryview(lines)
        while rest:  # one write, unless a signal or a full disk interrupts it
            rest = rest[os.write(self._handle, rest) :]
        os.fsync(self._handle)

    def _open(self) -> int:
        missing = [folder for folder in (self._folder, *self._folder.parents) if not folder.exists()]
        self._folder.mkdir(parents=True, exist_ok=True)
        handle = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_EXCL, 0o666)
        for folder in (self._folder, *(made.parent for made in missing)):
            with suppress(OSError):  # not every system can sync the names in a folder
                names = os.open(folder, os.O_RDONLY)
                try:
                    os.fsync(names)
                finally:
                    os.close(names)
        return handle

    def _roll_back(self) -> None:
        """Cut the file back to the last saved event, and leave it."""
        if self._handle is not None:
            with suppress(OSError):
                os.ftruncate(self._handle, len(self._saved))
                os.fsync(self._handle)
            if not self._saved:
                with suppress(OSError):
                    self.path.unlink()
        self.close()

    def _new_path(self) -> Path:
        return self._folder / f"{self._person}.{secrets.token_hex(4)}.jsonl"


def _write_fix(error: OSError) -> str:
    if error.errno in _DISK_FULL:
        return "free some disk space, then save again"
    if error.errno in _NOT_ALLOWED:
        return "check its permissions, or read the labels from another folder"
    return "fix that, then save again"


def write_logs(folder: Path, events_by_period: Mapping[str, Iterable[Event]]) -> Iterator[Path]:
    """Write events to new logs, one a person and period, and yield each file once it is written."""
    for period, events in events_by_period.items():
        by_person: dict[str, list[Event]] = {}
        for event in sorted(events, key=sort_key):
            by_person.setdefault(event["by"], []).append(event)
        for person, theirs in by_person.items():
            log = LabelLog(folder, person, period)
            log.append(theirs)
            path = log.path
            log.close()
            yield path


def _file_name(name: str) -> str:
    """Return a name that is valid on every file system; ASCII only, since some systems rewrite accents.

    Examples
    --------
    >>> [_file_name(name) for name in ("ada-example", "../../etc", "Ada Łovelace", "漢字", "2026-07-01..2026-09-30")]
    ['ada-example', 'etc', 'Ada-ovelace', 'somebody', '2026-07-01..2026-09-30']
    """
    kept = re.sub(r"[^A-Za-z0-9._-]+", "-", name)
    return kept.strip("-.")[:80].rstrip("-.") or "somebody"
