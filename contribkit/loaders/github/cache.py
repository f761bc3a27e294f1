"""The store: one SQLite file with what GitHub said, written so that it stays whole, also on a network home directory.

The journal is rolled back, never a write-ahead log, which needs memory that several machines share. Locks are held only
while an answer is written; where a file system has none, a folder beside the file serves (SQLite's ``unix-dotfile``).
"""

import json
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

from contribkit.errors import ContribkitError

VERSION = 2
_APPLICATION = 0x636B6768  # "ckgh": tells our file from any other SQLite file
_LOCK_WAIT = 30  # seconds to wait for another load that is writing
# What to do, by a word of SQLite's message.
_FREE = "free some space and load again: what was loaded stays"
_FIXES = {
    "locked": "is being written by another load; wait for it and try again "
    "(where none runs, remove the folder of this name with .lock behind it)",
    "readonly": "cannot be written; make it writable, or name another file for store",
    "unable to open": "cannot be opened; make it and its folder writable, or name another file for store",
    "full": f"cannot be written, since the disk is full; {_FREE}",
    "disk I/O": f"cannot be written (is the disk full?); {_FREE}",
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


class Store:
    """An open store, made where it is missing unless it is only to be read; use it in a ``with`` statement.

    Raises `ContribkitError` for a file that is locked, damaged, none of ours, or of a later version.
    """

    def __init__(self, path: Path, read_only: bool = False) -> None:
        self.path = path
        with self._errors():
            self._connection = _open(path, read_only)
            try:
                self._prepare(read_only)
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
        return next(self._nodes("id = ?", identifier), None)

    def of_kinds(self, *kinds: str) -> Iterator[CachedNode]:
        """Yield what is held of some kinds, by id; what is gone is left out."""
        return self._nodes(f"kind IN ({', '.join('?' * len(kinds))}) AND payload IS NOT NULL ORDER BY id", *kinds)

    def _nodes(self, which: str, *values: str) -> Iterator[CachedNode]:
        for *key, updated_at, since, payload in self._read(f"SELECT * FROM nodes WHERE {which}", *values):
            yield CachedNode(key[0], key[1], updated_at, since, payload and json.loads(payload))

    def holds(self, identifier: str, updated_at: str) -> bool:
        """Say whether a node is held as it was at a moment or later."""
        query = "SELECT 1 FROM nodes WHERE id = ? AND updated_at >= ? AND updated_at != ''"
        return bool(self._read(query, identifier, updated_at))

    def gone(self) -> int:
        """Return how many nodes are gone."""
        return int(self._read("SELECT count(*) FROM nodes WHERE payload IS NULL")[0][0])

    def keep_repository(self, repository: dict[str, Any], configured: str | None = None) -> None:
        """Write what a repository is called now, and in contribkit.toml."""
        self._write(
            "INSERT INTO repositories VALUES (?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET name = excluded.name, "
            "configured = coalesce(excluded.configured, configured), private = excluded.private",
            (repository["id"], repository["nameWithOwner"], configured, repository["isPrivate"]),
        )

    def repositories(self) -> list[tuple[str, str, str | None, int]]:
        """Return of each repository its id, its name now and that in contribkit.toml, and whether it is private."""
        return self._read("SELECT * FROM repositories")

    def keep_told(self, table: str, load: str, told: dict[str, Any]) -> None:
        """Write when the ``searches`` of a load were complete, or its ``remarks``, in place of former ones."""
        self._write(f"DELETE FROM {table} WHERE load = ?", (load,))
        self._write(f"INSERT INTO {table} VALUES (?, ?, ?)", *((load, *one) for one in told.items()))

    def told(self, table: str, load: str) -> dict[str, Any]:
        """Return when each search of a load was complete, or each remark and whether it is an error."""
        return {name: value for _, name, value in self._read(f"SELECT * FROM {table} WHERE load = ?", load)}

    def loads(self) -> list[str]:
        """Return every load that was complete once."""
        return [load for (load,) in self._read("SELECT DISTINCT load FROM searches")]

    def keep_sizes(self, sizes: dict[str, tuple[float, int]]) -> None:
        """Write how much a request may hold of each kind, and how long a page."""
        self._write("INSERT OR REPLACE INTO sizes VALUES (?, ?, ?)", *((kind, *size) for kind, size in sizes.items()))

    def sizes(self) -> dict[str, tuple[float, int]]:
        """Return how much a request held last, by kind."""
        return {kind: (size, page) for kind, size, page in self._read("SELECT * FROM sizes")}

    def _write(self, statement: str, *rows: tuple[Any, ...]) -> None:
        with self._errors():
            self._connection.executemany(statement, rows)

    def _read(self, query: str, *values: Any) -> list[Any]:
        with self._errors():
            return self._connection.execute(query, values).fetchall()

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.DatabaseError as error:
            said = str(error)
            other = f"cannot be used ({said}); move it away and load again, or name another file for store"
            fix = next((fix for words, fix in _FIXES.items() if words in said), other)
            raise ContribkitError(f"{self.path}: {fix}") from None

    def _prepare(self, read_only: bool) -> None:
        """Make the tables in a new file; bring an old one up to date, or say why it cannot be used."""
        run = self._connection.execute

        def pragma(name: str) -> int:
            return int(run(f"PRAGMA {name}").fetchone()[0])

        if not read_only:
            run("PRAGMA journal_mode = DELETE")
            run("BEGIN IMMEDIATE")  # at once, so that of two loads that start together one makes the tables
            is_new = not self._read("SELECT * FROM sqlite_master")
            if is_new or (pragma("application_id"), pragma("user_version")) == (_APPLICATION, 1):
                schema = Path(__file__).with_name("store.sql").read_text(encoding="utf-8")
                tables, _, upgrade = schema.partition("-- From version 1\n")
                marks = f"PRAGMA application_id = {_APPLICATION}; PRAGMA user_version = {VERSION}"
                for statement in f"{tables}{'' if is_new else upgrade}{marks}".split(";"):
                    run(statement)
        version = pragma("user_version")
        known = f"(store {version}, this one knows {VERSION})"
        problems = {
            "is no store of contribkit; name another file for store": pragma("application_id") != _APPLICATION,
            f"was written by a later version of contribkit {known}; update contribkit, or name another file for store":
                version > VERSION,
            "was written by an earlier version of contribkit; load once with a token to bring it up to date":
                version < VERSION,
        }  # fmt: skip
        if problem := next((words for words, is_so in problems.items() if is_so), None):
            raise ContribkitError(f"{self.path}: {problem}")
        if not read_only:
            run("COMMIT")


def _open(path: Path, read_only: bool) -> sqlite3.Connection:
    if not read_only:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            fix = f"its folder cannot be made ({error.strerror}); name another place for store"
            raise ContribkitError(f"{path}: {fix}") from None
        if path.exists() and not os.access(path, os.W_OK, effective_ids=True):
            raise sqlite3.OperationalError("readonly")  # before any work: SQLite notices when it writes
    try:
        return _connect(path, read_only, "")
    except sqlite3.OperationalError as error:
        if not str(error).startswith(("disk I/O error", "locking protocol")):
            raise
        return _connect(path, read_only, "&vfs=unix-dotfile")  # a file system without byte-range locks


def _connect(path: Path, read_only: bool, more: str) -> sqlite3.Connection:
    if not read_only and not path.exists():
        with suppress(OSError):  # SQLite says it better
            path.touch(mode=0o600)  # private threads may be in it
    address = f"file:{quote(str(path.resolve()))}?mode={'ro' if read_only else 'rwc'}{more}"
    connection = sqlite3.connect(address, uri=True, timeout=_LOCK_WAIT, isolation_level=None)
    try:
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()  # takes a lock
    except BaseException:
        connection.close()
        raise
    return connection
