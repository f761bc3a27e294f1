"""Rows of the tables of threads, acts and references, from the nodes that the store holds."""

import re
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

import pandas as pd

from contribkit.config.organisation import Organisation
from contribkit.ids import casefold_id, links, passages
from contribkit.loaders.github.cache import CachedNode, Name, Store
from contribkit.loaders.github.hydrate import citations, nodes, source_ref
from contribkit.loaders.github.messages import Coverage
from contribkit.loaders.github.queries import MERGE_EVENTS, TRIAGE_EVENTS
from contribkit.loaders.source import Loaded
from contribkit.tables import ACTS, REFERENCES, THREADS, conform

INFERRED = "inferred"
"""The state of an act of which GitHub does not say who did it."""
_KINDS = {"pull": "pull_request", "issue": "issue", "discussion": "discussion"}
_OWN_KINDS = {"own_issue": "issue", "own_pull": "pull_request"}
_CONTEXT = 1_000  # characters


class _Tie(NamedTuple):
    """That a thread of the own side (by its id) points at an upstream thread, as GitHub tells it."""

    source: str
    ref: str
    event: dict[str, Any]


def tables(store: Store, organisation: Organisation, spans: set[str]) -> Loaded:
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
        identifier: name._replace(now=name.now if organisation.is_in_scope(name.now) else name.configured or name.now)
        for identifier, name in store.repositories().items()
    }
    own = {node.id: node for node in store.of_kinds(*_OWN_KINDS)}
    own_refs = {casefold_id(_own_ref(node, names)): node for node in own.values()}
    threads: list[dict[str, Any]] = []
    acts: list[dict[str, Any]] = []
    ties: list[_Tie] = []
    cited: list[dict[str, Any]] = []
    coverage = Coverage()
    inside = [tuple(span.split("/")) for span in spans]
    for node in store.of_kinds(*_KINDS, "release", "repository"):
        payload = node.payload or {}
        name = names[payload["repository"]["id"]]
        done = [act for act in node_acts(node.kind, payload, organisation) if act["actor"] and act["at"]]
        within = [act for act in done if any(start <= act["at"] < end for start, end in inside)]
        if not _is_members(payload, within, organisation):
            continue
        row = thread_row(node, name.now, done, organisation)
        threads.append(row | {"repo": name.now, "private": name.private, "source": "github"})
        acts.extend(act | {"ref": row["ref"], "source": "github"} for act in within)
        ties.extend(_ties(payload, row["ref"], organisation))
        if node.kind in _KINDS:
            cited.extend(_cited(payload, row["ref"], own_refs, names, organisation))
        coverage.see(node)
    for node in own.values():
        coverage.see_own(node)
    references = [*_pointing(own.values(), names, ties, organisation), *cited]
    for reference in references:
        reference["by_is_bot"] = None if reference["by"] is None else organisation.is_bot(reference["by"])
    return Loaded(
        threads=conform(pd.DataFrame(threads), THREADS),
        acts=conform(pd.DataFrame(acts), ACTS),
        references=conform(pd.DataFrame(references), REFERENCES),
        notes=coverage.notes(store.gone()),
    )


def _is_members(payload: dict[str, Any], within: list[dict[str, Any]], organisation: Organisation) -> bool:
    """Say whether a member did something; that a pull request was merged is its author's act too."""
    actors = [act["actor"] for act in within]
    if any(act["act"] == "merged" for act in within):
        actors.append(login(payload["author"]))
    return any(organisation.member(actor) for actor in actors)


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


def node_acts(kind: str, payload: dict[str, Any], organisation: Organisation) -> Iterator[dict[str, Any]]:
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
            yield _act("merged", _merger(payload, organisation), payload["mergedAt"])
        yield from _comments(payload)
        yield from _reviews(payload)
        yield from _triage(payload)


def _act(act: str, actor: dict[str, Any] | None, at: str | None, **more: Any) -> dict[str, Any]:
    return {"act": act, "actor": login(actor), "at": at, **more}


