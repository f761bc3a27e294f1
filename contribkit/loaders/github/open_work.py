"""What waits upstream, as GitHub has it now: open pull requests, untriaged issues, releases due, red branches.

Searches over all upstream projects at once find threads; one list an owner tells its repositories' branches and
releases. Nothing is kept: what waits is of today.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pandas as pd

from contribkit.config.organisation import Organisation
from contribkit.loaders.github.discover import upstream_places
from contribkit.loaders.github.hydrate import nodes
from contribkit.loaders.github.node_rows import login
from contribkit.loaders.github.queries import SEARCH_WORDS, Query
from contribkit.loaders.union import canonical
from contribkit.tables import NEEDS, conform
from contribkit.vocabulary import MAINTAINERS

_MOST = 1000  # hits that GitHub shows of a search
_WORDS = {"pulls": "open pull requests", "issues": "untriaged issues"}
_FRAGMENTS = {"pulls": "NeedPull", "issues": "NeedIssue"}
_CHECKS = {"SUCCESS": "success", "FAILURE": "failure", "ERROR": "failure", "PENDING": "pending", "EXPECTED": "pending"}
_MERGEABLE = {"MERGEABLE": True, "CONFLICTING": False}


class OpenWork:
    """Collects rows of the needs table, and notes for its reader, from GitHub's answers."""

    def __init__(self, organisation: Organisation) -> None:
        self.organisation = organisation
        self.notes: list[str] = []
        self._rows: list[dict[str, Any]] = []
        self._places = upstream_places(organisation)

    def queries(self) -> Iterator[Query]:
        """Yield what is asked before anything is known."""
        for kind in SEARCH_WORDS:
            yield self._search(kind, self._places)
        if len(self._places) > 1:
            yield Query("probe", {"query": "is:pr", "type": "ISSUE", "places": self._places})
        for upstream in self.organisation.upstream:
            yield from (Query("homes", {"type": "organization", "login": one, "after": None}) for one in upstream.orgs)
            yield from (Query("home", {"repo": repo}) for repo in upstream.repos)

    def _search(self, kind: str, places: list[str]) -> Query:
        words = f"{SEARCH_WORDS[kind]} sort:updated-desc"
        return Query(kind, {"query": words, "places": places, "fragment": _FRAGMENTS[kind], "after": None})

    def receive(self, query: Query, payload: dict[str, Any] | None, is_whole: bool) -> Iterator[Query]:
        """Take an answer into the rows, and yield what is asked next."""
        if payload is None:
            yield from self._gone(query)
        elif query.kind == "probe":
            if not payload["count"]:  # several places are all wanted at once: search them one by one
                yield from (self._search(kind, [place]) for kind in SEARCH_WORDS for place in self._places)
        elif query.kind in SEARCH_WORDS:
            self._threads(query, payload)
            yield from _next_page(query, payload, payload["issueCount"])
        elif query.kind == "homes":
            for one in nodes(payload, "repositories"):
                yield from self._home(one)
            if payload.get("repositories"):
                yield from _next_page(query, payload["repositories"], payload["repositories"]["totalCount"])
        elif query.kind == "home":
            yield from self._home(payload)
        elif commits := (((payload["defaultBranchRef"] or {}).get("target") or {}).get("history") or {}).get(
            "totalCount"
        ):
            self._rows.append(query.argument["row"] | {"commits": commits})

    def table(self, seen_at: datetime) -> pd.DataFrame:
        """Return all rows, a table of the schema `NEEDS`."""
        rows = {(row["kind"], row["ref"]): row for row in self._rows}.values()
        table = conform(pd.DataFrame(list(rows)).assign(seen_at=seen_at, source="github"), NEEDS)
        bots = table["author"].map(self.organisation.is_bot).astype("boolean")
        return table.assign(author=canonical(table["author"], self.organisation), author_is_bot=bots)

    def _gone(self, query: Query) -> Iterator[Query]:
        if query.argument.get("type") == "organization":
            yield query.replace(type="user")
        elif name := query.argument.get("repo") or query.argument.get("login"):
            self.notes.append(f"{name} cannot be seen; is its name in [[upstream]] right, and may the token?")

    def _threads(self, query: Query, payload: dict[str, Any]) -> None:
        row = _pull_row if query.kind == "pulls" else _issue_row
        found = nodes({"": payload}, "")
        self._rows.extend(row(one) for one in found if query.kind == "pulls" or _is_unanswered(one))
        if not query.argument["after"] and payload["issueCount"] > _MOST:
            count, what = payload["issueCount"], _WORDS[query.kind]
            self.notes.append(f"of {count:,} {what} the {_MOST:,} touched last are looked at")

    def _home(self, one: dict[str, Any]) -> Iterator[Query]:
        """Take a repository; how much came since its last release is asked next."""
        self._rows.extend(_branch_rows(one))
        if one["defaultBranchRef"] and one["latestRelease"]:
            yield Query("since", {"row": _release_row(one), "since": one["latestRelease"]["publishedAt"]})


def _next_page(query: Query, page: dict[str, Any], count: int) -> Iterator[Query]:
    if page["pageInfo"]["hasNextPage"]:
        shown = query.argument.get("shown", 0) + len(page["nodes"])
        yield query.replace(after=page["pageInfo"]["endCursor"], shown=shown, count=query.argument.get("count", count))


def _is_unanswered(issue: dict[str, Any]) -> bool:
    """Say of an issue whether no maintainer has answered."""
    return not any(comment["authorAssociation"] in MAINTAINERS for comment in nodes(issue, "comments"))


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


def _pull_row(one: dict[str, Any]) -> dict[str, Any]:
    """Return the row of an open pull request."""
    return _thread(one, "pull_request") | {
        "draft": one.get("isDraft"),
        "additions": one["additions"],
        "deletions": one["deletions"],
        "checks": _checks(one),
        "review_state": (one.get("reviewDecision") or "").casefold() or None,
        "mergeable": _MERGEABLE.get(one["mergeable"]),
        "comments": one.get("totalCommentsCount"),
    }


def _issue_row(one: dict[str, Any]) -> dict[str, Any]:
    """Return the row of an untriaged issue."""
    return _thread(one, "issue") | {"comments": (one["comments"] or {}).get("totalCount")}


def _branch_rows(repository: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the row of a default branch whose checks fail; none of any other."""
    branch = repository["defaultBranchRef"] or {}
    if _checks(branch.get("target") or {}) != "failure":
        return []
    name = branch["name"]
    url = f"{repository['url']}/tree/{name}"
    ref = f"{repository['nameWithOwner']}@{name}"
    return [_common(repository) | {"kind": "branch", "ref": ref, "url": url, "title": name, "checks": "failure"}]


def _release_row(repository: dict[str, Any]) -> dict[str, Any]:
    """Return the row of a repository's last release; how many commits came since is still to be asked."""
    release = repository["latestRelease"]
    return _common(repository) | {
        "kind": "release",
        "ref": f"{repository['nameWithOwner']}@{release['tagName']}",
        "url": release["url"],
        "title": release["name"] or release["tagName"],
        "released_at": release["publishedAt"],
    }


def _common(repository: dict[str, Any]) -> dict[str, Any]:
    return {"repo": repository["nameWithOwner"], "private": repository["isPrivate"]}


def _checks(checked: dict[str, Any]) -> str | None:
    """Return how the checks of a pull request or commit went; None where there are none."""
    return _CHECKS.get((checked.get("statusCheckRollup") or {}).get("state", ""))
