"""For maintainers of a project: who drove the work, and what is behind it."""

from collections.abc import Iterable

import pandas as pd
from markupsafe import Markup

from contribkit.review import page
from contribkit.review.page import verb
from contribkit.review.question import Question, array, led_by, of, row_details
from contribkit.review.questions.community import community
from contribkit.review.questions.sharing import distribution, releases
from contribkit.review.questions.stakeholders import NOT_NAMED, cross_links
from contribkit.review.review_data import ReviewData
from contribkit.text import MISSING, pluralise
from contribkit.vocabulary import Activity, Lead


class Drivers(Question):
    """Who drove the work in a project."""

    name = "drivers"
    title = "Who drove it, and why?"
    schema = {
        "driven": array(
            "Of a project's review: who drove the work, and the initiative or the goal behind it.",
            lead=of("lead"), stakeholder=of("name"), behind=of("name"), rows=of("count"), threads=of("count"),
        )
    }  # fmt: skip

    def sentence(self, data: ReviewData) -> str:
        if not len(data.named_rows):
            return "There were no contributions."
        threads, reviewed = cross_links(data), community(data)["reviewed"]
        shown = int(threads["ours"].notna().sum())
        word, released = data.words["stakeholder"], releases(data.named_rows)["rows"]
        served = (
            f"For {shown} of {pluralise(len(threads), f'{word} thread')} our own side can be read. "
            if len(threads)
            else f"Nothing was {word}. "
        )
        reviews = f" {pluralise(reviewed or 0, 'review')} went to pull requests of people who are not maintainers."
        made = f"{pluralise(released, 'release')} {verb(released)} made by us."
        return served + made + (reviews if reviewed else "")

    def tables(self, data: ReviewData) -> dict[str, pd.DataFrame]:
        return {"driven": driven_by(data.named_rows)}

    def body(self, data: ReviewData) -> Iterable[Markup]:
        table = page.dicts(driven_by(data.named_rows))
        yield page.table({
            "who led": [page.lead(row["lead"], data.words) for row in table],
            "for whom": [row["stakeholder"] or (NOT_NAMED if row["lead"] == "stakeholder" else MISSING)
                         for row in table],
            "initiative or goal behind it": [row["behind"] for row in table],
            "contributions": page.numbers(row["rows"] for row in table),
            "threads": page.numbers(row["threads"] for row in table),
        })  # fmt: skip
        if table:
            yield page.paragraph(
                "A stakeholder is named where something public says for whom the work was.", quiet=True
            )
        threads = page.dicts(cross_links(data))
        if threads:
            yield page.heading("Where to read why")
            yield page.table({
                "thread": [page.html("link_cell.html", row=row | {"paste_upstream": None, "paste_own": None})
                           for row in threads],
                "for whom": [row["stakeholder"] or NOT_NAMED for row in threads],
                "on our side": [page.link(row["ours"], row["ours"]) if row["ours"] else MISSING for row in threads],
            })  # fmt: skip
        activities = distribution(data)[distribution(data)["rows"] > 0]
        if len(activities):
            yield page.heading(f"What was {data.words['upstream']}")
            yield page.table({
                "activity": [Activity(name).word for name in activities["activity"]],
                "contributions": page.numbers(activities["rows"]), "people": page.numbers(activities["people"]),
            })  # fmt: skip
        for lead in Lead:
            yield row_details(data, led_by(data, lead), f"{data.words[lead]}: ")


def driven_by(rows: pd.DataFrame) -> pd.DataFrame:
    """Return who drove work, and what is behind it.

    Parameters
    ----------
    rows
        Judged contributions.

    Returns
    -------
    pandas.DataFrame
        One row for what belongs together, by lead in the order of `Lead`, most work first: `lead`, `stakeholder`,
        `behind` (str: the initiative or the goal; these two missing where there is none), `rows`, `threads` (int).

    Examples
    --------
    >>> row = {"id": "o/r#1@a:issue", "ref": "o/r#1", "lead": "stakeholder", "stakeholder": "Q",
    ...        "initiative": "Quotas", "goal": None}
    >>> driven_by(pd.DataFrame([row, row]))[["stakeholder", "behind"]].to_numpy().tolist()
    [['Q', 'Quotas']]
    """
    table = rows.assign(behind=rows["initiative"].fillna(rows["goal"]), thread=rows["ref"].str.casefold())
    groups = table.groupby(["lead", "stakeholder", "behind"], dropna=False)
    counts = groups.agg(rows=("id", "size"), threads=("thread", "nunique")).reset_index()
    place = counts["lead"].map({str(lead): number for number, lead in enumerate(Lead)})
    ordered = counts.assign(place=place).sort_values(["place", "rows", "behind"], ascending=[True, False, True])
    return ordered.drop(columns="place").reset_index(drop=True)
