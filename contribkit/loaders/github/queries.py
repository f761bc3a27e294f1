"""Queries: what is asked of GitHub, the request that many of them make, and how to read its answer.

Their GraphQL is in queries.graphql, which says also what the columns of queries.csv are.
"""

import csv
import json
import re
import tomllib
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from functools import reduce
from operator import getitem
from pathlib import Path
from string import Template
from typing import Any, NamedTuple

Payload = dict[str, Any] | None
ResponsePath = tuple[str | int, ...]
MAX_IDS = 100  # in one list: GitHub refuses more

NAMES: dict[str, Any] = tomllib.loads(Path(__file__).with_name("names.toml").read_text(encoding="utf-8"))
TRIAGE_EVENTS: dict[str, str] = NAMES["triage_events"]
MERGE_EVENTS: dict[str, str] = NAMES["merge_events"]
_EVENTS: dict[str, list[str]] = {
    "triage": [*TRIAGE_EVENTS],
    "events": ["CrossReferencedEvent", *TRIAGE_EVENTS],
    "pull_events": ["CrossReferencedEvent", *MERGE_EVENTS, *TRIAGE_EVENTS],
}
_VERBATIM = {"type", "count", *_EVENTS}  # what is GraphQL already, unlike a text, which is quoted


def say(message: str, *words: object) -> str:
    """Return a message of names.toml, with words filled in."""
    return str(NAMES["messages"][message]).format(*words)


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
    receive: str


class Request(NamedTuple):
    """GraphQL, the values of its variables, each query with the path of its answer, and about what it costs."""

    document: str
    variables: dict[str, list[str]]
    paths: list[tuple[Query, ResponsePath]]
    points: int = 1


_CSV, _GRAPHQL = (Path(__file__).with_suffix(name).read_text(encoding="utf-8") for name in (".csv", ".graphql"))
KINDS = {
    kind: QueryKind(int(size), int(page), int(connections), int(most), word, like or kind, receive or kind)
    for kind, size, page, connections, most, word, like, receive in [*csv.reader(_CSV.splitlines())][1:]
}
_SOURCE = re.sub(r"(?m)^#.*\n", "", _GRAPHQL).strip()
_PARTS = {part.split()[1]: part for part in re.split(r"\n+(?=query |fragment )", _SOURCE)}
# The field of one query by kind; what else is there are fragments.
_FIELDS = {name: part[part.index("{") + 1 : -1] for name, part in _PARTS.items() if part.startswith("query")}


def compose(queries: Iterable[Query], pages: dict[str, int] | None = None, lacking: Iterable[str] = ()) -> Request:
    """Return the request that asks queries, with pages as long as told, and without what a server is lacking."""
    queries, request = [*queries], Request("", {}, [])
    fields: list[str] = []
    by_id: dict[str, list[Query]] = {}
    known = {name: ", ".join(event for event in of if event not in lacking) for name, of in _EVENTS.items()}
    # GitHub's list of types says CROSS_REFERENCED_EVENT for CrossReferencedEvent.
    events = {name: "[" + re.sub(r"\B(?=[A-Z])", "_", of).upper() + "]" for name, of in known.items()}
    pages = {name: kind.page for name, kind in KINDS.items()} | (pages or {})
    for query in queries:
        if query.kind not in _FIELDS:
            by_id.setdefault(query.kind, []).append(query)
            continue
        values = events | {"page": pages[query.kind]} | _values(query.argument)
        request.paths.append((query, (f"f{len(fields)}",)))
        fields.append(f"f{len(fields)}: {_filled(_FIELDS[query.kind], values)}".replace(", after: null", ""))
    for kind, group in by_id.items():
        for start in range(0, len(group), MAX_IDS):
            alias, part = f"f{len(fields)}", group[start : start + MAX_IDS]
            fields.append(f"{alias}: nodes(ids: ${alias}) {{ __typename ...{kind} }}")
            request.variables[alias] = [query.argument["id"] for query in part]
            request.paths.extend((query, (alias, number)) for number, query in enumerate(part))
    given = ", ".join(f"${name}: [ID!]!" for name in request.variables)
    body = "\n".join([f"query({given}) {{" if given else "query {", *fields, "}"])
    fragments: dict[str, str] = {}
    while missing := set(re.findall(r"\.\.\.(\w+)", "".join((body, *fragments.values())))) - fragments.keys():
        for name in missing:
            lines = [one for one in _PARTS[name].split("\n") if not set(re.findall(r"\w+", one)).intersection(lacking)]
            fragments[name] = _filled("\n".join(lines), events | {"page": pages.get(name, 0)})
    document = "\n".join([body, *(fragments[name] for name in sorted(fragments))])
    return request._replace(document=document, points=points(query.kind for query in queries))


def points(kinds: Iterable[str]) -> int:
    """Return about what queries of some kinds cost in one request."""
    return max(1, round(sum(KINDS[kind].connections for kind in kinds) / 100))


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
    quoted = {name: json.dumps(value, ensure_ascii=False) for name, value in values.items() if name not in _VERBATIM}
    return Template(" ".join(text.split())).substitute(values | quoted)


def dig(value: Any, *path: str | int) -> Any:
    """Return what stands at a path in an answer; None where something on the way is null or not there."""
    with suppress(LookupError, TypeError):
        return reduce(getitem, path, value)
    return None


def nodes(value: Any, *path: str | int) -> list[dict[str, Any]]:
    """Return what stands in a connection, without what may not be seen."""
    return [node for node in dig(value, *path, "nodes") or () if node]


def next_page(query: Query, page: Payload) -> Iterator[Query]:
    """Yield the query for the page behind one, where there is one; with it goes how much there is and was shown."""
    if page and dig(page, "pageInfo", "hasNextPage"):
        counts = (page[name] for name in ("count", "issueCount", "totalCount") if name in page)
        shown = query.argument.get("shown", 0) + len(page["nodes"])
        end, count = page["pageInfo"]["endCursor"], query.argument.get("count", next(counts, 0))
        yield query.replace(after=end, shown=shown, count=count)


def github_time(moment: datetime) -> str:
    """Return a moment as GitHub writes it, such as 2026-06-30T22:00:00Z; such texts sort by time."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
