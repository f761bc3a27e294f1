"""The store: one SQLite file with what GitHub said, written so that it stays whole, also on a network home directory.

The journal is a file beside it that is rolled back, never a write-ahead log, which needs memory that several machines
share. Locks are SQLite's own and are held only while an answer is written. Where a file system has no such locks, a
folder beside the file serves as one (SQLite's ``unix-dotfile``).
"""

import json
import os
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

from contribkit.errors import ContribkitError

VERSION = 2
_APPLICATION = 0x636B6768  # "ckgh": tells our file from any other SQLite file
_LOCK_WAIT = 30  # seconds to wait for another load that is writing

_TABLES = """
CREATE TABLE nodes (
    id TEXT PRIMARY KEY, kind TEXT NOT NULL, updated_at TEXT NOT NULL, since TEXT NOT NULL, payload TEXT
) WITHOUT ROWID;
CREATE TABLE repositories (
    id TEXT PRIMARY KEY, name TEXT NOT NULL, configured TEXT, private INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE searches (load TEXT, search TEXT, covered TEXT, PRIMARY KEY (load, search)) WITHOUT ROWID;
CREATE TABLE remarks (load TEXT, said TEXT, is_wrong INTEGER, PRIMARY KEY (load, said)) WITHOUT ROWID;
CREATE TABLE sizes (kind TEXT PRIMARY KEY, size REAL NOT NULL, page INTEGER NOT NULL) WITHOUT ROWID;
"""
# From the schema that knew a queue: threads stay to be read, and are asked for anew since less was asked then.
_FROM_1 = """
DROP TABLE asks;
DROP TABLE searches;
DELETE FROM things WHERE kind = 'remark' OR payload IS NULL;
UPDATE things SET updated_at = '';
CREATE TABLE nodes (
    id TEXT PRIMARY KEY, kind TEXT NOT NULL, updated_at TEXT NOT NULL, since TEXT NOT NULL, payload TEXT
) WITHOUT ROWID;
INSERT INTO nodes SELECT CASE WHEN kind LIKE 'own_%' THEN 'own ' ELSE '' END || id, kind, updated_at, since, payload
    FROM things;
DROP TABLE things;
CREATE TABLE searches (load TEXT, search TEXT, covered TEXT, PRIMARY KEY (load, search)) WITHOUT ROWID;
CREATE TABLE remarks (load TEXT, said TEXT, is_wrong INTEGER, PRIMARY KEY (load, said)) WITHOUT ROWID;
CREATE TABLE sizes (kind TEXT PRIMARY KEY, size REAL NOT NULL, page INTEGER NOT NULL) WITHOUT ROWID;
"""

_SENTENCES = {
    "locked": "is being written by another load; wait for it and try again "
    "(where none runs, remove the folder of this name with .lock behind it)",
    "readonly": "cannot be written; make it writable, or name another file for store",
    "unable to open": "cannot be opened; make it and its folder writable, or name another file for store",
    "full": "cannot be written, since the disk is full; free some space and load again: what was loaded stays",
    "disk I/O": "cannot be written (is the disk full?); free some space and load again: what was loaded stays",
    "not a database": "is damaged or no SQLite file; move it away and load again",
    "malformed": "is damaged; move it away and load again",
}


class CachedNode(NamedTuple):
    """A thread, release or repository as GitHub answered; `since` is the time from which on nothing of it is missing.

    `payload` is None for what is gone. An empty `updated_at` means that a part is missing: it is asked for again.
    """

    id: str
    kind: str
    updated_at: str
    since: str
    payload: dict[str, Any] | None


class Name(NamedTuple):
    """What a repository is called now, what in contribkit.toml where that is known, and whether it is private."""

    now: str
    configured: str | None
    private: bool


