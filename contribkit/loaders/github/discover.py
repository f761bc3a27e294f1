"""Discover: which threads the members are in, and which repositories, releases and own threads there are.

Searches ask for ids and times only, one a member and role, in full at each load, since GitHub's index lags. A page says
how dense its hits lie in time; what is behind it is searched in slices of `created` that hold about seventy hits each,
all in the next request, so that a search over GitHub's limit of 1,000 hits needs no more rounds than a small one.
"""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from contribkit.config.models import Member
from contribkit.config.organisation import Organisation
from contribkit.ids import LOGIN, casefold_id, number_of, repository_of
from contribkit.loaders.github.cache import CachedNode
from contribkit.loaders.github.hydrate import OWN, THREADS, follow_ups, ghosts, planned_refs, want
from contribkit.loaders.github.load_context import LoadContext, Payload, github_time, next_page, nodes
from contribkit.loaders.github.queries import MERGE_EVENTS, Query
from contribkit.loaders.github.runner import PARTIAL
from contribkit.period import start_of

_PAGE = 100  # hits
_MOST = 1000  # hits of one search; GitHub shows no more
_FILL = 70  # hits that a slice should hold: a page, with room for chance
_SLICES = 100
_SECOND = timedelta(seconds=1)
_LOOK = 30  # events in the fragment: a page that is full may hide some
# How long after the period the own side may begin to point at what was done in it.
_LATER = timedelta(days=120)
# Whoever makes a repository commits to it soon; what holds more by then was brought from elsewhere.
_FIRST_DAYS = timedelta(days=30)
# What finds the threads of a member: the words, and in which index.
_ROLES = (
    ("involves:{0} is:issue", "ISSUE"),
    ("involves:{0} is:pr", "ISSUE"),
    ("reviewed-by:{0} -involves:{0} is:pr", "ISSUE"),
    ("involves:{0}", "DISCUSSION"),
)
# What older servers may not have, by type.
OPTIONAL = {
    "PullRequest": (
        "closingIssuesReferences", "files", "reviewDecision", "isDraft", "totalCommentsCount", "participants"
    ),
    "PullRequestTimelineItems": tuple(MERGE_EVENTS),
    "SearchResultItem": ("Discussion",),
}  # fmt: skip


def receive_schema(context: LoadContext, query: Query, payload: dict[str, Any]) -> None:
    """Note what an Enterprise server does not know, so that it is left out of every query."""
    known = {one["name"] for name in ("fields", "possibleTypes") for one in payload.get(name) or []}
    if lacking := [name for name in OPTIONAL[query.argument["name"]] if name not in known]:
        context.lacking += lacking
        context.remark(f"{context.settings.host} does not know {', '.join(lacking)}: left out")


def first(context: LoadContext) -> Iterator[Query]:
    """Yield what is asked before anything is known: accounts, repositories, plans and searches."""
    org = context.organisation
    for member in org.members.values():
        for name in logins(member):
            yield Query("account", {"type": "user", "login": name, "member": member.login})
    for key, owners in (("own", org.own), ("orgs", [owner for one in org.stakeholders for owner in one.orgs])):
        yield from (Query("account", {"type": "organization", "login": login, "key": key}) for login in owners)
    for upstream in org.upstream:
        yield from (Query("owner", {"type": "organization", "login": one, "after": None}) for one in upstream.orgs)
        yield from (Query("repository", {"repo": repo}) for repo in upstream.repos)
    for ref in planned_refs(org):
        repo, number = repository_of(ref), number_of(ref)
        if repo and number is not None:
            yield Query("named", {"repo": repo, "number": number})
        elif repo == ref:
            yield Query("plans", {"repo": repo})
    triage = _triage_searches(context) if context.looks_for_triage else ()
    context.searches = [*_member_searches(context), *_own_searches(context), *triage]
    for kind, places in sorted({(one.argument["type"], tuple(one.argument["places"])) for one in context.searches}):
        if len(places) > 1 and not places[0].startswith("-"):
            yield Query("probe", {"query": "" if kind == "DISCUSSION" else "is:pr", "type": kind, "places": [*places]})
    yield from context.searches


def search_names(context: LoadContext) -> list[str]:
    """Return names of all that a load searches for, by which a later one knows whether it was complete."""
    found = [one.argument for one in _member_searches(context)]
    names = [f"{one['query']} {one['updated']} {one['to']} {' '.join(one['places'])}" for one in found]
    return [*dict.fromkeys(names)] + (["triage"] if context.looks_for_triage else [])


