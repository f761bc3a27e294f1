"""A database that github-to-sqlite made: opened without a trace, and its tables with names in the place of ids."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from contribkit.config.organisation import Organisation
from contribkit.errors import ContribkitError
from contribkit.tables import TIME, conform, grouped, moments

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
_TIMEOUT = 5.0  # seconds to wait for a program that is writing; github-to-sqlite commits row by row
_WRITE_AHEAD = b"\x02\x02"  # bytes 18 and 19 of the file (https://sqlite.org/fileformat.html, section 1.3)
# In an address, of the page or of the API: /owner/repo/pull/7, /repos/owner/repo/issues/7, owner/repo/pulls/7.
_REPOSITORY = r"([\w.-]+/[\w.-]+)/(?:pulls?|issues|releases)/"
_ADDRESS = r"(?P<repo>[\w.-]+/[\w.-]+)/issues/(?P<number>[0-9]{1,9})$"


@dataclass(frozen=True)
class Database:
    """The tables of a file by the names of `TABLES`, without rows where the file has none."""

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
        """The time of the last thing in it."""
        columns = ("updated_at", "created_at", "published_at", "author_date")
        latest = [table[name].max() for table in self.tables.values() for name in columns if name in table]
        return max((moment for moment in latest if not pd.isna(moment)), default=None)


def check(path: Path) -> None:
    """Check that a file can be read, and was made by github-to-sqlite.

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
                reason = f"the table {name} is not as github-to-sqlite writes it: {error}"
                raise ContribkitError(f"{path}: {reason}; make the file again") from error


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


class Content(NamedTuple):
    """Tables whose rows have `ref`, `repo`, `private` and logins, and the logins of bots.

    `threads` are issues and pull requests; `nameless` counts rows without a known repository.
    """

    threads: pd.DataFrame
    comments: pd.DataFrame
    releases: pd.DataFrame
    commits: pd.DataFrame
    repositories: pd.DataFrame
    bots: frozenset[str]
    nameless: int


def content(database: Database, organisation: Organisation) -> Content:
    """Return what a database holds of the repositories that an organisation looks at.

    A repository that is not in the table repos counts as private: nothing says that it is not.
    """
    repositories = _repositories(database)
    users = database["users"].dropna(subset=["id"]).drop_duplicates("id").set_index("id")
    login = users["login"]
    known = database["repos"].rename(columns={"id": "repo"})
    frames = {
        "threads": pd.concat([_pull_requests(database, login), _issues(database, login)], ignore_index=True),
        "releases": database["releases"].assign(author=look_up(database["releases"]["author"], login)),
        "commits": database["commits"].assign(author=look_up(database["commits"]["author"], login)),
        "repositories": known[~known["fork"].fillna(False)],
    }
    named = {name: _named(frame, repositories) for name, frame in frames.items()}
    named["comments"] = _comments(database, named["threads"], repositories, login)
    keys = {"threads": "#" + named["threads"]["number"].astype("str"), "releases": "@" + named["releases"]["tag_name"]}
    keys |= {"commits": "@" + named["commits"]["sha"], "repositories": pd.Series("", named["repositories"].index)}
    for name, end in keys.items():
        named[name]["ref"] = (named[name]["repo"] + end).astype("str")
    nameless = sum(int(frame["ref"].isna().sum()) for frame in named.values())
    kept = {name: frame[_is_looked_at(frame, organisation)] for name, frame in named.items()}
    return Content(**kept, bots=frozenset(login[users["type"] == "Bot"].dropna()), nameless=nameless)


def _repositories(database: Database) -> pd.DataFrame:
    """Return name and privacy of each repository by id: from the table repos, else from addresses."""
    issues, comments = database["issues"], database["issue_comments"]
    by_issue = issues.dropna(subset=["id"]).drop_duplicates("id").set_index("id")["repo"]
    addresses = {
        "pull_requests": (database["pull_requests"]["repo"], database["pull_requests"]["url"]),
        "releases": (database["releases"]["repo"], database["releases"]["html_url"]),
        "issues": (issues["repo"], issues["pull_request"]),
        "issue_comments": (look_up(comments["issue"], by_issue), comments["issue_url"]),
    }
    told = [
        pd.DataFrame({"id": ids, "repo": urls.str.extract(_REPOSITORY, expand=False)})
        for ids, urls in addresses.values()
    ]
    known = database["repos"].rename(columns={"full_name": "repo"})[["id", "repo", "private"]]
    everything = pd.concat([known, *told], ignore_index=True).dropna(subset=["id", "repo"])
    return everything.drop_duplicates("id").set_index("id").astype({"repo": "str", "private": "boolean"})


