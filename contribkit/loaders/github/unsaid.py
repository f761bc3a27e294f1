"""What GitHub does not say, or of which only a part is read: sentences for who reads a review."""

from collections import Counter
from typing import Any

from contribkit.loaders.github.store import Thing
from contribkit.loaders.github.threads import nodes

# Of each connection the first page is read, as in the fragments; GitHub says how much there is.
_CUT = {
    "files": "pull requests that change more than {0} files the first {0} are read",
    "labels": "threads with more than {0} labels the first {0} are read",
    "closingIssuesReferences": "pull requests that close more than {0} issues the first {0} are read",
}


class Unsaid:
    """Counts what is missing in things as they are seen."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()

    def see(self, thing: Thing) -> None:
        """Look at a thread, release or new repository."""
        payload = thing.payload or {}
        self._counts["made"] += thing.kind == "repository"
        self._counts["undated"] += sum(
            not review["submittedAt"] and review["state"] != "PENDING" for review in nodes(payload, "reviews")
        )
        # The schema has no link without its source: where that may not be seen, the whole entry is null.
        timeline = payload.get("timelineItems") or {"nodes": []}
        self._counts["hidden"] += sum(event is None for event in timeline["nodes"])
        for name, words in _CUT.items():
            if cut := _cut(payload, name):
                self._counts[words.format(cut)] += 1

    def see_own(self, thing: Thing) -> None:
        """Look at a thread of our own side."""
        self._counts["own"] += bool((thing.payload or {})["comments"]["pageInfo"]["hasPreviousPage"])

    def said(self, gone: int) -> list[str]:
        """Return sentences.

        Parameters
        ----------
        gone
            How many threads were found and could not be read.
        """
        made, undated, hidden, own = (self._counts.pop(name, 0) for name in ("made", "undated", "hidden", "own"))
        sentences = {
            f"GitHub does not say who created a repository: of {made} the author of the first commit is taken": made,
            f"{undated} reviews bear no time of submission: the time when they were begun is taken": undated,
            f"{hidden} links come from threads that the token may not see": hidden,
            f"{gone} threads that were found cannot be read: they are gone, or the token may not see them": gone,
            f"of {own} threads of our own side only the last comments are read": own,
        }
        cut = [f"of {number} {words}" for words, number in self._counts.items()]
        return [*(sentence for sentence, number in sentences.items() if number), *cut]


def _cut(payload: dict[str, Any], name: str) -> int:
    """Return after how many a connection was cut; 0 where all of it is there."""
    found = payload.get(name) or {}
    there = len(found.get("nodes") or [])
    return there if found.get("totalCount", there) > there else 0
