"""Propagation: what the threads next to a contribution are led by says something of it.

Contributions of one part may lie next to threads of another: each says which threads it asks about (`Links`), and what
it tells of those next to its own (`Told`).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from contribkit.classifiers.attribution import Aim
from contribkit.classifiers.context import Context
from contribkit.classifiers.votes import Reason
from contribkit.ids import casefold_id, linked_refs, thread_url
from contribkit.tables import cells_of, grouped, is_true
from contribkit.vocabulary import Activity, Kind, Lead

_SURE = 0.7  # how sure a lead must be before it says something about the threads next to it


class Neighbour(NamedTuple):
    """A reason that a neighbour gives, by the name of a rule, and the stakeholder whom the neighbour served."""

    rule: str
    reason: Reason
    stakeholder: str | None


class Links(NamedTuple):
    """Where a contribution stands: its thread and those next to it, all case-folded."""

    id: str
    thread: str
    reviewed: str | None  # the author of what it reviews
    is_docs: bool
    refs: tuple[str, ...]  # the threads that it cites or that cite it
    cited: int  # how many of these it cites: they come first
    posts: tuple[str, ...]  # the threads of which a post of ours tells together with its own

    @property
    def beside(self) -> Iterator[str]:
        """The threads next to its own, each once."""
        return (thread for thread in dict.fromkeys((*self.refs, *self.posts)) if thread != self.thread)


def links_of(context: Context) -> Links:
    """Return where a contribution stands."""
    # A post tells of several threads in one sentence or list item.
    together = [[casefold_id(ref) for ref in linked_refs(post.passage)] for post in context.posts]
    reviewed = casefold_id(context.author) if context.kind == Kind.REVIEW else None
    return Links(
        context.row["id"], context.thread, reviewed, context.activity == Activity.DOCS,
        tuple(map(casefold_id, context.linked_refs)), len(context.row["links_out"]),
        tuple(chain(*(told for told in together if context.thread in told))),
    )  # fmt: skip


class Told(NamedTuple):
    """What a contribution, whose own evidence decides by whom it is led, tells of the threads next to its own."""

    thread: str  # case-folded
    order: tuple[bool, Any, str]  # by date and id, so that the order of rows decides nothing
    id: str
    actor: str  # case-folded
    lead: Lead
    stakeholder: str | None
    private: bool
    evidence: str
    url: str | None

    def says(self, rule: str, strength: str, sentence: str) -> Neighbour:
        """Return what it tells, as a reason."""
        return Neighbour(
            rule, Reason(self.lead, strength, sentence, self.evidence, self.url, self.private), self.stakeholder
        )


def told_of(
    contexts: Sequence[Context], decided: pd.DataFrame, aims: Sequence[Aim], private: npt.NDArray[np.bool_]
) -> list[Told]:
    """Return what those contexts tell that are sure by their own evidence, from `lead` and `confidence` row by row.

    Nothing travels from thread to thread to thread. `private` says of which the evidence is.
    """
    is_sure = (decided["confidence"] >= _SURE) & decided["lead"].isin([Lead.STAKEHOLDER, Lead.UPSTREAM])
    cells = zip(contexts, cells_of(decided["lead"]), aims, cells_of(is_sure), private, strict=True)
    return [
        _told(context, Lead(lead), aim.stakeholder, bool(is_private))
        for context, lead, aim, sure, is_private in cells
        if sure
    ]


def _told(context: Context, lead: Lead, whom: str | None, is_private: bool) -> Told:
    at, name = context.row["happened_at"], context.row["id"]
    return Told(
        context.thread, (pd.isna(at), None if pd.isna(at) else at, name), name, casefold_id(context.actor),
        lead, whom, is_private or is_true(context.row.get("private")),
        ": ".join(filter(None, (context.ref, context.title))), context.url or thread_url(context.ref),
    )  # fmt: skip


def exchange(told: Iterable[Told]) -> dict[str, list[Told]]:
    """Return what is told by thread, always in the same order."""
    ordered = sorted(told, key=lambda one: one.order)
    return grouped((one.thread for one in ordered), ordered)


def neighbours(links: Links, told: Mapping[str, list[Told]]) -> list[Neighbour]:
    """Return what the contributions in its thread and in those next to it tell of a contribution."""
    return [*_in_thread(links, told), *_linked_thread(links, told)] if told else []


def _in_thread(links: Links, told: Mapping[str, list[Told]]) -> Iterator[Neighbour]:
    """Yield a colleague's work in the same thread."""
    beside = [other for other in told.get(links.thread, ()) if other.id != links.id]
    if served := [other for other in beside if other.lead is Lead.STAKEHOLDER]:
        sentence = "a colleague's work in the same thread is stakeholder-led"
        yield served[0].says("colleague_in_thread", "stakeholder-led", sentence)
    made = [other for other in beside if other.actor == links.reviewed]
    if upstream := [other for other in made if other.lead is Lead.UPSTREAM]:
        sentence = "the work of a colleague that it reviews is upstream-led"
        yield upstream[0].says("colleague_in_thread", "upstream-led", sentence)


def _linked_thread(links: Links, told: Mapping[str, list[Told]]) -> Iterator[Neighbour]:
    """Yield a thread that it cites, that cites it, or of which a post of ours tells together with it."""
    linked = [other for thread in links.beside for other in told.get(thread, ())]
    if served := [other for other in linked if other.lead is Lead.STAKEHOLDER]:
        named_first = min(served, key=lambda other: other.stakeholder is None)
        if links.is_docs:  # that it is docs says little then
            yield named_first.says("linked_thread", "documents", "what it documents is stakeholder-led")
        else:
            yield named_first.says("linked_thread", "stakeholder-led", "a linked thread is stakeholder-led")
        return
    cited = links.refs[: links.cited]
    if planned := [other for other in linked if other.thread in cited]:
        yield planned[0].says("linked_thread", "upstream-led", "a thread that it cites is upstream-led")
