"""How an activity is spread over a team: a property of the activity, never of a person."""

from collections.abc import Sequence
from math import log

import pandas as pd

FEWEST_PEOPLE = 4


def evenness(counts: Sequence[int]) -> float | None:
    """Return Pielou's evenness, ``J = H / ln S`` with ``H = -sum(p ln p)``.

    It is 1 where all did the same, and 0 where one did all. Source: Pielou 1966, doi:10.1016/0022-5193(66)90013-0.
    ``S`` is everybody who could have taken part, those who did not among them, where an ecologist counts the species
    that were seen: a team wants to know who is missing.

    Parameters
    ----------
    counts
        How often each person took part, 0 for those who did not.

    Returns
    -------
    float or None
        None for fewer than four people, of whom it says nothing, and for fewer than two contributions, since one
        cannot be shared. With fewer contributions than people it cannot reach 1.

    Examples
    --------
    >>> evenness([2, 2, 2, 2]), evenness([8, 0, 0, 0]), evenness([2, 2, 0, 0]), evenness([5, 5, 5])
    (1.0, 0.0, 0.5, None)
    """
    total = sum(counts)
    if len(counts) < FEWEST_PEOPLE or total < 2:
        return None
    entropy = sum(count / total * log(total / count) for count in counts if count)
    return round(entropy / log(len(counts)), 3)


def absence_factor(counts: Sequence[int]) -> int | None:
    """Return the smallest number of people who together did half: how few may not be away at once.

    Source: CHAOSS, Contributor Absence Factor (https://chaoss.community/kb/metric-contributor-absence-factor/): the
    largest counts are added up until they reach 50 % of all. None where nothing was done.

    Examples
    --------
    >>> absence_factor([1000, 202, 90, 33, 332, 343, 42, 433])  # the example of CHAOSS
    2
    >>> absence_factor([0, 0])
    """
    total, reached = sum(counts), 0
    for people, count in enumerate(sorted(counts, reverse=True), start=1):
        reached += count
        if total and reached * 2 >= total:
            return people
    return None


def spread_table(activities: pd.DataFrame) -> pd.DataFrame:
    """Return how each activity is spread over the members.

    Parameters
    ----------
    activities
        Counts, indexed by activity, a column a member; see `sharing.activity_by_member`.

    Returns
    -------
    pandas.DataFrame
        One row an activity: `activity` (str), `rows`, `people`, `members` (int), `evenness` (float, missing as
        `evenness` says), `absence_factor` (Int64, missing where nothing was done).

    Examples
    --------
    >>> table = pd.DataFrame({"ada": [3], "bob": [1], "cy": [0], "dee": [0]}, index=["docs"])
    >>> spread_table(table).loc[0, ["rows", "people", "members", "absence_factor"]].tolist()
    [4, 2, 4, 1]
    """
    table = []
    for activity, row in activities.iterrows():
        counts = [int(count) for count in row]
        did = sum(count > 0 for count in counts)
        table.append((activity, sum(counts), did, len(counts), evenness(counts), absence_factor(counts)))
    frame = pd.DataFrame(table, columns=["activity", "rows", "people", "members", "evenness", "absence_factor"])
    return frame.astype({"activity": "str", "evenness": float, "absence_factor": "Int64"})
