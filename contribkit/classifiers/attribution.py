"""Attribution: which stakeholder, initiative and goal a contribution belongs to, where the evidence names them."""

from collections.abc import Sequence
from typing import NamedTuple

from contribkit.classifiers.context import Context
from contribkit.config.organisation import Organisation
from contribkit.ids import casefold_id, repository_of
from contribkit.vocabulary import Activity, Lead


class Aim(NamedTuple):
    """Whom or what a contribution is for: a stakeholder and an initiative, or a goal."""

    stakeholder: str | None = None
    initiative: str | None = None
    goal: str | None = None


PATHS = 30  # of a change
# What our own threads say comes before commits and before documents, which tell several stories.
_ORDER = {"issue": 0, "pull_request": 0, "commit": 1, "document": 3}


def initiative(context: Context) -> str | None:
    """Return the initiative whose threads are tied to the contribution."""
    mentioned = {casefold_id(mention.ref) for mention in context.mentions}
    return next((name for name, refs in context.lookups.initiatives.items() if refs & mentioned), None)


def stakeholder(context: Context, initiative_name: str | None, neighbours: Sequence[str] = ()) -> str | None:
    """Return whom a stakeholder-led contribution serves, where `neighbours` are whom threads next to it served."""
    lookups, title = context.lookups, context.title
    for planned in context.organisation.initiatives:
        if planned.name == initiative_name and planned.stakeholder:
            return planned.stakeholder
    for repo in (context.repo, *(repository_of(ref) or "" for ref in context.linked_refs)):
        if owner := lookups.kept_for(repo):
            return owner.name
    if coded := lookups.coded_in(title):
        return coded[0].stakeholder.name
    # What stands right beside a link comes before what stands around it.
    inward = sorted(context.inward, key=lambda mention: _ORDER.get(mention.kind, 2))
    cited = [mention for mention in context.mentions if mention.direction == "out"]
    near = (
        *((title,) if any(named.is_code for named in context.named(title)) else ()),
        *(m.title for m in inward if m.kind != "document"),
        *(m.passage for m in inward),
        *(m.title for m in cited),
        context.own_words,
        *(m.text for m in cited),
    )
    far = (*(m.title for m in inward), *(m.text for m in inward), *(m.context for m in inward))
    for words in (*near, *neighbours, *far):
        if named := [named for named in context.named(words) if not named.is_grant]:
            return min(named, key=lambda n: (n.is_common, words.find(n.word))).stakeholder.name
    owners = ((repository_of(ref) or "").split("/")[0] for ref in context.row["links_out"])
    present = map(casefold_id, (context.author, *context.row["participants"], *owners))
    speaker = next((lookups.name_by_person[login] for login in present if login in lookups.name_by_person), None)
    by_path = (lookups.named_by_path(path) for path in context.row["files"][:PATHS])
    return speaker or next((owner.name for owner in by_path if owner is not None), None)


def aim(context: Context, lead: str, activity: str, neighbours: Sequence[str] = ()) -> Aim:
    """Return whom or what a contribution is for, as fits its lead."""
    if lead == Lead.UPSTREAM:
        return Aim(goal=goal(context, Activity(activity)))
    if lead != Lead.STAKEHOLDER:
        return Aim()
    planned = initiative(context)
    return Aim(stakeholder(context, planned, neighbours), planned)


def as_configured(name: str, organisation: Organisation) -> str | None:
    """Return the stakeholder that a person named, as contribkit.toml writes it; None where it knows none such."""
    known = {word.casefold(): stakeholder.name for word, stakeholder in organisation.stakeholder_by_word.items()}
    return known.get(" ".join(name.split()).casefold())


def goal(context: Context, activity: Activity) -> str | None:
    """Return the goal that an upstream-led contribution counts for: planned there, else of its project and activity."""
    goals = context.lookups.goals_on(context.day)
    if context.mentions:
        threads = {casefold_id(mention.ref) for mention in context.mentions}
        places = threads | {casefold_id(repository_of(thread) or "") for thread in threads}
        if planned := [goal.name for goal, refs in goals if refs & places]:
            return planned[0]
    of_project = (goal for goal, _ in goals if not goal.upstream or context.project in goal.upstream)
    return next((goal.name for goal in of_project if activity in goal.activities), None)
