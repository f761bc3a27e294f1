"""What needs review by a person, most useful first, and what would settle it."""

from collections.abc import Iterable
from typing import Any

import pandas as pd
from markupsafe import Markup

from contribkit.review import page
from contribkit.review.page import verb
from contribkit.review.question import Filter, Question, of, row_details
from contribkit.review.review_data import ReviewData
from contribkit.tables import rows_of
from contribkit.text import pluralise
from contribkit.vocabulary import Lead


class NeedsReview(Question):
    name, title = "needs_review", "What needs review?"
    schema = {"waiting": of("count", "Unclear and disputed contributions.")}

    def sentence(self, data: ReviewData) -> str:
        rows = review_queue(data.rows)
        if not len(rows):
            return "Nothing is unclear in this period."
        disputed = (rows["decided_by"] == "person").sum()
        by_people = f", {disputed} of them because people disagree or found them so" if disputed else ""
        unclear = f"{pluralise(len(rows), 'contribution')} {verb(len(rows), 'is', 'are')} unclear"
        return f"{unclear}{by_people}; each says what would settle it."

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
    """Return the unclear and disputed contributions with `settles`, what would settle each, in words.

    Disputes come first, then where reasons pull both ways, then the rest, pull requests first.
    """
    unclear = rows[rows["lead"] == Lead.UNCLEAR]
    told = pd.DataFrame(map(_settles, rows_of(unclear)), columns=["order", "settles"], index=unclear.index)
    table = unclear.join(told.astype({"settles": "str"}))
    return table.sort_values(["order", "happened_at"], kind="stable").drop(columns="order")


def _settles(row: dict[str, Any]) -> tuple[int, str]:
    """Return how soon a person should look at a contribution, 0 first, and what would settle it."""
    leads = {reason["lead"] for reason in row["reasons"] if reason["weight"] > 0 and reason["rule"] != "label"}
    if row["decided_by"] == "person":
        return 0, "people disagree, or found it unclear: talk it over, and let somebody settle it"
    if len(leads) > 1:
        return 1, "reasons pull both ways: a person who knows can say which weighs more"
    order = 2 if row["kind"] == "pull_request" else 3
    if Lead.STAKEHOLDER in leads:
        return order, "something on our own side is related: name the stakeholder there, or say whom it served"
    return order, "no link from our own side: add one to the initiative, or the author can say why"
