"""Coverage notes: names in contribkit.toml that GitHub does not know, and what it tells only in part."""

from collections import Counter
from typing import Any

from contribkit.config.organisation import Organisation
from contribkit.ids import casefold_id
from contribkit.loaders.github.cache import CachedNode

# Of each connection the first page is read, as in the fragments; GitHub says how much there is.
_CUT = {
    "files": "pull requests that change more than {0} files the first {0} are read",
    "labels": "threads with more than {0} labels the first {0} are read",
    "closingIssuesReferences": "pull requests that close more than {0} issues the first {0} are read",
}


def unknown_name(organisation: Organisation, name: str, word: str, fix: str) -> str:
    """Return that GitHub knows no such account or repository, with the line that names it."""
    return f"{_place(organisation, name, word)}: GitHub knows no {name}, or the token may not see it; {fix}"


def unseen_plan(organisation: Organisation, name: str) -> str:
    """Return that a place of plans may not be seen: by its line, since a private name is in no published review."""
    place = _place(organisation, name, "refs")
    return f"{place}: what is named here cannot be seen; is the name right, and may the token?"


def only_latest(organisation: Organisation, name: str, count: int) -> str:
    """Return that a repository of plans is read in part."""
    read = f"issues and pull requests touched last are read, at most {count} of each"
    return f"{_place(organisation, name, 'refs')}: of the repository named here the {read}"


def _place(organisation: Organisation, name: str, word: str) -> str:
    """Return the file and line of contribkit.toml on which a key has a value."""
    lines = organisation.path.read_text(encoding="utf-8-sig").split("\n")
    found = [number for number, line in enumerate(lines, 1) if f'"{casefold_id(name)}"' in casefold_id(line)]
    with_key = [number for number in found if word in lines[number - 1]]
    return f"{organisation.path}:{(with_key or found or [1])[0]}"


class Coverage:
    """Counts what is missing in nodes as they are read."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()

    def see(self, node: CachedNode) -> None:
        """Look at a thread, release or new repository."""
        payload = node.payload or {}
        self._counts["made"] += node.kind == "repository"
        reviews = _nodes(payload, "reviews")
        self._counts["undated"] += sum(not one["submittedAt"] and one["state"] != "PENDING" for one in reviews)
        # The schema has no link without its source: where that may not be seen, the whole entry is null.
        self._counts["hidden"] += sum(
            event is None for event in (payload.get("timelineItems") or {}).get("nodes") or []
        )
        self._counts["replies"] += sum(
            page["totalCount"] > len(page["nodes"]) for page in (payload.get("replies") or {}).values()
        )
        for name, words in _CUT.items():
            there = len(_nodes(payload, name))
            if (payload.get(name) or {}).get("totalCount", there) > there:
                self._counts[words.format(there)] += 1

    def see_own(self, node: CachedNode) -> None:
        """Look at a thread of the organisation's own side."""
        comments = (node.payload or {}).get("comments") or {"pageInfo": {}}
        self._counts["own"] += bool(comments["pageInfo"].get("hasPreviousPage"))

    def notes(self, gone: int) -> list[str]:
        """Return sentences.

        Parameters
        ----------
        gone
            How many threads were found and are gone.
        """
        names = ("made", "undated", "hidden", "own", "replies")
        made, undated, hidden, own, replies = (self._counts.pop(name, 0) for name in names)
        sentences = {
            f"GitHub does not say who created a repository: of {made} the author of the first commit is taken": made,
            f"{undated} reviews have no time of submission: the time when they were begun is taken": undated,
            f"{hidden} links come from threads that the token may not see": hidden,
            f"{gone} threads that were found cannot be read: they are gone, or the token may not see them": gone,
            f"of {own} threads of our own side only the last comments are read": own,
            f"of {replies} comments in discussions only the last 100 replies are read": replies,
        }
        cut = [f"of {number} {words}" for words, number in self._counts.items() if number]
        return [*(sentence for sentence, number in sentences.items() if number), *cut]


def _nodes(payload: dict[str, Any], name: str) -> list[dict[str, Any]]:
    return [node for node in (payload.get(name) or {}).get("nodes") or [] if node]
