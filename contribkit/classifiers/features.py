"""What the learned model sees of a contribution: the votes of rules, a few plain traits, and its words."""

import math
from dataclasses import dataclass
from typing import Any

from contribkit.classifiers.case import Case
from contribkit.classifiers.reason import Reason
from contribkit.classifiers.rules import decide
from contribkit.tables import is_missing
from contribkit.vocabulary import LEADS

_CHARACTERS = 5000  # of a text; what stands further down says little of why
_LARGEST_TOTAL = 5.0  # ten links say no more than five


@dataclass(frozen=True)
class Example:
    """A contribution as the model sees it.

    Attributes
    ----------
    case
        The contribution itself.
    reasons
        What rules found.
    traits
        Name to value: ``rule>lead`` for votes, ``total>lead`` for their sums, and a few of the contribution.
    text
        Title and the words below it.
    said
        The lead that people gave it; None where they gave none.
    """

    case: Case
    reasons: list[Reason]
    traits: dict[str, float]
    text: str
    said: str | None

    @classmethod
    def of(cls, case: Case, reasons: list[Reason], said: str | None = None) -> "Example":
        """Return the example that a contribution and its reasons make."""
        traits = _votes(reasons) | _structure(case)
        return cls(case, reasons, traits, case.own_words[:_CHARACTERS], said)

    @property
    def ruled(self) -> tuple[str, float]:
        """The rules' own answer, and how sure they are."""
        lead, confidence = decide(self.reasons)
        return str(lead), confidence


def vote(reason: Reason) -> str:
    """Return the name of the trait that a reason is a vote for."""
    return f"{reason.rule}>{reason.lead}"


def total(lead: str) -> str:
    """Return the name of the trait that sums up the votes for a lead."""
    return f"total>{lead}"


def _votes(reasons: list[Reason]) -> dict[str, float]:
    """Return each rule's strongest weight for each lead, as `decide` counts them, and their sums."""
    votes: dict[str, float] = {}
    totals = dict.fromkeys(map(str, LEADS), 0.0)
    for reason in sorted(reasons, key=Reason.strength):
        if vote(reason) not in votes:
            votes[vote(reason)] = reason.weight
            totals[str(reason.lead)] = totals.get(str(reason.lead), 0.0) + reason.weight
    return votes | {total(lead): max(-_LARGEST_TOTAL, min(value, _LARGEST_TOTAL)) for lead, value in totals.items()}


def _structure(case: Case) -> dict[str, float]:
    """Return the traits, scaled so that none weighs more than half a vote: regularisation then binds them harder."""
    row = case.row
    return {
        f"kind={case.text('kind')}": 0.5,
        f"activity={case.activity}": 0.5,
        "author is an outsider": 0.5 * case.author_is_outsider,
        "tied to our own side": 0.5 * bool(case.mentions),
        "files": _size(len(row["files"])),
        "changed lines": _size(_number(row.get("additions")) + _number(row.get("deletions"))),
        "words": _size(len(case.own_words) / 10),
    }


def _number(value: Any) -> float:
    return 0.0 if is_missing(value) else max(float(value), 0.0)


def _size(count: float) -> float:
    return math.log1p(count) / 10
