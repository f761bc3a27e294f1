"""Upstream needs in order of impact: a reason is a row of `reasons`, its points are the field of `NeedWeights`."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

import pandas as pd

from contribkit.config.models import Upstream
from contribkit.config.organisation import Organisation
from contribkit.privacy import visible
from contribkit.review.page import dicts
from contribkit.tables import NEEDS, conform
from contribkit.text import pluralise
from contribkit.vocabulary import NEWCOMERS, Activity

SMALL = 100  # changed lines; a review takes in 200 to 400 at most (Cohen 2006, Best Kept Secrets of Peer Code Review)
RECENT = 30  # days
STALE = 365  # days
OVERDUE = 90  # days: a quarter without a release
_THREADS = ("pull_request", "issue")  # the kinds of need that somebody opened
NEVER = -1  # days ago: unknown, or in the future
ACTIVITIES = {  # that each kind of need asks for
    "pull_request": Activity.REVIEW, "issue": Activity.TRIAGE, "release": Activity.RELEASE, "branch": Activity.CI,
}  # fmt: skip

RANKED = NEEDS | {"upstream": "str", "activity": "str", "score": "float", "reasons": "list", "by_bot": "bool"}
"""Ranked needs: with their project, what they ask for, and the reasons (dicts of `reason`, `points`, `because`)."""


@dataclass(frozen=True)
class Need:
    """A row of the table `contribkit.tables.NEEDS`, None where missing; who ranks it, and the time of ranking."""

    row: dict[str, Any]
    organisation: Organisation
    as_of: datetime

    @cached_property
    def upstream(self) -> Upstream | None:
        """The project it waits in; None if it is none of ours."""
        return self.organisation.upstream_of(self.row["repo"])

    @cached_property
    def opened_by(self) -> str:
        """Who opened it: a ``bot``, a ``member`` of the organisation, a ``newcomer`` to the project, or ``other``."""
        if self.row["author_is_bot"] or self.organisation.is_bot(self.row["author"]):
            return "bot"
        if self.organisation.member(self.row["author"]) is not None:
            return "member"
        return "newcomer" if self.row["kind"] in _THREADS and self.row["author_association"] in NEWCOMERS else "other"

    @property
    def goal(self) -> str | None:
        """The first goal that plans such work in this project on the day of ranking."""
        asked = {ACTIVITIES[self.row["kind"]], *([Activity.ONBOARDING] if self.opened_by == "newcomer" else [])}
        day = pd.Timestamp(self.as_of).tz_convert(self.organisation.timezone).date()
        for goal in self.organisation.goals:
            here = not goal.upstream or (self.upstream is not None and self.upstream.name in goal.upstream)
            if here and asked & set(goal.activities) and goal.holds_between(day, day):
                return goal.name
        return None


def reasons(need: Need) -> Iterable[tuple[str, bool, str]]:
    """Yield every reason, in the order in which the page lists them: its name, whether it holds, and what it says."""
    row, is_thread = need.row, need.row["kind"] in _THREADS
    is_pull, review = row["kind"] == "pull_request", row["review_state"]
    times, now = (row["opened_at"], row["updated_at"], row["released_at"]), pd.Timestamp(need.as_of)
    opened, updated, released = (NEVER if at is None else max((now - at).days, NEVER) for at in times)
    size = (row["additions"] or 0) + (row["deletions"] or 0)
    is_small = size <= SMALL and None not in (row["additions"], row["deletions"])
    is_red = row["kind"] == "branch" and row["checks"] == "failure"
    yield "red", is_red, "the default branch fails, so everybody's checks fail"
    is_overdue = row["kind"] == "release" and released >= OVERDUE and row["commits"] != 0
    since = "" if row["commits"] is None else f", {pluralise(row['commits'], 'commit')} since"
    yield "overdue", is_overdue, f"the last release was {_ago(released)}{since}"
    yield "newcomer", need.opened_by == "newcomer", "opened by a newcomer to the project"
    is_unanswered = is_thread and row["comments"] == 0 and review not in ("approved", "changes_requested")
    waits = "no answer yet" if opened == NEVER else f"no answer for {pluralise(opened, 'day')}"
    yield "unanswered", is_unanswered, waits
    yield "goal", need.goal is not None, f'fits the goal "{need.goal}"'
    project = need.upstream
    yield "key", project is not None and project.key, f"{project and project.name} is a key community"
    yield "checks", is_pull and row["checks"] == "success", "checks pass"  # a reviewer's time is well spent
    yield "small", is_pull and is_small, f"small: {pluralise(size, 'changed line')}"
    yield "recent", is_thread and NEVER < updated <= RECENT, f"updated {_ago(updated)}"  # its author is still there
    yield "stale", is_thread and updated > STALE, f"not updated for {pluralise(updated, 'day')}"
    yield "conflict", row["mergeable"] is not None and not row["mergeable"], "has merge conflicts"
    yield "changes_requested", review == "changes_requested", "changes requested: the author is next"
    yield "own", is_thread and need.opened_by == "member", "opened by a member"


def _ago(days: int) -> str:
    return f"{pluralise(days, 'day')} ago" if days else "today"


def rank(
    needs: pd.DataFrame, organisation: Organisation, as_of: datetime, include_private: bool = False
) -> pd.DataFrame:
    """Return needs as a table `RANKED`: drafts last, the highest score first, then the oldest; not what is in order."""
    weights, rows = dict(organisation.needs), []
    for row in dicts(needs[visible(needs, include_private)]):
        need = Need(row, organisation, as_of)
        holding = {name: because for name, holds, because in reasons(need) if holds}
        if row["kind"] not in _THREADS and holding.keys().isdisjoint({"overdue", "red"}):
            continue
        points = {name: float(weights[name]) for name in holding if weights[name]}
        rows.append(row | {
            "upstream": need.upstream and need.upstream.name, "activity": str(ACTIVITIES[row["kind"]]),
            "score": sum(points.values()), "by_bot": need.opened_by == "bot",
            "reasons": [{"reason": name, "points": points[name], "because": holding[name]} for name in points],
        })  # fmt: skip
    ranked = conform(pd.DataFrame(rows), RANKED)
    order = pd.DataFrame({
        "draft": ranked["draft"].fillna(False), "score": -ranked["score"],
        "since": ranked["opened_at"].fillna(ranked["released_at"]), "name": ranked["ref"].str.casefold(),
    })  # fmt: skip
    return ranked.loc[order.sort_values([*order]).index].reset_index(drop=True)


def first_of_each_kind(ranked: pd.DataFrame, count: int) -> pd.DataFrame:
    """Return at most `count` needs to begin with: the best of each kind in turn, in order; none of bots, no drafts."""
    # Without turns, a project with many open pull requests would hide that another's default branch is red.
    fit = ranked[(ranked["score"] > 0) & ~ranked["by_bot"] & ~ranked["draft"].fillna(False).astype(bool)]
    turns = fit.groupby("kind", sort=False).cumcount()
    return fit.loc[sorted(turns.sort_values(kind="stable").index[:count])]
