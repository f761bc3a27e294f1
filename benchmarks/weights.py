"""Fit the weights of the rules on labelled sets: ``python -m benchmarks.weights [--write] [--rules]``.

It prints, for each labelled set, macro-F1 with its interval, precision and recall of stakeholder-led, and the
calibration error: as the package answers; by the weights prior to fitting; by weights fitted without the set's
organisation; and without each repository in turn. Then macro-F1 of the learned model trained on other threads, alone
and as the package lets it answer, and what 50 labels change. ``--rules`` prints what each rule adds to organisations
that were left out of the fitting; ``--write`` fits on all sets and writes contribkit/classifiers/weights.csv.
"""

import argparse
import csv
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple
from unittest.mock import patch

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.optimize import minimize
from scipy.special import logsumexp
from sklearn.metrics import f1_score
from sklearn.model_selection import GroupKFold, LeaveOneGroupOut

from benchmarks.leads import SETS, Known, read
from contribkit.classifiers import classify, rules
from contribkit.classifiers.evidence import Background, Found, References, all_reasons, slices, survey
from contribkit.classifiers.model import Learning, Model, learn
from contribkit.classifiers.propagation import neighbours
from contribkit.classifiers.votes import (
    CONFIDENCE,
    WEIGHTS,
    Weights,
    decide,
    strongest,
    tally,
    weights_of_rules,
)
from contribkit.evaluation.scores import by_confidence, calibration_error, compare, is_decided, score_table
from contribkit.evaluation.truth import settled_labels, truth_table
from contribkit.tables import CONTRIBUTIONS, REFERENCES, Judged, conform
from contribkit.text import format_decimal, format_interval
from contribkit.vocabulary import LEADS, Lead

Array = npt.NDArray[np.float64]

# How strongly a factor is held at 1. On organisations left out of the fitting 5, 20 and 60 give one macro-F1 to 0.002
# (log-loss is lowest at 5); the stronger ones keep a strength of few rows near what was judged.
_PRIOR = 20.0
_FLOOR = -3.0  # no sum of reasons counts as more against a lead than this
_NAMES = [str(lead) for lead in LEADS]


class Rows(NamedTuple):
    """The labelled rows of a set: the reasons for them by the weights prior to fitting, and what people said."""

    name: str
    organisation: str
    known: Known
    reasons: pd.DataFrame
    truth: pd.DataFrame

    def pairs(self, judged: Judged) -> pd.DataFrame:
        """Return answers next to the truth."""
        return compare(judged.contributions, self.truth)

    def judged(self, weights: Weights | None = None) -> Judged:
        """Return what the package answers, by other weights where some are given."""
        return classify(self.known.contributions, self.known.references, self.known.organisation, weights=weights)

    def part(self, places: Sequence[int]) -> "Rows":
        """Return some of the rows."""
        truth = self.truth.iloc[places]
        return self._replace(truth=truth, reasons=self.reasons[self.reasons["id"].isin(truth["id"])])


def labelled_rows() -> Iterator[Rows]:
    """Yield each set that is there."""
    for labelled in SETS:
        known = read(labelled)
        if isinstance(known, str):
            print(f"skipped: {known}")
            continue
        truth, _ = truth_table(known.labels, known.contributions["id"])
        table = conform(known.contributions, CONTRIBUTIONS, known.organisation.timezone).reset_index(drop=True)
        told = conform(known.references, REFERENCES, known.organisation.timezone)
        weights = weights_of_rules("prior")
        background = Background.of(known.organisation, weights, survey(table, told, known.organisation))
        reasons = known_reasons(table, References.of(told), background)
        reasons = reasons.assign(id=reasons["id"].map(table["id"]))
        reasons = reasons[reasons["id"].isin(truth["id"])]
        yield Rows(labelled.name, labelled.organisation, known, reasons, truth)


def known_reasons(table: pd.DataFrame, references: References, background: Background) -> pd.DataFrame:
    """Return every reason of rules and neighbours, by the index of the table."""
    found = Found.of(table, references, background)
    answers = found.told_to_all(references, background)
    parts = [
        all_reasons(one, part.index, [neighbours(links, answers) for links in one.links], background.weights)
        for part, one in zip(slices(table), found.evidence, strict=True)
    ]
    return pd.concat(parts, ignore_index=True)


