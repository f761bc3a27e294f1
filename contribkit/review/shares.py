"""Shares with intervals, by count and by effort, how evenly work is distributed, and what many questions count."""

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import product
from math import hypot, log, sqrt
from statistics import NormalDist
from typing import NamedTuple

import pandas as pd

from contribkit.config.models import Effort
from contribkit.period import Period
from contribkit.review.review_data import within
from contribkit.vocabulary import Kind, Lead

FEWEST_PEOPLE = 4
_SQUARE = NormalDist().inv_cdf(0.975) ** 2  # of the quantile of a 95 % interval


class Share(NamedTuple):
    """A part of a whole, with a 95 % interval; shares are None where the whole is empty."""

    part: int
    whole: int
    share: float | None
    low: float | None
    high: float | None


def share(part: int, whole: int) -> Share:
    """Return a share with Wilson's interval (Wilson 1927, doi:10.1080/01621459.1927.10502953)."""
    if whole == 0:
        return Share(part, whole, None, None, None)
    low, high = _wilson(part, whole)
    return Share(part, whole, round(part / whole, 3), round(low, 3), round(high, 3))


def _wilson(part: int, whole: int) -> tuple[float, float]:
    # scipy.stats says the same, but takes as long to import as a small review to compute.
    observed, square = part / whole, _SQUARE / whole
    middle, half = observed + square / 2, sqrt(square * observed * (1 - observed) + square**2 / 4)
    low, high = (middle - half) / (1 + square), (middle + half) / (1 + square)
    return 0.0 if part == 0 else low, 1.0 if part == whole else high


def difference(now: Share, then: Share) -> tuple[float, float, float] | None:
    """Return by how much a share differs from another, with a 95 % interval; None where either is missing."""
    # Newcombe 1998, Statistics in Medicine 17:873, method 10, which joins the two intervals of Wilson.
    if not now.whole or not then.whole:
        return None
    share_now, share_then = now.part / now.whole, then.part / then.whole
    (low_now, high_now), (low_then, high_then) = _wilson(now.part, now.whole), _wilson(then.part, then.whole)
    gap = share_now - share_then
    down, up = hypot(share_now - low_now, high_then - share_then), hypot(high_now - share_now, share_then - low_then)
    return round(gap, 3), round(gap - down, 3), round(gap + up, 3)


def evenness(counts: Sequence[int]) -> float | None:
    """Return Pielou's evenness, 1 where all did the same, 0 where one did; None for too few people or contributions."""
    # Pielou 1966, doi:10.1016/0022-5193(66)90013-0: J = H / ln S with H = -sum(p ln p).
    total = sum(counts)
    if len(counts) < FEWEST_PEOPLE or total < 2:
        return None
    entropy = sum(count / total * log(total / count) for count in counts if count)
    return round(entropy / log(len(counts)), 3)


def absence_factor(counts: Sequence[int]) -> int | None:
    """Return the fewest people who together did half (CHAOSS, Contributor Absence Factor); None where nothing was."""
    reached = pd.Series(sorted(counts, reverse=True), dtype=int).cumsum()
    return int((reached * 2 < sum(counts)).sum()) + 1 if sum(counts) else None


def lead_counts(leads: Iterable[str]) -> dict[str, int]:
    """Return how many contributions each lead has, in the order of leads."""
    counts = leads.value_counts() if isinstance(leads, pd.Series) else Counter(leads)
    return {str(lead): int(counts.get(str(lead), 0)) for lead in Lead}


def days_between(start: pd.Series, end: pd.Series) -> tuple[float | None, int]:
    """Return the median of days from one time to another, None where no pair is known, and how many are known."""
    days = ((end - start).dt.total_seconds() / 86400).dropna()
    return (round(float(days.median()), 1) if len(days) else None), len(days)


def upstream_share(rows: pd.DataFrame) -> Share:
    """Return upstream-led work as a share of stakeholder- and upstream-led work together, as the policy counts."""
    counts = lead_counts(rows["lead"])
    return share(counts["upstream"], counts["upstream"] + counts["stakeholder"])


def pull_requests(rows: pd.DataFrame, period: Period) -> dict[str, pd.Series]:
    """Return which contributions are pull requests merged in the period, on an unknown day, or not (or only later)."""
    pulls = rows["kind"] == Kind.PULL_REQUEST
    merged = pulls & within(rows["merged_at"], period)
    unknown = pulls & rows["merged_at"].isna() & (rows["state"] == "merged")
    return {"merged": merged, "merged_unknown_day": unknown, "not_merged": pulls & ~merged & ~unknown}


class EffortShare(NamedTuple):
    """Upstream-led work as a share of the effort on stakeholder- and upstream-led work together."""

    hours: float  # of both, known or else assumed
    known: float  # of these, what people wrote down
    share: float | None  # None where there are no hours
    low: float | None  # the smallest and the largest share when the hours assumed for one kind are halved or doubled
    high: float | None


def hours_of(rows: pd.DataFrame, effort: Effort) -> pd.Series:
    """Return the hours of each contribution: as written down, else as assumed for its kind."""
    return rows["hours"].astype("Float64").fillna(rows["kind"].map(effort.model_dump()).astype("Float64"))


def effort_by_lead(rows: pd.DataFrame, effort: Effort) -> dict[str, float]:
    """Return the estimated hours of each lead, in the order of `Lead`."""
    sums = hours_of(rows, effort).groupby(rows["lead"].astype("str")).sum()
    return {str(lead): round(float(sums.get(str(lead), 0.0)), 1) for lead in Lead}


def effort_share(rows: pd.DataFrame, effort: Effort) -> EffortShare:
    """Return upstream-led work as a share of effort, and how far the share moves with what is assumed."""
    rows = rows.loc[rows["lead"].isin([Lead.STAKEHOLDER, Lead.UPSTREAM]), ["lead", "kind", "hours"]]
    assumed, hours = rows["hours"].isna(), hours_of(rows, effort)
    shares = [_share(rows, hours)]
    for kind, factor in product(rows.loc[assumed, "kind"].unique(), (0.5, 2.0)):
        changed = hours.mask(assumed & (rows["kind"] == kind), getattr(effort, kind) * factor)
        shares.append(_share(rows, changed))
    known = [share for share in shares if share is not None]
    low, high = (min(known), max(known)) if known else (None, None)
    total, written = (round(float(column.sum()), 1) for column in (hours, rows["hours"]))
    return EffortShare(total, written, shares[0], low, high)


def _share(rows: pd.DataFrame, hours: pd.Series) -> float | None:
    total = float(hours.sum())
    return round(float(hours[rows["lead"] == Lead.UPSTREAM].sum()) / total, 3) if total else None
