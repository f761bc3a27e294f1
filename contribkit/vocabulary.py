"""The words of the field: leads, kinds, acts and activities, with what people see for each."""

from collections.abc import Sequence
from enum import StrEnum

from contribkit.errors import nearest


class Lead(StrEnum):
    """Who drives a contribution, in the order in which leads are always shown."""

    STAKEHOLDER = "stakeholder"
    UPSTREAM = "upstream"
    INDIVIDUAL = "individual"
    UNCLEAR = "unclear"

    @property
    def shape(self) -> str:
        """The sign beside the word, so that colour never speaks alone."""
        return dict(zip(Lead, "◆●▲?", strict=True))[self]

    @property
    def colour(self) -> str:
        """A fill colour, safe for colour-blind readers (Okabe and Ito 2008); never for text."""
        return dict(zip(Lead, ("#0072B2", "#009E73", "#E69F00", "#767676"), strict=True))[self]

    @property
    def word(self) -> str:
        """The word where the organisation has none of its own."""
        return "unclear" if self is Lead.UNCLEAR else f"{self.value}-led"


LEADS = (Lead.STAKEHOLDER, Lead.UPSTREAM, Lead.INDIVIDUAL)  # the three leads that decide; shares are of these


class Kind(StrEnum):
    """What one person did in one thread: the first that applies."""

    PULL_REQUEST = "pull_request"
    ISSUE = "issue"
    DISCUSSION = "discussion"
    REVIEW = "review"
    COMMENT = "comment"
    TRIAGE = "triage"
    RELEASE = "release"
    REPOSITORY = "repository"
    MEETING = "meeting"
    MENTORING = "mentoring"
    OTHER = "other"

    @property
    def word(self) -> str:
        """The word people see."""
        return self.value.replace("_", " ")

    @property
    def act(self) -> str:
        """What a person of such a row did, where nothing more is known."""
        return ACTS_OF.get(self, ("opened",))[0]


ACTS_OF: dict[Kind, tuple[str, ...]] = {
    Kind.REVIEW: ("reviewed", "merged"), Kind.COMMENT: ("commented",),
    Kind.TRIAGE: (
        "triaged", "labelled", "unlabelled", "assigned", "unassigned", "closed", "reopened", "transferred",
        "milestoned", "demilestoned", "bot merged",
    ),
    Kind.RELEASE: ("released",), Kind.REPOSITORY: ("created",),
    Kind.MEETING: ("attended", "facilitated", "took notes"),
    Kind.MENTORING: ("mentored",), Kind.OTHER: ("contributed",),
}  # fmt: skip
"""The acts of each kind but those of people who opened the thread, in the order in which kinds apply."""


class Activity(StrEnum):
    """The sort of work, whoever led it."""

    RELEASE = "release"
    REVIEW = "review"
    ONBOARDING = "onboarding"
    CI = "ci"
    DOCS = "docs"
    MEETING = "meeting"
    STRATEGY = "strategy"
    TRIAGE = "triage"
    FEATURE = "feature"
    BUGFIX = "bugfix"
    MAINTENANCE = "maintenance"
    NEW_PROJECT = "new-project"
    COMMENT = "comment"
    OTHER = "other"

    @property
    def word(self) -> str:
        """The word people see."""
        return {"ci": "CI", "bugfix": "bug fix", "new-project": "new project"}.get(self.value, self.value)


UPKEEP = frozenset({
    Activity.RELEASE, Activity.REVIEW, Activity.ONBOARDING, Activity.CI, Activity.DOCS, Activity.MEETING,
    Activity.STRATEGY, Activity.TRIAGE, Activity.MAINTENANCE,
})  # fmt: skip
"""Activities that serve a project's own needs, whoever does them."""

MAINTAINERS = frozenset({"OWNER", "MEMBER", "COLLABORATOR"})
"""GitHub's words (``author_association``) for those who may merge or triage in a repository."""

MAINTAINER = "maintainer"  # the role of somebody who may merge, release or triage in a project

NEWCOMERS = frozenset({"FIRST_TIMER", "FIRST_TIME_CONTRIBUTOR", "NONE", "MANNEQUIN"})
"""GitHub's words for those of whom nothing has been merged in a repository yet."""


def word_of(text: str, what: str, known: Sequence[str]) -> str:
    """Return a word as a vocabulary spells it, nothing for an empty cell; `ValueError` for a word that is not known."""
    for word in known:
        if word.casefold() == text.casefold():
            return str(word)
    if text:
        raise ValueError(f'unknown {what} "{text}"; {nearest(text, [str(word) for word in known])}')
    return ""
