"""The tables of the store, and whether a file has them."""

import sqlite3
from pathlib import Path

from contribkit.errors import ContribkitError

VERSION = 1
_APPLICATION = 0x636B6768  # "ckgh": tells our file from any other SQLite file

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


def prepare(connection: sqlite3.Connection, path: Path, read_only: bool) -> None:
    """Make the tables in a new file; look at an old one.

    Raises
    ------
    ContribkitError
        For a file that is none of ours, or of another version.
    """
    if read_only:
        _check(connection, path)
        return
    connection.execute("PRAGMA journal_mode = DELETE")
    # Taken at once, so that of two loads that start together one makes the tables.
    connection.execute("BEGIN IMMEDIATE")
    if connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0] == 0:
        _make(connection)
    _check(connection, path)
    connection.execute("COMMIT")


def _make(connection: sqlite3.Connection) -> None:
    for statement in filter(str.strip, _TABLES.split(";")):
        connection.execute(statement)
    connection.execute(f"PRAGMA application_id = {_APPLICATION}")
    connection.execute(f"PRAGMA user_version = {VERSION}")


def _check(connection: sqlite3.Connection, path: Path) -> None:
    if connection.execute("PRAGMA application_id").fetchone()[0] != _APPLICATION:
        raise ContribkitError(f"{path}: is no store of contribkit; name another file for store")
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if version != VERSION:
        which, fix = ("a later", "update contribkit") if version > VERSION else ("an earlier", "move it away")
        raise ContribkitError(
            f"{path}: was written by {which} version of contribkit (store {version}, this one knows "
            f"{VERSION}); {fix}, or name another file for store"
        )
