"""The second hop: what the threads beside a contribution are led by says something of it."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import pandas as pd

from contribkit.classifiers import names
from contribkit.classifiers.case import Case
from contribkit.classifiers.reason import Reason
from contribkit.classifiers.rules import decide
from contribkit.ids import casefold_id, thread_url
from contribkit.tables import is_missing, is_true
from contribkit.vocabulary import Lead

_SERIES = pd.Timedelta(days=28)
_LOOKED_AT = 20  # contributions of a month: enough to find one, and few enough for files that change every day
_SURE = 0.7  # how sure a lead must be before it says something about the threads beside it


class _Led(NamedTuple):
    """A contribution that its own evidence made stakeholder-led."""

    case: Case
    stakeholder: str | None
    private: bool


def with_second_hop(cases: list[Case], reasons: list[list[Reason]]) -> list[list[Reason]]:
    """Return the reasons with those of the second hop, for what its own evidence leaves open.

    Only first-hand evidence is passed on, so that nothing travels from thread to thread to thread.

    Parameters
    ----------
    cases
        All contributions; those that something is passed on to learn whom it served.
    reasons
        Of each, what the rules found.
    """
    led: dict[str, list[_Led]] = {}
    for case, why in zip(cases, reasons, strict=True):
        lead, confidence = decide(why)
        if lead is Lead.STAKEHOLDER and confidence >= _SURE:
            whom = names.stakeholder(case, names.initiative(case))
            found = _Led(case, whom, any(reason.private for reason in why))
            for place in (case.thread, *_places(case)):
                led.setdefault(place, []).append(found)
    return [_with_hops(case, why, list(_hops(case, led))) for case, why in zip(cases, reasons, strict=True)]


def _with_hops(case: Case, why: list[Reason], hops: list[Reason]) -> list[Reason]:
    # Where its own evidence decides, the threads beside it only tell whom it served.
    return why if decide(why)[0] is Lead.STAKEHOLDER else sorted([*why, *hops], key=Reason.strength)


def _hops(case: Case, led: dict[str, list[_Led]]) -> Iterator[Reason]:
    linked = [*case.row["links_out"], *(link.get("ref") or "" for link in case.row["links_in"])]
    found = [
        other for ref in dict.fromkeys(map(casefold_id, linked)) if ref != case.thread for other in led.get(ref, ())
    ]
    beside = [other for other in led.get(case.thread, ()) if other.case is not case]
    if beside:
        because = "it is a part in a thread in which a colleague's work is stakeholder-led"
        yield _passed_on(case, beside[0], "colleague's thread", 1.8, because)
    if found:
        because = "it is linked with a thread that is stakeholder-led"
        named_first = sorted(found, key=lambda other: other.stakeholder is None)
        yield _passed_on(case, named_first[0], "second hop", 1.3, because)
    yield from _series(case, led)


def _series(case: Case, led: dict[str, list[_Led]]) -> Iterator[Reason]:
    """The same author changed the same files within weeks, for a stakeholder."""
    when: Any = case.row.get("happened_at")
    if is_missing(when):
        return
    month = _month(when)
    near = (f"{place} {number}" for place in _paths(case) for number in (month - 1, month, month + 1))
    for other in (other for place in near for other in led.get(place, ())[:_LOOKED_AT]):
        then = other.case.row.get("happened_at")
        if other.case.thread != case.thread and not is_missing(then) and abs(when - then) <= _SERIES:
            because = "the same person changed the same files within weeks, for a stakeholder"
            yield _passed_on(case, other, "series", 0.7, because)
            return


def _places(case: Case) -> list[str]:
    """Return what a series is told by: which files who changed where, and about when."""
    when = case.row.get("happened_at")
    return [] if is_missing(when) else [f"{path} {_month(when)}" for path in _paths(case)]


def _month(when: Any) -> int:
    return int(when.toordinal()) // _SERIES.days


def _paths(case: Case) -> list[str]:
    maker = f"{casefold_id(case.text('repo'))} {casefold_id(case.text('author'))}"
    return [f"{maker} {path}" for path in case.row["files"]]


def _passed_on(case: Case, other: _Led, rule: str, weight: float, because: str) -> Reason:
    if other.stakeholder:
        case.heard.append(other.stakeholder)
    saw = f"{other.case.ref}: {other.case.text('title')}"
    where = other.case.text("url") or thread_url(other.case.ref)
    private = other.private or is_true(other.case.row.get("private"))
    return Reason(rule, Lead.STAKEHOLDER, weight, because, saw, where, private)
