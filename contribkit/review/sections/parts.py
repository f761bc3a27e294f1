"""What sections share: unfolding rows, lines, pictures, cells for templates, and shares in words."""

from typing import TYPE_CHECKING, Any

import pandas as pd
from markupsafe import Markup

from contribkit.review import figures
from contribkit.review.page import percent
from contribkit.tables import is_missing, rows_of
from contribkit.text import pluralise
from contribkit.vocabulary import Activity, Kind, Lead

if TYPE_CHECKING:
    from contribkit.review.measures import Measures


def unfolding(review: "Measures", lead: Lead, rows: pd.DataFrame | None = None) -> dict[str, Any]:
    """Return what the macro of unfolding rows needs."""
    mine = review.rows[review.rows["lead"] == lead] if rows is None else rows
    table = [_words(row, review) for row in dicts(mine)]
    return {
        "contributions": table,
        "words": review.words,
        "names": not review.without_names,
        "caption": f"the {pluralise(len(table), 'contribution')}, {'each ' if len(table) > 1 else ''}with its reasons",
    }


def lines(review: "Measures", chosen: pd.Series) -> list[dict[str, Any]]:
    """Return some of the contributions, for a list without reasons."""
    return [_words(row, review) for row in dicts(review.rows[chosen])]


def _words(row: dict[str, Any], review: "Measures") -> dict[str, Any]:
    return row | {
        "kind_word": Kind(row["kind"]).word,
        "activity_word": Activity(row["activity"]).word,
        "place": row["id"].rpartition("@")[0],
        "who": review.members.get(row["actor"], row["actor"]),
        "happened_at": row["happened_at"] and row["happened_at"].tz_convert(review.period.timezone),
    }


def picture(figure: Any, alt: str) -> Markup:
    """Return a figure with words for those who do not see it; nothing where there is no figure."""
    return Markup(figures.picture(figure, alt)) if figure is not None else Markup("")


def dicts(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Return rows with None for what is missing, as templates know it."""
    return [{name: None if is_missing(value) else value for name, value in row.items()} for row in rows_of(table)]


def between(low: Any, high: Any) -> str:
    """Return an interval of shares in words.

    Examples
    --------
    >>> between(0.4712, 0.67)
    '47 % to 67 %'
    """
    return f"{percent(low)} to {percent(high)}"


def verb(count: int, one: str = "was", more: str = "were") -> str:
    """Return the form of a verb that fits a count."""
    return one if count == 1 else more
