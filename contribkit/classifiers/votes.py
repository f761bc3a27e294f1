"""Reasons, and how they add up to a lead: no other code adds reasons up."""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import pandas as pd

from contribkit.vocabulary import LEADS, Lead

LABEL = "label"
"""What stands in the place of a rule's name where people decided."""
ENOUGH = 0.9
"""The sum of weights below which nothing decides."""
MARGIN = 0.4
"""How far the first lead must be ahead of the second."""
_HIGHEST = 0.97
_BASE = 0.6  # the log-odds of an answer that is only just given; where it was checked, four in five of these were right
# A factor on the log-odds. Fitted on the decided rows of two organisations it is 1.4 and 1.8; answers where people see
# nothing to decide are wrong too, and keep it low.
_FACTOR = 1.15
_ALONE = 0.6  # confidence of what a title and paths alone tell
THIN = frozenset({"upkeep", "everyday_fix", "major_feature"})
"""Rules that see a title and paths alone."""
_SILENT = "own_side_is_silent"  # tells absence of evidence from absence of a source


class Reason(NamedTuple):
    """Why a rule speaks for a lead, in words that a person can check.

    Attributes
    ----------
    lead
        The lead it speaks for, or against where the weight is negative.
    weight
        How strongly, in log-odds.
    sentence
        One plain sentence.
    evidence
        The words or the link that the rule saw.
    url
        The address of what it saw, where there is one.
    private
        Whether the evidence must not be shown.
    rule
        The name of the rule's function; rules leave it out, since it is filled in for them.
    """

    lead: str
    weight: float
    sentence: str
    evidence: str = ""
    url: str | None = None
    private: bool = False
    rule: str = ""


def in_order(reasons: Iterable[Reason]) -> list[Reason]:
    """Return reasons sorted: the strongest first, for a lead or against it."""
    return sorted(reasons, key=lambda reason: -abs(reason.weight))


def totals_of(reasons: Iterable[Reason]) -> dict[Lead, float]:
    """Return the sum of the votes for each lead: of each rule its strongest reason."""
    votes: dict[tuple[str, str], float] = {}
    for reason in in_order(reasons):
        votes.setdefault((reason.rule, reason.lead), reason.weight)
    return {lead: sum(weight for (_, voted), weight in votes.items() if voted == lead) for lead in LEADS}


def strongest(reasons: pd.DataFrame) -> pd.DataFrame:
    """Return the votes in a table of reasons: of each rule for each lead of a contribution the strongest reason."""
    order = reasons["weight"].abs().sort_values(ascending=False, kind="stable").index
    return reasons.loc[order].drop_duplicates(["id", "rule", "lead"]).sort_index()


def tally(reasons: pd.DataFrame) -> pd.DataFrame:
    """Return the sum of the votes for each lead (columns), by contribution in order of appearance.

    Of a table of the schema `REASONS`, `id`, `rule`, `lead` and `weight` are read. Leave the reasons of rule `LABEL`
    out for the rules' own answer.
    """
    sums = strongest(reasons.reset_index(drop=True)).groupby(["id", "lead"])["weight"].sum().unstack("lead")
    table = sums.reindex(index=reasons["id"].drop_duplicates(), columns=[str(lead) for lead in LEADS])
    return table.fillna(0.0).astype(float)


def margin(totals: Mapping[Lead, float]) -> float:
    """Return how far the first lead is ahead of the second, in log-odds; a lead with evidence against it counts 0."""
    first, second, *_ = sorted(totals.values(), reverse=True)
    return first - max(second, 0.0)


def decide(reasons: Sequence[Reason]) -> tuple[Lead, float]:
    """Return the lead that the reasons add up to, and how sure that is.

    The confidence is the logistic function of the distance to the second lead, by a factor.

    Examples
    --------
    >>> decide([Reason("stakeholder", 3.5, "…", rule="initiative"), Reason("upstream", 1.2, "…", rule="upkeep")])
    (<Lead.STAKEHOLDER: 'stakeholder'>, 0.97)
    >>> decide([])
    (<Lead.UNCLEAR: 'unclear'>, 0.5)
    """
    totals = totals_of(reasons)
    first = max(totals, key=totals.__getitem__)
    distance = margin(totals)
    if totals[first] < ENOUGH or distance < MARGIN:
        return Lead.UNCLEAR, 0.5
    confidence = min(_HIGHEST, 1 / (1 + math.exp(-_FACTOR * (_BASE + distance))))
    silent = any(reason.rule == _SILENT for reason in reasons)
    if not silent and all(reason.rule in THIN for reason in reasons if reason.lead == first):
        confidence = min(confidence, _ALONE)
    return first, round(confidence, 2)
