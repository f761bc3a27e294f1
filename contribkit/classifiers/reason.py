"""A reason: which rule speaks for which lead, how strongly, and what it saw."""

from typing import NamedTuple


class Reason(NamedTuple):
    """Why a rule speaks for a lead, in words that a person can check.

    Attributes
    ----------
    rule
        The rule's name.
    lead
        The lead it speaks for, or against where the weight is negative.
    weight
        How strongly, in log-odds.
    because
        One plain sentence.
    saw
        The very thing it saw.
    where
        Its address, where it has one.
    private
        Whether what it saw must not be shown.
    """

    rule: str
    lead: str
    weight: float
    because: str
    saw: str = ""
    where: str | None = None
    private: bool = False

    def strength(self) -> float:
        """Return what reasons are sorted by: the weightiest first, for a lead or against it."""
        return -abs(self.weight)
