"""Try weights and a learned model on rows that they were not fitted on: how much of a figure is due to the fitting.

``python -m benchmarks.weights`` prints, for each labelled set, macro-F1 with its interval of: the rules as they are;
weights and thresholds fitted on all but one repository at a time; the same on the other organisations' sets; and the
learned model trained on the other threads in five splits: alone, and as the package lets it answer (gated). Then the
calibration error as it is and with one temperature fitted on the other organisations, and what 50 labels change.
"""

from collections.abc import Iterator
from itertools import product
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.optimize import minimize, minimize_scalar
from scipy.special import expit, logit, logsumexp
from sklearn.metrics import f1_score
from sklearn.model_selection import GroupKFold, LeaveOneGroupOut

from benchmarks.leads import SETS, classified
from contribkit.classifiers.model import Learning, Model, learn
from contribkit.classifiers.votes import strongest
from contribkit.evaluation.scores import by_confidence, calibration_error, compare, is_decided, score_table
from contribkit.evaluation.truth import settled_labels, truth_table
from contribkit.tables import Judged
from contribkit.text import format_decimal, format_interval
from contribkit.vocabulary import LEADS, Lead

Array = npt.NDArray[np.float64]

_PRIOR = 20.0  # how strongly a factor is held at 1: of 5, 20 and 60 the best on organisations left out of the fitting
_FLOOR = -3.0  # no sum of reasons counts as more against a lead than this
_ENOUGH = (0.5, 0.7, 0.9, 1.1)
_MARGIN = (0.2, 0.4, 0.6)


class Fitted(NamedTuple):
    """One factor per rule and lead, and the two thresholds."""

    factors: pd.Series
    enough: float
    margin: float


def vote_matrix(judged: Judged, ids: pd.Series) -> pd.DataFrame:
    """Return the weight of each rule for each lead (columns) on each contribution (rows)."""
    votes = strongest(judged.reasons[judged.reasons["lead"].isin(LEADS)])
    table = votes.pivot(index="id", columns=["rule", "lead"], values="weight").astype(float)
    return table.reindex(ids).fillna(0.0)


def fit(votes: pd.DataFrame, leads: pd.Series) -> Fitted:
    """Choose factors and thresholds on labelled rows.

    Each rule's weights are multiplied by one factor, chosen by maximum likelihood of a softmax over the leads' sums
    (multinomial logistic regression: McCullagh and Nelder 1989, section 5.2) with a squared penalty on the logarithm of
    the factor. The thresholds are those of a small grid with the best macro-F1.

    Examples
    --------
    >>> columns = pd.MultiIndex.from_tuples([("shy", "upstream"), ("loud", "stakeholder")])
    >>> votes = pd.DataFrame([[0.6, 0.0], [0.0, 2.0]] * 40, columns=columns)
    >>> fitted = fit(votes, pd.Series(["upstream", "stakeholder"] * 40))
    >>> answer(votes[:2], fitted).tolist()
    ['upstream', 'stakeholder']
    """
    decided = leads.isin(LEADS).to_numpy()
    right = np.array([LEADS.index(Lead(lead)) for lead in leads[decided]], dtype=int)
    values, of_lead = votes.to_numpy()[decided], _of_lead(votes.columns)

    def loss(logarithms: Array) -> float:
        sums = np.maximum((values * np.exp(logarithms)) @ of_lead, _FLOOR)
        likelihood = sums[np.arange(len(right)), right] - logsumexp(sums, axis=1)
        return float(-likelihood.sum() + _PRIOR * (logarithms**2).sum())

    start = np.zeros(votes.shape[1])
    found = minimize(loss, start, method="L-BFGS-B").x if votes.shape[1] else start
    factors = pd.Series(np.exp(found), index=votes.columns)
    candidates = [Fitted(factors, *limits) for limits in product(_ENOUGH, _MARGIN)]
    return max(candidates, key=lambda fitted: _macro_f1(leads[decided], answer(votes[decided], fitted)))


