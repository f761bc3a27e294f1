"""Who led a team's upstream contributions, and why: reviews for each period, in notebooks."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from contribkit.bulk import classify_files
    from contribkit.classifiers import classify
    from contribkit.config.organisation import Organisation
    from contribkit.errors import ContribkitError
    from contribkit.labels import Labels
    from contribkit.loaders import Data, Needs, load, load_needs
    from contribkit.period import Period
    from contribkit.pipeline import open_plan, open_review
    from contribkit.plan import Plan, SavedPlan, planned_section, read_planned
    from contribkit.rendering import render, render_plans
    from contribkit.review import Question, Review, read_summaries
    from contribkit.widgets.chooser import Chooser
    from contribkit.widgets.plan_table import PlanTable
    from contribkit.widgets.relabelling.relabel import Relabel
    from contribkit.widgets.set_up import SetUp

__version__ = "0.1.0"
__all__ = [
    "Chooser", "ContribkitError", "Data", "Labels", "Needs", "Organisation", "Period", "Plan", "PlanTable",
    "Question", "Relabel", "Review", "SavedPlan", "SetUp", "__version__", "classify", "classify_files", "load",
    "load_needs", "open_plan", "open_review", "planned_section", "read_planned", "read_summaries", "render",
    "render_plans",
]  # fmt: skip

# Found when first asked for: the command line's --help must not wait for pandas and matplotlib.
_NAMES = {
    "bulk": ["classify_files"], "classifiers": ["classify"], "config.organisation": ["Organisation"],
    "errors": ["ContribkitError"], "labels": ["Labels"], "loaders": ["Data", "Needs", "load", "load_needs"],
    "period": ["Period"],
    "pipeline": ["open_plan", "open_review"], "plan": ["Plan", "SavedPlan", "planned_section", "read_planned"],
    "rendering": ["render", "render_plans"], "review": ["Question", "Review", "read_summaries"],
    "widgets.chooser": ["Chooser"], "widgets.plan_table": ["PlanTable"], "widgets.relabelling.relabel": ["Relabel"],
    "widgets.set_up": ["SetUp"],
}  # fmt: skip
_PLACES = {name: place for place, names in _NAMES.items() for name in names}


def __getattr__(name: str) -> Any:
    if name in _PLACES:
        return getattr(import_module(f"contribkit.{_PLACES[name]}"), name)
    raise AttributeError(f"module 'contribkit' has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
