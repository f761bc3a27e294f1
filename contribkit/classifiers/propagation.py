"""Propagation: what the threads next to a contribution are led by says something of it."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import pandas as pd

from contribkit.classifiers import attribution
from contribkit.classifiers.context import Context
from contribkit.classifiers.votes import Reason, decide
from contribkit.ids import casefold_id, thread_url
from contribkit.tables import is_missing, is_true
from contribkit.vocabulary import Lead

_SERIES = pd.Timedelta(days=28)
_LOOKED_AT = 20  # contributions of a month: enough to find one, and few enough for files that change every day
_SURE = 0.7  # how sure a lead must be before it says something about the threads next to it


class _Led(NamedTuple):
    """A contribution that its own evidence made stakeholder-led."""

    id: str
    ref: str
    title: str
    url: str | None
    happened_at: Any
    stakeholder: str | None
    private: bool


class Propagated(NamedTuple):
    """The reasons of one contribution with those from its neighbours, and the stakeholders whom these served."""

    reasons: list[Reason]
    neighbour_stakeholders: list[str]


def propagate(contexts: list[Context], reasons: list[list[Reason]]) -> list[Propagated]:
    """Add what neighbours tell, for contributions that their own evidence leaves open.

    Only first-hand evidence is passed on, so that nothing travels from thread to thread to thread.

    Parameters
    ----------
    contexts
        All contributions, in any order.
    reasons
        Of each, what the rules found.
    """
    decided = [decide(why) for why in reasons]
    led: dict[str, list[_Led]] = {}
    for number in sorted(range(len(contexts)), key=lambda number: _order(contexts[number])):
        context, (lead, confidence) = contexts[number], decided[number]
        if lead is Lead.STAKEHOLDER and confidence >= _SURE:
            found = _led(context, any(reason.private for reason in reasons[number]))
            for place in (context.thread, *_places(context)):
                led.setdefault(place, []).append(found)
    return [
        _propagated(context, why, lead, list(_neighbours(context, led)))
        for context, why, (lead, _) in zip(contexts, reasons, decided, strict=True)
    ]


def _order(context: Context) -> tuple[bool, Any, str]:
    """Return what contributions are sorted by, so that the order of rows decides nothing."""
    when: Any = context.row.get("happened_at")
    return (True, 0, context.row["id"]) if is_missing(when) else (False, when.value, context.row["id"])


def _led(context: Context, private: bool) -> _Led:
    return _Led(
        id=context.row["id"],
        ref=context.ref,
        title=context.text("title"),
        url=context.url or thread_url(context.ref),
        happened_at=context.row.get("happened_at"),
        stakeholder=attribution.stakeholder(context, attribution.initiative(context)),
        private=private or is_true(context.row.get("private")),
    )


def _propagated(context: Context, why: list[Reason], lead: Lead, found: list[tuple[Reason, _Led]]) -> Propagated:
    whom = [neighbour.stakeholder for _, neighbour in found if neighbour.stakeholder]
    # Where its own evidence decides, the threads next to it only tell whom it served.
    own = why if lead is Lead.STAKEHOLDER else sorted([*why, *(reason for reason, _ in found)], key=Reason.strength)
    return Propagated(own, whom)


def _neighbours(context: Context, led: dict[str, list[_Led]]) -> Iterator[tuple[Reason, _Led]]:
    """Yield a reason for each sort of neighbour, and the neighbour that it saw."""
    linked = dict.fromkeys(map(casefold_id, context.linked_refs))
    found = [other for ref in linked if ref != context.thread for other in led.get(ref, ())]
    same_thread = [other for other in led.get(context.thread, ()) if other.id != context.row["id"]]
    if same_thread:
        sentence = "a colleague's work in the same thread is stakeholder-led"
        yield _reason("colleague_in_thread", 1.8, sentence, same_thread[0])
    if found:
        named_first = sorted(found, key=lambda other: other.stakeholder is None)
        yield _reason("linked_thread", 1.3, "a linked thread is stakeholder-led", named_first[0])
    yield from _series(context, led)


def _series(context: Context, led: dict[str, list[_Led]]) -> Iterator[tuple[Reason, _Led]]:
    """The same author changed the same files within weeks, for a stakeholder."""
    when: Any = context.row.get("happened_at")
    if is_missing(when):
        return
    month = _month(when)
    near = (f"{place} {number}" for place in _paths(context) for number in (month - 1, month, month + 1))
    for other in (other for place in near for other in led.get(place, ())[:_LOOKED_AT]):
        then = other.happened_at
        is_other = casefold_id(other.ref) != context.thread
        if is_other and not is_missing(then) and abs(when - then) <= _SERIES:
            sentence = "the same person changed the same files within weeks, for a stakeholder"
            yield _reason("series", 0.7, sentence, other)
            return


def _places(context: Context) -> list[str]:
    """Return what a series is told by: which files who changed where, and about when."""
    when = context.row.get("happened_at")
    return [] if is_missing(when) else [f"{path} {_month(when)}" for path in _paths(context)]


def _month(when: Any) -> int:
    return int(when.toordinal()) // _SERIES.days


def _paths(context: Context) -> list[str]:
    maker = f"{casefold_id(context.text('repo'))} {casefold_id(context.text('author'))}"
    return [f"{maker} {path}" for path in context.row["files"]]


def _reason(rule: str, weight: float, sentence: str, other: _Led) -> tuple[Reason, _Led]:
    evidence = f"{other.ref}: {other.title}"
    return Reason(Lead.STAKEHOLDER, weight, sentence, evidence, other.url, other.private, rule), other
