"""Fields that many things have: ids, addresses, people, labels, pages."""

from typing import Any

from tests.github.graphql.connection import Connection, connection
from tests.github.graphql.context import Info
from tests.github.graphql.resolvers import resolves
from tests.github.model import Account, Comment, Discussion, Thread
from tests.github.names import node_id, url

_WITH_ID = [
    "PullRequest", "Issue", "Repository", "User", "Bot", "Organization", "Release", "Discussion", "DiscussionComment",
    "IssueComment", "PullRequestReview", "PullRequestReviewComment", "Commit", "CrossReferencedEvent", "ClosedEvent",
    "MergedEvent", "LabeledEvent", "UnlabeledEvent", "AssignedEvent", "TransferredEvent", "MilestonedEvent",
    "ReopenedEvent", "AddedToMergeQueueEvent", "AutoMergeEnabledEvent", "Mannequin", "EnterpriseUserAccount",
    "ProjectV2",
]  # fmt: skip


@resolves(*(f"{name}.id" for name in _WITH_ID))
def _id(source: Any, info: Info) -> str:
    return node_id(source)


@resolves(*(f"{name}.url" for name in _WITH_ID), "PullRequest.permalink")
def _url(source: Any, info: Info) -> str:
    return url(source)


@resolves(*(f"{name}.databaseId" for name in _WITH_ID), *(f"{name}.fullDatabaseId" for name in _WITH_ID))
def _database_id(source: Any, info: Info) -> int:
    return int(source.serial)


@resolves(*(f"{name}.bodyText" for name in _WITH_ID))
def _body_text(source: Any, info: Info) -> str:
    return str(source.body)


@resolves(
    *(f"{name}.publishedAt" for name in ("PullRequest", "Issue", "Discussion", "IssueComment", "DiscussionComment"))
)
def _published_at(source: Any, info: Info) -> Any:
    return source.created_at


@resolves("IssueComment.updatedAt", "DiscussionComment.updatedAt", "PullRequestReviewComment.updatedAt")
def _updated_at(source: Any, info: Info) -> Any:
    return source.created_at


@resolves("User.name", "Organization.name")
def _name(source: Account, info: Info) -> str:
    return source.login.removesuffix("-example").title()


def label(name: str) -> dict[str, Any]:
    """Return a label."""
    return {"id": f"LA_{name}", "name": name, "color": "ededed", "description": None}


@resolves("PullRequest.labels", "Issue.labels")
def _labels(source: Thread, info: Info, **arguments: Any) -> Connection:
    return connection([label(name) for name in source.labels], arguments)


@resolves("Discussion.labels")
def _no_labels(source: Discussion, info: Info, **arguments: Any) -> Connection:
    return connection([], arguments)


@resolves("PullRequest.assignees", "Issue.assignees")
def _assignees(source: Thread, info: Info, **arguments: Any) -> Connection:
    return connection(source.assignees, arguments)


@resolves("PullRequest.participants", "Issue.participants")
def _participants(source: Thread, info: Info, **arguments: Any) -> Connection:
    people = [source.author, *(one.author for one in source.comments), *(one.author for one in source.reviews)]
    return connection([one for one in dict.fromkeys(people) if one and one.kind == "User"], arguments)


@resolves("PullRequest.comments", "Issue.comments", "Discussion.comments", "PullRequestReview.comments")
def _comments(source: Any, info: Info, **arguments: Any) -> Connection:
    order = arguments.pop("orderBy", None)
    is_first_page = arguments.get("before") is None and arguments.get("after") is None
    if isinstance(source, Thread | Discussion) and is_first_page and (arguments.get("first") or arguments.get("last")):
        info.context.read.append(node_id(source))
    comments = source.comments if not order or order["direction"] == "ASC" else source.comments[::-1]
    return connection(comments, arguments)


@resolves("DiscussionComment.replies")
def _replies(source: Comment, info: Info, **arguments: Any) -> Connection:
    return connection(source.replies, arguments)


@resolves("PullRequestReviewComment.pullRequestReview", "IssueComment.issue")
def _parent(source: Comment, info: Info) -> Any:
    return source.parent
