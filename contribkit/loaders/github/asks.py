"""Asks: what is still to be asked of GitHub, each a field of a request, and the request that many of them make."""

import json
from collections.abc import Iterable
from typing import Any, NamedTuple

MOST_IDS = 100
"""More ids at once GitHub refuses."""


class Ask(NamedTuple):
    """One thing to ask: its kind, and what the kind needs to know, in JSON's types."""

    kind: str
    argument: dict[str, Any]

    @property
    def written(self) -> str:
        """The argument as a text, the same for equal ones.

        Examples
        --------
        >>> Ask("owner", {"login": "ada", "after": None}).written
        '{"after": null, "login": "ada"}'
        """
        return json.dumps(self.argument, sort_keys=True)


class Shape(NamedTuple):
    """How asks of a kind look in a request.

    Attributes
    ----------
    field
        Makes the field for an argument; None for what is asked by ``id``, as many together as may be.
    fragments
        The fragments that it needs; what is asked by id is given the first.
    weight
        How much of a request it takes, of 100.
    connections
        Of how many pages of connections it is made, full: GitHub charges a point for a hundred.
    """

    field: Any
    fragments: tuple[str, ...] = ()
    weight: float = 1
    connections: int = 1


class Place(NamedTuple):
    """Where in an answer the answer to one ask stands."""

    ask: Ask
    path: tuple[str | int, ...]


def text(value: str | None) -> str:
    """Return a text as GraphQL writes it.

    Examples
    --------
    >>> text('a "b"'), text(None)
    ('"a \\\\"b\\\\""', 'null')
    """
    return json.dumps(value, ensure_ascii=False)


class Request(NamedTuple):
    """A request: GraphQL, the values of its variables, and where in its answer each ask is answered."""

    document: str
    variables: dict[str, list[str]]
    places: list[Place]


def compose(asks: Iterable[Ask], shapes: dict[str, Shape], fragments: dict[str, str]) -> Request:
    """Return the request that asks several things.

    Parameters
    ----------
    asks
        What to ask.
    shapes
        How asks of each kind look.
    fragments
        GraphQL of every fragment, by name.
    """
    fields: list[str] = []
    variables: dict[str, list[str]] = {}
    places: list[Place] = []
    needed: set[str] = set()
    by_id: dict[str, list[Ask]] = {}
    for ask in asks:
        shape = shapes[ask.kind]
        needed.update(shape.fragments)
        if shape.field is None:
            by_id.setdefault(shape.fragments[0], []).append(ask)
        else:
            alias = f"f{len(fields)}"
            fields.append(f"{alias}: {shape.field(ask.argument)}")
            places.append(Place(ask, (alias,)))
    for name, group in by_id.items():
        for start in range(0, len(group), MOST_IDS):
            alias = f"f{len(fields)}"
            part = group[start : start + MOST_IDS]
            fields.append(f"{alias}: nodes(ids: ${alias}) {{ __typename ...{name} }}")
            variables[alias] = [ask.argument["id"] for ask in part]
            places.extend(Place(ask, (alias, number)) for number, ask in enumerate(part))
    given = ", ".join(f"${name}: [ID!]!" for name in variables)
    head = f"query({given}) {{" if variables else "query {"
    parts = [fragments[name] for name in sorted(needed)]
    return Request("\n".join([head, *fields, "}", *parts]), variables, places)
