"""Hydrate: pull requests, issues and discussions with all that happened in them since the period's start."""

from collections.abc import Iterator
from typing import Any

from contribkit.loaders.github.asks import Ask, text
from contribkit.loaders.github.linking import linking
from contribkit.loaders.github.loading import Loading
from contribkit.loaders.github.queries import connection
from contribkit.loaders.github.store import Thing

_TYPES = {"pull": "PullRequest", "issue": "Issue", "discussion": "Discussion"}
# Each connection that may go on, by the name of its nodes in `queries`.
_CONNECTIONS = {
    "pull": ("comments", "reviews", "timelineItems"),
    "issue": ("comments", "timelineItems"),
    "discussion": ("discussionComments",),
}
# Of these all is wanted: an old event may tell why, and an old comment of a discussion may have new replies.
_WHOLE = ("timelineItems", "discussionComments")


def receive(loading: Loading, ask: Ask, answer: dict[str, Any] | None) -> Iterator[Ask]:
    """Keep a thread, and yield what is still missing of it and which threads of our own side point at it."""
    identifier = ask.argument["id"]
    if not answer or "id" not in answer:
        # No more there, or not for us: not asked for again until a search says that it changed.
        loading.store.things.keep(Thing(identifier, ask.kind, ask.argument["updated_at"], "", None))
        return
    loading.store.repositories.keep(answer["repository"])
    yield from _keep(loading, ask.kind, answer)
    yield from linking(loading, answer.get("timelineItems"))
    for comment in nodes(answer, "comments"):
        if (comment.get("replies") or {}).get("totalCount"):
            yield Ask("replies", {"id": comment["id"], "thread": identifier})


def _keep(loading: Loading, kind: str, payload: dict[str, Any]) -> Iterator[Ask]:
    thing = Thing(payload["id"], kind, payload["updatedAt"], _since(kind, payload), payload)
    loading.store.things.keep(thing)
    for name in _CONNECTIONS[kind]:
        yield from _page_before(loading, kind, name, payload)


def _page_before(loading: Loading, kind: str, name: str, payload: dict[str, Any]) -> Iterator[Ask]:
    page = payload[_field(name)]
    if page["pageInfo"]["hasPreviousPage"] and (name in _WHOLE or _oldest(page) >= loading.start):
        before = page["pageInfo"]["startCursor"]
        yield Ask("page", {"id": payload["id"], "kind": kind, "connection": name, "before": before})


def _field(name: str) -> str:
    return name.replace("discussionComments", "comments")


def _since(kind: str, payload: dict[str, Any]) -> str:
    """Return the time from which on nothing of a thread is missing; empty where all of it is there."""
    pages = [payload[_field(name)] for name in _CONNECTIONS[kind]]
    return max(_oldest(page) if page["pageInfo"]["hasPreviousPage"] else "" for page in pages)


def _oldest(page: dict[str, Any]) -> str:
    return min((node["createdAt"] for node in page["nodes"] if node and "createdAt" in node), default="9999")


def page_field(argument: dict[str, Any]) -> str:
    """Return the field of the items of a thread's connection before those that are there."""
    asked = connection(argument["connection"], 100, text(argument["before"]))
    return f"node(id: {text(argument['id'])}) {{ ... on {_TYPES[argument['kind']]} {{ {asked} }} }}"


def receive_page(loading: Loading, ask: Ask, answer: dict[str, Any] | None) -> Iterator[Ask]:
    """Put earlier items before those that are there."""
    thing, argument = loading.store.things.get(ask.argument["id"]), ask.argument
    field = _field(argument["connection"])
    if thing is None or thing.payload is None or not answer or field not in answer:
        return
    page, there = answer[field], thing.payload[field]
    if there["pageInfo"]["startCursor"] != argument["before"]:
        return  # the thread was read anew since, or another load was faster
    page["nodes"] += there["nodes"]
    yield from _keep(loading, argument["kind"], thing.payload | {field: page})
    yield from linking(loading, page if field == "timelineItems" else None)
    if argument["kind"] == "discussion":
        for comment in page["nodes"]:
            if comment["replies"]["totalCount"] and comment["id"] not in thing.payload.get("replies", {}):
                yield Ask("replies", {"id": comment["id"], "thread": argument["id"]})


def receive_replies(loading: Loading, ask: Ask, answer: dict[str, Any] | None) -> Iterator[Ask]:
    """Put the replies to a discussion's comment beside it."""
    thing = loading.store.things.get(ask.argument["thread"])
    if thing and thing.payload is not None and answer and "replies" in answer:
        replies = thing.payload.get("replies", {}) | {ask.argument["id"]: answer["replies"]["nodes"]}
        loading.store.things.keep(thing._replace(payload=thing.payload | {"replies": replies}))
    yield from ()


def nodes(payload: dict[str, Any], name: str) -> list[dict[str, Any]]:
    """Return what stands in a connection, without what may not be seen."""
    return [node for node in (payload.get(name) or {}).get("nodes") or [] if node]
