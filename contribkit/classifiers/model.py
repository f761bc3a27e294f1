"""Learn from people: train a model on their labels, and let it replace the rules only where it is better."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from contribkit.classifiers.case import Case
from contribkit.classifiers.features import Example
from contribkit.classifiers.reason import Reason
from contribkit.ids import casefold_id
from contribkit.labels import Label
from contribkit.vocabulary import LEADS

if TYPE_CHECKING:
    from contribkit.classifiers.regression import Judgement, Model

FEWEST = 60
"""Labels below which no comparison could tell the two apart, so that none is tried."""
LIKELY = 0.05
"""The chance at most that a model that is no better wins the comparison."""
_FOLDS = 5
_WEAK = 500  # contributions without a label that stand for the rules; more would drown the labels


@dataclass(frozen=True)
class Learning:
    """Who answers where people did not, and why.

    Attributes
    ----------
    leads
        ``rules`` or ``model``.
    labels
        How many contributions here people gave a lead (or called unclear); disputes decide nothing.
    elsewhere
        How many labels are for contributions that are not here.
    rules_score, model_score
        The share of labels with which each agrees; the model's where it had not seen the thread. None where not tried.
    chance
        How likely a model that is no better would win so clearly; None where not tried.
    because
        Why no model was tried, where none was.
    """

    leads: str = "rules"
    labels: int = 0
    elsewhere: int = 0
    rules_score: float | None = None
    model_score: float | None = None
    chance: float | None = None
    because: str = ""

    @property
    def sentence(self) -> str:
        """What a review says of it.

        Examples
        --------
        >>> Learning(labels=41, because="a model is tried from 60 on").sentence
        'the rules still lead: 41 labels, and a model is tried from 60 on'
        >>> Learning("model", 90, 0, 0.8, 0.9, 0.011).sentence
        'the model leads: of 90 labels it agrees with 90 %, the rules with 80 % (by chance: p = 0.011)'
        """
        if self.rules_score is None or self.model_score is None or self.chance is None:
            said = f"the rules still lead: {_labels(self.labels)}, and {self.because}"
        elif self.leads == "model":
            said = (
                f"the model leads: of {_labels(self.labels)} it agrees with {self.model_score:.0%}, the rules with "
                f"{self.rules_score:.0%} (by chance: p = {self.chance:.2g})"
            )
        else:
            said = (
                f"the rules still lead: of {_labels(self.labels)} they agree with {self.rules_score:.0%}, a model "
                f"with {self.model_score:.0%}, which is not surely better (p = {self.chance:.2g})"
            )
        elsewhere = f"; {_labels(self.elsewhere)} for contributions that are not here" if self.elsewhere else ""
        return said.replace("%", " %") + elsewhere


def _labels(count: int) -> str:
    return f"{count} label" if count == 1 else f"{count} labels"


def learn_and_judge(
    cases: list[Case], reasons: list[list[Reason]], labels: dict[str, Label]
) -> tuple[Learning, dict[int, "Judgement"]]:
    """Learn from labels, and judge the unlabelled contributions anew where the model replaces the rules.

    Parameters
    ----------
    cases
        All contributions.
    reasons
        Of each, what the rules found.
    labels
        What people decided, by case-folded id; see `Labels.effective`.

    Returns
    -------
    tuple
        What was learned, and the model's judgements by position; none where the rules lead.
    """
    said = {
        number: labels[name] for number, case in enumerate(cases) if (name := casefold_id(case.row["id"])) in labels
    }
    leads = {number: label.lead for number, label in said.items() if label.lead is not None}
    elsewhere = len(labels.keys() - {casefold_id(case.row["id"]) for case in cases})
    because = _too_little(list(leads.values()))
    if because:
        return Learning(labels=len(leads), elsewhere=elsewhere, because=because), {}
    examples = _examples(cases, reasons, leads)
    learning = _compare(examples, elsewhere)
    if learning.leads == "rules":
        return learning, {}
    rest = [number for number in range(len(cases)) if number not in said]
    judged = learn(examples).judge([Example.of(cases[number], reasons[number]) for number in rest])
    return learning, dict(zip(rest, judged, strict=True))


def learn(examples: list[Example]) -> "Model":
    """Train the model; scikit-learn takes a second to load, which only those wait for who have labels."""
    from contribkit.classifiers.regression import Model

    return Model(examples)


def _too_little(leads: list[str]) -> str:
    if len(leads) < FEWEST:
        return f"a model is tried from {FEWEST} on"
    if len(set(leads).intersection(LEADS)) < 2:
        return "all are of one lead"
    return ""


def _examples(cases: list[Case], reasons: list[list[Reason]], leads: dict[int, str]) -> list[Example]:
    """Return what is learned from: all with a label, and some without; sorted, so that no order of rows counts."""
    order = sorted(range(len(cases)), key=lambda number: casefold_id(cases[number].row["id"]))
    weak = [number for number in order if number not in leads]
    chosen = {*leads, *weak[:: max(1, -(-len(weak) // _WEAK))]}
    return [Example.of(cases[number], reasons[number], leads.get(number)) for number in order if number in chosen]


def _compare(examples: list[Example], elsewhere: int) -> Learning:
    """Compare rules and model on the same labels; the model answers for threads whose labels it has not seen.

    What counts is agreement with people, `unclear` included. A one-sided sign test over threads (McNemar's, but
    contributions to one thread are one draw) says whether the model's lead could be chance.
    """
    from scipy.stats import binomtest

    labelled = [number for number, example in enumerate(examples) if example.said is not None]
    answers = _answers_unseen(examples)
    rules = {number: examples[number].ruled[0] == examples[number].said for number in labelled}
    model = {number: answers[number] == examples[number].said for number in labelled}
    nets: dict[str, int] = {}
    for number in labelled:
        thread = examples[number].case.thread
        nets[thread] = nets.get(thread, 0) + model[number] - rules[number]
    won, lost = (sum(net * sign > 0 for net in nets.values()) for sign in (1, -1))
    chance = float(binomtest(won, won + lost, alternative="greater").pvalue) if won + lost else 1.0
    better = chance <= LIKELY and sum(model.values()) > sum(rules.values())
    return Learning(
        leads="model" if better else "rules",
        labels=len(labelled),
        elsewhere=elsewhere,
        rules_score=round(sum(rules.values()) / len(labelled), 3),
        model_score=round(sum(model.values()) / len(labelled), 3),
        chance=round(chance, 4),
    )


def _answers_unseen(examples: list[Example]) -> dict[int, str]:
    """Return the model's answer for each labelled example, learned without the labels of its thread's fold."""
    threads = sorted({example.case.thread for example in examples if example.said is not None})
    places = np.random.default_rng(0).permutation(len(threads)) % _FOLDS
    fold_of = dict(zip(threads, places.tolist(), strict=True))
    answers: dict[int, str] = {}
    for fold in range(_FOLDS):
        hidden = [n for n, e in enumerate(examples) if e.said is not None and fold_of[e.case.thread] == fold]
        if hidden:
            out = set(hidden)
            seen = [replace(example, said=None) if n in out else example for n, example in enumerate(examples)]
            judged = learn(seen).judge([examples[number] for number in hidden])
            answers |= {number: str(answer.lead) for number, answer in zip(hidden, judged, strict=True)}
    return answers
