"""Propagation: what the threads next to a contribution are led by says something of it."""

from collections.abc import Iterator, Sequence
from itertools import chain
from typing import NamedTuple

import pandas as pd

from contribkit.classifiers import attribution
from contribkit.classifiers.context import Context
from contribkit.classifiers.votes import Reason
from contribkit.ids import casefold_id, linked_refs, thread_url
from contribkit.tables import is_true
from contribkit.vocabulary import Activity, Kind, Lead

_SURE = 0.7  # how sure a lead must be before it says something about the threads next to it


class Neighbour(NamedTuple):
    """A reason that a neighbour gives, by the name of a rule, and the stakeholder whom the neighbour served."""

    rule: str
    reason: Reason
    stakeholder: str | None


class _Led(NamedTuple):
    """A contribution whose own evidence decides by whom it is led, for whom, and whether that may be shown."""

    context: Context
    lead: Lead
    stakeholder: str | None
    private: bool

    def tells(self, rule: str, strength: str, sentence: str) -> Neighbour:
        """Return what it tells of the threads next to it."""
        evidence = ": ".join(filter(None, (self.context.ref, self.context.text("title"))))
        url = self.context.url or thread_url(self.context.ref)
        return Neighbour(rule, Reason(self.lead, strength, sentence, evidence, url, self.private), self.stakeholder)


def neighbours(contexts: Sequence[Context], decided: pd.DataFrame, private: set[int]) -> list[list[Neighbour]]:
    """Return what neighbours tell of each context, from those `decided` (`lead`, `confidence`) by their own evidence.

    Nothing travels from thread to thread to thread. `private` are the places of those whose evidence is.
    """
    led: dict[str, list[_Led]] = {}
    sure = decided[(decided["confidence"] >= _SURE) & decided["lead"].isin([Lead.STAKEHOLDER, Lead.UPSTREAM])]
    # By date and id, so that the order of rows decides nothing.
    when = [(place, contexts[place].row["happened_at"], contexts[place].row["id"]) for place in sure.index]
    order = pd.DataFrame(when, columns=["place", "happened_at", "id"]).assign(lead=sure["lead"].to_numpy())
    order = order.sort_values(["happened_at", "id"])
    for place, lead in zip(order["place"], map(Lead, order["lead"]), strict=True):
        context = contexts[place]
        for_whom = lead is Lead.STAKEHOLDER
        whom = attribution.stakeholder(context, attribution.initiative(context)) if for_whom else None
        is_private = is_true(context.row.get("private")) or place in private
        led.setdefault(context.thread, []).append(_Led(context, lead, whom, is_private))
    return [[*_in_thread(context, led), *_linked_thread(context, led)] for context in contexts]


def _in_thread(context: Context, led: dict[str, list[_Led]]) -> Iterator[Neighbour]:
    """Yield a colleague's work in the same thread."""
    beside = [other for other in led.get(context.thread, ()) if other.context.row["id"] != context.row["id"]]
    if served := [other for other in beside if other.lead is Lead.STAKEHOLDER]:
        sentence = "a colleague's work in the same thread is stakeholder-led"
        yield served[0].tells("colleague_in_thread", "stakeholder-led", sentence)
    author, is_review = casefold_id(context.text("author")), context.text("kind") == Kind.REVIEW
    made = [other for other in beside if casefold_id(other.context.text("actor")) == author and is_review]
    if upstream := [other for other in made if other.lead is Lead.UPSTREAM]:
        sentence = "the work of a colleague that it reviews is upstream-led"
        yield upstream[0].tells("colleague_in_thread", "upstream-led", sentence)


def _linked_thread(context: Context, led: dict[str, list[_Led]]) -> Iterator[Neighbour]:
    """Yield a thread that it cites, that cites it, or of which a post of ours tells together with it."""
    # A post tells of several threads in one sentence or list item.
    posts = [mention for mention in context.inward if mention.kind == "document"]
    together = [[casefold_id(ref) for ref in linked_refs(post.passage)] for post in posts]
    refs = (*map(casefold_id, context.linked_refs), *chain(*(told for told in together if context.thread in told)))
    linked = [other for ref in dict.fromkeys(refs) if ref != context.thread for other in led.get(ref, ())]
    if served := [other for other in linked if other.lead is Lead.STAKEHOLDER]:
        named_first = min(served, key=lambda other: other.stakeholder is None)
        if context.activity == Activity.DOCS:  # that it is docs says little then
            yield named_first.tells("linked_thread", "documents", "what it documents is stakeholder-led")
        else:
            yield named_first.tells("linked_thread", "stakeholder-led", "a linked thread is stakeholder-led")
        return
    cited = set(map(casefold_id, context.row["links_out"]))
    if planned := [other for other in linked if other.context.thread in cited]:
        yield planned[0].tells("linked_thread", "upstream-led", "a thread that it cites is upstream-led")
