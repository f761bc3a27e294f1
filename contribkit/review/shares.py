"""Who led what: counts and shares of the three leads, with intervals, and against the policy."""

from math import hypot
from typing import NamedTuple

import pandas as pd

from contribkit.period import Period
from contribkit.review.rows import within
from contribkit.vocabulary import LEADS, Kind, Lead

_LEAD_COLUMNS = ["lead", "rows", "by_people", "share", "low", "high", "with_hours", "hours", "hours_share"]


class Share(NamedTuple):
    """A part of a whole, with a 95 % interval; shares are None where the whole is empty."""

    part: int
    whole: int
    share: float | None
    low: float | None
    high: float | None


def share(part: int, whole: int) -> Share:
    """Return a share with Wilson's interval (Wilson 1927, doi:10.1080/01621459.1927.10502953), by SciPy.

    Examples
    --------
    >>> share(9, 36)
    Share(part=9, whole=36, share=0.25, low=0.138, high=0.411)
    >>> share(0, 0).share
    """
    if whole == 0:
        return Share(part, whole, None, None, None)
    low, high = _wilson(part, whole)
    return Share(part, whole, round(part / whole, 3), round(low, 3), round(high, 3))


def _wilson(part: int, whole: int) -> tuple[float, float]:
    from scipy.stats import binomtest

    interval = binomtest(part, whole).proportion_ci(method="wilson")
    return float(interval.low), float(interval.high)


def difference(now: Share, then: Share) -> tuple[float, float, float] | None:
    """Return by how much a share differs from another, with a 95 % interval; None where either is missing.

    Source: Newcombe 1998, Statistics in Medicine 17:873, method 10, which joins the two intervals of Wilson.

    Examples
    --------
    >>> difference(share(56, 70), share(48, 80))  # the first example of the paper: 0.0524 to 0.3339
    (0.2, 0.052, 0.334)
    """
    if not now.whole or not then.whole:
        return None
    share_now, share_then = now.part / now.whole, then.part / then.whole
    (low_now, high_now), (low_then, high_then) = _wilson(now.part, now.whole), _wilson(then.part, then.whole)
    gap = share_now - share_then
    down, up = hypot(share_now - low_now, high_then - share_then), hypot(high_now - share_now, share_then - low_then)
    return round(gap, 3), round(gap - down, 3), round(gap + up, 3)


def lead_table(rows: pd.DataFrame) -> pd.DataFrame:
    """Return how many contributions and hours each lead has.

    Parameters
    ----------
    rows
        Judged contributions, of which `lead`, `decided_by` and `hours` are read.

    Returns
    -------
    pandas.DataFrame
        One row a lead, in the order of `Lead`: `lead` (str), `rows`, `by_people` (int), `share`, `low`, `high` (float;
        of the three leads that decide, missing for `unclear` and where there are none); `with_hours` (int: how many
        have known hours), `hours`, `hours_share` (float: their sum, and its share of the three leads' hours, missing
        where none are known). Hours are known for what people write down, mostly work outside GitHub: their shares are
        of that work alone, and have no interval.

    Examples
    --------
    >>> rows = pd.DataFrame({"lead": ["upstream", "unclear"], "decided_by": ["rules", "person"], "hours": [2.0, None]})
    >>> list(lead_table(rows)["rows"])
    [0, 1, 0, 1]
    """
    decided = int(rows["lead"].isin(LEADS).sum())
    all_hours = rows.loc[rows["lead"].isin(LEADS), "hours"].sum()
    table = []
    for lead in Lead:
        mine = rows[rows["lead"] == lead]
        part = share(len(mine), decided if lead in LEADS else 0)
        by_people = int((mine["decided_by"] == "person").sum())
        known = int(mine["hours"].notna().sum())
        hours = round(float(mine["hours"].sum()), 1) if known else None
        of_all = round(hours / float(all_hours), 3) if hours is not None and all_hours and lead in LEADS else None
        table.append((str(lead), len(mine), by_people, part.share, part.low, part.high, known, hours, of_all))
    frame = pd.DataFrame(table, columns=_LEAD_COLUMNS)
    return frame.astype({"hours": float, "hours_share": float})


def upstream_share(rows: pd.DataFrame) -> Share:
    """Return upstream-led work as a share of stakeholder-led and upstream-led work together, as the policy counts.

    Examples
    --------
    >>> upstream_share(pd.DataFrame({"lead": ["upstream", "stakeholder", "individual", "unclear"]})).share
    0.5
    """
    upstream = int((rows["lead"] == Lead.UPSTREAM).sum())
    return share(upstream, upstream + int((rows["lead"] == Lead.STAKEHOLDER).sum()))


def pull_requests(rows: pd.DataFrame, period: Period) -> dict[str, pd.Series]:
    """Say of contributions which are pull requests merged in the period, and which were not merged in it.

    Parameters
    ----------
    rows
        Contributions, of which `kind`, `state` and `merged_at` are read.
    period
        The days looked at.

    Returns
    -------
    dict of pandas.Series
        Of each row, yes or no: ``merged``; ``merged_unknown_day`` (no source tells when); ``not_merged``: open, closed,
        or merged only after the period.
    """
    pulls = rows["kind"] == Kind.PULL_REQUEST
    merged = pulls & within(rows["merged_at"], period)
    unknown = pulls & rows["merged_at"].isna() & (rows["state"] == "merged")
    return {"merged": merged, "merged_unknown_day": unknown, "not_merged": pulls & ~merged & ~unknown}
