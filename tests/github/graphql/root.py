"""The fields at which a query begins."""

from typing import Any

from tests.github.graphql.connection import Connection, connection
from tests.github.graphql.context import Info
from tests.github.graphql.errors import GitHubError, not_found
from tests.github.graphql.resolvers import resolves
from tests.github.model import Account, Repository


@resolves("Query.rateLimit")
def _rate_limit(source: Any, info: Info, **arguments: Any) -> dict[str, Any]:
    limit: dict[str, Any] = info.context.rate_limit
    return limit


@resolves("Query.viewer")
def _viewer(source: Any, info: Info) -> Account:
    account: Account = info.context.workload.members[0].account
    return account


@resolves("Query.node")
def _node(source: Any, info: Info, id: str) -> Any:
    return info.context.node(id)


@resolves("Query.nodes")
def _nodes(source: Any, info: Info, ids: list[str]) -> list[Any]:
    """Give each thing, or the error in its place."""
    return [_node_or_error(info, one) for one in ids]


def _node_or_error(info: Info, identifier: str) -> Any:
    try:
        return info.context.node(identifier)
    except GitHubError as error:
        return error


@resolves("Query.repository")
def _repository(source: Any, info: Info, owner: str, name: str, followRenames: bool = True) -> Repository:
    found: Repository = info.context.repository(owner, name)
    if not followRenames and found.name.lower() != name.lower():
        raise not_found(f"a Repository with the name '{owner}/{name}'.")
    return found


def _account(info: Info, login: str, kinds: tuple[str, ...], what: str) -> Account:
    info.context.check_owner(login)
    account: Account | None = info.context.workload.accounts.get(login.lower())
    if account is None or account.kind not in kinds:
        raise not_found(f"{what} with the login of '{login}'.")
    return account


@resolves("Query.user")
def _user(source: Any, info: Info, login: str) -> Account:
    return _account(info, login, ("User",), "a User")


@resolves("Query.organization")
def _organization(source: Any, info: Info, login: str) -> Account:
    return _account(info, login, ("Organization",), "an Organization")


@resolves("Query.repositoryOwner")
def _repository_owner(source: Any, info: Info, login: str) -> Account | None:
    info.context.check_owner(login)
    account: Account | None = info.context.workload.accounts.get(login.lower())
    return account if account and account.kind in ("User", "Organization") else None


@resolves("Query.search")
def _search(source: Any, info: Info, query: str, type: str, **arguments: Any) -> Connection:
    if type not in ("ISSUE", "ISSUE_ADVANCED", "DISCUSSION"):
        raise GitHubError("UNPROCESSABLE", f"the emulator does not search for {type}")
    try:
        found = info.context.find(query, type)
    except ValueError as error:
        raise GitHubError("INVALID_SEARCH", str(error)) from error
    return connection(found.shown, arguments, len(found.hits))
