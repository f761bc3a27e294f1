"""The `github_to_sqlite` source: databases that github-to-sqlite made, read without a token.

Of upstream projects they give issues, pull requests, comments and releases, of the own side references.
"""

from pathlib import Path

import pandas as pd

from contribkit.config.models import Table
from contribkit.config.organisation import Organisation
from contribkit.config.toml import validate_settings
from contribkit.errors import ContribkitError
from contribkit.loaders.github_to_sqlite import sqlite_file
from contribkit.loaders.github_to_sqlite.extraction import (
    Content,
    act_rows,
    content,
    reference_rows,
    thread_rows,
)
from contribkit.loaders.source import Loaded, matching_paths
from contribkit.loaders.union import in_scope
from contribkit.period import Period

_REVIEWS = (
    "github-to-sqlite knows no reviews, and not who labelled, assigned or milestoned: "
    "a thread in which a member did only that is not seen"
)
# What is not seen without a table, and the command of github-to-sqlite that fills it.
_LACKING = {
    "repos": ("which repositories are private (all count as private)", "repos"),
    "users": ("who did what", "issues"),
    "issues": ("issues", "issues"),
    "pull_requests": ("pull requests and their merges", "pull-requests"),
    "issue_comments": ("comments", "issue-comments"),
    "releases": ("releases", "releases"),
}


class Settings(Table):
    """``[sources.github_to_sqlite]``: files, or patterns of files, relative to contribkit.toml."""

    databases: list[str] = []


def check(organisation: Organisation) -> None:
    """Raise `ContribkitError` for a file that is missing, damaged, locked, or no database of github-to-sqlite."""
    for path in _files(organisation):
        sqlite_file.check(path)


def load(organisation: Organisation, period: Period | None) -> Loaded:
    """Read every database as a whole: earlier periods are wanted too; the period tells whether they reach its end."""
    answer = Loaded()
    databases: list[dict[str, pd.DataFrame]] = []
    for path in _files(organisation):
        try:
            tables = sqlite_file.read(path)
        except ContribkitError as error:
            answer.broken.append(str(error))
            continue
        databases.append(tables)
        answer.notes += _database_notes(path.name, tables, period)
    if databases:
        whole = content(databases, organisation)
        acts = act_rows(whole)
        threads = thread_rows(whole, acts, organisation)
        answer.threads = threads[in_scope(threads["ref"], organisation)].reset_index(drop=True)
        answer.acts = acts[in_scope(acts["ref"], organisation)].reset_index(drop=True)
        answer.references = reference_rows(whole, threads, organisation)
        answer.notes[:0] = _notes(whole)
    return answer


def _files(organisation: Organisation) -> list[Path]:
    settings = validate_settings(Settings, "github_to_sqlite", organisation.sources["github_to_sqlite"])
    if not settings.databases:
        raise ContribkitError(
            'contribkit.toml: [sources.github_to_sqlite]: databases names no file; write databases = ["data/*.db"]'
        )
    return matching_paths(organisation, "github_to_sqlite", settings.databases)


def _database_notes(name: str, tables: dict[str, pd.DataFrame], period: Period | None) -> list[str]:
    """Return what a database lacks, and up to which day it reaches."""
    notes = [
        f"{name} does not tell {what}: fill its table {table} with github-to-sqlite {command}"
        for table, (what, command) in _LACKING.items()
        if tables[table].empty
    ]
    columns = ("updated_at", "created_at", "published_at", "author_date")
    times = pd.Series([table[column].max() for table in tables.values() for column in columns if column in table])
    last = times.max()
    if pd.isna(last):
        return [*notes, f"{name} holds no dates: nothing tells up to which day it reaches"]
    ended = period is not None and last < period.end
    later = ": what came later in the period is not seen; make or download it again" if ended else ""
    zone = period.timezone if period else "UTC"
    return [*notes, f"{name} reaches up to {last.tz_convert(zone):%Y-%m-%d}{later}"]


def _notes(content: Content) -> list[str]:
    """Return what all databases together cannot tell."""
    threads = content.threads
    pull_requests = threads["kind"] == "pull_request"
    ended = int((pull_requests & threads["state"].isna()).sum())
    unmerged = int((threads["merged_at"].notna() & threads["merged_by"].isna()).sum())
    counted = (
        (content.nameless, "{} rows are left out: nothing tells their repository; run github-to-sqlite repos"),
        (ended, "whether {} closed pull requests were merged is not known; run github-to-sqlite pull-requests"),
        (unmerged, "who merged {} pull requests is not known: github-to-sqlite asks for it only with --pull-request"),
        (len(content.repositories), "who created {} repositories is inferred: the author of the first commit"),
    )
    return [_REVIEWS, *(sentence.format(number) for number, sentence in counted if number)]
