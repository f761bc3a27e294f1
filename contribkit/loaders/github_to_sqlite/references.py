"""Rows for the table of references: what threads and commits of the own side say about upstream threads."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pandas as pd
from tqdm import tqdm

from contribkit.ids import casefold_id
from contribkit.loaders.github_to_sqlite.columns import look_up
from contribkit.loaders.github_to_sqlite.content import Content
from contribkit.loaders.github_to_sqlite.threads import points_somewhere
from contribkit.loaders.passages import passages
from contribkit.tables import REFERENCES, conform, rows_of

if TYPE_CHECKING:
    from contribkit.config.organisation import Organisation


def reference_rows(content: Content, threads: pd.DataFrame, organisation: "Organisation") -> pd.DataFrame:
    """Return a table of the schema `REFERENCES`: a row a pair of a body, comment or message and a thread.

    Parameters
    ----------
    content
        With comments and commits.
    threads
        A table of the schema `THREADS`.
    organisation
        Which threads lie on its own side.
    """
    places = pd.concat([_bodies(threads), _comments(content.comments, threads), _messages(content.commits)])
    places = places[places["ref"].isin([ref for ref in places["ref"].unique() if organisation.is_own_side(ref)])]
    places = places[points_somewhere(places["words"])]
    rows = tqdm(rows_of(places), "reading references", unit="text", delay=2, leave=False)
    return conform(pd.DataFrame([found for row in rows for found in _pointing(row, organisation)]), REFERENCES)


def _bodies(threads: pd.DataFrame) -> pd.DataFrame:
    numbered = threads[threads["number"].notna()]
    return numbered.assign(
        source=numbered["repo"],
        id=numbered["number"].astype("str"),
        date=numbered["opened_at"],
        by=numbered["author"],
        words=numbered["body"],
    )


def _comments(comments: pd.DataFrame, threads: pd.DataFrame) -> pd.DataFrame:
    """Return comments as parts of their threads: title and labels are the thread's."""
    by_ref = threads.assign(place=threads["ref"].str.casefold()).set_index("place")
    place = comments["ref"].str.casefold()
    return comments.assign(
        source=comments["repo"],
        kind=look_up(place, by_ref["kind"]).fillna("issue"),
        id=comments["ref"].str.split("#").str[-1],
        url=comments["html_url"],
        date=comments["created_at"],
        by=comments["author"],
        title=look_up(place, by_ref["title"]),
        labels=look_up(place, by_ref["labels"]),
        words=comments["body"],
    )


def _messages(commits: pd.DataFrame) -> pd.DataFrame:
    return commits.assign(
        source=commits["repo"],
        kind="commit",
        id=commits["sha"].str[:9],
        url="https://github.com/" + commits["repo"] + "/commit/" + commits["sha"],
        date=commits["author_date"],
        by=commits["author"],
        title=commits["message"].str.split("\n", n=1).str[0],
        words=commits["message"],
    )


def _pointing(row: dict[str, Any], organisation: "Organisation") -> Iterator[dict[str, Any]]:
    for ref, text, context in passages(row["words"], organisation):
        if casefold_id(ref) != casefold_id(row["ref"]):
            yield row | {"ref": ref, "text": text, "context": context}
