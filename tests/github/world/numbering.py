"""Numbers of threads in their repositories, and everything that gets a number of its own."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from tests.github.model import Account, Discussion, Repository, Thread


def number_threads(repositories: list[Repository]) -> None:
    """Number threads and discussions in order of time; a transferred issue left a number behind."""
    came: dict[Repository, list[tuple[datetime, Thread | Discussion, bool]]] = defaultdict(list)
    for repository in repositories:
        for thread in repository.threads:
            came[repository].append((thread.created_at, thread, True))
            if thread.transferred_from:
                came[thread.transferred_from[0]].append((thread.created_at, thread, False))
        came[repository] += [(discussion.created_at, discussion, True) for discussion in repository.discussions]
    for repository, things in came.items():
        for number, (_, thing, here) in enumerate(sorted(things, key=lambda entry: entry[0]), 1):
            if here:
                thing.number = number
            elif isinstance(thing, Thread):
                thing.transferred_from = (repository, number)
    for repository in repositories:
        for discussion in repository.discussions:
            times = [c.created_at for comment in discussion.comments for c in (comment, *comment.replies)]
            discussion.updated_at = max([discussion.created_at, *times])


def things(accounts: Iterable[Account], repositories: list[Repository]) -> Iterator[tuple[Any, Any]]:
    """Yield everything, with what it belongs to where that is not told otherwise."""
    yield from ((account, None) for account in accounts)
    for repository in repositories:
        yield repository, None
        yield from ((commit, repository) for commit in repository.commits)
        yield from ((release, None) for release in repository.releases)
        for thread in repository.threads:
            yield thread, None
            yield from ((part, thread) for part in (*thread.comments, *thread.reviews, *thread.events))
            yield from ((comment, review) for review in thread.reviews for comment in review.comments)
        for discussion in repository.discussions:
            yield discussion, None
            for comment in discussion.comments:
                yield from ((one, discussion) for one in (comment, *comment.replies))
