"""Rules that speak for upstream-led: planned as upstream work, or serving the project's own needs."""

import re
from collections.abc import Iterator
from functools import lru_cache

from contribkit.classifiers.activity import KINDS, activity_of
from contribkit.classifiers.context import Context, needs
from contribkit.classifiers.rules.stakeholder import ticket
from contribkit.classifiers.stakeholder_mentions import codes_in
from contribkit.classifiers.votes import Reason
from contribkit.ids import casefold_id, repository_of
from contribkit.vocabulary import NEWCOMERS, UPKEEP, Activity, Kind, Lead

# Repositories in which a project talks about itself.
_AFFAIRS = re.compile(
    r"(?i)(?:^|[-_.])(?:governance|team|compass|roadmap|proposals?|enhancement|meetings?|surveys?)(?:$|[-_.])"
)
_FILED = re.compile(r"\b(?:upstream|foundational|sustainability|maintenance)\b", re.IGNORECASE)


@needs("mentions")
def planned(context: Context) -> Iterator[Reason]:
    """The organisation's own side plans it as upstream work: in a thread, or in the repository that holds it."""
    for mention in context.mentions:
        places = {casefold_id(mention.ref), casefold_id(repository_of(mention.ref) or "")}
        goals = [goal for goal, refs in context.lookups.goals_on(None) if places & refs]
        if goals:
            yield mention.reason(Lead.UPSTREAM, "goal", f'the goal "{goals[0].name}" is planned there')
        elif marked := [label for label in mention.labels if label.casefold() in context.lookups.planned_labels]:
            yield mention.reason(Lead.UPSTREAM, "label", f'our thread has the label "{marked[0]}"')


def coded_goal(context: Context) -> Iterator[Reason]:
    """A code in the title is that of a goal."""
    for goal in context.lookups.coded_goals:
        for word in codes_in(context.title, goal.codes):
            yield Reason(Lead.UPSTREAM, "code", f'its title has a code of the goal "{goal.name}"', word, context.url)
            return


def grant(context: Context) -> Iterator[Reason]:
    """A grant for the health of a project is behind it."""
    inward = ((context.named(mention.words), mention.url, mention.private) for mention in context.inward)
    for named, url, private in ((context.own_named, context.url, False), *inward):
        for name in named:
            if name.is_grant:
                sentence = f"{name.stakeholder.name} pays for the project's health"
                yield Reason(Lead.UPSTREAM, "paid", sentence, name.word, url, private)
                return


@needs("mentions")
def called_upstream(context: Context) -> Iterator[Reason]:
    """What the organisation writes of it speaks of care for the project."""
    for mention in context.mentions:
        if match := mention.plans_upstream:
            yield mention.reason(Lead.UPSTREAM, "said", f'our tracker, commit or post speaks of "{match[0]}"')
            return


@needs("posts")
def filed_for_upstream(context: Context) -> Iterator[Reason]:
    """A post of the organisation that links to it is filed under care for upstream projects."""
    for mention, label in context.filed_under(_FILED):
        yield mention.reason(Lead.UPSTREAM, "filed", f'our post is filed under "{label}"')
        return


def review_of_an_outsider(context: Context) -> Iterator[Reason]:
    """It reviews or merges the work of somebody outside the team."""
    if context.kind == Kind.REVIEW and context.author_is_outsider:
        is_new = context.text("author_association") in NEWCOMERS
        strength, whom = ("newcomer", "a newcomer") if is_new else ("somebody outside the team",) * 2
        yield Reason(Lead.UPSTREAM, strength, f"it helps {whom}", context.author, context.url)


@lru_cache(maxsize=10_000)
def _is_for_affairs(name: str) -> bool:
    return bool(_AFFAIRS.search(name))


def project_affairs(context: Context) -> Iterator[Reason]:
    """It is in a repository in which a project's team decides on its affairs."""
    repo = context.repo.rpartition("/")[2]
    if _is_for_affairs(repo):
        yield Reason(Lead.UPSTREAM, "decides", "the project's team decides on its affairs there", repo, context.url)


def kind_of_act(context: Context) -> Iterator[Reason]:
    """What somebody did is of the sort of which a project lives: a review, a release, triage, a meeting."""
    activity, strength = context.activity, str(context.activity)
    if context.kind not in KINDS or activity not in UPKEEP:
        return
    if activity == Activity.REVIEW and not context.author_is_outsider:
        reviewed = activity_of({**context.row, "kind": Kind.PULL_REQUEST})
        # A colleague's work is led by whoever leads it.
        strength = "review" if reviewed in UPKEEP else "review of a colleague"
    yield Reason(Lead.UPSTREAM, strength, f"{activity.word} serves the project itself", context.title)


def upkeep(context: Context) -> Iterator[Reason]:
    """A title, paths and labels say that it is work of which a project lives; that is a guess."""
    if context.kind not in KINDS and context.activity in UPKEEP:
        sentence = f"{context.activity.word} serves the project itself"
        yield Reason(Lead.UPSTREAM, str(context.activity), sentence, context.title)


def maintains_it(context: Context) -> Iterator[Reason]:
    """Upkeep, or a small change, by somebody who maintains the project."""
    if context.maintains and context.kind not in KINDS:
        if context.activity in UPKEEP:
            yield Reason(Lead.UPSTREAM, "upkeep", "the person maintains the project", context.actor)
        elif context.is_small:
            sentence = "a small change by somebody who maintains the project"
            yield Reason(Lead.UPSTREAM, "small change", sentence, context.title)


def everyday_fix(context: Context) -> Iterator[Reason]:
    """A fix in the open, with neither a ticket nor anything on the organisation's own side that asked for it."""
    if context.activity == Activity.BUGFIX and not context.mentions and not any(ticket(context)):
        made = "change" if context.kind == Kind.PULL_REQUEST else "report"
        strength = "by a maintainer" if context.maintains else made
        yield Reason(Lead.UPSTREAM, strength, "a fix that none of our threads asked for", context.title)
