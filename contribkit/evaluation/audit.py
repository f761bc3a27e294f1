"""The audit: shares of a review, corrected for what a labelled random sample shows to be wrong."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from contribkit.evaluation.intervals import interval
from contribkit.evaluation.truth import Truth
from contribkit.ids import casefold_id, parse_contribution_id
from contribkit.labels import Labels
from contribkit.review.shares import Share
from contribkit.vocabulary import LEADS, Lead

Array = npt.NDArray[np.float64]

SMALLEST = 20
"""Labelled rows below which nothing is corrected: the interval would span nearly everything."""
SMALLEST_STRATUM = 5
"""Labelled rows below which answers are corrected together with others."""

_SIZE = len(Lead)
_THREE = len(LEADS)
_PRIOR = 1 / _SIZE  # Perks's: one imagined row a stratum, spread over the leads


@dataclass(frozen=True)
class Corrected:
    """Corrected shares, or the reason why there are none.

    Attributes
    ----------
    table
        One row a lead, in the order of `Lead`: `lead`, `rows` (answered so), `sampled` (of them labelled), `share` (of
        the three leads, as answered), `corrected_rows`, `corrected`, `low`, `high` (the corrected share with its 95 %
        interval; shares are missing for `unclear`). None where nothing can be corrected.
    upstream_share
        Upstream-led as a share of the two that the policy counts, corrected; `part` and `whole` are rows, rounded.
    sampled
        How many labelled rows the correction rests on.
    reason
        Why nothing was corrected, else empty.
    """

    table: pd.DataFrame | None
    upstream_share: Share | None
    sampled: int
    reason: str = ""


def corrected_shares(judged: pd.DataFrame, sample: pd.DataFrame, draws: int = 2000, seed: int = 0) -> Corrected:
    """Return the shares of leads, corrected for known error of classification.

    Counting answers is biased: what is mistaken for another lead moves the shares. Where people labelled a *random*
    sample of the same rows, the post-stratified estimator takes this out: with ``N_k`` of `N` rows answered `k`, and
    ``n_kj`` of ``n_k`` sampled ones truly `j`,

        share of j = sum over k of (N_k / N) x (n_kj / n_k)

    (Cochran 1977, *Sampling Techniques*, section 5A.9; Tenenbein 1970, doi:10.1080/01621459.1970.10481170, shows that
    it is the maximum likelihood estimate). It uses how often an *answer* is right among these very rows. The estimator
    of Rogan and Gladen (1978, doi:10.1093/oxfordjournals.aje.a112510) inverts how often a *truth* is recognised: it
    needs truths of every lead, divides by what may be near 0, and can leave 0 to 1.

    Intervals come from the Bayesian bootstrap (Rubin 1981, doi:10.1214/aos/1176345338) over threads: each thread has a
    random weight instead of a random count, and each stratum one imagined row spread over the leads, since a plain
    bootstrap would call ten right answers out of ten certain. The sample is treated as drawn from infinitely many
    rows, which makes the interval too wide rather than too narrow.

    Answers of which fewer than five rows are labelled are corrected together with others (collapsed strata).

    Parameters
    ----------
    judged
        All rows of a review as the machine answers them: `contribkit.classify` **without** labels. `id` and `lead`
        are read, and `decided_by` where it is there.
    sample
        `id` and `lead` of the labelled random sample; see `blind_sample`.
    draws, seed
        Of the bootstrap.

    Returns
    -------
    Corrected
        Without a table, and with the reason, where fewer than 20 sampled rows are labelled, or the answers are
        people's own.

    Examples
    --------
    >>> ids = [f"o/r#{n}@ada:review" for n in range(100)]
    >>> judged = pd.DataFrame({"id": ids, "lead": ["upstream"] * 80 + ["stakeholder"] * 20})
    >>> truth = ["upstream"] * 30 + ["stakeholder"] * 10 + ["stakeholder"] * 10  # of rows 40 to 89
    >>> sample = pd.DataFrame({"id": ids[40:90], "lead": truth})
    >>> found = corrected_shares(judged, sample).table  # a quarter of the upstream answers are stakeholder-led
    >>> found[["lead", "share", "corrected"]].values.tolist()[:2]
    [['stakeholder', 0.2, 0.4], ['upstream', 0.8, 0.6]]
    """
    answers = dict(zip(judged["id"].map(casefold_id), judged["lead"], strict=True))
    known = sample[sample["id"].map(casefold_id).isin(answers)]
    reason = _unfit(judged, known, len(sample))
    if reason:
        return Corrected(None, None, len(known), reason)
    place = {str(lead): number for number, lead in enumerate(Lead)}
    sizes = np.bincount(judged["lead"].map(place).to_numpy(dtype=int), minlength=_SIZE).astype(float)
    said = known["id"].map(casefold_id).map(answers).map(place).to_numpy(dtype=int)
    true = known["lead"].map(place).to_numpy(dtype=int)
    sampled = np.bincount(said, minlength=_SIZE)
    strata = _strata(sampled, sizes)
    cells = np.zeros((len(known), strata.max() + 1, _SIZE))
    cells[np.arange(len(known)), strata[said], true] = 1
    weights = np.bincount(strata, weights=sizes) / sizes.sum()
    estimate = weights @ _shares(cells.sum(axis=0))
    drawn = np.array([weights @ _shares(draw) for draw in _draws(cells, known["id"], draws, seed)])
    table = _table(sizes, sampled, estimate, drawn)
    return Corrected(table, _of_the_two(estimate, drawn, len(judged)), len(known))


def _unfit(judged: pd.DataFrame, known: pd.DataFrame, given: int) -> str:
    """Return why nothing can be corrected, empty where it can."""
    if not given:
        return "no random audit sample is labelled"
    if "decided_by" in judged and (judged["decided_by"] == "person").any():
        return "some leads are people's own decisions; give the answers of classify() without labels"
    if len(known) < SMALLEST:
        return f"only {len(known)} rows of the random audit sample are labelled; {SMALLEST} are needed"
    return ""


def _strata(sampled: npt.NDArray[np.int64], sizes: Array) -> npt.NDArray[np.int64]:
    """Return the stratum of each answer: its own, or a common one for those of which too few are labelled."""
    used = np.flatnonzero(sizes > 0)
    ordered = used[np.argsort(sampled[used], kind="stable")]
    pooled = [place for place in ordered if sampled[place] < SMALLEST_STRATUM]
    while pooled and sampled[pooled].sum() < SMALLEST_STRATUM and len(pooled) < len(ordered):
        pooled.append(ordered[len(pooled)])
    strata = np.zeros(_SIZE, dtype=np.int64)
    alone = [place for place in used if place not in pooled]
    strata[alone] = np.arange(len(alone)) + bool(pooled)
    return strata


def _shares(counts: Array) -> Array:
    """Return each stratum's shares of the leads; a stratum of nothing has none."""
    whole = counts.sum(axis=1, keepdims=True)
    shares: Array = np.divide(counts, whole, out=np.zeros_like(counts), where=whole > 0)
    return shares


