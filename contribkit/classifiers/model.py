"""Learn from people: train a model on their labels, and let it replace the rules only where it is better."""

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from hashlib import blake2b
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from contribkit.classifiers.votes import ENOUGH, THIN, strongest, tally
from contribkit.ids import casefold_id, parse_contribution_id
from contribkit.labels import Label
from contribkit.tables import REASONS, Judged, cells_of, conform, grouped, rows_of
from contribkit.text import pluralise
from contribkit.vocabulary import LEADS, Lead

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

Array = npt.NDArray[np.float64]

MIN_LABELS = 60  # below, no comparison could tell model and rules apart, so none is tried
MAX_CHANCE = 0.05  # at most, that a model that is no better wins the comparison
MAX_TOTAL = 5.0  # the most that the votes for a lead count: ten links say no more than five
_TERM = re.compile(r"[^\W\d_]{2,30}")  # words of any script
_MAX_CHARACTERS = 5000  # of a text; what comes later says little about why
_SPLITS = 5
_WEAK = 500  # contributions without a label that stand for the rules; more would drown the labels
_FEW = 60  # the rules' answers count half at so many labels, a tenth at nine times as many
_ENOUGH = 0.5  # the probability below which the model abstains
_HIGHEST, _ALONE = 0.95, 0.6  # as for the rules: title, paths and words alone are never surer than 0.6
_FACT = 6.0  # a reason so strong is a fact of the guideline, such as not being a member then, that no label changes
_WORTH_SAYING = 0.2  # log-odds
_NAMES = [str(lead) for lead in LEADS]


@dataclass(frozen=True)
class Learning:
    """Who answers where people did not (``rules`` or ``model``), and why."""

    leads: str = "rules"
    labels: int = 0  # settled ones of contributions here
    elsewhere: int = 0  # those of others
    rules_score: float | None = None  # the share of labels with which the rules agree; None where no model was tried
    model_score: float | None = None  # that of the model, on threads it has not seen
    chance: float | None = None  # how likely a model that is no better would win so clearly
    reason: str = ""  # why no model was tried

    @property
    def sentence(self) -> str:
        """What a review says of it."""
        labels = pluralise(self.labels, "label")
        if self.chance is None:
            said = f"the rules answer: {labels}, and {self.reason}"
        else:
            rules, model = (f"{100 * (score or 0):.0f} %" for score in (self.rules_score, self.model_score))
            better = f"model answers: it agrees with {model} of {labels}, the rules with {rules}"
            worse = f"rules answer: they agree with {rules} of {labels}, a model with {model}"
            found = better if self.leads == "model" else f"{worse}, which is not significantly better"
            said = f"the {found} (p = {self.chance:.2g})"
        return said + (f"; {pluralise(self.elsewhere, 'label')} for other contributions" if self.elsewhere else "")


def learn(
    judged: Judged, labels: Mapping[str, Label], word: Callable[[str], str] = str
) -> "tuple[Learning, Model | None]":
    """Return what a model learns from labels by case-folded id, and the model where it beats the rules.

    Of `judged`, which the rules answered, only the `examples` matter. `word` returns what people call a lead.
    """
    judged = examples(judged, labels)
    given = _given(judged, labels)
    known = given.dropna()
    elsewhere = len(labels.keys() - set(judged.contributions["id"].map(casefold_id)))
    if len(known) < MIN_LABELS or len({*known} & {*LEADS}) < 2:
        reason = f"a model is tried from {MIN_LABELS} on" if len(known) < MIN_LABELS else "all are of one lead"
        return Learning(labels=len(known), elsewhere=elsewhere, reason=reason), None
    model = Model(judged, word)
    learning = _compare(model, given, elsewhere)
    return learning, model.fit(given) if learning.leads == "model" else None


def _given(judged: Judged, labels: Mapping[str, Label]) -> pd.Series:
    leads = {key: label.lead for key, label in labels.items()}
    return judged.contributions["id"].map(casefold_id).map(leads).astype("str")


