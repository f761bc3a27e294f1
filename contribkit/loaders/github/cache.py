"""The store: one SQLite file with what GitHub said, written so that it stays whole, also on a network home directory.

The journal is rolled back, never a write-ahead log, which needs memory that several machines share. Locks are held only
while an answer is written; where a file system has none, a folder beside the file serves (SQLite's ``unix-dotfile``).
"""

import json
import os
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

from contribkit.errors import ContribkitError
from contribkit.loaders.github.queries import NAMES

VERSION = 2
_APPLICATION = 0x636B6768  # "ckgh": tells our file from any other SQLite file
_LOCK_WAIT = 30  # seconds to wait for another load that is writing


class CachedNode(NamedTuple):
    """What GitHub answered, None where it is gone; of what has no `updated_at` a part is missing: it is asked again."""

    id: str
    kind: str
    updated_at: str
    payload: dict[str, Any] | None


class Store(AbstractContextManager["Store"]):
    """An open store, made where it is missing unless it is only to be read; errors name what to do with the file."""

    def __init__(self, path: Path, read_only: bool = False) -> None:
        self.path = path
        with self._errors():
            self._connection = _open(path, read_only)
            try:
                self._prepare(read_only)
            except BaseException:
                self._connection.close()
                raise

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Write all of what is done inside, or nothing."""
        with self._errors():
            self._connection.execute("BEGIN IMMEDIATE")
            with self._connection:
                yield

    def keep(self, node: CachedNode) -> None:
        """Write a node, over what was held under its id."""
        payload = None if node.payload is None else json.dumps(node.payload, ensure_ascii=False)
        self.keep_rows("nodes", [(*node[:3], "", payload)])

    def get(self, identifier: str, touched: str = "") -> CachedNode | None:
        """Return what is held under an id, as it was when it was touched or later; else None."""
        return next(self._nodes("id = ? AND updated_at >= ?", identifier, touched), None)

    def of_kinds(self, *kinds: str) -> Iterator[CachedNode]:
        """Yield what is held of some kinds, by id; what is gone is left out."""
        return self._nodes(f"kind IN ({', '.join('?' * len(kinds))}) AND payload IS NOT NULL ORDER BY id", *kinds)

    def _nodes(self, which: str, *values: str) -> Iterator[CachedNode]:
        for *key, payload in self._run(f"SELECT id, kind, updated_at, payload FROM nodes WHERE {which}", *values):
            yield CachedNode(key[0], key[1], key[2], payload and json.loads(payload))

    def gone(self) -> int:
        """Return how many nodes are gone."""
        return sum(1 for _ in self._nodes("payload IS NULL"))

    def keep_repository(self, repository: dict[str, Any], configured: str | None = None) -> None:
        """Write what a repository is called now, and in contribkit.toml."""
        row = (repository["id"], repository["nameWithOwner"], configured, repository["isPrivate"])
        former = "(SELECT configured FROM repositories WHERE id = ?1)"
        self._run(f"INSERT OR REPLACE INTO repositories VALUES (?1, ?2, coalesce(?3, {former}), ?4)", *row)

    def keep_rows(self, table: str, rows: Iterable[tuple[Any, ...]]) -> None:
        """Write rows of a table of store.sql, over former ones with the same key."""
        for row in rows:
            self._run(f"INSERT OR REPLACE INTO {table} VALUES ({', '.join('?' * len(row))})", *row)

    def rows(self, table: str) -> list[Any]:
        """Return all rows of a table of store.sql."""
        return self._run(f"SELECT * FROM {table}")

    def keep_told(self, table: str, load: str, told: dict[str, Any]) -> None:
        """Write when the ``searches`` of a load were complete, or its ``remarks``, in place of former ones."""
        self._run(f"DELETE FROM {table} WHERE load = ?", load)
        self.keep_rows(table, ((load, *one) for one in told.items()))

    def told(self, table: str, load: str) -> dict[str, Any]:
        """Return when each search of a load was complete, or each remark and whether it is an error."""
        return {name: value for of, name, value in self.rows(table) if of == load}

    def _run(self, query: str, *values: Any) -> list[Any]:
        with self._errors():
            return self._connection.execute(query, values).fetchall()

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.DatabaseError as error:
            fixes = (fix for words, fix in NAMES["store_fixes"].items() if words in str(error))
            fix = next(fixes, NAMES["problems"]["other"].format(error))
            raise ContribkitError(f"{self.path}: {fix}") from None

    def _prepare(self, read_only: bool) -> None:
        run, marks = self._connection.execute, "SELECT * FROM pragma_application_id, pragma_user_version"
        if not read_only:
            run("PRAGMA journal_mode = DELETE")
            run("BEGIN IMMEDIATE")  # at once, so that of two loads that start together one makes the tables
            is_new = not self._run("SELECT * FROM sqlite_master")
            if is_new or run(marks).fetchone() == (_APPLICATION, 1):
                schema = Path(__file__).with_name("store.sql").read_text(encoding="utf-8")
                tables, _, upgrade = schema.partition("-- From version 1\n")
                ours = f"PRAGMA application_id = {_APPLICATION}; PRAGMA user_version = {VERSION}"
                for statement in f"{tables}{'' if is_new else upgrade}{ours}".split(";"):
                    run(statement)
        application, version = run(marks).fetchone()
        problem = "another" if application != _APPLICATION else "later" if version > VERSION else "earlier"
        if (application, version) != (_APPLICATION, VERSION):
            raise ContribkitError(f"{self.path}: {NAMES['problems'][problem].format(version, VERSION)}")
        if not read_only:
            run("COMMIT")


def _open(path: Path, read_only: bool) -> sqlite3.Connection:
    if not read_only:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise ContribkitError(f"{path}: {NAMES['problems']['folder'].format(error.strerror)}") from None
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