def weighed(reasons: pd.DataFrame, weights: Weights) -> pd.DataFrame:
    """Return reasons with other weights; a strength without one keeps its own."""
    names = zip(reasons["rule"], reasons["strength"], reasons["weight"], strict=True)
    return reasons.assign(weight=[float(weights.get((rule, strength), weight)) for rule, strength, weight in names])


def fit(sets: Iterable[Rows]) -> Weights:
    """Return weights fitted on labelled rows, with a strong prior: that of the table, or of a new rule its author's.

    Each strength of a rule is multiplied by one factor, chosen by maximum likelihood of a softmax over the leads' sums
    (multinomial logistic regression: McCullagh and Nelder 1989, section 5.2) with a squared penalty on the logarithm of
    the factor, so that a strength of which no row tells anything keeps its weight. Then follow the two numbers that
    turn the distance between two leads into a confidence (Platt 1999), by the answers that these weights give.
    """
    sets = list(sets)
    reasons = pd.concat([rows.reasons.assign(id=rows.name + " " + rows.reasons["id"]) for rows in sets])
    truth = pd.concat([rows.truth.set_index(rows.name + " " + rows.truth["id"])["lead"] for rows in sets])
    leads = truth[truth.isin(LEADS)]
    votes = strongest(reasons[reasons["id"].isin(leads.index)].reset_index(drop=True))
    weights, right = votes["weight"].to_numpy(dtype=float), leads.map(_NAMES.index).to_numpy()
    columns = pd.MultiIndex.from_frame(votes[["rule", "strength"]])
    codes, names = pd.factorize(columns)
    values = np.zeros((len(LEADS), len(leads), len(names)))
    values[votes["lead"].map(_NAMES.index), leads.index.get_indexer(votes["id"]), codes] = weights

    def loss(logarithms: Array) -> float:
        sums = np.maximum((values @ np.exp(logarithms)).T, _FLOOR)
        likelihood = sums[np.arange(len(right)), right] - logsumexp(sums, axis=1)
        return float(-likelihood.sum() + _PRIOR * (logarithms**2).sum())

    factors = np.exp(minimize(loss, np.zeros(len(names)), method="L-BFGS-B").x)
    prior = {name: weights[codes == place][0] for place, name in enumerate(names)}
    fitted = {**weights_of_rules("prior")} | {
        name: round(float(prior[name] * factor), 2) for name, factor in zip(names, factors, strict=True)
    }
    return fitted | _confidence(decide(weighed(reasons, fitted), leads.index, fitted), leads)


def _confidence(answers: pd.DataFrame, leads: pd.Series) -> Weights:
    """Return the numbers by which the margins of answers become confidences, fitted on rows that somebody led."""
    answered = answers[answers["lead"] != Lead.UNCLEAR]
    right, distance = answered["lead"] == leads[answered.index], answered["margin"].to_numpy()
    prior = np.array([weights_of_rules("prior")[CONFIDENCE, name] for name in ("base", "factor")])

    def loss(numbers: Array) -> float:
        log_odds = numbers[0] + numbers[1] * distance
        return float(
            np.logaddexp(0, np.where(right, -log_odds, log_odds)).sum() + _PRIOR * ((numbers - prior) ** 2).sum()
        )

    base, factor = minimize(loss, prior, method="L-BFGS-B").x
    return {(CONFIDENCE, "base"): round(float(base), 2), (CONFIDENCE, "factor"): round(float(factor), 2)}


