"""Attribution: which stakeholder, initiative and goal a contribution belongs to, where the evidence names them."""

from collections.abc import Sequence

from contribkit.classifiers.context import Context
from contribkit.config.organisation import Organisation
from contribkit.ids import casefold_id, repository_of
from contribkit.vocabulary import Activity

# What our own threads say comes before commits and before documents, which tell several stories.
_PATHS = 30  # of a change
_ORDER = {"issue": 0, "pull_request": 0, "commit": 1, "document": 3}


def initiative(context: Context) -> str | None:
    """Return the initiative whose threads are tied to the contribution."""
    mentioned = {casefold_id(mention.ref) for mention in context.mentions}
    return next((name for name, refs in context.index.initiatives.items() if refs & mentioned), None)


def stakeholder(context: Context, initiative_name: str | None, neighbours: Sequence[str] = ()) -> str | None:
    """Return whom a stakeholder-led contribution serves: the surest evidence first.

    Parameters
    ----------
    context
        The contribution.
    initiative_name
        Its initiative, see `initiative`.
    neighbours
        The stakeholders whom threads next to it served.
    """
    for planned in context.organisation.initiatives:
        if planned.name == initiative_name and planned.stakeholder:
            return planned.stakeholder
    for repo in (context.text("repo"), *(repository_of(ref) or "" for ref in context.linked_refs)):
        owner = context.index.owner_of(repo) if repo else None
        if owner is None and context.organisation.is_own(repo):
            owner = context.index.named_by_path(repo.split("/")[1])
        if owner is not None:
            return owner.name
    # What stands right beside a link comes before what stands around it.
    inward = sorted(context.inward, key=lambda mention: _ORDER.get(mention.kind, 2))
    cited = [mention for mention in context.mentions if mention.direction == "out"]
    title, coded = context.text("title"), context.index.coded_in(context.text("title"))
    if coded:
        return coded[0].stakeholder.name
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
        named = [named for named in context.named(words) if not named.is_grant]
        if named:
            return min(named, key=lambda n: (n.is_common, words.find(n.word))).stakeholder.name
    people = context.index.name_by_person
    owners = ((repository_of(ref) or "").split("/")[0] for ref in context.row["links_out"])
    present = map(casefold_id, (context.text("author"), *context.row["participants"], *owners))
    by_path = (context.index.named_by_path(path) for path in context.row["files"][:_PATHS])
    return next((people[login] for login in present if login in people), None) or next(
        (owner.name for owner in by_path if owner is not None), None
    )


def as_configured(name: str, organisation: Organisation) -> str | None:
    """Return the stakeholder that a person named, as contribkit.toml writes it; None where it knows none such."""
    known = {word.casefold(): stakeholder.name for word, stakeholder in organisation.stakeholder_by_word.items()}
    return known.get(" ".join(name.split()).casefold())


def goal(context: Context, activity: Activity) -> str | None:
    """Return the goal that an upstream-led contribution counts for: planned there, else of its project and activity."""
    day = context.day
    goals = [goal for goal in context.organisation.goals if day is None or goal.holds_between(day, day)]
    mentioned = {casefold_id(mention.ref) for mention in context.mentions}
    places = mentioned | {casefold_id(repository_of(ref) or "") for ref in mentioned}
    for planned in goals:
        if {casefold_id(ref) for ref in planned.refs} & places:
            return planned.name
    for planned in goals:
        here = not planned.upstream or context.project in planned.upstream
        if planned.activities and activity in planned.activities and here:
            return planned.name
    return None
