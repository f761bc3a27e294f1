"""How far the machine's answer pulls people: those who saw it, against those from whom it was hidden."""

from collections.abc import Collection
from dataclasses import asdict, dataclass
from math import sqrt
from typing import Any

import pandas as pd

from contribkit.labels import Labels
from contribkit.labels.events import Event
from contribkit.review.shares import Share, share
from contribkit.vocabulary import LEADS

FEWEST = 10
"""Labels on each side below which nothing is said."""


@dataclass(frozen=True)
class Pull:
    """How often people say what the machine says.

    Attributes
    ----------
    hidden, shown
        Labels that agree with the machine, of those that were given without and with its answer in sight.
    difference, low, high
        How much more often people agree who saw the answer, with a 95 % interval; None where too little is known.
    reason
        Why nothing is said, else empty.
    """

    hidden: Share
    shown: Share
    difference: float | None = None
    low: float | None = None
    high: float | None = None
    reason: str = ""

    @property
    def sentence(self) -> str:
        """What is found, in words.

        Examples
        --------
        >>> Pull(Share(30, 60, 0.5, 0.4, 0.6), Share(45, 60, 0.75, 0.63, 0.84), 0.25, 0.08, 0.4).sentence
        'people agree with 45 of 60 answers that they saw and 30 of 60 that were hidden: 25 points more (8 to 40)'
        """
        if self.difference is None or self.low is None or self.high is None:
            return f"how far the machine's answer pulls people is not known: {self.reason}"
        points = [round(100 * value) for value in (self.difference, self.low, self.high)]
        return (
            f"people agree with {self.shown.part} of {self.shown.whole} answers that they saw and {self.hidden.part} "
            f"of {self.hidden.whole} that were hidden: {points[0]} points more ({points[1]} to {points[2]})"
        )

    def as_json(self) -> dict[str, Any]:
        """Return the same as JSON knows it, with the sentence."""
        shares = {"hidden": self.hidden._asdict(), "shown": self.shown._asdict()}
        return asdict(self) | shares | {"sentence": self.sentence}


def pull(labels: Labels, ids: Collection[str] | None = None) -> Pull:
    """Return how far the machine's answer pulls people.

    What counts is each person's standing label and the answer that the machine had at that time (``seen`` of the
    event); adjudications, and rows on which the machine had no answer, tell nothing. The interval of the difference is
    Newcombe's (1998, doi:10.1002/(SICI)1097-0258(19980430)17:8<873::AID-SIM779>3.0.CO;2-I, method 10), made from
    Wilson's of the two shares.

    Parameters
    ----------
    labels
        The label logs.
    ids
        A random sample of contributions. Without it everything counts, also what was looked at because it was hard,
        where people agree less with the machine for that reason alone.

    Examples
    --------
    >>> event = {"id": "1", "at": "2026-10-01", "by": "ada", "op": "label", "item": "o/r#1@ada:review",
    ...          "lead": "upstream", "seen": {"lead": "upstream", "blind": True}}
    >>> found = pull(Labels([event]))
    >>> found.hidden.part, found.hidden.whole, found.reason
    (1, 1, 'only 1 label was given without and 0 with the answer in sight; 10 of each are needed')
    """
    wanted = None if ids is None else {labels.name(item) for item in ids}
    items = [item for item in labels.by_item if wanted is None or item in wanted]
    said = [event for item in items for event in labels.standing(item) if _had_answer(event)]
    table = pd.DataFrame(
        [(event["seen"].get("blind") is True, event["lead"] == event["seen"]["lead"]) for event in said],
        columns=["hidden", "agrees"],
    ).astype(bool)
    hidden, shown = (_share(table.loc[table["hidden"] == side, "agrees"]) for side in (True, False))
    if min(hidden.whole, shown.whole) < FEWEST:
        few = f"only {hidden.whole} label{'s were' if hidden.whole != 1 else ' was'} given without and {shown.whole}"
        return Pull(hidden, shown, reason=f"{few} with the answer in sight; {FEWEST} of each are needed")
    return Pull(hidden, shown, *_difference(shown, hidden))


def _had_answer(event: Event) -> bool:
    seen = event.get("seen") or {}
    return event["op"] == "label" and seen.get("lead") in LEADS


def _share(agrees: pd.Series) -> Share:
    return share(int(agrees.sum()), len(agrees))


def _difference(one: Share, other: Share) -> tuple[float, float, float]:
    """Return the difference of two shares with Newcombe's interval."""
    p, low, high = (float(value or 0) for value in one[2:])
    q, other_low, other_high = (float(value or 0) for value in other[2:])
    down, up = sqrt((p - low) ** 2 + (other_high - q) ** 2), sqrt((high - p) ** 2 + (q - other_low) ** 2)
    return round(p - q, 3), round(p - q - down, 3), round(p - q + up, 3)
