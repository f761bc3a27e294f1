"""Who led what: counts and shares of the three leads, with intervals, and against the policy."""

from typing import NamedTuple

import pandas as pd

from contribkit.period import Period
from contribkit.vocabulary import LEADS, Lead


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
    from scipy.stats import binomtest

    interval = binomtest(part, whole).proportion_ci(method="wilson")
    return Share(part, whole, round(part / whole, 3), round(float(interval.low), 3), round(float(interval.high), 3))


def lead_table(rows: pd.DataFrame) -> pd.DataFrame:
    """Return how many contributions each lead has.

    Parameters
    ----------
    rows
        Judged contributions, of which `lead` and `decided_by` are read.

    Returns
    -------
    pandas.DataFrame
        One row a lead, in the order of `Lead`: `lead` (str), `rows`, `by_people` (int), `share`, `low`, `high` (float;
        of the three leads that decide, missing for `unclear` and where there are none).

    Examples
    --------
    >>> rows = pd.DataFrame({"lead": ["upstream", "unclear"], "decided_by": ["rules", "person"]})
    >>> list(lead_table(rows)["rows"])
    [0, 1, 0, 1]
    """
    decided = int(rows["lead"].isin(LEADS).sum())
    table = []
    for lead in Lead:
        mine = rows[rows["lead"] == lead]
        part = share(len(mine), decided if lead in LEADS else 0)
        by_people = int((mine["decided_by"] == "person").sum())
        table.append((str(lead), len(mine), by_people, part.share, part.low, part.high))
    return pd.DataFrame(table, columns=["lead", "rows", "by_people", "share", "low", "high"])


def upstream_share(rows: pd.DataFrame) -> Share:
    """Return upstream-led work as a share of stakeholder-led and upstream-led work together, as the policy counts.

    Examples
    --------
    >>> upstream_share(pd.DataFrame({"lead": ["upstream", "stakeholder", "individual", "unclear"]})).share
    0.5
    """
    upstream = int((rows["lead"] == Lead.UPSTREAM).sum())
    return share(upstream, upstream + int((rows["lead"] == Lead.STAKEHOLDER).sum()))


def pull_requests(rows: pd.DataFrame, period: Period) -> dict[str, int]:
    """Return how many pull requests of members were merged in the period, and how many opened and not merged yet.

    Parameters
    ----------
    rows
        Contributions, of which `kind`, `state` and `merged_at` are read.
    period
        The days looked at.

    Returns
    -------
    dict
        ``merged``; ``merged_unknown_day`` (merged, and no source tells when); ``not_merged``: open, closed, or merged
        only after the period.
    """
    pulls = rows[rows["kind"] == "pull_request"]
    merged = (pulls["merged_at"] >= period.start) & (pulls["merged_at"] < period.end)
    unknown = pulls["merged_at"].isna() & (pulls["state"] == "merged")
    return {
        "merged": int(merged.sum()),
        "merged_unknown_day": int(unknown.sum()),
        "not_merged": int((~merged & ~unknown).sum()),
    }
