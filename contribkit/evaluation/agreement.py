"""Agreement between people: whether the labels themselves can be believed."""

from collections import defaultdict
from dataclasses import asdict, dataclass, replace
from itertools import combinations
from typing import Any

import pandas as pd

from contribkit.labels import Labels
from contribkit.tables import records
from contribkit.vocabulary import Lead

Opinions = dict[str, dict[str, str]]
"""Lead by person, by contribution."""


@dataclass(frozen=True)
class Agreement:
    """How far people agree on leads.

    Attributes
    ----------
    people
        How many gave any label.
    rows
        How many contributions at least two of them labelled; every figure is of these.
    raw
        Of all pairs of opinions on one contribution, the share that says the same; every contribution weighs alike.
    alpha
        Krippendorff's alpha, nominal.
    pairs
        One row a pair of people with a contribution in common: `first`, `second` (str), `n` (int), `raw`, `kappa`
        (float).
    reason
        Why figures are missing, else empty.
    """

    people: int
    rows: int
    raw: float | None
    alpha: float | None
    pairs: pd.DataFrame
    reason: str = ""

    def as_json(self) -> dict[str, Any]:
        """Return the same as JSON knows it."""
        return asdict(self) | {"pairs": records(self.pairs)}


def agreement(labels: Labels) -> Agreement:
    """Return how far people agree, from their label logs.

    What counts is each person's last own opinion, `unclear` among them. An adjudication settles what was disputed with
    all opinions in sight, so it is no opinion of its own. Raw agreement flatters where one lead is frequent, so two
    figures take chance out:

    - Cohen's kappa for each pair of people, ``(p_o - p_e) / (1 - p_e)`` (Cohen 1960, doi:10.1177/001316446002000104),
      by scikit-learn;
    - Krippendorff's alpha, ``1 - D_o / D_e``, for any number of people, each of whom labelled what they labelled
      (Krippendorff 2011, https://repository.upenn.edu/asc_papers/43), by NLTK.

    Where fewer than two people labelled, or no two the same contribution, everything is missing. Where only one lead
    was ever said, chance cannot be told from agreement, and kappa and alpha are missing.

    Examples
    --------
    >>> def said(by, number, lead):
    ...     return {"v": 1, "id": f"{by}{number}", "at": "2026-10-01T10:00:00Z", "by": by, "op": "label",
    ...             "item": f"o/r#{number}@cy:review", "lead": lead}
    >>> found = agreement(Labels([said("ada", 1, "upstream"), said("bob", 1, "upstream"),
    ...                           said("ada", 2, "upstream"), said("bob", 2, "stakeholder")]))
    >>> found.people, found.rows, found.raw, found.alpha
    (2, 2, 0.5, 0.0)
    """
    opinions = own_opinions(labels)
    people = sorted({person for said in opinions.values() for person in said})
    shared = {item: said for item, said in opinions.items() if len(said) > 1}
    if len(people) < 2:
        return _missing(len(people), "fewer than two people gave labels")
    if not shared:
        return _missing(len(people), "no two people labelled the same contribution")
    raw = sum(_same(said) for said in shared.values()) / len(shared)
    one = len({lead for said in shared.values() for lead in said.values()}) == 1
    reason = "only one lead was ever said, so that chance cannot be told from agreement" if one else ""
    return Agreement(len(people), len(shared), raw, None if one else _alpha(shared), _pairs(shared, people), reason)


def own_opinions(labels: Labels) -> Opinions:
    """Return each person's own standing opinion by contribution, without adjudications."""
    # As a skip, an adjudication decides nothing and can still be undone.
    events = [event | {"op": "skip"} if event["op"] == "adjudicate" else event for event in labels.events]
    return {item: label.opinions for item, label in replace(labels, events=events).effective.items()}


def _missing(people: int, reason: str) -> Agreement:
    return Agreement(people, 0, None, None, _pair_table([]), reason)


def _same(said: dict[str, str]) -> float:
    both = list(combinations(said.values(), 2))
    return sum(first == second for first, second in both) / len(both)


def _alpha(shared: Opinions) -> float:
    from nltk.metrics.agreement import AnnotationTask

    data = [(person, item, lead) for item, said in shared.items() for person, lead in said.items()]
    return float(AnnotationTask(data).alpha())


def _pairs(shared: Opinions, people: list[str]) -> pd.DataFrame:
    common: dict[tuple[str, str], list[tuple[str, str]]] = defaultdict(list)
    for said in shared.values():
        for first, second in combinations(sorted(said, key=people.index), 2):
            common[first, second].append((said[first], said[second]))
    return _pair_table([_pair(*names, *map(list, zip(*leads, strict=True))) for names, leads in sorted(common.items())])


def _pair(first: str, second: str, ours: list[str], theirs: list[str]) -> tuple[Any, ...]:
    from sklearn.metrics import cohen_kappa_score

    raw = sum(a == b for a, b in zip(ours, theirs, strict=True)) / len(ours)
    # scikit-learn warns, and returns NaN, where both always said one and the same lead.
    told = len({*ours, *theirs}) > 1
    kappa = float(cohen_kappa_score(ours, theirs, labels=[str(lead) for lead in Lead])) if told else None
    return first, second, len(ours), raw, kappa


def _pair_table(rows: list[tuple[Any, ...]]) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=["first", "second", "n", "raw", "kappa"])
    return table.astype({"first": "str", "second": "str", "n": int, "raw": float, "kappa": float})
