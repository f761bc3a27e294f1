"""Contributions as a page shows them: unfolding with their reasons, as a list of lines, or one as a card."""

from typing import Any

import pandas as pd
from markupsafe import Markup

from contribkit.errors import ContribkitError, nearest
from contribkit.ids import casefold_id
from contribkit.review import page
from contribkit.review.page import Section
from contribkit.review.review_data import ReviewData
from contribkit.text import pluralise
from contribkit.vocabulary import Activity, Kind, Lead


def lines(data: ReviewData, rows: pd.DataFrame) -> list[dict[str, Any]]:
    """Return contributions with the words of a page: kind, activity, thread, person and local day."""
    return [
        row
        | {
            "kind_word": Kind(row["kind"]).word,
            "activity_word": Activity(row["activity"]).word,
            "who": data.members.get(row["actor"], row["actor"]),
            "happened_at": row["happened_at"] and row["happened_at"].tz_convert(data.period.timezone),
        }
        for row in page.dicts(rows)
    ]


def row_details(data: ReviewData, rows: pd.DataFrame, before: str = "", settles: bool = False) -> Markup:
    """Return contributions that unfold, each with its reasons."""
    each = "each " if len(rows) > 1 else ""
    caption = f"{before}the {pluralise(len(rows), 'contribution')}, {each}with its reasons"
    table = page.macro("rows", lines(data, rows), data.words, not data.without_names, settles) if len(rows) else ""
    return page.details(caption, Markup(table))


def line_details(data: ReviewData, rows: pd.DataFrame, caption: str) -> Markup:
    """Return contributions that unfold, as a list without reasons."""
    table = page.macro("lines", lines(data, rows), not data.without_names) if len(rows) else ""
    return page.details(caption, Markup(table))


def led_by(data: ReviewData, lead: Lead) -> pd.DataFrame:
    """Return the contributions of a lead, as they may be shown."""
    return data.rows[data.rows["lead"] == lead]


def card(data: ReviewData, identifier: str) -> Section:
    """Return one contribution to look at, with its reasons open and what people said about it.

    Parameters
    ----------
    data
        What is looked at.
    identifier
        Its id, as in ``review.rows``.

    Returns
    -------
    Section
        Its title is the contribution's, its sentence says who led it.

    Raises
    ------
    ContribkitError
        Where there is no such contribution, with the nearest id.
    """
    chosen = (data.rows["id"].map(casefold_id) == casefold_id(identifier)).to_numpy()
    if not chosen.any():
        raise ContribkitError(f'no contribution "{identifier}"; {nearest(identifier, list(data.rows["id"]))}')
    (row,) = lines(data, data.rows[chosen])
    label = data.labels.of(data.named_rows.loc[chosen, "id"].iloc[0])
    names = {login: member.word for login, member in data.organisation.members.items()}
    opinions = [
        {"who": "" if data.without_names else names.get(by, by), "lead": str(Lead(lead))}
        for by, lead in (label.opinions.items() if label else ())
    ]
    title = row["title"] or row["id"]
    who = None if data.without_names else names.get(row["actor"], row["actor"])
    body = page.html(
        "card.html", title=title, row=row, words=data.words, who=who, opinions=opinions,
        status=label.status if label else None,
    )  # fmt: skip
    whom = f", for {row['stakeholder']}" if row["stakeholder"] else ""
    decider = "people" if row["decided_by"] == "person" else row["decided_by"]
    sure = f"{page.percent(row['confidence'])} sure, decided by {decider}"
    return Section(title, f"{data.words[row['lead']]}{whom}, {sure}", body)
