"""Queries: what is asked of GitHub, and the request that many of them make.

Their GraphQL is in queries.graphql. queries.csv says of each kind how many a request holds at first, how many entries a
page (0: none); for how many connections one query asks then, a hundred of which cost a point; how many a request holds
at the most; what people call it; and the kind that takes GitHub as long, so that both learn their size together.
"""

import csv
import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

MAX_IDS = 100  # in one list: GitHub refuses more

# Act by the name of the timeline event that GitHub has for it.
TRIAGE_EVENTS = {
    "LabeledEvent": "labelled", "UnlabeledEvent": "unlabelled", "AssignedEvent": "assigned",
    "UnassignedEvent": "unassigned", "ClosedEvent": "closed", "ReopenedEvent": "reopened",
    "TransferredEvent": "transferred", "MilestonedEvent": "milestoned", "DemilestonedEvent": "demilestoned",
}  # fmt: skip
# Who asked a machine to merge, and under which name GitHub tells it.
MERGE_EVENTS = {
    "AddedToMergeQueueEvent": "enqueuer", "AutoMergeEnabledEvent": "enabler", "AutoSquashEnabledEvent": "enabler",
    "AutoRebaseEnabledEvent": "enabler",
}  # fmt: skip
_EVENTS = {
    "triage": [*TRIAGE_EVENTS],
    "events": ["CrossReferencedEvent", *TRIAGE_EVENTS],
    "pull_events": ["CrossReferencedEvent", *MERGE_EVENTS, *TRIAGE_EVENTS],
}
_VERBATIM = {"type", "count", *_EVENTS}  # what is GraphQL already, unlike a text, which is quoted


class Query(NamedTuple):
    """One thing to ask: its kind, and what the kind needs to know, in JSON's types."""

    kind: str
    argument: dict[str, Any]

    @property
    def key(self) -> str:
        """The query as a text, the same for equal ones."""
        return f"{self.kind} {json.dumps(self.argument, sort_keys=True)}"

    def replace(self, **changes: Any) -> "Query":
        """Return the same query with other arguments."""
        return self._replace(argument=self.argument | changes)


class QueryKind(NamedTuple):
    """A line of queries.csv."""

    size: int
    page: int
    connections: int
    most: int
    word: str
    like: str


class Request(NamedTuple):
    """GraphQL, the values of its variables, each query with the path of its answer, and about what it costs."""

    document: str
    variables: dict[str, list[str]]
    paths: list[tuple[Query, tuple[str | int, ...]]]
    points: int = 1


_CSV, _GRAPHQL = (Path(__file__).with_suffix(name).read_text(encoding="utf-8") for name in (".csv", ".graphql"))
KINDS = {
    kind: QueryKind(int(size), int(page), int(connections), int(most), word, like)
    for kind, size, page, connections, most, word, like in [*csv.reader(_CSV.splitlines())][1:]
}
_SOURCE = re.sub(r"(?m)^#.*\n", "", _GRAPHQL).strip()
_PARTS = {part.split()[1]: part for part in re.split(r"\n+(?=query |fragment )", _SOURCE)}
# The field of one query by kind; what else is there are fragments.
_FIELDS = {name: part[part.index("{") + 1 : -1] for name, part in _PARTS.items() if part.startswith("query")}


def compose(queries: Iterable[Query], pages: dict[str, int] | None = None, lacking: Iterable[str] = ()) -> Request:
    """Return the request that asks queries, with pages as long as told, and without what a server is lacking."""
    fields: list[str] = []
    variables: dict[str, list[str]] = {}
    paths: list[tuple[Query, tuple[str | int, ...]]] = []
    by_id: dict[str, list[Query]] = {}
    cost = 0
    events = {
        name: f"[{', '.join(item_type(event) for event in of if event not in lacking)}]" for name, of in _EVENTS.items()
    }
    pages = {name: kind.page for name, kind in KINDS.items()} | (pages or {})
    for query in queries:
        cost += KINDS[query.kind].connections
        if query.kind not in _FIELDS:
            by_id.setdefault(query.kind, []).append(query)
            continue
        values = events | {"page": pages[query.kind]} | _values(query.argument)
        paths.append((query, (f"f{len(fields)}",)))
        fields.append(f"f{len(fields)}: {_filled(_FIELDS[query.kind], values)}".replace(", after: null", ""))
    for kind, group in by_id.items():
        for start in range(0, len(group), MAX_IDS):
            alias, part = f"f{len(fields)}", group[start : start + MAX_IDS]
            fields.append(f"{alias}: nodes(ids: ${alias}) {{ __typename ...{kind} }}")
            variables[alias] = [query.argument["id"] for query in part]
            paths.extend((query, (alias, number)) for number, query in enumerate(part))
    given = ", ".join(f"${name}: [ID!]!" for name in variables)
    body = "\n".join([f"query({given}) {{" if given else "query {", *fields, "}"])
    fragments: dict[str, str] = {}
    while missing := set(re.findall(r"\.\.\.(\w+)", "".join((body, *fragments.values())))) - fragments.keys():
        for name in missing:
            lines = [one for one in _PARTS[name].split("\n") if not set(re.findall(r"\w+", one)).intersection(lacking)]
            fragments[name] = _filled("\n".join(lines), events | {"page": pages.get(name, 0)})
    document = "\n".join([body, *(fragments[name] for name in sorted(fragments))])
    return Request(document, variables, paths, max(1, round(cost / 100)))


def item_type(event: str) -> str:
    """Return the name of an event in the list of types: ``CROSS_REFERENCED_EVENT`` for ``CrossReferencedEvent``."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", event).upper()


def _values(argument: dict[str, Any]) -> dict[str, Any]:
    values = {"after": None} | argument
    if "repo" in argument:
        values["owner"], values["name"] = argument["repo"].split("/")
    if "query" in argument:
        values["count"] = "discussionCount" if argument["type"] == "DISCUSSION" else "issueCount"
        words = [argument["query"], *argument["places"]]
        if "updated" in argument:
            span = f"{argument['from']}..{argument['to']}" if argument["from"] else f"<={argument['to']}"
            words += [f"updated:>={argument['updated']}", f"created:{span}", "sort:created-desc"]
        values["words"] = " ".join(filter(None, words))
    return values


def _filled(text: str, values: dict[str, Any]) -> str:

    def literal(match: re.Match[str]) -> str:
        value = values[match[1]]
        return value if match[1] in _VERBATIM else json.dumps(value, ensure_ascii=False)

    return re.sub(r"\$(\w+)", literal, " ".join(text.split()))
