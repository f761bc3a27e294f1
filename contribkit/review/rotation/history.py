"""What was done in earlier periods: by whom, which activity, in which project."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import pandas as pd

from contribkit.period import Period
from contribkit.tables import rows_of

if TYPE_CHECKING:
    from contribkit.config.organisation import Organisation

WORK = {"back": "int64", "actor": "str", "activity": "str", "upstream": "str", "lead": "str"}
"""One row a contribution to a project; ``back``: how many periods ago, 1 is the last."""


def work_of(earlier: Mapping[Period, pd.DataFrame], organisation: "Organisation") -> pd.DataFrame:
    """Return what was done in earlier periods, as far as it belongs to an upstream project.

    Parameters
    ----------
    earlier
        Judged contributions by period, oldest first.
    organisation
        Whose projects.

    Returns
    -------
    pandas.DataFrame
        `back` (int: 1 for the last of the periods), `actor`, `activity`, `upstream`, `lead` (str).
    """
    rows = [
        {"back": back, "upstream": organisation.project_of(row)}
        | {name: row[name] for name in ("actor", "activity", "lead")}
        for back, judged in enumerate(reversed(list(earlier.values())), start=1)
        for row in rows_of(judged)
    ]
    table = pd.DataFrame(rows, columns=list(WORK)).astype(WORK)
    return table[table["upstream"].notna()].reset_index(drop=True)


def periods_with_work(work: pd.DataFrame) -> int:
    """Return how many of the periods hold anything, at least 1: a period of which nothing is known is no empty one."""
    return max(1, work["back"].nunique())
