"""Queries: what is asked of GitHub, in GraphQL, and the request that many of them make.

Connections stand two levels deep and no deeper: a third is charged for each of a page's hundred times a hundred.
"""

import json
import re
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

MAX_IDS = 100
"""GitHub refuses more ids at once."""

ACTOR = "{ __typename login }"
_PAGE_BACK = "pageInfo { hasPreviousPage startCursor }"
_PAGE_ON = "pageInfo { hasNextPage endCursor }"

TRIAGE_EVENTS = {
    "LabeledEvent": "labelled",
    "UnlabeledEvent": "unlabelled",
    "AssignedEvent": "assigned",
    "UnassignedEvent": "unassigned",
    "ClosedEvent": "closed",
    "ReopenedEvent": "reopened",
    "TransferredEvent": "transferred",
    "MilestonedEvent": "milestoned",
    "DemilestonedEvent": "demilestoned",
}
"""Act by the name of the timeline event that GitHub has for it."""
# Who asked a machine to merge, and under which name GitHub tells it.
MERGE_EVENTS = {
    "AddedToMergeQueueEvent": "enqueuer",
    "AutoMergeEnabledEvent": "enabler",
    "AutoSquashEnabledEvent": "enabler",
    "AutoRebaseEnabledEvent": "enabler",
}
SEARCH_WORDS = {
    "pulls": "is:pr is:open archived:false",
    "issues": "is:issue is:open archived:false no:label no:assignee",
}
"""The searches of open work, by kind of query."""


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
    """How queries of a kind look in a request.

    Attributes
    ----------
    field
        Makes the field from an argument and the length of a page; None for what is asked by ``id``.
    fragments
        The fragments that it needs; what is asked by id is given the first.
    size
        How many a request holds to begin with.
    page
        How many entries a page holds to begin with; 0 where there are no pages to shorten.
    connections
        Of how many connections one query is made, at the first page length: GitHub charges a point for a hundred.
    most
        How many a request holds at the most.
    word
        What people call it.
    """

    field: Callable[[dict[str, Any], int], str] | None
    fragments: tuple[str, ...] = ()
    size: int = 10
    page: int = 0
    connections: int = 1
    most: int = 100
    word: str = "detail"


class Request(NamedTuple):
    """GraphQL, the values of its variables, each query with the path of its answer, and about what it costs."""

    document: str
    variables: dict[str, list[str]]
    paths: list[tuple[Query, tuple[str | int, ...]]]
    points: int = 1


def compose(queries: Iterable[Query], pages: dict[str, int] | None = None, lacking: Iterable[str] = ()) -> Request:
    """Return the request that asks several queries.

    Parameters
    ----------
    queries
        What to ask.
    pages
        Entries a page by kind, where they differ from what the kind begins with.
    lacking
        Fields and timeline events that the server's schema does not have.
    """
    fields: list[str] = []
    variables: dict[str, list[str]] = {}
    paths: list[tuple[Query, tuple[str | int, ...]]] = []
    needed: dict[str, int] = {}
    by_id: dict[str, list[Query]] = {}
    cost = 0
    for query in queries:
        kind = KINDS[query.kind]
        page = (pages or {}).get(query.kind, kind.page)
        cost += kind.connections
        needed |= dict.fromkeys(kind.fragments, page)
        if kind.field is None:
            by_id.setdefault(kind.fragments[0], []).append(query)
        else:
            alias = f"f{len(fields)}"
            fields.append(f"{alias}: {kind.field(query.argument, page)}")
            paths.append((query, (alias,)))
    for name, group in by_id.items():
        for start in range(0, len(group), MAX_IDS):
            alias = f"f{len(fields)}"
            part = group[start : start + MAX_IDS]
            fields.append(f"{alias}: nodes(ids: ${alias}) {{ __typename ...{name} }}")
            variables[alias] = [query.argument["id"] for query in part]
            paths.extend((query, (alias, number)) for number, query in enumerate(part))
    given = ", ".join(f"${name}: [ID!]!" for name in variables)
    head = f"query({given}) {{" if variables else "query {"
    document = "\n".join([head, *fields, "}", *(_fragment(name, page) for name, page in sorted(needed.items()))])
    for name in lacking:
        document = _without(document, name)
    return Request(document, variables, paths, max(1, round(cost / 100)))


