"""Hydrate: threads with all that happened in them since the period's start, and the own threads tied to them."""

from collections.abc import Iterator
from typing import Any

from contribkit.config.organisation import Organisation
from contribkit.ids import casefold_id, linked_refs, number_of, repository_of
from contribkit.loaders.github.cache import CachedNode
from contribkit.loaders.github.load_context import LoadContext, Payload, nodes
from contribkit.loaders.github.queries import Query
from contribkit.loaders.github.runner import PARTIAL

THREADS = {"Issue": "issue", "PullRequest": "pull", "Discussion": "discussion"}
OWN = {"Issue": "own_issue", "PullRequest": "own_pull"}
# A thread's connections that may go on. Of events all are wanted, since an old one may tell why; and of a discussion's
# comments, since an old one may have new replies.
_CONNECTIONS = {
    "pull": ("comments", "reviews", "timelineItems"),
    "issue": ("comments", "timelineItems"),
    "discussion": ("comments",),
}
PAGES = [f"{kind}_{name}" for kind, names in _CONNECTIONS.items() for name in names]
_EMPTY: dict[str, Any] = {"nodes": [], "pageInfo": {"hasPreviousPage": False, "startCursor": None}, "totalCount": 0}


def want(context: LoadContext, hit: dict[str, Any], kinds: dict[str, str] = THREADS) -> Iterator[Query]:
    """Yield the query for a thread, or for what is missing of it where the store holds it as it is."""
    identifier, touched, kind = hit["id"], hit["updatedAt"], kinds.get(hit["__typename"])
    if kind is None:
        return
    context.found[identifier] = max(touched, context.found.get(identifier, ""))
    held = context.store.get(_name(kind, identifier))
    if held and held.updated_at >= touched:
        yield from follow_ups(context, held)
    else:
        yield Query(kind, {"id": identifier})


def _name(kind: str, identifier: str) -> str:
    """Return under which id a thread is held: one of the own side may be upstream as well."""
    return f"own {identifier}" if kind in OWN.values() else identifier


def receive_thread(context: LoadContext, query: Query, payload: Payload) -> Iterator[Query]:
    """Keep a thread, and yield what is still missing of it and which threads of the own side are tied to it."""
    identifier, kind = query.argument["id"], query.kind
    name = _name(kind, identifier)
    if payload is None:  # not asked for again until a search says that it changed
        context.store.keep(CachedNode(name, kind, context.found.get(identifier, ""), "", None))
        return
    place = payload.get("repository") or {}
    needed = [place.get(key) for key in ("id", "nameWithOwner", "isPrivate")]
    if None in (*needed, payload.get("number"), payload.get("createdAt"), payload.get("updatedAt")):
        return  # nothing can be told of it
    context.store.keep_repository(place)
    held = context.store.get(name)
    known = held.payload if held and held.updated_at == payload["updatedAt"] else None
    payload["unconfirmed"] = [] if known and known.get("unconfirmed") == [] else ghosts(payload)
    yield from _keep(context, CachedNode(name, kind, payload["updatedAt"], "", payload))


def _keep(context: LoadContext, node: CachedNode) -> Iterator[Query]:
    """Keep a node, as one that is asked for again where something is missing, and yield what is asked next."""
    payload = node.payload or {}
    if payload.pop(PARTIAL, False):
        node = node._replace(updated_at="")
    pages = [payload.get(name) or _EMPTY for name in _CONNECTIONS.get(node.kind, ())]
    since = max((_oldest(page) if page["pageInfo"]["hasPreviousPage"] else "" for page in pages), default="")
    context.store.keep(node._replace(since=since))
    yield from follow_ups(context, node)


def _oldest(page: dict[str, Any]) -> str:
    return min((node["createdAt"] for node in page["nodes"] if node and "createdAt" in node), default="9999")


