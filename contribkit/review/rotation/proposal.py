"""The proposal: slots, who takes each, who goes along, and why."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from contribkit.config.models import Team
from contribkit.period import Period
from contribkit.privacy import SOMEBODY
from contribkit.review.rotation.assign import assign
from contribkit.review.rotation.pairs import pair
from contribkit.review.rotation.people import people_of
from contribkit.review.rotation.slots import Slot, slots_of
from contribkit.review.rotation.words import notes, why

if TYPE_CHECKING:
    from contribkit.config.organisation import Organisation


@dataclass(frozen=True)
class Line:
    """One line of the proposal.

    Attributes
    ----------
    slot
        What there is to take.
    who, partner
        Logins of who takes it and of who goes along; None where nobody does, and without names.
    why
        Why so, in plain sentences.
    is_taken, is_paired
        Whether somebody takes it, and whether somebody goes along.
    repeats
        Whether the same person did the same in the period before.
    """

    slot: Slot
    who: str | None
    partner: str | None
    why: str
    is_taken: bool = True
    is_paired: bool = False
    repeats: bool = False


@dataclass(frozen=True)
class Rotation:
    """A proposal of who takes what: its lines, and what could not be met."""

    lines: list[Line]
    notes: list[str]


def propose(
    organisation: "Organisation",
    team: Team,
    period: Period,
    work: pd.DataFrame,
    needs: pd.DataFrame,
    without_names: bool = False,
) -> Rotation:
    """Propose who of a team takes what in a period.

    Activities are spread over the whole team, in proportion to capacity and to days there and not away; nobody repeats
    the last period where there is another way; somebody who does a thing for the first time is paired with somebody who
    has done it. People are never ranked, and no number stands beside a person.

    Parameters
    ----------
    organisation
        Whose goals, projects and teams.
    team
        For whom.
    period
        For when.
    work
        What was done before, over all teams; see `work_of`.
    needs
        The needs that come first; see `contribkit.review.needs.spread`.
    without_names
        Say "somebody" in sentences, and leave the logins out.
    """
    people = people_of(team, period, work)
    slots = slots_of(organisation, team, period, work, needs, sum(person.time > 0 for person in people))
    takers = assign(slots, people)
    partners = pair(slots, takers, people)
    lines = []
    for slot, taker, partner in zip(slots, takers, partners, strict=True):
        sentence = why(slot, taker, partner, people, lambda one: SOMEBODY if without_names else one.name)
        who, along = (None if without_names or one is None else one.login for one in (taker, partner))
        again = taker is not None and (slot.activity, slot.upstream) in taker.did_last
        lines.append(Line(slot, who, along, sentence, taker is not None, partner is not None, again))
    return Rotation(lines, notes(slots, takers, people, None if without_names else lambda one: one.name))
