"""Connections: pages of a list, with cursors."""

from base64 import b64decode, b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tests.github.graphql.errors import GitHubError

_PREFIX = "cursor:"


def cursor(position: int) -> str:
    """Return the opaque word that stands for a place in a list."""
    return b64encode(f"{_PREFIX}{position}".encode()).decode()


def position(word: str) -> int:
    """Return the place that a cursor stands for.

    Raises
    ------
    GitHubError
        For a word that no page gave.
    """
    try:
        return int(b64decode(word).decode().removeprefix(_PREFIX))
    except ValueError:
        raise GitHubError("INVALID_CURSOR_ARGUMENTS", f"`{word}` does not appear to be a valid cursor.") from None


@dataclass(frozen=True)
class Connection:
    """One page of a list. `total_count` is that of the whole, however far its pages go."""

    items: Sequence[Any]
    start: int
    stop: int
    total_count: int

    @property
    def nodes(self) -> Sequence[Any]:
        return self.items[self.start : self.stop]

    @property
    def edges(self) -> list[dict[str, Any]]:
        return [{"node": node, "cursor": cursor(self.start + n)} for n, node in enumerate(self.nodes, 1)]

    @property
    def page_info(self) -> dict[str, Any]:
        return {
            "hasNextPage": self.stop < len(self.items),
            "hasPreviousPage": self.start > 0,
            "startCursor": cursor(self.start + 1) if self.stop > self.start else None,
            "endCursor": cursor(self.stop) if self.stop > self.start else None,
        }

    # GitHub's further names of the same figure.
    @property
    def issue_count(self) -> int:
        return self.total_count

    @property
    def discussion_count(self) -> int:
        return self.total_count

    @property
    def filtered_count(self) -> int:
        return self.total_count

    @property
    def page_count(self) -> int:
        return self.stop - self.start


def connection(items: Sequence[Any], arguments: dict[str, Any], total: int | None = None) -> Connection:
    """Return the page that the arguments ``first``, ``last``, ``after`` and ``before`` ask for."""
    start = position(after) if (after := arguments.get("after")) else 0
    stop = position(before) - 1 if (before := arguments.get("before")) else len(items)
    if (first := arguments.get("first")) is not None:
        stop = min(stop, start + first)
    if (last := arguments.get("last")) is not None:
        start = max(start, stop - last)
    count = len(items) if total is None else total
    return Connection(items, min(start, len(items)), max(min(stop, len(items)), min(start, len(items))), count)
