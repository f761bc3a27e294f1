"""A database that github-to-sqlite made, opened without a trace."""

import csv
import json
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path

import pandas as pd
from tqdm import tqdm

from contribkit.errors import ContribkitError
from contribkit.tables import TIME, conform

_CSV, _SCRIPT = (Path(__file__).with_name(f"tables.{end}").read_text(encoding="utf-8") for end in ("csv", "sql"))
# The columns that are read of each table. github-to-sqlite makes them as it meets them: any may be missing. And what is
# not seen without the table, and the command of github-to-sqlite that fills it.
TABLES = {table: (columns.split(), *lacking) for table, columns, *lacking in [*csv.reader(_CSV.splitlines())][1:]}
# What tables.sql makes of these, and the columns there that are no text.
_VIEWS = ("repos", "users", "pull_requests", "issues", "issue_comments", "releases", "commits")
_TYPED = {
    TIME: "created_at updated_at closed_at merged_at published_at author_date",
    "Int64": "number comment_id additions deletions",
    "boolean": "private fork draft",
    "list": "labels",
}
_TYPES: dict[str, str] = {name: kind for kind, names in _TYPED.items() for name in names.split()}
# In an address, of the page or of the API: /owner/repo/pull/7, /repos/owner/repo/issues/7, owner/repo/pulls/7.
_REPOSITORY = r"([\w.-]+/[\w.-]+)"
_FUNCTIONS = {
    "repository_in": f"{_REPOSITORY}/(?:pulls?|issues|releases)/",
    "thread_in": f"{_REPOSITORY}/issues/([0-9]{{1,9}})$",
}
_TIMEOUT = 5.0  # seconds to wait for a program that is writing; github-to-sqlite commits row by row
_WRITE_AHEAD = b"\x02\x02"  # bytes 18 and 19 of the file (https://sqlite.org/fileformat.html, section 1.3)


def check(path: Path) -> None:
    """Raise `ContribkitError` for a file that is missing, damaged, locked, or not made by github-to-sqlite."""
    with _opened(path) as database:
        _columns(path, database)
        if (found := database.execute("pragma quick_check(1)").fetchone()[0]) != "ok":
            raise sqlite3.DatabaseError(found)


def read(path: Path) -> dict[str, pd.DataFrame]:
    """Return the tables of a file as tables.sql joins them, without rows where it has none; errors as for `check`."""
    tables = {}
    with _opened(path) as database:
        present = _columns(path, database)
        for name, pattern in _FUNCTIONS.items():
            database.create_function(name, 1, partial(_find, pattern), deterministic=True)
        for name, (wanted, *_) in TABLES.items():
            known = present.get(name, set())
            columns = [f'"{column}"' if column in known else f'null as "{column}"' for column in wanted]
            source = f"from main.{name}" if known else "where false"
            database.execute(f"create temp view raw_{name} as select {', '.join(columns)} {source}")
        database.executescript(_SCRIPT)
        for view in tqdm(_VIEWS, f"reading {path.name}", unit="table", delay=2, leave=False):
            frame = pd.read_sql_query(f"select * from temp.{view}", database)
            if "labels" in frame:
                frame["labels"] = pd.Series(map(json.loads, frame["labels"]), frame.index, dtype=object)
            try:
                tables[view] = conform(frame, {name: _TYPES.get(name, "str") for name in map(str, frame)})
            except ContribkitError as error:
                reason = f"the table {view} is not as github-to-sqlite writes it: {error}"
                raise ContribkitError(f"{path}: {reason}; make the file again") from error
    return tables


def _columns(path: Path, database: sqlite3.Connection) -> dict[str, set[str]]:
    known = "select m.name, c.name from sqlite_master m, pragma_table_info(m.name) c where m.type = 'table'"
    present: dict[str, set[str]] = {}
    for table, column in database.execute(known):
        present.setdefault(table, {"rowid"}).add(column)
    if not present.keys() & {*_VIEWS} - {"users"}:
        command = f"github-to-sqlite issues {path.name} OWNER/NAME"
        raise ContribkitError(f"{path}: holds none of github-to-sqlite's tables; make it with: {command}")
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
            database.execute("pragma temp_store = memory")
            yield database
    except (sqlite3.Error, pd.errors.DatabaseError, UnicodeError) as error:
        raise ContribkitError(f"{path}: {_reason(error)}") from error
    except OSError as error:
        raise ContribkitError(f"{path}: cannot be read ({error.strerror})") from error


def _address(path: Path) -> str:
    """Return an address that only reads a file, and makes no other file beside it."""
    # With write-ahead logging it is opened as immutable where no log is left to read: SQLite would make one.
    with path.open("rb") as file:
        keeps_log = file.read(20)[18:] == _WRITE_AHEAD
    log = path.with_name(f"{path.name}-wal")
    has_log = log.exists() and log.stat().st_size
    return f"{path.resolve().as_uri()}?mode=ro{'&immutable=1' if keeps_log and not has_log else ''}"


def _find(pattern: str, address: str | None) -> str | None:
    match = re.search(pattern, address or "")
    return "#".join(match.groups()) if match else None


def _reason(error: Exception) -> str:
    words = str(error)
    if "locked" in words or "busy" in words:
        return "another program is writing it; run this again when that one has finished"
    if "unable to open" in words or "readonly" in words:
        return f"cannot be opened ({words}); copy it, with the files beside it, to a folder that you may write to"
    return f"is not an SQLite database, or a damaged one ({words}); download or make it again"
