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
from contribkit.loaders.github_to_sqlite import database
from contribkit.loaders.github_to_sqlite.acts import act_rows, with_creators
from contribkit.loaders.github_to_sqlite.content import Content, content
from contribkit.loaders.github_to_sqlite.database import TABLES, Database
from contribkit.loaders.github_to_sqlite.notes import database_notes, notes
from contribkit.loaders.github_to_sqlite.references import reference_rows
from contribkit.loaders.github_to_sqlite.threads import newest, thread_rows
from contribkit.loaders.source import Loaded, matching_paths
from contribkit.loaders.union import in_scope
from contribkit.period import Period


class Settings(Table):
    """``[sources.github_to_sqlite]``: files, or patterns of files, relative to contribkit.toml."""

    databases: list[str] = []


def check(organisation: Organisation) -> None:
    """Raise `ContribkitError` for a file that is missing, damaged, locked, or no database of github-to-sqlite."""
    for path in _files(organisation):
        database.check(path)


def load(organisation: Organisation, period: Period | None) -> Loaded:
    """Read every database as a whole: earlier periods are wanted too; the period tells whether they reach its end."""
    broken: list[str] = []
    contents: list[Content] = []
    said: list[str] = []
    for found in _read(_files(organisation), broken):
        contents.append(content(found, organisation))
        said.extend(database_notes(found, period))
    if not contents:
        return Loaded(broken=broken)
    united = _united(contents)
    acts = act_rows(united)
    threads = thread_rows(united, acts, organisation)
    return Loaded(
        threads=threads[in_scope(threads["ref"], organisation)].reset_index(drop=True),
        acts=acts[in_scope(acts["ref"], organisation)].reset_index(drop=True),
        references=reference_rows(united, threads, organisation),
        notes=[*notes(united), *said],
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
                for name, table in database.read(path):
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
