"""Reasons, what they weigh, and how they add up to a lead: no other code adds reasons up."""

import csv
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from contribkit.vocabulary import LEADS, Lead

Weights = Mapping[tuple[str, str], float]
"""Log-odds by the name of a rule and that of one of its strengths."""

WEIGHTS = Path(__file__).with_name("weights.csv")
LABEL = "label"  # what stands in the place of a rule's name where people decided
CONFIDENCE = "(confidence)"  # and in the table of weights, for how distances become confidences
ENOUGH = 0.9  # the sum of weights below which nothing decides
MARGIN = 0.4  # how far the first lead must be ahead of the second
THIN = frozenset({"upkeep", "maintains_it", "everyday_fix", "major_feature"})
"""Rules that see a title and paths alone."""
_HIGHEST = 0.97
_ALONE = 0.6  # confidence of what a title and paths alone tell
_SILENT = "own_side_is_silent"  # tells absence of evidence from absence of a source


class Reason(NamedTuple):
    """Why a rule speaks for a lead, in words that a person can check.

    Attributes
    ----------
    lead
        The lead it speaks for, or against where the weight is negative.
    weight
        How strongly: log-odds, or the name of a strength, of which ``weights.csv`` has the log-odds.
    sentence
        One plain sentence.
    evidence
        The words or the link that the rule saw.
    url
        The address of what it saw, where there is one.
    private
        Whether the evidence must not be shown.
    """

    lead: str
    weight: float | str
    sentence: str
    evidence: str = ""
    url: str | None = None
    private: bool = False


@cache
def weights_of_rules(column: str = "fitted") -> Weights:
    """Return the weights that `python -m benchmarks.weights --write` fitted, or those `prior` to that."""
    with WEIGHTS.open(encoding="utf-8", newline="") as file:
        return {(row["rule"], row["strength"]): float(row[column]) for row in csv.DictReader(file)}


def strongest(reasons: pd.DataFrame) -> pd.DataFrame:
    """Return the votes in a table of reasons: of each rule for each lead of a contribution the strongest reason."""
    order = reasons["weight"].abs().sort_values(ascending=False, kind="stable").index
    return reasons.loc[order].drop_duplicates(["id", "rule", "lead"]).sort_index()


def tally(reasons: pd.DataFrame) -> pd.DataFrame:
    """Return the sum of the votes for each lead (columns), by contribution in order of appearance.

    Leave the reasons of rule `LABEL` out for the rules' own answer.
    """
    sums = strongest(reasons.reset_index(drop=True)).groupby(["id", "lead"])["weight"].sum().unstack("lead")
    table = sums.reindex(index=reasons["id"].drop_duplicates(), columns=[str(lead) for lead in LEADS])
    return table.fillna(0.0).astype(float)


def margins(totals: pd.DataFrame) -> pd.Series:
    """Return how far the first lead is ahead of the second, in log-odds; a lead with evidence against it counts 0."""
    ordered = np.sort(totals.to_numpy(), axis=1)
    return pd.Series(ordered[:, -1] - np.maximum(ordered[:, -2], 0.0), totals.index)


def decide(reasons: pd.DataFrame, ids: Iterable[Any], weights: Weights | None = None) -> pd.DataFrame:
    """Return the `lead` that reasons add up to, how sure that is (`confidence`), and the `margin`, of contributions.

    The confidence is the logistic function of the distance to the second lead, by two numbers among the `weights`.

    >>> rows = [("a", "tied", "stakeholder", 3.5), ("a", "upkeep", "upstream", 1.2)]
    >>> decide(pd.DataFrame(rows, columns=["id", "rule", "lead", "weight"]), ["a", "b"])["lead"].to_dict()
    {'a': 'stakeholder', 'b': 'unclear'}
    """
    known = weights_of_rules() if weights is None else weights
    totals = tally(reasons)
    distance = margins(totals)
    is_clear = (totals.max(axis=1) >= ENOUGH) & (distance >= MARGIN)
    first = np.array(totals.columns)[totals.to_numpy().argmax(axis=1)]
    leads = pd.Series(first, totals.index, dtype="str").where(is_clear, str(Lead.UNCLEAR))
    says_more = ~reasons["rule"].isin(THIN) & (reasons["lead"] == reasons["id"].map(leads))
    is_firm = totals.index.isin(reasons.loc[says_more | (reasons["rule"] == _SILENT), "id"])
    log_odds = known[CONFIDENCE, "base"] + known[CONFIDENCE, "factor"] * distance
    sure = (1 / (1 + np.exp(-log_odds))).clip(upper=np.where(is_firm, _HIGHEST, _ALONE))
    found = pd.DataFrame({"lead": leads, "confidence": sure.where(is_clear, 0.5).round(2), "margin": distance})
    return found.reindex([*ids]).fillna({"lead": str(Lead.UNCLEAR), "confidence": 0.5, "margin": 0.0})
