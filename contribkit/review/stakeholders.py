"""Whom the stakeholder-led work served."""

import pandas as pd

from contribkit.configuration import Initiative
from contribkit.vocabulary import Lead

NOT_NAMED = "not named"


def by_stakeholder(rows: pd.DataFrame) -> pd.DataFrame:
    """Return how much stakeholder-led work each stakeholder had.

    Parameters
    ----------
    rows
        Judged contributions, of which `lead`, `stakeholder`, `repo` and `number` are read.

    Returns
    -------
    pandas.DataFrame
        One row a stakeholder, most work first, `NOT_NAMED` last: `stakeholder` (str), `rows`, `threads` (int).
    """
    led = rows[rows["lead"] == Lead.STAKEHOLDER]
    led = led.assign(stakeholder=led["stakeholder"].fillna(NOT_NAMED), thread=led["id"].str.rsplit("@", n=1).str[0])
    table = led.groupby("stakeholder").agg(rows=("id", "size"), threads=("thread", "nunique")).reset_index()
    table["last"] = table["stakeholder"] == NOT_NAMED
    ordered = table.sort_values(["last", "rows", "stakeholder"], ascending=[True, False, True])
    return ordered.drop(columns="last").reset_index(drop=True)


def by_initiative(rows: pd.DataFrame, initiatives: list[Initiative]) -> pd.DataFrame:
    """Return how much work each initiative of the roadmap had, those without any among them.

    Parameters
    ----------
    rows
        Judged contributions, of which `lead` and `initiative` are read.
    initiatives
        The roadmap.

    Returns
    -------
    pandas.DataFrame
        One row an initiative, in the order of the file: `initiative`, `stakeholder` (str), `rows` (int). Last, where
        there is any, stakeholder-led work without an initiative, `initiative` missing.
    """
    led = rows[rows["lead"] == Lead.STAKEHOLDER]
    counts = led["initiative"].value_counts()
    table: list[tuple[str | None, str | None, int]] = [
        (i.name, i.stakeholder, int(counts.get(i.name, 0))) for i in initiatives
    ]
    without = int(led["initiative"].isna().sum())
    if without:
        table.append((None, None, without))
    return pd.DataFrame(table, columns=["initiative", "stakeholder", "rows"])
