"""Propagation: what the threads next to a contribution are led by says something of it."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import pandas as pd

from contribkit.classifiers import attribution
from contribkit.classifiers.context import Context
from contribkit.classifiers.votes import Reason
from contribkit.ids import casefold_id, linked_refs, thread_url
from contribkit.tables import is_true
from contribkit.vocabulary import Activity, Kind, Lead

_SURE = 0.7  # how sure a lead must be before it says something about the threads next to it


class _Led(NamedTuple):
    """A contribution whose own evidence decides by whom it is led, for whom, and whether that may be shown."""

    context: Context
    lead: Lead
    stakeholder: str | None
    private: bool


class Neighbour(NamedTuple):
    """A reason that a neighbour gives, by the name of a rule, and the stakeholder whom the neighbour served."""

    rule: str
    reason: Reason
    stakeholder: str | None


def neighbours(contexts: Sequence[Context], decided: pd.DataFrame, private: set[int]) -> list[list[Neighbour]]:
    """Return what neighbours tell of each context, from those `decided` (`lead`, `confidence`) by their own evidence.

    A context may be of a thread on which nobody of ours has worked, but of which our own side speaks. `private` are the
    places of those whose evidence is. Only first-hand evidence is passed on, so that nothing travels from thread to
    thread to thread.
    """
    led: dict[str, list[_Led]] = {}
    sure = decided[(decided["confidence"] >= _SURE) & decided["lead"].isin([Lead.STAKEHOLDER, Lead.UPSTREAM])]
    # By date and id, so that the order of rows decides nothing.
    when = [(place, contexts[place].row["happened_at"], contexts[place].row["id"]) for place in sure.index]
    order = pd.DataFrame(when, columns=["place", "happened_at", "id"]).sort_values(["happened_at", "id"])
    for place in order["place"]:
        context, lead = contexts[place], Lead(str(sure.at[place, "lead"]))
        for_whom = lead is Lead.STAKEHOLDER
        whom = attribution.stakeholder(context, attribution.initiative(context)) if for_whom else None
        is_private = is_true(context.row.get("private")) or place in private
        led.setdefault(context.thread, []).append(_Led(context, lead, whom, is_private))
    return [
        [_neighbour(*found) for found in (*_in_thread(context, led), *_linked_thread(context, led))]
        for context in contexts
    ]


def _neighbour(other: _Led, rule: str, strength: str, sentence: str) -> Neighbour:
    evidence = ": ".join(filter(None, (other.context.ref, other.context.text("title"))))
    url = other.context.url or thread_url(other.context.ref)
    return Neighbour(rule, Reason(other.lead, strength, sentence, evidence, url, other.private), other.stakeholder)


def _in_thread(context: Context, led: dict[str, list[_Led]]) -> Iterator[tuple[_Led, str, str, str]]:
    """Yield a colleague's work in the same thread."""
    beside = [other for other in led.get(context.thread, ()) if other.context.row["id"] != context.row["id"]]
    if served := [other for other in beside if other.lead is Lead.STAKEHOLDER]:
        sentence = "a colleague's work in the same thread is stakeholder-led"
        yield served[0], "colleague_in_thread", "stakeholder-led", sentence
    author, is_review = casefold_id(context.text("author")), context.text("kind") == Kind.REVIEW
    made = [other for other in beside if casefold_id(other.context.text("actor")) == author and is_review]
    if upstream := [other for other in made if other.lead is Lead.UPSTREAM]:
        sentence = "the work of a colleague that it reviews is upstream-led"
        yield upstream[0], "colleague_in_thread", "upstream-led", sentence


def _linked_thread(context: Context, led: dict[str, list[_Led]]) -> Iterator[tuple[_Led, str, str, str]]:
    """Yield a thread that it cites, that cites it, or of which a post of ours tells together with it."""
    refs = (*map(casefold_id, context.linked_refs), *_told_together(context))
    linked = [other for ref in dict.fromkeys(refs) if ref != context.thread for other in led.get(ref, ())]
    if served := [other for other in linked if other.lead is Lead.STAKEHOLDER]:
        named_first = min(served, key=lambda other: other.stakeholder is None)
        if context.activity == Activity.DOCS:  # that it is docs says little then
            yield named_first, "linked_thread", "documents", "what it documents is stakeholder-led"
        else:
            yield named_first, "linked_thread", "stakeholder-led", "a linked thread is stakeholder-led"
        return
    cited = set(map(casefold_id, context.row["links_out"]))
    if planned := [other for other in linked if other.context.thread in cited]:
        yield planned[0], "linked_thread", "upstream-led", "a thread that it cites is upstream-led"


def _told_together(context: Context) -> Iterator[str]:
    """Yield the threads of which a post of ours tells in the same sentence or list item."""
    for post in (mention for mention in context.inward if mention.kind == "document"):
        refs = [casefold_id(ref) for ref in linked_refs(post.passage)]
        yield from refs if context.thread in refs else ()
