"""A database that github-to-sqlite made, opened without a trace."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pandas as pd
from tqdm import tqdm

from contribkit.errors import ContribkitError
from contribkit.tables import TIME, conform

# What is read of each table. github-to-sqlite makes columns as it meets them: any of these may be missing.
_THREAD = "id repo number title body user state author_association created_at updated_at closed_at pull_request"
_COLUMNS = {
    "repos": "id full_name private fork created_at",
    "users": "id login type",
    "issues": f"{_THREAD} type closed_by",
    "pull_requests": f"{_THREAD} url merged_at merged_by additions deletions",
    "issue_comments": "id issue issue_url html_url user body created_at updated_at",
    "releases": "repo tag_name name body author html_url published_at draft",
    "commits": "repo sha message author author_date",
    "labels": "id name",
    "issues_labels": "issues_id labels_id",
    "labels_pull_requests": "pull_requests_id labels_id",
}
_TYPED = {
    TIME: "created_at updated_at closed_at merged_at published_at author_date",
    "Int64": "id repo number user issue author merged_by additions deletions issues_id labels_id pull_requests_id",
    "boolean": "private fork draft",
}
_TYPES: dict[str, str] = {name: kind for kind, names in _TYPED.items() for name in names.split()}
TABLES = {table: {name: _TYPES.get(name, "str") for name in columns.split()} for table, columns in _COLUMNS.items()}
_TIMEOUT = 5.0  # seconds to wait for a program that is writing; github-to-sqlite commits row by row
_WRITE_AHEAD = b"\x02\x02"  # bytes 18 and 19 of the file (https://sqlite.org/fileformat.html, section 1.3)


def check(path: Path) -> None:
    """Raise `ContribkitError` for a file that is missing, damaged, locked, or not made by github-to-sqlite."""
    with _opened(path) as database:
        _columns(path, database)
        if (found := database.execute("pragma quick_check(1)").fetchone()[0]) != "ok":
            raise sqlite3.DatabaseError(found)


def read(path: Path) -> dict[str, pd.DataFrame]:
    """Return the tables of a file by the names of `TABLES`, without rows where it has none; errors as for `check`."""
    tables = {}
    with _opened(path) as database:
        present = _columns(path, database)
        for name, schema in tqdm(TABLES.items(), f"reading {path.name}", unit="table", delay=2, leave=False):
            columns = [column for column in schema if column in present.get(name, ())]
            quoted = ", ".join(f'"{column}"' for column in columns)
            frame = pd.read_sql_query(f"select {quoted} from {name}", database) if columns else pd.DataFrame()
            try:
                tables[name] = conform(frame, schema)
            except ContribkitError as error:
                reason = f"the table {name} is not as github-to-sqlite writes it: {error}"
                raise ContribkitError(f"{path}: {reason}; make the file again") from error
    return tables


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
    """Open a file read-only; SQLite's errors become sentences."""
    if not path.is_file():
        missing = "is not a file" if path.exists() else "there is no such file"
        raise ContribkitError(f"{path}: {missing}; download it there, or remove it from databases")
    try:
        with closing(sqlite3.connect(_address(path), uri=True, timeout=_TIMEOUT)) as database:
            database.text_factory = lambda text: text.decode(errors="replace")
            database.execute("pragma query_only = on")
            yield database
    except (sqlite3.Error, pd.errors.DatabaseError, UnicodeError) as error:
        raise ContribkitError(f"{path}: {_reason(error)}") from error
    except OSError as error:
        raise ContribkitError(f"{path}: cannot be read ({error.strerror})") from error


def _address(path: Path) -> str:
    """Return an address that only reads a file, and makes no other file beside it.

    A file with write-ahead logging is opened as immutable where no log is left to read: SQLite would make one.
    """
    with path.open("rb") as file:
        keeps_log = file.read(20)[18:] == _WRITE_AHEAD
    log = path.with_name(f"{path.name}-wal")
    immutable = keeps_log and not (log.exists() and log.stat().st_size)
    return f"{path.resolve().as_uri()}?mode=ro{'&immutable=1' if immutable else ''}"


def _reason(error: Exception) -> str:
    words = str(error)
    if "locked" in words or "busy" in words:
        return "another program is writing it; run this again when that one has finished"
    if "unable to open" in words or "readonly" in words:
        return f"cannot be opened ({words}); copy it, with the files beside it, to a folder that you may write to"
    return f"is not an SQLite database, or a damaged one ({words}); download or make it again"