def _merger(payload: dict[str, Any], organisation: Organisation) -> dict[str, Any] | None:
    """Return who merged: where a machine did, the person who asked it to."""
    merger: dict[str, Any] | None = payload.get("mergedBy")
    if merger and not organisation.is_bot(login(merger)) and merger.get("__typename") != "Bot":
        return merger
    asked = [event for event in nodes(payload, "timelineItems") if event["__typename"] in MERGE_EVENTS]
    people = [event.get(MERGE_EVENTS[event["__typename"]]) for event in asked]
    return next(filter(None, reversed(people)), merger)


def _comments(payload: dict[str, Any]) -> Iterator[dict[str, Any]]:
    replies = [reply for page in (payload.get("replies") or {}).values() for reply in page["nodes"] if reply]
    for comment in (*nodes(payload, "comments"), *replies):
        words = comment["body"] or None
        yield _act("commented", comment["author"], comment["createdAt"], text=words, url=comment["url"])


def _reviews(payload: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for review in nodes(payload, "reviews"):
        if review["state"] == "PENDING":  # still being written: seen by nobody else
            continue
        inline = (review["comments"] or {"totalCount": 0})["totalCount"]
        yield _act(
            "reviewed", review["author"], review["submittedAt"] or review["createdAt"], text=review["body"] or None,
            url=review["url"], state=review["state"].casefold(), count=1 + inline,
        )  # fmt: skip


def _triage(payload: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for event in nodes(payload, "timelineItems"):
        act = TRIAGE_EVENTS.get(event["__typename"])
        # GitHub tells a merge as a closing too.
        if act and not (act == "closed" and event["createdAt"] >= (payload.get("mergedAt") or "9999")):
            yield _act(act, event["actor"], event["createdAt"])


def thread_row(node: CachedNode, repo: str, done: list[dict[str, Any]], organisation: Organisation) -> dict[str, Any]:
    """Return the row of a node.

    Parameters
    ----------
    node
        A thread, release or new repository that may be seen.
    repo
        The name of its repository.
    done
        Every act in it, of everybody.
    organisation
        Who is a bot.
    """
    payload = node.payload or {}
    if node.kind == "release":
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
    if node.kind == "repository":
        return {
            "ref": repo,
            "kind": "repository",
            "url": f"https://github.com/{repo}",
            "title": f"New repository {repo}",
            "author": payload["creator"],
            "labels": [f"creator: {INFERRED} from the first commit"],
            "opened_at": payload["createdAt"],
        }
    return _thread(node, repo, done, organisation)


def _thread(node: CachedNode, repo: str, done: list[dict[str, Any]], organisation: Organisation) -> dict[str, Any]:
    payload = node.payload or {}
    author = login(payload["author"])
    ref = f"{repo}#{payload['number']}"
    return {
        "ref": ref,
        "kind": _KINDS[node.kind],
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
        "merged_by": login(_merger(payload, organisation)) if payload.get("mergedAt") else None,
        "participants": list(dict.fromkeys(filter(None, [author, *(act["actor"] for act in done)]))),
        "first_response_at": _first_response(node, author, done, organisation),
        "links_out": [other for other in _links_out(payload) if other != ref],
        "links_in": _links_in(payload),
    }


def _first_response(
    node: CachedNode, author: str | None, done: list[dict[str, Any]], organisation: Organisation
) -> str | None:
    """Return the time of the first act of a person who is not the author; unknown where early ones are not loaded."""
    if node.since:
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


def _ties(payload: dict[str, Any], ref: str, organisation: Organisation) -> Iterator[_Tie]:
    for event in nodes(payload, "timelineItems"):
        source = source_ref(event)
        if source and organisation.is_own_side(source):
            yield _Tie(event["source"]["id"], ref, event)


def _own_ref(node: CachedNode, names: dict[str, Name]) -> str:
    payload = node.payload or {}
    return f"{names[payload['repository']['id']].now}#{payload['number']}"


def _own_place(node: CachedNode, names: dict[str, Name]) -> dict[str, Any]:
    """Return the columns of a reference that tell of the thread of the own side."""
    payload = node.payload or {}
    name = names[payload["repository"]["id"]]
    return {
        "source": name.now,
        "kind": _OWN_KINDS[node.kind],
        "id": _own_ref(node, names),
        "url": payload["url"],
        "title": payload["title"],
        "labels": [label["name"] for label in nodes(payload, "labels")],
        "private": name.private,
    }


def _pointing(
    own: Iterable[CachedNode], names: dict[str, Name], ties: list[_Tie], organisation: Organisation
) -> Iterator[dict[str, Any]]:
    """Yield a row for each pair of a thread of the own side and one that it points at.

    Parameters
    ----------
    own
        The threads of the own side.
    names
        Name and privacy of every repository by id.
    ties
        The cross-references that GitHub tells.
    organisation
        Which repositories are its own.
    """
    by_source: dict[str, dict[str, _Tie]] = {}
    for tie in ties:
        by_source.setdefault(tie.source, {})[casefold_id(tie.ref)] = tie
    for node in own:
        payload = node.payload or {}
        told = by_source.get(payload["id"], {})
        common = _own_place(node, names) | {"direction": "in"}
        said = _said(payload, organisation)
        for ref, found in said.items():
            if known := told.get(casefold_id(ref)):  # GitHub's own word on when and by whom
                found |= {"date": known.event["createdAt"], "by": login(known.event["actor"]) or found["by"]}
            yield common | found | {"ref": ref}
        for tie in [tie for ref, tie in told.items() if ref not in set(map(casefold_id, said))]:
            # By a name that changed since, or in a comment that is not there.
            about = {"context": (payload["body"] or "")[:_CONTEXT] or None, "date": tie.event["createdAt"]}
            yield common | about | {"ref": tie.ref, "by": login(tie.event["actor"])}


def _said(payload: dict[str, Any], organisation: Organisation) -> dict[str, dict[str, Any]]:
    """Return what a thread says about each foreign thread, in its body and comments; the first place tells when."""
    found: dict[str, dict[str, Any]] = {}
    for place in (payload, *nodes(payload, "comments")):
        for ref, text, context in passages(place["body"] or "", organisation.is_own):
            about = {"date": place["createdAt"], "by": login(place["author"]), "texts": [], "around": []}
            entry = found.setdefault(ref, about)
            entry["texts"].append(text)
            entry["around"].append(context)
    return {
        ref: {
            "date": entry["date"],
            "by": entry["by"],
            "text": "\n\n".join(entry["texts"]),
            "context": "\n\n".join(filter(None, entry["around"])) or None,
        }
        for ref, entry in found.items()
    }


def _cited(
    payload: dict[str, Any], ref: str, own: dict[str, CachedNode], names: dict[str, Name], organisation: Organisation
) -> Iterator[dict[str, Any]]:
    """Yield a row for each thread of the own side that an upstream thread cites: its paragraph, and what it opens.

    Parameters
    ----------
    payload, ref
        The upstream thread.
    own
        The threads of the own side by their name.
    names
        Name and privacy of every repository by id.
    organisation
        Which repositories are its own.
    """
    for target, place in citations(payload, organisation):
        node = own.get(casefold_id(target))
        if node is None:
            continue
        paragraphs = re.split(r"\n[ \t]*\n", (place["body"] or "").replace("\r\n", "\n"))
        said = [one.strip("\n") for one in paragraphs if casefold_id(target) in map(casefold_id, _links(one))]
        yield _own_place(node, names) | {
            "ref": ref,
            "direction": "out",
            "date": place["createdAt"],
            "by": login(place["author"]),
            "text": "\n\n".join(said) or None,
            "context": ((node.payload or {})["body"] or "")[:_CONTEXT] or None,
        }
