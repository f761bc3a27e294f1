"""Stakeholders in texts and repositories: who is named, and in which words."""

import re
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from contribkit.config.models import Stakeholder
    from contribkit.config.organisation import Organisation

# What people write of one piece of work that was asked for; "thanks" and "funded by" alone say nothing.
ASKED = re.compile(
    r"\b(?:request(?:ed)? (?:by|from)|reported by|asked (?:for )?by|sponsor(?:ed|s) this|needed (?:by|for)|"
    r"(?:our|their) users?|users? (?:of|at|from|reported)|report(?:ed|s) it)\b",
    re.IGNORECASE,
)
_THANKS = re.compile(
    r"\b(?:thank(?:s| you)|(?:fund|support|sponsor)(?:ed|ing) (?:by|from)|support from|acknowledg\w*|our funders?|"
    # An afterthought tells who gains too, not who asked.
    r"also (?:be )?(?:useful|support\w*|benefit\w*|helps?))\b",
    re.IGNORECASE,
)
_SENTENCE = re.compile(r"(?<=[.!?])\s+|\n+")


def without_thanks(words: str) -> str:
    """Return a text without the sentences that only thank somebody: they stand in every release and post.

    Examples
    --------
    >>> without_thanks("Adds quotas. Thanks to Reef for the funding. Requested by Reef, thanks!")
    'Adds quotas. Requested by Reef, thanks!'
    """
    return " ".join(s for s in _SENTENCE.split(words) if not _THANKS.search(s) or ASKED.search(s))


class Named(NamedTuple):
    """A stakeholder named in a text, the word that named it, and whether that word could mean anything else."""

    stakeholder: "Stakeholder"
    word: str
    is_common: bool


def names_in(words: str, organisation: "Organisation") -> list[Named]:
    """Return the stakeholders that a text names as whole words, in the case given."""
    owners = organisation.stakeholder_by_word
    found: dict[str, Named] = {}
    for match in _any_of(tuple(owners)).finditer(words):
        word = " ".join(match[0].split())  # a line may end within a name
        word = word if word in owners else word[:-1]
        stakeholder = owners[word]
        is_common = word.isalpha() and word.islower()
        if stakeholder.name not in found or (found[stakeholder.name].is_common and not is_common):
            found[stakeholder.name] = Named(stakeholder, word, is_common)
    if len(found) < 2:
        return list(found.values())
    order = [stakeholder.name for stakeholder in organisation.stakeholders]
    return sorted(found.values(), key=lambda named: order.index(named.stakeholder.name))


@lru_cache(maxsize=8)
def _any_of(words: tuple[str, ...]) -> re.Pattern[str]:
    # The longest first: "North Reef" is not "Reef". First letters stand in front, so that a text is searched for these
    # alone, in a tenth of the time.
    rests: dict[str, list[str]] = {}
    for word in sorted(words, key=len, reverse=True):
        # A name of several words may stand in the plural: "reef hubs".
        spelled = r"\s+".join(map(re.escape, word[1:].split(" "))) + ("s?" if " " in word else "")
        rests.setdefault(re.escape(word[:1]), []).append(spelled)
    parts = "|".join(rf"{first}(?<![\w/-]{first})(?:{'|'.join(rest)})" for first, rest in rests.items())
    return re.compile(rf"(?:{parts})(?![\w/-])" if parts else r"(?!)")


def stakeholder_of_repository(repo: str, organisation: "Organisation") -> "Stakeholder | None":
    """Return whose repository or tracker it is; an organisation that is upstream too is no evidence by itself."""
    return organisation.owner_of(repo)
