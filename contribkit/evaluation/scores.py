"""Scores: precision, recall and F1 for each lead, and what is asked beside them."""

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from contribkit.evaluation.calibration import ordered_gaps, weighted_error
from contribkit.evaluation.intervals import interval, thread_weights
from contribkit.evaluation.pairs import is_answered
from contribkit.review.shares import share
from contribkit.vocabulary import LEADS, Lead

Array = npt.NDArray[np.float64]

OVERALL = ("macro_f1", "coverage", "accuracy_where_answered", "abstention", "named", "activity", "calibration_error")
"""The figures over all leads, in the order in which they are shown."""
OF_A_LEAD = ("precision", "recall", "f1")

_PROPORTIONS = ("precision", "recall", "coverage", "accuracy_where_answered", "abstention", "named", "activity")
_SIZE = len(Lead)


def score_table(pairs: pd.DataFrame, draws: int = 1000, seed: int = 0) -> pd.DataFrame:
    """Return every headline figure with its 95 % interval and the number of rows it is of.

    With *decided* the rows whose truth is stakeholder, upstream or individual, and *answered* those of them that were
    answered with one of these:

    ========================== ============================================================================
    precision of a lead        decided rows of the lead / decided rows answered with it
    recall of a lead           rows of the lead answered with it / rows of the lead
    F1 of a lead               2 x right / (answered with it + rows of it); 0 where there is neither
    macro_f1                   mean of the three F1 (Opitz and Burst 2019, arXiv:1911.03347, the first of the two)
    coverage                   answered / decided
    accuracy_where_answered    right / answered
    abstention                 truly unclear rows answered `unclear` / truly unclear rows
    named                      stakeholder right / stakeholder-led rows with a name, answered stakeholder
    activity                   activity right / all rows with one
    calibration_error          see `calibration.calibration_error`; of the answered rows with a confidence
    ========================== ============================================================================

    An answer `unclear` is thus a miss for recall and no false alarm for precision; an answer on a truly unclear row
    counts against abstention alone. Where a whole is empty the figure is missing, never 0. These are the definitions
    of ``score.py`` of the real set.

    Intervals are the middle 95 % of a bootstrap over threads (`intervals.thread_weights`). Where everything or nothing
    is right every draw is alike, and a bootstrap would call that certain: there it is Wilson's interval.

    Parameters
    ----------
    pairs
        The table of `pairs.pairs_of`.
    draws, seed
        Of the bootstrap over threads; see `intervals.thread_weights`.

    Returns
    -------
    pandas.DataFrame
        `figure` (str), `lead` (str, missing for figures over all), `value`, `low`, `high` (float, missing where the
        whole is empty), `n` (int: the whole; for an F1 the rows of the lead).

    Examples
    --------
    >>> pairs = pd.DataFrame({"thread": ["o/r#1", "o/r#2"], "truth": ["upstream", "unclear"],
    ...     "answer": ["upstream", "upstream"], "confidence": [0.9, 0.6], "has_name": False, "name_right": False,
    ...     "has_activity": True, "activity_right": [True, False]})
    >>> table = score_table(pairs).set_index("figure")["value"]
    >>> [float(table[name]) for name in ("coverage", "accuracy_where_answered", "abstention", "activity")]
    [1.0, 1.0, 0.0, 0.5]
    """
    counts = _counts(pairs)
    gaps, order = ordered_gaps(pairs[is_answered(pairs)])
    places = np.flatnonzero(is_answered(pairs))[order]
    drawn, errors = [], []
    for weights in thread_weights(pairs["thread"], draws, seed):
        drawn.append(weights @ counts)
        errors.append(weighted_error(gaps, weights[places]))
    values = _figures(counts.sum(axis=0, keepdims=True))
    values["calibration_error", ""] = np.array([weighted_error(gaps, np.ones(len(gaps), dtype=int))]), float(len(gaps))
    samples = _figures(np.array(drawn).reshape(-1, counts.shape[1]))
    samples["calibration_error", ""] = np.array(errors), float(len(gaps))
    rows = []
    for (name, lead), (value, whole) in values.items():
        known, n = float(value[0]), int(np.sum(whole))
        rows.append((name, lead or None, known, *_span(name, known, n, samples[name, lead][0]), n))
    table = pd.DataFrame(rows, columns=["figure", "lead", "value", "low", "high", "n"])
    return table.astype({"figure": "str", "lead": "str", "value": float, "low": float, "high": float, "n": int})


def _span(name: str, value: float, whole: int, drawn: Array) -> tuple[float, float]:
    """Return the interval; where all draws are alike that of Wilson, since all right is not surely right."""
    low, high = interval(drawn)
    if low < high or not whole or not len(drawn) or name not in _PROPORTIONS:
        return low, high
    wilson = share(round(value * whole), whole)
    return float(wilson.low or 0), float(wilson.high or 0)