def _member_searches(context: LoadContext) -> Iterator[Query]:
    """Yield the searches for each member and role, in the part of the period in which the person was a member."""
    org = context.organisation
    places = [f"-user:{owner}" for owner in org.own] if org.scope == "everywhere" else upstream_places(org)
    for member in org.everybody:
        begun = github_time(start_of(member.from_, org.timezone)) if member.from_ else context.start
        end = github_time(start_of(member.to + timedelta(days=1), org.timezone)) if member.to else context.end
        start, end = max(begun, context.start), min(end, context.end)
        for login in logins(member) if start < end else ():
            for words, kind in _ROLES:
                if kind == "ISSUE" or "Discussion" not in context.lacking:
                    yield _search(words.format(login), kind, places, start, end).replace(member=member.login)


def _own_searches(context: LoadContext) -> Iterator[Query]:
    org = context.organisation
    kept = [name for one in org.stakeholders for name in (*one.trackers, *one.repos)]
    trackers = [name for name in (*org.signals.stakeholder_trackers, *kept) if "*" not in name]
    repos = [name for name in trackers if not org.is_own(name) and org.upstream_of(name) is None]
    places = [*(f"user:{owner}" for owner in org.own), *(f"repo:{repo}" for repo in dict.fromkeys(repos))]
    later = github_time(context.period.end + _LATER)
    for words in ("is:issue", "is:pr") if places else ():
        yield _search(words, "ISSUE", places, context.start, later).replace(own=True)


def _triage_searches(context: LoadContext) -> Iterator[Query]:
    """Yield searches for all that was touched, to see who labelled, closed or the like; no other search finds that."""
    places = upstream_places(context.organisation)
    for words in ("is:issue", "is:pr"):
        yield _search(words, "ISSUE", places, context.start, context.end)._replace(kind="triage")


def _search(words: str, kind: str, places: list[str], since: str, end: str) -> Query:
    span = {"updated": since, "from": None, "to": end, "after": None}
    return Query("search", {"query": words, "type": kind, "places": places, **span})


def logins(member: Member) -> list[str]:
    """Return the logins under which GitHub may know a member; other aliases are addresses and names."""
    return [name for name in dict.fromkeys((member.login, *member.aliases)) if re.fullmatch(LOGIN, name)]


def upstream_places(org: Organisation) -> list[str]:
    """Return the words that keep a search inside the upstream projects, whatever the scope."""
    owners = [f"user:{owner}" for upstream in org.upstream for owner in upstream.orgs]
    repos = [f"repo:{repo}" for upstream in org.upstream for repo in upstream.repos]
    return list(dict.fromkeys([*owners, *repos]))


def receive_probe(context: LoadContext, query: Query, payload: Payload) -> Iterator[Query]:
    """Search place by place where GitHub takes several places as wanted all at once."""
    count, argument = (payload or {}).get("count") or 0, query.argument
    if member := argument.get("member"):
        context.hits[member] += count
    elif not count and len(argument["places"]) > 1:
        yield from (query.replace(places=[place]) for place in argument["places"])
    elif count and len(argument["places"]) == 1:
        context.anded.add(argument["type"])
        (place,) = argument["places"]
        for search in context.searches:
            if search.argument["type"] == argument["type"] and place in search.argument["places"]:
                yield search.replace(places=[place])


def silent_members(context: LoadContext) -> Iterator[Query]:
    """Yield, for members of whom no search found anything, whether GitHub's search finds them at all."""
    for login, member in context.organisation.members.items():
        if not context.hits[login] and login not in context.unknown:
            for words in member_words(member):
                yield Query("probe", {"query": words, "type": "ISSUE", "places": [], "member": login})


def member_words(member: Member) -> list[str]:
    """Return the searches that find a member wherever they are, if GitHub's search finds them at all."""
    return [f"involves:{name} is:{kind}" for name in logins(member) for kind in ("pr", "issue")]


