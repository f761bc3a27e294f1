"""Rules that speak for individual-led, or against upstream-led for what only looks like it; and two plain facts."""

import re
from collections.abc import Iterator

from contribkit.classifiers.context import Context, needs
from contribkit.classifiers.rules import stakeholder, upstream
from contribkit.classifiers.votes import Reason
from contribkit.ids import linked_refs, place_of, repository_of, thread_url
from contribkit.vocabulary import LEADS, Activity, Kind, Lead

# What only the person who works with such tools needs.
_OWN_TOOLS = re.compile(
    r"(?i)(?:^|/)(?:\.(?:devcontainer|vscode|idea|helix|zed)/|"
    r"(?:flake\.(?:nix|lock)|(?:shell|default)\.nix|\.envrc|\.editorconfig|[^/]*\.code-workspace)$)"
)
_CHANGES = (Kind.PULL_REQUEST, Kind.ISSUE, Kind.COMMENT)
_SHORT = 200  # characters of a remark that answers and no more


def not_a_member_then(context: Context) -> Iterator[Reason]:
    """It was done on a day on which the person did not belong to the organisation."""
    actor, day = context.actor, context.day
    if day and context.organisation.member(actor) and not context.lookups.is_member_on(actor, day):
        yield Reason(Lead.INDIVIDUAL, "fact", f"done on {day}, outside the dates of membership", str(day))


def stated_lead(context: Context) -> Iterator[Reason]:
    """The person who kept the activity log named a lead."""
    stated = context.text("stated_lead")
    if stated in LEADS:
        yield Reason(stated, "stated", "the activity log says so", context.title, context.url)


def new_project(context: Context) -> Iterator[Reason]:
    """A new repository in an upstream organisation is somebody's idea until something else tells."""
    if context.kind == Kind.REPOSITORY and not context.mentions:
        sentence = "a new project, and none of our threads asked for it"
        yield Reason(Lead.INDIVIDUAL, "new", sentence, context.title)


@needs("files")
def own_tools(context: Context) -> Iterator[Reason]:
    """All that it touches is the set-up of one person's tools."""
    files = context.row["files"]
    if files and not context.mentions and all(_OWN_TOOLS.search(path) for path in files):
        yield Reason(Lead.INDIVIDUAL, "tools", "it touches only the set-up of a person's tools", files[0])


def own_project(context: Context) -> Iterator[Reason]:
    """It happens in a repository of a member's own, or links to one that is no copy kept for a stakeholder."""
    for ref in (context.ref, *context.row["links_out"]):
        repo = repository_of(ref)
        if repo and context.organisation.member(repo.split("/")[0]):
            here = ref == context.ref
            if here or not any((*stakeholder.stakeholder_person(context), *context.own_named)):
                strength = "here" if here else "linked"
                yield Reason(Lead.INDIVIDUAL, strength, "a repository of the person's own", repo, thread_url(ref))
            return


def outside_the_projects(context: Context) -> Iterator[Reason]:
    """It lies outside the projects that are looked at, and nothing of a member's own is near."""
    place = place_of(context.ref)
    repo = place if place == repository_of(context.ref) else context.repo or place
    if repo is not None and not context.lookups.is_in_scope(repo) and not any(own_project(context)):
        sentence = "it lies outside the upstream projects"
        yield Reason(Lead.INDIVIDUAL, "outside", sentence, context.repo, context.url)


def drive_by(context: Context) -> Iterator[Reason]:
    """It is a change to a project that is no key community, that no goal names and that the actor does not maintain."""
    if context.maintains or context.mentions or context.kind not in _CHANGES:
        return
    organisation = context.organisation
    project = context.lookups.upstream_of(context.repo)
    if project is None or project.key or not any(other.key for other in organisation.upstream):
        return
    if not any(context.project in goal.upstream for goal in organisation.goals):
        yield Reason(Lead.INDIVIDUAL, "no goal", "a project that no goal of the team covers", context.project or "")


def reactive(context: Context) -> Iterator[Reason]:
    """A one-off answer that follows no goal."""
    remarks, once = context.row["remarks"], (context.row.get("acts") or 1) <= 1
    if context.kind != Kind.COMMENT or not once or context.mentions or sum(map(len, remarks)) > _SHORT:
        return
    if not any(map(linked_refs, remarks)) and not any(upstream.project_affairs(context)):
        yield Reason(Lead.INDIVIDUAL, "answer", "a single short answer, tied to no goal", context.title)


def major_feature(context: Context) -> Iterator[Reason]:
    """A feature that nothing on the organisation's own side explains is not upstream-led for being upstream."""
    small = context.maintains and context.is_small
    if context.activity == Activity.FEATURE and not context.mentions and not small:
        strength = "by a maintainer" if context.maintains else "feature"
        yield Reason(Lead.UPSTREAM, strength, "a feature without evidence of who asked for it", context.title)
