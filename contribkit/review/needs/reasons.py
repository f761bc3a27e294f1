"""Why a need counts: one small function a reason, each says what it saw; the points are those of ``[needs]``."""

from collections.abc import Callable
from typing import Any

from contribkit.review.needs.need import Need
from contribkit.tables import is_missing, is_true
from contribkit.vocabulary import Activity

SMALL = 100  # changed lines; a review takes in 200 to 400 at most (Cohen 2006, Best Kept Secrets of Peer Code Review)
RECENT = 30  # days
STALE = 365  # days
OVERDUE = 90  # days: a quarter without a release


def newcomer(need: Need) -> str | None:
    """Somebody new to the project waits for an answer."""
    return "somebody new to the project waits" if need.is_of_newcomer else None


def unanswered(need: Need) -> str | None:
    """Nobody has answered: no comment, no review."""
    silent = need.is_waiting and need.count("comments") == 0
    reviewed = need.text("review_state") in ("approved", "changes_requested")
    age = need.age("opened_at")
    return f"nobody has answered{'' if age is None else f' in {_days(age)}'}" if silent and not reviewed else None


def checks(need: Need) -> str | None:
    """The checks are green, so that a person's time is well spent."""
    return "its checks are green" if need.row["kind"] == "pull_request" and need.text("checks") == "success" else None


def small(need: Need) -> str | None:
    """There is little to read."""
    added, removed = need.count("additions"), need.count("deletions")
    if need.row["kind"] != "pull_request" or added is None or removed is None or added + removed > SMALL:
        return None
    return f"small: {added + removed} changed lines"


def recent(need: Need) -> str | None:
    """It was touched of late: who opened it is still there."""
    age = need.age("updated_at") if need.is_waiting else None
    return f"touched {_ago(age)}" if age is not None and age <= RECENT else None


def stale(need: Need) -> str | None:
    """It was not touched for so long that it may be out of date."""
    age = need.age("updated_at") if need.is_waiting else None
    return f"untouched for {_days(age)}" if age is not None and age > STALE else None


def conflict(need: Need) -> str | None:
    """It cannot be merged as it is."""
    known = not is_missing(need.row["mergeable"])
    return "has conflicts" if known and not is_true(need.row["mergeable"]) else None


def changes_requested(need: Need) -> str | None:
    """A reviewer asked for changes: it is the author's turn."""
    return "changes were asked for: the author's turn" if need.text("review_state") == "changes_requested" else None


def own(need: Need) -> str | None:
    """One of us opened it."""
    return "opened by one of us" if need.is_waiting and need.is_own else None


def goal(need: Need) -> str | None:
    """A goal that holds on the day plans such work in this project."""
    asked = {need.activity} | ({Activity.ONBOARDING} if need.is_of_newcomer else set())
    upstream = need.organisation.upstream_of(need.text("repo"))
    for planned in need.organisation.goals:
        here = not planned.upstream or (upstream is not None and upstream.name in planned.upstream)
        if here and asked & set(planned.activities) and planned.holds_between(need.day, need.day):
            return f'fits the goal "{planned.name}"'
    return None


def key(need: Need) -> str | None:
    """It is in a key community."""
    upstream = need.organisation.upstream_of(need.text("repo"))
    return f"{upstream.name} is a key community" if upstream is not None and upstream.key else None


def overdue(need: Need) -> str | None:
    """The last release is long ago, and commits wait for the next one."""
    age, commits = need.age("released_at"), need.count("commits")
    if need.row["kind"] != "release" or age is None or age < OVERDUE or commits == 0:
        return None
    since = "" if commits is None else f", {commits} {'commit' if commits == 1 else 'commits'} since"
    return f"the last release was {_ago(age)}{since}"


def red(need: Need) -> str | None:
    """The default branch is broken, for everybody."""
    is_red = need.row["kind"] == "branch" and need.text("checks") == "failure"
    return "the default branch is red: everybody's checks fail" if is_red else None


def _days(count: int) -> str:
    return "1 day" if count == 1 else f"{count} days"


def _ago(count: int) -> str:
    return f"{_days(count)} ago" if count else "today"


# In the order in which they are told; the names are the keys of ``[needs]``.
REASONS: tuple[Callable[[Need], str | None], ...] = (
    red, overdue, newcomer, unanswered, goal, key, checks, small, recent, stale, conflict, changes_requested, own,
)  # fmt: skip


def reasons_for(need: Need) -> list[dict[str, Any]]:
    """Return what speaks for a need and against it: `reason`, `points`, `because`; those of no weight are left out."""
    found = []
    for reason in REASONS:
        points = float(getattr(need.organisation.needs, reason.__name__))
        because = reason(need) if points else None
        if because:
            found.append({"reason": reason.__name__, "points": points, "because": because})
    return found


def is_due(need: Need) -> bool:
    """Say whether there is anything to do: a young release and a green branch need nobody."""
    return need.is_waiting or overdue(need) is not None or red(need) is not None
