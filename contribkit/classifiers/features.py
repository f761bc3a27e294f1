"""Features of the learned model: the votes of rules, a few plain traits, and words."""

import re
from collections import defaultdict
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from contribkit.classifiers.votes import strongest, tally
from contribkit.tables import Judged

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

_TERM = re.compile(r"[^\W\d_]{2,30}")  # words of any script
_MAX_CHARACTERS = 5000  # of a text; what comes later says little about why
MAX_TOTAL = 5.0
"""The most that the votes for a lead count: ten links say no more than five."""


def traits(judged: Judged) -> list[dict[str, float]]:
    """Return the features of each contribution apart from its words, by name.

    ``rule>lead`` are votes, ``total>lead`` their sums; the others are scaled so that none is more than half a vote,
    which makes the regularisation restrain them more.

    Parameters
    ----------
    judged
        Answered by the rules.

    Examples
    --------
    >>> row = {"id": "o/r#1@ada:issue", "kind": "issue", "activity": "ci"}
    >>> reasons = [{"rule": "upkeep", "lead": "upstream", "weight": 1.2}]
    >>> found = traits(Judged.of(pd.DataFrame([row | {"reasons": reasons}])))[0]
    >>> found["upkeep>upstream"], found["total>upstream"], found["kind=issue"], float(found["files"])
    (1.2, 1.2, 0.5, 0.0)
    """
    votes = strongest(judged.reasons)
    by_id: dict[str, dict[str, float]] = defaultdict(dict)
    for item, rule, lead, weight in zip(votes["id"], votes["rule"], votes["lead"], votes["weight"], strict=True):
        by_id[item][f"{rule}>{lead}"] = float(weight)
    sums = tally(judged.reasons).clip(-MAX_TOTAL, MAX_TOTAL).add_prefix("total>")
    for item, totals in zip(sums.index, sums.to_dict("records"), strict=True):
        by_id[item] |= {str(name): total for name, total in totals.items()}
    rows = judged.contributions
    lines = rows["additions"].fillna(0) + rows["deletions"].fillna(0)
    counts = (rows["files"].map(len), lines.clip(0), texts(rows).str.len() / 10)
    sizes = [np.log1p(count.to_numpy(dtype=float)) / 10 for count in counts]
    columns = zip(rows["id"], rows["kind"], rows["activity"], *sizes, strict=True)
    return [
        by_id.get(item, {})
        | {f"kind={kind}": 0.5, f"activity={activity}": 0.5, "files": files, "changed lines": changed, "words": words}
        for item, kind, activity, files, changed, words in columns
    ]


def texts(contributions: pd.DataFrame) -> pd.Series:
    """Return title, body and remarks of each contribution, at most 5,000 characters."""
    words = contributions["title"].fillna("") + "\n" + contributions["body"].fillna("")
    return (words + "\n" + contributions["remarks"].map("\n".join)).str[:_MAX_CHARACTERS]


class Features:
    """The columns of the model's matrix: traits, then terms (words and pairs of words, by TF-IDF).

    Parameters
    ----------
    named
        The `traits` of the contributions learned from.
    words
        Their `texts`.

    Attributes
    ----------
    names
        Of the columns.
    first_term
        The place of the first term; what is before it are traits.
    """

    def __init__(self, named: list[dict[str, float]], words: pd.Series) -> None:
        # scikit-learn takes a second to load, so only those with labels wait for it.
        from sklearn.feature_extraction import DictVectorizer
        from sklearn.feature_extraction.text import TfidfVectorizer

        # Every text has one empty term, so that a table without any words is no special case.
        self._terms = TfidfVectorizer(analyzer=_terms, min_df=2, max_features=20_000, sublinear_tf=True).fit(words)
        self._traits = DictVectorizer().fit(named)
        self.names = [*self._traits.get_feature_names_out(), *self._terms.get_feature_names_out()]
        self.first_term = len(self._traits.get_feature_names_out())

    def matrix(self, named: list[dict[str, float]], words: pd.Series) -> "csr_matrix":
        """Return one row per contribution, from its traits and its text."""
        from scipy.sparse import hstack

        return hstack([self._traits.transform(named), self._terms.transform(words)], format="csr")


def _terms(text: str) -> list[str]:
    from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS

    words = [word for word in _TERM.findall(text.casefold()) if word not in ENGLISH_STOP_WORDS]
    return ["", *words, *(f"{first} {second}" for first, second in pairwise(words))]
