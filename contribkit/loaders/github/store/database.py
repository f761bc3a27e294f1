"""The SQLite file: opened, locked and written so that it stays whole, also on a network home directory.

The journal is a file beside it that is rolled back, never a write-ahead log, which needs memory that several machines
share. Locks are SQLite's own and are held only while an answer is written. Where a file system has no such locks, a
folder beside the file serves as one (SQLite's ``unix-dotfile``).
"""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import quote

from contribkit.errors import ContribkitError
from contribkit.loaders.github.store.sentences import sentence
from contribkit.loaders.github.store.version import prepare

_PATIENCE = 30  # seconds to wait for another load that is writing


class Database:
    """An open file; what SQLite says goes wrong is a `ContribkitError` with what to do."""

    def __init__(self, path: Path, read_only: bool) -> None:
        self._path = path
        with self._errors():
            self._connection = _open(path, read_only)
        try:
            with self._errors():
                prepare(self._connection, path, read_only)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def write(self, statement: str, *rows: tuple[Any, ...]) -> None:
        """Run a statement once for each row of values."""
        with self._errors():
            self._connection.executemany(statement, rows)

    def read(self, query: str, *values: Any) -> Iterator[Any]:
        """Yield the rows that a query finds."""
        with self._errors():
            yield from self._connection.execute(query, values)

    def first(self, query: str, *values: Any) -> Any:
        """Return the first row that a query finds, or None."""
        with self._errors():
            return self._connection.execute(query, values).fetchone()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Write all of what is done inside, or nothing."""
        with self._errors():
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.DatabaseError as error:
            raise ContribkitError(f"{self._path}: {sentence(error)}") from None


def _open(path: Path, read_only: bool) -> sqlite3.Connection:
    if not read_only:
        _make_folder(path)
        if path.exists() and not os.access(path, os.W_OK, effective_ids=True):
            raise sqlite3.OperationalError("readonly")  # before any work: SQLite notices when it writes
    try:
        return _connect(path, read_only, "")
    except sqlite3.OperationalError as error:
        if not str(error).startswith(("disk I/O error", "locking protocol")):
            raise
        # A file system without byte-range locks.
        return _connect(path, read_only, "&vfs=unix-dotfile")


def _make_folder(path: Path) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ContribkitError(
            f"{path}: its folder cannot be made ({error.strerror}); name another place for store"
        ) from None


def _connect(path: Path, read_only: bool, more: str) -> sqlite3.Connection:
    if not read_only and not path.exists():
        with suppress(OSError):  # SQLite says it better
            path.touch(mode=0o600)  # private threads may be in it
    mode = "ro" if read_only else "rwc"
    address = f"file:{quote(str(path.resolve()))}?mode={mode}{more}"
    connection = sqlite3.connect(address, uri=True, timeout=_PATIENCE, isolation_level=None)
    try:
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()  # takes a lock
    except BaseException:
        connection.close()
        raise
    return connection
