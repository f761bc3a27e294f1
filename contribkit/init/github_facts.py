"""What GitHub tells about an organisation that sets contribkit up: its people, where they contribute, what it plans."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import pandas as pd

from contribkit.errors import ContribkitError
from contribkit.ids import linked_refs, repository_of
from contribkit.loaders.github.client import Client
from contribkit.loaders.github.load_context import next_page, nodes
from contribkit.loaders.github.node_rows import login
from contribkit.loaders.github.queries import Query
from contribkit.loaders.github.rate_limits import BatchSizes, RateLimiter
from contribkit.loaders.github.runner import Runner
from contribkit.loaders.github.settings import Settings

MOST_MEMBERS = 100
_MOST_ISSUES = 200  # of the organisation, touched last
_YEAR = timedelta(days=365)


@dataclass
class Facts:
    """What GitHub tells; `broken` says what could not be had.

    `members`: by login, the day of their first thread in the organisation and its address, None where there is none.
    `work`: ``actor``, ``repo``, ``owner``, one row a thread of the last year in a repository of another organisation.
    `own_issues`: ``repo``, ``labels``, ``owners`` (whose repositories they link to).
    `authors`: who wrote what was last merged in the repositories of an owner, and whether each belongs to it.
    """

    organisation: str
    members: dict[str, tuple[date, str] | None] = field(default_factory=dict)
    work: pd.DataFrame = field(default_factory=pd.DataFrame)
    own_issues: pd.DataFrame = field(default_factory=pd.DataFrame)
    own_repositories: list[str] = field(default_factory=list)
    authors: dict[str, dict[str, bool]] = field(default_factory=dict)
    broken: list[str] = field(default_factory=list)


def no_token(settings: Settings) -> str:
    """Return, in two lines, that GitHub is not asked, and how to get a token."""
    scope = "with the scope read:org it sees members who do not show that they belong there"
    return f"{settings.no_token}\nmake one at https://{settings.host}/settings/tokens: {scope}"


def read_facts(client: Client, settings: Settings, organisation: str, team: str, today: date) -> Facts:
    """Ask GitHub about an organisation, or about one team of it, as its slug names it."""
    repositories = list(client.call("repos", "list_for_org", org=organisation))
    if not repositories:
        raise ContribkitError(f'GitHub shows no repository of an organisation "{organisation}"; is the name right?')
    public = [one["full_name"] for one in repositories if not (one["private"] or one["fork"])]
    people = _people(client, organisation, team)
    facts = Facts(organisation, dict.fromkeys(people), own_repositories=public)
    answers = _Answers(facts)
    runner = Runner(RateLimiter(client, settings.longest_wait), BatchSizes(), answers.receive)
    since = today - _YEAR
    elsewhere = f"-org:{organisation} is:public"
    runner.run(
        [_search("facts_own", f"org:{organisation} is:issue sort:updated-desc")]
        + [_search("facts_first", f"org:{organisation} author:{one} sort:created-asc", one) for one in people]
        + [
            _search("facts_work", f"{words} {elsewhere} sort:updated-desc", one)
            for one in people
            for words in (
                f"is:pr author:{one} created:>={since}",
                f"is:issue author:{one} created:>={since}",
                f"is:pr reviewed-by:{one} -author:{one} updated:>={since}",
            )
        ]
    )
    facts.work = pd.DataFrame(answers.work, columns=["actor", "repo", "owner"])
    facts.own_issues = pd.DataFrame(answers.own, columns=["repo", "labels", "owners"])
    owners = facts.work.groupby("owner")["actor"].nunique()
    runner.run(
        _search("facts_merged", f"org:{owner} is:pr is:merged sort:updated-desc", owner) for owner in owners.index
    )
    facts.broken = runner.problems()
    return facts


def _people(client: Client, organisation: str, team: str) -> list[str]:
    """Return the members' logins; an error says why there are none, or too many for one team."""
    if team:
        members = client.call("teams", "list_members_in_org", org=organisation, team_slug=team)
        fix = "name it as it stands in its address; to see teams a token needs the scope read:org"
    else:
        members = client.call("orgs", "list_members", org=organisation)
        fix = "a token of a member with the scope read:org sees those who hide it"
    people = []
    for one in members:
        people.append(one["login"])
        if len(people) > MOST_MEMBERS:
            fix = "name one of its teams with --github-team"
            raise ContribkitError(f"{organisation} has more than {MOST_MEMBERS} members; {fix}")
    if not people:
        whose = f'the team "{team}" of {organisation}' if team else organisation
        raise ContribkitError(f"GitHub shows no member of {whose}; {fix}")
    return sorted(people, key=str.casefold)


def _search(kind: str, words: str, whose: str = "") -> Query:
    return Query(kind, {"query": words, "places": [], "type": "ISSUE", "whose": whose})


class _Answers:
    """Collects what the searches found; `receive` of the runner."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self.work: list[tuple[str, str, str]] = []
        self.own: list[tuple[str, list[str], list[str]]] = []

    def receive(self, query: Query, payload: dict[str, Any] | None) -> Iterator[Query]:
        """Take the hits of a search, and yield the query for more of them."""
        for hit in nodes({"": payload or {}}, ""):
            getattr(self, f"_{query.kind}")(query.argument["whose"], hit)
        if query.kind == "facts_own" and query.argument.get("shown", 0) < _MOST_ISSUES:
            yield from next_page(query, payload)

    def _facts_first(self, person: str, hit: dict[str, Any]) -> None:
        self.facts.members[person] = (date.fromisoformat(hit["createdAt"][:10]), hit["url"])

    def _facts_work(self, person: str, hit: dict[str, Any]) -> None:
        repo, owner = hit["repository"], hit["repository"]["owner"]
        is_project = owner["__typename"] == "Organization" and not (repo["isFork"] or repo["isPrivate"])
        if is_project and owner["login"].casefold() != self.facts.organisation.casefold():
            self.work.append((person, repo["nameWithOwner"], owner["login"]))

    def _facts_own(self, _: str, hit: dict[str, Any]) -> None:
        if not hit["repository"]["isPrivate"]:
            labels = [label["name"] for label in nodes(hit, "labels")]
            owners = {(repository_of(ref) or "").partition("/")[0] for ref in linked_refs(hit["body"])}
            self.own.append((hit["repository"]["nameWithOwner"], labels, sorted(owners)))

    def _facts_merged(self, owner: str, hit: dict[str, Any]) -> None:
        authors, author = self.facts.authors.setdefault(owner, {}), login(hit["author"]) or ""
        authors[author] = authors.get(author, False) or hit["authorAssociation"] in ("MEMBER", "OWNER")
