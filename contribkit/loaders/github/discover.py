"""Discover: which threads the members are in, and which repositories, releases and own threads there are.

Searches ask for ids and times only, in full at each load, since GitHub's index lags. A page says how dense its hits lie
in time; what is behind it is searched in slices of time with about seventy hits, all of them in the next request.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from contribkit.config.models import Member
from contribkit.config.organisation import Organisation
from contribkit.ids import LOGIN, casefold_id, number_of, repository_of
from contribkit.loaders.github.cache import CachedNode
from contribkit.loaders.github.hydrate import OWN, THREADS, Hydration, ghosts, planned_refs
from contribkit.loaders.github.queries import KINDS, NAMES, Payload, Query, dig, github_time, next_page, nodes, say
from contribkit.loaders.github.runner import PARTIAL
from contribkit.period import start_of

_PAGE, _MOST = 100, 1000  # hits that GitHub shows at once, and of one search
_FILL, _SLICES = 70, 100  # hits that a slice should hold (a page, with room for chance), and slices at the most
_SECOND = timedelta(seconds=1)
_LOOK = 30  # events in the fragment: a page that is full may hide some
_LATER = timedelta(days=120)  # after the period the own side may begin to point at what was done in it
# Whoever makes a repository commits to it soon; what holds more by then was brought from elsewhere.
_FIRST_DAYS = timedelta(days=30)


@dataclass
class Discovery(Hydration):
    """One load: whose work, which days, where it is kept, and what was found on the way."""

    hits: Counter[str] = field(default_factory=Counter)  # how many threads the searches of each member showed
    searches: list[Query] = field(default_factory=list)
    anded: set[str] = field(default_factory=set)  # types of search in which several places are all wanted at once
    unknown: set[str] = field(default_factory=set)  # logins of members that GitHub does not know
    blind: set[str] = field(default_factory=set)  # members that GitHub's search does not find
    lacking: list[str] = field(default_factory=list)  # fields and events that the server's schema does not have

    def receive(self, query: Query, payload: Payload) -> Any:
        """Take an answer by the method that queries.csv names, and return what is asked next."""
        if payload is None and query.kind in NAMES["unknown"]:
            names = query.argument
            return self._say_unknown(names.get("repo") or names["login"], *NAMES["unknown"][query.kind])
        return getattr(self, f"receive_{KINDS[query.kind].receive}")(query, payload)

    def receive_schema(self, query: Query, payload: Payload) -> None:
        """Note what an Enterprise server does not know, so that it is left out of every query."""
        known = {one["name"] for name in ("fields", "possibleTypes") for one in dig(payload, name) or ()}
        if lacking := [name for name in NAMES["optional"][query.argument["name"]] if name not in known]:
            self.lacking += lacking
            self.remarks[f"{self.settings.host} does not know {', '.join(lacking)}: left out"] = False

    def first(self) -> Iterator[Query]:
        """Yield what is asked before anything is known: accounts, repositories, plans and searches."""
        org = self.organisation
        users = [(name, member.login) for member in org.members.values() for name in logins(member)]
        yield from (Query("account", {"type": "user", "login": name, "member": member}) for name, member in users)
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
        triage = self._triage_searches() if self.looks_for_triage else ()
        self.searches = [*self._member_searches(), *self._own_searches(), *triage]
        for kind, places in sorted({(one.argument["type"], tuple(one.argument["places"])) for one in self.searches}):
            if len(places) > 1 and not places[0].startswith("-"):
                words = "" if kind == "DISCUSSION" else "is:pr"
                yield Query("probe", {"query": words, "type": kind, "places": [*places]})
        yield from self.searches

    def search_names(self) -> list[str]:
        """Return names of all that a load searches for, by which a later one knows whether it was complete."""
        found = [one.argument for one in self._member_searches()]
        names = [f"{one['query']} {one['updated']} {one['to']} {' '.join(one['places'])}" for one in found]
        return [*dict.fromkeys(names)] + (["triage"] if self.looks_for_triage else [])

    def _member_searches(self) -> Iterator[Query]:
        org = self.organisation
        places = [f"-user:{owner}" for owner in org.own] if org.scope == "everywhere" else upstream_places(org)
        for member in org.everybody:
            begun = github_time(start_of(member.from_, org.timezone)) if member.from_ else self.start
            end = github_time(start_of(member.to + timedelta(days=1), org.timezone)) if member.to else self.end
            start, end = max(begun, self.start), min(end, self.end)
            for login in logins(member) if start < end else ():
                for words, kind in NAMES["roles"].items():
                    if kind == "ISSUE" or "Discussion" not in self.lacking:
                        yield _search(words.format(login), kind, places, start, end).replace(member=member.login)

    def _own_searches(self) -> Iterator[Query]:
        org = self.organisation
        kept = [name for one in org.stakeholders for name in (*one.trackers, *one.repos)]
        named = dict.fromkeys([*org.signals.stakeholder_trackers, *kept])
        trackers = [name for name in named if name == repository_of(name)]  # no patterns, nothing elsewhere
        repos = [f"repo:{name}" for name in trackers if not (org.is_own(name) or org.upstream_of(name))]
        places = [*(f"user:{owner}" for owner in org.own), *repos]
        later = github_time(self.period.end + _LATER)
        for words in ("is:issue", "is:pr") if places else ():
            yield _search(words, "ISSUE", places, self.start, later).replace(own=True)

    def _triage_searches(self) -> Iterator[Query]:
        places = upstream_places(self.organisation)
        for words in ("is:issue", "is:pr"):
            yield _search(words, "ISSUE", places, self.start, self.end)._replace(kind="triage")

    def receive_probe(self, query: Query, payload: Payload) -> Iterator[Query]:
        """Search place by place where GitHub takes several places as wanted all at once."""
        count, argument = dig(payload, "count") or 0, query.argument
        if member := argument.get("member"):
            self.hits[member] += count
        elif not count and len(argument["places"]) > 1:
            yield from (query.replace(places=[place]) for place in argument["places"])
        elif count and len(argument["places"]) == 1:
            self.anded.add(argument["type"])
            (place,) = argument["places"]
            for search in self.searches:
                if search.argument["type"] == argument["type"] and place in search.argument["places"]:
                    yield search.replace(places=[place])

    def silent_members(self) -> Iterator[Query]:
        """Yield, for members of whom no search found anything, whether GitHub's search finds them at all."""
        for login, member in self.organisation.members.items():
            if not self.hits[login] and login not in self.unknown:
                yield from member_probes(member)

    def blind_members(self) -> Iterator[Query]:
        """Say which members no search finds, and yield searches for all that was touched where there are none yet."""
        people = [login for login in self.organisation.members if login not in self.unknown]
        self.blind = {login for login in people if not self.hits[login]}
        if not self.blind:
            return
        if len(self.blind) == len(people) > 1:
            self.remarks[say("hidden_all")] = True
        is_everywhere = self.organisation.scope == "everywhere"
        how = "they are left out" if is_everywhere else "their threads are looked for one by one"
        self.remarks[f"{say('hidden_member', ', '.join(sorted(self.blind)))}: {how}"] = False
        if not is_everywhere and not self.looks_for_triage:
            places = upstream_places(self.organisation)
            for search in self._triage_searches():
                yield from (search.replace(places=[one]) for one in places) if "ISSUE" in self.anded else [search]

    def receive_search(self, query: Query, payload: dict[str, Any]) -> Iterator[Query]:
        """Yield the threads of a page that the store does not hold as they are, and searches for what is behind it."""
        hits = nodes(payload)
        if query.kind == "triage":  # looked at once the others are read
            self.touched |= {hit["id"]: hit for hit in hits}
        else:
            for hit in hits:
                yield from self.want(hit, OWN if query.argument.get("own") else THREADS)
            if member := query.argument.get("member"):
                self.hits[member] += len(hits)
        yield from self._behind(query, payload, hits)

    def looks(self) -> Iterator[Query]:
        """Yield a look at each thread that was touched and no other search found, if something was done in it."""
        word = "wide" if self.blind else "look"
        for hit in self.touched.values():
            if self.store.get(hit["id"], hit["updatedAt"]):
                yield from self.want(hit)
            elif self.blind or hit["timelineItems"]["totalCount"]:
                self.found.setdefault(hit["id"], hit["updatedAt"])
                if not self.store.get(f"{word} {self.key} {hit['id']}", hit["updatedAt"]):
                    yield Query(f"{word}_{THREADS[hit['__typename']]}", {"id": hit["id"]})

    def receive_look(self, query: Query, payload: Payload) -> Iterator[Query]:
        """Yield the thread as a whole where a member may have done something in the period."""
        if payload is None or not payload.get("updatedAt"):
            return
        events = nodes(payload, "timelineItems")
        people = {one["login"] for one in nodes(payload, "participants")}
        blind = {self.organisation.member(login) for login in people} & self.blind
        # Of an event without a name the whole thread tells more.
        inside = [one for one in events if "createdAt" in one and self.start <= one["createdAt"] < self.end]
        is_members = any(not one["actor"] or self.organisation.member(one["actor"]["login"]) for one in inside)
        if blind or is_members or len(events) == _LOOK or len(people) == _PAGE:
            yield from self.want({"id": query.argument["id"]} | payload)
        elif PARTIAL not in payload:  # looked at in vain
            name = f"{query.kind[:4]} {self.key} {payload['id']}"
            self.store.keep(CachedNode(name, "looked", payload["updatedAt"], {}))

    def _behind(self, query: Query, payload: dict[str, Any], hits: list[dict[str, Any]]) -> Iterator[Query]:
        """Yield searches for what is behind a page, newest first: in slices of time, the last for all that is older."""
        count, argument = payload.get("count") or 0, query.argument
        if not dig(payload, "pageInfo", "hasNextPage") or not hits:
            if count > _MOST and argument["after"]:
                self.remarks[say("more_in_a_second", _MOST, count)] = True
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

    def receive_account(self, query: Query, payload: Payload) -> None:
        """Say where GitHub does not know an owner, or a member by none of their logins."""
        login, member = query.argument["login"], str(query.argument.get("member", ""))
        if payload is None and not member:
            self._say_unknown(login, query.argument["key"], "fix its name, or remove it")
        elif payload is None:
            self.unknown.add(login)
            if self.unknown >= set(logins(self.organisation.members[member])):
                self._say_unknown(member, *NAMES["unknown"]["member"])

    def receive_owner(self, query: Query, payload: dict[str, Any]) -> Iterator[Query]:
        """Take a page of an owner's repositories."""
        login = query.argument["login"]
        yield from self._renamed("user", login, payload.get("login") or login)
        for one in nodes(payload, "repositories"):
            yield from self._take(one)
        yield from next_page(query, payload.get("repositories"))

    def receive_repository(self, query: Query, payload: dict[str, Any]) -> Iterator[Query]:
        """Take one repository."""
        repo = query.argument["repo"]
        if all(payload.get(name) is not None for name in ("id", "nameWithOwner", "isPrivate", "createdAt")):
            self.store.keep_repository(payload, configured=repo)
            yield from self._renamed("repo", repo, payload["nameWithOwner"])
            yield from self._take(payload)

    def _say_unknown(self, name: str, key: str, fix: str) -> None:
        self.remarks[say("unknown", self.line_of(name, key), name, fix)] = True

    def _renamed(self, word: str, name: str, now: str) -> Iterator[Query]:
        """Search by the name that a repository or owner has now: GitHub's search does not know former ones."""
        if casefold_id(name) != casefold_id(now):
            self.remarks[say("renamed", name, now)] = False
            for search in self.searches:
                if f"{word}:{name}" in search.argument["places"]:
                    yield search.replace(places=[f"{word}:{now}"])

    def _take(self, one: dict[str, Any]) -> Iterator[Query]:
        self.store.keep_repository(one)
        yield from self.receive_releases(None, one)
        is_new = self.start <= one["createdAt"] < self.end and not one["isFork"]
        if is_new and not self.store.get(f"made {one['id']}", one["createdAt"]):
            until = github_time(datetime.fromisoformat(one["createdAt"]) + _FIRST_DAYS)
            yield Query("commits", {"id": one["id"], "created_at": one["createdAt"], "until": until})

    def receive_releases(self, query: Query | None, one: Payload) -> Iterator[Query]:
        """Keep a page of a repository's releases."""
        page = dig(one, "releases")
        if not one or not page:
            return
        for release in filter(None, page["nodes"]):
            node = self.store.get(release["id"])
            held = (node and node.payload) or {}
            release["author"] = release["author"] or held.get("author")
            unconfirmed = [] if held.get("unconfirmed") == [] else ghosts(release)
            payload = release | {"repository": {"id": one["id"]}, "unconfirmed": unconfirmed}
            yield from self._keep(CachedNode(release["id"], "release", release["createdAt"], payload))
        if page["pageInfo"]["hasNextPage"] and page["nodes"] and page["nodes"][-1]["createdAt"] >= self.start:
            yield Query("releases", {"id": one["id"], "after": page["pageInfo"]["endCursor"]})

    def receive_commits(self, query: Query, payload: Payload) -> Iterator[Query]:
        """Keep a new repository with the author of its first commit; nobody where it was brought from elsewhere."""
        argument = query.argument
        history = dig(payload, "defaultBranchRef", "target", "history") or {}
        commits = history.get("nodes") or []
        author = commits[-1]["author"] if commits and history["totalCount"] <= len(commits) else {}
        creator = dig(author, "user", "login")
        if payload and not creator and not (history and not author) and not argument.get("again"):
            yield query.replace(again=True)  # nobody is believed only when it is said twice
            return
        made = {"repository": {"id": argument["id"]}, "createdAt": argument["created_at"], "creator": creator}
        # Under a name of its own: a node has one kind.
        self.store.keep(CachedNode(f"made {argument['id']}", "repository", argument["created_at"], made))


def _search(words: str, kind: str, places: list[str], since: str, end: str) -> Query:
    span = {"updated": since, "from": None, "to": end, "after": None}
    return Query("search", {"query": words, "type": kind, "places": places, **span})


def logins(member: Member) -> list[str]:
    """Return the logins under which GitHub may know a member; other aliases are addresses and names."""
    return [name for name in dict.fromkeys((member.login, *member.aliases)) if re.fullmatch(LOGIN, name)]


def member_probes(member: Member) -> Iterator[Query]:
    """Yield queries that find a member wherever they are, if GitHub's search finds them at all."""
    for words in (f"involves:{name} is:{kind}" for name in logins(member) for kind in ("pr", "issue")):
        yield Query("probe", {"query": words, "type": "ISSUE", "places": [], "member": member.login})


def upstream_places(org: Organisation) -> list[str]:
    """Return the words that keep a search inside the upstream projects, whatever the scope."""
    owners = [f"user:{owner}" for upstream in org.upstream for owner in upstream.orgs]
    repos = [f"repo:{repo}" for upstream in org.upstream for repo in upstream.repos]
    return list(dict.fromkeys([*owners, *repos]))
