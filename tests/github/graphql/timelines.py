"""Timelines: what happened to a thread, and what its events tell."""

from collections.abc import Iterator
from typing import Any

from tests.github.graphql.common import label
from tests.github.graphql.connection import Connection, connection
from tests.github.graphql.context import Info
from tests.github.graphql.errors import not_found
from tests.github.graphql.resolvers import resolves
from tests.github.model import Account, Comment, Event, Review, Thread
from tests.github.names import typename

# What GitHub calls a timeline's entries in the argument `itemTypes`, where that is not the name in capitals.
_ITEM_TYPES = {"ISSUE_COMMENT": "IssueComment", "PULL_REQUEST_REVIEW": "PullRequestReview"}


@resolves("PullRequest.timelineItems", "Issue.timelineItems")
def _timeline(source: Thread, info: Info, **arguments: Any) -> Connection:
    wanted, since = arguments.pop("itemTypes", None), arguments.pop("since", None)
    names = {_typename(word) for word in wanted} if wanted is not None else None
    items = [item for item in _items(source, names) if not since or _at(item) >= since]
    return connection(sorted(items, key=_at), arguments)


def _typename(word: str) -> str:
    return _ITEM_TYPES.get(word) or "".join(part.capitalize() for part in word.split("_"))


def _items(thread: Thread, names: set[str] | None) -> Iterator[Event | Comment | Review]:
    yield from (event for event in thread.events if names is None or event.kind in names)
    if names is None or "IssueComment" in names:
        yield from thread.comments
    if names is None or "PullRequestReview" in names:
        yield from (review for review in thread.reviews if review.submitted_at)


def _at(item: Event | Comment | Review) -> Any:
    return item.submitted_at if isinstance(item, Review) else item.created_at


@resolves("LabeledEvent.label", "UnlabeledEvent.label")
def _event_label(source: Event, info: Info) -> dict[str, Any]:
    return label(source.detail)


@resolves("AssignedEvent.assignee", "AssignedEvent.user")
def _assignee(source: Event, info: Info) -> Any:
    return source.detail


@resolves("AddedToMergeQueueEvent.enqueuer", "AutoMergeEnabledEvent.enabler")
def _who(source: Event, info: Info) -> Account | None:
    return source.actor


@resolves("MilestonedEvent.milestoneTitle")
def _milestone_title(source: Event, info: Info) -> Any:
    return source.detail


@resolves("TransferredEvent.fromRepository")
def _from_repository(source: Event, info: Info) -> Any:
    return source.detail


@resolves("ClosedEvent.closer", "MergedEvent.commit", "AddedToMergeQueueEvent.mergeQueue")
def _nobody(source: Event, info: Info) -> None:
    return None


@resolves("ClosedEvent.stateReason", "ReopenedEvent.stateReason")
def _reason(source: Event, info: Info) -> str | None:
    return "COMPLETED" if source.kind == "ClosedEvent" else "REOPENED"


@resolves("CrossReferencedEvent.source")
def _source(source: Event, info: Info) -> Thread:
    thread: Thread | None = source.detail
    if thread is None:
        raise not_found("a node")
    info.context.check(thread)
    return thread


@resolves("CrossReferencedEvent.willCloseTarget")
def _will_close(source: Event, info: Info) -> bool:
    return source.detail is not None and source.parent in source.detail.closes


@resolves("CrossReferencedEvent.isCrossRepository")
def _is_cross_repository(source: Event, info: Info) -> bool:
    return source.detail is None or source.detail.repository is not source.parent.repository


@resolves("CrossReferencedEvent.referencedAt")
def _referenced_at(source: Event, info: Info) -> Any:
    return source.created_at


@resolves(
    "CrossReferencedEvent.target", "ClosedEvent.closable", "ReopenedEvent.closable", "LabeledEvent.labelable",
    "UnlabeledEvent.labelable", "AssignedEvent.assignable", "MilestonedEvent.subject", "TransferredEvent.issue",
    "MergedEvent.pullRequest", "AddedToMergeQueueEvent.pullRequest", "AutoMergeEnabledEvent.pullRequest",
)  # fmt: skip
def _thread(source: Event, info: Info) -> Any:
    assert typename(source.parent) in ("PullRequest", "Issue")
    return source.parent
