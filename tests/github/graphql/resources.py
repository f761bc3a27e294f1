"""What one query may use up: a budget of heavy nodes, spent in the order of the document.

A heavy node is a thing that is asked for nine connections of fifty entries each, as in the measurement that found a
hundred of them too much; connections count by their size, and that of a search is one too. Whatever comes after the
field that used the budget up is null, and nulls climb to the next place that may be null.
"""

from collections.abc import Callable
from typing import Any, Literal

from graphql import get_named_type, get_nullable_type, is_leaf_type, is_list_type

from tests.github.graphql.context import Info
from tests.github.graphql.errors import GitHubError

KIND = "RESOURCE_LIMITS_EXCEEDED"
Form = Literal["one", "each", "no_path", "data_null"]
Path = tuple[str | int, ...]
HEAVY = 9 * 50  # entries that a heavy node is asked for


class Resources:
    """The budget of one query; graphql-core calls `resolve` in place of every resolver.

    Parameters
    ----------
    most
        So many heavy nodes are answered.
    form
        How the rest is told: ``one`` error at the field that used the budget up, an error at ``each`` null, one error
        with ``no_path``, or ``data_null`` with the path in the error.
    """

    def __init__(self, most: float, form: Form) -> None:
        self.left, self.form = round(most * HEAVY), form
        self.used_up_at: Path | None = None

    def resolve(self, following: Callable[..., Any], source: Any, info: Info, **arguments: Any) -> Any:
        """Resolve a field, or say that the budget is used up."""
        if self.used_up_at is not None:
            if not self._belongs_to_what_is_there(info):
                raise _exceeded()
        elif get_named_type(info.return_type).name.endswith("Connection"):
            self.left -= arguments.get("first") or arguments.get("last") or 0
            if self.left < 0:
                self.used_up_at = tuple(info.path.as_list())
                raise _exceeded()
        return following(source, info, **arguments)

    def _belongs_to_what_is_there(self, info: Info) -> bool:
        """Say whether a field is a plain one of the thing at which the budget was used up, or of one around it.

        A list is there too, since what is in it may be null one by one.
        """
        assert self.used_up_at is not None
        parent = tuple(info.path.as_list())[:-1]
        plain = is_leaf_type(get_named_type(info.return_type)) or is_list_type(get_nullable_type(info.return_type))
        return plain and parent == self.used_up_at[: len(parent)]

    def told(self, answer: dict[str, Any]) -> dict[str, Any]:
        """Return an answer with its errors in the form of this budget."""
        if self.used_up_at is None:
            return answer
        limits = [error for error in answer["errors"] if error.get("type") == KIND]
        others = [error for error in answer["errors"] if error.get("type") != KIND]
        if self.form == "each":
            return answer
        first = dict(limits[0])
        if self.form == "no_path":
            del first["path"]
        data = None if self.form == "data_null" else answer["data"]
        return {"data": data, "errors": [*others, first]}


def _exceeded() -> GitHubError:
    return GitHubError(KIND, "Resource limits for this query exceeded.")
