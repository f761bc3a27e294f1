"""People: how far they agree, whether the shown answer biases them, and what a blind sample says of the shares."""

from collections.abc import Callable, Collection
from dataclasses import asdict, dataclass, replace
from itertools import combinations
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from contribkit.ids import casefold_id, parse_contribution_id
from contribkit.labels import Labels
from contribkit.labels.events import LEAD_OPS
from contribkit.review.shares import Share, difference, share
from contribkit.tables import records
from contribkit.text import format_decimal, format_interval, pluralise
from contribkit.vocabulary import LEADS, Lead

Array = npt.NDArray[np.float64]

MIN_LABELS = 10  # with, and without the answer shown, before anchoring bias is estimated
MIN_SAMPLE = 20  # labelled rows before shares are corrected: below, the interval would span nearly everything
_MIN_STRATUM = 5  # answers with fewer labelled rows are corrected together with others
_SIZE = len(Lead)


@dataclass(frozen=True)
class Agreement:
    """How far people agree on `rows` that two or more labelled: share of equal opinions, alpha, and pairs of people."""

    people: int
    rows: int
    raw: float | None
    alpha: float | None
    pairs: pd.DataFrame
    reason: str = ""

    @property
    def sentence(self) -> str:
        """The finding as a sentence; it names nobody."""
        if not self.rows:
            return f"Agreement between people is unknown: {self.reason}."
        span = format_interval(self.pairs["kappa"].min(), self.pairs["kappa"].max())
        kappas = f", Cohen's kappa of pairs {span}" if span else ""
        reason = f" ({self.reason})" if self.reason else ""
        return (
            f"{self.people} people agree on {format_decimal(self.raw)} of {pluralise(self.rows, 'contribution')} that "
            f"two or more labelled: Krippendorff's alpha {format_decimal(self.alpha)}{kappas}{reason}."
        )

    def as_json(self) -> dict[str, Any]:
        """Return the same as JSON, rounded."""
        raw, alpha = (value and round(value, 3) for value in (self.raw, self.alpha))
        return asdict(self) | {"raw": raw, "alpha": alpha, "pairs": records(self.pairs.round(3))}


def agreement(labels: Labels) -> Agreement:
    """Return how far people agree, from each person's last own label, `unclear` included."""
    # Cohen's kappa (Cohen 1960, doi:10.1177/001316446002000104) and Krippendorff's alpha correct for chance.
    # Who settles a dispute has seen the others' opinions; as a skip, that decides nothing and can still be undone.
    own = _without(labels, lambda event: event["op"] == "adjudicate").effective
    opinions = pd.DataFrame({item: label.opinions for item, label in own.items()}, dtype="str").sort_index()
    people, shared = len(opinions), opinions.loc[:, opinions.notna().sum() > 1]
    if people < 2 or shared.empty:
        alone = "fewer than two people gave labels" if people < 2 else "no two people labelled the same contribution"
        return Agreement(people, 0, None, None, _pairs(shared), alone)
    counts = shared.apply(pd.Series.value_counts).fillna(0)  # lead by contribution
    sizes, alpha = counts.sum(), krippendorff_alpha(counts.T)
    raw = float(((counts * (counts - 1)).sum() / (sizes * (sizes - 1))).mean())
    reason = "only one lead was given, so agreement and chance cannot be told apart" if alpha is None else ""
    return Agreement(people, shared.shape[1], raw, alpha, _pairs(shared), reason)


def krippendorff_alpha(counts: pd.DataFrame) -> float | None:
    """Return Krippendorff's alpha of how often each unit (row) was given each value; None for a single value."""
    # For nominal data, 1 - D_o / D_e: https://repository.upenn.edu/asc_papers/43.
    counts = counts[counts.sum(axis=1) > 1]
    sizes, totals = counts.sum(axis=1), counts.sum()
    observed = ((sizes**2 - (counts**2).sum(axis=1)) / (sizes - 1)).sum()
    expected = (totals.sum() ** 2 - (totals**2).sum()) / (totals.sum() - 1)
    return float(1 - observed / expected) if expected else None


def _pairs(opinions: pd.DataFrame) -> pd.DataFrame:
    rows = []
    for first, second in combinations(opinions.index, 2):
        ours, theirs = opinions.loc[[first, second]].dropna(axis=1).to_numpy()
        if len(ours):
            rows.append((first, second, len(ours), float((ours == theirs).mean()), cohen_kappa(ours, theirs)))
    table = pd.DataFrame(rows, columns=["first", "second", "n", "raw", "kappa"])
    return table.astype({"first": "str", "second": "str", "n": int, "raw": float, "kappa": float})