def _of_lead(columns: pd.Index) -> Array:
    return np.array([[lead == str(one) for one in LEADS] for _, lead in columns], dtype=float).reshape(-1, len(LEADS))


def _macro_f1(truth: Any, answers: Any) -> float:
    return float(f1_score(truth, answers, labels=[str(lead) for lead in LEADS], average="macro", zero_division=0.0))


def answer(votes: pd.DataFrame, fitted: Fitted) -> pd.Series:
    """Return the leads that weights and thresholds give; a rule that was not fitted keeps its weight."""
    sums = (votes * fitted.factors.reindex(votes.columns).fillna(1.0)).to_numpy() @ _of_lead(votes.columns)
    ordered = np.sort(sums, axis=1)
    clear = (ordered[:, -1] >= fitted.enough) & (ordered[:, -1] - np.maximum(ordered[:, -2], 0) >= fitted.margin)
    best = np.array([str(lead) for lead in LEADS], dtype=object)[sums.argmax(axis=1)]
    return pd.Series(np.where(clear, best, str(Lead.UNCLEAR)), index=votes.index)


class LabelledRows(NamedTuple):
    """A set, with the labelled rows in one order: their ids, truth, votes, and what they are grouped by."""

    name: str
    judged: Judged
    truth: pd.DataFrame
    pairs: pd.DataFrame
    votes: pd.DataFrame

    def score(self, leads: Any) -> str:
        """Return the macro-F1 of leads, with its interval."""
        answers = pd.DataFrame({"id": self.pairs["id"], "lead": list(leads)})
        table = score_table(compare(answers, self.truth))
        row = table[table["figure"] == "macro_f1"].iloc[0]
        return f"{format_decimal(row['value'])} ({format_interval(row['low'], row['high'])})"


def labelled_rows() -> Iterator[LabelledRows]:
    """Yield each set that is there."""
    for labelled in SETS:
        found = classified(labelled)
        if isinstance(found, str):
            print(f"skipped: {found}")
            continue
        judged, labels = found
        truth, _ = truth_table(labels, judged.contributions["id"])
        pairs = compare(judged.contributions, truth)
        yield LabelledRows(labelled.name, judged, truth, pairs, vote_matrix(judged, pairs["id"]))


def without_repository(rows: LabelledRows) -> pd.Series:
    """Return leads by weights fitted on the other repositories."""
    answers = pd.Series(index=rows.votes.index, dtype=object)
    truth = rows.pairs["truth"].set_axis(rows.votes.index)
    for train, test in LeaveOneGroupOut().split(rows.votes, groups=rows.pairs["repository"]):
        answers.iloc[test] = answer(rows.votes.iloc[test], fit(rows.votes.iloc[train], truth.iloc[train]))
    return answers


def without_organisation(rows: LabelledRows, others: list[LabelledRows]) -> pd.Series:
    """Return leads by weights fitted on the sets of other organisations."""
    votes = pd.concat([other.votes for other in others]).fillna(0.0)
    truth = pd.concat([other.pairs["truth"].set_axis(other.votes.index) for other in others])
    return answer(rows.votes, fit(votes, truth))


def by_model(rows: LabelledRows, splits: int = 5) -> list[str]:
    """Return the leads of the learned model, trained without the labels of a row's thread."""
    contributions = rows.judged.contributions.reset_index(drop=True)
    judged = Judged(contributions, rows.judged.reasons)
    places = pd.Series(contributions.index, index=contributions["id"]).loc[rows.pairs["id"]].to_numpy()
    truth = pd.Series(rows.pairs["truth"].to_numpy(), index=places, dtype="str")
    answers = pd.Series(index=places, dtype="str")
    model = Model(judged)
    for train, test in GroupKFold(splits).split(places, groups=rows.pairs["thread"]):
        answers.iloc[test] = model.fit(truth.iloc[train]).leads()[places[test]]
    return answers.to_list()


