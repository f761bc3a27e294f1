"""Evaluation: how far the leads can be believed, compared with what people said."""

from contribkit.evaluation.agreement import blind_sample, corrected_shares
from contribkit.evaluation.report import Evaluation, evaluate, section
from contribkit.evaluation.truth import Truth

__all__ = ["Evaluation", "Truth", "blind_sample", "corrected_shares", "evaluate", "section"]
