"""Find contributions among the rows of a session, and sort them."""

from collections.abc import Iterable
from typing import Any

from contribkit.errors import ContribkitError, nearest
from contribkit.ids import casefold_id
from contribkit.tables import is_missing

SORTS = ("queue", "confidence", "happened_at", "repo", "title", "who")

Row = dict[str, Any]


def matching(
    rows: Iterable[Row],
    *,
    lead: str | None = None,
    repository: str | None = None,
    person: str | None = None,
    kind: str | None = None,
    confidence: tuple[float, float] | None = None,
    text: str = "",
    disputed: bool | None = None,
    mine: bool | None = None,
    needs_eyes: bool | None = None,
) -> list[Row]:
    """Return the rows that fit everything that is asked for.

    Rows whose answer is hidden have no lead and no confidence here: a filter would tell them.

    Parameters
    ----------
    rows
        As `Session.rows` gives them.
    lead
        What holds, and where nobody said anything, what the machine says.
    repository, person, kind
        ``owner/repo``, a login or name, a kind; in either case of letters.
    confidence
        The machine's, lowest and highest.
    text
        Words that all stand somewhere in the row's texts.
    disputed, mine, needs_eyes
        Whether people disagree; whether the session's person gave a lead; whether it needs a person's eyes.
    """
    tests = [
        lead is None or (lambda row: shown_lead(row) == lead),
        repository is None or (lambda row: casefold_id(row["repo"] or "") == casefold_id(repository)),
        person is None
        or (lambda row: casefold_id(person) in {casefold_id(row["actor"] or ""), casefold_id(row["who"] or "")}),
        kind is None or (lambda row: row["kind"] == kind),
        confidence is None or (lambda row: not row["blind"] and confidence[0] <= row["confidence"] <= confidence[1]),
        not text or (lambda row: all(word in _words(row) for word in text.casefold().split())),
        disputed is None or (lambda row: is_disputed(row) is disputed),
        mine is None or (lambda row: bool(row["mine"] and row["mine"]["lead"]) is mine),
        needs_eyes is None or (lambda row: row["needs_eyes"] is needs_eyes),
    ]
    asked = [test for test in tests if callable(test)]
    return [row for row in rows if all(test(row) for test in asked)]


def shown_lead(row: Row) -> str | None:
    """Return the lead that a row shows: people's, else the machine's unless it is hidden."""
    lead: str | None = row["label"]["lead"] if row["label"] else None if row["blind"] else row["lead"]
    return lead


def is_disputed(row: Row) -> bool:
    """Say whether people disagree on a row."""
    return bool(row["label"]) and row["label"]["status"] == "disputed"


def sorted_by(rows: list[Row], sort: str) -> list[Row]:
    """Return rows in another order; a minus in front turns it round, and rows without the value stand last.

    Raises
    ------
    ContribkitError
        For an order that is none of `SORTS`.
    """
    name = sort.removeprefix("-")
    if name not in SORTS:
        raise ContribkitError(f'rows cannot be sorted by "{name}"; {nearest(name, list(SORTS))}')
    known = [row for row in rows if not _is_last(row, name)]
    rest = [row for row in rows if _is_last(row, name)]
    return [*sorted(known, key=lambda row: _comparable(row[name]), reverse=sort.startswith("-")), *rest]


def _is_last(row: Row, name: str) -> bool:
    return is_missing(row[name]) or (name == "confidence" and bool(row["blind"]))


def _comparable(value: Any) -> Any:
    return value.casefold() if isinstance(value, str) else value


def _words(row: Row) -> str:
    parts = [row["id"], row["title"], row["who"], row["author"], row["stakeholder"], row["body"], *row["remarks"]]
    return "\n".join(part for part in parts if part).casefold()