def _without(document: str, name: str) -> str:
    """Return a document that does not ask for a field or kind of event.

    Examples
    --------
    >>> _without("a files(first: 1) { nodes { path } } b", "files")
    'a  b'
    """
    document = document.replace(f", {item_type(name)}", "")
    pattern = rf"(?:\.\.\. on )?\b{name}\b(?:\([^()]*\))?(\s*\{{)?"
    while match := re.search(pattern, document):
        end, depth = match.end(), 1 if match[1] else 0
        while depth:
            depth += {"{": 1, "}": -1}.get(document[end], 0)
            end += 1
        document = document[: match.start()] + document[end:]
    return document


def quoted(value: str | None) -> str:
    """Return a text as GraphQL writes it.

    Examples
    --------
    >>> quoted('a "b"'), quoted(None)
    ('"a \\\\"b\\\\""', 'null')
    """
    return json.dumps(value, ensure_ascii=False)


def item_type(event: str) -> str:
    """Return the name of an event in the list of types.

    Examples
    --------
    >>> item_type("CrossReferencedEvent")
    'CROSS_REFERENCED_EVENT'
    """
    return "".join(f"_{letter}" if letter.isupper() else letter for letter in event).strip("_").upper()


def _types(events: Iterable[str]) -> str:
    return ", ".join(item_type(event) for event in events)


_TRIAGE = " ".join(f"... on {event} {{ createdAt actor {ACTOR} }}" for event in TRIAGE_EVENTS)
_SOURCE = "id number title updatedAt repository { nameWithOwner isPrivate }"
_CROSS = (
    f"... on CrossReferencedEvent {{ createdAt actor {ACTOR} source {{ __typename "
    f"... on Issue {{ {_SOURCE} }} ... on PullRequest {{ {_SOURCE} }} }} }}"
)
_COMMENT = f"id url body createdAt author {ACTOR}"
_REVIEW = f"id url state body createdAt submittedAt author {ACTOR} comments {{ totalCount }}"


def connection(name: str, last: int, before: str | None = None) -> str:
    """Return one connection of a thread: its last entries, or those before a cursor."""
    cursor = f", before: {quoted(before)}" if before else ""
    if name in ("timelineItems", "pullTimeline"):
        merges = MERGE_EVENTS if name == "pullTimeline" else {}
        types = _types(["CrossReferencedEvent", *merges, *TRIAGE_EVENTS])
        people = " ".join(f"... on {event} {{ createdAt {who} {ACTOR} }}" for event, who in merges.items())
        nodes = f"__typename ... on Node {{ id }} {_CROSS} {people} {_TRIAGE}"
        return f"timelineItems(last: {last}{cursor}, itemTypes: [{types}]) {{ {_PAGE_BACK} nodes {{ {nodes} }} }}"
    nodes = {"reviews": _REVIEW, "discussionComments": f"{_COMMENT} replies {{ totalCount }}"}.get(name, _COMMENT)
    field = name.replace("discussionComments", "comments")
    return f"{field}(last: {last}{cursor}) {{ totalCount {_PAGE_BACK} nodes {{ {nodes} }} }}"


def releases(first: int, after: str | None = None) -> str:
    """Return the connection of a repository's releases, newest first, from the first one or behind a cursor."""
    behind = f", after: {quoted(after)}" if after else ""
    nodes = f"id tagName name description url createdAt publishedAt isDraft author {ACTOR}"
    order = "orderBy: {field: CREATED_AT, direction: DESC}"
    return f"releases(first: {first}{behind}, {order}) {{ {_PAGE_ON} nodes {{ {nodes} }} }}"


