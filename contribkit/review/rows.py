"""Questions asked of many tables: which thread, and whether in a period."""

import pandas as pd

from contribkit.period import Period


def threads_of(rows: pd.DataFrame) -> pd.Series:
    """Return the case-folded thread of each contribution.

    Examples
    --------
    >>> threads_of(pd.DataFrame({"id": ["O/r@pkg@1.0@ada:release"]})).tolist()
    ['o/r@pkg@1.0']
    """
    return rows["id"].str.rsplit("@", n=1).str[0].str.casefold()


def within(times: pd.Series, period: Period) -> pd.Series:
    """Say of times whether they lie in a period; a missing one does not."""
    return (times >= period.start) & (times < period.end)