def write(sets: Sequence[Rows], fitted: Weights) -> None:
    """Write the table that the package reads: each strength with its weights, and on how many rows it stands."""
    with WEIGHTS.open(encoding="utf-8", newline="") as file:
        known = {(row["rule"], row["strength"]): row for row in csv.DictReader(file)}
    reasons = pd.concat([rows.reasons.assign(organisation=rows.organisation) for rows in sets])
    seen = reasons.drop_duplicates(["id", "rule", "strength"])
    for row in seen.itertuples():
        known.setdefault((row.rule, row.strength), {"lead": row.lead, "prior": row.strength})
    of_rule = {name: place for place, name in enumerate([*dict.fromkeys(rule for rule, _ in known)])}
    names = sorted(known, key=lambda name: of_rule[name[0]])
    counts = seen.groupby(["rule", "strength", "organisation"]).size()
    organisations = sorted({rows.organisation for rows in sets})
    with WEIGHTS.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(["rule", "strength", "lead", "prior", "fitted", *(f"rows_{name}" for name in organisations)])
        for name in names:
            rows_of = [counts.get((*name, organisation), 0) for organisation in organisations]
            table.writerow([*name, known[name]["lead"], known[name]["prior"], f"{fitted[name]:.2f}", *rows_of])


def macro_f1(truth: Any, answers: Any) -> float:
    """Return the mean of the F1 of the three leads."""
    return float(f1_score(truth, answers, labels=_NAMES, average="macro", zero_division=0.0))


def score(pairs: pd.DataFrame) -> str:
    """Return macro-F1 with its interval, precision and recall of stakeholder-led, and the calibration error."""
    table = score_table(pairs)
    macro = table[table["figure"] == "macro_f1"].iloc[0]
    of = table[table["lead"] == Lead.STAKEHOLDER].set_index("figure")["value"]
    error = calibration_error(by_confidence(pairs))
    return (
        f"{format_decimal(macro['value'])} ({format_interval(macro['low'], macro['high'])})   "
        f"{format_decimal(of['precision'])} / {format_decimal(of['recall'])}   {format_decimal(error)}"
    )


def without_repository(sets: Sequence[Rows], number: int) -> pd.DataFrame:
    """Return answers next to the truth, those of each repository by weights fitted without it."""
    mine, others = sets[number], [*sets[:number], *sets[number + 1 :]]
    repositories = mine.truth["id"].str.split("#").str[0].str.split("@").str[0].str.casefold()
    answers = []
    for train, test in LeaveOneGroupOut().split(mine.truth, groups=repositories):
        weights = fit([*others, mine.part(train)])
        rest = mine.part(test)
        answers.append(decide(weighed(rest.reasons, weights), rest.truth["id"], weights))
    return compare(pd.concat(answers).reset_index(names="id"), mine.truth)


def without_organisation(rows: Rows, sets: Sequence[Rows]) -> pd.DataFrame:
    """Return answers next to the truth, by weights fitted on the other organisations' sets."""
    return rows.pairs(rows.judged(fit([other for other in sets if other.organisation != rows.organisation])))


def by_model(rows: Rows, judged: Judged, splits: int = 5) -> list[str]:
    """Return the leads of the learned model, trained without the labels of a row's thread."""
    contributions, pairs = judged.contributions.reset_index(drop=True), rows.pairs(judged)
    places = pd.Series(contributions.index, index=contributions["id"]).loc[pairs["id"]].to_numpy()
    truth = pd.Series(pairs["truth"].to_numpy(), index=places, dtype="str")
    answers = pd.Series(index=places, dtype="str")
    model = Model(Judged(contributions, judged.reasons))
    for train, test in GroupKFold(splits).split(places, groups=pairs["thread"]):
        answers.iloc[test] = model.fit(truth.iloc[train]).leads()[places[test]]
    return answers.to_list()


def with_labels(judged: Judged, labelled: pd.DataFrame) -> tuple[Learning, pd.Series]:
    """Return who answers, and the leads by id, where a team has these labels of its own."""
    labels = settled_labels({"id": row.id, "lead": row.truth} for row in labelled.itertuples())
    learning, model = learn(judged, labels.effective)
    learned = model.answer(judged, labels.effective) if model else judged
    return learning, learned.contributions.set_index("id")["lead"]


def gated(judged: Judged, pairs: pd.DataFrame, splits: int = 5) -> tuple[list[str], int]:
    """Return the package's leads with the labels of all other threads, and in how many splits the model answered."""
    answers, models = pairs["answer"].copy(), 0
    for train, test in GroupKFold(splits).split(pairs, groups=pairs["thread"]):
        learning, leads = with_labels(judged, pairs.iloc[train])
        answers.iloc[test] = leads[pairs["id"].iloc[test]].to_numpy()
        models += learning.leads == "model"
    return answers.to_list(), models


