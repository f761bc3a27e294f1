"""Estimated effort: a merged version bump and a month's feature are one contribution each, and not the same work."""

from itertools import product
from typing import NamedTuple

import pandas as pd

from contribkit.config.models import Effort
from contribkit.vocabulary import Lead


class EffortShare(NamedTuple):
    """Upstream-led work as a share of the effort on stakeholder- and upstream-led work together."""

    hours: float  # of both, known or else assumed
    known: float  # of these, what people wrote down
    share: float | None  # None where there are no hours
    low: float | None  # the smallest and the largest share when the hours assumed for one kind are halved or doubled
    high: float | None


def hours_of(rows: pd.DataFrame, effort: Effort) -> pd.Series:
    """Return the hours of each contribution: as written down, else as assumed for its kind.

    Examples
    --------
    >>> rows = pd.DataFrame({"kind": ["review", "meeting"], "hours": [None, 2.5]})
    >>> hours_of(rows, Effort(review=1)).tolist()
    [1.0, 2.5]
    """
    return rows["hours"].astype("Float64").fillna(rows["kind"].map(effort.model_dump()).astype("Float64"))


def effort_by_lead(rows: pd.DataFrame, effort: Effort) -> dict[str, float]:
    """Return the estimated hours of each lead, in the order of `Lead`."""
    sums = hours_of(rows, effort).groupby(rows["lead"].astype("str")).sum()
    return {str(lead): round(float(sums.get(str(lead), 0.0)), 1) for lead in Lead}


def effort_share(rows: pd.DataFrame, effort: Effort) -> EffortShare:
    """Return upstream-led work as a share of effort, and how far the share moves with what is assumed.

    Examples
    --------
    >>> rows = pd.DataFrame({"kind": ["review", "issue"], "hours": [None, None], "lead": ["upstream", "stakeholder"]})
    >>> effort_share(rows, Effort(review=1, issue=1))
    EffortShare(hours=2.0, known=0.0, share=0.5, low=0.333, high=0.667)
    """
    rows = rows[rows["lead"].isin([Lead.STAKEHOLDER, Lead.UPSTREAM])]
    assumed = rows["hours"].isna()
    shares = [_share(rows, hours_of(rows, effort))]
    for kind, factor in product(rows.loc[assumed, "kind"].unique(), (0.5, 2.0)):
        changed = effort.model_copy(update={kind: getattr(effort, kind) * factor})
        shares.append(_share(rows, hours_of(rows, changed)))
    known = [share for share in shares if share is not None]
    low, high = (min(known), max(known)) if known else (None, None)
    hours, written = (round(float(column.sum()), 1) for column in (hours_of(rows, effort), rows["hours"]))
    return EffortShare(hours, written, shares[0], low, high)


def _share(rows: pd.DataFrame, hours: pd.Series) -> float | None:
    total = float(hours.sum())
    return round(float(hours[rows["lead"] == Lead.UPSTREAM].sum()) / total, 3) if total else None
