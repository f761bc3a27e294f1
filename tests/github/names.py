"""What GitHub calls its things: types, node ids, addresses; and how it writes times."""

from datetime import UTC, datetime
from typing import Any

from tests.github.model import (
    Account,
    Comment,
    Commit,
    Discussion,
    Draft,
    Event,
    Project,
    Release,
    Repository,
    Review,
    Thread,
)

SITE = "https://github.com"
_PREFIXES = {
    "PullRequest": "PR", "Issue": "I", "Repository": "R", "User": "U", "Bot": "BOT", "Organization": "O",
    "Mannequin": "M", "EnterpriseUserAccount": "EUA",
    "Release": "RE", "Discussion": "D", "IssueComment": "IC", "PullRequestReview": "PRR", "Commit": "C",
    "ProjectV2": "PVT",
}  # fmt: skip
_NAMES: dict[type, str] = {
    Repository: "Repository", Release: "Release", Discussion: "Discussion", Comment: "IssueComment",
    Review: "PullRequestReview", Commit: "Commit", Project: "ProjectV2", Draft: "DraftIssue",
}  # fmt: skip


def typename(thing: Any) -> str:
    """Return GitHub's name for the type of a thing."""
    if isinstance(thing, Thread):
        return "PullRequest" if thing.is_pull_request else "Issue"
    if isinstance(thing, Account | Event):
        return thing.kind
    return _NAMES[type(thing)]


def node_id(thing: Any) -> str:
    """Return the node id of a thing."""
    return f"{_PREFIXES.get(typename(thing), 'EV')}_{thing.serial:08d}"


def url(thing: Any) -> str:
    """Return the page of a thing."""
    if isinstance(thing, Account):
        return f"{SITE}/{thing.login}"
    if isinstance(thing, Repository):
        return f"{SITE}/{thing.ref}"
    if isinstance(thing, Project):
        return f"{SITE}/orgs/{thing.owner.login}/projects/{thing.number}"
    if isinstance(thing, Thread | Discussion):
        place = "discussions" if isinstance(thing, Discussion) else "pull" if thing.is_pull_request else "issues"
        return f"{SITE}/{thing.repository.ref}/{place}/{thing.number}"
    if isinstance(thing, Release):
        return f"{SITE}/{thing.repository.ref}/releases/tag/{thing.tag_name}"
    if isinstance(thing, Commit):
        return f"{SITE}/{thing.parent.ref}/commit/{thing.oid}"
    if isinstance(thing, Comment) and isinstance(thing.parent, Review):
        return f"{url(thing.parent.parent)}#discussion_r{thing.serial}"
    anchor = (
        "pullrequestreview" if isinstance(thing, Review) else "issuecomment" if isinstance(thing, Comment) else "event"
    )
    return f"{url(thing.parent)}#{anchor}-{thing.serial}"


def written(at: Any) -> str:
    """Return a time as GitHub writes it: whole seconds of UTC."""
    moment: datetime = at
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
