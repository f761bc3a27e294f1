"""What is asked about needs: two searches over all upstream projects, and each repository's branch and release."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from contribkit.loaders.github.asks import Ask, Shape, text
from contribkit.loaders.github.discover import upstream_places
from contribkit.loaders.github.linking import repository

if TYPE_CHECKING:
    from contribkit.config.organisation import Organisation

QUERIES = {"pulls": "is:pr is:open archived:false", "issues": "is:issue is:open archived:false no:label no:assignee"}


def first(organisation: "Organisation") -> Iterator[Ask]:
    """Yield what is asked before anything is known."""
    places = upstream_places(organisation)
    for kind in QUERIES:
        yield Ask(kind, {"query": f"{QUERIES[kind]} {places} sort:updated-desc", "after": None})
    for upstream in organisation.upstream:
        yield from (Ask("owner", {"login": owner, "after": None}) for owner in upstream.orgs)
        yield from (Ask("alone", {"repo": repo}) for repo in upstream.repos)


def _search(argument: dict[str, Any], fragment: str) -> str:
    return (
        f"search(query: {text(argument['query'])}, type: ISSUE, first: 100, after: {text(argument['after'])}) "
        f"{{ issueCount pageInfo {{ hasNextPage endCursor }} nodes {{ ...{fragment} }} }}"
    )


def _owner(argument: dict[str, Any]) -> str:
    return (
        f"repositoryOwner(login: {text(argument['login'])}) {{ repositories(first: 100, after: "
        f"{text(argument['after'])}, ownerAffiliations: [OWNER], isArchived: false) "
        "{ pageInfo { hasNextPage endCursor } nodes { ...Home } } }"
    )


def _alone(argument: dict[str, Any]) -> str:
    return f"{repository(argument['repo'])} {{ ...Home }}"


def _since(argument: dict[str, Any]) -> str:
    history = f'history(since: "{argument["since"]}") {{ totalCount }}'
    return (
        f"{repository(argument['row']['repo'])} {{ defaultBranchRef {{ target {{ ... on Commit {{ {history} }} }} }} }}"
    )


SHAPES = {
    "pulls": Shape(lambda argument: _search(argument, "NeedPull"), ("NeedPull",), connections=101),
    "issues": Shape(lambda argument: _search(argument, "NeedIssue"), ("NeedIssue",), connections=101),
    "owner": Shape(_owner, ("Home",)),
    "alone": Shape(_alone, ("Home",), connections=0),
    "since": Shape(_since, connections=0),
}
