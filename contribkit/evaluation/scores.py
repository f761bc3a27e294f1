"""Scores of leads, with intervals: precision, recall and F1, calibration, parts of the rows, and how each rule does."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from contribkit.classifiers.votes import LABEL
from contribkit.ids import casefold_id, parse_contribution_id, place_of
from contribkit.review.shares import share
from contribkit.tables import moments, records
from contribkit.vocabulary import LEADS, Lead

OVERALL = {
    "macro_f1": "macro-F1 over the three leads", "coverage": "coverage: answered at all",
    "accuracy_where_answered": "accuracy where answered", "abstention": "abstention on the truly unclear",
    "named": "stakeholder named right", "activity": "activity right",
    "calibration_error": "calibration error (lower is better)",
}  # fmt: skip
"""The figures over all leads in the order shown, with the words people see."""
OF_A_LEAD = {"precision": "precision", "recall": "recall", "f1": "F1"}

_BINS = 5
_MIN_ROWS = 5  # repositories with fewer decided rows are counted together
_CUTS = np.arange(_BINS + 1)
_ASKED = ["lead", "confidence", "stakeholder", "activity", "happened_at"]


def compare(contributions: pd.DataFrame, truth: pd.DataFrame) -> pd.DataFrame:
    """Return the truth next to the answer, judged **without** labels, one row per labelled contribution."""
    # Of rows with the same id the last one counts; a labelled id without an answer is `unclear`.
    keys = contributions["id"].map(casefold_id)
    answers = contributions.reindex(columns=_ASKED).set_index(keys)[~keys.duplicated(keep="last").to_numpy()]
    answers = answers.reindex(truth["id"].map(casefold_id)).set_axis(truth.index)
    refs = truth["id"].map(lambda item: casefold_id(parse_contribution_id(item)[0]))
    known = {
        "id": truth["id"], "thread": refs, "repository": refs.map(lambda ref: place_of(ref) or ref.split(":")[0]),
        "happened_at": moments(answers["happened_at"]), "confidence": answers["confidence"].astype(float),
        "truth": truth["lead"].astype("str"), "answer": answers["lead"].astype("str").fillna(str(Lead.UNCLEAR)),
    }  # fmt: skip
    for column, name in (("stakeholder", "name"), ("activity", "activity")):
        true, said = (table[column].astype("str").str.casefold() for table in (truth, answers))
        known |= {f"has_{name}": true.fillna("") != "", f"{name}_right": true.fillna("") == said}
    return pd.DataFrame(known)


def is_decided(pairs: pd.DataFrame) -> pd.Series:
    """Say in which rows the truth is one of the three leads."""
    return pairs["truth"].isin(LEADS)


def score_table(pairs: pd.DataFrame, draws: int = 1000) -> pd.DataFrame:
    """Return every figure with its 95 % interval and the number of rows behind it (its denominator)."""
    # Decided rows are those whose truth is one of the three leads; answered ones were answered with one, too. So an
    # answer "unclear" is a miss for recall and no false alarm for precision. Macro-F1 is the mean of the leads' F1
    # (Opitz and Burst 2019, arXiv:1911.03347), 0 for a lead without rows; any other figure of no rows is missing.
    # Intervals are of a cluster bootstrap over threads (Field and Welsh 2007, doi:10.1111/j.1467-9868.2007.00593.x),
    # else Wilson's.
    parts, wholes = _counts(pairs)
    counts, sure = np.hstack([parts, wholes]), by_confidence(pairs)
    sums, errors = [counts.sum(axis=0)], [calibration_error(sure)]
    for weights in thread_weights(pairs["thread"], draws):
        sums.append(weights @ counts)
        errors.append(calibration_error(sure, weights[sure.index]))
    part, whole = (pd.DataFrame(half, columns=parts.columns) for half in np.hsplit(np.array(sums), 2))
    values = part / whole.where(whole > 0)
    f1: Any = [("f1", str(lead)) for lead in LEADS]
    macro: Any = ("macro_f1", "")
    values[f1] = values[f1].fillna(0.0)
    values[macro] = values[f1].mean(axis=1).where(values[macro].notna())
    values["calibration_error", ""] = errors
    sizes = {**wholes.sum(), ("calibration_error", ""): len(sure)}
    rows, keys = [], list[Any](values)
    for (name, lead), column in zip(keys, values.to_numpy().T, strict=True):
        n = int(sizes["recall" if name == "f1" else name, lead])
        rows.append((name, lead or None, column[0], *_interval(name, column, n), n))
    table = pd.DataFrame(rows, columns=["figure", "lead", "value", "low", "high", "n"])
    return table.astype({"figure": "str", "lead": "str", "value": float, "low": float, "high": float, "n": int})


def _counts(pairs: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return what each row adds to the numerator and to the denominator of each figure, by figure and lead."""
    truth, answer, decided = pairs["truth"], pairs["answer"], is_decided(pairs)
    right, answered = truth == answer, decided & answer.isin(LEADS)
    named = right & (truth == Lead.STAKEHOLDER) & pairs["has_name"]
    counted: dict[tuple[str, str], tuple[pd.Series, pd.Series]] = {}
    for lead in map(str, LEADS):
        true, said = truth == lead, decided & (answer == lead)
        counted["precision", lead] = true & said, said
        counted["recall", lead] = true & said, true
        counted["f1", lead] = 2 * (true & said), true.astype(int) + said
    counted |= {
        ("macro_f1", ""): (decided, decided),  # the numerator follows from the F1 of the leads
        ("coverage", ""): (answered, decided),
        ("accuracy_where_answered", ""): (answered & right, answered),
        ("abstention", ""): (~decided & right, ~decided),
        ("named", ""): (named & pairs["name_right"], named),
        ("activity", ""): (pairs["has_activity"] & pairs["activity_right"], pairs["has_activity"]),
    }
    parts, wholes = (pd.DataFrame({key: both[side] for key, both in counted.items()}, dtype=float) for side in (0, 1))
    return parts, wholes


