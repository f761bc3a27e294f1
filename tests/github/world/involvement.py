"""Who is involved in a thread, as GitHub's search counts it: reviewers are not, nor is who only triages or merges."""

import re

from tests.github.model import Account, Comment, Discussion, Thread

_MENTION = re.compile(r"(?<![\w/.@-])@([A-Za-z0-9][A-Za-z0-9-]{0,38})")


def mentions(text: str) -> set[str]:
    """Return the logins that a text mentions, in lower case.

    Examples
    --------
    >>> sorted(mentions("thanks @Ada-example, not me@example.org and @ nobody"))
    ['ada-example']
    """
    return {login.lower() for login in _MENTION.findall(text)} if "@" in text else set()


def _login(account: Account | None) -> set[str]:
    return {account.login.lower()} if account else set()


def _comments(thread: Thread | Discussion) -> list[Comment]:
    if isinstance(thread, Thread):
        return thread.comments
    return [one for comment in thread.comments for one in (comment, *comment.replies)]


def roles(thread: Thread | Discussion) -> dict[str, set[str]]:
    """Return the logins, in lower case, by the qualifier that finds them."""
    comments = _comments(thread)
    texts = [thread.body, *(comment.body for comment in comments)]
    found = {
        "author": _login(thread.author),
        "commenter": set().union(*(_login(comment.author) for comment in comments)),
        "mentions": set().union(*map(mentions, texts)),
        "assignee": set(),
    }
    reviewers: set[str] = set()
    if isinstance(thread, Thread):
        found["assignee"] = set().union(*map(_login, thread.assignees))
        reviewers = set().union(*(_login(review.author) for review in thread.reviews if review.submitted_at))
    return found | {"involves": set().union(*found.values()), "reviewed-by": reviewers}
