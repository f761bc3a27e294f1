"""What may stand before every resolver, beside the budget: refusals of a token's permissions, and nulls at random."""

import zlib
from collections.abc import Callable
from typing import Any

from graphql import get_named_type, is_leaf_type

from tests.github.graphql.context import Info
from tests.github.graphql.errors import GitHubError
from tests.github.model import Thread

NOT_ACCESSIBLE = "Resource not accessible by personal access token"
WENT_WRONG = "Something went wrong while executing your query."


class Refusals:
    """Fields of threads that a fine-grained token may not read.

    Parameters
    ----------
    fields
        Their names, such as ``reviews`` and ``mergedBy``.
    owner
        Whose repositories are meant, in lower case.
    """

    def __init__(self, fields: frozenset[str], owner: str) -> None:
        self.fields, self.owner = fields, owner

    def resolve(self, following: Callable[..., Any], source: Any, info: Info, **arguments: Any) -> Any:
        """Resolve a field, or refuse it."""
        if info.field_name in self.fields and isinstance(source, Thread) and self._is_theirs(source):
            raise GitHubError("FORBIDDEN", NOT_ACCESSIBLE)
        return following(source, info, **arguments)

    def _is_theirs(self, thread: Thread) -> bool:
        return thread.repository.owner.login.lower() == self.owner


class Nulls:
    """A share of all things and connections is null; which, depends on the number of the request.

    Parameters
    ----------
    share
        How many are.
    silent
        Whether no error tells of them: then only things and connections are null, which are never null by themselves.
    turn
        The number of the request.
    """

    def __init__(self, share: float, silent: bool, turn: int) -> None:
        self.share, self.silent, self.turn = share, silent, turn

    def resolve(self, following: Callable[..., Any], source: Any, info: Info, **arguments: Any) -> Any:
        """Resolve a field, or let it be null."""
        path = info.path.as_list()
        kind = get_named_type(info.return_type)
        mine = kind.name.endswith("Connection") if self.silent else not is_leaf_type(kind)
        in_a_list = len(path) > 1 and isinstance(path[-2], int)
        if (mine and self._drawn(path)) or (in_a_list and self._drawn(path[:-1])):
            raise GitHubError(None, WENT_WRONG)
        return following(source, info, **arguments)

    def _drawn(self, path: list[str | int]) -> bool:
        return zlib.crc32(f"{self.turn} {path}".encode()) / 2**32 < self.share

    def told(self, answer: dict[str, Any]) -> dict[str, Any]:
        """Return an answer without the errors that nobody is told of."""
        errors = [one for one in answer.get("errors", []) if not (self.silent and one["message"] == WENT_WRONG)]
        return {"data": answer["data"]} | ({"errors": errors} if errors else {})
