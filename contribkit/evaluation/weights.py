"""Rule weights and thresholds chosen anew on a part of the rows: how much of a figure is due to the choice."""

from itertools import product
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from contribkit.evaluation.folds import cross_validated
from contribkit.evaluation.pairs import pairs_of
from contribkit.evaluation.scores import score_table
from contribkit.vocabulary import LEADS, Lead

Array = npt.NDArray[np.float64]

_MOST = 5_000
_PULL = 5.0  # how strongly a factor is held at 1, in units of log-likelihood: a handful of rows move it little
_FLOOR = -3.0  # no sum of reasons counts as more against a lead than this
_ENOUGH = (0.5, 0.7, 0.9, 1.1)
_MARGIN = (0.2, 0.4, 0.6)


def chosen_anew(train: pd.DataFrame, truth: pd.DataFrame, test: pd.DataFrame) -> pd.DataFrame:
    """Answer rows with weights and thresholds chosen on others; for `folds.cross_validated`.

    Each rule's weights are multiplied by one factor, chosen by maximum likelihood of a softmax over the leads' sums
    (multinomial logistic regression; McCullagh and Nelder 1989, section 5.2) with a squared penalty on the factor's
    logarithm. The two thresholds are those of a small grid with the best macro-F1.

    Parameters
    ----------
    train, test
        Judged contributions, of which `id` and `reasons` are read.
    truth
        Of each row of `train`, in the same order, its `lead`.

    Returns
    -------
    pandas.DataFrame
        Of each row of `test`: `id`, `lead` (str).

    Examples
    --------
    >>> why = [{"rule": "upkeep", "lead": "upstream", "weight": 1.2}]
    >>> rows = pd.DataFrame({"id": ["o/r#1@a:issue", "o/r#2@a:issue"], "reasons": [why, []]})
    >>> chosen_anew(rows, pd.DataFrame({"lead": ["upstream", "unclear"]}), rows)["lead"].tolist()
    ['upstream', 'unclear']
    """
    rules = sorted({(reason["rule"], reason["lead"]) for cell in train["reasons"] for reason in cell})
    votes, known = _votes(train, rules), truth["lead"].to_numpy()
    factors = _factors(votes, known, rules) if rules else np.ones(0)
    sums = _sums(votes * factors, rules)
    enough, margin = max(product(_ENOUGH, _MARGIN), key=lambda limits: _macro_f1(_answers(sums, *limits), known))
    answers = _answers(_sums(_votes(test, rules) * factors, rules), enough, margin)
    return pd.DataFrame({"id": test["id"].to_numpy(), "lead": answers})


def _votes(table: pd.DataFrame, rules: list[tuple[str, str]]) -> Array:
    """Return each rule's strongest weight for each row, as the rules themselves count."""
    votes = np.zeros((len(table), len(rules)))
    places = {rule: place for place, rule in enumerate(rules)}
    for row, cell in enumerate(table["reasons"]):
        for reason in cell:
            place = places.get((reason["rule"], reason["lead"]))
            if place is not None and abs(reason["weight"]) > abs(votes[row, place]):
                votes[row, place] = reason["weight"]
    return votes


def _sums(votes: Array, rules: list[tuple[str, str]]) -> Array:
    leads = np.array([[rule[1] == lead for lead in LEADS] for rule in rules], dtype=float).reshape(-1, len(LEADS))
    return np.asarray(votes @ leads)


def _factors(votes: Array, known: npt.NDArray[Any], rules: list[tuple[str, str]]) -> Array:
    from scipy.optimize import minimize
    from scipy.special import logsumexp

    decided = np.isin(known, LEADS)
    right = np.array([LEADS.index(Lead(lead)) for lead in known[decided]], dtype=int)

    def loss(logarithms: Array) -> float:
        sums = np.maximum(_sums(votes[decided] * np.exp(logarithms), rules), _FLOOR)
        likelihood = sums[np.arange(len(right)), right] - logsumexp(sums, axis=1)
        return float(-likelihood.sum() + _PULL * (logarithms**2).sum())

    return np.asarray(np.exp(minimize(loss, np.zeros(len(rules)), method="L-BFGS-B").x))


def _answers(sums: Array, enough: float, margin: float) -> npt.NDArray[Any]:
    ordered = np.sort(sums, axis=1)
    is_clear = (ordered[:, -1] >= enough) & (ordered[:, -1] - np.maximum(ordered[:, -2], 0) >= margin)
    best = np.array([str(lead) for lead in LEADS], dtype=object)[sums.argmax(axis=1)]
    return np.where(is_clear, best, str(Lead.UNCLEAR))


def _macro_f1(answers: npt.NDArray[Any], known: npt.NDArray[Any]) -> float:
    scores = []
    for lead in LEADS:
        said, true = (answers == lead) & (known != Lead.UNCLEAR), known == lead
        whole = said.sum() + true.sum()
        scores.append(2 * (said & true).sum() / whole if whole else 0.0)
    return float(np.mean(scores))


def left_out_scores(judged: pd.DataFrame, truth: pd.DataFrame, repositories: pd.Series) -> pd.DataFrame | None:
    """Return the figures with weights and thresholds chosen with each repository left out in turn.

    Parameters
    ----------
    judged
        Judged contributions that are labelled, each once.
    truth
        Of the same rows in the same order, `Truth.table`.
    repositories
        Of the same rows.

    Returns
    -------
    pandas.DataFrame or None
        See `scores.score_table`; None for fewer than two repositories, and for more than 5,000 rows, where what a
        rule weighs can hardly hang on single rows and choosing takes minutes.
    """
    if repositories.nunique() < 2 or len(judged) > _MOST:
        return None
    answers = cross_validated(chosen_anew, judged, truth, repositories, folds=None)
    return score_table(pairs_of(answers, truth))
