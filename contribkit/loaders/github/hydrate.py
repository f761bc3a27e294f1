"""Hydrate: threads with all that happened in them since the period's start, and the own threads tied to them."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from contribkit.config.organisation import Organisation
from contribkit.ids import casefold_id, linked_refs, number_of, repository_of
from contribkit.loaders.github.cache import CachedNode, Store
from contribkit.loaders.github.queries import NAMES, Payload, Query, dig, github_time, nodes, say
from contribkit.loaders.github.runner import PARTIAL
from contribkit.loaders.github.settings import Settings
from contribkit.period import Period

THREADS = {"Issue": "issue", "PullRequest": "pull", "Discussion": "discussion"}
OWN = {"Issue": "own_issue", "PullRequest": "own_pull"}
_CONNECTIONS: dict[str, list[str]] = NAMES["connections"]
PAGES = [f"{kind}_{name}" for kind, names in _CONNECTIONS.items() for name in names]


@dataclass
class Hydration:
    """The part of a load that reads threads into the store; what is noted on the way serves both parts."""

    organisation: Organisation
    period: Period
    settings: Settings
    store: Store
    remarks: dict[str, bool] = field(default_factory=dict)  # what a reader should know, and whether it is an error
    found: dict[str, str] = field(default_factory=dict)  # every thread that a search showed, and its last touch
    touched: dict[str, dict[str, Any]] = field(default_factory=dict)  # what a search for all that was touched showed

    def __post_init__(self) -> None:
        # The first second of the period and the first one after it, as GitHub writes them; the name of the load.
        self.start, self.end = github_time(self.period.start), github_time(self.period.end)
        self.key = f"{self.start}/{self.end}"
        self.looks_for_triage = self.settings.triage_only and self.organisation.scope != "everywhere"  # or too much

    def line_of(self, name: str, key: str) -> str:
        """Return the file and line of contribkit.toml on which a key has a value."""
        path = self.organisation.path
        lines = enumerate(path.read_text(encoding="utf-8-sig").split("\n"), 1)
        found = [(key not in line, number) for number, line in lines if f'"{casefold_id(name)}"' in casefold_id(line)]
        return f"{path}:{min(found, default=(False, 1))[1]}"

    def want(self, hit: dict[str, Any], kinds: dict[str, str] = THREADS) -> Iterator[Query]:
        """Yield the query for a thread, or for what is missing of it where the store holds it as it is."""
        identifier, touched, kind = hit["id"], hit["updatedAt"], kinds.get(hit["__typename"])
        if kind is None:
            return
        self.found[identifier] = max(touched, self.found.get(identifier, ""))
        if held := self.store.get(_name(kind, identifier), touched):
            yield from self.follow_ups(held)
        else:
            yield Query(kind, {"id": identifier})

    def receive_thread(self, query: Query, payload: Payload) -> Iterator[Query]:
        """Keep a thread, and yield what is still missing of it and which threads of the own side are tied to it."""
        identifier, kind = query.argument["id"], query.kind
        name = _name(kind, identifier)
        if payload is None:  # not asked for again until a search says that it changed
            self.store.keep(CachedNode(name, kind, self.found.get(identifier, ""), None))
            return
        place = payload.get("repository") or {}
        needed = [*map(place.get, ("id", "nameWithOwner", "isPrivate"))]
        if None in (*needed, *map(payload.get, ("number", "createdAt", "updatedAt"))):
            return  # nothing can be told of it
        self.store.keep_repository(place)
        held = self.store.get(name, payload["updatedAt"])
        payload["unconfirmed"] = [] if held and dig(held.payload, "unconfirmed") == [] else ghosts(payload)
        yield from self._keep(CachedNode(name, kind, payload["updatedAt"], payload))

    def _keep(self, node: CachedNode) -> Iterator[Query]:
        """Keep a node, as one that is asked for again where something is missing, and yield what is asked next."""
        payload = node.payload or {}
        if payload.pop(PARTIAL, False):
            node = node._replace(updated_at="")
        self.store.keep(node)
        yield from self.follow_ups(node)

    def follow_ups(self, node: CachedNode) -> Iterator[Query]:
        """Yield what is asked once a node is there: earlier pages, replies, people, and threads of the own side."""
        payload = node.payload or {}
        for name in _CONNECTIONS.get(node.kind, ()):
            page, is_wanted = payload.get(name), name == "timelineItems" or node.kind == "discussion"
            is_wanted = is_wanted or all(one.get("createdAt", "~") >= self.start for one in nodes(payload, name))
            if page and page["pageInfo"]["hasPreviousPage"] and is_wanted:
                more = {"before": page["pageInfo"]["startCursor"], "shown": len(page["nodes"])}
                counted = {"count": page["totalCount"]} if "totalCount" in page else {}
                yield Query(f"{node.kind}_{name}", {"id": node.id, **more, **counted})
        for comment in nodes(payload, "comments") if node.kind == "discussion" else ():
            if dig(comment, "replies", "totalCount") and comment["id"] not in payload.get("replies", {}):
                yield Query("replies", {"id": comment["id"], "thread": node.id})
        for identifier in payload.get("unconfirmed", ()):
            yield Query("who", {"id": identifier, "thread": node.id})
        for event in nodes(payload, "timelineItems"):  # own threads that point here, and those at which this one points
            ref = source_ref(event)
            if ref and self.organisation.is_own_side(ref):
                yield from self.want(event["source"], OWN)
        is_thread = node.kind in _CONNECTIONS
        for ref, _ in citations(payload, self.organisation, self.settings.site) if is_thread else ():
            yield Query("named", {"repo": repository_of(ref), "number": number_of(ref)})

    def receive_page(self, query: Query, payload: Payload) -> Iterator[Query]:
        """Put earlier entries before those that are there, unless the thread was read anew since."""
        node, name = self.store.get(query.argument["id"]), query.kind.partition("_")[2]
        page, there = dig(payload, name), dig(node and node.payload, name)
        if node and payload and page and there and there["pageInfo"]["startCursor"] == query.argument["before"]:
            page["nodes"] += there["nodes"]
            yield from self._add(node, payload, {name: page})

    def receive_replies(self, query: Query, payload: Payload) -> Iterator[Query]:
        """Put the replies to a discussion's comment beside it."""
        node = self.store.get(query.argument["thread"])
        if node and node.payload and payload and payload.get("replies"):
            replies = node.payload.get("replies", {}) | {query.argument["id"]: payload["replies"]}
            yield from self._add(node, payload, {"replies": replies})

    def _add(self, node: CachedNode, payload: dict[str, Any], changes: dict[str, Any]) -> Iterator[Query]:
        held = node.payload or {}
        unconfirmed = [*held.get("unconfirmed", []), *ghosts(payload)]
        merged = held | changes | {"unconfirmed": unconfirmed, PARTIAL: payload.get(PARTIAL, False)}
        yield from self._keep(node._replace(payload=merged))

    def receive_who(self, query: Query, payload: Payload) -> None:
        """Put a name where there was none; what is null twice is believed."""
        node, identifier = self.store.get(query.argument["thread"]), query.argument["id"]
        if node and node.payload:
            for one in _objects(node.payload):
                if one.get("id") == identifier:
                    one.update({name: told for name, told in (payload or {}).items() if one.get(name, "") is None})
            node.payload["unconfirmed"] = [one for one in node.payload["unconfirmed"] if one != identifier]
            self.store.keep(node)

    def receive_named(self, query: Query, payload: Payload) -> Iterator[Query]:
        """Yield a thread of the own side that a plan or a thread names; say where a plan's cannot be seen."""
        ref = f"{query.argument['repo']}#{query.argument['number']}"
        if thread := dig(payload, "issueOrPullRequest"):
            yield from self.want(thread, OWN)
        elif casefold_id(ref) in map(casefold_id, planned_refs(self.organisation)):
            self._say_unseen(ref)

    def receive_plans(self, query: Query, payload: Payload) -> Iterator[Query]:
        """Yield the threads of a repository in which something is planned; say where more are there."""
        name = query.argument["repo"]
        if payload is None:
            self._say_unseen(name)
            return
        pages = [page for page in payload.values() if isinstance(page, dict)]
        if any(page["totalCount"] > len(page["nodes"]) for page in pages):
            most = max(len(page["nodes"]) for page in pages)
            self.remarks[say("more_plans", self.line_of(name, "refs"), most)] = False
        for thread in (thread for page in pages for thread in nodes(page)):
            yield from self.want(thread, OWN)

    def _say_unseen(self, name: str) -> None:
        self.remarks[say("unseen", self.line_of(name, "refs"))] = False  # no private name in a published review

    def vanished(self) -> Iterator[Query]:
        """Yield whether threads that no search finds are still there: a transferred one has a new id."""
        for node in self.store.of_kinds(*_CONNECTIONS):
            payload = node.payload or {}
            is_inside = payload["updatedAt"] >= self.start and payload["createdAt"] < self.end
            if is_inside and node.id not in self.found:
                yield Query("there", {"id": node.id})

    def receive_there(self, query: Query, payload: Payload) -> Iterator[Query]:
        """Note that a thread is gone, or that it is there and not even the search for all that was touched shows it."""
        node, hit = self.store.get(query.argument["id"]), self.touched.get(query.argument["id"])
        place = dig(payload, "repository", "nameWithOwner")
        if payload is None and node is not None:
            self.store.keep(node._replace(payload=None))
        elif hit:  # no member is in it any more, or it is not as it was held
            yield from self.want(hit)
        elif place and self.touched and self.organisation.is_in_scope(place):
            self.remarks[say("lagging")] = True


