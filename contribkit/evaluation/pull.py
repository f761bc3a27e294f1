"""How far the machine's answer pulls people: those who saw it, against those from whom it was hidden."""

from collections.abc import Collection
from dataclasses import dataclass
from math import sqrt

import pandas as pd

from contribkit.labels import Labels
from contribkit.labels.event import Event
from contribkit.labels.replay import decisions, opinion
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
    chosen = [events for item, events in labels.by_item.items() if wanted is None or item in wanted]
    said = [event for events in chosen for event in _labels_of(events, labels) if _had_answer(event)]
    table = pd.DataFrame(
        [(event["seen"].get("blind") is True, event["lead"] == event["seen"]["lead"]) for event in said],
        columns=["hidden", "agrees"],
    ).astype(bool)
    hidden, shown = (_share(table.loc[table["hidden"] == side, "agrees"]) for side in (True, False))
    if min(hidden.whole, shown.whole) < FEWEST:
        few = f"only {hidden.whole} label{'s were' if hidden.whole != 1 else ' was'} given without and {shown.whole}"
        return Pull(hidden, shown, reason=f"{few} with the answer in sight; {FEWEST} of each are needed")
    return Pull(hidden, shown, *_difference(shown, hidden))


def _labels_of(events: list[Event], labels: Labels) -> list[Event]:
    said = [opinion(stack) for stack in decisions(events, labels.person).values()]
    return [event for event in said if event is not None and event["op"] == "label"]


def _had_answer(event: Event) -> bool:
    return isinstance(event.get("seen"), dict) and event["seen"].get("lead") in LEADS


def _share(agrees: pd.Series) -> Share:
    return share(int(agrees.sum()), len(agrees))


def _difference(one: Share, other: Share) -> tuple[float, float, float]:
    """Return the difference of two shares with Newcombe's interval."""
    p, low, high = (float(value or 0) for value in one[2:])
    q, other_low, other_high = (float(value or 0) for value in other[2:])
    down, up = sqrt((p - low) ** 2 + (other_high - q) ** 2), sqrt((high - p) ** 2 + (q - other_low) ** 2)
    return round(p - q, 3), round(p - q - down, 3), round(p - q + up, 3)
