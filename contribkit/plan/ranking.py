"""Upstream needs in order of impact: a reason is a function of a need, and its weight is a key of ``[needs]``.

A new reason is one function with ``@reason`` here; its weight is the field of the same name in
`contribkit.config.models.NeedWeights`.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

import pandas as pd

from contribkit.config.models import Upstream
from contribkit.config.organisation import Organisation
from contribkit.privacy import visible
from contribkit.review.page import dicts
from contribkit.text import pluralise
from contribkit.vocabulary import NEWCOMERS, Activity

SMALL = 100  # changed lines; a review takes in 200 to 400 at most (Cohen 2006, Best Kept Secrets of Peer Code Review)
RECENT = 30  # days
STALE = 365  # days
OVERDUE = 90  # days: a quarter without a release

ACTIVITIES = {
    "pull_request": Activity.REVIEW,
    "issue": Activity.TRIAGE,
    "release": Activity.RELEASE,
    "branch": Activity.CI,
}
"""The activity that each kind of need asks for."""


@dataclass(frozen=True)
class Need:
    """A row of the table `contribkit.tables.NEEDS`, None where missing; who ranks it, and the time of ranking."""

    row: dict[str, Any]
    organisation: Organisation
    as_of: datetime

    def __getitem__(self, column: str) -> Any:
        return self.row[column]

    def age(self, column: str) -> int | None:
        """Return how many whole days ago a time was; None if it is unknown or in the future."""
        days = (pd.Timestamp(self.as_of) - self[column]).days if self[column] is not None else -1
        return days if days >= 0 else None

    @property
    def is_thread(self) -> bool:
        """Whether it is a pull request or an issue that somebody opened."""
        return self["kind"] in ("pull_request", "issue")

    @property
    def is_by_bot(self) -> bool:
        """Whether a bot opened it."""
        return bool(self["author_is_bot"]) or self.organisation.is_bot(self["author"])

    @property
    def is_by_member(self) -> bool:
        """Whether a member of the organisation opened it."""
        return self.organisation.member(self["author"]) is not None

    @property
    def is_by_newcomer(self) -> bool:
        """Whether somebody new to the project opened it."""
        is_new = self.is_thread and self["author_association"] in NEWCOMERS
        return is_new and not self.is_by_member and not self.is_by_bot

    @property
    def activity(self) -> Activity:
        """The activity it asks for."""
        return ACTIVITIES[self["kind"]]

    @cached_property
    def upstream(self) -> Upstream | None:
        """The project it waits in; None if it is none of ours."""
        return self.organisation.upstream_of(self["repo"])

    @property
    def project(self) -> str | None:
        """The project's name."""
        return self.upstream.name if self.upstream else None


Reason = Callable[[Need], str | None]
REASONS: list[Reason] = []
"""Every reason, in the order in which the page lists them. A name is a key of ``[needs]``, which holds its points."""


def reason(function: Reason) -> Reason:
    """Register a reason: a function that says what it found in a need, or None."""
    REASONS.append(function)
    return function


@reason
def red(need: Need) -> str | None:
    """The default branch is broken, for everybody."""
    is_red = need["kind"] == "branch" and need["checks"] == "failure"
    return "the default branch fails, so everybody's checks fail" if is_red else None


@reason
def overdue(need: Need) -> str | None:
    """The last release is long ago, and commits wait for the next one."""
    age, commits = need.age("released_at"), need["commits"]
    if need["kind"] != "release" or age is None or age < OVERDUE or commits == 0:
        return None
    return f"the last release was {_ago(age)}" + ("" if commits is None else f", {pluralise(commits, 'commit')} since")


@reason
def newcomer(need: Need) -> str | None:
    """Somebody new to the project opened it."""
    return "opened by a newcomer to the project" if need.is_by_newcomer else None


@reason
def unanswered(need: Need) -> str | None:
    """It has no comment and no review."""
    reviewed = need["review_state"] in ("approved", "changes_requested")
    if not need.is_thread or need["comments"] != 0 or reviewed:
        return None
    age = need.age("opened_at")
    return "no answer yet" if age is None else f"no answer for {pluralise(age, 'day')}"


@reason
def goal(need: Need) -> str | None:
    """A goal that applies on the day of ranking, in the organisation's time zone, plans such work in this project."""
    asked = {need.activity, Activity.ONBOARDING} if need.is_by_newcomer else {need.activity}
    day = pd.Timestamp(need.as_of).tz_convert(need.organisation.timezone).date()
    for planned in need.organisation.goals:
        here = not planned.upstream or need.project in planned.upstream
        if here and asked & set(planned.activities) and planned.holds_between(day, day):
            return f'fits the goal "{planned.name}"'
    return None


@reason
def key(need: Need) -> str | None:
    """It is in a key community."""
    return f"{need.project} is a key community" if need.upstream is not None and need.upstream.key else None


