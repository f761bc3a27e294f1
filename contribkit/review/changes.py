"""Which leads changed since a review of the same period was last rendered."""

import json
from pathlib import Path
from typing import Any

import pandas as pd

from contribkit.errors import ContribkitError
from contribkit.identifiers import key

COLUMNS = ["id", "title", "url", "was", "lead", "why"]


def read_summary(path: str | Path) -> dict[str, Any] | None:
    """Return an earlier summary, None where there is none.

    Raises
    ------
    ContribkitError
        For a file that is no summary, with the fix.
    """
    try:
        summary: dict[str, Any] = json.loads(Path(path).read_text(encoding="utf-8"))
        if not isinstance(summary["rows"], list):
            raise TypeError("rows is no list")
        return summary
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError, OSError) as error:
        raise ContribkitError(f"{path}: is no summary of a review ({error}); take it away, or restore it") from error


def lead_changes(rows: pd.DataFrame, before: dict[str, Any] | None) -> pd.DataFrame:
    """Return the contributions whose lead is another than in an earlier summary, through new evidence or labels.

    Parameters
    ----------
    rows
        Judged contributions.
    before
        An earlier summary of the same team and period, or None.

    Returns
    -------
    pandas.DataFrame
        One row a change: `id`, `title`, `url`, `was`, `lead` (str), `why` (str: the weightiest reason now). Rows that
        were not there before are no change.

    Examples
    --------
    >>> rows = pd.DataFrame([{"id": "o/r#1@a:issue", "title": "T", "url": None, "lead": "upstream", "reasons": []}])
    >>> list(lead_changes(rows, {"rows": [{"id": "O/R#1@a:issue", "lead": "unclear"}]})["was"])
    ['unclear']
    """
    was = {key(row["id"]): row["lead"] for row in (before or {}).get("rows", ())}
    known = rows["id"].str.casefold().map(was)
    changed = rows[known.notna() & (known != rows["lead"])]
    why = [next((r["because"] for r in cell if r["lead"] == lead), "no reason is left") for cell, lead in
           zip(changed["reasons"], changed["lead"], strict=True)]  # fmt: skip
    return changed.assign(was=known[changed.index], why=pd.Series(why, index=changed.index, dtype="str"))[COLUMNS]
