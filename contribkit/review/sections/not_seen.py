"""What the review could not see."""

import re
from typing import TYPE_CHECKING

from contribkit.review import page
from contribkit.review.page import Section
from contribkit.review.summary import not_seen as left_out
from contribkit.text import pluralise

if TYPE_CHECKING:
    from contribkit.review.measures import Measures


def section(review: "Measures", number: str = "7 ") -> Section:
    """Return what the review could not see."""
    title, sources = "What could we not see?", review.data.sources
    failed = [source.name for source in sources if source.status != "ok"]
    sentence = f"{len(sources) - len(failed)} of {pluralise(len(sources), 'source')} answered in full" + (
        f"; not in full: {', '.join(failed)}." if failed else "."
    )
    notes = [_counted(what, count) for what, count in left_out(review).items() if count]
    notes += [_said_by(name, note) for name, said in review.source_notes.items() for note in said]
    notes += review.notes
    silent = _silent(review)
    if silent:
        notes.append(f"without any contribution in the period: {silent}")
    body = page.html(
        "not_seen.html",
        title=f"{number}{title}",
        sentence=sentence,
        sources=sources,
        notes=notes or ["nothing else is known to be missing"],
    )
    return Section(title, sentence, body)


def _counted(what: str, count: int) -> str:
    """Return a count with what it counts, which is given in the plural.

    Examples
    --------
    >>> _counted("acts of bots", 1), _counted("private contributions not shown", 2)
    ('1 act of bots', '2 private contributions not shown')
    """
    if count != 1:
        return f"{count} {what}"
    return "1 " + re.sub(r"\b(contribution|act)s\b", r"\1", what, count=1)


def _said_by(source: str, note: str) -> str:
    return note if note.startswith(f"{source} ") else f"{source}: {note}"


def _silent(review: "Measures") -> str:
    if review.without_names:
        return pluralise(len(review.silent), "member") if review.silent else ""
    return ", ".join(review.silent)
