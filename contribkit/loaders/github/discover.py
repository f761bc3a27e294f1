"""Discover: searches that say which threads the members are in, and when each was touched last.

One search a member and role, all in one request; ids and times only. A page says how dense its hits lie in time; what
is behind it is searched in slices of `created` that hold about seventy hits each, all in the next request, so that a
search over GitHub's limit of 1,000 hits needs no more rounds than a small one.
"""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from contribkit.config.models import Member
from contribkit.ids import OWNER
from contribkit.loaders.github.asks import Ask, text
from contribkit.loaders.github.loading import Loading, stamp
from contribkit.period import start_of

if TYPE_CHECKING:
    from contribkit.config.organisation import Organisation

_PAGE = 100  # GitHub gives no more
_MOST = 1000  # nor more than this many hits of one search
_FILL = 70  # hits that a slice should hold: a page, with room for chance
_SLICES = 40
_NARROWEST = timedelta(minutes=1)
# What a search may not know yet when it answers, and what clocks differ by.
OVERLAP = timedelta(hours=1)

HIT = "id createdAt updatedAt"
KIND = {"Issue": "issue", "PullRequest": "pull", "Discussion": "discussion"}


def searches(loading: Loading) -> dict[str, Ask]:
    """Return the searches of a load by name: members and roles, and where wanted all that was touched."""
    found: dict[str, Ask] = {}
    places = scope(loading.organisation)
    for _, member in loading.organisation.memberships:
        for login in logins(member):
            for name, query, kind in (
                (f"involves:{login}", f"involves:{login}", "ISSUE"),
                (f"reviewed-by:{login}", f"reviewed-by:{login} -involves:{login} is:pr", "ISSUE"),
                (f"discussions:{login}", f"involves:{login}", "DISCUSSION"),
            ):
                first, end = _inside(loading, member)
                if first < end:
                    name = f"{name} {first}..{end} {places}"
                    found[name] = _search(name, f"{query} {places}", kind, first, end)
    # Everywhere is too much to look through.
    if loading.settings.triage_only and loading.organisation.scope != "everywhere":
        name = f"triage {places}"
        found[name] = _search(name, places, "ISSUE", loading.start, loading.end)._replace(kind="triage")
    return found


def _search(name: str, query: str, kind: str, since: str, end: str) -> Ask:
    span = {"updated": since, "from": None, "to": end, "after": None}
    return Ask("search", {"search": name, "query": query, "type": kind, **span})


def logins(member: Member) -> list[str]:
    """Return the logins under which GitHub may know a member; other aliases are addresses and names."""
    return [name for name in dict.fromkeys((member.login, *member.aliases)) if re.fullmatch(OWNER, name)]


def _inside(loading: Loading, member: Member) -> tuple[str, str]:
    """Return the part of the period in which a person was a member."""
    zone = loading.organisation.timezone
    first = stamp(start_of(member.from_, zone)) if member.from_ else loading.start
    end = stamp(start_of(member.to + timedelta(days=1), zone)) if member.to else loading.end
    return max(first, loading.start), min(end, loading.end)


def scope(org: "Organisation") -> str:
    """Return the words that keep a search inside what is looked at."""
    if org.scope == "everywhere":
        return " ".join(f"-user:{owner}" for owner in org.own)
    return upstream_places(org)


def upstream_places(org: "Organisation") -> str:
    """Return the words that keep a search inside the upstream projects, whatever the scope."""
    owners = [f"user:{owner}" for upstream in org.upstream for owner in upstream.orgs]
    repos = [f"repo:{repo}" for upstream in org.upstream for repo in upstream.repos]
    return " ".join(dict.fromkeys([*owners, *repos]))


def since(ask: Ask, covered: str | None) -> Ask:
    """Return a search that looks only at what was touched after it was complete last."""
    if covered is None:
        return ask
    updated = stamp(datetime.fromisoformat(covered) - OVERLAP)
    return ask._replace(argument=ask.argument | {"updated": max(updated, ask.argument["updated"])})


def field(argument: dict[str, Any]) -> str:
    """Return the field of one search."""
    return search_field(
        argument, f"... on Issue {{ {HIT} }} ... on PullRequest {{ {HIT} }} ... on Discussion {{ {HIT} }}"
    )


def search_field(argument: dict[str, Any], nodes: str) -> str:
    """Return the field of a search, with what is asked of each hit."""
    span = f"created:{argument['from']}..{argument['to']}" if argument["from"] else f"created:<={argument['to']}"
    query = f"{argument['query']} updated:>={argument['updated']} {span} sort:created-desc"
    after = f", after: {text(argument['after'])}" if argument["after"] else ""
    counted = "discussionCount" if argument["type"] == "DISCUSSION" else "issueCount"
    return (
        f"search(query: {text(query)}, type: {argument['type']}, first: {_PAGE}{after}) "
        f"{{ count: {counted} pageInfo {{ hasNextPage endCursor }} nodes {{ __typename {nodes} }} }}"
    )


def receive(loading: Loading, ask: Ask, answer: dict[str, Any]) -> Iterator[Ask]:
    """Yield the threads of a page that the store does not hold as they are, and the searches for what is behind it."""
    hits = [hit for hit in answer["nodes"] if hit]
    for hit in hits:
        yield from want(loading, hit)
    yield from behind(ask, answer, hits)


def want(loading: Loading, hit: dict[str, Any]) -> Iterator[Ask]:
    """Yield the ask for a thread, unless the store holds it as it is."""
    kind = KIND.get(hit["__typename"])
    if kind and not loading.store.things.holds(hit["id"], hit["updatedAt"], loading.start):
        yield Ask(kind, {"id": hit["id"], "updated_at": hit["updatedAt"]})


def behind(ask: Ask, answer: dict[str, Any], hits: list[dict[str, Any]]) -> Iterator[Ask]:
    """Yield the searches for what is behind a page, newest first."""
    rest, argument = answer["count"] - len(hits), ask.argument
    if argument["after"] or rest <= 0 or not hits:
        if hits and answer["pageInfo"]["hasNextPage"]:
            yield _with(ask, after=answer["pageInfo"]["endCursor"])
        return
    newest, oldest = (datetime.fromisoformat(hits[place]["createdAt"]) for place in (0, -1))
    width = (newest - oldest) * _FILL / len(hits)
    if rest <= _PAGE or (width < _NARROWEST and answer["count"] <= _MOST):
        yield _with(ask, after=answer["pageInfo"]["endCursor"])
        return
    width = max(width, _NARROWEST)
    for _ in range(min(-(-rest // _FILL), _SLICES)):
        if argument["from"] and stamp(oldest - width) <= argument["from"]:
            break
        yield _with(ask, **{"from": stamp(oldest - width), "to": stamp(oldest)})
        oldest -= width
    yield _with(ask, to=stamp(oldest))


def _with(ask: Ask, **changes: Any) -> Ask:
    return ask._replace(argument=ask.argument | changes)
