"""In which order contributions are looked at: half by smallest margin, half at random, which is the audit sample."""

from collections.abc import Sequence
from hashlib import sha256
from itertools import chain, zip_longest
from typing import NamedTuple

from contribkit.ids import casefold_id

AUDIT = 200
"""The most contributions of an audit sample: a share that it tells is known to 7 points, which is enough."""


class Queue(NamedTuple):
    """Places of contributions in a table, in the order in which eyes are best spent.

    Attributes
    ----------
    order
        Alternately the smallest margin and a random draw.
    audit
        The random draws.
    blind
        Those of the random draws for which the machine's answer is hidden.
    """

    order: list[int]
    audit: set[int]
    blind: set[int]


def make_queue(ids: Sequence[str], margins: Sequence[float], seed: str, blind: float) -> Queue:
    """Return the queue.

    The audit sample is drawn from all contributions, before margins are looked at, and worked off in a random order:
    what of it is labelled at any time is a simple random sample. Contributions whose answer is hidden are drawn from
    it once more. Comparing the two parts tells how far the machine's answer pulls people; labels of the hidden part
    correct the shares of a review (`contribkit.evaluation.corrected_shares`). A draw is a hash of seed and id: it is
    the same for everybody and in every session, and a further row leaves all others as they are.

    Parameters
    ----------
    ids, margins
        Of the contributions.
    seed
        Such as the period's name.
    blind
        The share for which the machine's answer is hidden, at most a half: of the queue as far as the random draws go.

    Examples
    --------
    >>> queue = make_queue(["o/r#1@a:issue", "o/r#2@a:issue", "o/r#3@a:issue"], [0.9, 0.1, 0.5], "2026-Q3", 0.25)
    >>> sorted(queue.order), len(queue.audit)
    ([0, 1, 2], 1)
    """
    draws = [_draw(seed, "audit", item) for item in ids]
    drawn = sorted(range(len(ids)), key=draws.__getitem__)[: min(len(ids) // 2, AUDIT)]
    audit = set(drawn)
    nearest = sorted((place for place in range(len(ids)) if place not in audit), key=margins.__getitem__)
    taking_turns = chain.from_iterable(zip_longest(nearest, drawn))
    hidden = {place for place in drawn if _draw(seed, "blind", ids[place]) < 2 * blind}
    return Queue([place for place in taking_turns if place is not None], audit, hidden)


def _draw(seed: str, about: str, item: str) -> float:
    """Return a number from 0 to 1 that only depends on what it is about."""
    return int.from_bytes(sha256(f"{seed} {about} {casefold_id(item)}".encode()).digest()[:7]) / 256**7
