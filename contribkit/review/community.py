"""Whether the work strengthened the community: people outside the organisation, and how the team met them."""

from typing import TYPE_CHECKING, NamedTuple

import pandas as pd

from contribkit.period import Period
from contribkit.review.rows import threads_of, within
from contribkit.review.shares import Share, share
from contribkit.vocabulary import MAINTAINERS, NEWCOMERS, Kind

if TYPE_CHECKING:
    from contribkit.config.organisation import Organisation


class Response(NamedTuple):
    """Median days until the first response, of how many threads it is known, and of how many there are."""

    days: float | None
    known: int
    threads: int


def from_outside(rows: pd.DataFrame, organisation: "Organisation") -> pd.Series:
    """Say of contributions or threads whether a person outside the organisation opened them; a bot is no person."""
    authors = rows["author"].dropna().unique()
    outside = [name for name in authors if organisation.member(name) is None and not organisation.is_bot(name)]
    return rows["author"].isin(outside) & ~rows["author_is_bot"].fillna(False).astype(bool)


def is_standing_known(rows: pd.DataFrame) -> bool:
    """Say whether sources tell how the authors of contributions stand to the projects; nothing is no objection."""
    return not len(rows) or bool(rows["author_association"].notna().any())


def reviewed_of_others(rows: pd.DataFrame, organisation: "Organisation") -> pd.Series:
    """Say of contributions whether they are reviews of a pull request of a non-maintainer outside the organisation.

    A non-maintainer is who is neither owner, member nor collaborator in GitHub's ``author_association``; where a source
    does not know it, the answer is no. Near CHAOSS, Change Request Reviews, for these people alone.
    """
    standing = rows["author_association"]
    newer = standing.notna() & ~standing.isin(MAINTAINERS)
    return (rows["kind"] == Kind.REVIEW) & newer & from_outside(rows, organisation)


def closed_by_team(rows: pd.DataFrame, acts: pd.DataFrame, members: set[str], period: Period) -> pd.Series:
    """Say of contributions whether a member of the team merged or closed their thread in the period.

    Parameters
    ----------
    rows
        Contributions, of which `id`, `merged_by` and `merged_at` are read.
    acts
        A table of the schema `ACTS`.
    members
        Logins, as configured.
    period
        The days looked at.
    """
    merged = rows["merged_by"].isin(members) & within(rows["merged_at"], period)
    ended = acts["act"].isin(["merged", "closed"]) & acts["actor"].isin(members) & within(acts["at"], period)
    return merged | threads_of(rows).isin(set(acts.loc[ended, "ref"].str.casefold()))


def newcomers_back(reviewed: pd.DataFrame, threads: pd.DataFrame) -> Share:
    """Return how many of the newcomers whose pull requests were reviewed opened another thread later.

    Near CHAOSS, New Contributors and Inactive Contributors: here the way back is counted, in any upstream project, as
    far as sources know threads of people outside the team. Newcomers are `NEWCOMERS`, each counted once.

    Parameters
    ----------
    reviewed
        Contributions for which `reviewed_of_others` holds, of this period and those before it.
    threads
        A table of the schema `THREADS`; those without `opened_at` cannot tell.
    """
    mine = reviewed[reviewed["author_association"].isin(NEWCOMERS)]
    first = mine.groupby(mine["author"].str.casefold())["opened_at"].min().dropna()
    last = threads.groupby(threads["author"].str.casefold())["opened_at"].max()
    back = (last.reindex(first.index) > first).sum()
    return share(int(back), len(first))


def first_response(threads: pd.DataFrame, organisation: "Organisation", period: Period) -> Response:
    """Return the median days from opening to the first response, for threads that newcomers opened in the period.

    Source: CHAOSS, Time to First Response (https://chaoss.community/kb/metric-time-to-first-response/), for newcomers
    (`NEWCOMERS`) outside the organisation. Threads without a known response are not counted as fast nor as slow: how
    many there are stands beside it. Days are missing where no response is known.
    """
    new = threads["author_association"].isin(NEWCOMERS) & from_outside(threads, organisation)
    mine = threads[new & within(threads["opened_at"], period)]
    days = ((mine["first_response_at"] - mine["opened_at"]).dt.total_seconds() / 86400).dropna()
    return Response(round(float(days.median()), 1) if len(days) else None, len(days), len(mine))


def own_merged(rows: pd.DataFrame, period: Period) -> pd.Series:
    """Say of contributions whether they are own pull requests, merged in the period by somebody who is known."""
    return (rows["kind"] == Kind.PULL_REQUEST) & within(rows["merged_at"], period) & rows["merged_by"].notna()


def self_merged(rows: pd.DataFrame, period: Period) -> pd.Series:
    """Say of contributions whether they are own pull requests that their author merged in the period.

    Near CHAOSS, Self Merge Rates: of the pull requests for which `own_merged` holds.
    """
    return own_merged(rows, period) & (rows["merged_by"].str.casefold() == rows["author"].str.casefold())
