"""What the page shows of a session as a whole: the guideline, names and words, and where its labels go."""

import os
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

from contribkit.errors import ContribkitError
from contribkit.loaders.git.repository import GITHUB_HOSTS, Repository
from contribkit.vocabulary import Activity, Kind, Lead
from contribkit.widgets.relabelling.session import Session

_BINDER = ("BINDER_SERVICE_HOST", "BINDER_LAUNCH_HOST")

_OPENING = "Go through the steps in this order. The first one that holds decides."
_STEPS = {
    Lead.STAKEHOLDER: (
        "Something ties it to a stakeholder or to the roadmap: an initiative, issue, ticket, commit or post of our "
        "own, or the thread itself. A fix, a review or a release counts here too if it was done to get such work "
        "out. The kind of work says little: about half of this work looks like upkeep."
    ),
    Lead.UPSTREAM: (
        "Our own side plans it as work for the project, or it serves the project's own needs: a release, a review "
        "for somebody outside the team, onboarding, CI, docs, triage, a meeting, strategy, everyday upkeep."
    ),
    Lead.INDIVIDUAL: (
        "It was one person's own tool or set-up, a single answer without a goal behind it, or a new project to "
        "scratch one's own itch, even inside an upstream organisation."
    ),
    Lead.UNCLEAR: "Nothing above holds. A major feature without any evidence belongs here too.",
}
_CAUTIONS = (
    "Three kinds of work look alike, whoever led them: a major feature, a new project, and work that only reacts. None "
    "of them is {upstream} just because it happened upstream.",
    "A link from one of our own trackers is strong evidence, but no proof: work for the project is planned there as "
    "well. Read the title, the labels and the text.",
    '"Funded by" means {stakeholder} where a client pays for a need, and {upstream} where a grant pays for the '
    "project's health.",
    'Thanks that appear in every release or post, hosting, and our own name in a text decide nothing. "Requested '
    'by" or "sponsored this" beside the item itself does.',
)


def guideline(words: Mapping[str, str]) -> dict[str, Any]:
    """Return how to decide who led a contribution: `opening`, `steps` in the order to ask them, and `cautions`."""
    steps = [{"lead": str(lead), "word": words[lead], "text": text} for lead, text in _STEPS.items()]
    return {"opening": _OPENING, "steps": steps, "cautions": [text.format_map(words) for text in _CAUTIONS]}


def lead_words(session: Session) -> dict[str, str]:
    """Return the word people see for each lead."""
    organisation = session.data.organisation if session.data else None
    return {str(lead): organisation.word(lead) if organisation else lead.word for lead in Lead}


def page_facts(session: Session) -> dict[str, Any]:
    """Return what the page shows of a session as a whole, as JSON."""
    organisation = session.data.organisation if session.data else None
    words, folder = lead_words(session), session.folder
    repository, place = _repository_of(folder)
    store = f"{folder.resolve()}\n{session.period}\n{session.person}"
    members = organisation.members.values() if organisation else ()
    return {
        "person": session.person,
        "period": str(session.period),
        "left_out": session.left_out,  # private contributions
        "pace": session.pace,  # seconds for one answer
        "leads": {
            str(lead): {"lead": str(lead), "word": words[lead], "shape": lead.shape, "colour": lead.colour}
            for lead in Lead
        },
        "kinds": {str(kind): kind.word for kind in Kind},
        "people": {member.login: member.word for member in members},
        "stakeholders": [stakeholder.name for stakeholder in organisation.stakeholders] if organisation else [],
        "activities": [{"value": str(activity), "word": activity.word} for activity in Activity],
        "guideline": guideline(words),
        "retrains": session.data is not None,
        # Whether this machine is discarded after the session.
        "temporary": any(os.environ.get(name) for name in _BINDER),
        "repository": None if organisation and organisation.sample else repository,
        # Of the session's log in the repository.
        "path": f"{place}/{session.file.parent.name}/{session.file.name}",
        # Under which name the browser keeps unsaved labels.
        "store": sha256(store.encode()).hexdigest()[:16],
        "written": session.export().count("\n"),
    }


def _repository_of(folder: Path) -> tuple[str | None, str]:
    """Return the GitHub repository that a folder is in, or None, and the folder's path there, or else its name."""
    place = folder.absolute()
    root = next((parent for parent in (place, *place.parents) if (parent / ".git").exists()), None)
    if root is None:
        return None, place.name
    try:
        remotes = Repository(root).remotes
    except ContribkitError:  # git is not installed
        remotes = []
    # Changes are proposed upstream, where the clone is one of a fork.
    repository = next((remote.name for remote in remotes if remote.host in GITHUB_HOSTS), None)
    return repository, place.relative_to(root).as_posix()