def follow_ups(context: LoadContext, node: CachedNode) -> Iterator[Query]:
    """Yield what is asked once a node is there: earlier pages, replies, people, and threads of the own side."""
    payload = node.payload or {}
    for name in _CONNECTIONS.get(node.kind, ()):
        page = payload.get(name) or _EMPTY
        is_all_wanted = name == "timelineItems" or node.kind == "discussion"
        if page["pageInfo"]["hasPreviousPage"] and (is_all_wanted or _oldest(page) >= context.start):
            more = {"before": page["pageInfo"]["startCursor"], "shown": len(page["nodes"])}
            counted = {"count": page["totalCount"]} if "totalCount" in page else {}
            yield Query(f"{node.kind}_{name}", {"id": node.id, **more, **counted})
    for comment in nodes(payload, "comments") if node.kind == "discussion" else ():
        if (comment.get("replies") or {}).get("totalCount") and comment["id"] not in payload.get("replies", {}):
            yield Query("replies", {"id": comment["id"], "thread": node.id})
    for identifier in payload.get("unconfirmed", ()):
        yield Query("who", {"id": identifier, "thread": node.id})
    for event in nodes(payload, "timelineItems"):  # own threads that point here, and those at which this one points
        ref = source_ref(event)
        if ref and context.organisation.is_own_side(ref):
            yield from want(context, event["source"], OWN)
    for ref, _ in citations(payload, context.organisation, context.settings.site) if node.kind in _CONNECTIONS else ():
        yield Query("named", {"repo": repository_of(ref), "number": number_of(ref)})