@reason
def checks(need: Need) -> str | None:
    """The checks pass, so a reviewer's time is well spent."""
    return "checks pass" if need["kind"] == "pull_request" and need["checks"] == "success" else None


@reason
def small(need: Need) -> str | None:
    """There is little to read."""
    added, removed = need["additions"], need["deletions"]
    if need["kind"] != "pull_request" or added is None or removed is None or added + removed > SMALL:
        return None
    return f"small: {pluralise(added + removed, 'changed line')}"


@reason
def recent(need: Need) -> str | None:
    """It was updated recently, so its author is probably still there."""
    age = need.age("updated_at") if need.is_thread else None
    return f"updated {_ago(age)}" if age is not None and age <= RECENT else None


@reason
def stale(need: Need) -> str | None:
    """It was not updated for so long that it may be out of date."""
    age = need.age("updated_at") if need.is_thread else None
    return f"not updated for {pluralise(age, 'day')}" if age is not None and age > STALE else None


@reason
def conflict(need: Need) -> str | None:
    """It cannot be merged as it is."""
    return "has merge conflicts" if need["mergeable"] is not None and not need["mergeable"] else None


@reason
def changes_requested(need: Need) -> str | None:
    """A reviewer requested changes, so the author is next."""
    return "changes requested: the author is next" if need["review_state"] == "changes_requested" else None


@reason
def own(need: Need) -> str | None:
    """A member of the organisation opened it."""
    return "opened by a member" if need.is_thread and need.is_by_member else None


def _ago(days: int) -> str:
    return f"{pluralise(days, 'day')} ago" if days else "today"


def reasons_for(need: Need) -> list[dict[str, Any]]:
    """Return the reasons for and against a need: `reason`, `points`, `because`; those with 0 points are left out."""
    weights = {function: float(getattr(need.organisation.needs, function.__name__)) for function in REASONS}
    return [
        {"reason": function.__name__, "points": points, "because": because}
        for function, points in weights.items()
        if points and (because := function(need))
    ]


def rank(
    needs: pd.DataFrame, organisation: Organisation, as_of: datetime, include_private: bool = False
) -> pd.DataFrame:
    """Return needs (a table `NEEDS`) in order of impact: the score is the sum of the points of the reasons.

    It has further columns `upstream`, `activity` (what it asks for), `score`, `reasons` (dicts of `reason`, `points`,
    `because`) and `by_bot`. Drafts come last; otherwise the highest score first, the oldest of equal ones first. A
    release that is not overdue and a branch that is not red are left out.

    Examples
    --------
    >>> from contribkit import Organisation, load_needs
    >>> org = Organisation.read_sample()
    >>> table = load_needs(org).table
    >>> best = rank(table, org, table["seen_at"].max()).iloc[0]
    >>> bool(best["score"] == sum(reason["points"] for reason in best["reasons"]))
    True
    """
    public = needs[visible(needs, include_private)]
    found = [Need(row, organisation, as_of) for row in dicts(public)]
    reasons = [reasons_for(need) for need in found]

    def column(cells: Iterable[Any], kind: Any) -> pd.Series:
        made: pd.Series = pd.Series(list(cells), index=public.index, dtype=kind)
        return made

    ranked = public.assign(
        upstream=column((need.project for need in found), "str"),
        activity=column((str(need.activity) for need in found), "str"),
        score=column((sum(one["points"] for one in cell) for cell in reasons), "float"),
        reasons=column(reasons, "object"),
        by_bot=column((need.is_by_bot for need in found), "bool"),
        is_due=column((bool(need.is_thread or overdue(need) or red(need)) for need in found), "bool"),
        is_draft=public["draft"].fillna(False).astype(bool),
        since=public["opened_at"].fillna(public["released_at"]),
        name=public["ref"].str.casefold(),
    )
    order = ["is_draft", "score", "since", "name"]
    ranked = ranked[ranked["is_due"]].sort_values(order, ascending=[True, False, True, True], kind="stable")
    return ranked.drop(columns=["is_due", "is_draft", "since", "name"]).reset_index(drop=True)


def first_of_each_kind(ranked: pd.DataFrame, count: int) -> pd.DataFrame:
    """Return the needs to begin with: the best of each kind in turn, in the order of the ranking.

    Without turns, a project with many open pull requests would hide that another's default branch is red. Drafts, needs
    that bots opened and needs without a positive score are skipped; `count` is the most needs returned.

    Examples
    --------
    >>> rows = {"kind": ["pull_request"] * 3 + ["branch"], "score": [9.0, 8.0, 7.0, 5.0]}
    >>> first_of_each_kind(pd.DataFrame(rows).assign(draft=False, by_bot=False), 3)["kind"].tolist()
    ['pull_request', 'pull_request', 'branch']
    """
    fit = ranked[(ranked["score"] > 0) & ~ranked["by_bot"] & ~ranked["draft"].fillna(False).astype(bool)]
    turns = fit.groupby("kind", sort=False).cumcount()
    return fit.loc[sorted(turns.sort_values(kind="stable").index[:count])]
