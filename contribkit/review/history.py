"""A period beside those before it: from the sources where they know them, else from the reviews of then."""

from typing import TYPE_CHECKING, Any

import pandas as pd

from contribkit.vocabulary import Lead

if TYPE_CHECKING:
    from contribkit.review.measures import Measures

PERIODS = 4
"""How many periods a review looks at: the one that it is of, and those before it."""

KNOWN = [
    "period", "from", *map(str, Lead), "upstream_share", "low", "high", "merged", "evidence", "linked_both",
    "linked_threads", "goals_reached", "goals_with_target", "people", "members", "reviewed",
]  # fmt: skip


def history(review: "Measures") -> pd.DataFrame:
    """Return the headlines of a period and of those before it, oldest first.

    Parameters
    ----------
    review
        The period looked at; `earlier` holds those that sources may know, `summaries` those of which a review is there.

    Returns
    -------
    pandas.DataFrame
        One row a period of which anything is known, and always the last: `period` (str), `from` (``sources`` or
        ``summary``), a column a lead (Int64), `upstream_share`, `low`, `high` (float), and Int64, missing where sources
        or an older summary do not say: `merged` (pull requests), `evidence` (contributions tied to our own side),
        `linked_both` of `linked_threads`, `goals_reached` of `goals_with_target`, `people` of `members` in
        upstream-led work, `reviewed` (pull requests of non-maintainers).
    """
    table: list[dict[str, Any]] = []
    for before in review.earlier:
        if len(before.named_rows):
            table.append(headlines(before))
        elif (then := _of_summary(review.summaries, str(before.period))) is not None:
            table.append(then)
    frame = pd.DataFrame([*table, headlines(review)], columns=KNOWN)
    whole = [name for name in KNOWN if name not in ("period", "from", "upstream_share", "low", "high")]
    kinds = dict.fromkeys(whole, "Int64") | dict.fromkeys(("upstream_share", "low", "high"), "float")
    return frame.astype(kinds)


def headlines(review: "Measures") -> dict[str, Any]:
    """Return the numbers of one period that stand beside those of others."""
    rows, part = review.named_rows, review.upstream_share
    linked, targets = review.cross_links["linked"], review.goals[review.goals["target"].notna()]
    counts = {str(lead): int((rows["lead"] == lead).sum()) for lead in Lead}
    return {"period": str(review.period), "from": "sources"} | counts | {
        "upstream_share": part.share,
        "low": part.low,
        "high": part.high,
        "merged": review.pull_requests["merged"],
        "evidence": review.evidence.part,
        "linked_both": int((linked == "both").sum()),
        "linked_threads": len(linked),
        "goals_reached": int((targets["done"] >= targets["target"]).sum()),
        "goals_with_target": len(targets),
        "people": int((review.activities.sum() > 0).sum()),
        "members": len(review.members),
        "reviewed": review.community["reviewed"],
    }  # fmt: skip


def _of_summary(summaries: dict[str, dict[str, Any]], period: str) -> dict[str, Any] | None:
    """Return what a summary of that period said of it; it may be of an older version, which knew less."""
    told = summaries.get(period, {}).get("history", [])
    return next(({**entry, "from": "summary"} for entry in told if entry.get("period") == period), None)
