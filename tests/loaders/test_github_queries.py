"""What is sent to GitHub is valid against its published schema, and asks for no third level of connections."""

import re
from pathlib import Path
from typing import Any

import pytest
from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    GraphQLSchema,
    TypeInfo,
    TypeInfoVisitor,
    Visitor,
    get_named_type,
    parse,
    validate,
    visit,
)  # fmt: skip

from contribkit.loaders import load_needs
from contribkit.loaders.github.hydrate import PAGES
from contribkit.loaders.github.queries import KINDS, MERGE_EVENTS, Query, compose
from tests.github.emulator import Emulator
from tests.github.graphql.cost import cost
from tests.github.graphql.schema import schema
from tests.github.whole import load_whole
from tests.github.workload import Workload

pytestmark = pytest.mark.usefixtures("github_schema")

SPAN = {"from": "2026-07-01T00:00:00Z", "to": "2026-10-01T00:00:00Z", "updated": "2026-07-01T00:00:00Z"}
SEARCH = {"query": 'involves:ada "quoted"', "places": ["repo:o/r"], "type": "ISSUE", "after": None} | SPAN
PAGE = {"id": "I_1", "before": 'cursor"1'}
OWNER = {"type": "organization", "login": "o", "after": None}
WORK = {"query": "is:pr", "places": ["user:o"], "type": "ISSUE", "after": None}
ARGUMENTS: dict[str, list[dict[str, Any]]] = {
    "schema": [{"name": "PullRequest"}],
    "account": [{"type": "user", "login": "ada"}, {"type": "organization", "login": "own"}],
    "seen": [{"repo": "o/r"}],
    **{kind: [{}] for kind in ("viewer", "points")},
    "probe": [{"query": "is:pr", "places": [], "type": "ISSUE"}, {"query": "", "places": [], "type": "DISCUSSION"}],
    "search": [SEARCH, SEARCH | {"type": "DISCUSSION", "from": None}, SEARCH | {"after": "cursor"}],
    "triage": [SEARCH],
    "owner": [OWNER, OWNER | {"type": "user", "after": "cursor"}],
    "repository": [{"repo": "o/r"}],
    "named": [{"repo": "o/r", "number": 7}],
    "plans": [{"repo": "o/r"}],
    **{kind: [PAGE] for kind in PAGES},
    "releases": [{"id": "R_1", "after": "cursor"}],
    "commits": [{"id": "R_1", "until": "2026-07-01T00:00:00Z"}],
    "open_pulls": [WORK],
    "open_issues": [WORK | {"after": "cursor"}],
    "branches": [OWNER],
    "branch": [{"repo": "o/r"}],
    "since": [{"repo": "o/r", "since": "2026-07-01T00:00:00Z"}],
    **{kind: [WORK] for kind in ("facts_first", "facts_work", "facts_own", "facts_merged")},
    "facts_milestones": [{"repo": "o/r"}],
    "facts_projects": [{"login": "our-org"}],
}


@pytest.fixture(scope="module")
def github() -> GraphQLSchema:
    return schema()


@pytest.mark.parametrize("kind", [*KINDS])
def test_every_kind_of_query_is_valid_and_costs_what_is_said(kind: str, github: GraphQLSchema) -> None:
    queries = [Query(kind, argument) for argument in ARGUMENTS.get(kind, [{"id": f"I_{n}"} for n in range(300)])]
    request = compose(queries)
    document = parse(request.document)
    assert not validate(github, document)
    assert cost(github, document, request.variables).points == request.points


def test_all_kinds_in_one_request_are_valid(github: GraphQLSchema) -> None:
    queries = [Query(kind, one) for kind in KINDS for one in ARGUMENTS.get(kind, [{"id": "I_1"}])]
    assert not validate(github, parse(compose(queries).document))


@pytest.mark.parametrize("lacking", [["files", "closingIssuesReferences"], [*MERGE_EVENTS], ["participants"]])
def test_what_a_server_does_not_know_is_left_out(lacking: list[str], github: GraphQLSchema) -> None:
    document = compose([Query(kind, {"id": "I_1"}) for kind in ("pull", "wide_pull")], lacking=lacking).document
    assert not validate(github, parse(document))
    item_types = [re.sub(r"(?<!^)(?=[A-Z])", "_", name).upper() for name in lacking]
    assert not any(name in document for name in (*lacking, *item_types))


def test_a_request_holds_no_more_than_a_hundred_ids_in_one_list() -> None:
    request = compose([Query("issue", {"id": f"I_{n}"}) for n in range(250)])
    assert [len(ids) for ids in request.variables.values()] == [100, 100, 50]


class Depth(Visitor):
    """Finds how deep paged connections stand in one another."""

    def __init__(self, types: TypeInfo) -> None:
        super().__init__()
        self.types, self.now, self.most = types, 0, 0

    def _is_paged(self, node: FieldNode) -> bool:
        found = self.types.get_type()
        name = get_named_type(found).name if found else ""
        return (
            name.endswith("Connection")
            and {"first", "last"} & {one.name.value for one in node.arguments or ()} != set()
        )

    def enter_field(self, node: FieldNode, *_: object) -> None:
        self.now += self._is_paged(node)
        self.most = max(self.most, self.now)

    def leave_field(self, node: FieldNode, *_: object) -> None:
        self.now -= self._is_paged(node)


@pytest.mark.parametrize("kind", [*KINDS])
def test_no_query_pages_deeper_than_two_levels(kind: str, github: GraphQLSchema) -> None:
    types = TypeInfo(github)
    depth = Depth(types)
    queries = [Query(kind, argument) for argument in ARGUMENTS.get(kind, [{"id": "I_1"}])]
    fragments = [one for one in parse(compose(queries).document).definitions if isinstance(one, FragmentDefinitionNode)]
    for fragment in fragments:
        visit(fragment, TypeInfoVisitor(types, depth))
    assert depth.most <= 1


def test_everything_that_a_load_sends_is_valid_and_never_ends_an_update(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, github: GraphQLSchema
) -> None:
    monkeypatch.setenv("GITHUB_TOKEN", Emulator.token)
    workload = Workload.small()
    with Emulator(workload) as server:
        org = workload.organisation(tmp_path, server.url)
        load_whole(org, workload.period)
        load_needs(org)
        sent = [request.query for request in server.requests]
    assert len(sent) > 3
    for query in sent:
        assert not validate(github, parse(query))
        assert "updated:" not in query or "updated:>=" in query
        assert ".." not in query.replace("created:", "").split("updated:")[-1].split(" ")[0]