def thread_weights(threads: pd.Series, draws: int) -> Iterator[npt.NDArray[np.int64]]:
    """Yield how often each row is in each draw of the bootstrap: threads are drawn with replacement, with all rows."""
    (codes, names), rng = pd.factorize(threads), np.random.default_rng(0)
    for _ in range(draws if len(names) else 0):
        yield np.bincount(rng.integers(len(names), size=len(names)), minlength=len(names))[codes]


def _interval(figure: str, values: npt.NDArray[np.float64], whole: int) -> tuple[float, float]:
    low, high = pd.Series(values[1:]).quantile([0.025, 0.975])
    if low == high and whole and figure not in ("f1", "macro_f1", "calibration_error"):
        part = share(round(values[0] * whole), whole)
        return float(part.low or 0), float(part.high or 0)
    return float(low), float(high)


def by_confidence(pairs: pd.DataFrame) -> pd.DataFrame:
    """Return the answered rows with a confidence, the least sure first and of equally sure ones the wrong first."""
    rows = pairs.assign(right=(pairs["truth"] == pairs["answer"]).astype(float)).reset_index(drop=True)
    answered = is_decided(rows) & rows["answer"].isin(LEADS)
    return rows[answered & rows["confidence"].notna()].sort_values(["confidence", "right"], kind="stable")


