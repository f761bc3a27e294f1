"""Triage: threads in which a member only labelled, assigned, closed or the like; no search for a member finds those.

All that was touched is searched for, with a count of such events, which costs nothing. Where there are any, in threads
that are not in the store, a look at who did it follows; only what a member did is then read as a whole.
"""

from collections.abc import Iterator
from typing import Any

from contribkit.loaders.github.asks import Ask
from contribkit.loaders.github.discover import HIT, behind, search_field, want
from contribkit.loaders.github.loading import Loading
from contribkit.loaders.github.queries import triage_count

_LOOK = {"Issue": "look_issue", "PullRequest": "look_pull"}
_PAGE = 30  # as in the fragment: a page that is full may hide some


def field(argument: dict[str, Any]) -> str:
    """Return the field of a search for all that was touched."""
    counted = f"{HIT} {triage_count(argument['updated'])}"
    return search_field(argument, f"... on Issue {{ {counted} }} ... on PullRequest {{ {counted} }}")


def receive(loading: Loading, ask: Ask, answer: dict[str, Any]) -> Iterator[Ask]:
    """Yield a look at the threads of a page in which something was done, and the searches for what is behind it."""
    hits = [hit for hit in answer["nodes"] if hit]
    for hit in hits:
        if hit["timelineItems"]["totalCount"]:
            for asked in want(loading, hit):
                yield asked._replace(kind=_LOOK[hit["__typename"]])
    yield from behind(ask, answer, hits)


def receive_look(loading: Loading, ask: Ask, answer: dict[str, Any] | None) -> Iterator[Ask]:
    """Yield the thread as a whole where a member may have done something in the period."""
    events = [event for event in (answer or {}).get("timelineItems", {}).get("nodes", []) if event]
    if answer and (len(events) == _PAGE or any(_is_members(loading, event) for event in events)):
        yield from want(loading, answer)


def _is_members(loading: Loading, event: dict[str, Any]) -> bool:
    inside = loading.start <= event["createdAt"] < loading.end
    return inside and loading.organisation.member((event["actor"] or {}).get("login")) is not None
