"""GitHub's published schema, with the resolvers of this emulator."""

from datetime import datetime
from functools import cache
from typing import Any

from graphql import (
    GraphQLAbstractType,
    GraphQLObjectType,
    GraphQLResolveInfo,
    GraphQLScalarType,
    GraphQLSchema,
    build_schema,
    is_abstract_type,
)

from tests.github.graphql import branches, common, repositories, root, threads, timelines
from tests.github.graphql.resolvers import RESOLVERS
from tests.github.model import Comment, Discussion, Review
from tests.github.names import typename, written
from tests.helpers import npm

VERSION = "15.26.1"
# In GitHub's documentation since March 2025, and not in the published file.
_ADVANCED = ("enum SearchType {\n", "enum SearchType {\n  ISSUE_ADVANCED\n\n")
PARTS = (branches, common, repositories, root, threads, timelines)  # importing them fills the registry


@cache
def schema() -> GraphQLSchema:
    """Return the schema; building it takes 0.8 s, so each process does it once.

    Raises
    ------
    NotFetchedError
        Where npm cannot fetch it.
    """
    text = npm.read("@octokit/graphql-schema", VERSION, "schema.graphql").decode()
    built = build_schema(text.replace(*_ADVANCED, 1), assume_valid=True, assume_valid_sdl=True)
    for (kind, name), resolver in RESOLVERS.items():
        holder = built.type_map[kind]
        # The registry names ids and addresses of every type, also of those that have none.
        if isinstance(holder, GraphQLObjectType) and name in holder.fields:
            holder.fields[name].resolve = resolver
    for kind in built.type_map.values():
        if is_abstract_type(kind):
            kind.resolve_type = _type_of
    for scalar in ("DateTime", "GitTimestamp"):
        clock = built.type_map[scalar]
        assert isinstance(clock, GraphQLScalarType)
        clock.coerce_output_value, clock.coerce_input_value = written, datetime.fromisoformat
    return built


def _type_of(value: Any, info: GraphQLResolveInfo[Any], kind: GraphQLAbstractType) -> str:
    if isinstance(value, Comment) and isinstance(value.parent, Discussion):
        return "DiscussionComment"
    if isinstance(value, Comment) and isinstance(value.parent, Review):
        return "PullRequestReviewComment"
    return typename(value)
