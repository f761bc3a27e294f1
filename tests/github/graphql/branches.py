"""Default branches, their histories and checks."""

from datetime import datetime
from typing import Any

from tests.github.graphql.connection import Connection, connection
from tests.github.graphql.context import Info
from tests.github.graphql.errors import GitHubError
from tests.github.graphql.resolvers import resolves
from tests.github.model import Commit, Repository


@resolves("Repository.defaultBranchRef")
def _default_branch(source: Repository, info: Info) -> dict[str, Any] | None:
    if not source.commits:
        return None
    name, head = "main", source.commits[0]
    return {"id": f"REF_{source.serial}", "name": name, "prefix": "refs/heads/", "target": head, "repository": source}


@resolves("Commit.history")
def _history(source: Commit, info: Info, **arguments: Any) -> Connection:
    """Give the commits back from this one, newest first, from the front only: GitHub has no end to count from."""
    since, until = arguments.pop("since", None), arguments.pop("until", None)
    if arguments.get("last") is not None:
        raise GitHubError("UNPROCESSABLE", "the emulator pages a history with `first` and `after` only")
    if arguments.pop("author", None) or arguments.pop("path", None):
        raise GitHubError("UNPROCESSABLE", "the emulator filters a history by time only")
    commits = source.parent.commits[source.parent.commits.index(source) :]
    commits = [
        one for one in commits if (not since or one.committed_at >= since) and (not until or one.committed_at <= until)
    ]
    return connection(commits, arguments)


@resolves("Commit.statusCheckRollup")
def _rollup(source: Commit, info: Info) -> dict[str, Any] | None:
    return {"id": f"SCR_{source.serial}", "state": source.checks} if source.checks else None


@resolves("Commit.authors")
def _authors(source: Commit, info: Info, **arguments: Any) -> Connection:
    return connection([_author(source, info)], arguments)


@resolves("Commit.author", "Commit.committer")
def _author(source: Commit, info: Info) -> dict[str, Any]:
    user = source.author if source.author and source.author.kind == "User" else None
    name = source.author.login if source.author else "Somebody"
    return {"user": user, "name": name, "email": f"{name}@users.example", "date": source.committed_at}


@resolves("Commit.authoredDate", "Commit.committedDate")
def _committed(source: Commit, info: Info) -> datetime:
    return source.committed_at


@resolves("Commit.messageHeadline")
def _headline(source: Commit, info: Info) -> str:
    return source.message.partition("\n")[0]
