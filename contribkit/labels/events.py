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
from contribkit.io import parse_json
from contribkit.period import YEARS
from contribkit.tables import grouped
from contribkit.vocabulary import Activity, Lead

VERSION = 1
LEAD_OPS = ("label", "adjudicate")  # the ops that give a lead
DECISION_OPS = (*LEAD_OPS, "clear", "skip")  # the ops that an undo can take back
OPS = (*DECISION_OPS, "undo")

Event = dict[str, Any]
"""`v`, `id` (ULID), `at` (ISO time), `by`, `op`, `item`, and optionally `lead`, `stakeholder`, `activity`, `was` (the
person's previous lead), `seen` (the suggestion on screen: `lead`, `confidence`, `decided_by`, `blind`) and `note`.
Events of one step, such as a bulk label, share the same `at` and are undone together."""

_OPTIONAL = ("lead", "stakeholder", "activity", "was", "seen", "note")
_FROM_GIT = "restore the line from git"
_NO_SPACE, _NO_RIGHT = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG), (errno.EACCES, errno.EPERM, errno.EROFS)
_FIXES = dict.fromkeys(_NO_SPACE, "free some disk space, then save again")
_FIXES |= dict.fromkeys(_NO_RIGHT, "check its permissions, or read the labels from another folder")


def new_event(by: str, op: str, item: str, at: datetime, **more: Any) -> Event:
    """Return a new event with a fresh id; ids created in one process ascend."""
    when = at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
    event = {"v": VERSION, "id": str(ULID()), "at": when, "by": by, "op": op, "item": item}
    return event | dict.fromkeys(_OPTIONAL) | more


def event_time(event: Event) -> datetime:
    """Return when an event happened; a time without a zone is UTC."""
    at = datetime.fromisoformat(event["at"])
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def sort_key(event: Event) -> tuple[datetime, str]:
    """Return the key that events are ordered by."""
    return event_time(event), event["id"]


def validate(event: Any, place: str) -> Event:
    """Return the event if it is valid, else raise a `ContribkitError` that starts with the location `place`."""
    version = event.get("v") if isinstance(event, dict) else event
    if not isinstance(event, dict) or version != VERSION:
        raise ContribkitError(f"{place}: unknown label event version {version!r}; update contribkit")
    if problem := next(_problems(event), None):
        raise ContribkitError(f"{place}: {problem}")
    return event


def _problems(event: Event) -> Iterator[str]:
    """Yield what is wrong; the first for sure, while others may follow from it."""
    for name in ("id", "at", "by", "op", "item"):
        if not isinstance(event.get(name), str) or not event[name].strip():
            yield f'the event has no "{name}"; {_FROM_GIT}'
    is_time = False
    with suppress(ValueError):
        is_time = event_time(event).year in YEARS  # others are in no year in some time zone
    if not is_time:
        yield f'invalid time "{event["at"]}"; {_FROM_GIT}'
    leads = [*Lead] if event["op"] in LEAD_OPS else [event.get("lead")]
    for name, words in (("op", OPS), ("lead", leads), ("activity", (None, *Activity))):
        if event.get(name) not in words:
            yield f'invalid {name} "{event.get(name)}"; use one of {", ".join(filter(None, words))}'
    for name in ("stakeholder", "was", "note"):
        if not isinstance(event.get(name), str | None):
            yield f'"{name}" is not text; {_FROM_GIT}'
    if not isinstance(event.get("seen"), dict | None):
        yield f'"seen" is not an object; {_FROM_GIT}'


def log_files(folder: Path) -> list[Path]:
    """Return the label logs below a folder, in order; an unreadable folder is an error, so that no label is missing."""
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
    """Yield the events of a label log; an invalid line is an error, an incomplete last one, of a crash, a warning."""
    try:
        lines = path.read_bytes().removeprefix(b"\xef\xbb\xbf").split(b"\n")
    except OSError as error:
        raise ContribkitError(f"{path}: cannot be read ({error.strerror}); check its permissions") from error
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            event = parse_json(line)
        except (ValueError, RecursionError) as error:
            if number == len(lines):
                warnings.warn(f"{path}:{number}: the last line is incomplete and was ignored", stacklevel=2)
                return
            problem = f"is not {'UTF-8' if isinstance(error, UnicodeDecodeError) else 'JSON'}; {_FROM_GIT}"
            if line.startswith((b"<<<<<<<", b"=======", b">>>>>>>")):
                problem = "is a merge conflict marker; keep the lines of both sides and remove the markers"
            raise ContribkitError(f"{path}:{number}: {problem}") from None
        yield validate(event, f"{path}:{number}")


