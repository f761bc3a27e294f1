"""The `github_to_sqlite` source: databases that github-to-sqlite made, read without a token.

Of upstream projects they give issues, pull requests, comments and releases, of the own side references.
"""

from collections.abc import Iterator
from pathlib import Path

import pandas as pd
from tqdm import tqdm

from contribkit.config.models import Table
from contribkit.config.organisation import Organisation
from contribkit.config.toml import validate_settings
from contribkit.errors import ContribkitError
from contribkit.loaders.github_to_sqlite import sqlite_file
from contribkit.loaders.github_to_sqlite.extraction import (
    act_rows,
    newest,
    reference_rows,
    thread_rows,
    with_creators,
)
from contribkit.loaders.github_to_sqlite.sqlite_file import TABLES, Content, Database, content
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
    broken: list[str] = []
    contents: list[Content] = []
    notes: list[str] = []
    for found in _read(_files(organisation), broken):
        contents.append(content(found, organisation))
        notes.extend(_database_notes(found, period))
    if not contents:
        return Loaded(broken=broken)
    united = _united(contents)
    acts = act_rows(united)
    threads = thread_rows(united, acts, organisation)
    return Loaded(
        threads=threads[in_scope(threads["ref"], organisation)].reset_index(drop=True),
        acts=acts[in_scope(acts["ref"], organisation)].reset_index(drop=True),
        references=reference_rows(united, threads, organisation),
        notes=[*_notes(united), *notes],
        broken=broken,
    )


def _files(organisation: Organisation) -> list[Path]:
    settings = validate_settings(Settings, "github_to_sqlite", organisation.sources["github_to_sqlite"])
    if not settings.databases:
        raise ContribkitError(
            'contribkit.toml: [sources.github_to_sqlite]: databases names no file; write databases = ["data/*.db"]'
        )
    return matching_paths(organisation, "github_to_sqlite", settings.databases)


def _read(paths: list[Path], broken: list[str]) -> Iterator[Database]:
    total = len(paths) * len(TABLES)
    with tqdm(desc="reading databases", total=total, unit="table", delay=2, leave=False) as progress:
        for path in paths:
            tables: dict[str, pd.DataFrame] = {}
            try:
                for name, table in sqlite_file.read(path):
                    tables[name] = table
                    progress.update()
            except ContribkitError as error:
                broken.append(str(error))
                continue
            yield Database(path, tables)


def _united(contents: list[Content]) -> Content:
    """Return what several databases hold as one: of each thread and comment the newest."""

    def every(name: str) -> pd.DataFrame:
        frames: list[pd.DataFrame] = [getattr(part, name) for part in contents]
        return pd.concat(frames, ignore_index=True)

    commits = every("commits").drop_duplicates(["repo", "sha"])
    comments = every("comments").sort_values("updated_at", ascending=False, kind="stable").drop_duplicates("id")
    releases = every("releases")
    published = releases[~releases["draft"].fillna(False) & releases["published_at"].notna()]
    return Content(
        threads=newest(every("threads")),
        comments=comments.sort_values("created_at", kind="stable"),
        releases=published.drop_duplicates("ref"),
        commits=commits,
        repositories=with_creators(every("repositories").drop_duplicates("ref"), commits),
        bots=frozenset().union(*(part.bots for part in contents)),
        nameless=sum(part.nameless for part in contents),
    )


def _database_notes(database: Database, period: Period | None) -> list[str]:
    """Return what a database lacks, and up to which day it reaches."""
    name = database.path.name
    notes = [
        f"{name} does not tell {what}: fill its table {table} with github-to-sqlite {command}"
        for table, (what, command) in _LACKING.items()
        if table in database.missing
    ]
    last = database.reaches_to
    if last is None:
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
    inferred = len(content.repositories)
    counted = (
        (content.nameless, "{} rows are left out: nothing tells their repository; run github-to-sqlite repos"),
        (ended, "whether {} closed pull requests were merged is not known; run github-to-sqlite pull-requests"),
        (unmerged, "who merged {} pull requests is not known: github-to-sqlite asks for it only with --pull-request"),
        (inferred, "who created {} repositories is inferred: the author of the first commit"),
    )
    return [_REVIEWS, *(sentence.format(number) for number, sentence in counted if number)]
