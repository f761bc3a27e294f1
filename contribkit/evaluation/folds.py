"""Folds: what is learnt on one part of the rows and tried on another, never split at random alone."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from contribkit.evaluation.pairs import is_decided
from contribkit.evaluation.scores import score_table

Places = npt.NDArray[np.int64]

FitPredict = Callable[[pd.DataFrame, pd.DataFrame, pd.DataFrame], pd.DataFrame]
"""Given rows to learn from, what people said of them (as `Truth.table`, in the same order), and rows to answer."""


class Fold(NamedTuple):
    """Places of the rows to learn from and to be tried on."""

    name: str
    train: Places
    test: Places


def by_group(groups: Sequence[Any] | pd.Series, folds: int | None = 5) -> list[Fold]:
    """Return folds that keep a group together: all rows of a thread, or of a repository, on one side.

    A random split puts two people's work in one thread on both sides, and flatters. By scikit-learn's ``GroupKFold``
    (folds of as equal size as can be, always the same) and ``LeaveOneGroupOut``.

    Parameters
    ----------
    groups
        The group of each row.
    folds
        How many; fewer where there are fewer groups. None leaves each group out in turn.

    Returns
    -------
    list of Fold
        None where there are fewer than two groups: then nothing can be learnt on other groups.

    Examples
    --------
    >>> [fold.test.tolist() for fold in by_group(["a", "b", "a"], folds=None)]
    [[0, 2], [1]]
    """
    from sklearn.model_selection import GroupKFold, LeaveOneGroupOut

    codes, names = pd.factorize(pd.Series(list(groups)))
    if len(names) < 2:
        return []
    splitter = LeaveOneGroupOut() if folds is None else GroupKFold(min(folds, len(names)))
    parts = list(splitter.split(codes, groups=codes))
    titles = (
        [str(name) for name in names] if folds is None else [f"fold {n + 1} of {len(parts)}" for n in range(len(parts))]
    )
    return [Fold(title, train, test) for title, (train, test) in zip(titles, parts, strict=True)]


def by_time(threads: pd.Series, times: pd.Series, older: float = 0.7) -> Fold | None:
    """Return one fold: learn from older threads, be tried on newer ones.

    The cut is the first time at which at least `older` of the dated rows lie before it. A thread with any row at or
    after it is newer, with all of its rows, so that neither time nor threads leak. Rows without a date are on neither
    side.

    Parameters
    ----------
    threads, times
        Of each row, on the same index.
    older
        The share of rows to learn from, about.

    Returns
    -------
    Fold or None
        Its name is the first day of the newer part; None where all rows are of one time.

    Examples
    --------
    >>> times = pd.to_datetime(pd.Series(["2026-01-01", "2026-02-01", "2026-03-01", None]), utc=True)
    >>> fold = by_time(pd.Series(["a", "b", "c", "d"]), times, older=0.6)
    >>> fold.name, fold.train.tolist(), fold.test.tolist()
    ('2026-03-01', [0, 1], [2])
    """
    last = times.groupby(threads.to_numpy()).transform("max")
    known = times.dropna().sort_values()
    later = known[known > known.iloc[0]] if len(known) else known
    if not len(later):
        return None
    cut = max(known.iloc[min(round(older * len(known)), len(known) - 1)], later.iloc[0])
    train = np.flatnonzero(times.notna() & (last < cut))
    test = np.flatnonzero(times.notna() & (last >= cut))
    return Fold(f"{cut:%Y-%m-%d}", train, test) if len(train) else None


def cross_validated(
    fit_predict: FitPredict, table: pd.DataFrame, truth: pd.DataFrame, groups: Sequence[Any] | pd.Series,
    folds: int | None = 5,
) -> pd.DataFrame:  # fmt: skip
    """Return answers for every row, each learnt on other groups.

    Parameters
    ----------
    fit_predict
        Learns from (rows, truth) and answers further rows: a table with `id`, `lead` and what else it knows, one row
        for each asked, in the same order.
    table
        Rows to learn from and to answer.
    truth
        `Truth.table` of the same rows in the same order.
    groups
        The thread, or repository, of each row.
    folds
        As for `by_group`.

    Returns
    -------
    pandas.DataFrame
        The answers in the order of the table, with `fold` (str) added; compare with the truth by `pairs.pairs_of`.

    Raises
    ------
    ValueError
        Where there are fewer than two groups, or answers are not as many as asked for.

    Examples
    --------
    >>> table = pd.DataFrame({"id": ["o/r#1@ada:review", "o/r#2@ada:review", "o/s#1@ada:review"]})
    >>> truth = table.assign(lead=["upstream", "upstream", "stakeholder"])
    >>> def most_frequent(train, known, test):
    ...     return test.assign(lead=known["lead"].mode()[0])
    >>> cross_validated(most_frequent, table, truth, ["o/r", "o/r", "o/s"], folds=None)["lead"].tolist()
    ['stakeholder', 'stakeholder', 'upstream']
    """
    parts = by_group(groups, folds)
    if not parts:
        raise ValueError("nothing can be learnt on other groups where there are fewer than two")
    return answered(fit_predict, table, truth, parts)


def answered(fit_predict: FitPredict, table: pd.DataFrame, truth: pd.DataFrame, folds: Sequence[Fold]) -> pd.DataFrame:
    """Return the answers for the test parts of folds, in the order of the table; for `by_time` one fold alone."""
    answers, places = [], []
    for fold in folds:
        given = fit_predict(table.iloc[fold.train], truth.iloc[fold.train], table.iloc[fold.test])
        if len(given) != len(fold.test):
            raise ValueError(f"{fold.name}: {len(fold.test)} rows were asked for, {len(given)} answered")
        answers.append(given.assign(fold=fold.name))
        places.append(fold.test)
    order = np.argsort(np.concatenate(places), kind="stable")
    return pd.concat(answers, ignore_index=True).iloc[order].reset_index(drop=True)


def fold_table(pairs: pd.DataFrame, smallest: int = 5) -> pd.DataFrame:
    """Return the figures on parts of the rows: five folds of threads, older and newer, each repository.

    For what learns nothing (the rules) a fold is only a part on which it is tried; how far parts differ says how far a
    figure would travel. For a model give the pairs of `cross_validated`.

    Parameters
    ----------
    pairs
        The table of `pairs.pairs_of`.
    smallest
        A repository with fewer decided rows is counted under "other repositories".

    Returns
    -------
    pandas.DataFrame
        `split` (threads, time, repository), `part` (str), `n` (int: decided rows), `macro_f1` (missing for
        repositories, which hardly have all leads), `coverage`, `accuracy_where_answered` (float).
    """
    parts = [("threads", fold.name, fold.test) for fold in by_group(pairs["thread"])]
    cut = by_time(pairs["thread"], pairs["happened_at"])
    if cut:
        parts += [("time", f"older than {cut.name}", cut.train), ("time", f"from {cut.name} on", cut.test)]
    parts += [("repository", name, places) for name, places in _repositories(pairs, smallest)]
    rows = [(split, part, *_figures(pairs.iloc[places], split)) for split, part, places in parts]
    columns = ["split", "part", "n", "macro_f1", "coverage", "accuracy_where_answered"]
    table = pd.DataFrame(rows, columns=columns)
    table[columns[3:]] = table[columns[3:]].astype(float)
    return table.astype({"split": "str", "part": "str", "n": int})


def _repositories(pairs: pd.DataFrame, smallest: int) -> list[tuple[str, Places]]:
    sizes = is_decided(pairs).groupby(pairs["repository"]).sum().sort_values(ascending=False, kind="stable")
    large = [str(name) for name, size in sizes.items() if size >= smallest]
    parts = [(name, np.flatnonzero(pairs["repository"] == name)) for name in large]
    others = np.flatnonzero(~pairs["repository"].isin(large))
    return [*parts, (f"others ({len(sizes) - len(large)})", others)] if len(others) else parts


def _figures(pairs: pd.DataFrame, split: str) -> tuple[Any, ...]:
    table = score_table(pairs, draws=0)
    whole = table[table["lead"].isna()].set_index("figure")
    macro = None if split == "repository" else whole.at["macro_f1", "value"]
    return whole.at["coverage", "n"], macro, whole.at["coverage", "value"], whole.at["accuracy_where_answered", "value"]