_ABOUT = f"""id number url title body createdAt updatedAt author {ACTOR} authorAssociation
  repository {{ id nameWithOwner isPrivate }} labels(first: 20) {{ totalCount nodes {{ name }} }}"""
_LOOK = (
    f"__typename id updatedAt timelineItems(last: 30, itemTypes: [{_types(TRIAGE_EVENTS)}]) {{ nodes {{ {_TRIAGE} }} }}"
)
_INVOLVED = "participants(first: 100) { nodes { login } }"
_NEED = f"""number url title createdAt updatedAt author {ACTOR} authorAssociation
  repository {{ nameWithOwner isPrivate }}"""
_WHO = " ".join(f"... on {event} {{ actor {ACTOR} }}" for event in ("CrossReferencedEvent", *TRIAGE_EVENTS))


def _fragment(name: str, page: int) -> str:
    """Return GraphQL of a fragment; pages of threads are as long as told, those of their reviews two thirds of it."""
    comments = connection("comments", page)
    pull = connection("pullTimeline", page)
    on, fields = {
        "Issue": ("Issue", f"{_ABOUT} state closedAt {comments} {connection('timelineItems', page)}"),
        "Pull": (
            "PullRequest",
            f"""{_ABOUT} state closedAt mergedAt mergedBy {ACTOR} additions deletions
  files(first: 100) {{ totalCount nodes {{ path }} }}
  closingIssuesReferences(first: 10) {{ totalCount nodes {{ number repository {{ nameWithOwner }} }} }}
  {comments} {connection("reviews", max(1, page * 3 // 5))} {pull}""",
        ),
        "Discussion": ("Discussion", f"{_ABOUT} {connection('discussionComments', page)}"),
        "TriageIssue": ("Issue", _LOOK),
        "TriagePull": ("PullRequest", _LOOK),
        "TriageIssueWide": ("Issue", f"{_LOOK} {_INVOLVED}"),
        "TriagePullWide": ("PullRequest", f"{_LOOK} {_INVOLVED}"),
        "TriageThere": ("Node", "id"),
        "TriageWho": (
            "Node",
            f"id ... on Comment {{ author {ACTOR} }} ... on PullRequest {{ mergedBy {ACTOR} }} "
            f"... on PullRequestReview {{ submittedAt }} ... on Release {{ author {ACTOR} }} {_WHO}",
        ),
        "Replies": ("DiscussionComment", f"id replies(last: 100) {{ totalCount {_PAGE_BACK} nodes {{ {_COMMENT} }} }}"),
        "OwnIssue": ("Issue", f"{_ABOUT} {comments}"),
        "OwnPull": ("PullRequest", f"{_ABOUT} {comments}"),
        "NeedPull": (
            "PullRequest",
            f"""{_NEED} isDraft additions deletions mergeable reviewDecision
  totalCommentsCount statusCheckRollup {{ state }} labels(first: 20) {{ nodes {{ name }} }}""",
        ),
        "NeedIssue": ("Issue", f"{_NEED} comments(last: 30) {{ totalCount nodes {{ authorAssociation }} }}"),
        "Home": (
            "Repository",
            """nameWithOwner isPrivate url latestRelease { tagName name url publishedAt }
  defaultBranchRef { name target { ... on Commit { statusCheckRollup { state } } } }""",
        ),
        "Repository": ("Repository", f"id nameWithOwner isPrivate isFork createdAt {releases(10)}"),
    }[name]
    return f"fragment {name} on {on} {{ {fields} }}"


def repository(name: str) -> str:
    """Return the field of one repository."""
    owner, name = name.split("/")
    return f"repository(owner: {quoted(owner)}, name: {quoted(name)})"


