"""Rows for the table of acts: only those of which the database says who did them, and when."""

import pandas as pd

from contribkit.loaders.github_to_sqlite.columns import look_up
from contribkit.loaders.github_to_sqlite.content import Content
from contribkit.tables import ACTS, combine, conform

_AROUND = pd.Timedelta(days=7)  # how far a repository's first commit may lie from its making


def act_rows(content: Content) -> pd.DataFrame:
    """Return a table of the schema `ACTS`; `content.threads` holds each thread once.

    Of a merge whose actor is not told the author stands there, whose act it is too. Who closed a thread is known
    where GitHub's answer said so.
    """
    threads, releases, repositories = content.threads, content.releases, content.repositories
    merged = threads[threads["state"] == "merged"]
    closed = threads[threads["state"] == "closed"]
    told = {
        "opened": threads.assign(actor=threads["author"], at=threads["created_at"]),
        "merged": merged.assign(actor=merged["merged_by"].fillna(merged["author"]), at=merged["merged_at"]),
        "closed": closed.assign(actor=closed["closed_by"], at=closed["closed_at"]),
        "commented": content.comments.rename(
            columns={"author": "actor", "created_at": "at", "body": "text", "html_url": "url"}
        ),
        "released": releases.assign(actor=releases["author"], at=releases["published_at"], url=releases["html_url"]),
        "created": repositories.assign(actor=repositories["author"], at=repositories["created_at"]),
    }
    columns = [name for name in ACTS if name not in ("state", "act", "source")]
    rows = [conform(frame.reindex(columns=columns).assign(act=act), ACTS) for act, frame in told.items()]
    return combine(rows, ACTS).dropna(subset=["actor"]).assign(source="github_to_sqlite").reset_index(drop=True)


def with_creators(repositories: pd.DataFrame, commits: pd.DataFrame) -> pd.DataFrame:
    """Return the repositories whose creator can be inferred: the author of the first commit.

    GitHub does not say who created a repository. A history that is older than it was brought along, and one that
    starts later is known in part: these tell nothing.
    """
    first = commits.sort_values("author_date", kind="stable").drop_duplicates("repo").set_index("repo")
    start = look_up(repositories["repo"], first["author_date"])
    known = repositories.assign(author=look_up(repositories["repo"], first["author"]))
    return known[((start - repositories["created_at"]).abs() <= _AROUND) & known["author"].notna()]
