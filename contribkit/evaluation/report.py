"""The report: everything that is asked of an evaluation, as tables and as JSON."""

from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from contribkit.evaluation.agreement import Agreement, agreement
from contribkit.evaluation.audit import Corrected, blind_sample, corrected_shares
from contribkit.evaluation.calibration import calibration_table
from contribkit.evaluation.folds import fold_table
from contribkit.evaluation.pairs import is_decided, pairs_of
from contribkit.evaluation.rule_scores import rule_table
from contribkit.evaluation.scores import confusion, nested, score_table
from contribkit.evaluation.truth import Truth
from contribkit.evaluation.weights import left_out_scores
from contribkit.ids import parse_contribution_id, repository_of
from contribkit.labels import Labels
from contribkit.tables import records
from contribkit.text import pluralise
from contribkit.vocabulary import LEADS

VERSION = 1
"""Version of the JSON; it grows when a program that reads it would have to change."""


@dataclass(frozen=True)
class Evaluation:
    """What an evaluation found; each table says in its function what it holds.

    Attributes
    ----------
    pairs
        See `pairs.pairs_of`.
    scores
        See `scores.score_table`.
    confusion
        See `scores.confusion`.
    calibration
        See `calibration.calibration_table`.
    agreement
        See `agreement.agreement`.
    rules
        See `rule_scores.rule_table`.
    folds
        See `folds.fold_table`.
    left_out
        See `weights.left_out_scores`.
    corrected
        See `audit.corrected_shares`.
    notes
        Sentences on what was left out, and what to beware of.
    """

    pairs: pd.DataFrame
    scores: pd.DataFrame
    confusion: pd.DataFrame
    calibration: pd.DataFrame
    agreement: Agreement
    rules: pd.DataFrame
    folds: pd.DataFrame
    left_out: pd.DataFrame | None
    corrected: Corrected
    notes: list[str]

    def figure(self, name: str, lead: str | None = None) -> dict[str, Any]:
        """Return one row of the scores: `value`, `low`, `high` (None where missing) and `n`."""
        mine = self.scores["lead"].isna() if lead is None else self.scores["lead"] == lead
        (row,) = records(self.scores[mine & (self.scores["figure"] == name)])
        return row

    def with_notes(self, notes: list[str]) -> "Evaluation":
        """Return the same with further sentences before its own."""
        return replace(self, notes=[*notes, *self.notes])

    def as_json(self) -> dict[str, Any]:
        """Return everything as JSON knows it; `figures` has the keys of ``score.py``."""
        corrected = self.corrected
        return {
            "schema_version": VERSION,
            "rows": len(self.pairs),
            "threads": int(self.pairs["thread"].nunique()),
            "figures": nested(self.scores),
            "scores": [_rounded(row) for row in records(self.scores)],
            "confusion": {str(lead): row.astype(int).to_dict() for lead, row in self.confusion.iterrows()},
            "calibration": [_rounded(row) for row in records(self.calibration)],
            "agreement": _rounded(self.agreement.as_json()),
            "rules": [_rounded(row) for row in records(self.rules)],
            "folds": [_rounded(row) for row in records(self.folds)],
            "left_out": None if self.left_out is None else nested(self.left_out),
            "corrected_shares": {
                "leads": None if corrected.table is None else records(corrected.table),
                "upstream_share": corrected.upstream_share and corrected.upstream_share._asdict(),
                "sampled": corrected.sampled,
                "reason": corrected.reason,
            },
            "notes": self.notes,
        }


def _rounded(row: dict[str, Any]) -> dict[str, Any]:
    return {name: round(value, 3) if isinstance(value, float) else value for name, value in row.items()}


def evaluate(judged: pd.DataFrame, truth: Truth | Labels | pd.DataFrame, draws: int = 1000) -> Evaluation:
    """Compare what was answered with what people said.

    Parameters
    ----------
    judged
        What `contribkit.classify` says **without** labels. Rows that people decided are no answers, and are left out.
    truth
        A `Truth`, the label logs, or a table with `id` and `lead`, and `activity` and `stakeholder` where known.
    draws
        Of the bootstrap.

    Returns
    -------
    Evaluation

    Raises
    ------
    ContribkitError
        Where no label is for any of the contributions.

    Examples
    --------
    >>> import contribkit as ck
    >>> rows = pd.DataFrame([{"id": "o/r#1@ada-example:pull_request", "kind": "pull_request", "title": "Fix the CI"}])
    >>> judged = ck.classify(rows, None, ck.Organisation.read_sample())
    >>> found = evaluate(judged, rows[["id"]].assign(lead="upstream"), draws=10)
    >>> found.figure("coverage")["n"], found.agreement.reason
    (1, 'only settled labels are known, not who gave them')
    """
    machine = judged[judged["decided_by"] != "person"] if "decided_by" in judged else judged
    known = _truth(truth).known_in(machine["id"])
    labels = known.labels
    pairs = pairs_of(machine, known.table)
    unknown = Agreement(0, 0, None, None, pd.DataFrame(), "only settled labels are known, not who gave them")
    sample = blind_sample(labels) if labels else known.table[:0]
    notes = [*known.notes, *cautions(pairs)]
    if len(machine) < len(judged):
        notes.append(
            f"left out: {pluralise(len(judged) - len(machine), 'contribution')} that people decided, which is no answer"
        )
    return Evaluation(
        pairs=pairs,
        scores=score_table(pairs, draws),
        confusion=confusion(pairs),
        calibration=calibration_table(pairs),
        agreement=agreement(labels) if labels else unknown,
        rules=rule_table(machine, known.table) if "reasons" in machine else pd.DataFrame(),
        folds=fold_table(pairs),
        left_out=_left_out(machine, known.table),
        corrected=corrected_shares(judged, sample),
        notes=notes,
    )


def _left_out(machine: pd.DataFrame, truth: pd.DataFrame) -> pd.DataFrame | None:
    if "reasons" not in machine:
        return None
    said = truth.assign(key=truth["id"].str.casefold()).drop_duplicates("key").set_index("key")
    keys = machine["id"].str.casefold()
    labelled = machine[keys.isin(said.index) & ~keys.duplicated()]
    repositories = labelled["id"].map(lambda name: repository_of(parse_contribution_id(name)[0]) or "")
    return left_out_scores(labelled, said.reindex(labelled["id"].str.casefold()).reset_index(drop=True), repositories)


def _truth(truth: Truth | Labels | pd.DataFrame) -> Truth:
    if isinstance(truth, Labels):
        return Truth.from_labels(truth)
    return truth if isinstance(truth, Truth) else Truth.of(records(truth))


def cautions(pairs: pd.DataFrame) -> list[str]:
    """Return sentences on rows that make a figure say less than it seems to; they name no contribution."""
    decided = pairs[is_decided(pairs)]
    if not len(decided):
        return ["no row is labelled as led by anybody: only abstention can be told"]
    found = []
    absent = [str(lead) for lead in LEADS if not (decided["truth"] == lead).any()]
    if absent:
        found.append(f"no row is labelled {' or '.join(absent)}: the macro-F1 counts what is absent as 0")
    if len(pairs) < 30:
        found.append(f"{len(pairs)} labelled rows are few: look at the intervals before the figures")
    if decided["thread"].nunique() < 2:
        found.append("all rows are of one thread: there are no intervals to speak of")
    return found
