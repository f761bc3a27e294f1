"""The coordination around work: what is said and reviewed beside the pull requests, and how long they wait."""

import pandas as pd

from contribkit.period import Period
from contribkit.review.rows import threads_of, within
from contribkit.vocabulary import Kind, Lead

COLUMNS = ["lead", "threads", "comments", "reviews", "merged", "days", "known"]


def coordination(rows: pd.DataFrame, acts: pd.DataFrame, members: set[str], period: Period) -> pd.DataFrame:
    """Return what the team said and reviewed around stakeholder-led and upstream-led work, and how long it waited.

    Source of the days: CHAOSS, Change Request Duration, as a median over merged pull requests. Upstream-led work stands
    beside it, since only a comparison shows whether stakeholder-led work goes at upstream's pace.

    Parameters
    ----------
    rows
        Judged contributions of the team.
    acts
        A table of the schema `ACTS`; a row that sums up several acts counts as many.
    members
        Logins of the team, as configured.
    period
        The days looked at.

    Returns
    -------
    pandas.DataFrame
        One row for `stakeholder` and for `upstream`: `lead` (str), `threads` (int), `comments`, `reviews` (Int64: acts
        of members in these threads in the period, missing where no source knows any of anybody), `merged` (int: pull
        requests of members merged in it), `days` (float: median from opening to merge, missing where no opening is
        known), `known` (int: of how many merged it is known).
    """
    said = acts[acts["actor"].isin(members) & within(acts["at"], period)]
    told = set(acts["act"])
    table = [_around(lead, rows, said, told, period) for lead in (Lead.STAKEHOLDER, Lead.UPSTREAM)]
    return pd.DataFrame(table, columns=COLUMNS).astype({"comments": "Int64", "reviews": "Int64", "days": float})


def _around(lead: Lead, rows: pd.DataFrame, acts: pd.DataFrame, told: set[str], period: Period) -> tuple[object, ...]:
    mine = rows[rows["lead"] == lead]
    threads = set(threads_of(mine))
    inside = acts[acts["ref"].str.casefold().isin(threads)]
    merged = mine[(mine["kind"] == Kind.PULL_REQUEST) & within(mine["merged_at"], period)]
    days = ((merged["merged_at"] - merged["opened_at"]).dt.total_seconds() / 86400).dropna()
    median = round(float(days.median()), 1) if len(days) else None
    said = [_times(inside, act) if act in told else None for act in ("commented", "reviewed")]
    return str(lead), len(threads), *said, len(merged), median, len(days)


def _times(acts: pd.DataFrame, act: str) -> int:
    return int(acts.loc[acts["act"] == act, "count"].fillna(1).sum())
