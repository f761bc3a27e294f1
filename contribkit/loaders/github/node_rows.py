"""Rows of the tables of threads, acts and references, from the nodes that the store holds."""

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pandas as pd

from contribkit.config.organisation import Organisation
from contribkit.ids import casefold_id, linked_refs, passages
from contribkit.loaders.github.cache import CachedNode, Store
from contribkit.loaders.github.hydrate import citations, source_ref
from contribkit.loaders.github.load_context import nodes
from contribkit.loaders.github.queries import MERGE_EVENTS, TRIAGE_EVENTS
from contribkit.loaders.source import Loaded
from contribkit.tables import ACTS, REFERENCES, THREADS, conform

Row = dict[str, Any]
INFERRED = "inferred"
"""The state of an act of which GitHub does not say who did it."""
_KINDS = {"pull": "pull_request", "issue": "issue", "discussion": "discussion"}
_OWN_KINDS = {"own_issue": "issue", "own_pull": "pull_request"}
_CONTEXT = 1_000  # characters
_FORM_FIELD = re.compile(r"(?m)^### (.{1,80}?)\r?\n\s*\n(.{1,200}?)\r?$")
# Columns that are what GitHub says under another name.
_THREAD = {
    "number": "number", "url": "url", "title": "title", "author_association": "authorAssociation",
    "additions": "additions", "deletions": "deletions", "opened_at": "createdAt", "merged_at": "mergedAt",
    "closed_at": "closedAt",
}  # fmt: skip
# Of each connection the first page is read, as in the fragments; GitHub says how much there is.
_CUT = {
    "files": "pull requests that change more than {0} files the first {0} are read",
    "labels": "threads with more than {0} labels the first {0} are read",
    "closingIssuesReferences": "pull requests that close more than {0} issues the first {0} are read",
}
_NOTES = {
    "made": "GitHub does not say who created a repository: of {0} the author of the first commit is taken",
    "undated": "{0} reviews have no time of submission: the time when they were begun is taken",
    "hidden": "{0} links come from threads that the token may not see",
    "gone": "{0} threads that were found cannot be read: they are gone, or the token may not see them",
    "own": "of {0} threads of our own side only the last comments are read",
    "replies": "of {0} comments in discussions only the last 100 replies are read",
}


def tables(store: Store, organisation: Organisation, spans: set[str], host: str) -> Loaded:
    """Return what the store holds, as tables; `host` is that of links.

    Acts outside the spans (``start/end`` each, as GitHub writes times) are left out, since not all of them are there;
    so are threads without an act of a member.
    """
    names = {
        identifier: (name if organisation.is_in_scope(name) else configured or name, bool(private))
        for identifier, name, configured, private in store.repositories()
    }
    pointing = [_own_place(node, names) for node in store.of_kinds(*_OWN_KINDS)]
    own = {casefold_id(place["id"]): place for place, _ in pointing}
    threads: list[Row] = []
    acts: list[Row] = []
    cited: list[Row] = []
    ties: dict[str, dict[str, Row]] = {}
    pages = [(payload.get("comments") or {}).get("pageInfo") or {} for _, payload in pointing]
    counts = Counter(gone=store.gone(), own=sum(bool(page.get("hasPreviousPage")) for page in pages))
    inside = [tuple(span.split("/")) for span in spans]
    for node in store.of_kinds(*_KINDS, "release", "repository"):
        payload = node.payload or {}
        repo, private = names[payload["repository"]["id"]]
        done = [act for act in node_acts(node.kind, payload, organisation) if act["actor"] and act["at"]]
        within = [act for act in done if any(start <= act["at"] < end for start, end in inside)]
        # That a pull request was merged is its author's act too.
        actors = [act["actor"] for act in within] + [login(payload["author"]) for a in within if a["act"] == "merged"]
        if not any(map(organisation.member, actors)):
            continue
        row = _row(node, repo, done, organisation, host) | {"repo": repo, "private": private}
        threads.append(row)
        acts.extend(act | {"ref": row["ref"]} for act in within)
        for event in nodes(payload, "timelineItems"):
            source = source_ref(event)
            if source and organisation.is_own_side(source):
                ties.setdefault(event["source"]["id"], {})[casefold_id(row["ref"])] = event | {"ref": row["ref"]}
        if node.kind in _KINDS:
            cited.extend(_cited(payload, row["ref"], own, organisation, host))
        _count(node, counts)
    references: list[Row] = []
    for place, payload in pointing:
        references.extend(_pointing(place, payload, ties.get(payload["id"], {}), organisation, host))
    for reference in (*references, *cited):
        reference["by_is_bot"] = None if reference["by"] is None else organisation.is_bot(reference["by"])
    notes = [sentence.format(counts[name]) for name, sentence in _NOTES.items() if counts[name]]
    cut = [f"of {number} {words}" for words, number in counts.items() if words not in _NOTES and number]
    return Loaded(
        threads=conform(pd.DataFrame(threads).assign(source="github"), THREADS),
        acts=conform(pd.DataFrame(acts).assign(source="github"), ACTS),
        references=conform(pd.DataFrame([*references, *cited]), REFERENCES),
        notes=[*notes, *cut],
    )