def citations(payload: dict[str, Any], organisation: Organisation, host: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield each thread of the own side that a thread's text or a member's comment in it cites, and where."""
    seen: set[str] = set()
    remarks = [one for name in ("comments", "reviews") for one in nodes(payload, name)]
    mine = [one for one in remarks if organisation.member((one["author"] or {}).get("login"))]
    for place in (payload, *mine):
        for ref in linked_refs(place.get("body"), host):
            is_thread = number_of(ref) is not None and organisation.is_own_side(ref)
            if is_thread and casefold_id(ref) not in seen:
                seen.add(casefold_id(ref))
                yield ref, place


def receive_page(context: LoadContext, query: Query, payload: Payload) -> Iterator[Query]:
    """Put earlier entries before those that are there, unless the thread was read anew since."""
    node, name = context.store.get(query.argument["id"]), query.kind.partition("_")[2]
    page, there = ((of or {}).get(name) for of in (payload, node and node.payload))
    if node and payload and page and there and there["pageInfo"]["startCursor"] == query.argument["before"]:
        page["nodes"] += there["nodes"]
        yield from _add(context, node, payload, {name: page})


def receive_replies(context: LoadContext, query: Query, payload: Payload) -> Iterator[Query]:
    """Put the replies to a discussion's comment beside it."""
    node = context.store.get(query.argument["thread"])
    if node and node.payload and payload and payload.get("replies"):
        replies = node.payload.get("replies", {}) | {query.argument["id"]: payload["replies"]}
        yield from _add(context, node, payload, {"replies": replies})


def _add(context: LoadContext, node: CachedNode, payload: dict[str, Any], changes: dict[str, Any]) -> Iterator[Query]:
    held = node.payload or {}
    unconfirmed = [*held.get("unconfirmed", []), *ghosts(payload)]
    merged = held | changes | {"unconfirmed": unconfirmed, PARTIAL: payload.get(PARTIAL, False)}
    yield from _keep(context, node._replace(payload=merged))


def _objects(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
    for inside in value.values() if isinstance(value, dict) else value:
        if isinstance(inside, dict | list):
            yield from _objects(inside)


def ghosts(payload: dict[str, Any]) -> list[str]:
    """Return the ids of what is told without a person or time: an account is gone, or something is missing."""
    return [
        one["id"]
        for one in _objects(payload)
        if isinstance(one.get("id"), str)
        and (
            None in (one.get("author", ""), one.get("actor", ""))
            or (one.get("mergedAt") and one.get("mergedBy") is None)
            or (not one.get("submittedAt", "-") and one.get("state") != "PENDING")
        )
    ]


def receive_who(context: LoadContext, query: Query, payload: Payload) -> None:
    """Put a name where there was none; what is null twice is believed."""
    node = context.store.get(query.argument["thread"])
    if node and node.payload:
        told = {name: value for name, value in (payload or {}).items() if value is not None}
        for one in _objects(node.payload):
            if one.get("id") == query.argument["id"]:
                one.update({name: value for name, value in told.items() if name in one and one[name] is None})
        node.payload["unconfirmed"] = [one for one in node.payload["unconfirmed"] if one != query.argument["id"]]
        context.store.keep(node)


def planned_refs(organisation: Organisation) -> list[str]:
    """Return the threads and repositories in which initiatives and goals are planned."""
    plans = (*organisation.initiatives, *organisation.goals)
    return list(dict.fromkeys(ref for plan in plans for ref in filter(None, (plan.from_issues, *plan.refs))))


def receive_named(context: LoadContext, query: Query, payload: Payload) -> Iterator[Query]:
    """Yield a thread of the own side that a plan or a thread names; say where a plan's cannot be seen."""
    ref = f"{query.argument['repo']}#{query.argument['number']}"
    if thread := (payload or {}).get("issueOrPullRequest"):
        yield from want(context, thread, OWN)
    elif casefold_id(ref) in map(casefold_id, planned_refs(context.organisation)):
        _say_unseen(context, ref)


def receive_plans(context: LoadContext, query: Query, payload: Payload) -> Iterator[Query]:
    """Yield the threads of a repository in which something is planned; say where there are more than were asked for."""
    name = query.argument["repo"]
    if payload is None:
        _say_unseen(context, name)
        return
    pages = [page for page in payload.values() if isinstance(page, dict)]
    if any(page["totalCount"] > len(page["nodes"]) for page in pages):
        place = f"{context.line_of(name, 'refs')}: of the repository named here the issues and pull requests"
        most = max(len(page["nodes"]) for page in pages)
        context.remark(f"{place} touched last are read, at most {most} of each")
    for page in pages:
        for thread in filter(None, page["nodes"]):
            yield from want(context, thread, OWN)


def _say_unseen(context: LoadContext, name: str) -> None:
    said = "what is named here cannot be seen; is the name right, and may the token?"
    context.remark(f"{context.line_of(name, 'refs')}: {said}")  # its line: a private name is in no published review


def vanished(context: LoadContext) -> Iterator[Query]:
    """Yield whether threads are still there that were held and that no search finds: a transferred one has a new id."""
    for node in context.store.of_kinds(*_CONNECTIONS):
        payload = node.payload or {}
        is_inside = payload["updatedAt"] >= context.start and payload["createdAt"] < context.end
        if is_inside and node.id not in context.found:
            yield Query("there", {"id": node.id})


def receive_there(context: LoadContext, query: Query, payload: Payload) -> Iterator[Query]:
    """Note that a thread is gone, or that it is there and not even the search for all that was touched shows it."""
    node, hit = context.store.get(query.argument["id"]), context.touched.get(query.argument["id"])
    place = ((payload or {}).get("repository") or {}).get("nameWithOwner")
    if payload is None and node is not None:
        context.store.keep(node._replace(payload=None))
    elif hit:  # no member is in it any more, or it is not as it was held
        yield from want(context, hit)
    elif place and context.touched and context.organisation.is_in_scope(place):
        words = "GitHub's search does not show all that was loaded before and is still there: its index lags behind"
        context.remark(f"{words}, and what is new may be missing too; load again later", is_wrong=True)


def source_ref(event: dict[str, Any]) -> str | None:
    """Return the thread from which a cross-reference comes; None where it may not be seen."""
    source = event.get("source") or {}
    return f"{source['repository']['nameWithOwner']}#{source['number']}" if source.get("repository") else None
