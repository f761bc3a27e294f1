"""The guideline: how a person decides who led a contribution, in the organisation's own words for the leads."""

from collections.abc import Mapping
from typing import TypedDict

from contribkit.vocabulary import Lead


class Guideline(TypedDict):
    """What the page shows: each text is one paragraph without markup.

    Attributes
    ----------
    opening
        What to do with the steps.
    steps
        In the order in which they are asked: the lead that a step gives, and when it does.
    cautions
        What misleads.
    """

    opening: str
    steps: list[dict[str, str]]
    cautions: list[str]


_OPENING = "Go through the steps in this order. The first one that holds decides."
_STEPS = {
    Lead.STAKEHOLDER: (
        "Something ties it to a stakeholder or to the roadmap: an initiative, issue, ticket, commit or post of our "
        "own, or the thread itself. A fix, a review or a release counts here too when it was done to get such work "
        "out. What sort of act it is says little: about half of this work looks like upkeep."
    ),
    Lead.UPSTREAM: (
        "Our own side plans it as work for the project, or it serves the project's own needs: a release, a review "
        "for somebody outside the team, onboarding, CI, docs, triage, a meeting, strategy, everyday upkeep."
    ),
    Lead.INDIVIDUAL: (
        "It was one person's own tool or set-up, a single answer that follows no goal, or a new project for an itch "
        "of one's own, even inside an upstream organisation."
    ),
    Lead.UNCLEAR: "Nothing above holds. A major feature without any evidence belongs here too.",
}
_CAUTIONS = (
    "Three sorts look alike, whoever led them: a major feature, a new project, and work that only reacts. None of "
    "them is {upstream} just because it happened upstream.",
    "A link from a tracker of our own is strong, but no proof: work for the project is planned there as well. Read "
    "the title, the labels and the text.",
    '"Funded by" means {stakeholder} where a client pays for a need, and {upstream} where a grant pays for the '
    "project's health.",
    'Thanks that stand in every release or post, hosting, and our own name in a text decide nothing. "Requested '
    'by" or "sponsored this" beside the very item does.',
)


def guideline(words: Mapping[str, str]) -> Guideline:
    """Return the guideline.

    Parameters
    ----------
    words
        The word people see for each lead; see `Organisation.word`.

    Examples
    --------
    >>> found = guideline({lead: lead.word for lead in Lead} | {"upstream": "Foundational"})
    >>> [step["word"] for step in found["steps"]]
    ['stakeholder-led', 'Foundational', 'individual-led', 'unclear']
    """
    steps = [{"lead": str(lead), "word": words[lead], "text": text} for lead, text in _STEPS.items()]
    named = {str(lead): words[lead] for lead in Lead}
    return {"opening": _OPENING, "steps": steps, "cautions": [text.format(**named) for text in _CAUTIONS]}
