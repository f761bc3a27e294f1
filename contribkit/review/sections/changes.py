"""How the period compares with those before it, and what changed since reviews were last rendered."""

from typing import TYPE_CHECKING, Any

import pandas as pd

from contribkit.review import page, shares
from contribkit.review.page import Section, number, percent
from contribkit.review.sections.parts import dicts
from contribkit.text import MISSING, pluralise
from contribkit.vocabulary import Lead

if TYPE_CHECKING:
    from contribkit.review.measures import Measures


def section(review: "Measures") -> Section:
    """Return the comparison with earlier periods, and what changed since earlier renderings."""
    title = "What changed?"
    sentence = " ".join(filter(None, (_against(review), _relabelled(review))))
    lines = _comparison(review)
    body = page.html(
        "changes.html", title=title, sentence=sentence, periods=dicts(review.history[["period", "from"]]),
        comparison=[line for line in lines if _is_known(line)], changes=dicts(review.lead_changes),
        labels=dicts(review.label_changes),
        words=review.words | {"disputed": "disputed"}, Lead=Lead, several=review.lead_changes["period"].nunique() > 1,
        unknown=[name for name, cells in lines if not _is_known((name, cells))],
    )  # fmt: skip
    return Section(title, sentence, body)


def _against(review: "Measures") -> str:
    if len(review.history) < 2:
        return "There is no earlier period to compare with."
    then, now = dicts(review.history)[-2:]
    gap = shares.difference(_share(now), _share(then))
    if gap is None:
        return f"Shares cannot be compared with {then['period']}: one of the two has none."
    points, low, high = (round(value * 100) for value in gap)
    word, between = review.words["upstream"], f"(95 % interval: {_signed(low)} to {_signed(high)})"
    if low <= 0 <= high:
        return f"The {word} share is not clearly different from {then['period']}: {_signed(points)} points {between}."
    way = "rose" if low > 0 else "fell"
    return f"The {word} share {way} by {abs(points)} points against {then['period']} {between}."


def _signed(points: int) -> str:
    return f"{points:+d}".replace("-", "−") if points else "0"


def _share(period: dict[str, Any]) -> shares.Share:
    return shares.share(period["upstream"], period["upstream"] + period["stakeholder"])


def _relabelled(review: "Measures") -> str:
    leads, labels = review.lead_changes, len(review.label_changes)
    if not len(leads) and not labels:
        return ""
    counts = leads["through"].value_counts()
    through = ", ".join(f"{count} through {what}" for what, count in counts.items())
    return (
        f"Since reviews were last rendered, {pluralise(len(leads), 'lead')} changed"
        + (f" ({through})" if through else "")
        + f" and people changed {pluralise(labels, 'label')}."
    )


def _comparison(review: "Measures") -> list[tuple[str, list[str]]]:
    """Return the headlines, a line a number and a cell a period."""
    table, words = review.history, review.words
    return [
        *((words[str(lead)], _numbers(table[str(lead)])) for lead in Lead),
        (f"{words['upstream']}, % of the two", [percent(value) for value in table["upstream_share"]]),
        ("own pull requests merged", _numbers(table["merged"])),
        ("with evidence from our own side", _numbers(table["evidence"])),
        ("threads linked both ways", _of(table, "linked_both", "linked_threads")),
        ("goals reached", _of(table, "goals_reached", "goals_with_target")),
        (f"people in {words['upstream']} work", _of(table, "people", "members")),
        ("reviews of non-maintainers' pull requests", _numbers(table["reviewed"])),
    ]


def _is_known(line: tuple[str, list[str]]) -> bool:
    return any(cell != MISSING for cell in line[1])


def _numbers(values: pd.Series) -> list[str]:
    return [number(value) for value in values]


def _of(table: pd.DataFrame, part: str, whole: str) -> list[str]:
    pairs = zip(table[part], table[whole], strict=True)
    return [MISSING if one is pd.NA or all_ is pd.NA else f"{one} of {all_}" for one, all_ in pairs]