def _count(node: CachedNode, counts: Counter[str]) -> None:
    payload = node.payload or {}
    counts["made"] += node.kind == "repository"
    reviews = nodes(payload, "reviews")
    counts["undated"] += sum(not one["submittedAt"] and one["state"] != "PENDING" for one in reviews)
    # The schema has no link without its source: where that may not be seen, the whole entry is null.
    counts["hidden"] += sum(event is None for event in (payload.get("timelineItems") or {}).get("nodes") or [])
    pages = (payload.get("replies") or {}).values()
    counts["replies"] += sum(page["totalCount"] > len(page["nodes"]) for page in pages)
    for name, words in _CUT.items():
        there = len(nodes(payload, name))
        counts[words.format(there)] += (payload.get(name) or {}).get("totalCount", there) > there


def login(actor: Row | None) -> str | None:
    """Return the login of an account; None for one that was deleted. A machine's is written as people see it."""
    name: str | None = (actor or {}).get("login")
    is_bot = (actor or {}).get("__typename") == "Bot"
    return f"{name}[bot]" if name and is_bot and not name.endswith("[bot]") else name


def node_acts(kind: str, payload: Row, organisation: Organisation) -> Iterator[Row]:
    """Yield every act in a thread, release or new repository, of everybody."""
    if kind == "release":
        if payload["publishedAt"] and not payload["isDraft"]:
            yield _act("released", payload["author"], payload["publishedAt"], text=payload["description"])
    elif kind == "repository":
        yield _act("created", {"login": payload["creator"]}, payload["createdAt"], state=INFERRED)
    else:
        yield _act("opened", payload["author"], payload["createdAt"], url=payload["url"])
        if payload.get("mergedAt"):
            yield _act("merged", _merger(payload, organisation), payload["mergedAt"])
        replies = [reply for page in (payload.get("replies") or {}).values() for reply in page["nodes"] if reply]
        for comment in (*nodes(payload, "comments"), *replies):
            text = comment["body"] or None
            yield _act("commented", comment["author"], comment["createdAt"], text=text, url=comment["url"])
        for review in nodes(payload, "reviews"):
            if review["state"] != "PENDING":  # still being written: seen by nobody else
                about = {"text": review["body"] or None, "url": review["url"], "state": review["state"].casefold()}
                about["count"] = 1 + (review["comments"] or {"totalCount": 0})["totalCount"]
                yield _act("reviewed", review["author"], review["submittedAt"] or review["createdAt"], **about)
        for event in nodes(payload, "timelineItems"):
            act = TRIAGE_EVENTS.get(event["__typename"])
            # GitHub tells a merge as a closing too.
            if act and not (act == "closed" and event["createdAt"] >= (payload.get("mergedAt") or "9999")):
                yield _act(act, event["actor"], event["createdAt"])


def _act(act: str, actor: Row | None, at: str | None, **more: Any) -> Row:
    return {"act": act, "actor": login(actor), "at": at, **more}


def _merger(payload: Row, organisation: Organisation) -> Row | None:
    """Return who merged: where a machine did, the person who asked it to."""
    merger: Row | None = payload.get("mergedBy")
    if merger and not organisation.is_bot(login(merger)) and merger.get("__typename") != "Bot":
        return merger
    asked = [event for event in nodes(payload, "timelineItems") if event["__typename"] in MERGE_EVENTS]
    people = [event.get(MERGE_EVENTS[event["__typename"]]) for event in asked]
    return next(filter(None, reversed(people)), merger)


