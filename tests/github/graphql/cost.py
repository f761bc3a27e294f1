"""What a query costs by GitHub's formula, and what GitHub refuses before it runs anything.

The requests needed for each unique connection at its full `first` or `last`, added up, divided by 100, rounded, at
least 1 (https://docs.github.com/en/graphql/overview/rate-limits-and-query-limits-for-the-graphql-api). A connection
that is asked for `totalCount` alone, without `first`, costs nothing here: GitHub does not say, so it is an assumption.

How long a query takes is modelled from the same walk, and calibrated with what was measured in September 2026
(spiceai/spiceai#13762): 50 pull requests with nine connections in 4.9 s and 25 in 2.5 s, while 50 hits of a search with
the same connections were too much and 25 were not.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    get_named_type,
    value_from_ast_untyped,
)

from tests.github.graphql.errors import GitHubError

PAGE = 100
NODES = 500_000
A_CONNECTION = 4.9 / (50 * 9)  # seconds, of one thing
A_SEARCH, A_HIT = 0.25, 0.001  # seconds, of a search and of each hit that it may show
IN_A_SEARCH = 2  # a connection of a hit takes as many times longer
_COUNTS = {"totalCount", "issueCount", "discussionCount", "__typename"}


@dataclass(frozen=True)
class Cost:
    """The requests that a query makes of GitHub's own databases, the nodes that it may return, its modelled seconds."""

    requests: int
    nodes: int
    work: float = 0

    @property
    def points(self) -> int:
        """Points of the rate limit."""
        return max(1, round(self.requests / 100))


@dataclass
class _Walk:
    """A walk through a query, from field to field."""

    schema: GraphQLSchema
    fragments: Mapping[str, FragmentDefinitionNode]
    variables: Mapping[str, Any]
    requests: int = 0
    nodes: int = 0
    work: float = 0

    def selection(
        self, selected: SelectionSetNode, kind: GraphQLNamedType, parents: int, searched: bool = False
    ) -> None:
        for field, on in self._fields(selected, kind):
            if not isinstance(on, GraphQLObjectType | GraphQLInterfaceType) or field.name.value not in on.fields:
                continue
            below = get_named_type(on.fields[field.name.value].type)
            arguments = {
                a.name.value: value_from_ast_untyped(a.value, dict(self.variables)) for a in field.arguments or ()
            }
            count = self._count(field, below, arguments, parents, searched)
            if field.selection_set and count:
                self.selection(field.selection_set, below, count, searched or field.name.value == "search")

    def _count(
        self, field: FieldNode, below: GraphQLNamedType, arguments: dict[str, Any], parents: int, searched: bool
    ) -> int:
        """Return how many things a field gives for so many parents, and add up what it costs."""
        name = field.name.value
        if name == "nodes" and "ids" in arguments:
            ids = arguments["ids"] or []
            if len(ids) > PAGE:
                raise GitHubError(
                    "ARGUMENT_LIMIT", f"You may not provide more than {PAGE} node ids; you provided {len(ids)}."
                )
            self.nodes += len(ids)
            return len(ids)
        if not below.name.endswith("Connection"):
            return parents
        size = _page_size(field, arguments)
        if size is None:
            return 0
        self.requests += parents
        self.nodes += parents * size
        if name == "search":
            self.work += A_SEARCH + A_HIT * size
        else:
            self.work += parents * A_CONNECTION * (IN_A_SEARCH if searched else 1)
        return parents * size

    def _fields(
        self, selected: SelectionSetNode, kind: GraphQLNamedType
    ) -> Iterator[tuple[FieldNode, GraphQLNamedType]]:
        for one in selected.selections:
            if isinstance(one, FieldNode):
                yield one, kind
            elif isinstance(one, FragmentSpreadNode):
                fragment = self.fragments[one.name.value]
                yield from self._fields(
                    fragment.selection_set, self.schema.type_map[fragment.type_condition.name.value]
                )
            elif isinstance(one, InlineFragmentNode):
                on = one.type_condition
                yield from self._fields(one.selection_set, self.schema.type_map[on.name.value] if on else kind)


def _page_size(field: FieldNode, arguments: dict[str, Any]) -> int | None:
    """Return how many a connection is asked for, None where only its count is."""
    name = field.name.value
    sizes = {word: arguments[word] for word in ("first", "last") if arguments.get(word) is not None}
    selections = field.selection_set.selections if field.selection_set else ()
    asked = {one.name.value for one in selections if isinstance(one, FieldNode)}
    if not sizes:
        if asked and asked <= _COUNTS and len(asked) == len(selections):
            return None
        message = f"You must provide a `first` or `last` value to properly paginate the `{name}` connection."
        raise GitHubError("MISSING_PAGINATION_BOUNDARIES", message)
    if len(sizes) == 2:
        message = f"Passing both `first` and `last` to paginate the `{name}` connection is not supported."
        raise GitHubError("EXCESSIVE_PAGINATION", message)
    ((word, size),) = sizes.items()
    if size > PAGE or size < 0:
        message = f"Requesting {size} records on the `{name}` connection exceeds the `{word}` limit of {PAGE} records."
        raise GitHubError("EXCESSIVE_PAGINATION", message)
    return int(size)


def cost(schema: GraphQLSchema, document: DocumentNode, variables: Mapping[str, Any]) -> Cost:
    """Return what a valid query costs.

    Raises
    ------
    GitHubError
        Where GitHub would refuse it: over 100 ids or 100 a page, a connection without a size, over 500,000 nodes.
    """
    fragments = {one.name.value: one for one in document.definitions if isinstance(one, FragmentDefinitionNode)}
    operation = next(one for one in document.definitions if isinstance(one, OperationDefinitionNode))
    defaults = {
        one.variable.name.value: value_from_ast_untyped(one.default_value)
        for one in operation.variable_definitions or ()
        if one.default_value
    }
    walk = _Walk(schema, fragments, defaults | dict(variables))
    assert schema.query_type
    walk.selection(operation.selection_set, schema.query_type, 1)
    if walk.nodes > NODES:
        said = f"This query requests up to {walk.nodes:,} possible nodes which exceeds the maximum limit of {NODES:,}."
        raise GitHubError("MAX_NODE_LIMIT_EXCEEDED", said)
    return Cost(walk.requests, walk.nodes, walk.work)
