"""What changed since reviews were last rendered: leads, and the labels that people gave."""

import json
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from contribkit.errors import ContribkitError
from contribkit.ids import casefold_id
from contribkit.labels import Labels

if TYPE_CHECKING:
    from contribkit.period import Period
    from contribkit.review.measures import Measures

COLUMNS = ["id", "title", "url", "was", "lead", "through", "why"]


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


def read_summaries(reviews: str | Path, slug: str, periods: "Iterable[Period]") -> dict[str, dict[str, Any]]:
    """Return the summaries that earlier renderings left in a folder of reviews, by period.

    Parameters
    ----------
    reviews
        The folder that holds ``2026-Q3/<slug>/summary.json`` and the like.
    slug
        Whose reviews.
    periods
        Which periods; those without a summary are left out.

    Raises
    ------
    ContribkitError
        For a file that is no summary, with the fix.
    """
    found = {str(period): read_summary(Path(reviews) / str(period) / slug / "summary.json") for period in periods}
    return {period: summary for period, summary in found.items() if summary is not None}


def over_periods(reviews: "list[Measures]") -> pd.DataFrame:
    """Return `lead_changes` of several periods, oldest first, with the column `period` in front."""
    tables = []
    for review in reviews:
        then = review.summaries.get(str(review.period))
        tables.append(lead_changes(review.rows, review.marks["evidence"], then).assign(period=str(review.period)))
    return pd.concat(tables, ignore_index=True)[["period", *COLUMNS]]


def lead_changes(rows: pd.DataFrame, evidence: pd.Series, before: dict[str, Any] | None) -> pd.DataFrame:
    """Return the contributions whose lead is another than in an earlier summary, through new evidence or labels.

    Parameters
    ----------
    rows
        Judged contributions.
    evidence
        Of each, whether something on our own side is tied to it.
    before
        An earlier summary of the same team and period, or None.

    Returns
    -------
    pandas.DataFrame
        One row a change: `id`, `title`, `url`, `was`, `lead`, `through` (str: ``a label`` where people decided it now
        or then, ``new evidence`` where our own side is tied to it only now or only then, else ``evidence or rules``),
        `why` (str: the weightiest reason now). Rows that were not there before are no change.

    Examples
    --------
    >>> rows = pd.DataFrame([{"id": "o/r#1@a:issue", "title": "T", "url": None, "lead": "upstream", "reasons": [],
    ...                       "decided_by": "person"}])
    >>> then = {"id": "O/R#1@a:issue", "lead": "unclear", "decided_by": "rules"}
    >>> changed = lead_changes(rows, pd.Series([False]), {"rows": [then]})
    >>> changed[["was", "through"]].iloc[0].tolist()
    ['unclear', 'a label']
    """
    then = {casefold_id(row["id"]): row for row in (before or {}).get("rows", ())}
    known = rows["id"].str.casefold().map({name: row["lead"] for name, row in then.items()})
    changed = rows[known.notna() & (known != rows["lead"])]
    why = [next((r["because"] for r in cell if r["lead"] == lead), "no reason is left") for cell, lead in
           zip(changed["reasons"], changed["lead"], strict=True)]  # fmt: skip
    through = [_through(by, tied, then[casefold_id(name)]) for by, tied, name in
               zip(changed["decided_by"], evidence[changed.index], changed["id"], strict=True)]  # fmt: skip
    added = pd.DataFrame({"through": through, "why": why}, index=changed.index, dtype="str")
    return changed.assign(was=known[changed.index]).join(added)[COLUMNS]


def _through(decided_by: str, tied: bool, then: dict[str, Any]) -> str:
    """Return what a lead changed through; a summary of an older version does not tell what was tied to it then."""
    if "person" in (decided_by, then["decided_by"]):
        return "a label"
    before = "evidence" in then["counts_for"] if "counts_for" in then else tied
    return "evidence or rules" if before == tied else "new evidence"


def label_changes(rows: pd.DataFrame, ids: pd.Series, labels: Labels, before: dict[str, Any] | None) -> pd.DataFrame:
    """Return what people labelled otherwise since an earlier rendering, from the label log.

    Parameters
    ----------
    rows
        Contributions as they may be shown.
    ids
        Their ids as the label log knows them.
    labels
        The label log.
    before
        The earlier summary, which knows when it was written; without one nothing is earlier.

    Returns
    -------
    pandas.DataFrame
        One row a changed label: `id`, `title`, `url`, `was`, `label` (str: a lead or ``disputed``, missing where there
        was or is none). It names nobody.
    """
    columns = ["id", "title", "url", "was", "label"]
    if before is None:
        return pd.DataFrame(columns=columns)
    since = datetime.fromisoformat(before["as_of"])
    old = labels.until(since)
    said = pd.DataFrame(
        {"was": [_said(old, name) for name in ids], "label": [_said(labels, name) for name in ids]},
        index=rows.index, dtype="str",
    )  # fmt: skip
    differs = said["was"].fillna("") != said["label"].fillna("")
    return rows[["id", "title", "url"]].join(said)[differs][columns].reset_index(drop=True)


def _said(labels: Labels, item: str) -> str | None:
    label = labels.of(item)
    return None if label is None else label.lead or label.status
