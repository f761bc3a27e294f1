"""Counts by activity and person as a heat map."""

from typing import TYPE_CHECKING, Any

import pandas as pd

from contribkit.review.figures.style import INK, new_figure, short, titled
from contribkit.vocabulary import Activity, Lead

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from matplotlib.patches import Patch
    from matplotlib.typing import ColorType
    from numpy import ndarray

_FAINT = "#dddddd"
_MOST_COLUMNS = 14  # people side by side, so that their names stay readable


def heat_figure(table: pd.DataFrame, title: str) -> "Figure":
    """Draw counts by activity and person; empty cells stay visible as such.

    Parameters
    ----------
    table
        Indexed by activity, a column a person; the table of `sharing.activity_by_member`. Many people are drawn one
        below the other, since they would not fit side by side.
    title
        The finding.
    """
    activities = [Activity(name).word for name in table.index]
    people = [short(str(name), 18) for name in table.columns]
    values = table.to_numpy(dtype=float)
    if len(people) > _MOST_COLUMNS:
        return _cells(values.T, people, activities, title)
    return _cells(values, activities, people, title)


def _cells(values: "ndarray[Any, Any]", names: list[str], columns: list[str], title: str) -> "Figure":
    from matplotlib.colors import LinearSegmentedColormap

    figure, (axes,) = new_figure(2.0 + 0.42 * len(names))
    colours = LinearSegmentedColormap.from_list("upstream", ["#e3f4ee", Lead.UPSTREAM.colour])
    highest = max(1.0, values.max(initial=0))
    for place, row in enumerate(values):
        for column, count in enumerate(row):
            face = colours(count / highest) if count else "white"
            axes.add_patch(_cell(column, place, face))
            ink = "white" if count > 0.6 * highest else INK if count else "#767676"
            axes.text(column, place, f"{count:g}" if count else "·", ha="center", va="center", color=ink)
    axes.set_xlim(-0.5, len(columns) - 0.5)
    axes.set_ylim(len(names) - 0.5, -0.5)
    axes.set_xticks(range(len(columns)), columns, rotation=35, ha="right", rotation_mode="anchor")
    axes.set_yticks(range(len(names)), names)
    axes.tick_params(length=0)
    for spine in axes.spines.values():
        spine.set_visible(False)
    titled(figure, title)
    return figure


def _cell(column: int, place: int, face: "ColorType") -> "Patch":
    from matplotlib.patches import Rectangle

    return Rectangle((column - 0.46, place - 0.44), 0.92, 0.88, facecolor=face, edgecolor=_FAINT)
