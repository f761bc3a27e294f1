"""Shares with their intervals against a reference."""

from typing import TYPE_CHECKING

import pandas as pd

from contribkit.review.figures.style import beside, mark_reference, named, new_figure, titled

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_NEUTRAL = "#444444"  # of no lead


def share_figure(shares: pd.DataFrame, reference: float, word: str, unit: str, title: str) -> "Figure":
    """Draw shares with their intervals, one line a name, against a reference.

    Parameters
    ----------
    shares
        `project` (str), `part`, `whole` (int), `share`, `low`, `high` (float); see `projects.project_shares`.
    reference, word
        A share that is drawn as a line, and what it is called.
    unit
        What shares are of.
    title
        The finding.
    """
    figure, (axes,) = new_figure(1.5 + 0.42 * len(shares))
    places = list(range(len(shares))[::-1])
    axes.hlines(places, shares["low"] * 100, shares["high"] * 100, color=_NEUTRAL, linewidth=2)
    axes.plot(shares["share"] * 100, places, "o", color=_NEUTRAL, clip_on=False)
    for place, part, whole, high in zip(places, shares["part"], shares["whole"], shares["high"], strict=True):
        beside(axes, f"{part} of {whole}", high * 100, place)
    mark_reference(axes, reference, word)
    named(axes, list(shares["project"]), places)
    axes.set_xlim(0, 118)  # room for the words beside a share of all
    axes.set_ylim(-0.6, len(shares) - 0.4)
    axes.set_xticks(range(0, 101, 25))
    axes.set_xlabel(f"{unit} (95 % interval)")
    titled(figure, title)
    return figure
