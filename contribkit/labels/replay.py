"""Replay the events of one contribution: what each person stands by, and what holds among them."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from contribkit.ids import casefold_id
from contribkit.labels.event import DECISIONS, LEADING, Event, when


@dataclass(frozen=True)
class Label:
    """What holds for one contribution.

    Attributes
    ----------
    item
        Id of the contribution.
    lead
        The lead people agree on; None where it is disputed.
    status
        ``adjudicated``, ``unanimous``, ``majority`` or ``disputed``.
    opinions
        Lead by person, as it stands.
    stakeholder, activity
        As the same people said, where they did.
    """

    item: str
    lead: str | None
    status: str
    opinions: dict[str, str]
    stakeholder: str | None = None
    activity: str | None = None


def decisions(events: Iterable[Event], person: Callable[[str], str] = casefold_id) -> dict[str, list[Event]]:
    """Return each person's decisions on one contribution that no undo took back, oldest first.

    Parameters
    ----------
    events
        All events of one contribution, in the order of time.
    person
        What people are compared by.
    """
    stacks: dict[str, list[Event]] = {}
    for event in events:
        stack = stacks.setdefault(person(event["by"]), [])
        if event["op"] in DECISIONS:
            stack.append(event)
        elif stack:
            stack.pop()
    return stacks


def opinion(stack: list[Event]) -> Event | None:
    """Return the event by which a person gives a lead, None where they give none.

    A skip decides nothing, so that what was said before it stands; a clear takes it away.
    """
    last = next((event for event in reversed(stack) if event["op"] != "skip"), None)
    return last if last and last["op"] in LEADING else None


def standing(events: Iterable[Event], person: Callable[[str], str] = casefold_id) -> list[Event]:
    """Return the event by which each person gives a lead, of all events of one contribution."""
    stacks = decisions(events, person).values()
    return [said for stack in stacks if (said := opinion(stack))]


def settle(events: Iterable[Event], person: Callable[[str], str] = casefold_id) -> Label | None:
    """Return what holds for one contribution: adjudicated, then unanimous, then majority, else disputed.

    Parameters
    ----------
    events
        All events of one contribution, in the order of time.
    person
        What people are compared by.

    Examples
    --------
    >>> said = {"id": "1", "at": "2026-10-01", "op": "label", "item": "o/r#1@ada:review", "lead": "upstream"}
    >>> settle([said | {"by": "ada"}, said | {"by": "bob", "lead": "individual"}]).status
    'disputed'
    """
    last = standing(events, person)
    if not last:
        return None
    leads = [str(event["lead"]) for event in last]
    verdicts = sorted((event for event in last if event["op"] == "adjudicate"), key=when)
    (lead, votes), *_ = Counter(leads).most_common(1)
    if verdicts:
        lead, status = str(verdicts[-1]["lead"]), "adjudicated"
    elif votes == len(leads):
        status = "unanimous"
    else:
        status = "majority" if votes * 2 > len(leads) else "disputed"
    agreeing = [event for event in last if event["lead"] == lead] if status != "disputed" else []
    agreeing = verdicts[-1:] or agreeing
    return Label(
        item=last[0]["item"],
        lead=None if status == "disputed" else lead,
        status=status,
        opinions={event["by"]: str(event["lead"]) for event in last},
        stakeholder=next((e["stakeholder"] for e in agreeing if e.get("stakeholder")), None),
        activity=next((e["activity"] for e in agreeing if e.get("activity")), None),
    )
