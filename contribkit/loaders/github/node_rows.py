"""Rows of the tables of threads, acts and references, from the nodes that the store holds."""

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pandas as pd

from contribkit.config.organisation import Organisation
from contribkit.ids import casefold_id, linked_refs, passages
from contribkit.loaders.github.cache import CachedNode, Store
from contribkit.loaders.github.hydrate import OWN, citations, source_ref
from contribkit.loaders.github.queries import MERGE_EVENTS, NAMES, TRIAGE_EVENTS, dig, nodes
from contribkit.loaders.source import Loaded
from contribkit.tables import ACTS, REFERENCES, THREADS, conform

Row = dict[str, Any]
INFERRED = "inferred"  # the state of an act of which GitHub does not say who did it
_KINDS = {"pull": "pull_request", "issue": "issue", "discussion": "discussion"}
_CONTEXT = 1_000  # characters
_FORM_FIELD = re.compile(r"(?m)^### (.{1,80}?)\r?\n\s*\n(.{1,200}?)\r?$")


def login(actor: Row | None) -> str | None:
    """Return the login of an account; None for one that was deleted. A machine's is written as people see it."""
    name: str | None = dig(actor, "login")
    is_bot = dig(actor, "__typename") == "Bot"
    return f"{name}[bot]" if name and is_bot and not name.endswith("[bot]") else name


def _parents(issue: Row | None) -> Iterator[str]:
    """Yield the issue of which one is a sub-issue, and those above it."""
    while issue := dig(issue, "parent"):
        yield f"{issue['repository']['nameWithOwner']}#{issue['number']}"


