"""Fields of repositories, their owners, branches, releases and discussions."""

from datetime import datetime
from operator import attrgetter
from typing import Any

from tests.github.graphql.connection import Connection, connection
from tests.github.graphql.context import Info
from tests.github.graphql.errors import GitHubError, not_found
from tests.github.graphql.resolvers import resolves
from tests.github.model import Account, Discussion, Release, Repository, Thread

_FIELDS = {"CREATED_AT": "created_at", "UPDATED_AT": "updated_at", "NAME": "name", "COMMENTS": "number"}


def _ordered(items: list[Any], arguments: dict[str, Any]) -> list[Any]:
    """Return items in the order asked for, by default the order in which they came."""
    order = arguments.pop("orderBy", None) or {"field": "CREATED_AT", "direction": "ASC"}
    field = _FIELDS.get(order["field"])
    if field is None:
        raise GitHubError("UNPROCESSABLE", f"the emulator does not order by {order['field']}")
    return sorted(items, key=attrgetter(field, "serial"), reverse=order["direction"] == "DESC")


def _threads(source: Repository, arguments: dict[str, Any], pull_requests: bool) -> Connection:
    states, labels = arguments.pop("states", None), arguments.pop("labels", None)
    since = (arguments.pop("filterBy", None) or {}).get("since")
    items = [one for one in source.threads if one.is_pull_request is pull_requests]
    items = [one for one in items if not states or one.state in states]
    items = [one for one in items if not labels or set(labels) & set(one.labels)]
    items = [one for one in items if not since or one.updated_at >= since]
    return connection(_ordered(items, arguments), arguments)


@resolves("Repository.issues")
def _issues(source: Repository, info: Info, **arguments: Any) -> Connection:
    return _threads(source, arguments, False)


@resolves("Repository.pullRequests")
def _pull_requests(source: Repository, info: Info, **arguments: Any) -> Connection:
    return _threads(source, arguments, True)


def _numbered(source: Repository, info: Info, number: int, what: str) -> Any:
    """Return a thread by its number; a transferred issue answers at its new place."""
    found = info.context.workload.thread_by_ref.get(f"{source.ref}#{number}".lower())
    if found is None:
        raise not_found(f"{what} with the number of {number}.")
    info.context.check(found, f"{what} with the number of {number}.")
    return found


@resolves("Repository.issue")
def _issue(source: Repository, info: Info, number: int) -> Thread:
    found = _numbered(source, info, number, "an Issue")
    if not isinstance(found, Thread) or found.is_pull_request:
        raise not_found(f"an Issue with the number of {number}.")
    return found


@resolves("Repository.pullRequest")
def _pull_request(source: Repository, info: Info, number: int) -> Thread:
    found = _numbered(source, info, number, "a PullRequest")
    if not isinstance(found, Thread) or not found.is_pull_request:
        raise not_found(f"a PullRequest with the number of {number}.")
    return found


@resolves("Repository.issueOrPullRequest")
def _issue_or_pull_request(source: Repository, info: Info, number: int) -> Thread:
    found = _numbered(source, info, number, "an issue or pull request")
    if not isinstance(found, Thread):
        raise not_found(f"an issue or pull request with the number of {number}.")
    return found


@resolves("Repository.discussion")
def _discussion(source: Repository, info: Info, number: int) -> Discussion:
    found = _numbered(source, info, number, "a Discussion")
    if not isinstance(found, Discussion):
        raise not_found(f"a Discussion with the number of {number}.")
    return found


@resolves("Repository.discussions")
def _discussions(source: Repository, info: Info, **arguments: Any) -> Connection:
    for unused in ("answered", "categoryId", "states"):
        arguments.pop(unused, None)
    return connection(_ordered(source.discussions, arguments), arguments)


@resolves("Repository.releases")
def _releases(source: Repository, info: Info, **arguments: Any) -> Connection:
    """Give the releases that are out: only who can push sees drafts."""
    return connection(_ordered(_out(source), arguments), arguments)


def _out(source: Repository) -> list[Release]:
    return [one for one in source.releases if one.published_at]


@resolves("Repository.latestRelease")
def _latest_release(source: Repository, info: Info) -> Release | None:
    return max(_out(source), key=attrgetter("created_at"), default=None)


@resolves("Release.isDraft", "Release.isPrerelease")
def _no(source: Release, info: Info) -> bool:
    return False


@resolves("Release.isLatest")
def _is_latest(source: Release, info: Info) -> bool:
    return source is _latest_release(source.repository, info)


@resolves("Release.updatedAt")
def _updated(source: Release, info: Info) -> Any:
    return source.published_at


@resolves("Repository.isPrivate")
def _is_private(source: Repository, info: Info) -> bool:
    return source.private


@resolves("Repository.visibility")
def _visibility(source: Repository, info: Info) -> str:
    return "PRIVATE" if source.private else "PUBLIC"


@resolves(
    "Repository.isFork", "Repository.isArchived", "Repository.isDisabled", "Repository.isEmpty", "Repository.isTemplate"
)
def _is_not(source: Repository, info: Info) -> bool:
    return False


@resolves("Repository.hasDiscussionsEnabled")
def _has_discussions(source: Repository, info: Info) -> bool:
    return bool(source.discussions)


@resolves("Repository.updatedAt", "Repository.pushedAt")
def _pushed_at(source: Repository, info: Info) -> datetime:
    return max((commit.committed_at for commit in source.commits), default=source.created_at)


@resolves("Organization.repositories", "User.repositories")
def _repositories(source: Account, info: Info, **arguments: Any) -> Connection:
    for unused in ("affiliations", "ownerAffiliations", "hasIssuesEnabled", "isArchived", "isLocked"):
        arguments.pop(unused, None)
    fork, privacy = arguments.pop("isFork", None), arguments.pop("privacy", arguments.pop("visibility", None))
    owned = [one for one in info.context.workload.repositories if one.owner is source and info.context.sees(one)]
    owned = [one for one in owned if not privacy or one.private is (privacy == "PRIVATE")]
    return connection([] if fork else _ordered(owned, arguments), arguments)