def examples(judged: Judged, labels: Mapping[str, Label]) -> Judged:
    """Return what is learned from: the labelled contributions, and the others with the smallest hashes.

    Those of a table are among those of its parts together.
    """
    keys, given = judged.contributions["id"].map(casefold_id), _given(judged, labels)
    # A hash of the id gives everybody the same sample, whichever other rows there are and in whatever order.
    others = keys[given.isna()].map(lambda key: blake2b(key.encode(), digest_size=8).digest())
    weak = others.sort_values(kind="stable").index[:_WEAK]
    return judged.where(keys.isin(labels.keys()) | keys.index.isin(weak))


def _compare(model: "Model", given: pd.Series, elsewhere: int) -> Learning:
    """Compare how rules and model agree with people; the model answers for threads whose labels it has not seen."""
    # A one-sided sign test over threads (McNemar's, but a thread is one draw) says whether its lead could be chance.
    from scipy.stats import binomtest

    labelled = given.dropna()
    items = model.examples.loc[labelled.index, "id"]
    codes, names = pd.factorize(items.map(lambda item: casefold_id(parse_contribution_id(item)[0])), sort=True)
    split = np.random.default_rng(0).permutation(len(names))[codes] % _SPLITS
    answers = pd.Series(index=labelled.index, dtype="str")
    for number in range(_SPLITS):
        hidden = labelled.index[split == number]
        if len(hidden):
            answers[hidden] = model.fit(given.drop(hidden)).leads()[hidden]
    rules, learned = model.examples.loc[labelled.index, "lead"] == labelled, answers == labelled
    nets = (learned.astype(int) - rules.astype(int)).groupby(codes).sum()
    won, lost = int((nets > 0).sum()), int((nets < 0).sum())
    chance = float(binomtest(won, won + lost, alternative="greater").pvalue) if won + lost else 1.0
    leads = "model" if chance <= MAX_CHANCE and learned.sum() > rules.sum() else "rules"
    of_rules, of_model = (round(float(hits.mean()), 3) for hits in (rules, learned))
    return Learning(leads, len(labelled), elsewhere, of_rules, of_model, round(chance, 4))


def _seen(judged: Judged) -> pd.DataFrame:
    """Return what the model sees of each contribution: its `text`, and by name its `traits`, from the rules' answer.

    ``rule>lead`` are votes, ``total>lead`` their sums; the others are scaled so that none is more than half a vote,
    which makes the regularisation restrain them more.
    """
    rows, votes = judged.contributions, strongest(judged.reasons)
    named = zip(votes["rule"] + ">" + votes["lead"], votes["weight"].astype(float), strict=True)
    by_id = {item: dict(pairs) for item, pairs in grouped(votes["id"], named).items()}
    totals: dict[Any, Any] = tally(judged.reasons).clip(-MAX_TOTAL, MAX_TOTAL).add_prefix("total>").to_dict("index")
    words = rows["title"].fillna("") + "\n" + rows["body"].fillna("") + "\n" + rows["remarks"].map("\n".join)
    text = words.str[:_MAX_CHARACTERS]
    lines = rows["additions"].fillna(0) + rows["deletions"].fillna(0)
    counts = {"files": rows["files"].map(len), "changed lines": lines.clip(0), "words": text.str.len() / 10}
    sizes = pd.DataFrame({name: np.log1p(count.to_numpy(dtype=float)) / 10 for name, count in counts.items()})
    cells = zip(rows["id"], rows["kind"], rows["activity"], rows_of(sizes), strict=True)
    traits = [
        by_id.get(item, {}) | totals.get(item, {}) | {f"kind={kind}": 0.5, f"activity={activity}": 0.5} | size
        for item, kind, activity, size in cells
    ]
    return pd.DataFrame({"traits": traits, "text": text.to_numpy()})


def _terms(text: str) -> list[str]:
    from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS

    words = [word for word in _TERM.findall(text.casefold()) if word not in ENGLISH_STOP_WORDS]
    # Every text has one empty term, so that a table without any words is no special case.
    return ["", *words, *(f"{first} {second}" for first, second in pairwise(words))]


