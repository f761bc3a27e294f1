"""For maintainers of a project: who drove the work, and what is behind it."""

from collections.abc import Iterable

import pandas as pd
from markupsafe import Markup

from contribkit.review import page
from contribkit.review.page import verb
from contribkit.review.question import Question, array, frame, led_by, row_details
from contribkit.review.questions.community import community
from contribkit.review.questions.sharing import distribution, releases
from contribkit.review.questions.stakeholders import NOT_NAMED, cross_links
from contribkit.review.review_data import ReviewData
from contribkit.text import MISSING, pluralise
from contribkit.vocabulary import Activity, Lead

_DRIVEN = array(
    "Of a project's review: who drove the work, and the initiative or the goal behind it.",
    lead="lead", stakeholder="name", behind="name", rows="count", threads="count",
)  # fmt: skip


class Drivers(Question):
    name, title = "drivers", "Who drove it, and why?"
    schema = {"driven": _DRIVEN}

    def sentence(self, data: ReviewData) -> str:
        if not len(data.named_rows):
            return "There were no contributions."
        threads, reviewed = cross_links(data), community(data)["reviewed"] or 0
        word, released = data.words["stakeholder"], releases(data.named_rows)["rows"]
        of_all = f"{threads['ours'].count()} of {pluralise(len(threads), f'{word} thread')}"
        served = f"For {of_all} our own side can be read." if len(threads) else f"Nothing was {word}."
        made = f"{pluralise(released, 'release')} {verb(released)} made by us."
        reviews = f" {pluralise(reviewed, 'review')} went to pull requests of people who are not maintainers."
        return f"{served} {made}{reviews if reviewed else ''}"

    def tables(self, data: ReviewData) -> dict[str, pd.DataFrame]:
        return {"driven": driven_by(data.named_rows)}

    def body(self, data: ReviewData) -> Iterable[Markup]:
        table, threads = driven_by(data.named_rows), cross_links(data)
        nobody = table["lead"].map({"stakeholder": NOT_NAMED})
        yield page.table({
            "who led": [page.lead(lead, data.words) for lead in table["lead"]],
            "for whom": table["stakeholder"].fillna(nobody), "initiative or goal behind it": table["behind"],
            "contributions": table["rows"], "threads": table["threads"],
        })  # fmt: skip
        if len(table):
            named = "A stakeholder is named where something public says for whom the work was."
            yield page.paragraph(named, quiet=True)
        if len(threads):
            cells = page.dicts(threads.assign(paste_upstream=None, paste_own=None))
            yield page.heading("Where to read why")
            yield page.table({
                "thread": [page.html("link_cell.html", row=row) for row in cells],
                "for whom": threads["stakeholder"].fillna(NOT_NAMED),
                "on our side": [page.link(row["ours"], row["ours"]) if row["ours"] else MISSING for row in cells],
            })  # fmt: skip
        activities = distribution(data)[distribution(data)["rows"] > 0]
        if len(activities):
            yield page.heading(f"What was {data.words['upstream']}")
            yield page.table({
                "activity": [Activity(name).word for name in activities["activity"]],
                "contributions": activities["rows"], "people": activities["people"],
            })  # fmt: skip
        for lead in Lead:
            yield row_details(data, led_by(data, lead), f"{data.words[lead]}: ")


def driven_by(rows: pd.DataFrame) -> pd.DataFrame:
    """Return who drove work and the initiative or the goal behind it, by lead in the order of `Lead`, most work first.

    Examples
    --------
    >>> row = {"id": "o/r#1@a:issue", "ref": "o/r#1", "lead": "stakeholder", "stakeholder": "Q",
    ...        "initiative": "Quotas", "goal": None}
    >>> driven_by(pd.DataFrame([row, row]))[["stakeholder", "behind"]].to_numpy().tolist()
    [['Q', 'Quotas']]
    """
    threads = rows["ref"].str.casefold()
    keys = [rows["lead"], rows["stakeholder"], rows["initiative"].fillna(rows["goal"]).rename("behind")]
    table = threads.groupby(keys, dropna=False).agg(rows="size", threads="nunique").reset_index()
    table["place"] = table["lead"].map(list(Lead).index)
    return frame(_DRIVEN, table.sort_values(["place", "rows", "behind"], ascending=[True, False, True]))
