"""GitHub's published schema, with the resolvers of this emulator; a server of an older version lacks some of it."""

import re
from dataclasses import replace
from datetime import datetime
from functools import cache
from typing import Any

from graphql import (
    DocumentNode,
    GraphQLAbstractType,
    GraphQLObjectType,
    GraphQLResolveInfo,
    GraphQLScalarType,
    GraphQLSchema,
    Node,
    build_ast_schema,
    is_abstract_type,
    parse,
)

from tests.github.graphql import branches, common, plans, repositories, root, threads, timelines
from tests.github.graphql.resolvers import RESOLVERS
from tests.github.model import Comment, Discussion, Review
from tests.github.names import typename, written
from tests.helpers import npm

VERSION = "15.26.1"
# In GitHub's documentation since March 2025, and not in the published file.
_ADVANCED = ("enum SearchType {\n", "enum SearchType {\n  ISSUE_ADVANCED\n\n")
PARTS = (branches, common, plans, repositories, root, threads, timelines)  # importing them fills the registry
EVERYTHING: frozenset[str] = frozenset()


@cache
def schema(lacking: frozenset[str] = EVERYTHING) -> GraphQLSchema:
    """Return the schema; building it takes 0.8 s, so each process does it once.

    Parameters
    ----------
    lacking
        What is not in it: types, and fields and values such as ``Issue.stateReason`` and ``SearchType.DISCUSSION``.

    Raises
    ------
    NotFetchedError
        Where npm cannot fetch it.
    """
    text = npm.read("@octokit/graphql-schema", VERSION, "schema.graphql").decode().replace(*_ADVANCED, 1)
    document = parse(text, no_location=True)
    if lacking:
        document = _without(document, lacking)
    built = build_ast_schema(document, assume_valid=True, assume_valid_sdl=True)
    for (holder_name, name), resolver in RESOLVERS.items():
        holder = built.type_map.get(holder_name)
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


def _without(document: DocumentNode, lacking: frozenset[str]) -> DocumentNode:
    """Return a schema without some types, fields and values, and without whatever holds a type that is gone."""
    # An event's name stands in the lists of timeline items too.
    items = frozenset(re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).upper() for name in lacking if "." not in name)
    kept = []
    for definition in document.definitions:
        name = _name(definition)
        gone = lacking | items if name.endswith("ItemsItemType") else lacking
        parts: dict[str, Any] = {}
        for word in ("fields", "types", "values", "interfaces"):
            if inside := getattr(definition, word, None):
                parts[word] = tuple(one for one in inside if not _is_gone(one, name, gone))
        if name not in lacking:
            kept.append(replace(definition, **parts) if parts else definition)
    return replace(document, definitions=tuple(kept))


def _is_gone(part: Node, holder: str, lacking: frozenset[str]) -> bool:
    names = {_name(part), f"{holder}.{_name(part)}"}
    if kind := getattr(part, "type", None):
        names = {f"{holder}.{_name(part)}", _named(kind)}
    return not names.isdisjoint(lacking)


def _named(kind: Any) -> str:
    """Return the name of a type, whatever lists and exclamation marks are around it."""
    while hasattr(kind, "type"):
        kind = kind.type
    return str(kind.name.value)


def _name(node: Node) -> str:
    name = getattr(node, "name", None)
    return str(name.value) if name else ""


def _type_of(value: Any, info: GraphQLResolveInfo[Any], kind: GraphQLAbstractType) -> str:
    if isinstance(value, Comment) and isinstance(value.parent, Discussion):
        return "DiscussionComment"
    if isinstance(value, Comment) and isinstance(value.parent, Review):
        return "PullRequestReviewComment"
    return typename(value)