def _row(node: CachedNode, repo: str, done: list[Row], organisation: Organisation, host: str) -> Row:
    payload = node.payload or {}
    if node.kind == "repository":
        return {
            "ref": repo, "kind": "repository", "url": f"https://{host}/{repo}", "title": f"New repository {repo}",
            "author": payload["creator"], "labels": [f"creator: {INFERRED} from the first commit"],
            "opened_at": payload["createdAt"],
        }  # fmt: skip
    author = login(payload["author"])
    if node.kind == "release":
        return {
            "ref": f"{repo}@{payload['tagName']}", "kind": "release", "url": payload["url"], "author": author,
            "title": payload["name"] or f"{repo.split('/')[1]} {payload['tagName']}",
            "body": payload["description"] or None, "opened_at": payload["publishedAt"],
            "links_out": linked_refs(payload["description"], host),
        }  # fmt: skip
    ref = f"{repo}#{payload['number']}"
    # Of a thread whose early acts are not loaded, nobody knows the first response.
    others = [] if node.since else [one for one in done if one["actor"] != author]
    responses = [one["at"] for one in others if not organisation.is_bot(one["actor"])]
    closes = [source_ref({"source": issue}) or "" for issue in nodes(payload, "closingIssuesReferences")]
    links_out = dict.fromkeys([*linked_refs(payload["body"], host), *closes])
    links_in: dict[str, Row] = {}
    for event in nodes(payload, "timelineItems"):
        if other := source_ref(event):
            source = event["source"]
            link = {"ref": other, "title": source["title"], "by": login(event["actor"]), "date": event["createdAt"]}
            links_in.setdefault(other, link | ({"private": True} if source["repository"]["isPrivate"] else {}))
    return {column: payload.get(name) for column, name in _THREAD.items()} | {
        "ref": ref,
        "kind": _KINDS[node.kind],
        "body": payload["body"] or None,
        "author": author,
        "author_is_bot": True if author and author.endswith("[bot]") else None,
        "labels": [label["name"] for label in nodes(payload, "labels")],
        "files": [file["path"] for file in nodes(payload, "files")],
        "state": payload["state"].casefold() if "state" in payload else None,
        "merged_by": login(_merger(payload, organisation)) if payload.get("mergedAt") else None,
        "participants": list(dict.fromkeys(filter(None, [author, *(act["actor"] for act in done)]))),
        "first_response_at": min(responses, default=None),
        "links_out": [other for other in links_out if other != ref],
        "links_in": [*links_in.values()],
    }


def _own_place(node: CachedNode, names: dict[str, tuple[str, bool]]) -> tuple[Row, Row]:
    """Return the columns of a reference that describe a thread of the own side, from what GitHub says about it."""
    payload = node.payload or {}
    repo, private = names[payload["repository"]["id"]]
    place = {
        "source": repo, "kind": _OWN_KINDS[node.kind], "id": f"{repo}#{payload['number']}",
        "url": payload["url"], "title": payload["title"], "private": private,
        "labels": [label["name"] for label in nodes(payload, "labels")],
        "context": (payload["body"] or "")[:_CONTEXT] or None,
        "milestone": (payload.get("milestone") or {}).get("title"),
        "form": [": ".join(field) for field in _FORM_FIELD.findall(payload["body"] or "")],
    }  # fmt: skip
    return place, payload


def _pointing(place: Row, payload: Row, told: dict[str, Row], organisation: Organisation, host: str) -> Iterator[Row]:
    """Yield a row for each thread at which one of the own side points; `told` are GitHub's cross-references to them."""
    said: dict[str, Row] = {}
    for words in (payload, *nodes(payload, "comments")):
        for ref, text, context in passages(words["body"] or "", organisation.is_own, host):
            first = said.setdefault(ref, {"date": words["createdAt"], "by": login(words["author"])})  # tells when
            first["text"] = "\n\n".join(filter(None, (first.get("text"), text)))
            first["context"] = "\n\n".join(filter(None, (first.get("context"), context))) or None
    for ref, row in said.items():
        if event := told.get(casefold_id(ref)):  # GitHub's own word on when and by whom
            row |= {"date": event["createdAt"], "by": login(event["actor"]) or row["by"]}
        yield place | row | {"ref": ref, "direction": "in"}
    known = set(map(casefold_id, said))
    for event in (event for ref, event in told.items() if ref not in known):
        # By a name that changed since, or in a comment that is not there.
        about = {"date": event["createdAt"], "by": login(event["actor"])}
        yield place | about | {"ref": event["ref"], "direction": "in"}


def _cited(payload: Row, ref: str, own: dict[str, Row], organisation: Organisation, host: str) -> Iterator[Row]:
    """Yield a row for each thread of the own side that an upstream thread cites: its paragraph, and what it opens."""
    for target, words in citations(payload, organisation, host):
        if place := own.get(casefold_id(target)):
            cites = passages(words["body"], lambda repo: False, host)
            text = "\n\n".join(text for found, text, _ in cites if casefold_id(found) == casefold_id(target))
            about = {"date": words["createdAt"], "by": login(words["author"]), "text": text}
            yield place | about | {"ref": ref, "direction": "out"}
