"""Fields of what is planned: milestones of repositories, and Projects of organisations."""

from typing import Any

from tests.github.graphql.connection import Connection, connection
from tests.github.graphql.context import Info
from tests.github.graphql.errors import GitHubError
from tests.github.graphql.resolvers import resolves
from tests.github.model import Account, Draft, Milestone, Project, Repository, Thread
from tests.github.names import typename


@resolves("Repository.milestones")
def _milestones(source: Repository, info: Info, **arguments: Any) -> Connection:
    states, title = arguments.pop("states", None), (arguments.pop("query", None) or "").casefold()
    order = arguments.pop("orderBy", None) or {"field": "NUMBER", "direction": "ASC"}
    if order["field"] not in ("NUMBER", "DUE_DATE"):
        raise GitHubError("UNPROCESSABLE", f"the emulator does not order by {order['field']}")
    found = [one for one in source.milestones if (not states or one.state in states) and title in one.title.casefold()]
    if order["field"] == "DUE_DATE":
        found.sort(key=lambda one: (one.due_on is None, one.due_on))
    return connection(found if order["direction"] == "ASC" else found[::-1], arguments)


@resolves("Milestone.issues")
def _issues(source: Milestone, info: Info, states: list[str] | None = None, **arguments: Any) -> Connection:
    threads = [one for one in source.repository.threads if one.milestone == source.title and not one.is_pull_request]
    return connection([one for one in threads if not states or one.state in states], arguments)


@resolves("Organization.projectsV2")
def _projects(source: Account, info: Info, **arguments: Any) -> Connection:
    """Give an organisation's Projects, also the closed ones, to a token that has the scope for them."""
    info.context.check_owner(source.login)
    scopes = sorted(info.context.access.scopes)
    if "read:project" not in scopes:
        said = (
            "Your token has not been granted the required scopes to execute this query. The 'projectsV2' field "
            f"requires one of the following scopes: ['read:project'], but your token has only been granted the: "
            f"{scopes} scopes. Please modify your token's scopes at: https://github.com/settings/tokens."
        )
        raise GitHubError("INSUFFICIENT_SCOPES", said)
    return connection([one for one in info.context.workload.world.projects if one.owner is source], arguments)


@resolves("ProjectV2.items")
def _items(source: Project, info: Info, **arguments: Any) -> Connection:
    return connection([_item(one, info) for one in source.content], arguments)


def _item(content: Thread | Draft, info: Info) -> dict[str, Any]:
    if isinstance(content, Thread) and not info.context.sees(content.repository):
        return {"type": "REDACTED", "content": None, "isArchived": False}
    kinds = {"Issue": "ISSUE", "PullRequest": "PULL_REQUEST", "DraftIssue": "DRAFT_ISSUE"}
    return {"type": kinds[typename(content)], "content": content, "isArchived": False}