def _named(frame: pd.DataFrame, repositories: pd.DataFrame) -> pd.DataFrame:
    private = look_up(frame["repo"], repositories["private"]).fillna(True)
    return frame.assign(repo=look_up(frame["repo"], repositories["repo"]), private=private)


def _pull_requests(database: Database, login: pd.Series) -> pd.DataFrame:
    frame = database["pull_requests"]
    # What a search found is kept in the shape of issues, with the merge inside.
    merged = moments(member(frame["pull_request"], "merged_at"))
    return frame.assign(
        kind="pull_request",
        table="pull_requests",
        author=look_up(frame["user"], login),
        merged_by=look_up(frame["merged_by"], login),
        merged_at=frame["merged_at"].fillna(merged),
        labels=_labels(frame["id"], database["labels_pull_requests"], "pull_requests_id", database["labels"]),
    )


def _issues(database: Database, login: pd.Series) -> pd.DataFrame:
    frame = database["issues"]
    is_pull_request = frame["pull_request"].notna() | (frame["type"] == "pull").fillna(False)
    kind = pd.Series("issue", frame.index).mask(is_pull_request, "pull_request")
    return frame.assign(
        kind=kind,
        table="issues",
        author=look_up(frame["user"], login),
        closed_by=member(frame["closed_by"], "login"),
        labels=_labels(frame["id"], database["issues_labels"], "issues_id", database["labels"]),
    )


def _labels(ids: pd.Series, pairs: pd.DataFrame, column: str, labels: pd.DataFrame) -> pd.Series:
    names = look_up(pairs["labels_id"], labels.drop_duplicates("id").set_index("id")["name"]).dropna()
    found = grouped(pairs.loc[names.index, column], names)
    return pd.Series([found.get(number, []) for number in ids], ids.index, dtype=object)


def _comments(database: Database, threads: pd.DataFrame, repositories: pd.DataFrame, login: pd.Series) -> pd.DataFrame:
    """Return comments with their threads: by the issue's id, which survives renaming, else by address."""
    frame = database["issue_comments"]
    by_id = threads[threads["table"] == "issues"].drop_duplicates("id").set_index("id")
    told = frame["issue_url"].str.extract(_ADDRESS)
    repo = look_up(frame["issue"], by_id["repo"]).fillna(told["repo"])
    number = look_up(frame["issue"], by_id["number"]).fillna(told["number"].astype("Int64"))
    public = repositories.drop_duplicates("repo").set_index("repo")["private"]
    return frame.assign(
        repo=repo,
        ref=(repo + "#" + number.astype("str")).astype("str"),
        private=look_up(repo, public).fillna(True),
        author=look_up(frame["user"], login),
    )


def _is_looked_at(frame: pd.DataFrame, organisation: Organisation) -> pd.Series:
    """Return for each row whether it is in an upstream project, or on the organisation's own side."""
    repos = frame["repo"].dropna().unique()
    whole = frame["repo"].isin(
        [repo for repo in repos if organisation.is_in_scope(repo) or organisation.is_own_side(repo)]
    )
    refs = frame.loc[~whole, "ref"].dropna().unique()
    return whole | frame["ref"].isin([ref for ref in refs if organisation.is_own_side(ref)])


def look_up(keys: pd.Series, values: pd.Series) -> pd.Series:
    """Return for each key the value of a series at it, null where it has none, in the same type."""
    # Not keys.map(values): that loses the type where there are no values.
    return values.reindex(keys).set_axis(keys.index)


def member(texts: pd.Series, name: str) -> pd.Series:
    """Return a text inside the JSON objects of a column, null where there is none."""
    return pd.Series([_member(text, name) for text in texts], texts.index, dtype="str")


def _member(text: Any, name: str) -> str | None:
    if not isinstance(text, str) or not text.startswith("{"):
        return None
    try:
        value = json.loads(text).get(name)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, str) else None
