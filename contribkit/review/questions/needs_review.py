"""What needs review by a person, most useful first, and what would settle it."""

from collections.abc import Iterable
from typing import Any

import pandas as pd
from markupsafe import Markup

from contribkit.review import page
from contribkit.review.question import Filter, Question, of, row_details
from contribkit.review.review_data import ReviewData
from contribkit.tables import rows_of
from contribkit.text import pluralise
from contribkit.vocabulary import Lead


class NeedsReview(Question):
    """What needs review."""

    name = "needs_review"
    title = "What needs review?"
    schema = {"waiting": of("count", "Unclear and disputed contributions.")}

    def sentence(self, data: ReviewData) -> str:
        rows = review_queue(data.rows)
        if not len(rows):
            return "Nothing is unclear in this period."
        disputed = int((rows["decided_by"] == "person").sum())
        return (
            f"{pluralise(len(rows), 'contribution')} {'is' if len(rows) == 1 else 'are'} unclear"
            + (f", {disputed} of them because people disagree or found them so" if disputed else "")
            + "; each says what would settle it."
        )

    def tables(self, data: ReviewData) -> dict[str, pd.DataFrame]:
        columns = ["id", "kind", "title", "url", "activity", "happened_at", "settles"]
        return {"needs_review": review_queue(data.rows)[columns].reset_index(drop=True)}

    def numbers(self, data: ReviewData) -> dict[str, Any]:
        return {"waiting": len(review_queue(data.rows))}

    def filters(self, data: ReviewData) -> dict[str, Filter]:
        return {"/waiting": {"lead": str(Lead.UNCLEAR)}}

    def body(self, data: ReviewData) -> Iterable[Markup]:
        rows = review_queue(data.rows)
        yield row_details(data, rows, settles=True)
        if len(rows) and data.project is None:
            yield page.html("relabel.html")


def review_queue(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the unclear and disputed contributions, those with most at stake first.

    Parameters
    ----------
    rows
        Judged contributions with their `reasons`.

    Returns
    -------
    pandas.DataFrame
        The unclear rows with `settles` (str: what would settle it); disputes first, then where reasons pull both ways,
        then the rest, pull requests first.
    """
    unclear = rows[rows["lead"] == Lead.UNCLEAR]
    settles = [_settles(row) for row in rows_of(unclear)]
    order = [_urgency(row) for row in rows_of(unclear)]
    table = unclear.assign(settles=pd.Series(settles, index=unclear.index, dtype="str"), order=order)
    return table.sort_values(["order", "happened_at"], kind="stable").drop(columns="order")


def _leads(row: dict[str, Any]) -> set[str]:
    return {reason["lead"] for reason in row["reasons"] if reason["weight"] > 0 and reason["rule"] != "label"}


def _settles(row: dict[str, Any]) -> str:
    if row["decided_by"] == "person":
        return "people disagree, or found it unclear: talk it over, and let somebody settle it"
    leads = _leads(row)
    if len(leads) > 1:
        return "reasons pull both ways: a person who knows can say which weighs more"
    if Lead.STAKEHOLDER in leads:
        return "something on our own side is related: name the stakeholder there, or say whom it served"
    return "no link from our own side: add one to the initiative, or the author can say why"


def _urgency(row: dict[str, Any]) -> int:
    if row["decided_by"] == "person":
        return 0
    return 1 if len(_leads(row)) > 1 else 2 if row["kind"] == "pull_request" else 3
