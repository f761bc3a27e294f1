"""Calibration: of the rows at 0.8, about 80 % should be right."""

from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from contribkit.evaluation.pairs import is_answered
from contribkit.review.shares import share

BINS = 5

Array = npt.NDArray[np.float64]


def calibration_error(pairs: pd.DataFrame) -> float | None:
    """Return the expected calibration error over five bins of equal mass.

    Rows are sorted by confidence (of equal ones the wrong first, so that it does not depend on their order) and cut
    into five bins of as equal size as can be; with `|b|` rows in bin `b` of `n`, it is the sum over bins of
    ``|b|/n x |mean confidence - share right|``: Naeini, Cooper and Hauskrecht 2015 (doi:10.1609/aaai.v29i1.9602), with
    the bins of equal mass of Nguyen and O'Connor 2015 (arXiv:1508.05154).

    Of few rows it is too high on average even for a perfect answerer (Roelofs et al. 2022, arXiv:2012.08668), and its
    bootstrap interval lies higher still.

    Parameters
    ----------
    pairs
        The table of `pairs.pairs_of`. Only rows whose truth and answer are among the three leads count, and of them
        only those with a confidence.

    Returns
    -------
    float or None
        None where no row counts.

    Examples
    --------
    >>> pairs = pd.DataFrame({"truth": ["upstream"] * 5, "answer": ["upstream"] * 4 + ["stakeholder"],
    ...                       "confidence": [0.9, 0.9, 0.9, 0.9, 0.5]})
    >>> round(calibration_error(pairs), 2)  # (4 x 0.1 + 0.5) / 5
    0.18
    """
    gaps, _ = ordered_gaps(pairs[is_answered(pairs)])
    return weighted_error(gaps, np.ones(len(gaps), dtype=int)) if len(gaps) else None


def ordered_gaps(answered: pd.DataFrame) -> tuple[Array, npt.NDArray[np.int64]]:
    """Return confidence less right (1 or 0) in the order of confidence, and the place of each in the table."""
    confidence = answered["confidence"].to_numpy(dtype=float)
    right = (answered["truth"] == answered["answer"]).to_numpy(dtype=float)
    order = np.lexsort((right, confidence))
    order = order[~np.isnan(confidence[order])]
    return (confidence - right)[order], order


def weighted_error(gaps: Array, weights: npt.NDArray[np.int64], bins: int = BINS) -> float:
    """Return the error of rows that stand there as often as their weights say; NaN where none does."""
    repeated = np.repeat(gaps, weights)
    if not len(repeated):
        return float("nan")
    sums = np.concatenate([[0.0], np.cumsum(repeated)])[_cuts(len(repeated), bins)]
    return float(np.abs(np.diff(sums)).sum() / len(repeated))


def _cuts(size: int, bins: int) -> npt.NDArray[np.int64]:
    return size * np.arange(bins + 1) // bins


def calibration_table(pairs: pd.DataFrame, bins: int = BINS) -> pd.DataFrame:
    """Return the bins behind `calibration_error`: what a reliability plot shows.

    Returns
    -------
    pandas.DataFrame
        One row a bin that holds any: `n` (int), `lowest`, `highest`, `confidence` (its mean), `right` (share), `low`,
        `high` (Wilson's interval of it; rows of one thread count as if they were apart).

    Examples
    --------
    >>> pairs = pd.DataFrame({"truth": ["upstream"] * 2, "answer": ["upstream"] * 2, "confidence": [0.8, 0.9]})
    >>> calibration_table(pairs)[["n", "confidence", "right"]].to_numpy().tolist()
    [[1.0, 0.8, 1.0], [1.0, 0.9, 1.0]]
    """
    answered = pairs[is_answered(pairs)]
    _, order = ordered_gaps(answered)
    rows = answered.iloc[order]
    cuts = _cuts(len(rows), bins)
    table = [_bin(rows.iloc[start:end]) for start, end in pairwise(cuts) if end > start]
    return pd.DataFrame(table, columns=["n", "lowest", "highest", "confidence", "right", "low", "high"])


def _bin(rows: pd.DataFrame) -> tuple[Any, ...]:
    part = share(int((rows["truth"] == rows["answer"]).sum()), len(rows))
    confidence = rows["confidence"]
    return len(rows), confidence.min(), confidence.max(), confidence.mean(), part.part / part.whole, part.low, part.high
