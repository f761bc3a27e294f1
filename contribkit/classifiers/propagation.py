"""Propagation: what the threads next to a contribution are led by says something of it."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import pandas as pd

from contribkit.classifiers import attribution
from contribkit.classifiers.context import Context
from contribkit.classifiers.votes import Reason, decide, in_order
from contribkit.ids import casefold_id, linked_refs, thread_url
from contribkit.tables import is_missing, is_true
from contribkit.vocabulary import Activity, Kind, Lead

_SERIES = pd.Timedelta(days=28)
_LOOKED_AT = 20  # contributions of a month: enough to find one, and few enough for files that change every day
_SURE = 0.7  # how sure a lead must be before it says something about the threads next to it
_LINKED = (1.3, "a linked thread is stakeholder-led")
_DOCUMENTS = (2.0, "what it documents is stakeholder-led")  # that it is docs says little then


class _Led(NamedTuple):
    """A contribution whose own evidence decides by whom it is led, for whom, and whether that may be shown."""

    context: Context
    lead: Lead
    stakeholder: str | None
    private: bool

    def reason(self, rule: str, weight: float, sentence: str) -> Reason:
        thread = self.context
        evidence = ": ".join(filter(None, (thread.ref, thread.text("title"))))
        url = thread.url or thread_url(thread.ref)
        return Reason(self.lead, weight, sentence, evidence, url, self.private, rule)


class Propagated(NamedTuple):
    """The reasons of one contribution with those from its neighbours, and the stakeholders whom these served."""

    reasons: list[Reason]
    neighbour_stakeholders: list[str]


def propagate(contexts: list[Context], reasons: list[list[Reason]]) -> list[Propagated]:
    """Add what neighbours tell to the `reasons` that rules found, for contributions that these leave open.

    A context may be of a thread on which nobody of ours has worked, but of which our own side speaks.

    Only first-hand evidence is passed on, so that nothing travels from thread to thread to thread.
    """
    decided = [decide(why) for why in reasons]
    led: dict[str, list[_Led]] = {}
    # By date and id, so that the order of rows decides nothing.
    when = [(context.row["happened_at"], context.row["id"]) for context in contexts]
    rows = pd.DataFrame(when, columns=["happened_at", "id"])
    for place in rows.sort_values(["happened_at", "id"]).index:
        context, (lead, confidence) = contexts[place], decided[place]
        if confidence < _SURE or lead not in (Lead.STAKEHOLDER, Lead.UPSTREAM):
            continue
        for_whom = lead is Lead.STAKEHOLDER
        whom = attribution.stakeholder(context, attribution.initiative(context)) if for_whom else None
        private = is_true(context.row.get("private")) or any(reason.private for reason in reasons[place])
        this = _Led(context, lead, whom, private)
        for key in (context.thread, *(_changes(context, [0]) if for_whom else ())):
            led.setdefault(key, []).append(this)
    found = []
    for context, why, (lead, _) in zip(contexts, reasons, decided, strict=True):
        beside = list(_neighbours(context, led))
        whom_else = [neighbour.stakeholder for _, neighbour in beside if neighbour.stakeholder]
        # Where its own evidence decides, linked threads only add which stakeholder it served.
        own = why if lead is Lead.STAKEHOLDER else in_order([*why, *(reason for reason, _ in beside)])
        found.append(Propagated(own, whom_else))
    return found


def _neighbours(context: Context, led: dict[str, list[_Led]]) -> Iterator[tuple[Reason, _Led]]:
    """Yield a reason for each sort of neighbour, and the neighbour that it saw."""
    beside = [other for other in led.get(context.thread, ()) if other.context.row["id"] != context.row["id"]]
    if served := [other for other in beside if other.lead is Lead.STAKEHOLDER]:
        sentence = "a colleague's work in the same thread is stakeholder-led"
        yield served[0].reason("colleague_in_thread", 1.8, sentence), served[0]
    author, is_review = casefold_id(context.text("author")), context.text("kind") == Kind.REVIEW
    made = [other for other in beside if casefold_id(other.context.text("actor")) == author and is_review]
    if upstream := [other for other in made if other.lead is Lead.UPSTREAM]:
        sentence = "the work of a colleague that it reviews is upstream-led"
        yield upstream[0].reason("colleague_in_thread", 1.2, sentence), upstream[0]
    yield from _linked_thread(context, led)
    when: Any = context.row.get("happened_at")
    for other in (other for key in _changes(context, [-1, 0, 1]) for other in led.get(key, ())[:_LOOKED_AT]):
        if other.context.thread != context.thread and abs(when - other.context.row["happened_at"]) <= _SERIES:
            sentence = "the same person changed the same files within weeks, for a stakeholder"
            yield other.reason("series", 0.7, sentence), other
            return


def _linked_thread(context: Context, led: dict[str, list[_Led]]) -> Iterator[tuple[Reason, _Led]]:
    """Yield a reason for the threads that it cites, that cite it, or of which a post of ours tells together with it."""
    refs = (*map(casefold_id, context.linked_refs), *_told_together(context))
    linked = [other for ref in dict.fromkeys(refs) if ref != context.thread for other in led.get(ref, ())]
    if served := [other for other in linked if other.lead is Lead.STAKEHOLDER]:
        named_first = min(served, key=lambda other: other.stakeholder is None)
        weight, sentence = _DOCUMENTS if context.activity == Activity.DOCS else _LINKED
        yield named_first.reason("linked_thread", weight, sentence), named_first
        return
    cited = set(map(casefold_id, context.row["links_out"]))
    if planned := [other for other in linked if other.context.thread in cited]:
        yield planned[0].reason("linked_thread", 1.8, "a thread that it cites is upstream-led"), planned[0]


def _told_together(context: Context) -> Iterator[str]:
    """Yield the threads of which a post of ours tells in the same sentence or list item."""
    for post in (mention for mention in context.inward if mention.kind == "document"):
        refs = [casefold_id(ref) for ref in linked_refs(post.passage)]
        yield from refs if context.thread in refs else ()


def _changes(context: Context, months: list[int]) -> list[str]:
    """Return what a series is told by: who changed which file where, and about when; months before and after too."""
    when: Any = context.row.get("happened_at")
    if is_missing(when):
        return []
    maker = f"{casefold_id(context.text('repo'))} {casefold_id(context.text('author'))}"
    month = int(when.toordinal()) // _SERIES.days
    return [f"{maker} {path} {month + further}" for path in context.row["files"] for further in months]
