"""A load that must be complete."""

from contribkit.config.organisation import Organisation
from contribkit.errors import ContribkitError
from contribkit.loaders import github
from contribkit.loaders.source import Loaded
from contribkit.period import Period


def load_whole(organisation: Organisation, period: Period) -> Loaded:
    """Load from GitHub; an error where anything is missing."""
    answer = github.load(organisation, period)
    if answer.broken:
        raise ContribkitError("; ".join(answer.broken))
    return answer
