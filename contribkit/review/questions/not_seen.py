"""What the review could not see."""

import re
from collections.abc import Iterable
from typing import Any

import pandas as pd
from markupsafe import Markup

from contribkit.review import page
from contribkit.review.question import Question, array, of
from contribkit.review.review_data import ReviewData, once, within
from contribkit.tables import plain
from contribkit.text import pluralise

_STATUS = {"ok": "in full", "partial": "in part", "failed": "not at all"}


class NotSeen(Question):
    """What the review could not see."""

    name = "not_seen"
    title = "What could we not see?"
    schema = {
        "sources": array(
            "How each source answered.",
            name={"type": "string"}, status={"enum": list(_STATUS)}, threads=of("count"), acts=of("count"),
            references=of("count"), first={"description": "Its first act, UTC.", "type": ["string", "null"]},
            last={"type": ["string", "null"]}, notes={"type": "array", "items": {"type": "string"}},
        ),
        "not_seen": {"description": "What was left out, by reason.", "type": "object",
                     "additionalProperties": of("count")},
    }  # fmt: skip

    def sentence(self, data: ReviewData) -> str:
        sources = data.data.sources
        failed = [source.name for source in sources if source.status != "ok"]
        full = f"{len(sources) - len(failed)} of {pluralise(len(sources), 'source')} answered in full"
        return full + (f"; not in full: {', '.join(failed)}." if failed else ".")

    def tables(self, data: ReviewData) -> dict[str, pd.DataFrame]:
        return {
            "sources": pd.DataFrame(_sources(data)),
            "left_out": pd.DataFrame(left_out(data).items(), columns=["what", "count"]),
        }

    def numbers(self, data: ReviewData) -> dict[str, Any]:
        return {"sources": _sources(data), "not_seen": left_out(data)}

    def body(self, data: ReviewData) -> Iterable[Markup]:
        sources = data.data.sources
        days = [f"{page.day(source.first)}, {page.day(source.last)}" if source.first else None for source in sources]
        yield page.table({
            "source": [source.name.replace("_", " ") for source in sources],
            "answered": [_STATUS[source.status] for source in sources],
            "threads": page.numbers(source.threads for source in sources),
            "acts": page.numbers(source.acts for source in sources),
            "references": page.numbers(source.references for source in sources),
            "first and last act": page.numbers(days),
        })  # fmt: skip
        notes = [_counted(what, count) for what, count in left_out(data).items() if count]
        notes += [_of_source(name, note) for name, found in data.source_notes.items() for note in found]
        notes += data.notes
        silent = pluralise(len(data.silent), "member") if data.without_names else ", ".join(data.silent)
        if data.silent:
            notes.append(f"without any contribution in the period: {silent}")
        yield page.bullets(notes or ["nothing else is known to be missing"])


def _sources(data: ReviewData) -> list[dict[str, Any]]:
    return [
        {
            "name": source.name, "status": source.status, "threads": source.threads, "acts": source.acts,
            "references": source.references, "first": plain(source.first), "last": plain(source.last),
            "notes": data.source_notes[source.name],
        }
        for source in data.data.sources
    ]  # fmt: skip


@once
def left_out(data: ReviewData) -> dict[str, int]:
    """Return how many contributions or acts the review left out, by reason."""
    acts = data.data.acts[within(data.data.acts["at"], data.period)]
    bots = {actor for actor in acts["actor"].unique() if data.organisation.is_bot(actor)}
    return {
        "contributions without any date": len(data.data.undated(data.team)),
        "private contributions not shown": data.hidden,
        "acts of bots": int(acts["actor"].isin(bots).sum()),
        **{f"acts {reason}": count for reason, count in data.data.left_out.items()},
    }


def _counted(what: str, count: int) -> str:
    """Return a count with what it counts, which is given in the plural.

    Examples
    --------
    >>> _counted("acts of bots", 1), _counted("private contributions not shown", 2)
    ('1 act of bots', '2 private contributions not shown')
    """
    return f"{count} {what}" if count != 1 else "1 " + re.sub(r"\b(contribution|act)s\b", r"\1", what, count=1)


def _of_source(source: str, note: str) -> str:
    return note if note.startswith(f"{source} ") else f"{source}: {note}"
