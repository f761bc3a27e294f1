"""Where a text of the organisation's own side points at foreign threads, and with what words."""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from contribkit.ids import links, repository_of

if TYPE_CHECKING:
    from contribkit.config.organisation import Organisation

_CONTEXT = 1_000  # characters on either side


def passages(text: str, organisation: "Organisation") -> Iterator[tuple[str, str, str]]:
    """Yield for each foreign thread that a text points at: the paragraphs that do, and what stands around them.

    Parameters
    ----------
    text
        A message, document, body or comment.
    organisation
        Whose own repositories are not foreign.

    Examples
    --------
    >>> from contribkit import Organisation
    >>> list(passages("Before.\\n\\nWe need o/r#1.\\n\\nAfter.", Organisation.read_sample()))
    [('o/r#1', 'We need o/r#1.', 'Before.\\n\\nAfter.')]
    """
    paragraphs = [part.strip("\n") for part in re.split(r"\n[ \t]*\n", text.replace("\r\n", "\n")) if part.strip()]
    found: dict[str, list[int]] = {}
    for place, paragraph in enumerate(paragraphs):
        for ref in dict.fromkeys(link.ref for link in links(paragraph)):
            if not organisation.is_own(repository_of(ref)):
                found.setdefault(ref, []).append(place)
    for ref, places in found.items():
        around = [p for place in places for p in (place - 1, place + 1) if 0 <= p < len(paragraphs) and p not in places]
        context = "\n\n".join(paragraphs[place][:_CONTEXT] for place in dict.fromkeys(around))
        yield ref, "\n\n".join(paragraphs[place] for place in places), context
