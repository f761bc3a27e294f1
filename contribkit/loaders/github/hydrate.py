"""Hydrate: threads with all that happened in them since the period's start, and the own threads tied to them."""

from collections.abc import Iterator
from typing import Any

from contribkit.config.organisation import Organisation
from contribkit.ids import casefold_id, links, number_of, repository_of
from contribkit.loaders.github.cache import CachedNode
from contribkit.loaders.github.load_context import LoadContext
from contribkit.loaders.github.messages import only_latest, unseen_plan
from contribkit.loaders.github.queries import Query

THREADS = {"Issue": "issue", "PullRequest": "pull", "Discussion": "discussion"}
OWN = {"Issue": "own_issue", "PullRequest": "own_pull"}
_LATEST = 50  # issues, and as many pull requests, of a repository of plans
# Each connection that may go on, by the name of its nodes in `queries`.
_CONNECTIONS = {
    "pull": ("comments", "reviews", "pullTimeline"),
    "issue": ("comments", "timelineItems"),
    "discussion": ("discussionComments",),
}
# Of these all is wanted: an old event may tell why, and an old comment of a discussion may have new replies.
_WHOLE = ("timelineItems", "pullTimeline", "discussionComments")
_FIELDS = {"pullTimeline": "timelineItems", "discussionComments": "comments"}
_EMPTY: dict[str, Any] = {"nodes": [], "pageInfo": {"hasPreviousPage": False, "startCursor": None}, "totalCount": 0}


def want(context: LoadContext, hit: dict[str, Any]) -> Iterator[Query]:
    """Yield the query for a thread, or for what is missing of it where the store holds it as it is."""
    kind = THREADS.get(hit["__typename"])
    if kind is None:
        return
    context.found[hit["id"]] = hit["updatedAt"]
    if not context.store.holds(hit["id"], hit["updatedAt"]):
        yield Query(kind, {"id": hit["id"]})
    elif (held := context.store.get(hit["id"])) and held.payload is not None:
        yield from follow_ups(context, held)


def want_own(context: LoadContext, source: dict[str, Any]) -> Iterator[Query]:
    """Yield the query for a thread of the own side, unless the store holds it as it is."""
    context.found[source["id"]] = max(source["updatedAt"], context.found.get(source["id"], ""))
    if source["__typename"] in OWN and not context.store.holds(own_id(source["id"]), source["updatedAt"]):
        yield Query(OWN[source["__typename"]], {"id": source["id"]})


def own_id(identifier: str) -> str:
    """Return under which id a thread is held for what it says as one of the own side: it may be upstream as well."""
    return f"own {identifier}"


def receive_thread(
    context: LoadContext, query: Query, payload: dict[str, Any] | None, is_whole: bool
) -> Iterator[Query]:
    """Keep a thread, and yield what is still missing of it and which threads of the own side are tied to it."""
    if payload is None:  # not asked for again until a search says that it changed
        identifier, name = query.argument["id"], _held_as(query.kind, query.argument["id"])
        context.store.keep(CachedNode(name, query.kind, context.found.get(identifier, ""), "", None))
        return
    yield from _keep(context, query.kind, payload, is_whole)


def _keep(context: LoadContext, kind: str, payload: dict[str, Any], is_whole: bool) -> Iterator[Query]:
    if isinstance(payload.get("repository"), dict) and payload["repository"].get("nameWithOwner"):
        context.store.keep_repository(payload["repository"])
    else:
        return  # of a thread without a place nothing can be told
    name, updated_at = _held_as(kind, payload["id"]), payload.get("updatedAt") or ""
    held = context.store.get(name)
    is_same = held is not None and held.payload is not None and held.updated_at == updated_at
    believed = is_same and held is not None and not (held.payload or {}).get("unconfirmed", True)
    payload["unconfirmed"] = [] if believed else ghosts(payload)
    node = CachedNode(name, kind, updated_at if is_whole else "", _since(kind, payload), payload)
    context.store.keep(node)
    yield from follow_ups(context, node)


def _held_as(kind: str, identifier: str) -> str:
    return own_id(identifier) if kind in OWN.values() else identifier


def follow_ups(context: LoadContext, node: CachedNode) -> Iterator[Query]:
    """Yield what is asked once a node is there: earlier pages, replies, people, and threads of the own side."""
    payload = node.payload or {}
    for name in _CONNECTIONS.get(node.kind, ()):
        yield from _page_before(context, node, name)
    for comment in nodes(payload, "comments") if node.kind == "discussion" else ():
        if (comment.get("replies") or {}).get("totalCount") and comment["id"] not in payload.get("replies", {}):
            yield Query("replies", {"id": comment["id"], "thread": node.id})
    for identifier in payload.get("unconfirmed", ()):
        yield Query("who", {"id": identifier, "thread": node.id})
    if node.kind in _CONNECTIONS:
        yield from _tied(context, payload)