def blind_members(context: LoadContext) -> Iterator[Query]:
    """Say which members no search finds, and yield searches for all that was touched where there are none yet."""
    people = [login for login in context.organisation.members if login not in context.unknown]
    context.blind = {login for login in people if not context.hits[login]}
    if not context.blind:
        return
    if len(context.blind) == len(people) > 1:
        context.remark("GitHub's search finds none of the members: it may be broken, or hide them all", is_wrong=True)
    is_everywhere = context.organisation.scope == "everywhere"
    how = "they are left out" if is_everywhere else "their threads are looked for one by one"
    context.remark(f"GitHub's search does not find {', '.join(sorted(context.blind))} (a private profile?): {how}")
    if not is_everywhere and not context.looks_for_triage:
        places = upstream_places(context.organisation)
        for search in _triage_searches(context):
            yield from (search.replace(places=[one]) for one in places) if "ISSUE" in context.anded else [search]


def receive_search(context: LoadContext, query: Query, payload: dict[str, Any]) -> Iterator[Query]:
    """Yield the threads of a page that the store does not hold as they are, and the searches for what is behind it."""
    hits = nodes({"": payload}, "")
    if query.kind == "triage":  # looked at once the others are read
        context.touched |= {hit["id"]: hit for hit in hits}
    else:
        for hit in hits:
            yield from want(context, hit, OWN if query.argument.get("own") else THREADS)
        if member := query.argument.get("member"):
            context.hits[member] += len(hits)
    yield from _behind(context, query, payload, hits)


def looks(context: LoadContext) -> Iterator[Query]:
    """Yield a look at each thread that was touched and that no other search found, if something was done in it."""
    word = "wide" if context.blind else "look"
    for hit in context.touched.values():
        if context.store.holds(hit["id"], hit["updatedAt"]):
            yield from want(context, hit)
        elif context.blind or hit["timelineItems"]["totalCount"]:
            context.found.setdefault(hit["id"], hit["updatedAt"])
            if not context.store.holds(f"{word} {context.key} {hit['id']}", hit["updatedAt"]):
                yield Query(f"{word}_{THREADS[hit['__typename']]}", {"id": hit["id"]})


def receive_look(context: LoadContext, query: Query, payload: Payload) -> Iterator[Query]:
    """Yield the thread as a whole where a member may have done something in the period."""
    if payload is None or not payload.get("updatedAt"):
        return
    events = nodes(payload, "timelineItems")
    people = {one["login"] for one in nodes(payload, "participants")}
    blind = {context.organisation.member(login) for login in people} & context.blind
    # Of an event without a name the whole thread tells more.
    inside = [one for one in events if "createdAt" in one and context.start <= one["createdAt"] < context.end]
    is_members = any(not one["actor"] or context.organisation.member(one["actor"]["login"]) for one in inside)
    if blind or is_members or len(events) == _LOOK or len(people) == _PAGE:
        yield from want(context, {"id": query.argument["id"]} | payload)
    elif PARTIAL not in payload:  # looked at in vain
        name = f"{query.kind[:4]} {context.key} {payload['id']}"
        context.store.keep(CachedNode(name, "looked", payload["updatedAt"], "", {}))


