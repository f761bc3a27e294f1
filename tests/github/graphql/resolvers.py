"""The registry of resolvers: a field that is in none of them is the attribute of its name."""

import re
from collections.abc import Callable
from functools import cache
from typing import Any

from graphql import GraphQLError, GraphQLResolveInfo

Resolver = Callable[..., Any]
RESOLVERS: dict[tuple[str, str], Resolver] = {}


def resolves(*places: str) -> Callable[[Resolver], Resolver]:
    """Register a function ``(source, info, **arguments)`` for places such as ``Issue.comments``."""

    def register(function: Resolver) -> Resolver:
        for place in places:
            kind, _, field = place.partition(".")
            RESOLVERS[kind, field] = function
        return function

    return register


@cache
def _attribute(field: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", field).lower()


def by_attribute(source: Any, info: GraphQLResolveInfo[Any], **arguments: Any) -> Any:
    """Return the attribute, or the entry, that a field is named after.

    Raises
    ------
    GraphQLError
        For a field that this emulator does not serve: never a null that GitHub would not give.
    """
    name = info.field_name
    try:
        return source[name] if isinstance(source, dict) else getattr(source, _attribute(name))
    except (AttributeError, KeyError):
        raise GraphQLError(f"the emulator does not serve {info.parent_type.name}.{name}") from None
