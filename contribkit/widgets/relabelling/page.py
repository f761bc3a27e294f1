"""What the page says of a session as a whole."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from contribkit.vocabulary import Activity, Lead
from contribkit.widgets.relabelling.guideline import guideline
from contribkit.widgets.relabelling.place import is_temporary, repository_of_folder

if TYPE_CHECKING:
    from contribkit.config.organisation import Organisation


def page_facts(organisation: "Organisation | None", folder: Path, log: Path) -> dict[str, Any]:
    """Return the words, names and places that the page needs; see `Session.page`.

    Parameters
    ----------
    organisation
        Whose contributions, where that is known.
    folder
        Of label logs.
    log
        The file of the session, in the folder of a period.
    """
    words = {str(lead): organisation.word(lead) if organisation else lead.word for lead in Lead}
    repository, place = repository_of_folder(folder)
    return {
        "words": words,
        "guideline": guideline(words),
        "stakeholders": [stakeholder.name for stakeholder in organisation.stakeholders] if organisation else [],
        "activities": [{"value": str(activity), "word": activity.word} for activity in Activity],
        "temporary": is_temporary(),
        "repository": None if organisation and organisation.sample else repository,
        "path": f"{place}/{log.parent.name}/{log.name}",
    }
