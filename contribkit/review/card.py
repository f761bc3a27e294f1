"""One contribution as a card: what it is, who led it, and every reason unfolded."""

from collections.abc import Mapping
from typing import Any

from contribkit.labels import Label
from contribkit.review import page
from contribkit.review.page import Section
from contribkit.tables import is_missing
from contribkit.vocabulary import Activity, Kind, Lead


def card(
    row: Mapping[str, Any],
    words: Mapping[str, str],
    names: Mapping[str, str] | None = None,
    label: Label | None = None,
) -> Section:
    """Return one judged contribution to look at, with its reasons open.

    Parameters
    ----------
    row
        A row of `Review.rows`, which holds nothing that must not be shown.
    words
        The word people see for each lead; see `Review.words`.
    names
        The name of each login; without it the card names nobody.
    label
        What people said about it, to be shown beside the reasons.

    Returns
    -------
    Section
        Its title is the contribution's, its sentence says who led it.

    Examples
    --------
    >>> row = {"id": "o/r#1@ada-example:review", "kind": "review", "title": "Fix a fault", "lead": "upstream",
    ...        "confidence": 0.6, "decided_by": "rules", "activity": "review", "reasons": []}
    >>> card(row, {"upstream": "upstream-led"}).sentence
    'upstream-led, 60 % sure, decided by rules'
    """
    known: dict[str, Any] = dict.fromkeys(("title", "url", "stakeholder", "initiative", "goal", "happened_at"))
    known |= {name: None if is_missing(value) else value for name, value in row.items()}
    title = known["title"] or known["id"]
    body = page.html(
        "card.html", title=title, row=known, words=words, kind=Kind(known["kind"]).word,
        activity=Activity(known["activity"]).word, place=known["id"].rpartition("@")[0],
        who=_name(known["actor"], names) if names else None, opinions=_opinions(label, names),
        status=label.status if label else None,
    )  # fmt: skip
    return Section(title, _sentence(known, words), body)


def _sentence(row: Mapping[str, Any], words: Mapping[str, str]) -> str:
    whom = f", for {row['stakeholder']}" if row["stakeholder"] else ""
    return f"{words[row['lead']]}{whom}, {page.percent(row['confidence'])} sure, decided by {_decider(row)}"


def _decider(row: Mapping[str, Any]) -> str:
    return "people" if row["decided_by"] == "person" else str(row["decided_by"])


def _opinions(label: Label | None, names: Mapping[str, str] | None) -> list[dict[str, str]]:
    """Return who said what; without names only what was said."""
    if label is None:
        return []
    return [{"who": _name(by, names) if names else "", "lead": str(Lead(lead))} for by, lead in label.opinions.items()]


def _name(login: str, names: Mapping[str, str] | None) -> str:
    return (names or {}).get(login, login)