def calibration_error(sure: pd.DataFrame, weights: npt.NDArray[np.int64] | None = None) -> float:
    """Return the expected calibration error of rows `by_confidence`, each as often as `weights` say, or NaN."""
    # Over five bins of equal mass: doi:10.1609/aaai.v29i1.9602; on the bins: arXiv:1508.05154.
    gaps = (sure["confidence"] - sure["right"]).to_numpy(dtype=float)
    gaps = np.repeat(gaps, 1 if weights is None else weights)
    if not len(gaps):
        return float("nan")
    sums = np.concatenate([[0.0], np.cumsum(gaps)])[len(gaps) * _CUTS // _BINS]
    return float(np.abs(np.diff(sums)).sum() / len(gaps))


def calibration_table(pairs: pd.DataFrame) -> pd.DataFrame:
    """Return the bins behind `calibration_error`: `right` is a share, with Wilson's interval `low` to `high`."""
    rows, table = by_confidence(pairs), []
    for part in (rows.iloc[start:end] for start, end in pairwise(len(rows) * _CUTS // _BINS) if start < end):
        sure, right = part["confidence"], share(int(part["right"].sum()), len(part))
        table.append((len(part), sure.min(), sure.max(), sure.mean(), part["right"].mean(), right.low, right.high))
    return pd.DataFrame(table, columns=["n", "lowest", "highest", "confidence", "right", "low", "high"])


def confusion(pairs: pd.DataFrame) -> pd.DataFrame:
    """Return how often each truth (rows) was answered with which lead (columns)."""
    leads = pd.Index([str(lead) for lead in Lead])
    counts = pd.crosstab(pairs["truth"], pairs["answer"])
    return counts.reindex(index=leads.rename("truth"), columns=leads, fill_value=0).astype(int)


def nested(table: pd.DataFrame) -> dict[str, Any]:
    """Return a score table as nested JSON: by lead, then figure; and by figure."""
    found: dict[str, Any] = {}
    for row in records(table.round({"value": 3})):
        place = found.setdefault(row["lead"], {}) if row["lead"] else found
        place |= {row["figure"]: row["value"]} | ({"n": row["n"]} if row["figure"] == "f1" else {})
    return found


def part_table(pairs: pd.DataFrame) -> pd.DataFrame:
    """Return the figures on groups of threads, older and newer threads, and each repository, which lacks macro-F1."""
    names, rows = ["macro_f1", "coverage", "accuracy_where_answered"], []
    for split, part, mask in _parts(pairs):
        scores = score_table(pairs[mask], draws=0).drop_duplicates("figure", keep="last").set_index("figure")
        macro_f1, *values = scores.loc[names, "value"]
        macro = None if split == "repository" else macro_f1  # a repository rarely has all leads
        rows.append((split, part, scores.at["coverage", "n"], macro, *values))
    table = pd.DataFrame(rows, columns=["split", "part", "n", *names])
    return table.astype({"split": "str", "part": "str", "n": int, **dict.fromkeys(names, float)})


def _parts(pairs: pd.DataFrame) -> Iterator[tuple[str, str, Any]]:
    from sklearn.model_selection import GroupKFold  # takes a second to load

    threads, times = pairs["thread"], pairs["happened_at"]
    count = min(5, threads.nunique())
    splits = GroupKFold(count).split(pairs, groups=threads) if count > 1 else []
    for number, (_, places) in enumerate(splits, 1):
        yield "threads", f"part {number} of {count}", pairs.index.isin(pairs.index[places])
    later = times[times > times.min()]
    if len(later):
        # A thread with a row after the cut is newer with all its rows.
        cut = max(times.quantile(0.7, interpolation="higher"), later.min())
        is_newer = times.groupby(threads).transform("max") >= cut
        yield "time", f"older than {cut:%Y-%m-%d}", times.notna() & ~is_newer
        yield "time", f"from {cut:%Y-%m-%d} on", times.notna() & is_newer
    sizes = is_decided(pairs).groupby(pairs["repository"]).sum().sort_values(ascending=False, kind="stable")
    large = sizes.index[sizes >= _MIN_ROWS]
    yield from (("repository", str(name), pairs["repository"] == name) for name in large)
    if len(large) < len(sizes):
        yield "repository", f"others ({len(sizes) - len(large)})", ~pairs["repository"].isin(large)


def rule_table(reasons: pd.DataFrame, count: int, truth: pd.DataFrame) -> pd.DataFrame:
    """Return how each rule does on `count` contributions, most frequent first: see `snorkel.labeling.LFAnalysis`."""
    # A rule's vote is its strongest reason. One against a lead (negative weight) is a line of its own: right where the
    # truth is another lead, and in conflict with votes for the lead.
    votes = reasons[(reasons["rule"] != LABEL) & (reasons["weight"] != 0)]
    votes = votes.assign(against=votes["weight"] < 0, strength=votes["weight"].abs())
    strongest = votes.reset_index(drop=True).groupby(["id", "rule", "against"], sort=False)["strength"].idxmax()
    votes = votes.iloc[strongest].reset_index(drop=True)
    others = votes.reset_index().merge(votes, on="id", suffixes=("", "_other")).query("rule != rule_other")
    same_lead, same_side = others["lead"] == others["lead_other"], others["against"] == others["against_other"]
    contradicts = (same_side & ~others["against"] & ~same_lead) | (~same_side & same_lead)
    votes["overlap"] = votes.index.isin(others["index"])
    votes["conflict"] = votes.index.isin(others.loc[contradicts, "index"])
    true = truth[truth["lead"].isin(LEADS)].assign(key=lambda rows: rows["id"].map(casefold_id))
    votes["true"] = votes["id"].map(casefold_id).map(true.drop_duplicates("key", keep="last").set_index("key")["lead"])
    votes["labelled"] = votes["true"].notna()
    votes["right"] = votes["labelled"] & ((votes["true"] == votes["lead"]) != votes["against"])
    by_rule = votes.groupby(["rule", "against"], sort=False)
    sums = by_rule[["overlap", "conflict", "labelled", "right"]].sum().astype(int)
    table = pd.DataFrame({
        "leads": by_rule["lead"].agg(lambda leads: ", ".join(lead for lead in LEADS if lead in set(leads))),
        "rows": by_rule.size(), "coverage": by_rule.size() / count,
        "overlap": sums["overlap"] / count, "conflict": sums["conflict"] / count,
        "labelled": sums["labelled"], "right": sums["right"],
        "accuracy": sums["right"] / sums["labelled"].where(sums["labelled"] > 0),
    }).reset_index()  # fmt: skip
    table = table.astype({"rule": "str", "leads": "str", "against": bool, "accuracy": float})
    return table.sort_values("rows", ascending=False, kind="stable", ignore_index=True)