def with_labels(rows: LabelledRows, labelled: pd.DataFrame) -> tuple[Learning, pd.Series]:
    """Return who answers, and the leads by id, where a team has these labels of its own."""
    labels = settled_labels({"id": row.id, "lead": row.truth} for row in labelled.itertuples())
    learning, judged = learn(rows.judged, labels.effective)
    return learning, judged.contributions.set_index("id")["lead"]


def gated(rows: LabelledRows, splits: int = 5) -> tuple[list[str], int]:
    """Return the package's leads with the labels of all other threads, and in how many splits the model answered."""
    answers, models = rows.pairs["answer"].copy(), 0
    for train, test in GroupKFold(splits).split(rows.pairs, groups=rows.pairs["thread"]):
        learning, leads = with_labels(rows, rows.pairs.iloc[train])
        answers.iloc[test] = leads[rows.pairs["id"].iloc[test]].to_numpy()
        models += learning.leads == "model"
    return answers.to_list(), models


def gain(rows: LabelledRows, count: int, draws: int = 10) -> tuple[float, float]:
    """Return what so many labels add to the macro-F1 of other threads: the mean of draws, and the worst."""
    gains = []
    for draw in range(draws):
        order = rows.pairs.sample(frac=1, random_state=draw)
        labelled = order[:count]
        others = order[~order["thread"].isin(labelled["thread"]) & is_decided(order)]
        _, leads = with_labels(rows, labelled)
        gains.append(_macro_f1(others["truth"], leads[others["id"]]) - _macro_f1(others["truth"], others["answer"]))
    return float(np.mean(gains)), min(gains)


def fit_temperature(pairs: pd.DataFrame) -> float:
    """Return the factor on the log-odds of confidences that makes the answers most likely.

    Temperature scaling: Guo, Pleiss, Sun and Weinberger 2017, arXiv:1706.04599.
    """
    log_odds, right = logit(pairs["confidence"]), np.where(pairs["right"] > 0, 1, -1)
    loss = lambda factor: float(np.logaddexp(0, -right * factor * log_odds).sum())  # noqa: E731
    return float(minimize_scalar(loss, bounds=(0.2, 5), method="bounded").x)


def main() -> None:
    """Print the macro-F1 of each set for rules, fitted weights, and the learned model; then calibration and labels."""
    sets = list(labelled_rows())
    for rows in sets:
        own = "opencraft" in rows.name
        others = [other for other in sets if ("opencraft" in other.name) != own]
        decided = int(is_decided(rows.pairs).sum())
        print(f"{rows.name}: {len(rows.pairs)} labelled rows, {decided} led by somebody")
        print(f"  rules as they are                            {rows.score(rows.pairs['answer'])}")
        print(f"  weights fitted without each repository       {rows.score(without_repository(rows))}")
        if others:
            print(f"  weights fitted on the other organisation     {rows.score(without_organisation(rows, others))}")
        print(f"  learned model alone, from other threads      {rows.score(by_model(rows))}")
        leads, models = gated(rows)
        print(f"  the package with labels of other threads     {rows.score(leads)}, the model in {models} of 5 splits")
        mean, worst = gain(rows, 50)
        print(f"  what 50 labels add to other threads          {mean:+.3f}, at worst {worst:+.3f}")
        sure = by_confidence(rows.pairs)
        print(f"  calibration error                            {calibration_error(sure):.3f}")
        if others:
            factor = fit_temperature(pd.concat([by_confidence(other.pairs) for other in others]))
            scaled = sure.assign(confidence=expit(factor * logit(sure["confidence"])))
            error = f"{calibration_error(scaled):.3f}, a factor of {factor:.2f}"
            print(f"  the same, fitted on the other organisation   {error}", flush=True)


if __name__ == "__main__":
    main()