def _search(argument: dict[str, Any], page: int) -> str:
    """Return the field of a search: ids and times only."""
    hit = "id createdAt updatedAt"
    if argument.get("triage"):
        hit += f' timelineItems(since: "{argument["updated"]}", itemTypes: [{_types(TRIAGE_EVENTS)}]) {{ totalCount }}'
    span = f"created:{argument['from']}..{argument['to']}" if argument["from"] else f"created:<={argument['to']}"
    words = (
        f"{argument['query']} {' '.join(argument['places'])} updated:>={argument['updated']} {span} sort:created-desc"
    )
    is_discussion = argument["type"] == "DISCUSSION"
    count, types = ("discussionCount", ["Discussion"]) if is_discussion else ("issueCount", ["Issue", "PullRequest"])
    nodes = " ".join(f"... on {name} {{ {hit} }}" for name in types)
    return _found(
        words,
        argument["type"],
        f"first: {page}",
        argument["after"],
        f"count: {count} {_PAGE_ON} nodes {{ __typename {nodes} }}",
    )


def _probe(argument: dict[str, Any], page: int) -> str:
    count = "discussionCount" if argument["type"] == "DISCUSSION" else "issueCount"
    words = f"{argument['query']} {' '.join(argument['places'])}"
    return _found(words, argument["type"], "first: 1", None, f"count: {count}")


def _found(words: str, kind: str, page: str, after: str | None, fields: str) -> str:
    behind = f", after: {quoted(after)}" if after else ""
    return f"search(query: {quoted(words)}, type: {kind}, {page}{behind}) {{ {fields} }}"


def _account(argument: dict[str, Any], page: int) -> str:
    return f"{argument['type']}(login: {quoted(argument['login'])}) {{ login }}"


def _owner(argument: dict[str, Any], page: int) -> str:
    return _repositories(argument, f"first: {page}", "orderBy: {field: CREATED_AT, direction: DESC}", "Repository")


def _homes(argument: dict[str, Any], page: int) -> str:
    return _repositories(argument, f"first: {page}", "isArchived: false", "Home")


def _repositories(argument: dict[str, Any], page: str, more: str, fragment: str) -> str:
    after = f", after: {quoted(argument['after'])}" if argument["after"] else ""
    return (
        f"{argument['type']}(login: {quoted(argument['login'])}) {{ login repositories({page}{after}, "
        f"ownerAffiliations: [OWNER], {more}) {{ totalCount {_PAGE_ON} nodes {{ ...{fragment} }} }} }}"
    )


def _releases(argument: dict[str, Any], page: int) -> str:
    asked = releases(page, argument["after"])
    return f"node(id: {quoted(argument['id'])}) {{ ... on Repository {{ id {asked} }} }}"


def _commits(argument: dict[str, Any], page: int) -> str:
    author = "author { name user { login } }"
    history = f'history(first: 100, until: "{argument["until"]}") {{ totalCount nodes {{ {author} }} }}'
    branch = f"defaultBranchRef {{ target {{ ... on Commit {{ {history} }} }} }}"
    return f"node(id: {quoted(argument['id'])}) {{ ... on Repository {{ id {branch} }} }}"


def _named(argument: dict[str, Any], page: int) -> str:
    about = "__typename ... on Issue { id updatedAt } ... on PullRequest { id updatedAt }"
    return f"{repository(argument['repo'])} {{ issueOrPullRequest(number: {argument['number']}) {{ {about} }} }}"


def _plans(argument: dict[str, Any], page: int) -> str:
    order = f"first: {page}, orderBy: {{field: UPDATED_AT, direction: DESC}}"
    about = "totalCount nodes { __typename id updatedAt }"
    return f"{repository(argument['repo'])} {{ issues({order}) {{ {about} }} pullRequests({order}) {{ {about} }} }}"


_TYPES = {
    "pull": "PullRequest",
    "issue": "Issue",
    "discussion": "Discussion",
    "own_issue": "Issue",
    "own_pull": "PullRequest",
}


