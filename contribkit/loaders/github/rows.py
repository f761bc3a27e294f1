"""Rows of the threads table, from what GitHub said of threads, releases and new repositories."""

from typing import TYPE_CHECKING, Any

from contribkit.ids import links
from contribkit.loaders.github.acts import INFERRED, login
from contribkit.loaders.github.linking import source_ref
from contribkit.loaders.github.store import Thing
from contribkit.loaders.github.threads import nodes

if TYPE_CHECKING:
    from contribkit.config.organisation import Organisation

KINDS = {"pull": "pull_request", "issue": "issue", "discussion": "discussion"}
"""Kinds of threads as the store has them, and as the table does."""


def thread_row(thing: Thing, repo: str, done: list[dict[str, Any]], organisation: "Organisation") -> dict[str, Any]:
    """Return the row of a thing.

    Parameters
    ----------
    thing
        A thread, release or new repository that may be seen.
    repo
        The name of its repository.
    done
        Every act in it, of everybody.
    organisation
        Who is a bot.
    """
    assert thing.payload is not None
    if thing.kind == "release":
        return _release(thing.payload, repo)
    if thing.kind == "repository":
        return _repository(thing.payload, repo)
    return _thread(thing, repo, done, organisation)


def _release(payload: dict[str, Any], repo: str) -> dict[str, Any]:
    return {
        "ref": f"{repo}@{payload['tagName']}",
        "kind": "release",
        "url": payload["url"],
        "title": payload["name"] or f"{repo.split('/')[1]} {payload['tagName']}",
        "body": payload["description"] or None,
        "author": login(payload["author"]),
        "opened_at": payload["publishedAt"],
        "links_out": _links(payload["description"]),
    }


def _repository(payload: dict[str, Any], repo: str) -> dict[str, Any]:
    return {
        "ref": repo,
        "kind": "repository",
        "url": f"https://github.com/{repo}",
        "title": f"New repository {repo}",
        "author": payload["creator"],
        "labels": [f"creator: {INFERRED} from the first commit"],
        "opened_at": payload["createdAt"],
    }


def _thread(thing: Thing, repo: str, done: list[dict[str, Any]], organisation: "Organisation") -> dict[str, Any]:
    payload = thing.payload or {}
    author = login(payload["author"])
    ref = f"{repo}#{payload['number']}"
    return {
        "ref": ref,
        "kind": KINDS[thing.kind],
        "number": payload["number"],
        "url": payload["url"],
        "title": payload["title"],
        "body": payload["body"] or None,
        "author": author,
        "author_association": payload["authorAssociation"],
        "author_is_bot": True if author and author.endswith("[bot]") else None,
        "labels": [label["name"] for label in nodes(payload, "labels")],
        "files": [file["path"] for file in nodes(payload, "files")],
        "additions": payload.get("additions"),
        "deletions": payload.get("deletions"),
        "state": payload["state"].casefold() if "state" in payload else None,
        "opened_at": payload["createdAt"],
        "merged_at": payload.get("mergedAt"),
        "closed_at": payload.get("closedAt"),
        "merged_by": login(payload.get("mergedBy")),
        "participants": list(dict.fromkeys(filter(None, [author, *(act["actor"] for act in done)]))),
        "first_response_at": _first_response(thing, author, done, organisation),
        "links_out": [other for other in _links_out(payload) if other != ref],
        "links_in": _links_in(payload),
    }


def _first_response(
    thing: Thing, author: str | None, done: list[dict[str, Any]], organisation: "Organisation"
) -> str | None:
    """Return the time of the first act of a person who is not the author; unknown where early ones are not loaded."""
    if thing.since:
        return None
    times = [act["at"] for act in done if act["actor"] != author and not organisation.is_bot(act["actor"])]
    return min(times, default=None)


def _links_out(payload: dict[str, Any]) -> list[str]:
    closes = [
        f"{one['repository']['nameWithOwner']}#{one['number']}" for one in nodes(payload, "closingIssuesReferences")
    ]
    return list(dict.fromkeys([*_links(payload["body"]), *closes]))


def _links(text: str | None) -> list[str]:
    return list(dict.fromkeys(link.ref for link in links(text or "")))


def _links_in(payload: dict[str, Any]) -> list[dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for event in nodes(payload, "timelineItems"):
        if ref := source_ref(event):
            source = event["source"]
            link = {"ref": ref, "title": source["title"], "by": login(event["actor"]), "date": event["createdAt"]}
            found.setdefault(ref, link | ({"private": True} if source["repository"]["isPrivate"] else {}))
    return list(found.values())
