"""Whom the stakeholder-led work served."""

import pandas as pd

from contribkit.config.models import Initiative, Stakeholder
from contribkit.review.rows import threads_of
from contribkit.vocabulary import Lead

NOT_NAMED = "not named"


def by_stakeholder(rows: pd.DataFrame, stakeholders: list[Stakeholder]) -> pd.DataFrame:
    """Return how much stakeholder-led work each stakeholder had.

    Parameters
    ----------
    rows
        Judged contributions, of which `lead`, `stakeholder` and `id` are read.
    stakeholders
        Those of the file. A label may name another: it counts, and its kind is missing.

    Returns
    -------
    pandas.DataFrame
        One row a stakeholder, most work first, `NOT_NAMED` last: `stakeholder`, `kind` (str: as in the file,
        missing where it does not know them), `rows`, `threads` (int).
    """
    led = rows[rows["lead"] == Lead.STAKEHOLDER]
    led = led.assign(stakeholder=led["stakeholder"].fillna(NOT_NAMED), thread=threads_of(led))
    table = led.groupby("stakeholder").agg(rows=("id", "size"), threads=("thread", "nunique")).reset_index()
    table["kind"] = table["stakeholder"].map({one.name: one.kind for one in stakeholders}).astype("str")
    table["last"] = table["stakeholder"] == NOT_NAMED
    ordered = table.sort_values(["last", "rows", "stakeholder"], ascending=[True, False, True])
    return ordered[["stakeholder", "kind", "rows", "threads"]].reset_index(drop=True)


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


def driven_by(rows: pd.DataFrame) -> pd.DataFrame:
    """Return who drove work, and what stands behind it.

    Parameters
    ----------
    rows
        Judged contributions.

    Returns
    -------
    pandas.DataFrame
        One row for what belongs together, by lead in the order of `Lead`, most work first: `lead`, `stakeholder`,
        `behind` (str: the initiative or the goal; these two missing where there is none), `rows`, `threads` (int).

    Examples
    --------
    >>> row = {"id": "o/r#1@a:issue", "lead": "stakeholder", "stakeholder": "Q", "initiative": "Quotas", "goal": None}
    >>> driven_by(pd.DataFrame([row, row]))[["stakeholder", "behind"]].to_numpy().tolist()
    [['Q', 'Quotas']]
    """
    table = rows.assign(behind=rows["initiative"].fillna(rows["goal"]), thread=threads_of(rows))
    groups = table.groupby(["lead", "stakeholder", "behind"], dropna=False)
    counts = groups.agg(rows=("id", "size"), threads=("thread", "nunique")).reset_index()
    place = counts["lead"].map({str(lead): number for number, lead in enumerate(Lead)})
    ordered = counts.assign(place=place).sort_values(["place", "rows", "behind"], ascending=[True, False, True])
    return ordered.drop(columns="place").reset_index(drop=True)
