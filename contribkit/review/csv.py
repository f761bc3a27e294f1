"""Contributions as CSV that a spreadsheet opens as text: nothing in it is ever a formula."""

import pandas as pd

from contribkit.tables import plain
from contribkit.text import as_text

_COLUMNS = (
    "id", "lead", "confidence", "decided_by", "activity", "stakeholder", "initiative", "goal", "kind", "repo",
    "number", "url", "title", "actor", "author", "happened_at", "last_at", "merged_at", "acts", "state", "labels",
    "hours", "source", "why",
)  # fmt: skip
_NAMES = ("actor", "author")


def to_csv(rows: pd.DataFrame, without_names: bool = False) -> str:
    """Return judged contributions as CSV, without bodies and remarks.

    Parameters
    ----------
    rows
        Judged contributions.
    without_names
        Leave the columns of logins out.
    """
    why = ["; ".join(f"{r['lead']} {r['weight']:+.1f}: {r['because']}" for r in cell) for cell in rows["reasons"]]
    table = rows.assign(why=pd.Series(why, index=rows.index, dtype="str"))
    columns = [name for name in _COLUMNS if not (without_names and name in _NAMES)]
    cells = {name: [as_text(plain(value)) for value in table[name]] for name in columns}
    return pd.DataFrame(cells, columns=columns, dtype=object).to_csv(index=False, lineterminator="\n")
