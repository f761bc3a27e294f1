"""Which stakeholder, initiative and goal a contribution belongs to, where the evidence names them."""

from datetime import date
from typing import TYPE_CHECKING

import pandas as pd

from contribkit.classifiers.case import Case
from contribkit.classifiers.naming import stakeholder_of_repository
from contribkit.config.models import Goal
from contribkit.ids import casefold_id, repository_of
from contribkit.vocabulary import Activity

if TYPE_CHECKING:
    from contribkit.config.organisation import Organisation


def initiative(case: Case) -> str | None:
    """Return the initiative whose threads are tied to the contribution."""
    for planned in case.organisation.initiatives:
        if {casefold_id(ref) for ref in planned.refs} & {casefold_id(mention.ref) for mention in case.mentions}:
            return planned.name
    return None


def stakeholder(case: Case, initiative_name: str | None) -> str | None:
    """Return whom a stakeholder-led contribution serves: the surest evidence first."""
    for planned in case.organisation.initiatives:
        if planned.name == initiative_name and planned.stakeholder:
            return planned.stakeholder
    refs = [*case.row["links_out"], *(link.get("ref") or "" for link in case.row["links_in"])]
    for repo in (case.text("repo"), *(repository_of(ref) or "" for ref in refs)):
        owner = stakeholder_of_repository(repo, case.organisation) if repo else None
        if owner is not None and owner.kind != "grant":
            return owner.name
    # What our own threads say comes before commits and before documents, which tell several stories; what stands
    # right beside the link comes before what stands around it.
    order = {"issue": 0, "pull_request": 0, "commit": 1, "document": 3}
    inward = sorted(case.inward, key=lambda mention: order.get(mention.kind, 2))
    near = (*(m.title for m in inward if m.kind != "document"), *(m.passage for m in inward), case.own_words)
    far = (*(m.title for m in inward), *(m.text for m in inward), *(m.context for m in inward))
    for words in (*near, *case.heard, *far):
        named = [n for n in case.named(words) if n.stakeholder.kind != "grant"]
        if named:
            return min(named, key=lambda n: (n.is_common, words.find(n.word))).stakeholder.name
    people: dict[str, str] = {}
    for known in case.organisation.stakeholders:
        for login in known.people:
            people.setdefault(casefold_id(login), known.name)  # who speaks for two is named for the first of them
    present = (case.text("author"), *case.row["participants"])
    return next((people[casefold_id(login)] for login in present if casefold_id(login) in people), None)


def as_written(name: str, organisation: "Organisation") -> str | None:
    """Return the stakeholder that a person named, as contribkit.toml writes it; None where it knows none such."""
    known = {word.casefold(): stakeholder.name for word, stakeholder in organisation.stakeholder_by_word.items()}
    return known.get(name.strip().casefold())


def goal(case: Case, activity: Activity) -> str | None:
    """Return the goal that an upstream-led contribution counts for: planned there, else of its project and activity."""
    fitting = [goal for goal in case.organisation.goals if _holds(goal, case)]
    mentioned = {casefold_id(mention.ref) for mention in case.mentions}
    places = mentioned | {casefold_id(repository_of(ref) or "") for ref in mentioned}
    for planned in fitting:
        if {casefold_id(ref) for ref in planned.refs} & places:
            return planned.name
    for planned in fitting:
        here = not planned.upstream or case.project in planned.upstream
        if planned.activities and activity in planned.activities and here:
            return planned.name
    return None


def _holds(planned: Goal, case: Case) -> bool:
    when = case.row.get("happened_at")
    if not isinstance(when, pd.Timestamp) or pd.isna(when):
        return True
    day: date = when.tz_convert(case.organisation.timezone).date()
    return planned.holds_between(day, day)
