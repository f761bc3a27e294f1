"""What a review leaves in files: CSV that a spreadsheet opens as text, JSON, and a table to sort in a notebook."""

import json
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from contribkit.io import write_whole
from contribkit.review import page
from contribkit.review.question import Question
from contribkit.review.review_data import ReviewData
from contribkit.tables import plain
from contribkit.text import as_text

_COLUMNS = (
    "id", "lead", "confidence", "decided_by", "activity", "stakeholder", "initiative", "goal", "kind", "repo",
    "number", "url", "title", "actor", "author", "happened_at", "last_at", "merged_at", "acts", "state", "labels",
    "hours", "source", "why",
)  # fmt: skip
_NAMES = ("actor", "author")


def write_review(folder: Path, data: ReviewData, questions: Sequence[Question], summary: dict[str, Any]) -> None:
    """Write ``contributions.csv`` and ``summary.json``, each whole or not at all.

    Parameters
    ----------
    folder
        Where to.
    data
        What is looked at.
    questions
        What is asked: the names of their `rows` become columns.
    summary
        What `contribkit.review.summary.summarise` returned.
    """
    marks = {name: mask for question in questions for name, mask in question.rows(data).items()}
    write_whole(folder / "contributions.csv", to_csv(data.rows, data.without_names, marks))
    text = json.dumps(_finite(summary), indent=1, ensure_ascii=False, allow_nan=False)
    write_whole(folder / "summary.json", text + "\n")


def to_csv(rows: pd.DataFrame, without_names: bool = False, marks: dict[str, pd.Series] | None = None) -> str:
    """Return judged contributions as CSV, without bodies and remarks; nothing in it is ever a formula.

    Parameters
    ----------
    rows
        Judged contributions with their `reasons`.
    without_names
        Leave the columns of logins out.
    marks
        What each row counts for beside its lead: a column of true and false each, ``counts_for_`` in front.
    """
    why = ["; ".join(f"{r['lead']} {r['weight']:+.1f}: {r['sentence']}" for r in cell) for cell in rows["reasons"]]
    table = rows.assign(why=pd.Series(why, index=rows.index, dtype="str"))
    columns = [name for name in _COLUMNS if not (without_names and name in _NAMES)]
    cells = {name: [as_text(plain(value)) for value in table[name]] for name in columns}
    for name, mask in (marks or {}).items():
        column = f"counts_for_{name.replace(' ', '_').replace('-', '_')}"
        cells[column] = ["true" if counts else "false" for counts in mask]
    return pd.DataFrame(cells, dtype=object).to_csv(index=False, lineterminator="\n")


def _finite(value: Any) -> Any:
    """Return numbers that JSON does not know, such as infinite hours, as missing."""
    if isinstance(value, dict):
        return {name: _finite(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_finite(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


class Sortable:
    """A table that a live notebook shows with itables, which asks no other host, and everything else as plain HTML.

    A widget of a notebook that was rendered before, or that is not trusted, is dead: then the plain table is shown.

    Parameters
    ----------
    table
        Any table; what is in its cells is shown as text.

    Examples
    --------
    >>> Sortable(pd.DataFrame({"title": ["<b>"]}))._repr_html_().count("&lt;b&gt;")
    1
    """

    def __init__(self, table: pd.DataFrame) -> None:
        self.table = table

    def _repr_html_(self) -> str:
        return page.html("table.html", table=page.table({str(name): self.table[name] for name in self.table}))

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        # Slow to import, and needed only where a notebook shows the table.
        from itables.widget import ITable

        live = ITable(self.table, classes="display compact", maxBytes=0)._repr_mimebundle_()
        bundle = live[0] if isinstance(live, tuple) else live
        return {**(bundle or {}), "text/html": self._repr_html_(), "text/plain": repr(self.table)}


def sortable(data: ReviewData) -> Sortable:
    """Return the contributions as a table to sort and search."""
    rows = data.rows
    columns = {
        "who led": rows["lead"].map(data.words),
        "title": rows["title"],
        "kind": rows["kind"],
        "activity": rows["activity"],
        "for": rows["stakeholder"],
        "initiative or goal": rows["initiative"].fillna(rows["goal"]),
        "who": rows["actor"].replace(data.members),
        "day": rows["happened_at"].dt.tz_convert(data.period.timezone).dt.strftime("%Y-%m-%d"),
        "thread": rows["ref"],
    }
    chosen = {name: column for name, column in columns.items() if name != "who" or not data.without_names}
    return Sortable(pd.DataFrame(chosen).reset_index(drop=True))