def cohen_kappa(ours: npt.NDArray[Any], theirs: npt.NDArray[Any]) -> float | None:
    """Return Cohen's kappa of two people's leads; None where both always gave one and the same."""
    # scikit-learn says the same, but takes more than a second to import.
    by_chance = float(sum((ours == lead).mean() * (theirs == lead).mean() for lead in {*ours, *theirs}))
    return (float((ours == theirs).mean()) - by_chance) / (1 - by_chance) if len({*ours, *theirs}) > 1 else None


def _without(labels: Labels, is_out: Callable[[dict[str, Any]], bool]) -> Labels:
    return replace(labels, events=[event | {"op": "skip"} if is_out(event) else event for event in labels.events])


def _is_blind(event: dict[str, Any]) -> bool:
    return (event.get("seen") or {}).get("blind") is True


@dataclass(frozen=True)
class AnchoringBias:
    """How much more often people agree with an answer that they were shown than with one `hidden` from them."""

    hidden: Share
    shown: Share
    difference: float | None = None
    low: float | None = None
    high: float | None = None
    reason: str = ""

    @property
    def sentence(self) -> str:
        """The finding as a sentence."""
        if self.difference is None or self.low is None or self.high is None:
            return f"whether the shown answer biases people is unknown: {self.reason}"
        points, low, high = (round(100 * value) for value in (self.difference, self.low, self.high))
        return (
            f"people agree with {self.shown.part} of {self.shown.whole} answers that they saw and {self.hidden.part} "
            f"of {self.hidden.whole} that were hidden: {points} points more ({low} to {high})"
        )

    def as_json(self) -> dict[str, Any]:
        """Return the same as JSON, with the sentence."""
        shares = {"hidden": self.hidden._asdict(), "shown": self.shown._asdict()}
        return asdict(self) | shares | {"sentence": self.sentence}


def anchoring_bias(labels: Labels, ids: Collection[str] | None = None) -> AnchoringBias:
    """Return whether people agree more often with an answer that they were shown, in a random sample or all labels."""
    wanted = labels.by_item if ids is None else {labels.name(item) for item in ids}
    agrees: dict[bool, list[bool]] = {True: [], False: []}
    for event in labels.opinions:
        answer = (event.get("seen") or {}).get("lead")
        if labels.name(event["item"]) in wanted and event["op"] == "label" and answer in LEADS:
            agrees[_is_blind(event)].append(event["lead"] == answer)
    hidden, shown = (share(sum(told), len(told)) for told in agrees.values())
    if min(hidden.whole, shown.whole) < MIN_LABELS:
        count = pluralise(hidden.whole, "label")
        few = f"{count} with the answer hidden and {shown.whole} with it shown; {MIN_LABELS} of each are needed"
        return AnchoringBias(hidden, shown, reason=few)
    return AnchoringBias(hidden, shown, *(difference(shown, hidden) or ()))


def blind_sample(labels: Labels) -> pd.DataFrame:
    """Return `id` and `lead` of the random sample that people labelled with the answers hidden, and do not dispute."""
    blind = _without(labels, lambda event: event["op"] in LEAD_OPS and not _is_blind(event))
    rows = [(label.item, label.lead) for label in blind.effective.values() if label.lead is not None]
    return pd.DataFrame(rows, columns=["id", "lead"], dtype="str")


@dataclass(frozen=True)
class CorrectedShares:
    """Shares of leads, corrected by a number of `sampled` rows; or the `reason` why there are none."""

    # A row a lead: `rows` answered so, `sampled` of them, `corrected_rows`, and the `share` of decided contributions,
    # as answered and `corrected`, with its interval.
    table: pd.DataFrame | None
    upstream_share: Share | None  # of stakeholder- and upstream-led work
    sampled: int
    reason: str = ""

    def as_json(self) -> dict[str, Any]:
        """Return the same as JSON."""
        leads = None if self.table is None else records(self.table)
        upstream_share = self.upstream_share and self.upstream_share._asdict()
        return {"leads": leads, "upstream_share": upstream_share, "sampled": self.sampled, "reason": self.reason}


