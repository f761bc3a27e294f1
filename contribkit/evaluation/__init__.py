"""Evaluation: how far the leads can be believed, compared with what people said."""

from contribkit.evaluation.agreement import blind_sample, corrected_shares
from contribkit.evaluation.report import EvaluationQuestion, evaluate
from contribkit.evaluation.truth import read_labels, settled_labels

__all__ = ["EvaluationQuestion", "blind_sample", "corrected_shares", "evaluate", "read_labels", "settled_labels"]
