"""What waits upstream, as GitHub has it now: open pull requests, untriaged issues, releases due, red branches.

Searches over all upstream projects at once find threads, a hundred a point or two; one request lists the repositories.
Nothing is kept: what waits is of today.
"""

import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pandas as pd
from tqdm import tqdm

from contribkit.loaders.github.acts import login
from contribkit.loaders.github.asks import Ask, Shape, compose, text
from contribkit.loaders.github.client import Client, TooMuch
from contribkit.loaders.github.discover import upstream_places
from contribkit.loaders.github.limits import Patience, Room
from contribkit.loaders.github.linking import repository
from contribkit.loaders.github.queries import FRAGMENTS
from contribkit.loaders.github.settings import Settings
from contribkit.loaders.github.threads import nodes
from contribkit.loaders.union import canonical
from contribkit.tables import NEEDS, conform

if TYPE_CHECKING:
    from contribkit.organisation import Organisation

_MOST = 1000  # hits that GitHub shows of a search
_MAINTAINERS = ("OWNER", "MEMBER", "COLLABORATOR")
_CHECKS = {"SUCCESS": "success", "FAILURE": "failure", "ERROR": "failure", "PENDING": "pending", "EXPECTED": "pending"}
_MERGEABLE = {"MERGEABLE": True, "CONFLICTING": False}
_QUERIES = {"pulls": "is:pr is:open archived:false", "issues": "is:issue is:open archived:false no:label no:assignee"}
_WHAT = {"pulls": "open pull requests", "issues": "untriaged issues"}


