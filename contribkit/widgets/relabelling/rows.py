"""The rows of a session: what is fixed of a contribution, and what people said of it by now."""

from collections.abc import Iterable
from typing import Any

from contribkit.labels.events import Event
from contribkit.widgets.relabelling.opinions import Opinions
from contribkit.widgets.relabelling.worklist import Worklist

_TOLD = ("id", "at", "by", "op", "lead", "stakeholder", "activity", "note")
_NOBODY: dict[str, Any] = {"label": None, "mine": None, "opinions": [], "history": []}


def brief(worklist: Worklist, opinions: Opinions, place: int, period: str) -> dict[str, Any]:
    """Return what the list shows of one contribution; see `Desk.listed`."""
    item = worklist.ids[place]
    events = opinions.events(item)
    said = {
        "label": _label(opinions, item, period),
        "mine": _mine(opinions, item),
        "opinions": _listed(opinions.standing(item)),
        "history": _listed(events),
    } if events else _NOBODY  # fmt: skip
    return {
        **worklist.contents.brief(place),
        "audit": place in worklist.queue.audit,
        "blind": is_hidden(worklist, opinions, place),
        "queue": worklist.turn[place],
        "needs_eyes": needs_eyes(worklist, opinions, place),
        **said,
    }


def is_hidden(worklist: Worklist, opinions: Opinions, place: int) -> bool:
    """Say whether the machine's answer is to be hidden: until the person gave one."""
    return place in worklist.queue.blind and opinions.my_opinion(worklist.ids[place]) is None


def needs_eyes(worklist: Worklist, opinions: Opinions, place: int) -> bool:
    """Say whether the person could help: nothing is settled, they said nothing, and the machine may well err."""
    item = worklist.ids[place]
    if not opinions.events(item):
        return place in worklist.doubtful
    label = opinions.label(item)
    if (label is not None and label.lead is not None) or opinions.mine(item) is not None:
        return False
    return label is not None or place in worklist.doubtful


def _label(opinions: Opinions, item: str, period: str) -> dict[str, Any] | None:
    label = opinions.label(item)
    if label is None:
        return None
    return {"lead": label.lead, "status": label.status, "carried_over": opinions.is_carried_over(item, period)}


def _mine(opinions: Opinions, item: str) -> dict[str, Any] | None:
    last, said = opinions.mine(item), opinions.my_opinion(item)
    if last is None:
        return None
    words = {name: said.get(name) if said else None for name in ("lead", "stakeholder", "activity")}
    return words | {"note": last.get("note"), "skipped": last["op"] == "skip"}


def _listed(events: Iterable[Event]) -> list[dict[str, Any]]:
    return [{name: event.get(name) for name in _TOLD} for event in events]
