"""What waits for a person, and what would settle it."""

from typing import Any

import pandas as pd

from contribkit.tables import rows_of
from contribkit.vocabulary import Lead


def waiting(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the unclear and disputed contributions, those with most at stake first.

    Parameters
    ----------
    rows
        Judged contributions.

    Returns
    -------
    pandas.DataFrame
        The unclear rows with `settles` (str: what would settle it); disputes first, then where reasons pull both ways,
        then the rest, larger pull requests before small ones.
    """
    unclear = rows[rows["lead"] == Lead.UNCLEAR]
    settles = [_settles(row) for row in rows_of(unclear)]
    order = [_urgency(row) for row in rows_of(unclear)]
    table = unclear.assign(settles=pd.Series(settles, index=unclear.index, dtype="str"), order=order)
    return table.sort_values(["order", "happened_at"], kind="stable").drop(columns="order")


def _leads(row: dict[str, Any]) -> set[str]:
    return {reason["lead"] for reason in row["reasons"] if reason["weight"] > 0 and reason["rule"] != "label"}


def _settles(row: dict[str, Any]) -> str:
    if row["decided_by"] == "person":
        return "people disagree, or found it unclear: talk it over, and let somebody settle it"
    leads = _leads(row)
    if len(leads) > 1:
        return "reasons pull both ways: a person who knows can say which weighs more"
    if Lead.STAKEHOLDER in leads:
        return "something of ours is near: name the stakeholder there, or say whom it served"
    return "no link from our own side: add one to the initiative, or the author can say why"


def _urgency(row: dict[str, Any]) -> int:
    if row["decided_by"] == "person":
        return 0
    return 1 if len(_leads(row)) > 1 else 2 if row["kind"] == "pull_request" else 3
