"""Queries: what is asked of GitHub, and the request that many of them make; their GraphQL is in queries.graphql."""

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


class Query(NamedTuple):
    """One thing to ask: its kind, and what the kind needs to know, in JSON's types."""

    kind: str
    argument: dict[str, Any]

    @property
    def key(self) -> str:
        """The query as a text, the same for equal ones.

        Examples
        --------
        >>> Query("owner", {"login": "ada", "after": None}).key
        'owner {"after": null, "login": "ada"}'
        """
        return f"{self.kind} {json.dumps(self.argument, sort_keys=True)}"

    def replace(self, **changes: Any) -> "Query":
        """Return the same query with other arguments."""
        return self._replace(argument=self.argument | changes)


class QueryKind(NamedTuple):
    """How many queries of a kind a request holds against a GitHub of which nothing is known yet."""

    size: int = 10
    page: int = 0  # entries; 0 where there are no pages to shorten
    connections: int = 1  # in one query, at the first page length: GitHub charges a point for a hundred
    most: int = 100
    word: str = "detail"  # what people call it
    like: str = ""  # the kind that takes GitHub as long, so that both learn their size together


_PAGES = ("pull_comments", "pull_reviews", "pull_timelineItems", "issue_timelineItems", "discussion_comments")
KINDS = {
    "schema": QueryKind(100, connections=0),
    "account": QueryKind(50, connections=0, word="account"),
    "probe": QueryKind(word="search"),
    "search": QueryKind(10, 100, most=200, word="search"),
    "triage": QueryKind(10, 100, most=200, word="search", like="search"),
    "owner": QueryKind(10, 50, 51, word="repository list"),
    "repository": QueryKind(20),
    "releases": QueryKind(page=100),
    "commits": QueryKind(),
    "named": QueryKind(50, connections=0, word="linking thread"),
    "plans": QueryKind(10, 50, 2),
    "pull": QueryKind(25, 50, 6, word="thread"),
    "issue": QueryKind(25, 50, 3, word="thread"),
    "discussion": QueryKind(25, 50, 2, word="thread"),
    "own_issue": QueryKind(25, 50, 2, word="linking thread"),
    "own_pull": QueryKind(25, 50, 2, word="linking thread", like="own_issue"),
    "issue_comments": QueryKind(page=100),
    **dict.fromkeys(_PAGES, QueryKind(page=100, like="issue_comments")),
    "replies": QueryKind(50),
    "who": QueryKind(100, connections=0),
    "there": QueryKind(100, connections=0, most=1000),
    "look_issue": QueryKind(100, most=400),
    "look_pull": QueryKind(100, most=400, like="look_issue"),
    "wide_issue": QueryKind(50, connections=2, most=200),
    "wide_pull": QueryKind(50, connections=2, most=200, like="wide_issue"),
    "open_pulls": QueryKind(2, 25, 26, word="search"),
    "open_issues": QueryKind(2, 25, 26, word="search"),
    "branches": QueryKind(10, 50, word="repository list"),
    "branch": QueryKind(20, connections=0),
    "since": QueryKind(20, connections=0),
    "facts_first": QueryKind(10, word="search"),
    "facts_work": QueryKind(5, 50, word="search"),
    "facts_own": QueryKind(1, 50, 51, word="search"),
    "facts_merged": QueryKind(5, 50, word="search"),
}

_SOURCE = re.sub(r"(?m)^#.*\n", "", Path(__file__).with_name("queries.graphql").read_text(encoding="utf-8"))
_PARTS = {part.split()[1]: part for part in re.split(r"\n+(?=query |fragment )", _SOURCE.strip())}
# The field of one query by kind; what else is there are fragments.
_FIELDS = {name: part[part.index("{") + 1 : -1] for name, part in _PARTS.items() if part.startswith("query")}


class Request(NamedTuple):
    """GraphQL, the values of its variables, each query with the path of its answer, and about what it costs."""

    document: str
    variables: dict[str, list[str]]
    paths: list[tuple[Query, tuple[str | int, ...]]]
    points: int = 1


def compose(queries: Iterable[Query], pages: dict[str, int] | None = None, lacking: Iterable[str] = ()) -> Request:
    """Return the request that asks queries, with pages as long as told, and without what a server is lacking."""
    fields: list[str] = []
    variables: dict[str, list[str]] = {}
    paths: list[tuple[Query, tuple[str | int, ...]]] = []
    by_id: dict[str, list[Query]] = {}
    cost = 0
    known = {name: [item_type(event) for event in of if event not in lacking] for name, of in _EVENTS.items()}
    events = {name: _Verbatim(f"[{', '.join(types)}]") for name, types in known.items()}
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


class _Verbatim(str):
    """GraphQL that is put into a document as it is, unlike a text, which is quoted."""

    __slots__ = ()


def item_type(event: str) -> str:
    """Return the name of an event in the list of types.

    Examples
    --------
    >>> item_type("CrossReferencedEvent")
    'CROSS_REFERENCED_EVENT'
    """
    return re.sub(r"(?<!^)(?=[A-Z])", "_", event).upper()


def _values(argument: dict[str, Any]) -> dict[str, Any]:
    """Return what stands for the names in the field of a query."""
    values = {"after": None} | argument
    if "repo" in argument:
        values["owner"], values["name"] = argument["repo"].split("/")
    if "type" in argument:
        count = "discussionCount" if argument["type"] == "DISCUSSION" else "issueCount"
        values |= {"type": _Verbatim(argument["type"]), "count": _Verbatim(count)}
    if "query" in argument:
        words = [argument["query"], *argument["places"]]
        if "updated" in argument:
            span = f"{argument['from']}..{argument['to']}" if argument["from"] else f"<={argument['to']}"
            words += [f"updated:>={argument['updated']}", f"created:{span}", "sort:created-desc"]
        values["words"] = " ".join(filter(None, words))
    return values


def _filled(text: str, values: dict[str, Any]) -> str:
    """Return GraphQL on one line, with values for its names."""

    def literal(match: re.Match[str]) -> str:
        value = values[match[1]]
        return value if isinstance(value, _Verbatim) else json.dumps(value, ensure_ascii=False)

    return re.sub(r"\$(\w+)", literal, " ".join(text.split()))
