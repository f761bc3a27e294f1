"""Evaluation: how far the leads can be believed, against what people said."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from contribkit.evaluation.audit import corrected_shares
    from contribkit.evaluation.folds import cross_validated
    from contribkit.evaluation.notebook import section
    from contribkit.evaluation.report import Evaluation, evaluate
    from contribkit.evaluation.truth import Truth

__all__ = ["Evaluation", "Truth", "corrected_shares", "cross_validated", "evaluate", "section"]

# Found when first asked for: scikit-learn, nltk and matplotlib take seconds to load.
_PLACES = {
    "Evaluation": "report",
    "Truth": "truth",
    "corrected_shares": "audit",
    "cross_validated": "folds",
    "evaluate": "report",
    "section": "notebook",
}


def __getattr__(name: str) -> Any:
    if name in _PLACES:
        return getattr(import_module(f"contribkit.evaluation.{_PLACES[name]}"), name)
    raise AttributeError(f"module 'contribkit.evaluation' has no attribute {name!r}")
