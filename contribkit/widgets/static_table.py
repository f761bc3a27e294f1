"""The table of a session as static HTML: what a rendered or untrusted notebook shows in the widget's place."""

from typing import Any

from contribkit.review import page
from contribkit.widgets.session import Session

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
        rows = session.rows
        public = [row for row in rows if not row["private"]]
        self.sentence = _sentence(rows, str(session.period))
        self.html: str = page.html(
            "labels.html", sentence=self.sentence, rows=[_shown(row) for row in public[:LONGEST]],
            words=session.page["words"], private=len(rows) - len(public), further=len(public[LONGEST:]),
        )  # fmt: skip


def _sentence(rows: list[dict[str, Any]], period: str) -> str:
    """Return how many rows there are, and how many need eyes.

    Examples
    --------
    >>> _sentence([{"needs_eyes": True}, {"needs_eyes": False}], "2026-Q3")
    '2 contributions of 2026-Q3, of which 1 needs eyes; run the cell to label them'
    """
    eyes = sum(row["needs_eyes"] for row in rows)
    many = "1 contribution" if len(rows) == 1 else f"{len(rows)} contributions"
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
