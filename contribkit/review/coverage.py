"""Whether activities rotate: who of the team took part over several periods."""

from collections.abc import Sequence

import pandas as pd

from contribkit.vocabulary import Activity, Lead

COLUMNS = ["activity", "periods", "ever", "members", "repeats"]


def took_part(rows: pd.DataFrame, members: Sequence[str]) -> pd.DataFrame:
    """Say of each upstream-led activity and member whether the member took part.

    Parameters
    ----------
    rows
        Judged contributions.
    members
        Logins.

    Returns
    -------
    pandas.DataFrame
        Indexed by activity (all of `Activity`, in its order), a column a member; bool.
    """
    led = rows[rows["lead"] == Lead.UPSTREAM]
    counts = pd.crosstab(led["activity"], led["actor"])
    return counts.reindex(index=[str(activity) for activity in Activity], columns=list(members), fill_value=0) > 0


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
    ever = took_part(pd.concat(known), members).sum(axis=1) if known else pd.Series()
    before = took_part(periods[-2], members) if len(periods) > 1 and len(periods[-2]) else None
    again = None if before is None else (before & took_part(periods[-1], members)).sum(axis=1)
    table = []
    for activity in Activity:
        if any(((rows["lead"] == Lead.UPSTREAM) & (rows["activity"] == activity)).any() for rows in known):
            name = str(activity)
            repeats = None if again is None else int(again[name])
            table.append((name, len(known), int(ever[name]), len(members), repeats))
    return pd.DataFrame(table, columns=COLUMNS).astype({"activity": "str", "repeats": "Int64"})
