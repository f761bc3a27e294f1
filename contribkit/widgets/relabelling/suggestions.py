"""The suggestions of rules and model, however people decided, and the order in which they are worth a review."""

import math
from collections.abc import Sequence
from hashlib import sha256
from itertools import chain, zip_longest
from typing import Any, NamedTuple

from contribkit.classifiers.votes import LABEL, Reason, decide, margin, totals_of
from contribkit.ids import casefold_id
from contribkit.tables import Judged, grouped, records
from contribkit.vocabulary import Lead

UNSURE = 0.7
"""Confidence below which a suggestion needs review."""
AUDIT = 200
"""The most contributions of an audit sample: enough to know a proportion to within 7 points."""


class Suggestion(NamedTuple):
    """What rules or model say of one contribution, without what people decided."""

    lead: str
    confidence: float
    decided_by: str
    reasons: list[dict[str, Any]]
    """Rows of the schema `REASONS`."""
    margin: float
    """How far the first lead is ahead of the second, from 0 to 1."""

    @property
    def is_unsure(self) -> bool:
        """Whether the suggestion needs review."""
        return self.lead == Lead.UNCLEAR or self.confidence < UNSURE


def suggestions(judged: Judged) -> list[Suggestion]:
    """Return the suggestions for judged contributions, in their order.

    Where people decided, the table holds their lead; that of the rules is computed again from the reasons.
    """
    reasons = judged.reasons[judged.reasons["rule"] != LABEL]
    by_id = grouped(reasons["id"].map(casefold_id), records(reasons))
    table = judged.contributions[["id", "lead", "confidence", "decided_by"]]
    table = table.fillna({"lead": str(Lead.UNCLEAR), "confidence": 0.5, "decided_by": "rules"})
    columns = (table[name] for name in ("id", "lead", "confidence", "decided_by"))
    return [
        _suggestion(lead, confidence, decided_by, by_id.get(casefold_id(item), []))
        for item, lead, confidence, decided_by in zip(*columns, strict=True)
    ]


def _suggestion(lead: str, confidence: float, decided_by: str, reasons: list[dict[str, Any]]) -> Suggestion:
    voted = [Reason(why["lead"], why["weight"], why["sentence"], rule=why["rule"]) for why in reasons]
    if decided_by == "person":
        found, confidence = decide(voted)
        lead, decided_by = str(found), "rules"
    return Suggestion(lead, confidence, decided_by, reasons, _margin(lead, confidence, voted))


def _margin(lead: str, confidence: float, reasons: list[Reason]) -> float:
    """Return the difference between the chances of the two most likely leads (margin sampling, Scheffer et al. 2001).

    The confidence of a lead is its chance against the second, so that the difference is twice it less one. Where the
    evidence does not decide, totals are log-odds: a distance d between two leads gives the difference tanh(d / 2).

    Examples
    --------
    >>> three = [Reason(Lead.STAKEHOLDER, weight, "…", rule="tracker") for weight in (1.2, 0.9, 0.75)]
    >>> round(_margin("unclear", 0.5, [*three, Reason(Lead.UPSTREAM, 1.0, "…", rule="upkeep")]), 2)
    0.1
    """
    if lead != Lead.UNCLEAR:
        return max(0.0, 2 * confidence - 1)
    totals = totals_of(reasons)
    return math.tanh(margin(totals) / 2) if max(totals.values()) > 0 else 0.0


class Queue(NamedTuple):
    """The order of review, as places in a table."""

    order: list[int]
    """The smallest margin and a random draw in turns."""
    audit: set[int]
    """The random draws."""
    blind: set[int]
    """The random draws whose suggestion is hidden."""


def make_queue(ids: Sequence[str], margins: Sequence[float], seed: str, blind: float) -> Queue:
    """Return the order in which contributions are reviewed.

    The audit sample is drawn from all contributions, whatever their margins, and reviewed in random order: the part of
    it that is labelled is a simple random sample at any time. Contributions with a hidden suggestion are drawn from it
    in turn. Comparing the two parts shows how far suggestions influence people; labels of the hidden part correct the
    proportions of a review (`contribkit.evaluation.corrected_shares`). A draw is a hash of seed and id: it is the same
    for everybody and in every session, and a further row changes no other draw.

    Parameters
    ----------
    ids, margins
        Of the contributions.
    seed
        Such as the period's name.
    blind
        The share of the queue whose suggestion is hidden, from 0 to 0.5, as far as the random draws go.

    Examples
    --------
    >>> queue = make_queue(["o/r#1@a:issue", "o/r#2@a:issue", "o/r#3@a:issue"], [0.9, 0.1, 0.5], "2026-Q3", 0.25)
    >>> sorted(queue.order), len(queue.audit)
    ([0, 1, 2], 1)
    """
    draws = [_draw(seed, "audit", item) for item in ids]
    drawn = sorted(range(len(ids)), key=draws.__getitem__)[: min(len(ids) // 2, AUDIT)]
    audit = set(drawn)
    closest = sorted((place for place in range(len(ids)) if place not in audit), key=margins.__getitem__)
    in_turns = chain.from_iterable(zip_longest(closest, drawn))
    hidden = {place for place in drawn if _draw(seed, "blind", ids[place]) < 2 * blind}
    return Queue([place for place in in_turns if place is not None], audit, hidden)


def _draw(seed: str, purpose: str, item: str) -> float:
    """Return a number from 0 to 1 that depends on nothing else."""
    return int.from_bytes(sha256(f"{seed} {purpose} {casefold_id(item)}".encode()).digest()[:7]) / 256**7
