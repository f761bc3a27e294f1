"""Upstream repositories: whether they are there, their releases, and who made the new ones."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from contribkit.ids import casefold_id
from contribkit.loaders.github.absent import absent
from contribkit.loaders.github.asks import Ask, text
from contribkit.loaders.github.linking import repository
from contribkit.loaders.github.loading import Loading, stamp
from contribkit.loaders.github.queries import releases_after
from contribkit.loaders.github.remarks import remark
from contribkit.loaders.github.store import Thing

# Whoever makes a repository commits to it soon; what holds more by then was brought from elsewhere.
_FIRST_DAYS = timedelta(days=30)


def asks(loading: Loading) -> Iterator[Ask]:
    """Yield asks for the upstream owners and repositories."""
    for upstream in loading.organisation.upstream:
        yield from (Ask("owner", {"login": owner, "after": None}) for owner in upstream.orgs)
        yield from (Ask("repository", {"repo": repo}) for repo in upstream.repos)


def owner_field(argument: dict[str, Any]) -> str:
    """Return the field of an owner's repositories with their releases."""
    after = f", after: {text(argument['after'])}" if argument["after"] else ""
    return (
        f"repositoryOwner(login: {text(argument['login'])}) {{ login repositories(first: 100{after}, "
        "ownerAffiliations: [OWNER], orderBy: {field: CREATED_AT, direction: DESC}) "
        "{ pageInfo { hasNextPage endCursor } nodes { ...Repository } } }"
    )


def repository_field(argument: dict[str, Any]) -> str:
    """Return the field of one repository with its releases."""
    return f"{repository(argument['repo'])} {{ ...Repository }}"


def releases_field(argument: dict[str, Any]) -> str:
    """Return the field of a repository's earlier releases."""
    asked = releases_after(text(argument["after"]))
    return f"node(id: {text(argument['id'])}) {{ ... on Repository {{ id {asked} }} }}"


def commits_field(argument: dict[str, Any]) -> str:
    """Return the field of the first commits of a new repository."""
    until = stamp(datetime.fromisoformat(argument["created_at"]) + _FIRST_DAYS)
    author = "author { name user { login } }"
    return (
        f"node(id: {text(argument['id'])}) {{ ... on Repository {{ defaultBranchRef {{ target {{ ... on Commit "
        f'{{ history(first: 100, until: "{until}") {{ totalCount nodes {{ {author} }} }} }} }} }} }} }}'
    )


def receive_owner(loading: Loading, ask: Ask, answer: dict[str, Any] | None) -> Iterator[Ask]:
    """Take a page of an owner's repositories."""
    login = ask.argument["login"]
    if not answer:
        said = absent(loading, login, "orgs", "take it out of [[upstream]], or mend its name")
        remark(loading, ask, said, is_wrong=True)
        return
    remark(loading, ask, None)
    page = answer["repositories"]
    for one in filter(None, page["nodes"]):
        yield from _take(loading, one)
    if page["pageInfo"]["hasNextPage"]:
        yield Ask("owner", {"login": login, "after": page["pageInfo"]["endCursor"]})


def receive_repository(loading: Loading, ask: Ask, answer: dict[str, Any] | None) -> Iterator[Ask]:
    """Take one repository."""
    repo = ask.argument["repo"]
    if not answer:
        fix = "take it out of [[upstream]], mend its name, or give the token its scope"
        remark(loading, ask, absent(loading, repo, "repos", fix), is_wrong=True)
        return
    now = answer["nameWithOwner"]
    renamed = f"{repo} is called {now} now; write that name into [[upstream]], so that all of it is found"
    remark(loading, ask, renamed if casefold_id(now) != casefold_id(repo) else None)
    loading.store.repositories.keep(answer, configured=repo)
    yield from _take(loading, answer)


def _take(loading: Loading, one: dict[str, Any]) -> Iterator[Ask]:
    """Keep the releases of a repository, and ask who made it where it is new."""
    loading.store.repositories.keep(one)
    yield from _releases(loading, one)
    is_new = loading.start <= one["createdAt"] < loading.end and not one["isFork"]
    if is_new and not loading.store.things.holds(f"made {one['id']}", one["createdAt"], ""):
        yield Ask("commits", {"id": one["id"], "created_at": one["createdAt"]})


def _releases(loading: Loading, one: dict[str, Any]) -> Iterator[Ask]:
    page = one["releases"]
    releases = [release for release in page["nodes"] if release]
    for release in releases:
        payload = release | {"repository": {"id": one["id"]}}
        loading.store.things.keep(Thing(release["id"], "release", release["createdAt"], "", payload))
    if page["pageInfo"]["hasNextPage"] and releases[-1]["createdAt"] >= loading.start:
        yield Ask("releases", {"id": one["id"], "after": page["pageInfo"]["endCursor"]})


def receive_releases(loading: Loading, ask: Ask, answer: dict[str, Any] | None) -> Iterator[Ask]:
    """Keep earlier releases."""
    if answer:
        yield from _releases(loading, answer)


def receive_commits(loading: Loading, ask: Ask, answer: dict[str, Any] | None) -> Iterator[Ask]:
    """Keep a new repository with the author of its first commit; nobody where it was brought from elsewhere."""
    history = (((answer or {}).get("defaultBranchRef") or {}).get("target") or {}).get("history") or {}
    commits = history.get("nodes") or []
    author = commits[-1]["author"] if commits and history["totalCount"] <= len(commits) else {}
    payload = {
        "repository": {"id": ask.argument["id"]},
        "createdAt": ask.argument["created_at"],
        "creator": ((author or {}).get("user") or {}).get("login"),
    }
    # Under a name of its own: a thing has one kind.
    name = f"made {ask.argument['id']}"
    loading.store.things.keep(Thing(name, "repository", ask.argument["created_at"], "", payload))
    yield from ()