def _tied(context: LoadContext, payload: dict[str, Any]) -> Iterator[Query]:
    """Yield queries for the threads of the own side that point at a thread, and those at which it points."""
    for event in nodes(payload, "timelineItems"):
        ref = source_ref(event)
        if ref and context.organisation.is_own_side(ref):
            yield from want_own(context, event["source"])
    for ref, _ in citations(payload, context.organisation):
        yield Query("named", {"repo": repository_of(ref), "number": number_of(ref)})


def citations(payload: dict[str, Any], organisation: Organisation) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield each thread of the own side that a thread's text or a member's comment in it cites, and where."""
    seen: set[str] = set()
    remarks = [one for name in ("comments", "reviews") for one in nodes(payload, name)]
    mine = [one for one in remarks if organisation.member((one["author"] or {}).get("login"))]
    for place in (payload, *mine):
        for link in links(place.get("body") or ""):
            is_thread = number_of(link.ref) is not None and organisation.is_own_side(link.ref)
            if is_thread and casefold_id(link.ref) not in seen:
                seen.add(casefold_id(link.ref))
                yield link.ref, place


def _page_before(context: LoadContext, node: CachedNode, name: str) -> Iterator[Query]:
    page = (node.payload or {}).get(_FIELDS.get(name, name)) or _EMPTY
    if page["pageInfo"]["hasPreviousPage"] and (name in _WHOLE or _oldest(page) >= context.start):
        more = {"before": page["pageInfo"]["startCursor"], "shown": len(page["nodes"])}
        counted = {"count": page["totalCount"]} if "totalCount" in page else {}
        yield Query("page", {"id": node.id, "kind": node.kind, "connection": name, **more, **counted})


def _since(kind: str, payload: dict[str, Any]) -> str:
    """Return the time from which on nothing of a thread is missing; empty where all of it is there."""
    pages = [payload.get(_FIELDS.get(name, name)) or _EMPTY for name in _CONNECTIONS.get(kind, ())]
    return max((_oldest(page) if page["pageInfo"]["hasPreviousPage"] else "" for page in pages), default="")


def _oldest(page: dict[str, Any]) -> str:
    return min((node["createdAt"] for node in page["nodes"] if node and "createdAt" in node), default="9999")


def receive_page(context: LoadContext, query: Query, payload: dict[str, Any] | None, is_whole: bool) -> Iterator[Query]:
    """Put earlier entries before those that are there."""
    node, argument = context.store.get(query.argument["id"]), query.argument
    name = _FIELDS.get(argument["connection"], argument["connection"])
    if node is None or node.payload is None or not payload or not payload.get(name):
        return
    page, there = payload[name], node.payload[name]
    if there["pageInfo"]["startCursor"] != argument["before"]:
        return  # the thread was read anew since, or another load was faster
    page["nodes"] += there["nodes"]
    merged = node.payload | {name: page}
    merged["unconfirmed"] = [*node.payload.get("unconfirmed", []), *ghosts(payload)]
    updated_at = node.updated_at if is_whole else ""
    node = node._replace(payload=merged, updated_at=updated_at, since=_since(node.kind, merged))
    context.store.keep(node)
    yield from follow_ups(context, node)


def receive_replies(
    context: LoadContext, query: Query, payload: dict[str, Any] | None, is_whole: bool
) -> Iterator[Query]:
    """Put the replies to a discussion's comment beside it."""
    node = context.store.get(query.argument["thread"])
    if node is None or node.payload is None or not payload or not payload.get("replies"):
        return
    replies = node.payload.get("replies", {}) | {query.argument["id"]: payload["replies"]}
    unconfirmed = [*node.payload.get("unconfirmed", []), *ghosts(payload)]
    merged = node.payload | {"replies": replies, "unconfirmed": unconfirmed}
    node = node._replace(payload=merged, updated_at=node.updated_at if is_whole else "")
    context.store.keep(node)
    yield from follow_ups(context, node)