def gain(judged: Judged, pairs: pd.DataFrame, count: int, draws: int = 10) -> tuple[float, float]:
    """Return what so many labels add to the macro-F1 of other threads: the mean of draws, and the worst."""
    gains = []
    for draw in range(draws):
        order = pairs.sample(frac=1, random_state=draw)
        labelled = order[:count]
        others = order[~order["thread"].isin(labelled["thread"]) & is_decided(order)]
        _, leads = with_labels(judged, labelled)
        gains.append(macro_f1(others["truth"], leads[others["id"]]) - macro_f1(others["truth"], others["answer"]))
    return float(np.mean(gains)), min(gains)


def log_loss(pairs: pd.DataFrame, judged: Judged) -> float:
    """Return how unlikely the sums of the reasons call what people said, on average over rows that somebody led."""
    decided = pairs[is_decided(pairs)]
    sums = tally(judged.reasons).reindex(decided["id"]).fillna(0.0).clip(lower=_FLOOR).to_numpy()
    return float((logsumexp(sums, axis=1) - sums[np.arange(len(sums)), decided["truth"].map(_NAMES.index)]).mean())


def rule_by_rule() -> None:
    """Print what macro-F1 and log-loss of each set lose without each rule, fitted without the set's organisation."""

    def measured() -> list[tuple[float, float]]:
        found, sets = [], list(labelled_rows())
        for rows in sets:
            judged = rows.judged(fit([other for other in sets if other.organisation != rows.organisation]))
            pairs = rows.pairs(judged)
            decided = pairs[is_decided(pairs)]
            found.append((macro_f1(decided["truth"], decided["answer"]), log_loss(pairs, judged)))
        return found

    known, whole = rules.all_rules(), measured()
    print(f"{'':26}" + "".join(f"{labelled.name:>24}" for labelled in SETS))
    for name in known:
        with patch.object(rules, "all_rules", lambda gone=name: {key: known[key] for key in known if key != gone}):
            lost = [(f1 - less, more - loss) for (f1, loss), (less, more) in zip(whole, measured(), strict=True)]
        print(f"{name:26}" + "".join(f"{f1:+14.3f} {loss:+9.4f}" for f1, loss in lost), flush=True)


def main(arguments: argparse.Namespace) -> None:
    """Print the figures, or those of each rule; or write the table."""
    if arguments.rules:
        rule_by_rule()
        return
    sets = list(labelled_rows())
    if arguments.write:
        write(sets, fit(sets))
        weights_of_rules.cache_clear()
        return
    for number, rows in enumerate(sets):
        judged = rows.judged()
        pairs = rows.pairs(judged)
        print(f"{rows.name}: {len(pairs)} labelled rows, {int(is_decided(pairs).sum())} led by somebody")
        print(f"  {'':40}macro-F1                 stakeholder P / R   calibration error")
        print(f"  as the package answers                  {score(pairs)}")
        print(f"  weights prior to fitting                {score(rows.pairs(rows.judged(weights_of_rules('prior'))))}")
        if any(other.organisation != rows.organisation for other in sets):
            print(f"  fitted without its organisation         {score(without_organisation(rows, sets))}")
        print(f"  fitted without each repository          {score(without_repository(sets, number))}", flush=True)
        print(f"  learned model alone, from other threads {score(pairs.assign(answer=by_model(rows, judged)))}")
        leads, models = gated(judged, pairs)
        print(
            f"  with labels of other threads            {score(pairs.assign(answer=leads))}, the model in {models} of 5"
        )
        mean, worst = gain(judged, pairs, 50)
        print(f"  what 50 labels add to other threads     {mean:+.3f}, at worst {worst:+.3f}", flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m benchmarks.weights", description=__doc__)
    parser.add_argument("--write", action="store_true", help="fit on all sets and write the table")
    parser.add_argument("--rules", action="store_true", help="print what each rule adds")
    main(parser.parse_args())
