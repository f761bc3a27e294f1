"""The paragraphs of a text that link to threads of others."""

import re
from collections.abc import Iterator

from contribkit.config.organisation import Organisation
from contribkit.ids import links, repository_of

_CONTEXT = 1_000  # characters on either side


def passages(text: str, organisation: Organisation) -> Iterator[tuple[str, str, str]]:
    """Yield each thread of others that a text links to, with the paragraphs that do and those around them.
    Links to the organisation's own repositories are left out.

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
