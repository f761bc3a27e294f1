"""Run one GraphQL request: check it against the schema, charge it, execute it."""

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, NamedTuple, Protocol

from graphql import (
    DocumentNode,
    GraphQLError,
    GraphQLSyntaxError,
    OverlappingFieldsCanBeMergedRule,
    execute_sync,
    parse,
    specified_rules,
    validate,
)

from tests.github.graphql.context import Context, Info
from tests.github.graphql.cost import Cost, cost
from tests.github.graphql.errors import GitHubError, formatted
from tests.github.graphql.resolvers import by_attribute
from tests.github.graphql.schema import EVERYTHING, schema


class Between(Protocol):
    """What stands between graphql-core and every resolver."""

    def resolve(self, following: Callable[..., Any], source: Any, info: Info, **arguments: Any) -> Any: ...


class Prepared(NamedTuple):
    """A query that is valid, and what it costs; or what is wrong with it."""

    document: DocumentNode | None
    cost: Cost
    errors: list[dict[str, Any]]


FREE = Cost(0, 0)
# GitHub takes a field of one name and two types, such as `state` of pull requests and of issues, side by side:
# github-activity asks so. The specification does not, and a query of ours should not either.
_RULES = [rule for rule in specified_rules if rule is not OverlappingFieldsCanBeMergedRule]


@lru_cache(maxsize=500)
def _read(query: str, lacking: frozenset[str]) -> DocumentNode | list[GraphQLError]:
    """Return a query as a document, or what is not valid in it."""
    try:
        document = parse(query, no_location=False)
    except GraphQLSyntaxError as error:
        return [error]
    return validate(schema(lacking), document, _RULES) or document


def prepare(query: str, variables: dict[str, Any], lacking: frozenset[str] = EVERYTHING) -> Prepared:
    """Read a query, hold it against the schema, without what is lacking, and GitHub's limits, and say what it costs."""
    read = _read(query, lacking)
    if isinstance(read, list):
        return Prepared(None, FREE, [formatted(error) for error in read])
    try:
        return Prepared(read, cost(schema(lacking), read, variables), [])
    except GitHubError as error:
        return Prepared(None, FREE, [{"type": error.kind, "message": str(error)}])


def answer(
    document: DocumentNode,
    variables: dict[str, Any],
    context: Context,
    between: Sequence[Between] = (),
    lacking: frozenset[str] = EVERYTHING,
) -> dict[str, Any]:
    """Execute a query and return the answer, with what went wrong in part of it.

    Parameters
    ----------
    document, variables
        The query.
    context
        What it is run against.
    between
        What stands before every resolver: graphql-core's middleware.
    lacking
        What the schema lacks.
    """
    resolver: Callable[..., Any] = by_attribute
    result = execute_sync(
        schema(lacking), document, variable_values=variables, context_value=context, field_resolver=resolver,
        middleware=list(between) or None,
    )  # fmt: skip
    told: dict[str, Any] = {"data": result.data}
    if result.errors:
        told["errors"] = [formatted(error) for error in result.errors]
        if any(error.get("type") == "INSUFFICIENT_SCOPES" for error in told["errors"]):
            del told["data"]  # GitHub looks at the scopes before it answers anything
    return told
