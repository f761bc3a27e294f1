"""Whether activities rotate: who of the team took part over several periods."""

from collections.abc import Sequence

import pandas as pd

from contribkit.vocabulary import Activity, Lead

COLUMNS = ["activity", "periods", "ever", "members", "repeats"]


def coverage(periods: Sequence[pd.DataFrame], members: Sequence[str]) -> pd.DataFrame:
    """Return how many members took part in each upstream-led activity over periods, and how many again at once.

    There is no published metric for it: it counts what a rotation wants, that everybody has had a turn.

    Parameters
    ----------
    periods
        Judged contributions of the team, a table a period, oldest first; the last is the one looked at.
    members
        Logins of those who are members in the last one. Who left is not counted; who joined lately had fewer turns.

    Returns
    -------
    pandas.DataFrame
        One row an activity with any such work, in the order of `Activity`: `activity` (str), `periods` (int: of how
        many anything is known), `ever` (int: members who took part in any), `members` (int), `repeats` (Int64: members
        who took part in the last and in the one before it; missing where of that one nothing is known).

    Examples
    --------
    >>> then = pd.DataFrame({"lead": "upstream", "activity": "release", "actor": ["ada", "bob"]})
    >>> now = pd.DataFrame({"lead": "upstream", "activity": "release", "actor": ["ada", "ada"]})
    >>> coverage([then, now], ["ada", "bob", "cy"])[["ever", "members", "repeats"]].iloc[0].astype(int).tolist()
    [2, 3, 1]
    """
    known = [rows for rows in periods if len(rows)]
    before = periods[-2] if len(periods) > 1 and len(periods[-2]) else None
    table = []
    for activity in Activity:
        ever = set().union(*(_people(rows, activity, members) for rows in known))
        if any(_is_led(rows, activity).any() for rows in known):
            now = _people(periods[-1], activity, members)
            repeats = None if before is None else len(now & _people(before, activity, members))
            table.append((str(activity), len(known), len(ever), len(members), repeats))
    return pd.DataFrame(table, columns=COLUMNS).astype({"activity": "str", "repeats": "Int64"})


def _is_led(rows: pd.DataFrame, activity: Activity) -> pd.Series:
    return (rows["lead"] == Lead.UPSTREAM) & (rows["activity"] == activity)


def _people(rows: pd.DataFrame, activity: Activity, members: Sequence[str]) -> set[str]:
    return set(rows.loc[_is_led(rows, activity), "actor"]) & set(members)
