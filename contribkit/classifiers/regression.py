"""The learned model: a regularised logistic regression that answers in the words of the rules."""

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from scipy.sparse import csr_matrix, hstack
from sklearn.feature_extraction import DictVectorizer
from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS, TfidfVectorizer
from sklearn.linear_model import LogisticRegression

from contribkit.classifiers.features import Example, total, vote
from contribkit.classifiers.reason import Reason
from contribkit.classifiers.rules import decide
from contribkit.vocabulary import LEADS, Lead

_TERM = re.compile(r"[^\W\d_]{2,30}")  # words of any script
_FEW = 60  # labels with which people weigh as much as the rules do
_ENOUGH = 0.5  # the probability below which the model abstains
_HIGHEST, _ALONE = 0.95, 0.6  # as of the rules: title, paths and words alone are never surer than 0.6
_SETTLES = 6.0  # a reason so strong is a fact of the guideline (not a member then), which no label changes
_WORTH_SAYING = 0.2
_BATCH = 2000  # rows judged at a time, so that memory stays small
_NAMES = [str(lead) for lead in LEADS]


class Judgement(NamedTuple):
    """What the model says of one contribution."""

    lead: Lead
    confidence: float
    reasons: list[Reason]


class Model:
    """A multinomial logistic regression over three leads.

    `unclear` is no class of it. It is no lead but a word on the evidence, and what such contributions share is that
    they share nothing: a class would learn that some words mean "unclear". What people call unclear is given to all
    three leads in equal parts instead, which keeps probabilities low beside it, and the model abstains where none is
    above a half.
    """

    def __init__(self, examples: list[Example]) -> None:
        """Learn from examples; those that nobody labelled stand for the rules, less and less as labels grow."""
        self._traits = DictVectorizer()
        # Every text bears one empty term, so that a table without any words is no special case.
        self._words = TfidfVectorizer(analyzer=_terms, min_df=2, max_features=20_000, sublinear_tf=True)
        traits = self._traits.fit_transform([example.traits for example in examples])
        words = self._words.fit_transform([example.text for example in examples])
        self._names = [*self._traits.get_feature_names_out(), *self._words.get_feature_names_out()]
        self._place = {name: number for number, name in enumerate(self._names[: traits.shape[1]])}
        values = hstack([traits, words], format="csr")
        rows, leads, weights = map(list, zip(*_lessons(examples), strict=True))
        # A grain of every lead, so that one that nobody gave has coefficients too.
        lessons = hstack([values[rows].T, csr_matrix((values.shape[1], len(LEADS)))], format="csr").T
        self._regression = LogisticRegression(C=1.0, max_iter=1000)
        self._regression.fit(lessons, [*leads, *range(len(LEADS))], sample_weight=[*weights, *[0.01] * len(LEADS)])
        coefficients = self._regression.coef_
        # In log-odds, as the rules' weights are: for a lead against the mean of the others.
        self._pull = (coefficients - coefficients.mean(axis=0)) * len(LEADS) / (len(LEADS) - 1)
        self._labelled = _labelled(examples, values)

    def judge(self, examples: list[Example]) -> list[Judgement]:
        """Return a lead, how sure it is, and the reasons, for each example."""
        return list(self._judgements(examples))

    def _judgements(self, examples: list[Example]) -> Iterator[Judgement]:
        for start in range(0, len(examples), _BATCH):
            batch = examples[start : start + _BATCH]
            traits = self._traits.transform([example.traits for example in batch])
            words = self._words.transform([example.text for example in batch])
            values = hstack([traits, words], format="csr")
            chances = self._regression.predict_proba(values)
            for number, example in enumerate(batch):
                yield self._judged(example, values[number], chances[number])

    def _judged(self, example: Example, values: csr_matrix, chances: Any) -> Judgement:
        if any(abs(reason.weight) >= _SETTLES for reason in example.reasons):
            return Judgement(*decide(example.reasons), example.reasons)
        best = int(chances.argmax())
        reasons = [reason._replace(weight=self._weight(reason, example)) for reason in example.reasons]
        if chances[best] < _ENOUGH:
            return Judgement(Lead.UNCLEAR, 0.5, sorted(reasons, key=Reason.strength))
        lead = LEADS[best]
        _, sure = decide([reason for reason in example.reasons if reason.lead == lead])
        confidence = min(float(chances[best]), _HIGHEST if sure > _ALONE else _ALONE)
        plain = self._plain_reason(example, values, best)
        return Judgement(lead, round(confidence, 2), sorted([*reasons, *plain], key=Reason.strength))

    def _weight(self, reason: Reason, example: Example) -> float:
        """Return coefficient times value; a lead's total is shared out among its reasons by their weights."""
        if reason.lead not in _NAMES:
            return reason.weight
        pull = self._pull[_NAMES.index(reason.lead)]
        own = pull[self._place[vote(reason)]] if vote(reason) in self._place else 0.0
        summed = sum({vote(r): r.weight for r in reversed(example.reasons) if r.lead == reason.lead}.values())
        share = example.traits[total(reason.lead)] / summed if summed else 1.0
        return round(float((own + pull[self._place[total(reason.lead)]] * share) * reason.weight), 2)

    def _plain_reason(self, example: Example, values: csr_matrix, best: int) -> Iterator[Reason]:
        """Say in one sentence what words and structure add to a lead; "mostly" is counted, not guessed."""
        weights = {
            int(place): float(value * self._pull[best, place])
            for place, value in zip(values.indices, values.data, strict=True)
            if ">" not in self._names[place] or place >= len(self._place)
        }
        whole = round(sum(weights.values()), 2)
        if whole < _WORTH_SAYING:
            return
        mostly = [
            place
            for place in sorted(weights, key=lambda place: (-round(weights[place], 6), place))
            if self._mostly(place, best)
        ]
        said = example.case.organisation.word(LEADS[best])
        terms = [self._names[place] for place in mostly if place >= len(self._place) and weights[place] > 0]
        words = [f'"{term}"' for term in terms if not any(other != term and other in term for other in terms)][:3]
        kinds = [
            self._names[place] for place in mostly if self._names[place].startswith("kind=") and weights[place] > 0
        ]
        if words:
            because = f"words like {', '.join(words)} were mostly labelled {said} by people"
        elif kinds:
            kind = kinds[0].removeprefix("kind=").replace("_", " ")
            because = f"contributions of its kind ({kind}) were mostly labelled {said} by people"
        else:
            because = f"its kind, size and words resemble what people labelled {said}"
        yield Reason("learned from labels", str(LEADS[best]), whole, because, ", ".join(words))

    def _mostly(self, place: int, best: int) -> bool:
        """Say whether people gave a lead to more than half of those with a trait, and saw three of them."""
        counts = self._labelled[:, place]
        return bool(counts[best] >= 3 and counts[best] * 2 > counts.sum() and self._names[place])


