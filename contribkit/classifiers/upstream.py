"""Rules that speak for upstream-led: planned as upstream work, or serving the project's own needs."""

import re
from collections.abc import Iterator

from contribkit.classifiers.activity import KINDS, UPKEEP
from contribkit.classifiers.case import Case
from contribkit.classifiers.reason import Reason
from contribkit.ids import casefold_id, links, repository_of
from contribkit.vocabulary import NEWCOMERS, Activity, Kind, Lead

_FILED = re.compile(r"\b(?:upstream|foundational|sustainability|maintenance)\b", re.IGNORECASE)

# A title and paths alone weigh little; acts of care for a project weigh more.
_WEIGHTS = {
    Activity.RELEASE: 1.5, Activity.MEETING: 2.2, Activity.STRATEGY: 1.8, Activity.ONBOARDING: 1.8,
    Activity.CI: 1.6, Activity.DOCS: 1.2, Activity.TRIAGE: 1.0, Activity.MAINTENANCE: 0.9, Activity.REVIEW: 0.95,
}  # fmt: skip


def planned(case: Case) -> Iterator[Reason]:
    """The organisation's own side plans it as upstream work."""
    labels = {label.casefold() for label in case.organisation.signals.planned_labels}
    for mention in case.mentions:
        goals = [goal for goal in case.organisation.goals if _plans(goal.refs, mention.ref)]
        if goals:
            yield mention.reason(
                "planned upstream work", Lead.UPSTREAM, 3.2, f'the goal "{goals[0].name}" is planned there'
            )
        elif marked := [label for label in mention.labels if label.casefold() in labels]:
            because = f'our own thread bears the label "{marked[0]}"'
            yield mention.reason("planned upstream work", Lead.UPSTREAM, 2.6, because)


def _plans(refs: list[str], ref: str) -> bool:
    """Say whether a goal is planned in a thread, or in the repository that holds it."""
    known = {casefold_id(planned) for planned in refs}
    return casefold_id(ref) in known or casefold_id(repository_of(ref) or "") in known


def own_side_calls_it_upstream(case: Case) -> Iterator[Reason]:
    """What the organisation writes of it speaks of care for the project."""
    for mention in case.inward:
        if match := mention.plans_upstream:
            yield mention.reason("our words for it", Lead.UPSTREAM, 1.4, f'our own side speaks of "{match[0]}"')
            return


def filed_for_upstream(case: Case) -> Iterator[Reason]:
    """A post of the organisation that points at it is filed under care for upstream projects."""
    for mention in case.inward:
        filed = [label for label in mention.labels if mention.kind == "document" and _FILED.search(label)]
        if filed:
            yield mention.reason("filed under", Lead.UPSTREAM, 1.0, f'our post is filed under "{filed[0]}"')
            return


def guides_others(case: Case) -> Iterator[Reason]:
    """A comment that points people at the threads where something is done."""
    pointed = [link.ref for remark in case.row["remarks"] for link in links(remark)]
    if case.text("kind") == Kind.COMMENT and pointed:
        because = "a comment that shows others where to look"
        yield Reason("guides others", Lead.UPSTREAM, 1.3, because, pointed[0], case.text("url") or None)


def upkeep(case: Case) -> Iterator[Reason]:
    """It is work of which a project lives, whoever does it."""
    sort = case.activity
    if sort in UPKEEP:
        # What somebody did is known; what a title and paths make of it is a guess.
        rule = "kind of act" if case.text("kind") in KINDS else "upkeep"
        yield Reason(rule, Lead.UPSTREAM, _WEIGHTS[sort], f"{sort.word} serves the project itself", case.text("title"))


def review_of_an_outsider(case: Case) -> Iterator[Reason]:
    """It reviews or merges the work of somebody outside the team."""
    if case.text("kind") == Kind.REVIEW and case.author_is_outsider:
        newcomer = case.text("author_association") in NEWCOMERS
        because = "it helps a newcomer" if newcomer else "it helps somebody outside the team"
        yield Reason(
            "review of an outsider",
            Lead.UPSTREAM,
            1.6 if newcomer else 1.3,
            because,
            case.text("author"),
            case.text("url") or None,
        )


def grant(case: Case) -> Iterator[Reason]:
    """A grant for the health of a project is behind it."""
    inward = ((case.named(mention.words), mention.url) for mention in case.inward)
    for named, where in ((case.own_named, case.text("url")), *inward):
        for name in named:
            if name.stakeholder.kind == "grant":
                because = f"{name.stakeholder.name} pays for the project's health"
                yield Reason("grant", Lead.UPSTREAM, 1.6, because, name.word, where or None)
                return


def closes_upstream_issue(case: Case) -> Iterator[Reason]:
    """It settles a thread of the same project, opened there."""
    repo = casefold_id(case.text("repo"))
    same = [ref for ref in case.row["links_out"] if casefold_id(repository_of(ref) or "") == repo]
    if same and case.text("kind") == Kind.PULL_REQUEST and not case.mentions:
        yield Reason(
            "closes a thread of the project", Lead.UPSTREAM, 0.6, "it takes up a thread of the project", same[0]
        )


def everyday_fix(case: Case) -> Iterator[Reason]:
    """A fix in the open, with nothing on the organisation's own side that asked for it."""
    if case.activity == Activity.BUGFIX and not case.mentions:
        yield Reason(
            "everyday fix", Lead.UPSTREAM, 0.6, "a fix that nobody on our own side asked for", case.text("title")
        )