def _counts(pairs: pd.DataFrame) -> Array:
    """Return one row a pair: its cell of the confusion matrix, then name and activity, each with its whole."""
    place = {str(lead): number for number, lead in enumerate(Lead)}
    cells = pairs["truth"].map(place).to_numpy() * _SIZE + pairs["answer"].map(place).to_numpy()
    counts = np.zeros((len(pairs), _SIZE * _SIZE + 4))
    counts[np.arange(len(pairs)), cells.astype(int)] = 1
    named = (pairs["truth"] == Lead.STAKEHOLDER) & (pairs["answer"] == Lead.STAKEHOLDER) & pairs["has_name"]
    columns = (
        named,
        named & pairs["name_right"],
        pairs["has_activity"],
        pairs["has_activity"] & pairs["activity_right"],
    )
    counts[:, -4:] = np.array([column.to_numpy(dtype=float) for column in columns]).T
    return counts


def _figures(totals: Array) -> dict[tuple[str, str], tuple[Array, Any]]:
    """Return figure and whole by (figure, lead), for as many totals as there are rows, so that draws cost little."""
    matrix = totals[:, : _SIZE * _SIZE].reshape(-1, _SIZE, _SIZE)  # draw, truth, answer
    three = matrix[:, : len(LEADS), :]
    said, true = three.sum(axis=1), three.sum(axis=2)
    right = np.stack([matrix[:, place, place] for place in range(len(LEADS))], axis=1)
    both = said[:, : len(LEADS)] + true
    f1 = np.divide(2 * right, both, out=np.zeros_like(right), where=both > 0)
    decided, answered = true.sum(axis=1), said[:, : len(LEADS)].sum(axis=1)
    unclear = matrix[:, -1, :].sum(axis=1)
    found: dict[tuple[str, str], tuple[Array, Any]] = {}
    for place, lead in enumerate(LEADS):
        hits, mine, all_said = right[:, place], true[:, place], said[:, place]
        found["precision", lead] = _ratio(hits, all_said), all_said
        found["recall", lead] = _ratio(hits, mine), mine
        found["f1", lead] = f1[:, place], mine
    found["macro_f1", ""] = np.where(decided > 0, f1.mean(axis=1), np.nan), decided
    found["coverage", ""] = _ratio(answered, decided), decided
    found["accuracy_where_answered", ""] = _ratio(right.sum(axis=1), answered), answered
    found["abstention", ""] = _ratio(matrix[:, -1, -1], unclear), unclear
    for name, (whole, part) in (("named", totals[:, -4:-2].T), ("activity", totals[:, -2:].T)):
        found[name, ""] = _ratio(part, whole), whole
    return found


def _ratio(part: Array, whole: Array) -> Array:
    return np.divide(part, whole, out=np.full_like(part, np.nan), where=whole > 0)


def confusion(pairs: pd.DataFrame) -> pd.DataFrame:
    """Return how often each truth (rows) was answered how (columns), by scikit-learn.

    Examples
    --------
    >>> table = confusion(pd.DataFrame({"truth": ["upstream"], "answer": ["unclear"]}))
    >>> int(table.loc["upstream", "unclear"]), int(table.to_numpy().sum())
    (1, 1)
    """
    from sklearn.metrics import confusion_matrix

    leads = [str(lead) for lead in Lead]
    # scikit-learn refuses to count nothing.
    cells = confusion_matrix(pairs["truth"], pairs["answer"], labels=leads) if len(pairs) else 0
    table = pd.DataFrame(cells, index=pd.Index(leads, name="truth"), columns=leads)
    return table.astype(int)


def nested(table: pd.DataFrame) -> dict[str, Any]:
    """Return a score table in the form that ``score.py`` prints: by lead, then figure; and figure.

    Examples
    --------
    >>> rows = [("f1", "upstream", 0.5, None, None, 4), ("coverage", None, 1.0, None, None, 4)]
    >>> nested(pd.DataFrame(rows, columns=["figure", "lead", "value", "low", "high", "n"]))
    {'upstream': {'f1': 0.5, 'n': 4}, 'coverage': 1.0}
    """
    found: dict[str, Any] = {}
    for figure, lead, value, n in zip(table["figure"], table["lead"], table["value"], table["n"], strict=True):
        number = None if pd.isna(value) else round(float(value), 3)
        if pd.isna(lead):
            found[figure] = number
            continue
        found.setdefault(lead, {})[figure] = number
        if figure == "f1":
            found[lead]["n"] = n
    return found
