"""The kinds of asks: how each looks in a request, and what is done with its answer."""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from contribkit.loaders.github import accounts, discover, linking, repositories, threads, triage
from contribkit.loaders.github.asks import Ask, Shape
from contribkit.loaders.github.loading import Loading


class Kind(NamedTuple):
    """One kind of ask; `word` is what people call what waits."""

    shape: Shape
    receive: Callable[[Loading, Ask, Any], Iterator[Ask]]
    word: str = "detail"


# What a hundred of a request means for each was chosen so that a full one asks for some 30,000 nodes at the most.
KINDS: dict[str, Kind] = {
    "account": Kind(Shape(accounts.field, weight=0, connections=0), accounts.receive, "account"),
    "organisation": Kind(Shape(accounts.field, weight=0, connections=0), accounts.receive_organisation, "account"),
    "search": Kind(Shape(discover.field, weight=2), discover.receive, "search"),
    "owner": Kind(
        Shape(repositories.owner_field, ("Repository",), 4, 101), repositories.receive_owner, "repository list"
    ),
    "repository": Kind(Shape(repositories.repository_field, ("Repository",)), repositories.receive_repository),
    "planned": Kind(Shape(linking.planned_field, ("OwnIssue", "OwnPull"), 1, 4), linking.receive_planned),
    "plans": Kind(Shape(linking.plans_field, (), 1, 2), linking.receive_plans),
    "triage": Kind(Shape(triage.field, weight=2), triage.receive, "search"),
    "look_issue": Kind(Shape(None, ("TriageIssue",), 0.25), triage.receive_look),
    "look_pull": Kind(Shape(None, ("TriagePull",), 0.25), triage.receive_look),
    "pull": Kind(Shape(None, ("Pull",), 1, 6), threads.receive, "thread"),
    "issue": Kind(Shape(None, ("Issue",), 1, 3), threads.receive, "thread"),
    "discussion": Kind(Shape(None, ("Discussion",), 1, 2), threads.receive, "thread"),
    "page": Kind(Shape(threads.page_field, weight=2), threads.receive_page),
    "replies": Kind(Shape(None, ("Replies",)), threads.receive_replies),
    "releases": Kind(Shape(repositories.releases_field), repositories.receive_releases),
    "commits": Kind(Shape(repositories.commits_field), repositories.receive_commits),
    "own_issue": Kind(Shape(None, ("OwnIssue",), 1, 2), linking.receive, "linking thread"),
    "own_pull": Kind(Shape(None, ("OwnPull",), 1, 2), linking.receive, "linking thread"),
}
SHAPES = {name: kind.shape for name, kind in KINDS.items()}


def points(asks: list[Ask]) -> int:
    """Return what a request costs by GitHub's formula: a point for a hundred connections, full, and one at least."""
    return max(1, round(sum(SHAPES[ask.kind].connections for ask in asks) / 100))
