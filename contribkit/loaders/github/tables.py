"""From the store to the tables: threads, and what was done in them in the periods that were loaded."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pandas as pd

from contribkit.identifiers import links
from contribkit.loaders.github.acts import INFERRED, acts, login
from contribkit.loaders.github.linking import OWN, is_own_side, source_ref
from contribkit.loaders.github.references import references
from contribkit.loaders.github.store import Store, Thing
from contribkit.loaders.github.threads import nodes
from contribkit.loaders.source import Loaded
from contribkit.tables import ACTS, REFERENCES, THREADS, conform

if TYPE_CHECKING:
    from contribkit.organisation import Organisation

_KINDS = {"pull": "pull_request", "issue": "issue", "discussion": "discussion"}


def tables(store: Store, organisation: "Organisation", spans: set[str]) -> Loaded:
    """Return what the store holds, as tables.

    Acts outside the spans are left out, since not all of them are there; so are threads without an act of a member.

    Parameters
    ----------
    store
        What GitHub said.
    organisation
        Whose members count.
    spans
        The periods that were loaded, ``start/end`` each, as GitHub writes times.
    """
    names = {
        identifier: (name if organisation.is_in_scope(name) else configured or name, private)
        for identifier, (name, configured, private) in store.repositories.names().items()
    }
    threads: list[dict[str, Any]] = []
    rows: list[dict[str, Any]] = []
    pointing: dict[tuple[str, str], dict[str, Any]] = {}
    notes = _Notes()
    inside = [tuple(span.split("/")) for span in spans]
    for thing in store.things.of_kinds(*_KINDS, "release", "repository"):
        assert thing.payload is not None
        name, private = names[thing.payload["repository"]["id"]]
        done = [act for act in acts(thing.kind, thing.payload) if act["actor"]]
        within = [act for act in done if any(start <= act["at"] < end for start, end in inside)]
        if not _is_members(thing.payload, within, organisation):
            continue
        row = _row(thing, name, done, organisation) | {"repo": name, "private": private, "source": "github"}
        threads.append(row)
        rows.extend(act | {"ref": row["ref"], "source": "github"} for act in within)
        pointing |= _pointing(thing.payload, row["ref"], organisation)
        notes.see(thing, within)
    found = references(store.things.of_kinds(*OWN), names, pointing, organisation)
    return Loaded(
        threads=conform(pd.DataFrame(threads), THREADS),
        acts=conform(pd.DataFrame(rows), ACTS),
        references=conform(pd.DataFrame(list(found)), REFERENCES),
        notes=notes.said(),
    )


def _is_members(payload: dict[str, Any], within: list[dict[str, Any]], organisation: "Organisation") -> bool:
    """Say whether a member did something; that a pull request was merged is its author's act too."""
    actors = [act["actor"] for act in within]
    if any(act["act"] == "merged" for act in within):
        actors.append(login(payload["author"]))
    return any(organisation.member(actor) for actor in actors)


def _row(thing: Thing, repo: str, done: list[dict[str, Any]], organisation: "Organisation") -> dict[str, Any]:
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
        "kind": _KINDS[thing.kind],
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


def _pointing(
    payload: dict[str, Any], ref: str, organisation: "Organisation"
) -> Iterator[tuple[tuple[str, str], dict[str, Any]]]:
    """Yield the cross-references from our own side to a thread, by its id there and the thread."""
    for event in nodes(payload, "timelineItems"):
        source = source_ref(event)
        if source and is_own_side(organisation, source):
            yield (event["source"]["id"], ref), event


class _Notes:
    """What a reader should know of what GitHub does not say."""

    def __init__(self) -> None:
        self._made = self._undated = 0

    def see(self, thing: Thing, done: list[dict[str, Any]]) -> None:
        """Look at one thing."""
        self._made += thing.kind == "repository"
        reviews = nodes(thing.payload or {}, "reviews")
        self._undated += sum(not review["submittedAt"] and review["state"] != "PENDING" for review in reviews)

    def said(self) -> list[str]:
        """Return sentences."""
        notes = []
        if self._made:
            notes.append(
                f"GitHub does not say who created a repository: of {self._made} the author of the first commit is taken"
            )
        if self._undated:
            notes.append(f"{self._undated} reviews bear no time of submission: the time when they were begun is taken")
        return notes
