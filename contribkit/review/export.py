"""The contributions of a review as CSV that a spreadsheet opens as text, and as a table to sort in a notebook."""

from typing import Any

import pandas as pd

from contribkit.review import page
from contribkit.review.review_data import ReviewData
from contribkit.text import csv_of

_COLUMNS = (
    "id", "lead", "confidence", "decided_by", "activity", "stakeholder", "initiative", "goal", "kind", "repo",
    "number", "url", "title", "actor", "author", "happened_at", "last_at", "merged_at", "acts", "state", "labels",
    "hours", "source", "why",
)  # fmt: skip


def to_csv(rows: pd.DataFrame, without_names: bool = False, marks: dict[str, pd.Series] | None = None) -> str:
    """Return judged contributions with their `reasons` as CSV, without bodies and remarks.

    Without names the columns of logins are left out. `marks` say what each row counts for beside its lead: a column of
    true and false each, ``counts_for_`` in front.
    """
    why = ["; ".join(f"{r['lead']} {r['weight']:+.1f}: {r['sentence']}" for r in cell) for cell in rows["reasons"]]
    table = rows.assign(why=pd.Series(why, index=rows.index, dtype="str"))[[*_COLUMNS]]
    table = table.drop(columns=["actor", "author"] if without_names else [])
    for name, mask in (marks or {}).items():
        column = f"counts_for_{name.replace(' ', '_').replace('-', '_')}"
        table[column] = ["true" if counts else "false" for counts in mask]
    return csv_of(table)


class Sortable:
    """A table that a live notebook shows with itables, which asks no other host, and everything else as plain HTML.

    A widget of a notebook that was rendered before, or that is not trusted, is dead: then the plain table is shown.

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
    table = pd.DataFrame({
        "who led": rows["lead"].map(data.words),
        "title": rows["title"],
        "kind": rows["kind"],
        "activity": rows["activity"],
        "for": rows["stakeholder"],
        "initiative or goal": rows["initiative"].fillna(rows["goal"]),
        "who": rows["actor"].replace(data.members),
        "day": rows["happened_at"].dt.tz_convert(data.period.timezone).dt.strftime("%Y-%m-%d"),
        "thread": rows["ref"],
    })  # fmt: skip
    return Sortable(table.drop(columns="who" if data.without_names else []).reset_index(drop=True))