def _name(kind: str, identifier: str) -> str:
    """Return under which id a thread is held: one of the own side may be upstream as well."""
    return f"own {identifier}" if kind in OWN.values() else identifier


def source_ref(event: dict[str, Any]) -> str | None:
    """Return the thread from which a cross-reference comes; None where it may not be seen."""
    place = dig(event, "source", "repository")
    return f"{place['nameWithOwner']}#{event['source']['number']}" if place else None


def citations(payload: dict[str, Any], organisation: Organisation, host: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield each thread of the own side that a thread's text or a member's comment in it cites, and where."""
    seen: set[str] = set()
    remarks = (*nodes(payload, "comments"), *nodes(payload, "reviews"))
    for place in (payload, *(one for one in remarks if organisation.member(dig(one, "author", "login")))):
        for ref in linked_refs(place.get("body"), host):
            is_thread = repository_of(ref) and number_of(ref) is not None and organisation.is_own_side(ref)
            if is_thread and casefold_id(ref) not in seen:
                seen.add(casefold_id(ref))
                yield ref, place


def planned_refs(organisation: Organisation) -> list[str]:
    """Return the threads and repositories in which initiatives and goals are planned."""
    plans = (*organisation.initiatives, *organisation.goals)
    return list(dict.fromkeys(ref for plan in plans for ref in filter(None, (plan.from_issues, *plan.refs))))


def _objects(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
    for inside in value.values() if isinstance(value, dict) else value:
        if isinstance(inside, dict | list):
            yield from _objects(inside)


def ghosts(payload: dict[str, Any]) -> list[str]:
    """Return the ids of what is told without a person or time: an account is gone, or something is missing."""
    found: list[str] = []
    for one in _objects(payload):
        is_nobody = None in (one.get("author", ""), one.get("actor", ""))
        is_merged = one.get("mergedAt") and one.get("mergedBy") is None
        is_undated = not one.get("submittedAt", "-") and one.get("state") != "PENDING"
        if isinstance(one.get("id"), str) and (is_nobody or is_merged or is_undated):
            found.append(one["id"])
    return found
