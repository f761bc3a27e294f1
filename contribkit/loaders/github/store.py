"""The store: one SQLite file with what GitHub said and what is still to be asked, one transaction an answer.

It works on a network home directory: the journal is a file beside it that is rolled back, never a write-ahead log,
which needs memory that several machines share. Locks are SQLite's own and are held only while an answer is written.
Where a file system has no such locks, a folder beside the file serves as one (SQLite's ``unix-dotfile``).
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
from contribkit.loaders.github.asks import Ask

VERSION = 1
_APPLICATION = 0x636B6768  # "ckgh": tells our file from any other SQLite file
_PATIENCE = 30  # seconds to wait for another load that is writing

# Triage comes last, when the store has all threads found otherwise; first its searches, then who did it.
_RANKS = {"triage": 1, "look_issue": 2, "look_pull": 2}

_TABLES = """
CREATE TABLE things (
    id TEXT PRIMARY KEY, kind TEXT NOT NULL, updated_at TEXT NOT NULL, since TEXT NOT NULL, payload TEXT
) WITHOUT ROWID;
CREATE TABLE repositories (
    id TEXT PRIMARY KEY, name TEXT NOT NULL, configured TEXT, private INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE searches (
    load TEXT, search TEXT, covered TEXT, begun TEXT, PRIMARY KEY (load, search)
) WITHOUT ROWID;
CREATE TABLE asks (
    number INTEGER PRIMARY KEY, load TEXT NOT NULL, rank INTEGER NOT NULL, kind TEXT NOT NULL, argument TEXT NOT NULL,
    UNIQUE (load, kind, argument)
);
"""


class Thing(NamedTuple):
    """A thread, release or repository as GitHub answered; `since` is the time from which on nothing of it is missing.

    `payload` is None for what is no more, or may not be seen.
    """

    id: str
    kind: str
    updated_at: str
    since: str
    payload: dict[str, Any] | None


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
            self._connection = self._open(read_only)
        try:
            with self._errors():
                self._prepare(read_only)
        except BaseException:
            self._connection.close()
            raise

    def __enter__(self) -> "Store":
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def _open(self, read_only: bool) -> sqlite3.Connection:
        if not read_only:
            try:
                self.path.parent.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise ContribkitError(
                    f"{self.path}: its folder cannot be made ({error.strerror}); name another place for store"
                ) from None
            if self.path.exists() and not os.access(self.path, os.W_OK, effective_ids=True):
                raise sqlite3.OperationalError("readonly")  # before any work: SQLite notices when it writes
        try:
            return self._connect(read_only, "")
        except sqlite3.OperationalError as error:
            if not str(error).startswith(("disk I/O error", "locking protocol")):
                raise
            # A file system without byte-range locks.
            return self._connect(read_only, "&vfs=unix-dotfile")

    def _connect(self, read_only: bool, more: str) -> sqlite3.Connection:
        if not read_only and not self.path.exists():
            with suppress(OSError):  # SQLite says it better
                self.path.touch(mode=0o600)  # private threads may be in it
        mode = "ro" if read_only else "rwc"
        address = f"file:{quote(str(self.path.resolve()))}?mode={mode}{more}"
        connection = sqlite3.connect(address, uri=True, timeout=_PATIENCE, isolation_level=None)
        try:
            connection.execute("SELECT count(*) FROM sqlite_master").fetchone()  # takes a lock
        except BaseException:
            connection.close()
            raise
        return connection

    def _prepare(self, read_only: bool) -> None:
        execute = self._connection.execute
        if not read_only:
            execute("PRAGMA journal_mode = DELETE")
            # Taken at once, so that of two loads that start together one makes the tables.
            execute("BEGIN IMMEDIATE")
        application = execute("PRAGMA application_id").fetchone()[0]
        version = execute("PRAGMA user_version").fetchone()[0]
        if execute("SELECT count(*) FROM sqlite_master").fetchone()[0] == 0 and not read_only:
            for statement in filter(str.strip, _TABLES.split(";")):
                execute(statement)
            execute(f"PRAGMA application_id = {_APPLICATION}")
            execute(f"PRAGMA user_version = {VERSION}")
        elif application != _APPLICATION:
            raise ContribkitError(f"{self.path}: is no store of contribkit; name another file for store")
        elif version != VERSION:
            which, fix = ("a later", "update contribkit") if version > VERSION else ("an earlier", "move it away")
            raise ContribkitError(
                f"{self.path}: was written by {which} version of contribkit (store {version}, this one knows "
                f"{VERSION}); {fix}, or name another file for store"
            )
        if not read_only:
            execute("COMMIT")

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
            raise ContribkitError(f"{self.path}: {_sentence(error)}") from None

    def things(self, *kinds: str) -> Iterator[Thing]:
        """Yield what the store holds of some kinds, by id; what is no more is left out."""
        marks = ", ".join("?" * len(kinds))
        with self._errors():
            rows = self._connection.execute(
                f"SELECT * FROM things WHERE kind IN ({marks}) AND payload IS NOT NULL ORDER BY id", kinds
            )
            for row in rows:
                yield _thing(row)

    def thing(self, identifier: str) -> Thing | None:
        """Return what the store holds under an id, or None."""
        row = self._connection.execute("SELECT * FROM things WHERE id = ?", (identifier,)).fetchone()
        return _thing(row) if row else None

    def holds(self, identifier: str, updated_at: str, start: str) -> bool:
        """Say whether a thing is held as it was at a moment or later, without a gap from a start on."""
        row = self._connection.execute(
            "SELECT 1 FROM things WHERE id = ? AND updated_at >= ? AND since <= ?", (identifier, updated_at, start)
        ).fetchone()
        return row is not None

    def keep(self, thing: Thing) -> None:
        """Write a thing, over what was held under its id."""
        payload = None if thing.payload is None else json.dumps(thing.payload, ensure_ascii=False)
        self._connection.execute("INSERT OR REPLACE INTO things VALUES (?, ?, ?, ?, ?)", (*thing[:4], payload))

    def name_repository(self, repository: dict[str, Any], configured: str | None = None) -> None:
        """Write what a repository is called now, and in contribkit.toml; its threads' names are read from here."""
        row = (repository["id"], repository["nameWithOwner"], configured, repository["isPrivate"])
        self._connection.execute(
            "INSERT INTO repositories VALUES (?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET name = excluded.name, "
            "configured = coalesce(excluded.configured, configured), private = excluded.private",
            row,
        )

    def repositories(self) -> dict[str, tuple[str, str | None, bool]]:
        """Return of every repository by id its name, the one in contribkit.toml where it is known, and privacy."""
        with self._errors():
            rows = self._connection.execute("SELECT * FROM repositories")
            return {identifier: (name, configured, bool(private)) for identifier, name, configured, private in rows}

    def add(self, load: str, asks: Iterable[Ask]) -> None:
        """Put asks behind those that wait; one that waits already stays where it is."""
        rows = [(load, _RANKS.get(ask.kind, 0), ask.kind, json.dumps(ask.argument, sort_keys=True)) for ask in asks]
        self._connection.executemany(
            "INSERT OR IGNORE INTO asks (load, rank, kind, argument) VALUES (?, ?, ?, ?)", rows
        )

    def done(self, load: str, ask: Ask) -> None:
        """Take an ask away."""
        row = (load, ask.kind, json.dumps(ask.argument, sort_keys=True))
        self._connection.execute("DELETE FROM asks WHERE load = ? AND kind = ? AND argument = ?", row)

    def waiting(self, load: str) -> Iterator[Ask]:
        """Yield what is still to be asked, in order."""
        with self._errors():
            rows = self._connection.execute(
                "SELECT kind, argument FROM asks WHERE load = ? ORDER BY rank, number", (load,)
            )
            for kind, argument in rows:
                yield Ask(kind, json.loads(argument))

    def begin(self, load: str, search: str, moment: str) -> str | None:
        """Note that a search of a load has begun; return up to when it was complete before, None for never.

        A search that was begun and not finished goes on as it was: its asks wait.
        """
        execute = self._connection.execute
        execute("INSERT OR IGNORE INTO searches VALUES (?, ?, NULL, NULL)", (load, search))
        execute("UPDATE searches SET begun = ? WHERE load = ? AND search = ? AND begun IS NULL", (moment, load, search))
        row = execute("SELECT covered FROM searches WHERE load = ? AND search = ?", (load, search)).fetchone()
        covered: str | None = row[0]
        return covered

    def begun(self, load: str) -> dict[str, str]:
        """Return the searches of a load that were begun and are not finished, and when they were."""
        with self._errors():
            rows = self._connection.execute(
                "SELECT search, begun FROM searches WHERE load = ? AND begun IS NOT NULL", (load,)
            )
            return dict(rows.fetchall())

    def forget_others(self, load: str, searches: Iterable[str]) -> None:
        """Forget the searches of a load that nobody asks for any more: contribkit.toml was changed."""
        known = set(searches)
        rows = self._connection.execute("SELECT search FROM searches WHERE load = ?", (load,)).fetchall()
        gone = [(load, search) for (search,) in rows if search not in known]
        self._connection.executemany("DELETE FROM searches WHERE load = ? AND search = ?", gone)

    def finish(self, load: str) -> None:
        """Note that all that was begun for a load is complete."""
        self._connection.execute(
            "UPDATE searches SET covered = begun, begun = NULL WHERE load = ? AND begun IS NOT NULL", (load,)
        )

    def covered(self, load: str) -> dict[str, str | None]:
        """Return up to when each search of a load was complete last."""
        with self._errors():
            rows = self._connection.execute("SELECT search, covered FROM searches WHERE load = ?", (load,))
            return dict(rows.fetchall())

    def loads(self) -> list[str]:
        """Return every load of which all searches were complete once."""
        with self._errors():
            rows = self._connection.execute("SELECT load FROM searches GROUP BY load HAVING count(*) = count(covered)")
            return [row[0] for row in rows]


def _thing(row: tuple[str, str, str, str, str | None]) -> Thing:
    return Thing(*row[:4], None if row[4] is None else json.loads(row[4]))


def _sentence(error: sqlite3.DatabaseError) -> str:
    """Say what is wrong with a store and what to do, from SQLite's words."""
    said = str(error)
    for words, sentence in _SENTENCES.items():
        if words in said:
            return sentence
    return f"cannot be used ({said}); move it away and load again, or name another file for store"


_SENTENCES = {
    "locked": "is being written by another load; wait for it and try again "
    "(where none runs, take away the folder of this name with .lock behind it)",
    "readonly": "cannot be written; make it writable, or name another file for store",
    "unable to open": "cannot be opened; make it and its folder writable, or name another file for store",
    "full": "cannot be written, since the disk is full; free some space and load again: what was loaded stays",
    "disk I/O": "cannot be written (is the disk full?); free some space and load again: what was loaded stays",
    "not a database": "is damaged or no SQLite file; move it away and load again",
    "malformed": "is damaged; move it away and load again",
}