def needs(organisation: "Organisation", client: Client, settings: Settings) -> tuple[pd.DataFrame, list[str]]:
    """Return what waits in the upstream projects, a table of the schema `NEEDS`, and notes.

    Parameters
    ----------
    organisation
        Whose upstream projects.
    client, settings
        How GitHub is asked.
    """
    seen_at, notes = datetime.now(UTC), [f"as GitHub was at {datetime.now(UTC):%Y-%m-%d %H:%M} UTC"]
    rows: list[dict[str, Any]] = []
    waiting, room, patience = list(_first(organisation)), Room(), Patience(client, settings.longest_wait)
    with tqdm(desc="asking GitHub what waits", unit=" answers", delay=2, leave=False, file=sys.stderr) as bar:
        while waiting:
            asks = waiting[: max(1, room.size // 10)]
            request = compose(asks, _SHAPES, FRAGMENTS)
            try:
                answer = patience.ask(request, sum(_SHAPES[ask.kind].connections for ask in asks) // 100 + 1)
            except TooMuch:
                if len(asks) > 1:
                    room.halve()
                    continue
                notes.append(f"GitHub does not answer {asks[0].kind} {asks[0].argument}")
                waiting = waiting[1:]
                continue
            waiting = waiting[len(asks) :]
            for place in request.places:
                told = answer.data.get(str(place.path[0]))
                waiting.extend(_receive(place.ask, told, rows, notes) if told else _absent(place.ask, notes))
            bar.update(len(asks))
    table = conform(pd.DataFrame(rows).assign(seen_at=seen_at, source="github"), NEEDS)
    bots = table["author"].map(organisation.is_bot).astype("boolean")
    return table.assign(author=canonical(table["author"], organisation), author_is_bot=bots), notes


def _first(organisation: "Organisation") -> Iterator[Ask]:
    places = upstream_places(organisation)
    for kind in _QUERIES:
        yield Ask(kind, {"query": f"{_QUERIES[kind]} {places} sort:updated-desc", "after": None})
    for upstream in organisation.upstream:
        yield from (Ask("owner", {"login": owner, "after": None}) for owner in upstream.orgs)
        yield from (Ask("alone", {"repo": repo}) for repo in upstream.repos)


def _search(argument: dict[str, Any], fragment: str) -> str:
    return (
        f"search(query: {text(argument['query'])}, type: ISSUE, first: 100, after: {text(argument['after'])}) "
        f"{{ issueCount pageInfo {{ hasNextPage endCursor }} nodes {{ ...{fragment} }} }}"
    )


def _owner(argument: dict[str, Any]) -> str:
    return (
        f"repositoryOwner(login: {text(argument['login'])}) {{ repositories(first: 100, after: "
        f"{text(argument['after'])}, ownerAffiliations: [OWNER], isArchived: false) "
        "{ pageInfo { hasNextPage endCursor } nodes { ...Home } } }"
    )


def _alone(argument: dict[str, Any]) -> str:
    return f"{repository(argument['repo'])} {{ ...Home }}"


def _since(argument: dict[str, Any]) -> str:
    history = f'history(since: "{argument["since"]}") {{ totalCount }}'
    return (
        f"{repository(argument['row']['repo'])} {{ defaultBranchRef {{ target {{ ... on Commit {{ {history} }} }} }} }}"
    )


_SHAPES = {
    "pulls": Shape(lambda argument: _search(argument, "NeedPull"), ("NeedPull",), connections=101),
    "issues": Shape(lambda argument: _search(argument, "NeedIssue"), ("NeedIssue",), connections=101),
    "owner": Shape(_owner, ("Home",)),
    "alone": Shape(_alone, ("Home",), connections=0),
    "since": Shape(_since, connections=0),
}


def _absent(ask: Ask, notes: list[str]) -> list[Ask]:
    name = ask.argument.get("repo") or ask.argument.get("login")
    if name:
        notes.append(f"{name} cannot be seen; is its name in [[upstream]] right, and may the token?")
    return []


def _receive(ask: Ask, told: dict[str, Any], rows: list[dict[str, Any]], notes: list[str]) -> Iterator[Ask]:
    """Take one answer into the rows, and yield what is asked next."""
    if ask.kind in _QUERIES:
        rows.extend(_pull(one) if ask.kind == "pulls" else _issue(one) for one in nodes({"": told}, "") if _waits(one))
        if not ask.argument["after"] and told["issueCount"] > _MOST:
            notes.append(f"of {told['issueCount']:,} {_WHAT[ask.kind]} the {_MOST:,} touched last are looked at")
        yield from _on(ask, told)
    elif ask.kind == "owner":
        for one in nodes(told, "repositories"):
            yield from _home(one, rows)
        yield from _on(ask, told["repositories"])
    elif ask.kind == "alone":
        yield from _home(told, rows)
    elif (told["defaultBranchRef"] or {}).get("target"):
        commits = told["defaultBranchRef"]["target"]["history"]["totalCount"]
        rows.extend([ask.argument["row"] | {"commits": commits}] if commits else [])


def _on(ask: Ask, page: dict[str, Any]) -> Iterator[Ask]:
    if page["pageInfo"]["hasNextPage"]:
        yield ask._replace(argument=ask.argument | {"after": page["pageInfo"]["endCursor"]})


def _waits(one: dict[str, Any]) -> bool:
    """Say of an issue whether no maintainer has answered; a pull request waits until it is closed."""
    if "mergeable" in one:
        return True
    return not any(comment["authorAssociation"] in _MAINTAINERS for comment in nodes(one, "comments"))


def _thread(one: dict[str, Any], kind: str) -> dict[str, Any]:
    repo = one["repository"]["nameWithOwner"]
    return {
        "kind": kind,
        "ref": f"{repo}#{one['number']}",
        "repo": repo,
        "number": one["number"],
        "url": one["url"],
        "title": one["title"],
        "author": login(one["author"]),
        "author_association": one["authorAssociation"],
        "labels": [label["name"] for label in nodes(one, "labels")],
        "opened_at": one["createdAt"],
        "updated_at": one["updatedAt"],
        "private": one["repository"]["isPrivate"],
    }


def _pull(one: dict[str, Any]) -> dict[str, Any]:
    return _thread(one, "pull_request") | {
        "draft": one["isDraft"],
        "additions": one["additions"],
        "deletions": one["deletions"],
        "checks": _CHECKS.get((one["statusCheckRollup"] or {}).get("state", "")),
        "review_state": (one["reviewDecision"] or "").casefold() or None,
        "mergeable": _MERGEABLE.get(one["mergeable"]),
        "comments": one["totalCommentsCount"],
    }


def _issue(one: dict[str, Any]) -> dict[str, Any]:
    return _thread(one, "issue") | {"comments": one["comments"]["totalCount"]}


def _home(one: dict[str, Any], rows: list[dict[str, Any]]) -> Iterator[Ask]:
    """Take a repository: its default branch where it is red; how much came since its last release is asked next."""
    repo, branch, release = one["nameWithOwner"], one["defaultBranchRef"], one["latestRelease"]
    common = {"repo": repo, "private": one["isPrivate"]}
    checks = _CHECKS.get(((branch or {}).get("target", {}).get("statusCheckRollup") or {}).get("state", ""))
    if checks == "failure":
        name = branch["name"]
        rows.append(common | {
            "kind": "branch", "ref": f"{repo}@{name}", "url": f"{one['url']}/tree/{name}", "title": name,
            "checks": checks,
        })  # fmt: skip
    if branch and release:
        row = common | {
            "kind": "release", "ref": f"{repo}@{release['tagName']}", "url": release["url"],
            "title": release["name"] or release["tagName"], "released_at": release["publishedAt"],
        }  # fmt: skip
        yield Ask("since", {"row": row, "since": release["publishedAt"]})
