"""What waits upstream, as GitHub has it now: open pull requests, untriaged issues, releases due, red branches."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pandas as pd

from contribkit.config.organisation import Organisation
from contribkit.loaders.github.discover import upstream_places
from contribkit.loaders.github.node_rows import login
from contribkit.loaders.github.queries import NAMES, Payload, Query, dig, next_page, nodes, say
from contribkit.loaders.union import canonical
from contribkit.tables import NEEDS, conform
from contribkit.vocabulary import MAINTAINERS

_MOST = 1000  # hits that GitHub shows of a search
_SEARCHES: dict[str, list[str]] = NAMES["open_work"]


class OpenWork:
    """Collects rows of the needs table, and notes for its reader, from GitHub's answers."""

    def __init__(self, organisation: Organisation) -> None:
        self.organisation = organisation
        self.notes: list[str] = []
        self._rows: list[dict[str, Any]] = []
        self._places = upstream_places(organisation)

    def queries(self) -> Iterator[Query]:
        """Yield what is asked before anything is known."""
        yield from self._searches(self._places)
        if len(self._places) > 1:
            yield Query("probe", {"query": "is:pr", "type": "ISSUE", "places": self._places})
        for upstream in self.organisation.upstream:
            owners = [{"type": "organization", "login": one, "after": None} for one in upstream.orgs]
            yield from (Query("branches", owner) for owner in owners)
            yield from (Query("branch", {"repo": repo}) for repo in upstream.repos)

    def _searches(self, *groups: list[str]) -> Iterator[Query]:
        for kind, places in ((kind, places) for kind in _SEARCHES for places in groups):
            words = f"{_SEARCHES[kind][0]} sort:updated-desc"
            yield Query(kind, {"query": words, "places": places, "type": "ISSUE", "after": None})

    def receive(self, query: Query, payload: Payload) -> Iterator[Query]:
        """Take an answer into the rows, and yield what is asked next."""
        if payload is None:
            if name := query.argument.get("repo") or query.argument.get("login"):
                self.notes.append(say("unseen_upstream", name))
        elif query.kind == "probe":
            if not payload.get("count"):  # several places are all wanted at once: search them one by one
                yield from self._searches(*([place] for place in self._places))
        elif query.kind in _SEARCHES:
            self._threads(query, payload)
            yield from next_page(query, payload)
        elif query.kind == "since":
            if commits := dig(payload, "defaultBranchRef", "target", "history", "totalCount"):
                self._rows.append(query.argument["row"] | {"commits": commits})
        else:
            for one in nodes(payload, "repositories") if query.kind == "branches" else [payload]:
                yield from self._repository(one)
            yield from next_page(query, payload.get("repositories"))

    def table(self, seen_at: datetime) -> pd.DataFrame:
        """Return all rows, a table of the schema `NEEDS`."""
        rows = {(row["kind"], row["ref"]): row for row in self._rows}.values()
        table = conform(pd.DataFrame(list(rows)).assign(seen_at=seen_at, source="github"), NEEDS)
        bots = table["author"].map(self.organisation.is_bot).astype("boolean")
        return table.assign(author=canonical(table["author"], self.organisation), author_is_bot=bots)

    def _threads(self, query: Query, payload: dict[str, Any]) -> None:
        count, (_, what, kind) = payload.get("issueCount") or 0, _SEARCHES[query.kind]
        if not query.argument["after"] and count > _MOST:
            self.notes.append(f"of {count:,} {what} the {_MOST:,} touched last are looked at")
        for one in nodes(payload):
            if not any(comment["authorAssociation"] in MAINTAINERS for comment in nodes(one, "remarks")):
                row = {
                    "kind": kind, "ref": f"{one['repository']['repo']}#{one['number']}", "author": login(one["author"]),
                    "labels": [label["name"] for label in nodes(one, "labels")], "checks": _checks(one),
                    "review_state": (one.get("reviewDecision") or "").casefold() or None,
                    "mergeable": {"MERGEABLE": True, "CONFLICTING": False}.get(one.get("mergeable", "")),
                    "comments": one.get("comments", dig(one, "remarks", "totalCount")),
                }  # fmt: skip
                self._rows.append(one | one["repository"] | row)

    def _repository(self, one: dict[str, Any]) -> Iterator[Query]:
        repo, branch, release = one["nameWithOwner"], one["defaultBranchRef"], one["latestRelease"]
        common = {"repo": repo, "private": one["isPrivate"]}
        if branch and _checks(branch.get("target")) == "failure":
            about = {"ref": f"{repo}@{branch['name']}", "url": f"{one['url']}/tree/{branch['name']}"}
            self._rows.append(common | about | {"kind": "branch", "title": branch["name"], "checks": "failure"})
        if branch and release:
            about = {"kind": "release", "ref": f"{repo}@{release['tagName']}"}
            row = common | release | about | {"title": release["name"] or release["tagName"]}
            yield Query("since", {"repo": repo, "row": row, "since": release["released_at"]})


def _checks(checked: Payload) -> Any:
    return NAMES["checks"].get(dig(checked, "statusCheckRollup", "state"))
