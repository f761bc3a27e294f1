"""How each rule does: how often it speaks, with and against others, and how often it is right."""

from collections import defaultdict
from typing import Any, NamedTuple

import pandas as pd

from contribkit.ids import casefold_id
from contribkit.vocabulary import LEADS

_PEOPLE = "label"  # what `classify` calls people's own decision, which is no rule


class _Vote(NamedTuple):
    """What a rule says of one contribution: for a lead, or against it."""

    rule: str
    against: bool
    lead: str

    def contradicts(self, other: "_Vote") -> bool:
        """Say whether both cannot be right: for two leads, or for and against one."""
        if self.against and other.against:
            return False
        return (self.lead == other.lead) if self.against != other.against else self.lead != other.lead


def rule_table(judged: pd.DataFrame, truth: pd.DataFrame) -> pd.DataFrame:
    """Return coverage, overlap, conflict and accuracy of each rule.

    As `snorkel.labeling.LFAnalysis` defines them (Ratner et al. 2017, doi:10.14778/3157794.3157797), of `n` rows
    (https://snorkel.readthedocs.io/en/latest/packages/_autosummary/labeling/snorkel.labeling.LFAnalysis.html):

    - coverage: rows on which the rule speaks / n;
    - overlap: rows on which it speaks and another rule does too / n;
    - conflict: rows on which it speaks and another rule speaks for another lead / n;
    - accuracy: of the labelled rows on which it speaks, those on which it is right.

    Our rules differ from Snorkel's in two ways. One may speak for several leads: on each row its strongest reason is
    its vote. And one may speak *against* a lead (negative weight): that is a line of its own, right where the truth is
    another lead, and in conflict with a rule that speaks for the lead. Rows that are truly `unclear` have no vote that
    would be right, and are left out of accuracy, not of the rest.

    Parameters
    ----------
    judged
        What `contribkit.classify` says; `id` and `reasons` are read.
    truth
        `Truth.table`.

    Returns
    -------
    pandas.DataFrame
        One row a rule, the most frequent first: `rule`, `leads` (which it spoke for, or against), `against` (bool),
        `rows` (int), `coverage`, `overlap`, `conflict` (float), `labelled` (int), `right` (int), `accuracy` (float,
        missing where none of its rows is labelled).

    Examples
    --------
    >>> reasons = [{"rule": "upkeep", "lead": "upstream", "weight": 1.2}, {"rule": "tracker", "lead": "stakeholder",
    ...             "weight": 2.0}]
    >>> judged = pd.DataFrame({"id": ["o/r#1@ada:review", "o/r#2@ada:review"], "reasons": [reasons, reasons[:1]]})
    >>> truth = pd.DataFrame({"id": ["o/r#1@ada:review"], "lead": ["stakeholder"]})
    >>> rule_table(judged, truth)[["rule", "coverage", "conflict", "accuracy"]].to_numpy().tolist()
    [['upkeep', 1.0, 0.5, 0.0], ['tracker', 0.5, 0.5, 1.0]]
    """
    true = {casefold_id(item): lead for item, lead in zip(truth["id"], truth["lead"], strict=True) if lead in LEADS}
    tallies: dict[tuple[str, bool], _Tally] = defaultdict(_Tally)
    for item, reasons in zip(judged["id"], judged["reasons"], strict=True):
        votes = _votes(reasons)
        for vote in votes:
            tallies[vote.rule, vote.against].add(vote, votes, true.get(casefold_id(item)))
    rows = [tally.row(rule, against, len(judged)) for (rule, against), tally in tallies.items()]
    table = pd.DataFrame(rows, columns=list(_Tally().row("", False, 1)))
    table = table.astype({"rule": "str", "leads": "str", "against": bool, "accuracy": float})
    return table.sort_values("rows", ascending=False, kind="stable", ignore_index=True)


class _Tally:
    """What is counted of one rule."""

    def __init__(self) -> None:
        self.leads: dict[str, None] = {}
        self.spoken = self.with_others = self.in_conflict = self.labelled = self.right = 0

    def add(self, vote: _Vote, votes: list[_Vote], true: str | None) -> None:
        others = [other for other in votes if other.rule != vote.rule]
        self.leads[vote.lead] = None
        self.spoken += 1
        self.with_others += bool(others)
        self.in_conflict += any(vote.contradicts(other) for other in others)
        self.labelled += true is not None
        self.right += true is not None and (true == vote.lead) != vote.against

    def row(self, rule: str, against: bool, total: int) -> dict[str, Any]:
        return {
            "rule": rule,
            "leads": ", ".join(lead for lead in LEADS if lead in self.leads),
            "against": against,
            "rows": self.spoken,
            "coverage": self.spoken / total,
            "overlap": self.with_others / total,
            "conflict": self.in_conflict / total,
            "labelled": self.labelled,
            "right": self.right,
            "accuracy": self.right / self.labelled if self.labelled else None,
        }


def _votes(reasons: list[dict[str, Any]]) -> list[_Vote]:
    """Return one vote a rule and side: its strongest reason's."""
    strongest: dict[tuple[str, bool], tuple[float, _Vote]] = {}
    for reason in reasons:
        weight, rule = float(reason["weight"]), str(reason["rule"])
        if rule == _PEOPLE or not weight:
            continue
        place = (rule, weight < 0)
        if abs(weight) > strongest.get(place, (0.0, None))[0]:
            strongest[place] = abs(weight), _Vote(rule, weight < 0, str(reason["lead"]))
    return [vote for _, vote in strongest.values()]
