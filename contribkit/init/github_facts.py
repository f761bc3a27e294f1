"""What GitHub tells about an organisation that sets contribkit up: its people, where they contribute, what it plans."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import islice
from typing import Any

from contribkit.errors import ContribkitError
from contribkit.ids import linked_refs, repository_of
from contribkit.loaders.github.client import Client
from contribkit.loaders.github.node_rows import login
from contribkit.loaders.github.queries import Query, dig, next_page, nodes
from contribkit.loaders.github.runner import Runner
from contribkit.loaders.github.settings import Settings

MOST_MEMBERS = 100
_MOST_ISSUES = 200  # of the organisation, touched last


@dataclass
class Facts:
    """What GitHub tells."""

    organisation: str
    members: dict[str, tuple[date, str] | None] = field(default_factory=dict)  # by login, their first thread here
    work: list[tuple[str, str, str]] = field(default_factory=list)  # actor, repo, owner: threads elsewhere in a year
    own_issues: list[tuple[str, list[str], list[str]]] = field(default_factory=list)  # repo, labels, owners linked to
    own_repositories: list[str] = field(default_factory=list)
    milestones: list[tuple[str, str, int, date | None]] = field(default_factory=list)  # repo, title, open issues, due
    projects: list[tuple[str, str, int, list[str]]] = field(default_factory=list)  # title, url, open issues, all refs
    authors: dict[str, dict[str, bool]] = field(default_factory=dict)  # by owner, of last merges: are they members?
    broken: list[str] = field(default_factory=list)  # what could not be had
    today: date = date.min


def read_facts(client: Client, settings: Settings, organisation: str, team: str, today: date) -> Facts:
    """Ask GitHub about an organisation, or about one team of it, as its slug names it."""
    repositories = list(client.call("repos", "list_for_org", org=organisation))
    if not repositories:
        raise ContribkitError(f'GitHub shows no repository of an organisation "{organisation}"; is the name right?')
    public = [one for one in repositories if not (one["private"] or one["fork"])]
    people, since = _people(client, organisation, team), today - timedelta(days=365)
    hits: dict[str, list[tuple[str, dict[str, Any]]]] = defaultdict(list)

    def receive(query: Query, payload: dict[str, Any] | None) -> Iterator[Query]:
        is_day = query.kind == "facts_first"  # of which a private thread tells nothing more than the day
        shown = [hit for hit in nodes(payload) if is_day or not (hit.get("repository") or {}).get("isPrivate")]
        hits[query.kind] += [(query.argument["whose"], hit) for hit in shown]
        if query.kind == "facts_own" and query.argument.get("shown", 0) < _MOST_ISSUES:
            yield from next_page(query, payload)

    runner = Runner(client, receive)
    searches = [_search("facts_own", f"org:{organisation} is:issue sort:updated-desc")]
    for one in people:
        searches.append(_search("facts_first", f"org:{organisation} author:{one} sort:created-asc", one))
        for words in (
            f"is:pr author:{one} created:>={since}",
            f"is:issue author:{one} created:>={since}",
            f"is:pr reviewed-by:{one} -author:{one} updated:>={since}",
        ):
            searches.append(_search("facts_work", f"{words} -org:{organisation} is:public sort:updated-desc", one))
    runner.run(searches)
    places = [(one, hit["repository"]) for one, hit in hits["facts_work"]]
    work = [
        (one, repo["nameWithOwner"], repo["owner"]["login"])
        for one, repo in places
        if repo["owner"]["__typename"] == "Organization" and not repo["isFork"]
    ]
    owners = sorted({owner for _, _, owner in work})
    runner.run(_search("facts_merged", f"org:{owner} is:pr is:merged sort:updated-desc", owner) for owner in owners)
    authors: dict[str, dict[str, bool]] = defaultdict(dict)
    for owner, hit in hits["facts_merged"]:
        author, is_inside = login(hit["author"]) or "", hit["authorAssociation"] in ("MEMBER", "OWNER")
        authors[owner][author] = authors[owner].get(author, False) or is_inside
    first: dict[str, tuple[date, str]] = {}
    for one, hit in hits["facts_first"]:
        where = "a private one" if hit["repository"]["isPrivate"] else str(hit["url"])
        first[one] = date.fromisoformat(hit["createdAt"][:10]), where
    facts = Facts(
        organisation, {one: first.get(one) for one in people}, work, [_own_issue(hit) for _, hit in hits["facts_own"]],
        [one["full_name"] for one in public], authors=dict(authors), broken=runner.problems(), today=today,
    )  # fmt: skip
    _add_plans(facts, client, [one["full_name"] for one in public if one["open_issues_count"]])
    return facts


def _own_issue(hit: dict[str, Any]) -> tuple[str, list[str], list[str]]:
    owners = {repo.partition("/")[0] for ref in linked_refs(hit["body"]) if (repo := repository_of(ref))}
    return hit["repository"]["nameWithOwner"], [label["name"] for label in nodes(hit, "labels")], sorted(owners)


def _add_plans(facts: Facts, client: Client, repositories: list[str]) -> None:
    """Add milestones and public Projects with open issues; that the token may not see Projects is no error."""

    def receive(query: Query, payload: dict[str, Any] | None) -> Iterator[Query]:
        for one in nodes(payload, "milestones"):
            if count := one["issues"]["totalCount"]:
                due = date.fromisoformat(one["dueOn"][:10]) if one["dueOn"] else None
                facts.milestones.append((query.argument["repo"], one["title"], count, due))
        for one in nodes(payload, "projectsV2"):
            if one["public"] and not one["closed"]:
                yield Query("facts_items", {"id": one["id"]})
        contents = [one["content"] or {} for one in nodes(payload, "items")]
        public = [one for one in contents if dig(one, "repository", "isPrivate") is False]
        if payload and (count := sum(one["state"] == "OPEN" for one in public)):
            refs = [f"{one['repository']['nameWithOwner']}#{one['number']}" for one in public]
            title = f"{payload['title']} (Project {payload['number']})"  # since two may have one title
            facts.projects.append((title, payload["url"], count, refs))
            if payload["items"]["pageInfo"]["hasNextPage"]:
                facts.broken.append(f"of {payload['url']} only the first {len(contents)} items are read")

    runner = Runner(client, receive)
    runner.run(Query("facts_milestones", {"repo": repo}) for repo in repositories)
    try:
        runner.run([Query("facts_projects", {"login": facts.organisation})])
    except ContribkitError as error:
        facts.broken.append(f"Projects of {facts.organisation} are not proposed: {error}")
    facts.broken += runner.problems()


def _people(client: Client, organisation: str, team: str) -> list[str]:
    if team:
        members = client.call("teams", "list_members_in_org", org=organisation, team_slug=team)
        fix = "name it as it stands in its address; to see teams a token needs the scope read:org"
    else:
        members = client.call("orgs", "list_members", org=organisation)
        fix = "a token of a member with the scope read:org sees those who hide it"
    people = [one["login"] for one in islice(members, MOST_MEMBERS + 1)]
    if len(people) > MOST_MEMBERS:
        fix = "name one of its teams with --github-team"
        raise ContribkitError(f"{organisation} has more than {MOST_MEMBERS} members; {fix}")
    if not people:
        whose = f'the team "{team}" of {organisation}' if team else organisation
        raise ContribkitError(f"GitHub shows no member of {whose}; {fix}")
    return sorted(people, key=str.casefold)


def _search(kind: str, words: str, whose: str = "") -> Query:
    return Query(kind, {"query": words, "places": [], "type": "ISSUE", "whose": whose})