class Store:
    """An open store; use it in a ``with`` statement.

    Parameters
    ----------
    path
        The file; it is made where it is missing, unless it is only to be read.
    read_only
        Never write, so that a store can be read where nothing can be written.

    Raises
    ------
    ContribkitError
        For a file that is locked, cannot be written, is damaged, is none of ours, or was written by a later version.
    """

    def __init__(self, path: Path, read_only: bool = False) -> None:
        self.path = path
        with self._errors():
            self._connection = _open(path, read_only)
        try:
            with self._errors():
                _prepare(self._connection, path, read_only)
        except BaseException:
            self._connection.close()
            raise

    def __enter__(self) -> "Store":
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

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

    def keep(self, node: CachedNode) -> None:
        """Write a node, over what was held under its id."""
        payload = None if node.payload is None else json.dumps(node.payload, ensure_ascii=False)
        self._write("INSERT OR REPLACE INTO nodes VALUES (?, ?, ?, ?, ?)", (*node[:4], payload))

    def get(self, identifier: str) -> CachedNode | None:
        """Return what is held under an id, or None."""
        return next(map(_node, self._read("SELECT * FROM nodes WHERE id = ?", identifier)), None)

    def of_kinds(self, *kinds: str) -> Iterator[CachedNode]:
        """Yield what is held of some kinds, by id; what is gone is left out."""
        marks = ", ".join("?" * len(kinds))
        query = f"SELECT * FROM nodes WHERE kind IN ({marks}) AND payload IS NOT NULL ORDER BY id"
        yield from map(_node, self._read(query, *kinds))

    def holds(self, identifier: str, updated_at: str) -> bool:
        """Say whether a node is held as it was at a moment or later."""
        query = "SELECT 1 FROM nodes WHERE id = ? AND updated_at >= ? AND updated_at != ''"
        return any(True for _ in self._read(query, identifier, updated_at))

    def gone(self) -> int:
        """Return how many nodes are gone."""
        return int(next(self._read("SELECT count(*) FROM nodes WHERE payload IS NULL"))[0])

    def keep_repository(self, repository: dict[str, Any], configured: str | None = None) -> None:
        """Write what a repository is called now, and in contribkit.toml."""
        self._write(
            "INSERT INTO repositories VALUES (?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET name = excluded.name, "
            "configured = coalesce(excluded.configured, configured), private = excluded.private",
            (repository["id"], repository["nameWithOwner"], configured, repository["isPrivate"]),
        )

    def repositories(self) -> dict[str, Name]:
        """Return the names of every repository by id."""
        rows = self._read("SELECT * FROM repositories")
        return {identifier: Name(now, configured, bool(private)) for identifier, now, configured, private in rows}

    def finish(self, load: str, searches: Iterable[str], moment: str) -> None:
        """Note that all searches of a load were complete at a moment; former ones of it are forgotten."""
        self._write("DELETE FROM searches WHERE load = ?", (load,))
        self._write("INSERT INTO searches VALUES (?, ?, ?)", *((load, search, moment) for search in searches))

    def covered(self, load: str) -> dict[str, str]:
        """Return when each search of a load was complete last."""
        return dict(self._read("SELECT search, covered FROM searches WHERE load = ?", load))

    def loads(self) -> list[str]:
        """Return every load that was complete once."""
        return [load for (load,) in self._read("SELECT DISTINCT load FROM searches")]

    def keep_remarks(self, load: str, remarks: dict[str, bool]) -> None:
        """Write what a load has to say of what contribkit.toml names, and whether each is an error."""
        self._write("DELETE FROM remarks WHERE load = ?", (load,))
        self._write("INSERT INTO remarks VALUES (?, ?, ?)", *((load, said, wrong) for said, wrong in remarks.items()))

    def remarks(self, load: str) -> dict[str, bool]:
        """Return what a load had to say."""
        return {
            said: bool(wrong) for said, wrong in self._read("SELECT said, is_wrong FROM remarks WHERE load = ?", load)
        }

    def keep_sizes(self, sizes: dict[str, tuple[float, int]]) -> None:
        """Write how much a request may hold of each kind, and how long a page."""
        rows = ((kind, size, page) for kind, (size, page) in sizes.items())
        self._write("INSERT OR REPLACE INTO sizes VALUES (?, ?, ?)", *rows)

    def sizes(self) -> dict[str, tuple[float, int]]:
        """Return how much a request held last, by kind."""
        return {kind: (size, page) for kind, size, page in self._read("SELECT * FROM sizes")}

    def _write(self, statement: str, *rows: tuple[Any, ...]) -> None:
        with self._errors():
            self._connection.executemany(statement, rows)

    def _read(self, query: str, *values: Any) -> Iterator[Any]:
        with self._errors():
            yield from self._connection.execute(query, values).fetchall()

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.DatabaseError as error:
            said = str(error)
            fallback = f"cannot be used ({said}); move it away and load again, or name another file for store"
            told = next((told for words, told in _SENTENCES.items() if words in said), fallback)
            raise ContribkitError(f"{self.path}: {told}") from None


