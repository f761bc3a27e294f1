"""The table of a session as static HTML: what a rendered or untrusted notebook shows in the widget's place."""

from typing import Any

from contribkit.review import page
from contribkit.widgets.relabelling.session import Session

LONGEST = 250
"""Rows that a static table holds: a notebook with more would be slow to open."""


class StaticTable:
    """The labels of a session as they stand, without names, notes and private rows: a saved notebook may be published.

    Attributes
    ----------
    sentence
        How many rows there are, and how many need eyes.
    html
        The table below it.
    """

    def __init__(self, session: Session) -> None:
        public = session.public
        self.sentence = _sentence(len(session.queue), session.eyes, str(session.period))
        self.html: str = page.html(
            "labels.html", sentence=self.sentence, rows=[_shown(session.row(item)) for item in public[:LONGEST]],
            words=session.page["words"], private=len(session.queue) - len(public), further=len(public[LONGEST:]),
        )  # fmt: skip


def _sentence(count: int, eyes: int, period: str) -> str:
    """Return how many rows there are, and how many need eyes.

    Examples
    --------
    >>> _sentence(2, 1, "2026-Q3")
    '2 contributions of 2026-Q3, of which 1 needs eyes; run the cell to label them'
    """
    many = "1 contribution" if count == 1 else f"{count} contributions"
    return f"{many} of {period}, of which {eyes} {'needs' if eyes == 1 else 'need'} eyes; run the cell to label them"


def _shown(row: dict[str, Any]) -> dict[str, Any]:
    """Return what a reader may see of a row: people's answer, else the machine's unless it is hidden."""
    label = row["label"]
    if label:
        lead, said = label["lead"], f"people ({label['status']})"
    elif row["blind"]:
        lead, said = None, "hidden until it is labelled"
    else:
        lead, said = row["lead"], f"{row['decided_by']}, {page.percent(row['confidence'])} sure"
    place = row["id"].rpartition("@")[0]
    return {"title": row["title"] or row["id"], "url": row["url"], "kind": row["kind_word"], "place": place,
            "lead": lead, "said": said, "needs_eyes": row["needs_eyes"]}  # fmt: skip