def corrected_shares(
    contributions: pd.DataFrame, sample: pd.DataFrame, draws: int = 2000, seed: int = 0
) -> CorrectedShares:
    """Return the shares of leads, judged without labels, corrected by a *random* sample: see `blind_sample`."""
    # This is the post-stratified estimator: with N_k of N rows answered k, and n_kj of n_k sampled ones truly j, the
    # share of j is the sum over k of (N_k / N) x (n_kj / n_k) (Cochran 1977, Sampling Techniques, section 5A.9;
    # Tenenbein 1970, doi:10.1080/01621459.1970.10481170). Intervals are of the Bayesian bootstrap over threads (Rubin
    # 1981, doi:10.1214/aos/1176345338), with one imagined row a stratum, since a plain one would call ten right answers
    # of ten certain.
    place = {str(lead): number for number, lead in enumerate(Lead)}
    given = contributions["lead"].map(place)
    answers = dict(zip(contributions["id"].map(casefold_id), given, strict=True))
    keys = sample["id"].map(casefold_id)
    known, keys = sample[keys.isin(answers)], keys[keys.isin(answers)]
    if reason := _why_not(contributions, len(known), len(sample)):
        return CorrectedShares(None, None, len(known), reason)
    sizes = np.bincount(given, minlength=_SIZE).astype(float)
    answered, true = keys.map(answers).to_numpy(), known["lead"].map(place).to_numpy()
    sampled = np.bincount(answered, minlength=_SIZE)
    strata = _strata(sampled, sizes)
    threads = pd.factorize(keys.map(lambda item: parse_contribution_id(item)[0]))[0]
    counts = np.zeros((threads.max() + 1, strata.max() + 1, _SIZE))  # of sampled rows: thread, stratum, true lead
    np.add.at(counts, (threads, strata[answered], true), 1)
    rng = np.random.default_rng(seed)
    drawn = np.tensordot(rng.exponential(size=(draws, len(counts))), counts, 1)  # each thread has a random weight
    drawn += rng.gamma(1 / _SIZE, size=drawn.shape)
    weights = np.bincount(strata, weights=sizes) / sizes.sum()
    # Row 0 is the estimate, the others are draws of the bootstrap.
    estimates = weights @ _proportions(np.concatenate([[counts.sum(axis=0)], drawn]))
    table = pd.DataFrame({"lead": pd.Series([*place], dtype="str"), "rows": sizes.astype(int)})
    shares = [_proportions(sizes[: len(LEADS)]), *_with_interval(_proportions(estimates[:, : len(LEADS)]))]
    of_decided = pd.DataFrame(np.transpose(shares), columns=["share", "corrected", "low", "high"])
    table = table.assign(sampled=sampled, corrected_rows=estimates[0] * sizes.sum()).join(of_decided).round(3)
    part, whole = (round(float(count) * len(contributions)) for count in (estimates[0, 1], estimates[0, :2].sum()))
    both = map(float, _with_interval(_proportions(estimates[:, :2])[:, 1]).round(3))
    return CorrectedShares(table, Share(part, whole, *both) if whole else share(0, 0), len(known))


def _why_not(contributions: pd.DataFrame, known: int, given: int) -> str:
    """Return why nothing can be corrected, empty where it can."""
    if not given:
        return "no random sample was labelled with the answers hidden"
    if "decided_by" in contributions and (contributions["decided_by"] == "person").any():
        return "some leads are people's own decisions; classify without labels"
    return f"{known} rows of the random sample are labelled; {MIN_SAMPLE} are needed" if known < MIN_SAMPLE else ""


def _strata(sampled: npt.NDArray[np.int64], sizes: Array) -> npt.NDArray[np.int64]:
    """Return the stratum of each answer: its own, or a common one for those with too few labelled rows."""
    used = np.flatnonzero(sizes > 0)
    ordered = used[np.argsort(sampled[used], kind="stable")]
    pooled = [place for place in ordered if sampled[place] < _MIN_STRATUM]
    while pooled and sampled[pooled].sum() < _MIN_STRATUM and len(pooled) < len(ordered):
        pooled.append(ordered[len(pooled)])
    strata = np.zeros(_SIZE, dtype=np.int64)
    alone = [place for place in used if place not in pooled]
    strata[alone] = np.arange(len(alone)) + bool(pooled)
    return strata


def _proportions(counts: Array) -> Array:
    """Return counts as shares of their sum along the last axis; 0 where there is nothing."""
    whole = counts.sum(axis=-1, keepdims=True)
    shares: Array = np.divide(counts, whole, out=np.zeros_like(counts), where=whole > 0)
    return shares


def _with_interval(values: Array) -> Array:
    """Return the first value and the interval of the others, which the imagined row may draw away from it."""
    low, high = np.quantile(values[1:], [0.025, 0.975], axis=0)
    return np.array([values[0], np.minimum(low, values[0]), np.maximum(high, values[0])])