class Model:
    """A multinomial logistic regression over the three leads, which explains itself by the rules' reasons.

    `unclear` is no class, since such contributions have nothing in common: what people call unclear counts as a third
    of each lead, which keeps probabilities low for similar ones, and the model abstains below a half.
    """

    def __init__(self, judged: Judged, word: Callable[[str], str] = str) -> None:
        # scikit-learn takes a second to load, so only those with labels wait for it.
        from sklearn.compose import ColumnTransformer
        from sklearn.feature_extraction import DictVectorizer
        from sklearn.feature_extraction.text import TfidfVectorizer

        # In an order of their own, so that the order of rows does not matter.
        order = judged.contributions["id"].map(casefold_id).sort_values(kind="stable").index
        self.examples = judged.contributions.loc[order]
        self._is_fact = self.examples["id"].isin(_facts(judged))
        self._word = word
        terms = TfidfVectorizer(analyzer=_terms, min_df=2, max_features=20_000, sublinear_tf=True)
        columns = [("trait", DictVectorizer(), "traits"), ("term", terms, "text")]
        self._features = ColumnTransformer(columns, sparse_threshold=1.0)
        self._matrix = self._features.fit_transform(_seen(Judged(self.examples, judged.reasons)))
        self._names = [name.partition("__")[::2] for name in self._features.get_feature_names_out()]

    def fit(self, given: pd.Series) -> "Model":
        """Learn from people's leads of the examples; those without one (missing) stand for the rules' answers."""
        from scipy.sparse import csr_matrix, vstack
        from sklearn.linear_model import LogisticRegression

        given = given.reindex(self.examples.index)
        is_label = given.notna().to_numpy()
        fading = _FEW / (_FEW + is_label.sum())
        weights = np.where(is_label, 1.0, self.examples["confidence"].to_numpy(dtype=float) * fading)
        leads = given.fillna(self.examples["lead"]).to_numpy()
        targets = np.array([leads == lead for lead in _NAMES], dtype=float).T
        targets[~targets.any(axis=1)] = 1 / len(LEADS)
        rows, classes = targets.nonzero()
        # A grain of every lead, so that one that nobody gave has coefficients too.
        values = vstack([self._matrix[rows], csr_matrix((len(LEADS), self._matrix.shape[1]))], format="csr")
        answers, counted = [*classes, *range(len(LEADS))], [*(targets[rows, classes] * weights[rows]), 0.01, 0.01, 0.01]
        self._regression = LogisticRegression(C=1.0, max_iter=1000).fit(values, answers, sample_weight=counted)
        coefficients = self._regression.coef_
        # In log-odds, as the rules' weights are: for a lead against the mean of the others.
        self._pull = (coefficients - coefficients.mean(axis=0)) * len(LEADS) / (len(LEADS) - 1)
        has_feature, labels = self._matrix[is_label] != 0, given.dropna().to_numpy()
        counts = np.array([has_feature[labels == str(lead)].sum(axis=0).A1 for lead in Lead])
        # What people mostly gave a lead to: more than half of those with a feature, and at least three.
        self._mostly = (counts >= 3) & (2 * counts > counts.sum(axis=0))
        return self

    def leads(self) -> pd.Series:
        """Return the model's leads of the examples."""
        answers = pd.Series(self._leads(self._matrix)[0], index=self.examples.index, dtype="str")
        return answers.mask(self._is_fact, self.examples["lead"])

    def _leads(self, features: "csr_matrix") -> tuple[list[str], Array]:
        """Return lead and probability of each row."""
        chances = self._regression.predict_proba(features)
        best = chances.max(axis=1)
        return np.where(best >= _ENOUGH, np.array(_NAMES)[chances.argmax(axis=1)], str(Lead.UNCLEAR)).tolist(), best

    def answer(self, judged: Judged, labels: Collection[str]) -> Judged:
        """Return what the rules answer, with the model's answers where there is no label and no fact settles it."""
        asked = ~judged.contributions["id"].map(casefold_id).isin(labels) & ~judged.contributions["id"].isin(
            _facts(judged)
        )
        if not asked.any():
            return judged
        contributions = judged.contributions.copy()
        rows = contributions[asked]
        mine = judged.reasons["id"].isin(rows["id"])
        reasons = judged.reasons[mine]
        features = self._features.transform(_seen(Judged(rows, reasons)))
        leads, chances = self._leads(features)
        plain = map(self._plain_reason, rows["id"], features, leads)
        firm = reasons[(reasons["weight"] > 0) & ~reasons["rule"].isin(THIN)]
        sums = pd.Series(tally(reasons).stack())
        sure = {*zip(firm["id"], firm["lead"], strict=True)} & {*sums.index[sums >= ENOUGH]}
        limits = [_HIGHEST if key in sure else _ALONE for key in zip(rows["id"], leads, strict=True)]
        confidences = np.where([lead == Lead.UNCLEAR for lead in leads], 0.5, np.minimum(chances, limits).round(2))
        for name, values in (("lead", leads), ("confidence", confidences), ("decided_by", "model")):
            contributions.loc[asked, name] = values
        learned = conform(pd.DataFrame([*filter(None, plain)], columns=[*REASONS]), REASONS)
        together = pd.concat([judged.reasons[~mine], self._weighted(reasons), learned], ignore_index=True)
        return Judged(contributions, sort_reasons(together, contributions["id"]), judged.notes)

    def _weighted(self, reasons: pd.DataFrame) -> pd.DataFrame:
        """Return reasons with the model's weights: a total's part is shared out by the rules' weights."""
        own = {
            name: self._pull[_NAMES.index(lead), place]
            for place, (sort, name) in enumerate(self._names)
            if sort == "trait" and (lead := name.rpartition(">")[2]) in _NAMES
        }
        sums = pd.Series(tally(reasons).stack())
        shares = (sums.clip(-MAX_TOTAL, MAX_TOTAL) / sums.where(sums != 0)).fillna(1.0).to_dict()
        share = [float(shares.get(key, 1.0)) for key in zip(reasons["id"], reasons["lead"], strict=True)]
        alone = (reasons["rule"] + ">" + reasons["lead"]).map(own).fillna(0.0)
        factor = alone + ("total>" + reasons["lead"]).map(own).fillna(0.0) * share
        weights = (factor * reasons["weight"].astype(float)).round(2)
        return reasons.assign(weight=weights.where(reasons["lead"].isin(LEADS), reasons["weight"]).astype("Float64"))

    def _plain_reason(self, item: str, values: "csr_matrix", lead: str) -> tuple[Any, ...] | None:
        """Return one sentence on what words and traits add to a lead, if it is worth saying; "mostly" is counted."""
        if lead not in _NAMES:
            return None
        best = _NAMES.index(lead)
        pull = {
            int(place): float(value * self._pull[best, place])
            for place, value in zip(values.indices, values.data, strict=True)
            if ">" not in self._names[place][1]
        }
        if (whole := round(sum(pull.values()), 2)) < _WORTH_SAYING:
            return None
        places = sorted(pull, key=lambda place: (-round(pull[place], 6), place))
        mostly = [self._names[place] for place in places if pull[place] > 0 and self._mostly[best, place]]
        terms = [name for sort, name in mostly if sort == "term" and name]
        words = [f'"{term}"' for term in terms if not any(other != term and other in term for other in terms)][:3]
        kinds = [name.removeprefix("kind=").replace("_", " ") for _, name in mostly if name.startswith("kind=")]
        told = "its kind, size and words resemble what people labelled"
        if words or kinds:
            what = f"words like {', '.join(words)}" if words else f"contributions of its kind ({kinds[0]})"
            told = f"people mostly labelled {what}"
        return item, "learned_from_labels", lead, whole, f"{told} {self._word(lead)}", ", ".join(words), None, False


def _facts(judged: Judged) -> set[str]:
    """Return the contributions that a fact of the guideline settles."""
    return set(judged.reasons.loc[judged.reasons["weight"].abs() >= _FACT, "id"])


def sort_reasons(reasons: pd.DataFrame, ids: pd.Series) -> pd.DataFrame:
    """Return reasons in the order of contributions, and the strongest of each first."""
    known = {item: place for place, item in enumerate(cells_of(ids))}
    places = [known[item] for item in cells_of(reasons["id"])]
    keys = pd.DataFrame({"place": places, "weight": -reasons["weight"].abs()}, reasons.index)
    return reasons.loc[keys.sort_values(["place", "weight"], kind="stable").index].reset_index(drop=True)
