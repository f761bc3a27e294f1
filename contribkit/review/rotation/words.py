"""The rotation in words: one plain sentence a line, and a clear word where something cannot be met."""

from collections.abc import Callable

from contribkit.privacy import SOMEBODY
from contribkit.review.rotation.people import Person
from contribkit.review.rotation.slots import Slot
from contribkit.vocabulary import Activity

_DONE = {
    Activity.RELEASE: "made a release",
    Activity.REVIEW: "reviewed",
    Activity.ONBOARDING: "welcomed newcomers",
    Activity.CI: "worked on CI",
    Activity.DOCS: "written docs",
    Activity.MEETING: "run a meeting",
    Activity.STRATEGY: "worked on strategy",
    Activity.TRIAGE: "triaged",
    Activity.BUGFIX: "fixed bugs",
    Activity.MAINTENANCE: "done maintenance",
}

Naming = Callable[[Person], str]


def done(activity: str) -> str:
    """Return an activity as something that a person has done.

    Examples
    --------
    >>> done("release"), done("feature")
    ('made a release', 'done a feature')
    """
    return _DONE.get(Activity(activity), f"done a {Activity(activity).word}")


def why(slot: Slot, taker: Person | None, partner: Person | None, people: list[Person], name: Naming) -> str:
    """Return why a person takes a slot, who goes along, and what was weighed, in one or two plain sentences.

    Parameters
    ----------
    slot
        What.
    taker, partner
        Who, and who goes along.
    people
        Everybody in the team.
    name
        What people are called; on a page without names, always the same.
    """
    if taker is None:
        return "Nobody has time left for it."
    who, act = _first(name(taker)), done(slot.activity)
    if partner is not None:
        said = f"{who} has not {act} yet; {name(partner)} has, and goes along"
    elif slot.activity not in taker.has_done:
        said = f"{who} has not {act} yet, nor has anybody else who has time: ask the project's maintainers to go along"
    else:
        where = f"knows {slot.upstream}" if slot.upstream in taker.knows else f"is new to {slot.upstream}"
        said = f"{who} has {act} before and {where}"
    return f"{said}{_again(slot, taker, people)}.{_away(taker, name)}"


def _again(slot: Slot, taker: Person, people: list[Person]) -> str:
    cell = (slot.activity, slot.upstream)
    if cell not in taker.did_last:
        return "" if slot.activity not in taker.has_done else "; other things were theirs last time"
    others = [one for one in people if one.time > 0 and one.login != taker.login]
    if not others:
        return "; did it last time too, as nobody else has time"
    if all(cell in one.did_last for one in others):
        return "; did it last time too, as everybody did who has time"
    return "; did it last time too, as the others have their share of other things"


def _away(taker: Person, name: Naming) -> str:
    days = "day" if taker.days_away == 1 else "days"
    return f" {_first(name(taker))} is away on {taker.days_away} {days}, which was weighed." if taker.days_away else ""


def notes(slots: list[Slot], takers: list[Person | None], people: list[Person], name: Naming | None) -> list[str]:
    """Return what a reader should know of a rotation as a whole: what could not be met, and why.

    Parameters
    ----------
    slots, takers, people
        What there is, who takes it, and everybody.
    name
        What people are called, or None for a page without names.
    """
    if not slots:
        return ["There is nothing to hand out: no goal holds, nothing was done before, and no need is known."]
    able = [person for person in people if person.time > 0]
    said = []
    if not able:
        return ["Nobody has time in this period: everybody is away, without capacity or no member. All lines are open."]
    if len(able) == 1:
        said.append("One person alone has time: nothing can rotate, and nobody can go along.")
    if takers.count(None):
        said.append(f"{takers.count(None)} of {len(slots)} lines are for nobody: they do not fit the team's time.")
    for activity in dict.fromkeys(slot.activity for slot in slots):
        if not any(activity in person.has_done for person in able):
            said.append(f"Nobody who has time has {done(activity)} so far, as far as the sources tell.")
    idle = [person for person in people if person not in takers]
    if idle and name:
        said.append(f"Without a line: {', '.join(name(person) for person in idle)}.")
    elif idle:
        said.append(f"{len(idle)} of {len(people)} people are without a line.")
    return said


def _first(name: str) -> str:
    """Return a name as the first word of a sentence: a login stays as it is written."""
    return name.capitalize() if name == SOMEBODY else name
