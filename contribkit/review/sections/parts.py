"""What sections share: unfolding rows, pictures, cells for templates, and numbers with their words."""

from typing import TYPE_CHECKING, Any

import pandas as pd
from markupsafe import Markup

from contribkit.review import figures
from contribkit.tables import is_missing, rows_of
from contribkit.vocabulary import Activity, Kind, Lead

if TYPE_CHECKING:
    from contribkit.review.review import Review


def unfolding(review: "Review", lead: Lead, rows: pd.DataFrame | None = None) -> dict[str, Any]:
    """Return what the macro of unfolding rows needs."""
    mine = review.rows[review.rows["lead"] == lead] if rows is None else rows
    who = {member.login: member.word for member in review.organisation.members.values()}
    table = [
        row
        | {
            "kind_word": Kind(row["kind"]).word,
            "activity_word": Activity(row["activity"]).word,
            "place": row["id"].rpartition("@")[0],
            "who": who.get(row["actor"], row["actor"]),
            "happened_at": row["happened_at"] and row["happened_at"].tz_convert(review.period.timezone),
        }
        for row in dicts(mine)
    ]
    return {
        "contributions": table,
        "words": review.words,
        "names": not review.without_names,
        "caption": f"the {many(len(table), 'contribution')}, each with its reasons",
    }


def picture(figure: Any, alt: str) -> Markup:
    """Return a figure with words for those who do not see it; nothing where there is no figure."""
    return Markup(figures.picture(figure, alt)) if figure is not None else Markup("")


def dicts(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Return rows with None for what is missing, as templates know it."""
    return [{name: None if is_missing(value) else value for name, value in row.items()} for row in rows_of(table)]


def many(count: int, word: str) -> str:
    """Return a count with its word, in the plural but for one."""
    return f"{count} {word}" if count == 1 else f"{count} {word}s"
