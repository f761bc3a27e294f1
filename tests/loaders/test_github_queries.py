"""What is sent to GitHub is valid against its published schema, and asks for no third level of connections."""

from pathlib import Path

import pytest
from contribkit.loaders.needs import load_needs
from graphql import FieldNode, GraphQLSchema, TypeInfo, TypeInfoVisitor, Visitor, get_named_type, parse, validate, visit

from contribkit.loaders import github as source
from contribkit.loaders.github.asks import Ask, compose
from contribkit.loaders.github.kinds import KINDS, SHAPES, points
from contribkit.loaders.github.needs.asks import SHAPES as NEEDS_SHAPES
from contribkit.loaders.github.queries import FRAGMENTS
from tests.github.emulator import Emulator
from tests.github.graphql.cost import cost
from tests.github.graphql.schema import schema
from tests.github.workload import Workload

pytestmark = pytest.mark.usefixtures("github_schema")

SPAN = {"from": "2026-07-01T00:00:00Z", "to": "2026-10-01T00:00:00Z", "updated": "2026-07-01T00:00:00Z"}
SEARCH = {"search": "s", "query": 'involves:ada "quoted"', "type": "ISSUE", "after": None} | SPAN
PAGE = {"id": "I_1", "kind": "issue", "connection": "comments", "before": 'cursor"1'}
ROW = {"row": {"repo": "o/r"}, "since": "2026-07-01T00:00:00Z"}
ARGUMENTS: dict[str, list[dict]] = {
    "account": [{"member": "ada", "login": "ada"}],
    "organisation": [{"login": "some-org", "word": "own"}],
    "search": [SEARCH, SEARCH | {"type": "DISCUSSION", "from": None}, SEARCH | {"after": "cursor"}],
    "triage": [SEARCH],
    "owner": [{"login": "o", "after": None}, {"login": "o", "after": "cursor"}],
    "repository": [{"repo": "o/r"}],
    "planned": [{"repo": "o/r", "number": 7}],
    "plans": [{"repo": "o/r"}],
    "page": [
        PAGE,
        PAGE | {"connection": "timelineItems"},
        PAGE | {"kind": "pull", "connection": "reviews"},
        PAGE | {"kind": "discussion", "connection": "discussionComments"},
    ],
    "releases": [{"id": "R_1", "after": "cursor"}],
    "commits": [{"id": "R_1", "created_at": "2026-07-01T00:00:00Z"}],
}
NEEDS = {
    "pulls": [{"query": "is:pr", "after": None}],
    "issues": [{"query": "is:issue", "after": "cursor"}],
    "owner": [{"login": "o", "after": None}],
    "alone": [{"repo": "o/r"}],
    "since": [ROW],
}


@pytest.fixture(scope="module")
def github() -> GraphQLSchema:
    return schema()


@pytest.mark.parametrize("kind", [*KINDS])
def test_every_kind_of_ask_is_valid_and_costs_what_is_said(kind: str, github: GraphQLSchema) -> None:
    asks = [Ask(kind, argument) for argument in ARGUMENTS.get(kind, [{"id": f"I_{n}"} for n in range(300)])]
    request = compose(asks, SHAPES, FRAGMENTS)
    document = parse(request.document)
    assert not validate(github, document)
    assert cost(github, document, request.variables).points == points(asks)


@pytest.mark.parametrize("kind", [*NEEDS_SHAPES])
def test_every_question_about_needs_is_valid(kind: str, github: GraphQLSchema) -> None:
    request = compose([Ask(kind, argument) for argument in NEEDS[kind]], NEEDS_SHAPES, FRAGMENTS)
    assert not validate(github, parse(request.document))


def test_all_kinds_in_one_request_are_valid(github: GraphQLSchema) -> None:
    asks = [Ask(kind, one) for kind in KINDS for one in ARGUMENTS.get(kind, [{"id": "I_1"}])]
    assert not validate(github, parse(compose(asks, SHAPES, FRAGMENTS).document))


def test_a_request_holds_no_more_than_a_hundred_ids_in_one_list() -> None:
    request = compose([Ask("issue", {"id": f"I_{n}"}) for n in range(250)], SHAPES, FRAGMENTS)
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


@pytest.mark.parametrize("name", [*FRAGMENTS])
def test_no_fragment_pages_inside_a_page(name: str, github: GraphQLSchema) -> None:
    types = TypeInfo(github)
    depth = Depth(types)
    visit(parse(FRAGMENTS[name]), TypeInfoVisitor(types, depth))
    assert depth.most <= 1


def test_everything_that_a_load_sends_is_valid_and_never_ends_an_update(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, github: GraphQLSchema
) -> None:
    monkeypatch.setenv("GITHUB_TOKEN", Emulator.token)
    workload = Workload.small()
    with Emulator(workload) as server:
        org = workload.organisation(tmp_path, server.url)
        source.load(org, workload.period, False)
        load_needs(org)
        sent = [request.query for request in server.requests]
    assert len(sent) > 3
    for query in sent:
        assert not validate(github, parse(query))
        assert "updated:" not in query or "updated:>=" in query
        assert ".." not in query.replace("created:", "").split("updated:")[-1].split(" ")[0]
