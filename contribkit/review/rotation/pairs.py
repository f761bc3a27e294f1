"""Who goes along with somebody who does a thing for the first time."""

import numpy as np

from contribkit.review.rotation.people import Person
from contribkit.review.rotation.slots import Slot

_IMPOSSIBLE = 1e6
_ANOTHER = 3.0  # each further pair for one person
_ELSEWHERE = 2.0  # has done it, but never in this project


def pair(slots: list[Slot], takers: list[Person | None], people: list[Person]) -> list[Person | None]:
    """Return who goes along on each slot: somebody who has done it before, with as few pairs for one person as can be.

    Parameters
    ----------
    slots, takers
        What there is, and who takes it.
    people
        Everybody.

    Returns
    -------
    list of Person or None
        One a slot: None where the taker has done it, nobody takes it, or nobody who has time can show it.
    """
    from scipy.optimize import linear_sum_assignment

    learning = [
        (number, taker)
        for number, taker in enumerate(takers)
        if taker is not None and slots[number].activity not in taker.has_done
    ]
    partners: list[Person | None] = [None] * len(slots)
    able = [person for person in people if person.time > 0]
    if not learning or not able:
        return partners
    # A column for each further pair of a person, each dearer than the one before.
    costs = np.array([
        [_cost(slots[number], taker, person) + _ANOTHER * turn for turn in range(len(learning)) for person in able]
        for number, taker in learning
    ])  # fmt: skip
    for row, column in zip(*linear_sum_assignment(costs), strict=True):
        if costs[row, column] < _IMPOSSIBLE:
            partners[learning[row][0]] = able[column % len(able)]
    return partners


def _cost(slot: Slot, taker: Person, person: Person) -> float:
    if person.login == taker.login or slot.activity not in person.has_done:
        return _IMPOSSIBLE
    return 0.0 if slot.upstream in person.knows else _ELSEWHERE
