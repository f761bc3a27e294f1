"""What the machine says of each contribution, whatever people said, and how near it was to saying otherwise."""

import math
from typing import Any, NamedTuple

import pandas as pd

from contribkit.classifiers.reason import Reason
from contribkit.classifiers.rules import decide
from contribkit.vocabulary import LEADS, Lead

_ANSWER = ("lead", "confidence", "decided_by", "reasons")
UNSURE = 0.7
"""Confidence below which an answer needs a person's eyes."""


class Suggestion(NamedTuple):
    """The machine's answer for one contribution.

    Attributes
    ----------
    lead, confidence, decided_by
        As in a judged table, without what people decided.
    reasons
        Without the one that says what people decided.
    margin
        How far the first lead is ahead of the second, from 0 to 1.
    """

    lead: str
    confidence: float
    decided_by: str
    reasons: list[dict[str, Any]]
    margin: float

    @property
    def is_unsure(self) -> bool:
        """Whether the answer needs a person's eyes."""
        return self.lead == Lead.UNCLEAR or self.confidence < UNSURE


def suggestions(judged: pd.DataFrame) -> list[Suggestion]:
    """Return the machine's answers for the rows of a judged table, in order.

    Where people decided, the table holds their lead; the rules' own is found again in the reasons.
    """
    known = judged[list(_ANSWER)].fillna({"lead": str(Lead.UNCLEAR), "confidence": 0.5, "decided_by": "rules"})
    columns = [known[name].tolist() for name in _ANSWER]
    return [_suggestion(*cells) for cells in zip(*columns, strict=True)]


def _suggestion(lead: str, confidence: float, decided_by: str, reasons: list[dict[str, Any]]) -> Suggestion:
    if decided_by == "person":
        reasons, decided_by = [reason for reason in reasons if reason["rule"] != "label"], "rules"
        found, confidence = decide([Reason(**reason) for reason in reasons])
        lead = str(found)
    return Suggestion(lead, confidence, decided_by, reasons, _margin(lead, confidence, reasons))


def _margin(lead: str, confidence: float, reasons: list[dict[str, Any]]) -> float:
    """Return the difference between the chances of the two likeliest leads (Scheffer et al. 2001, margin sampling).

    A lead's confidence is its chance against the second, so that their difference is twice it less one. Where the
    evidence does not decide, weights of reasons are log-odds d between two leads, and the difference is tanh(d / 2).
    """
    if lead != Lead.UNCLEAR:
        return max(0.0, 2 * confidence - 1)
    totals = dict.fromkeys(LEADS, 0.0)
    for reason in reasons:
        if reason["lead"] in totals:
            totals[reason["lead"]] += reason["weight"]
    first, second, _ = sorted(totals.values(), reverse=True)
    return math.tanh((first - max(second, 0.0)) / 2) if first > 0 else 0.0
