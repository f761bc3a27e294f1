"""What fell outside the system: valued, and apart."""

from collections.abc import Iterable
from typing import Any

import pandas as pd
from markupsafe import Markup

from contribkit.review.page import verb
from contribkit.review.question import Filter, Question, led_by, line_details, obj, of, row_details
from contribkit.review.review_data import ReviewData
from contribkit.text import pluralise
from contribkit.vocabulary import Activity, Kind, Lead


class Outside(Question):
    name, title = "outside", "What fell outside the system?"
    schema = {
        "outside": obj(
            "What fell outside the system.",
            individual="count",
            reactive=of("count", "Comments and triage that served no stakeholder and no goal."),
            look_alikes=of("count", "Features and new projects that were taken for upstream-led."),
        )
    }

    def sentence(self, data: ReviewData) -> str:
        own, answers, alike = self.numbers(data)["outside"].values()
        word, features = data.words["individual"], _features(alike)
        return (
            (f"{pluralise(own, 'contribution')} {verb(own)} {word}. Thank you: they count against nobody." if own
             else f"Nothing was {word} in this period.")
            + (f" {pluralise(answers, 'answer')} served no goal." if answers else "")
            + (f" {features} {verb(alike)} taken for {data.words['upstream']}: worth a second look." if alike else "")
        )  # fmt: skip

    def tables(self, data: ReviewData) -> dict[str, pd.DataFrame]:
        return {"outside": pd.DataFrame(self.numbers(data)["outside"].items(), columns=["what", "rows"])}

    def rows(self, data: ReviewData) -> dict[str, pd.Series]:
        return {"reactive": reactive(data.named_rows), "look-alike": look_alikes(data.named_rows)}

    def numbers(self, data: ReviewData) -> dict[str, Any]:
        answers, alike = (int(mask.sum()) for mask in self.rows(data).values())
        own = len(led_by(data, Lead.INDIVIDUAL))
        return {"outside": {"individual": own, "reactive": answers, "look_alikes": alike}}

    def filters(self, data: ReviewData) -> dict[str, Filter]:
        return {
            "/outside/individual": {"lead": str(Lead.INDIVIDUAL)},
            "/outside/reactive": {"counts_for": "reactive"},
            "/outside/look_alikes": {"counts_for": "look-alike"},
        }

    def body(self, data: ReviewData) -> Iterable[Markup]:
        answers, alike = (data.rows[mask] for mask in self.rows(data).values())
        served = f"{pluralise(len(answers), 'answer')} that served no goal: comments and triage"
        yield row_details(data, led_by(data, Lead.INDIVIDUAL))
        yield line_details(data, answers, served)
        yield line_details(data, alike, f"{_features(len(alike))} taken for {data.words['upstream']}")


def _features(count: int) -> str:
    return pluralise(count, "feature or new project", "features or new projects")


def reactive(rows: pd.DataFrame) -> pd.Series:
    """Return which contributions are comments and triage that serve no stakeholder and no goal.

    Unclear ones are left out: they need review.
    """
    answers = rows["activity"].isin([Activity.COMMENT, Activity.TRIAGE]) | (rows["kind"] == Kind.COMMENT)
    return answers & rows["goal"].isna() & rows["lead"].isin([Lead.UPSTREAM, Lead.INDIVIDUAL])


def look_alikes(rows: pd.DataFrame) -> pd.Series:
    """Return which contributions are features or new projects that were taken for upstream-led.

    They look like upstream's own needs because they happen there; what people decided, or a goal counts, is settled.
    """
    alike = rows["activity"].isin([Activity.FEATURE, Activity.NEW_PROJECT]) & (rows["lead"] == Lead.UPSTREAM)
    return alike & (rows["decided_by"] != "person") & rows["goal"].isna()