def _node(row: tuple[str, str, str, str, str | None]) -> CachedNode:
    return CachedNode(*row[:4], None if row[4] is None else json.loads(row[4]))


def _open(path: Path, read_only: bool) -> sqlite3.Connection:
    if not read_only:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise ContribkitError(
                f"{path}: its folder cannot be made ({error.strerror}); name another place for store"
            ) from None
        if path.exists() and not os.access(path, os.W_OK, effective_ids=True):
            raise sqlite3.OperationalError("readonly")  # before any work: SQLite notices when it writes
    try:
        return _connect(path, read_only, "")
    except sqlite3.OperationalError as error:
        if not str(error).startswith(("disk I/O error", "locking protocol")):
            raise
        # A file system without byte-range locks.
        return _connect(path, read_only, "&vfs=unix-dotfile")


def _connect(path: Path, read_only: bool, more: str) -> sqlite3.Connection:
    if not read_only and not path.exists():
        with suppress(OSError):  # SQLite says it better
            path.touch(mode=0o600)  # private threads may be in it
    mode = "ro" if read_only else "rwc"
    address = f"file:{quote(str(path.resolve()))}?mode={mode}{more}"
    connection = sqlite3.connect(address, uri=True, timeout=_LOCK_WAIT, isolation_level=None)
    try:
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()  # takes a lock
    except BaseException:
        connection.close()
        raise
    return connection


def _prepare(connection: sqlite3.Connection, path: Path, read_only: bool) -> None:
    """Make the tables in a new file; bring an old one up to date, or say why it cannot be used."""
    if read_only:
        _check(connection, path)
        return
    connection.execute("PRAGMA journal_mode = DELETE")
    # Taken at once, so that of two loads that start together one makes the tables.
    connection.execute("BEGIN IMMEDIATE")
    if connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0] == 0:
        connection.execute(f"PRAGMA application_id = {_APPLICATION}")
        _run(connection, _TABLES)
    elif _version(connection) == (_APPLICATION, 1):
        _run(connection, _FROM_1)
    _check(connection, path)
    connection.execute("COMMIT")


def _run(connection: sqlite3.Connection, statements: str) -> None:
    for statement in filter(str.strip, statements.split(";")):
        connection.execute(statement)
    connection.execute(f"PRAGMA user_version = {VERSION}")


def _version(connection: sqlite3.Connection) -> tuple[int, int]:
    names = ("application_id", "user_version")
    application, version = (connection.execute(f"PRAGMA {name}").fetchone()[0] for name in names)
    return int(application), int(version)


def _check(connection: sqlite3.Connection, path: Path) -> None:
    application, version = _version(connection)
    if application != _APPLICATION:
        raise ContribkitError(f"{path}: is no store of contribkit; name another file for store")
    if version > VERSION:
        raise ContribkitError(
            f"{path}: was written by a later version of contribkit (store {version}, this one knows {VERSION}); "
            "update contribkit, or name another file for store"
        )
    if version < VERSION:
        raise ContribkitError(
            f"{path}: was written by an earlier version of contribkit; load once with a token to bring it up to date"
        )
