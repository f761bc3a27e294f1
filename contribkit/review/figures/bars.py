"""Counts as bars: alone, or against a target."""

from typing import TYPE_CHECKING

import pandas as pd

from contribkit.review.figures.style import INK, beside, named, new_figure, titled, whole_numbers
from contribkit.vocabulary import Lead

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def bar_figure(names: list[str], counts: list[int], lead: Lead, unit: str, title: str) -> "Figure":
    """Draw one bar a name, with its count beside it.

    Parameters
    ----------
    names, counts
        As many of each; drawn from the top.
    lead
        Whose colour the bars have.
    unit
        What is counted.
    title
        The finding.
    """
    figure, (axes,) = new_figure(1.3 + 0.42 * len(names))
    places = range(len(names))[::-1]
    axes.barh(places, counts, height=0.62, color=lead.colour)
    for place, count in zip(places, counts, strict=True):
        beside(axes, str(count), count, place)
    named(axes, names, list(places))
    axes.set_xlabel(unit)
    whole_numbers(axes)
    titled(figure, title)
    return figure


def goal_figure(goals: pd.DataFrame, unit: str, title: str, stroke: str = "target") -> "Figure":
    """Draw done against target, one line a goal; the table is that of `sharing.goal_table`, the stroke its target."""
    figure, (axes,) = new_figure(1.5 + 0.5 * len(goals))
    places = range(len(goals))[::-1]
    axes.barh(places, goals["done"], height=0.5, color=Lead.UPSTREAM.colour)
    for place, done, target in zip(places, goals["done"], goals["target"], strict=True):
        known = target is not pd.NA
        if known:
            axes.plot([target, target], [place - 0.36, place + 0.36], color=INK, linewidth=2.5)
        words = f"{done} of {target:g}" if known else f"{done} (no target)"
        beside(axes, words, max(done, target if known else 0), place)
    named(axes, list(goals["goal"]), list(places))
    axes.set_xlabel(f"{unit}; the upright stroke is the {stroke}")
    axes.margins(x=0.18)
    axes.set_xlim(left=0)
    whole_numbers(axes)
    titled(figure, title)
    return figure
