"""A database that github-to-sqlite made: opened without a trace, its tables read as they are."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from contribkit.errors import ContribkitError
from contribkit.tables import TIME, conform

# What is read of each table. github-to-sqlite makes columns as it meets them: any of these may be missing.
_THREAD = {
    "id": "Int64", "repo": "Int64", "number": "Int64", "title": "str", "body": "str", "user": "Int64", "state": "str",
    "author_association": "str", "created_at": TIME, "updated_at": TIME, "closed_at": TIME, "pull_request": "str",
}  # fmt: skip
TABLES: dict[str, dict[str, str]] = {
    "repos": {"id": "Int64", "full_name": "str", "private": "boolean", "fork": "boolean", "created_at": TIME},
    "users": {"id": "Int64", "login": "str", "type": "str"},
    "issues": _THREAD | {"type": "str", "closed_by": "str"},
    "pull_requests": _THREAD
    | {"url": "str", "merged_at": TIME, "merged_by": "Int64", "additions": "Int64", "deletions": "Int64"},
    "issue_comments": {
        "id": "Int64", "issue": "Int64", "issue_url": "str", "html_url": "str", "user": "Int64", "body": "str",
        "created_at": TIME, "updated_at": TIME,
    },
    "releases": {
        "repo": "Int64", "tag_name": "str", "name": "str", "body": "str", "author": "Int64", "html_url": "str",
        "published_at": TIME, "draft": "boolean",
    },
    "commits": {"repo": "Int64", "sha": "str", "message": "str", "author": "Int64", "author_date": TIME},
    "labels": {"id": "Int64", "name": "str"},
    "issues_labels": {"issues_id": "Int64", "labels_id": "Int64"},
    "labels_pull_requests": {"pull_requests_id": "Int64", "labels_id": "Int64"},
}  # fmt: skip
_WAITED = 5.0  # seconds for a program that is writing; github-to-sqlite commits row by row
_WRITE_AHEAD = b"\x02\x02"  # bytes 18 and 19 of the file (https://sqlite.org/fileformat.html, section 1.3)


@dataclass(frozen=True)
class Database:
    """What a file holds: a table a name of `TABLES`, without rows where the file has none."""

    path: Path
    tables: dict[str, pd.DataFrame]

    def __getitem__(self, name: str) -> pd.DataFrame:
        return self.tables[name]

    @property
    def missing(self) -> list[str]:
        """Tables without rows."""
        return [name for name, table in self.tables.items() if table.empty]

    @property
    def reaches_to(self) -> pd.Timestamp | None:
        """The last thing that happened in it."""
        columns = ("updated_at", "created_at", "published_at", "author_date")
        latest = [table[name].max() for table in self.tables.values() for name in columns if name in table]
        return max((moment for moment in latest if not pd.isna(moment)), default=None)


def check(path: Path) -> None:
    """Look whether a file can be read, and is one of github-to-sqlite's.

    Raises
    ------
    ContribkitError
        For a file that is missing, damaged, locked or something else, with its name and what to do.
    """
    with _opened(path) as database:
        _columns(path, database)
        if (found := database.execute("pragma quick_check(1)").fetchone()[0]) != "ok":
            raise sqlite3.DatabaseError(found)


def read(path: Path) -> Iterator[tuple[str, pd.DataFrame]]:
    """Yield each table of `TABLES` with its name; errors as for `check`."""
    with _opened(path) as database:
        present = _columns(path, database)
        for name, schema in TABLES.items():
            columns = [column for column in schema if column in present.get(name, ())]
            quoted = ", ".join(f'"{column}"' for column in columns)
            frame = pd.read_sql_query(f"select {quoted} from {name}", database) if columns else pd.DataFrame()
            try:
                yield name, conform(frame, schema)
            except ContribkitError as error:
                said = f"{path}: the table {name} is not as github-to-sqlite writes it: {error}; make the file anew"
                raise ContribkitError(said) from error


def _columns(path: Path, database: sqlite3.Connection) -> dict[str, set[str]]:
    known = "select m.name, c.name from sqlite_master m, pragma_table_info(m.name) c where m.type = 'table'"
    present: dict[str, set[str]] = {}
    for table, column in database.execute(known):
        present.setdefault(table, set()).add(column)
    if not present.keys() & {"issues", "pull_requests", "issue_comments", "releases", "commits", "repos"}:
        raise ContribkitError(
            f"{path}: holds none of github-to-sqlite's tables; make it with: "
            f"github-to-sqlite issues {path.name} OWNER/NAME"
        )
    return present


@contextmanager
def _opened(path: Path) -> Iterator[sqlite3.Connection]:
    """Open a file read-only; what SQLite says of it becomes a sentence."""
    if not path.is_file():
        raise ContribkitError(f"{path}: there is no such file; download it there, or take it out")
    try:
        with closing(sqlite3.connect(_address(path), uri=True, timeout=_WAITED)) as database:
            database.text_factory = lambda text: text.decode(errors="replace")
            database.execute("pragma query_only = on")
            yield database
    except (sqlite3.Error, pd.errors.DatabaseError) as error:
        raise ContribkitError(f"{path}: {_said(error)}") from error
    except OSError as error:
        raise ContribkitError(f"{path}: cannot be read ({error.strerror})") from error


def _address(path: Path) -> str:
    """Return the address under which a file is only read, and no other file is made beside it.

    A file that keeps a write-ahead log is opened as immutable where no log is left to read: SQLite would make one.
    """
    with path.open("rb") as file:
        keeps_log = file.read(20)[18:] == _WRITE_AHEAD
    log = path.with_name(f"{path.name}-wal")
    immutable = keeps_log and not (log.exists() and log.stat().st_size)
    return f"{path.resolve().as_uri()}?mode=ro{'&immutable=1' if immutable else ''}"


def _said(error: Exception) -> str:
    words = str(error)
    if "locked" in words or "busy" in words:
        return "another program is writing it; ask again when that one has finished"
    if "unable to open" in words or "readonly" in words:
        return f"cannot be opened ({words}); copy it, with the files beside it, to a folder that you may write to"
    return f"is no SQLite database, or a damaged one ({words}); download or make it anew"