def _lessons(examples: list[Example]) -> Iterator[tuple[int, int, float]]:
    """Yield row, lead and weight: people's labels count in full, the rules' answers by how sure they are.

    The rules count half once as many labels are there as `_FEW`, a tenth at nine times as many.
    """
    labels = sum(example.said is not None for example in examples)
    faded = _FEW / (_FEW + labels)
    for row, example in enumerate(examples):
        lead, weight = (example.said, 1.0) if example.said is not None else example.ruled
        weight *= 1.0 if example.said is not None else faded
        leads = [_NAMES.index(lead)] if lead in _NAMES else range(len(_NAMES))
        for number in leads:
            yield row, number, weight / len(leads)


def _labelled(examples: list[Example], values: csr_matrix) -> Any:
    """Return how many examples with each trait people gave each lead (and, last, none of the three)."""
    counts = np.zeros((len(LEADS) + 1, values.shape[1]))
    for row, example in enumerate(examples):
        if example.said is not None:
            place = _NAMES.index(example.said) if example.said in _NAMES else len(LEADS)
            counts[place, values[row].indices] += 1
    return counts


def _terms(text: str) -> list[str]:
    words = [word for word in _TERM.findall(text.casefold()) if word not in ENGLISH_STOP_WORDS]
    return ["", *words, *(f"{first} {second}" for first, second in pairwise(words))]
