"""Acts: what people did in the things that GitHub told of."""

from collections.abc import Iterator
from typing import Any

from contribkit.loaders.github.queries import TRIAGE_EVENTS
from contribkit.loaders.github.threads import nodes

INFERRED = "inferred"
"""The state of an act of which GitHub does not say who did it."""


def login(actor: dict[str, Any] | None) -> str | None:
    """Return the login of an account; None for one that was deleted. A machine's is written as people see it.

    Examples
    --------
    >>> login({"__typename": "Bot", "login": "dependabot"}), login({"login": "ada"}), login(None)
    ('dependabot[bot]', 'ada', None)
    """
    if not actor:
        return None
    name = str(actor["login"])
    return f"{name}[bot]" if actor.get("__typename") == "Bot" and not name.endswith("[bot]") else name


def acts(kind: str, payload: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield every act in a thread, release or new repository, of everybody."""
    if kind == "release":
        if payload["publishedAt"] and not payload["isDraft"]:
            yield _act("released", payload["author"], payload["publishedAt"], text=payload["description"])
    elif kind == "repository":
        if payload["creator"]:
            yield _act("created", {"login": payload["creator"]}, payload["createdAt"], state=INFERRED)
    else:
        yield _act("opened", payload["author"], payload["createdAt"], url=payload["url"])
        if payload.get("mergedAt"):
            yield _act("merged", payload["mergedBy"], payload["mergedAt"])
        yield from _words(payload)
        yield from _reviews(payload)
        yield from _triage(payload)


def _act(act: str, actor: dict[str, Any] | None, at: str | None, **more: Any) -> dict[str, Any]:
    return {"act": act, "actor": login(actor), "at": at, **more}


def _words(payload: dict[str, Any]) -> Iterator[dict[str, Any]]:
    replies = [reply for page in payload.get("replies", {}).values() for reply in page if reply]
    for comment in (*nodes(payload, "comments"), *replies):
        yield _act(
            "commented", comment["author"], comment["createdAt"], text=comment["body"] or None, url=comment["url"]
        )


def _reviews(payload: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for review in nodes(payload, "reviews"):
        if review["state"] == "PENDING":  # still being written: seen by nobody else
            continue
        yield _act(
            "reviewed", review["author"], review["submittedAt"] or review["createdAt"], text=review["body"] or None,
            url=review["url"], state=review["state"].casefold(), count=1 + review["comments"]["totalCount"],
        )  # fmt: skip


def _triage(payload: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for event in nodes(payload, "timelineItems"):
        act = TRIAGE_EVENTS.get(event["__typename"])
        # GitHub tells a merge as a closing too.
        if act and not (act == "closed" and event["createdAt"] >= (payload.get("mergedAt") or "9999")):
            yield _act(act, event["actor"], event["createdAt"])