def read_logs(paths: Iterable[Path]) -> dict[str, tuple[Path, Event]]:
    """Return the events of several logs by id, each once, with the file it was found in first."""
    found: dict[str, tuple[Path, Event]] = {}
    for path in paths:
        for event in read_log(path):
            first, known = found.setdefault(event["id"], (path, event))
            if known != event:
                message = f"event {event['id']} differs from the one in {first}, which is used; restore one from git"
                warnings.warn(f"{path}: {message}", stacklevel=2)
    return found


class LabelLog:
    """The log file of one session of one person, ``<folder>/<period>/<person>.<session>.jsonl``, made with an event."""

    # Nobody else writes to it: locks fail on network disks. After a failed write it is cut back to the last complete
    # event, and a new file is used, as where it was removed or replaced, as git does.

    def __init__(self, folder: str | Path, person: str, period: str) -> None:
        self._folder = Path(folder).absolute() / _file_name(period)
        self._person = _file_name(person)
        self._to_rewrite = b""  # what files held that were removed
        self._start_file()

    def append(self, events: Iterable[Event]) -> None:
        """Append events to the file, all or none (then a `ContribkitError`), and wait until they are on the disk."""
        if not self._is_intact():
            self._start_file(self._saved)
        texts = (json.dumps(event, ensure_ascii=False, separators=(",", ":")) + "\n" for event in events)
        lines = self._to_rewrite + "".join(texts).encode()
        if not lines:
            return
        try:
            self._write(lines)
        except OSError as error:
            path = self.path
            self._cut_back()
            fix = _FIXES.get(error.errno or 0, "fix that, then save again")
            raise ContribkitError(f"{path}: cannot be written ({error.strerror}); {fix}") from error
        self._saved += lines
        self._to_rewrite = b""

    def _start_file(self, lost: bytes = b"") -> None:
        self._to_rewrite += lost
        self._saved = b""  # what the file holds
        self.path = self._folder / f"{self._person}.{secrets.token_hex(4)}.jsonl"

    def _is_intact(self) -> bool:
        try:
            return not self._saved or self.path.stat().st_size == len(self._saved)
        except OSError:
            return False

    def _write(self, lines: bytes) -> None:
        missing = [folder for folder in (self._folder, *self._folder.parents) if not folder.exists()]
        self._folder.mkdir(parents=True, exist_ok=True)
        mode = os.O_APPEND if self._saved else os.O_CREAT | os.O_EXCL
        _write_and_sync(os.open(self.path, os.O_WRONLY | mode, 0o666), lines)
        if not self._saved:
            for folder in (self._folder, *(made.parent for made in missing)):
                with suppress(OSError):  # not every system can sync the names in a folder
                    _write_and_sync(os.open(folder, os.O_RDONLY), b"")

    def _cut_back(self) -> None:
        with suppress(OSError):
            if self._saved:
                os.truncate(self.path, len(self._saved))
            else:
                self.path.unlink()
        self._start_file(b"" if self._is_intact() else self._saved)


def _write_and_sync(handle: int, lines: bytes) -> None:
    try:
        rest = memoryview(lines)
        while rest:  # one write, unless a signal or a full disk interrupts it
            rest = rest[os.write(handle, rest) :]
        os.fsync(handle)
    finally:
        os.close(handle)


def write_logs(folder: Path, events_by_period: Mapping[str, Iterable[Event]]) -> Iterator[Path]:
    """Write events to new logs, one a person and period, and yield each file once it is written."""
    for period, events in events_by_period.items():
        in_order = sorted(events, key=sort_key)
        for person, theirs in grouped((event["by"] for event in in_order), in_order).items():
            log = LabelLog(folder, person, period)
            log.append(theirs)
            yield log.path


def _file_name(name: str) -> str:
    """Return a name that is valid on every file system; ASCII only, since some systems rewrite accents."""
    kept = re.sub(r"[^A-Za-z0-9._-]+", "-", name)
    return kept.strip("-.")[:80].rstrip("-.") or "somebody"
