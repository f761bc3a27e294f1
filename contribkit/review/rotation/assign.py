"""Who takes what, as an integer program that SciPy's HiGHS solves (Huangfu and Hall 2018)."""

from dataclasses import dataclass, field

import numpy as np

from contribkit.review.rotation.people import Person
from contribkit.review.rotation.slots import Slot

# What a choice costs. Only how they compare matters: a line for nobody is the worst, then a repetition, and so on down.
NOBODY = 1000.0  # and less for what gives way first
REPEAT = 20.0  # the same activity in the same project as last period
NEW_TWICE = 10.0  # a second thing to learn for one person
AGAIN = 8.0  # a second line of the same activity for one person
EXTRA = 2.0  # a line more than a person's whole share
LEARN = -3.0  # something new, with somebody there who can show it
KNOWS = -1.0  # the person worked in the project before
TIE = 1e-4  # equal answers: in the order of the file, each slot begins with the next person

MOST = 8  # lines a period for somebody with all their time: more would not be done


@dataclass
class _Program:
    """An integer program that grows: variables with costs and bounds, and rows of constraints."""

    costs: list[float] = field(default_factory=list)
    highest: list[float] = field(default_factory=list)
    whole: list[int] = field(default_factory=list)
    rows: list[tuple[dict[int, float], float, float]] = field(default_factory=list)

    def variable(self, cost: float, highest: float = 1, whole: bool = True) -> int:
        self.costs.append(cost)
        self.highest.append(highest)
        self.whole.append(int(whole))
        return len(self.costs) - 1

    def at_most(self, members: list[int], limit: float, beyond: int | None = None) -> None:
        """Let no more than a limit of them be taken; beyond it, a further variable pays."""
        if len(members) > limit:
            terms = dict.fromkeys(members, 1.0) | ({beyond: -1.0} if beyond is not None else {})
            self.rows.append((terms, -np.inf, limit))

    def solve(self) -> np.ndarray:
        from scipy.optimize import Bounds, LinearConstraint, milp
        from scipy.sparse import lil_array

        matrix = lil_array((len(self.rows), len(self.costs)))
        for number, (terms, _, _) in enumerate(self.rows):
            for variable, factor in terms.items():
                matrix[number, variable] = factor
        limits = LinearConstraint(matrix.tocsr(), [row[1] for row in self.rows], [row[2] for row in self.rows])
        answer = milp(self.costs, integrality=self.whole, bounds=Bounds(0, self.highest), constraints=limits)
        # A line for nobody is always allowed, so that there always is an answer.
        return np.asarray(answer.x)


def assign(slots: list[Slot], people: list[Person]) -> list[Person | None]:
    """Return who takes each slot; None where nobody has time.

    Every slot goes to one person or to nobody. People with more time take more, in proportion; nobody more than fits
    their time. Repetitions of the last period, several lines of one activity for one person, and more than one thing
    to learn for one person cost so much that they happen only where there is no other way. The constraints of a person
    lie one inside the other, so that this is a flow, which is solved without branching.

    Parameters
    ----------
    slots
        What there is to take.
    people
        Who could take it; whoever has no time gets nothing.

    Returns
    -------
    list of Person or None
        One a slot, in their order; the same for the same input.
    """
    able = [person for person in people if person.time > 0]
    if not slots:
        return []
    program = _Program()
    taken = {
        (number, place): program.variable(_cost(slot, person, able) + _tie(number, place, len(able)))
        for number, slot in enumerate(slots)
        for place, person in enumerate(able)
    }
    for number, slot in enumerate(slots):
        nobody = program.variable(NOBODY - 100 * slot.priority)
        everybody = [taken[number, place] for place in range(len(able))]
        program.rows.append((dict.fromkeys([*everybody, nobody], 1.0), 1, 1))
    for place, person in enumerate(able):
        _limit(program, slots, person, able, [taken[number, place] for number in range(len(slots))])
    answer = program.solve()
    chosen = {number: person for (number, place), at in taken.items() for person in [able[place]] if answer[at] > 0.5}
    return [chosen.get(number) for number in range(len(slots))]


def _limit(program: _Program, slots: list[Slot], person: Person, able: list[Person], takes: list[int]) -> None:
    """Add what holds for one person: their share, one line of each activity, one thing to learn."""
    lowest, highest = share(person, able, len(slots))
    extra = program.variable(EXTRA, highest - lowest, whole=False)
    program.at_most(takes, lowest, extra)
    for activity in dict.fromkeys(slot.activity for slot in slots):
        same = [at for at, slot in zip(takes, slots, strict=True) if slot.activity == activity]
        program.at_most(same, 1, program.variable(AGAIN, len(slots), whole=False))
    new = [at for at, slot in zip(takes, slots, strict=True) if can_learn(slot.activity, person, able)]
    program.at_most(new, 1, program.variable(NEW_TWICE, len(slots), whole=False))


def share(person: Person, able: list[Person], lines: int) -> tuple[int, int]:
    """Return the least and the most lines that are one person's share, in proportion to their time."""
    exact = lines * person.time / sum(one.time for one in able)
    most = max(1, int(MOST * person.time))
    return min(most, int(exact + 1e-9)), min(most, int(np.ceil(exact - 1e-9)))


def can_learn(activity: str, person: Person, able: list[Person]) -> bool:
    """Say whether an activity is new to a person, and somebody is there who can show it."""
    return activity not in person.has_done and any(activity in one.has_done for one in able)


def _cost(slot: Slot, person: Person, able: list[Person]) -> float:
    cost = REPEAT if (slot.activity, slot.upstream) in person.did_last else 0.0
    cost += LEARN if can_learn(slot.activity, person, able) else 0.0
    return cost + (KNOWS if slot.upstream in person.knows else 0.0)


def _tie(number: int, place: int, people: int) -> float:
    return TIE * ((place - number) % people) / people