class NodeTables:
    """Makes tables of what a store holds of an organisation; `host` is that of links."""

    def __init__(self, store: Store, organisation: Organisation, host: str) -> None:
        self._store, self._organisation, self._host = store, organisation, host
        self._places: dict[str, tuple[str, bool]] = {
            identifier: (name if organisation.is_in_scope(name) else configured or name, bool(private))
            for identifier, name, configured, private in store.rows("repositories")
        }

    def loaded(self, spans: set[str]) -> Loaded:
        """Return threads with an act of a member inside the spans (``start/end`` each), those acts, and references."""
        pointing = [(self._own_place(node), node.payload or {}) for node in self._store.of_kinds(*OWN.values())]
        own = {casefold_id(place["id"]): place for place, _ in pointing}
        threads: list[Row] = []
        acts: list[Row] = []
        references: list[Row] = []
        ties: dict[str, dict[str, Row]] = {}
        cut = sum(bool(dig(payload, "comments", "pageInfo", "hasPreviousPage")) for _, payload in pointing)
        counts = Counter(gone=self._store.gone(), own=cut)
        inside = [tuple(span.split("/")) for span in spans]
        for node in self._store.of_kinds(*_KINDS, "release", "repository"):
            payload = node.payload or {}
            done = [act for act in self._acts(node.kind, payload) if act["actor"] and act["at"]]
            within = [act for act in done if any(start <= act["at"] < end for start, end in inside)]
            # That a pull request was merged is its author's act too.
            actors = {act["actor"] for act in within} | {_who(payload) for act in within if act["act"] == "merged"}
            if not any(map(self._organisation.member, actors)):
                continue
            row = self._row(node, done)
            threads.append(row)
            acts.extend(act | {"ref": row["ref"]} for act in within)
            for event in nodes(payload, "timelineItems"):
                source = source_ref(event)
                if source and self._organisation.is_own_side(source):
                    ties.setdefault(event["source"]["id"], {})[casefold_id(row["ref"])] = event | {"ref": row["ref"]}
            if node.kind in _KINDS:
                references.extend(self._cited(payload, row["ref"], own))
            counts.update(_cuts(node))
        for place, payload in pointing:
            references.extend(self._pointing(place, payload, ties.get(payload["id"], {})))
        return Loaded(
            threads=conform(pd.DataFrame(threads).assign(source="github"), THREADS),
            acts=conform(pd.DataFrame(acts).assign(source="github"), ACTS),
            references=conform(pd.DataFrame(references), REFERENCES),
            notes=[sentence.format(counts[name]) for name, sentence in NAMES["notes"].items() if counts[name]],
        )

    def _acts(self, kind: str, payload: Row) -> Iterator[Row]:
        if kind == "release":
            if payload["publishedAt"] and not payload["isDraft"]:
                yield _act("released", payload, payload["publishedAt"], text=payload["description"])
        elif kind == "repository":
            yield _act("created", payload, payload["createdAt"], actor=payload["creator"], state=INFERRED)
        else:
            yield _act("opened", payload, payload["createdAt"], url=payload["url"])
            if merged_at := payload.get("mergedAt"):
                yield _act("merged", payload, merged_at, actor=login(self._merger(payload)))
            replies = [reply for page in payload.get("replies", {}).values() for reply in page["nodes"] if reply]
            for comment in (*nodes(payload, "comments"), *replies):
                text = comment["body"] or None
                yield _act("commented", comment, comment["createdAt"], text=text, url=comment["url"])
            for review in nodes(payload, "reviews"):
                if review["state"] != "PENDING":  # still being written: seen by nobody else
                    about = {"text": review["body"] or None, "url": review["url"], "state": review["state"].casefold()}
                    about["count"] = 1 + (dig(review, "comments", "totalCount") or 0)
                    yield _act("reviewed", review, review["submittedAt"] or review["createdAt"], **about)
            for event in nodes(payload, "timelineItems"):
                act, at = TRIAGE_EVENTS.get(event["__typename"]), event.get("createdAt")
                if act and not (act == "closed" and merged_at and at >= merged_at):  # a merge is told as a closing too
                    yield _act(act, event, at)

    def _merger(self, payload: Row) -> Row | None:
        """Return who merged: where a machine did, the person who asked it to."""
        merger: Row | None = payload.get("mergedBy")
        if merger and not self._organisation.is_bot(login(merger)) and merger.get("__typename") != "Bot":
            return merger
        asked = [event for event in nodes(payload, "timelineItems") if event["__typename"] in MERGE_EVENTS]
        people = [event.get(MERGE_EVENTS[event["__typename"]]) for event in asked]
        return next(filter(None, reversed(people)), merger)

    def _row(self, node: CachedNode, done: list[Row]) -> Row:
        payload = node.payload or {}
        repo, private = self._places[payload["repository"]["id"]]
        row: Row = {"repo": repo, "private": private, "kind": _KINDS.get(node.kind, node.kind)}
        if node.kind == "repository":
            return row | {
                "ref": repo, "url": f"https://{self._host}/{repo}", "title": f"New repository {repo}",
                "author": payload["creator"], "labels": [f"creator: {INFERRED} from the first commit"],
                "opened_at": payload["createdAt"],
            }  # fmt: skip
        row |= {"url": payload["url"], "author": (author := _who(payload))}
        if node.kind == "release":
            tag, text = payload["tagName"], payload["description"]
            return row | {
                "ref": f"{repo}@{tag}", "title": payload["name"] or f"{repo.split('/')[1]} {tag}",
                "body": text or None, "opened_at": payload["publishedAt"], "links_out": linked_refs(text, self._host),
            }  # fmt: skip
        ref = f"{repo}#{payload['number']}"
        # Of a thread whose early acts are not loaded, nobody knows the first response.
        parts = ("comments", "reviews", "timelineItems")
        is_cut = any(dig(payload, name, "pageInfo", "hasPreviousPage") for name in parts)
        others = [] if is_cut else [one for one in done if one["actor"] != author]
        responses = [one["at"] for one in others if not self._organisation.is_bot(one["actor"])]
        closes = [source_ref({"source": issue}) or "" for issue in nodes(payload, "closingIssuesReferences")]
        links_out = dict.fromkeys([*linked_refs(payload["body"], self._host), *closes])
        links_in: dict[str, Row] = {}
        for event in nodes(payload, "timelineItems"):
            if other := source_ref(event):
                source = event["source"]
                link = {"ref": other, "title": source["title"], "by": _who(event), "date": event["createdAt"]}
                links_in.setdefault(other, link | ({"private": True} if source["repository"]["isPrivate"] else {}))
        row |= {column: payload.get(name) for column, name in NAMES["thread_columns"].items()}
        return row | {
            "ref": ref, "body": payload["body"] or None,
            "author_is_bot": True if author and author.endswith("[bot]") else None,
            "labels": [label["name"] for label in nodes(payload, "labels")],
            "files": [file["path"] for file in nodes(payload, "files")],
            "state": payload["state"].casefold() if "state" in payload else None,
            "merged_by": login(self._merger(payload)) if payload.get("mergedAt") else None,
            "participants": list(dict.fromkeys(filter(None, [author, *(act["actor"] for act in done)]))),
            "first_response_at": min(responses, default=None), "links_in": [*links_in.values()],
            "links_out": [other for other in links_out if other != ref],
        }  # fmt: skip

    def _own_place(self, node: CachedNode) -> Row:
        payload = node.payload or {}
        repo, private = self._places[payload["repository"]["id"]]
        return {
            "source": repo, "kind": _KINDS[node.kind.removeprefix("own_")], "id": f"{repo}#{payload['number']}",
            "url": payload["url"], "title": payload["title"], "private": private,
            "labels": [label["name"] for label in nodes(payload, "labels")],
            "context": (payload["body"] or "")[:_CONTEXT] or None, "milestone": dig(payload, "milestone", "title"),
            "form": [": ".join(field) for field in _FORM_FIELD.findall(payload["body"] or "")],
            "parents": list(_parents(payload)),
        }  # fmt: skip

    def _pointing(self, place: Row, payload: Row, told: dict[str, Row]) -> Iterator[Row]:
        """Yield a row for each thread at which one of the own side points; `told` are GitHub's cross-references."""
        said: dict[str, Row] = {}
        for words in (payload, *nodes(payload, "comments")):
            for ref, text, context in passages(words["body"] or "", self._organisation.is_own, self._host):
                first = said.setdefault(ref, {"date": words["createdAt"], "by": _who(words)})  # tells when
                first["text"] = "\n\n".join(filter(None, (first.get("text"), text)))
                first["context"] = "\n\n".join(filter(None, (first.get("context"), context))) or None
        for ref, row in said.items():
            if event := told.get(casefold_id(ref)):  # GitHub's own word on when and by whom
                row |= {"date": event["createdAt"], "by": _who(event) or row["by"]}
            yield place | row | {"ref": ref, "direction": "in"}
        known = set(map(casefold_id, said))
        for event in (event for ref, event in told.items() if ref not in known):
            # By a name that changed since, or in a comment that is not there.
            yield place | {"date": event["createdAt"], "by": _who(event)} | {"ref": event["ref"], "direction": "in"}

    def _cited(self, payload: Row, ref: str, own: dict[str, Row]) -> Iterator[Row]:
        for target, words in citations(payload, self._organisation, self._host):
            if place := own.get(casefold_id(target)):
                cites = passages(words["body"], lambda repo: False, self._host)
                text = "\n\n".join(text for found, text, _ in cites if casefold_id(found) == casefold_id(target))
                about = {"date": words["createdAt"], "by": _who(words), "text": text}
                yield place | about | {"ref": ref, "direction": "out"}


def _act(act: str, told: Row, at: str | None, **more: Any) -> Row:
    return {"act": act, "actor": _who(told), "at": at, **more}


def _who(told: Row) -> str | None:
    return login(told.get("author") or told.get("actor"))


def _cuts(node: CachedNode) -> Row:
    payload = node.payload or {}
    pages = {name: [payload[name]] for name in ("files", "labels", "closingIssuesReferences") if payload.get(name)}
    pages["replies"] = [*payload.get("replies", {}).values()]
    cut = {name: sum(page["totalCount"] > len(page["nodes"]) for page in of) for name, of in pages.items()}
    return cut | {
        "made": node.kind == "repository",
        "undated": sum(not one["submittedAt"] and one["state"] != "PENDING" for one in nodes(payload, "reviews")),
        # The schema has no link without its source: where that may not be seen, the whole entry is null.
        "hidden": sum(event is None for event in dig(payload, "timelineItems", "nodes") or ()),
    }
