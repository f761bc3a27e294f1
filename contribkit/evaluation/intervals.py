"""Intervals: the bootstrap over threads."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd


def thread_weights(threads: pd.Series, draws: int = 1000, seed: int = 0) -> Iterator[npt.NDArray[np.int64]]:
    """Yield, for each draw of the bootstrap, how often each row is in it.

    Threads are drawn with replacement, as many as there are, each with all of its rows: what several people did in
    one thread stands or falls together, and intervals over single rows would be too narrow (the cluster bootstrap:
    Davison and Hinkley 1997, *Bootstrap Methods and their Application*, section 3.8; Field and Welsh 2007,
    doi:10.1111/j.1467-9868.2007.00593.x).

    Parameters
    ----------
    threads
        The thread of each row.
    draws
        How many.
    seed
        The same seed gives the same draws.

    Examples
    --------
    >>> weights = list(thread_weights(pd.Series(["a", "a", "b"]), draws=3))
    >>> all(row[0] == row[1] and row[0] + row[2] == 2 for row in weights)
    True
    """
    codes, names = pd.factorize(threads)
    rng = np.random.default_rng(seed)
    for _ in range(draws if len(names) else 0):
        yield np.bincount(rng.integers(len(names), size=len(names)), minlength=len(names))[codes]


def interval(values: Any) -> tuple[float, float]:
    """Return the middle 95 % of the values that are known; NaN where none is.

    Examples
    --------
    >>> interval(np.arange(101.0))
    (2.5, 97.5)
    """
    known = np.asarray(values, dtype=float)
    known = known[~np.isnan(known)]
    if not len(known):
        return np.nan, np.nan
    low, high = np.quantile(known, [0.025, 0.975])
    return float(low), float(high)
