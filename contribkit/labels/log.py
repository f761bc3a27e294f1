"""Write a label log: a file a session, and an event is on the disk before anybody says that it is saved."""

import errno
import os
import re
import secrets
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path

from contribkit.errors import ContribkitError
from contribkit.labels.event import Event, line, when

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_FORBIDDEN = {errno.EACCES, errno.EPERM, errno.EROFS}


class LabelLog:
    """The log file of one session of one person, ``<folder>/<period>/<person>.<session>.jsonl``.

    Nobody else writes to it, so that no lock is needed: locks fail on network disks. It is made with the first event.
    Where writing fails, what reached the file is taken back, and the next try starts a file of its own: an event never
    follows half a line.

    Parameters
    ----------
    folder
        The folder of label logs.
    person
        Who labels; what no file name may hold becomes a hyphen, and `by` in the events keeps the name as it is.
    period
        The period's name.

    Examples
    --------
    >>> LabelLog("labels", "../ada example", "2026-Q3").path.name.split(".")[0]
    'ada-example'
    """

    def __init__(self, folder: str | Path, person: str, period: str) -> None:
        self._folder = Path(folder).absolute() / _safe(period)
        self._person = _safe(person)
        self._handle: int | None = None
        self._saved = bytearray()  # what the file holds
        self._again = bytearray()  # what a file held that somebody took away
        self.path = self._new_path()

    def append(self, events: Iterable[Event]) -> None:
        """Write events at the end of the file, all or none, and wait until the disk has them.

        Raises
        ------
        ContribkitError
            Where that failed; then none of the events is in the file.
        """
        self._leave_what_is_gone()
        lines = bytes(self._again) + b"".join(line(event) for event in events)
        if not lines:
            return
        try:
            self._write(lines)
        except OSError as error:
            path = self.path
            self._take_back()
            raise ContribkitError(f"{path}: cannot be written ({error.strerror}); {_mend(error)}") from error
        self._saved += lines
        self._again.clear()

    def close(self) -> None:
        """Close the file; a further event starts another."""
        if self._handle is not None:
            os.close(self._handle)
        self._handle, self._saved, self.path = None, bytearray(), self._new_path()

    def _leave_what_is_gone(self) -> None:
        """Start anew, with everything, where the file is not there any more: a branch was changed, a folder cleaned."""
        if self._handle is None:
            return
        try:
            is_there = os.path.samestat(os.fstat(self._handle), self.path.stat())
        except OSError:
            is_there = False
        if not is_there:
            self._again += self._saved
            self.close()

    def _write(self, lines: bytes) -> None:
        if self._handle is None:
            self._handle = self._open()
        rest = memoryview(lines)
        while rest:  # one write, unless a signal or a full disk cuts it short
            rest = rest[os.write(self._handle, rest) :]
        os.fsync(self._handle)

    def _open(self) -> int:
        missing = [folder for folder in (self._folder, *self._folder.parents) if not folder.exists()]
        self._folder.mkdir(parents=True, exist_ok=True)
        handle = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_EXCL, 0o666)
        for folder in (self._folder, *(made.parent for made in missing)):
            _sync_folder(folder)
        return handle

    def _take_back(self) -> None:
        """Cut off what reached the file since the last event that is saved, and leave it."""
        handle, path, size = self._handle, self.path, len(self._saved)
        self._handle, self._saved, self.path = None, bytearray(), self._new_path()
        if handle is None:
            return
        with suppress(OSError):
            os.ftruncate(handle, size)
            os.fsync(handle)
        with suppress(OSError):
            os.close(handle)
        if not size:
            with suppress(OSError):
                path.unlink()

    def _new_path(self) -> Path:
        return self._folder / f"{self._person}.{secrets.token_hex(4)}.jsonl"


def write_logs(folder: Path, events: Mapping[str, Iterable[Event]]) -> list[Path]:
    """Write events into new logs, one a person and period, and return the files.

    Parameters
    ----------
    folder
        The folder of label logs.
    events
        By period.
    """
    files = []
    for period, some in events.items():
        by_person: dict[str, list[Event]] = {}
        for event in sorted(some, key=when):
            by_person.setdefault(event["by"], []).append(event)
        for person, theirs in by_person.items():
            log = LabelLog(folder, person, period)
            log.append(theirs)
            files.append(log.path)
            log.close()
    return files


def _safe(name: str) -> str:
    """Return a name as every file system takes it; only ASCII, since some write accents otherwise than given.

    Examples
    --------
    >>> [_safe(name) for name in ("ada-example", "../../etc", "Ada Łovelace", "漢字", "2026-07-01..2026-09-30")]
    ['ada-example', 'etc', 'Ada-ovelace', 'somebody', '2026-07-01..2026-09-30']
    """
    kept = re.sub(r"[^A-Za-z0-9._-]+", "-", name)
    return kept.strip("-.")[:80].rstrip("-.") or "somebody"


def _sync_folder(folder: Path) -> None:
    """Wait until the disk knows the names in a folder, where the system can do that."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _mend(error: OSError) -> str:
    if error.errno in _FULL:
        return "make room, then save again"
    if error.errno in _FORBIDDEN:
        return "give yourself the right to write there, or read the labels from another folder"
    return "mend that, then save again"
