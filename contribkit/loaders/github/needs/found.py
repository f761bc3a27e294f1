"""What was found: rows of needs, notes, and what is to be asked further."""

from collections.abc import Iterator
from typing import Any

from contribkit.loaders.github.asks import Ask
from contribkit.loaders.github.needs.asks import QUERIES
from contribkit.loaders.github.needs.rows import branch_rows, issue_row, pull_row, release_row
from contribkit.loaders.github.threads import nodes

_MOST = 1000  # hits that GitHub shows of a search
_MAINTAINERS = ("OWNER", "MEMBER", "COLLABORATOR")
_WHAT = {"pulls": "open pull requests", "issues": "untriaged issues"}


class Found:
    """Rows of the needs table, and notes for its reader."""

    def __init__(self) -> None:
        self.rows: list[dict[str, Any]] = []
        self.notes: list[str] = []

    def take(self, ask: Ask, told: dict[str, Any]) -> Iterator[Ask]:
        """Take one answer into the rows, and yield what is asked next."""
        if ask.kind in QUERIES:
            self._threads(ask, told)
            yield from _next_page(ask, told)
        elif ask.kind == "owner":
            for one in nodes(told, "repositories"):
                yield from self._home(one)
            yield from _next_page(ask, told["repositories"])
        elif ask.kind == "alone":
            yield from self._home(told)
        elif target := (told["defaultBranchRef"] or {}).get("target"):
            commits = target["history"]["totalCount"]
            self.rows.extend([ask.argument["row"] | {"commits": commits}] if commits else [])

    def _threads(self, ask: Ask, told: dict[str, Any]) -> None:
        row = pull_row if ask.kind == "pulls" else issue_row
        self.rows.extend(row(one) for one in nodes({"": told}, "") if ask.kind == "pulls" or _is_unanswered(one))
        if not ask.argument["after"] and told["issueCount"] > _MOST:
            self.notes.append(f"of {told['issueCount']:,} {_WHAT[ask.kind]} the {_MOST:,} touched last are looked at")

    def _home(self, one: dict[str, Any]) -> Iterator[Ask]:
        """Take a repository; how much came since its last release is asked next."""
        self.rows.extend(branch_rows(one))
        if one["defaultBranchRef"] and one["latestRelease"]:
            yield Ask("since", {"row": release_row(one), "since": one["latestRelease"]["publishedAt"]})


def _next_page(ask: Ask, page: dict[str, Any]) -> Iterator[Ask]:
    if page["pageInfo"]["hasNextPage"]:
        yield ask._replace(argument=ask.argument | {"after": page["pageInfo"]["endCursor"]})


def _is_unanswered(issue: dict[str, Any]) -> bool:
    """Say of an issue whether no maintainer has answered."""
    return not any(comment["authorAssociation"] in _MAINTAINERS for comment in nodes(issue, "comments"))