def ghosts(payload: Any) -> list[str]:
    """Return the ids of what is told without a person or time: a deleted account, or an answer with something missing.

    Examples
    --------
    >>> ghosts({"id": "I_1", "author": None, "comments": {"nodes": [{"id": "C_1", "author": {"login": "ada"}}]}})
    ['I_1']
    """
    found: list[str] = []
    if isinstance(payload, dict):
        is_open = (
            any(name in payload and payload[name] is None for name in ("author", "actor"))
            or (payload.get("mergedAt") and payload.get("mergedBy") is None)
            or ("submittedAt" in payload and not payload["submittedAt"] and payload.get("state") != "PENDING")
        )
        found += [payload["id"]] if is_open and isinstance(payload.get("id"), str) else []
    for inside in payload.values() if isinstance(payload, dict) else payload:
        found += ghosts(inside) if isinstance(inside, dict | list) else []
    return found


def receive_who(context: LoadContext, query: Query, payload: dict[str, Any] | None) -> Iterator[Query]:
    """Put a name where there was none; what is null twice is believed."""
    node = context.store.get(query.argument["thread"])
    if node is None or node.payload is None:
        return
    known = {
        name: value for name, value in (payload or {}).items() if value is not None and name not in ("id", "__typename")
    }
    _fill(node.payload, query.argument["id"], known)
    node.payload["unconfirmed"] = [one for one in node.payload["unconfirmed"] if one != query.argument["id"]]
    context.store.keep(node)
    yield from ()


def _fill(place: Any, identifier: str, known: dict[str, Any]) -> None:
    if isinstance(place, dict) and place.get("id") == identifier:
        place.update({name: value for name, value in known.items() if name in place and place[name] is None})
    for inside in place.values() if isinstance(place, dict) else place:
        if isinstance(inside, dict | list):
            _fill(inside, identifier, known)


def receive_named(context: LoadContext, query: Query, payload: dict[str, Any] | None) -> Iterator[Query]:
    """Yield a thread of the own side that a plan or a thread names; say where a plan's cannot be seen."""
    thread = (payload or {}).get("issueOrPullRequest")
    ref = f"{query.argument['repo']}#{query.argument['number']}"
    if thread:
        yield from want_own(context, thread)
    elif is_planned(context.organisation, ref):
        context.remark(unseen_plan(context.organisation, ref))


def is_planned(organisation: Organisation, ref: str) -> bool:
    """Say whether an initiative or a goal names a thread."""
    return casefold_id(ref) in map(casefold_id, planned_refs(organisation))


def planned_refs(organisation: Organisation) -> list[str]:
    """Return the threads and repositories in which initiatives and goals are planned."""
    refs = [ref for initiative in organisation.initiatives for ref in initiative.refs]
    return list(dict.fromkeys([*refs, *(ref for goal in organisation.goals for ref in goal.refs)]))


def receive_plans(context: LoadContext, query: Query, payload: dict[str, Any] | None) -> Iterator[Query]:
    """Yield the threads of a repository in which something is planned; say where there are more than were asked for."""
    name = query.argument["repo"]
    if payload is None:
        context.remark(unseen_plan(context.organisation, name))
        return
    pages = [page for page in payload.values() if isinstance(page, dict)]
    if any(page["totalCount"] > len(page["nodes"]) for page in pages):
        context.remark(only_latest(context.organisation, name, max(len(page["nodes"]) for page in pages)))
    for page in pages:
        for thread in filter(None, page["nodes"]):
            yield from want_own(context, thread)


def vanished(context: LoadContext) -> Iterator[Query]:
    """Yield whether threads are still there that were held and that no search finds any more.

    A thread that was transferred has a new id, and is found under it.
    """
    for node in context.store.of_kinds(*_CONNECTIONS):
        payload = node.payload or {}
        if (
            node.id not in context.found
            and payload["updatedAt"] >= context.start
            and payload["createdAt"] < context.end
        ):
            yield Query("there", {"id": node.id})


def receive_there(context: LoadContext, query: Query, payload: dict[str, Any] | None) -> Iterator[Query]:
    """Note that a thread is gone."""
    node = context.store.get(query.argument["id"])
    if payload is None and node is not None:
        context.store.keep(node._replace(payload=None))
    yield from ()


def source_ref(event: dict[str, Any]) -> str | None:
    """Return the thread from which a cross-reference comes; None where it may not be seen."""
    source = event.get("source") or {}
    if not source.get("repository"):
        return None
    return f"{source['repository']['nameWithOwner']}#{source['number']}"


def nodes(payload: dict[str, Any], name: str) -> list[dict[str, Any]]:
    """Return what stands in a connection, without what may not be seen."""
    return [node for node in (payload.get(name) or {}).get("nodes") or [] if node]
