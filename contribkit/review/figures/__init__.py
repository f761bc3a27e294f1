"""Figures: one style for all, each a function of a table; they work in any notebook."""

from contribkit.review.figures.bars import bar_figure, goal_figure
from contribkit.review.figures.heat import heat_figure
from contribkit.review.figures.leads import lead_figure
from contribkit.review.figures.shares import share_figure
from contribkit.review.figures.style import new_figure, picture, svg

__all__ = ["bar_figure", "goal_figure", "heat_figure", "lead_figure", "new_figure", "picture", "share_figure", "svg"]