def _behind(context: LoadContext, query: Query, payload: dict[str, Any], hits: list[dict[str, Any]]) -> Iterator[Query]:
    """Yield the searches for what is behind a page, newest first: in slices of time, the last for all that is older."""
    count, page, argument = payload.get("count") or 0, payload.get("pageInfo") or {}, query.argument
    if not page.get("hasNextPage") or not hits:
        if count > _MOST and argument["after"]:
            shown = f"GitHub shows {_MOST:,} of {count:,} threads that were created in one second"
            context.remark(f"{shown}; the rest is missing", is_wrong=True)
        return
    newest, oldest = (datetime.fromisoformat(hits[place]["createdAt"]) for place in (0, -1))
    since, second, rest = argument["from"], github_time(oldest), count - len(hits)
    if argument["after"] or rest <= _PAGE or since == argument["to"] == second:
        yield from next_page(query, payload)
    elif newest == oldest:
        yield query.replace(**{"from": second, "to": second})
        if since is None or since < second:
            yield query.replace(to=github_time(oldest - _SECOND))
    else:
        width = max((newest - oldest) * _FILL / len(hits), _SECOND)
        for _ in range(min(-(-rest // _FILL), _SLICES)):
            if since and github_time(oldest - width) <= since:
                break
            yield query.replace(**{"from": github_time(oldest - width), "to": github_time(oldest)})
            oldest -= width
        yield query.replace(to=github_time(oldest))


def receive_account(context: LoadContext, query: Query, payload: Payload) -> None:
    """Say where GitHub does not know an owner, or a member by none of their logins."""
    login, member = query.argument["login"], str(query.argument.get("member", ""))
    if payload is None and not member:
        context.unknown_name(login, query.argument["key"], "fix its name, or remove it")
    elif payload is None:
        context.unknown.add(login)
        if context.unknown >= set(logins(context.organisation.members[member])):
            context.unknown_name(member, "login", "write the login that GitHub knows, and the former one under aliases")


def receive_owner(context: LoadContext, query: Query, payload: Payload) -> Iterator[Query]:
    """Take a page of an owner's repositories."""
    login = query.argument["login"]
    if payload is None:
        context.unknown_name(login, "orgs", "remove it from [[upstream]], or fix its name")
        return
    yield from _renamed(context, "user", login, payload.get("login") or login)
    for one in nodes(payload, "repositories"):
        yield from _take(context, one)
    yield from next_page(query, payload.get("repositories"))


def receive_repository(context: LoadContext, query: Query, payload: Payload) -> Iterator[Query]:
    """Take one repository."""
    repo = query.argument["repo"]
    if payload is None:
        context.unknown_name(repo, "repos", "remove it from [[upstream]], fix its name, or give the token its scope")
    elif all(payload.get(name) is not None for name in ("id", "nameWithOwner", "isPrivate", "createdAt")):
        context.store.keep_repository(payload, configured=repo)
        yield from _renamed(context, "repo", repo, payload["nameWithOwner"])
        yield from _take(context, payload)


def _renamed(context: LoadContext, word: str, name: str, now: str) -> Iterator[Query]:
    """Search by the name that a repository or owner has now: GitHub's search does not know former ones."""
    if casefold_id(name) == casefold_id(now):
        return
    context.remark(f"{name} is called {now} now; write that name into [[upstream]], so that all of it is found")
    for search in context.searches:
        if f"{word}:{name}" in search.argument["places"]:
            yield search.replace(places=[f"{word}:{now}"])


def _take(context: LoadContext, one: dict[str, Any]) -> Iterator[Query]:
    context.store.keep_repository(one)
    yield from receive_releases(context, None, one)
    is_new = context.start <= one["createdAt"] < context.end and not one["isFork"]
    if is_new and not context.store.holds(f"made {one['id']}", one["createdAt"]):
        until = github_time(datetime.fromisoformat(one["createdAt"]) + _FIRST_DAYS)
        yield Query("commits", {"id": one["id"], "created_at": one["createdAt"], "until": until})


def receive_releases(context: LoadContext, query: Query | None, one: Payload) -> Iterator[Query]:
    """Keep a page of a repository's releases."""
    page = (one or {}).get("releases")
    if not one or not page:
        return
    for release in filter(None, page["nodes"]):
        held = (context.store.get(release["id"]) or CachedNode("", "", "", "", None)).payload or {}
        release["author"] = release["author"] or held.get("author")
        is_confirmed = bool(release["author"]) or held.get("unconfirmed") == []
        payload = release | {"repository": {"id": one["id"]}, "unconfirmed": [] if is_confirmed else ghosts(release)}
        node = CachedNode(release["id"], "release", release["createdAt"], "", payload)
        context.store.keep(node)
        yield from follow_ups(context, node)
    if page["pageInfo"]["hasNextPage"] and page["nodes"] and page["nodes"][-1]["createdAt"] >= context.start:
        yield Query("releases", {"id": one["id"], "after": page["pageInfo"]["endCursor"]})


def receive_commits(context: LoadContext, query: Query, payload: Payload) -> Iterator[Query]:
    """Keep a new repository with the author of its first commit; nobody where it was brought from elsewhere."""
    argument = query.argument
    history = (((payload or {}).get("defaultBranchRef") or {}).get("target") or {}).get("history") or {}
    commits = history.get("nodes") or []
    author = commits[-1]["author"] if commits and history["totalCount"] <= len(commits) else {}
    creator = ((author or {}).get("user") or {}).get("login")
    if payload and not creator and not (history and not author) and not argument.get("again"):
        yield query.replace(again=True)  # nobody is believed only when it is said twice
        return
    made = {"repository": {"id": argument["id"]}, "createdAt": argument["created_at"], "creator": creator}
    # Under a name of its own: a node has one kind.
    context.store.keep(CachedNode(f"made {argument['id']}", "repository", argument["created_at"], "", made))
