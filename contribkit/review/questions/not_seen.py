"""What the review could not see."""

import re
from collections.abc import Iterable
from typing import Any

import pandas as pd
from markupsafe import Markup

from contribkit.review import page
from contribkit.review.question import Question, array, frame, of
from contribkit.review.review_data import ReviewData, once, within
from contribkit.tables import plain
from contribkit.text import pluralise

_STATUS = {"ok": "in full", "partial": "in part", "failed": "not at all"}
_SOURCES = array(
    "How each source answered.",
    name="text", status={"enum": list(_STATUS)}, threads="count", acts="count", references="count",
    first=of("text or null", "Its first act, UTC."), last="text or null",
    notes={"type": "array", "items": {"type": "string"}},
)  # fmt: skip


class NotSeen(Question):
    name, title = "not_seen", "What could we not see?"
    schema = {
        "sources": _SOURCES,
        "not_seen": {"description": "What was left out, by reason.", "type": "object",
                     "additionalProperties": of("count")},
    }  # fmt: skip

    def sentence(self, data: ReviewData) -> str:
        sources = data.data.sources
        failed = [source.name for source in sources if source.status != "ok"]
        full = f"{len(sources) - len(failed)} of {pluralise(len(sources), 'source')} answered in full"
        return full + (f"; not in full: {', '.join(failed)}." if failed else ".")

    def tables(self, data: ReviewData) -> dict[str, pd.DataFrame]:
        counts = pd.DataFrame(left_out(data).items(), columns=["what", "count"])
        return {"sources": sources(data), "left_out": counts}

    def numbers(self, data: ReviewData) -> dict[str, Any]:
        return super().numbers(data) | {"not_seen": left_out(data)}

    def body(self, data: ReviewData) -> Iterable[Markup]:
        table = sources(data)
        days = [row["first"] and f"{row['first'][:10]}, {row['last'][:10]}" for row in page.dicts(table)]
        yield page.table({
            "source": table["name"].str.replace("_", " "), "answered": table["status"].map(_STATUS),
            "threads": table["threads"], "acts": table["acts"], "references": table["references"],
            "first and last act": page.numbers(days),
        })  # fmt: skip
        notes = [_counted(what, count) for what, count in left_out(data).items() if count]
        for source, found in data.source_notes.items():
            notes += [note if note.startswith(f"{source} ") else f"{source}: {note}" for note in found]
        notes += data.notes
        if data.silent:
            silent = pluralise(len(data.silent), "member") if data.without_names else ", ".join(data.silent)
            notes.append(f"without any contribution in the period: {silent}")
        yield page.bullets(notes or ["nothing else is known to be missing"])


@once
def sources(data: ReviewData) -> pd.DataFrame:
    """Return how each source answered."""
    return frame(_SOURCES, [
        (one.name, one.status, one.threads, one.acts, one.references, plain(one.first), plain(one.last),
         data.source_notes[one.name])
        for one in data.data.sources
    ])  # fmt: skip


@once
def left_out(data: ReviewData) -> dict[str, int]:
    """Return how many contributions or acts the review left out, by reason."""
    actors = data.data.acts.loc[within(data.data.acts["at"], data.period), "actor"]
    bots = [actor for actor in actors.unique() if data.organisation.is_bot(actor)]
    return {
        "contributions without any date": len(data.data.undated(data.team)),
        "private contributions not shown": data.hidden,
        "acts of bots": int(actors.isin(bots).sum()),
        **{f"acts {reason}": count for reason, count in data.data.left_out.items()},
    }


def _counted(what: str, count: int) -> str:
    """Return a count with what it counts, which is given in the plural: "1 act of bots"."""
    return f"{count} {what}" if count != 1 else "1 " + re.sub(r"\b(contribution|act)s\b", r"\1", what, count=1)