def _page(argument: dict[str, Any], page: int) -> str:
    asked = connection(argument["connection"], page, argument["before"])
    return f"node(id: {quoted(argument['id'])}) {{ ... on {_TYPES[argument['kind']]} {{ id {asked} }} }}"


def _open_work(argument: dict[str, Any], page: int) -> str:
    fields = f"issueCount {_PAGE_ON} nodes {{ ...{argument['fragment']} }}"
    words = f"{argument['query']} {' '.join(argument['places'])}"
    return _found(words, "ISSUE", f"first: {page}", argument["after"], fields)


def _since(argument: dict[str, Any], page: int) -> str:
    history = f'history(since: "{argument["since"]}") {{ totalCount }}'
    place = repository(argument["row"]["repo"])
    return f"{place} {{ defaultBranchRef {{ target {{ ... on Commit {{ {history} }} }} }} }}"


def _schema(argument: dict[str, Any], page: int) -> str:
    return f"__type(name: {quoted(argument['name'])}) {{ fields {{ name }} possibleTypes {{ name }} }}"


def _viewer(argument: dict[str, Any], page: int) -> str:
    return "viewer { login }"


KINDS: dict[str, QueryKind] = {
    "schema": QueryKind(_schema, size=100, connections=0),
    "viewer": QueryKind(_viewer, size=100, connections=0),
    "account": QueryKind(_account, size=50, connections=0, word="account"),
    "probe": QueryKind(_probe, size=10, word="search"),
    "search": QueryKind(_search, size=10, page=100, most=200, word="search"),
    "owner": QueryKind(_owner, ("Repository",), size=10, page=50, connections=51, word="repository list"),
    "repository": QueryKind(
        lambda argument, page: f"{repository(argument['repo'])} {{ ...Repository }}", ("Repository",), 20
    ),
    "releases": QueryKind(_releases, page=100),
    "commits": QueryKind(_commits),
    "named": QueryKind(_named, size=50, connections=0, word="linking thread"),
    "plans": QueryKind(_plans, (), 10, 50, 2),
    "pull": QueryKind(None, ("Pull",), 25, 50, 6, word="thread"),
    "issue": QueryKind(None, ("Issue",), 25, 50, 3, word="thread"),
    "discussion": QueryKind(None, ("Discussion",), 25, 50, 2, word="thread"),
    "own_issue": QueryKind(None, ("OwnIssue",), 25, 50, 2, word="linking thread"),
    "own_pull": QueryKind(None, ("OwnPull",), 25, 50, 2, word="linking thread"),
    "page": QueryKind(_page, page=100),
    "replies": QueryKind(None, ("Replies",), 50),
    "who": QueryKind(None, ("TriageWho",), 100, connections=0),
    "there": QueryKind(None, ("TriageThere",), 100, connections=0, most=1000),
    "triage": QueryKind(_search, size=10, page=100, most=200, word="search"),
    "look_issue": QueryKind(None, ("TriageIssue",), 100, most=400),
    "look_pull": QueryKind(None, ("TriagePull",), 100, most=400),
    "wide_issue": QueryKind(None, ("TriageIssueWide",), 50, connections=2, most=200),
    "wide_pull": QueryKind(None, ("TriagePullWide",), 50, connections=2, most=200),
    "pulls": QueryKind(_open_work, ("NeedPull",), 2, 25, 26, word="search"),
    "issues": QueryKind(_open_work, ("NeedIssue",), 2, 25, 26, word="search"),
    "homes": QueryKind(_homes, ("Home",), 10, 50, word="repository list"),
    "home": QueryKind(
        lambda argument, page: f"{repository(argument['repo'])} {{ ...Home }}", ("Home",), 20, connections=0
    ),
    "since": QueryKind(_since, size=20, connections=0),
}
"""Every kind of query, and how it begins against a GitHub of which nothing is known yet."""