def _draws(cells: Array, ids: pd.Series, draws: int, seed: int) -> "list[Array]":
    codes, names = pd.factorize(ids.map(lambda item: casefold_id(parse_contribution_id(item)[0])))
    rng = np.random.default_rng(seed)
    threads = np.zeros((len(names), cells.shape[1] * cells.shape[2]))
    np.add.at(threads, codes, cells.reshape(len(cells), -1))
    imagined = (draws, *cells.shape[1:])
    weighed = rng.exponential(size=(draws, len(names))) @ threads
    return list(weighed.reshape(imagined) + rng.gamma(_PRIOR, size=imagined))


def _table(sizes: Array, sampled: npt.NDArray[np.int64], estimate: Array, drawn: Array) -> pd.DataFrame:
    corrected, draws = _of_three(estimate[None, :])[0], _of_three(drawn)
    shares = _of_three(sizes[None, :])[0]
    rows: list[tuple[Any, ...]] = []
    for place, lead in enumerate(Lead):
        counts = (str(lead), int(sizes[place]), int(sampled[place]), float(estimate[place] * sizes.sum()))
        if lead is Lead.UNCLEAR:
            rows.append((*counts, None, None, None, None))
            continue
        low, high = _around(corrected[place], draws[:, place])
        rows.append((*counts, shares[place], corrected[place], low, high))
    columns = ["lead", "rows", "sampled", "corrected_rows", "share", "corrected", "low", "high"]
    table = pd.DataFrame(rows, columns=columns)
    return table.astype({"lead": "str"} | dict.fromkeys(columns[3:], float)).round(3)


def _of_three(shares: Array) -> Array:
    """Return the shares of the three leads among themselves; NaN where nothing is left."""
    three = shares[:, :_THREE]
    whole = three.sum(axis=1, keepdims=True)
    found: Array = np.divide(three, whole, out=np.full_like(three, np.nan), where=whole > 0)
    return found


def _around(value: float, draws: Array) -> tuple[float, float]:
    """Return the interval of draws, widened to hold the estimate: the imagined row draws them inwards."""
    low, high = interval(draws)
    return min(low, value), max(high, value)


def _of_the_two(estimate: Array, drawn: Array, total: int) -> Share:
    both = estimate[:2].sum()
    if not both:
        return Share(0, 0, None, None, None)
    low, high = _around(estimate[1] / both, drawn[:, 1] / drawn[:, :2].sum(axis=1))
    part, whole = round(float(estimate[1]) * total), round(float(both) * total)
    return Share(part, whole, round(float(estimate[1] / both), 3), round(low, 3), round(high, 3))


def blind_sample(labels: Labels, ids: Collection[str] | None = None) -> pd.DataFrame:
    """Return what people said of the random audit sample.

    Parameters
    ----------
    labels
        The label logs.
    ids
        The contributions that were drawn. Without it, those that somebody labelled blind (``seen.blind`` of the
        event), with what these labels alone say: who saw the machine's answer is led by it.

    Returns
    -------
    pandas.DataFrame
        `id` and `lead`, as in `Truth.table`; disputed ones are left out, and should be settled first: they are harder
        than the rest, and a sample without them is no longer quite random.

    Examples
    --------
    >>> event = {"v": 1, "id": "1", "at": "2026-10-01T10:00:00Z", "by": "ada", "op": "label",
    ...          "item": "o/r#1@ada:review", "lead": "upstream", "seen": {"blind": True}}
    >>> blind_sample(Labels([event]))["lead"].tolist()
    ['upstream']
    """
    if ids is not None:
        table, drawn = Truth.from_labels(labels).table, {casefold_id(item) for item in ids}
        return table[table["id"].map(casefold_id).isin(drawn)].reset_index(drop=True)
    # As a skip, a label decides nothing and can still be undone.
    events = [event | {"op": "skip"} if _had_seen(event) else event for event in labels.events]
    return Truth.from_labels(replace(labels, events=events)).table


def _had_seen(event: dict[str, object]) -> bool:
    """Say whether a label was given with the machine's answer, or others' opinions, in sight."""
    seen = event.get("seen")
    return event["op"] in ("label", "adjudicate") and not (isinstance(seen, dict) and seen.get("blind") is True)
