"""Figures: one style for all, each a function of a table; they work in any notebook."""

import io
import textwrap
from collections.abc import Iterable
from contextlib import AbstractContextManager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from contribkit.vocabulary import Activity, Lead

if TYPE_CHECKING:  # slow to import: what draws nothing, such as the command line, does without
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_WIDTH = 8.0  # inches: at 640 pixels a point is 1.1 pixels, so that 12 points stay readable
INK = "#222222"
_NEUTRAL = "#444444"  # of no lead
_FAINT = "#dddddd"
_MOST_COLUMNS = 14  # people side by side, so that their names stay readable


def _style() -> AbstractContextManager[None]:
    from matplotlib import rc_context

    return rc_context(_parameters())


@cache
def _parameters() -> Any:
    from matplotlib import rc_params_from_file

    return rc_params_from_file(Path(__file__).with_name("figures.mplstyle"), use_default_template=False)


@cache
def _figure_class() -> "type[Figure]":
    from matplotlib.figure import Figure

    class ReviewFigure(Figure):
        """A matplotlib figure that a notebook shows without pyplot."""

        def _repr_svg_(self) -> str:
            return svg(self)

    return ReviewFigure


def new_figure(height: float, title: str = "", columns: int = 1, **options: Any) -> "tuple[Figure, list[Axes]]":
    """Return an empty figure, `height` in inches, with its axes side by side; `options` are those of `subplots`."""
    with _style():
        figure = _figure_class()(figsize=(_WIDTH, height), layout="constrained")
        axes = figure.subplots(1, columns, squeeze=False, **options)
        if title:
            figure.suptitle(textwrap.fill(title, 75), ha="left", x=0.01, fontsize=13, fontweight="bold")
    return figure, list(axes[0])


def svg(figure: "Figure") -> str:
    """Return a figure as SVG, the same for the same numbers."""
    from matplotlib.backends.backend_svg import FigureCanvasSVG

    buffer, canvas, dpi = io.BytesIO(), figure.canvas, figure.dpi
    with _style():
        of_svg: Any = FigureCanvasSVG(figure)
        # Not `savefig`, which draws all twice to find the layout.
        of_svg.print_svg(buffer, metadata={"Date": None, "Creator": None})
    figure.set_canvas(canvas)
    figure.dpi = dpi
    return buffer.getvalue().decode("utf-8")


def bar_figure(names: list[str], counts: list[int], lead: Lead, unit: str, title: str) -> "Figure":
    """Draw one bar a name in the colour of a lead, from the top, with its count beside it."""
    figure, axes, places = _row_figure(names, 1.3, 0.42, unit, title)
    axes.barh(places, counts, height=0.62, color=lead.colour)
    _beside(axes, map(str, counts), counts, places)
    return figure


def goal_figure(goals: pd.DataFrame, unit: str, title: str, stroke: str = "target") -> "Figure":
    """Draw `done` against `target` (either may be missing), one line a `goal`; a stroke marks the target."""
    label = f"{unit}; the upright stroke is the {stroke}"
    figure, axes, places = _row_figure(list(goals["goal"]), 1.5, 0.5, label, title)
    lengths = goals["done"].fillna(0)
    axes.barh(places, lengths, height=0.5, color=Lead.UPSTREAM.colour)
    said = goals["done"].astype("object").where(goals["done"].notna(), "not known")
    for place, length, done, target in zip(places, lengths, said, goals["target"], strict=True):
        if not pd.isna(target):
            axes.plot([target, target], [place - 0.36, place + 0.36], color=INK, linewidth=2.5)
        words = f"{done} (no target)" if pd.isna(target) else f"{done} of {target:g}"
        _beside(axes, [words], [length if pd.isna(target) else max(length, target)], [place])
    axes.margins(x=0.18)
    axes.set_xlim(left=0)
    return figure


def activity_figure(
    table: pd.DataFrame, names: dict[str, str] | None, unit: str, title: str, title_of_names: str
) -> "Figure | None":
    """Draw counts by activity (the index), and by member (the columns) where their names may be shown."""
    if not len(table):
        return None
    if names is not None:
        empty = int((table == 0).to_numpy().sum())
        return heat_figure(table.rename(columns=names), f"{title_of_names}; {empty} of {table.size} cells are empty")
    words, counts = [Activity(name).word for name in table.index], table.sum(axis=1).tolist()
    return bar_figure(words, counts, Lead.UPSTREAM, unit, title)


def heat_figure(table: pd.DataFrame, title: str) -> "Figure":
    """Draw counts by activity (the index) and person (the columns; of many people the rows), empty cells too."""
    from matplotlib.colors import LinearSegmentedColormap
    from matplotlib.patches import Rectangle

    shown = table.rename(index=lambda name: Activity(name).word, columns=lambda name: _short(str(name), 18))
    shown = shown.T if shown.shape[1] > _MOST_COLUMNS else shown
    figure, (axes,) = new_figure(2.0 + 0.42 * len(shown), title)
    colours = LinearSegmentedColormap.from_list("upstream", ["#e3f4ee", Lead.UPSTREAM.colour])
    cells = shown.to_numpy(dtype=float)
    highest = max(1.0, cells.max(initial=0))
    for (place, column), count in np.ndenumerate(cells):
        face = colours(count / highest) if count else "white"
        cell = Rectangle((column - 0.46, place - 0.44), 0.92, 0.88, facecolor=face, edgecolor=_FAINT)
        axes.add_artist(cell).set_in_layout(False)  # as its number, it is inside: no need to look for room for each
        ink = "white" if count > 0.6 * highest else INK if count else "#767676"
        number = axes.text(column, place, f"{count:g}" if count else "·", ha="center", va="center", color=ink)
        number.set_in_layout(False)
    axes.set_xlim(-0.5, shown.shape[1] - 0.5)
    axes.set_ylim(len(shown) - 0.5, -0.5)
    axes.set_xticks(range(shown.shape[1]), shown.columns.tolist(), rotation=35, ha="right", rotation_mode="anchor")
    axes.set_yticks(range(len(shown)), shown.index.tolist())
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    return figure


def lead_figure(history: pd.DataFrame, words: dict[str, str], policy: float | None, title: str) -> "Figure":
    """Draw who led what over periods: counts as bars, beside them known upstream shares against the policy, if any."""
    has_shares = bool(history["upstream_share"].notna().any())
    columns = {"width_ratios": [2.4, 1], "sharey": True} if has_shares else {}
    figure, axes = new_figure(1.9 + 0.5 * len(history), title, 1 + has_shares, **columns)
    places = list(range(len(history))[::-1])
    _stacked_counts(axes[0], history, places, words)
    if has_shares:
        _upstream_shares(axes[1], history.assign(place=places), words, policy)
    figure.legend(*axes[0].get_legend_handles_labels(), loc="outside lower left", ncols=4, frameon=False, fontsize=11)
    return figure


def _upstream_shares(axes: "Axes", history: pd.DataFrame, words: dict[str, str], policy: float | None) -> None:
    shown = history[history["upstream_share"].notna()]
    _intervals(axes, shown.rename(columns={"upstream_share": "share"}), list(shown["place"]), Lead.UPSTREAM.colour)
    for place, share in zip(shown["place"], shown["upstream_share"], strict=True):
        at = (share * 100, place)
        axes.annotate(f"{share * 100:.0f} %", at, (0, 5), textcoords="offset points", ha="center", fontsize=11)
    if policy is not None:
        _mark_reference(axes, policy, f"policy {policy * 100:.0f} %")
    axes.set_xlim(0, 100)
    axes.set_xlabel(f"{words['upstream']}, % of both\n(95 % interval)")
    axes.tick_params(axis="y", length=0, labelleft=False)


def _stacked_counts(axes: "Axes", history: pd.DataFrame, places: list[int], words: dict[str, str]) -> None:
    left = pd.Series(0, index=history.index)
    longest = history[[str(lead) for lead in Lead]].sum(axis=1).max()
    for lead in Lead:
        counts = history[str(lead)]
        axes.barh(places, counts, left=left, height=0.62, color=lead.colour, label=f"{lead.shape} {words[lead]}")
        ink = "black" if lead is Lead.INDIVIDUAL else "white"
        for place, count, start in zip(places, counts, left, strict=True):
            if count > longest * (0.04 + 0.022 * len(str(count))):  # where the number fits in
                middle = start + count / 2, place
                axes.text(*middle, f"{lead.shape} {count}", ha="center", va="center", color=ink, fontsize=11)
        left = left + counts
    axes.set_yticks(places, history["period"])
    axes.tick_params(axis="y", length=0)
    axes.set_xlabel("contributions")
    _few_whole_ticks(axes)


def share_figure(shares: pd.DataFrame, reference: float, word: str, unit: str, title: str) -> "Figure":
    """Draw each `project`'s `Share`, of what `unit` says, against a reference share, which `word` names."""
    figure, axes, places = _row_figure(list(shares["project"]), 1.5, 0.42, f"{unit} (95 % interval)", title)
    _intervals(axes, shares, places, _NEUTRAL)
    _beside(axes, map("{} of {}".format, shares["part"], shares["whole"]), shares["high"] * 100, places)
    _mark_reference(axes, reference, word)
    axes.set_xlim(0, 118)  # room for the words beside a share of all
    axes.set_ylim(-0.6, len(shares) - 0.4)
    axes.set_xticks(range(0, 101, 25))
    return figure


def _intervals(axes: "Axes", shares: pd.DataFrame, places: list[int], colour: str) -> None:
    middle, left, right = (shares[name].astype(float) * 100 for name in ("share", "low", "high"))
    axes.hlines(places, left, right, color=colour, linewidth=2)
    axes.plot(middle, places, "o", color=colour, clip_on=False)


def _mark_reference(axes: "Axes", share: float, word: str) -> None:
    axes.axvline(share * 100, color=INK, linestyle="--", linewidth=1)
    above: dict[str, Any] = {"xycoords": ("data", "axes fraction"), "textcoords": "offset points"}
    axes.annotate(word, (share * 100, 1), (4, 2), fontsize=10, **above)


def _beside(axes: "Axes", words: Iterable[str], across: Iterable[float], places: list[int]) -> None:
    """Write words beside marks, over a line that may pass behind them."""
    box = {"facecolor": "white", "edgecolor": "none", "pad": 1}
    for text, x, place in zip(words, across, places, strict=True):
        axes.annotate(text, (x, place), (6, 0), textcoords="offset points", va="center", bbox=box)


def _row_figure(names: list[str], top: float, row: float, label: str, title: str) -> "tuple[Figure, Axes, list[int]]":
    """Return a figure of one row a name and the places of the rows from the top; `top` and `row` are in inches."""
    figure, (axes,) = new_figure(top + row * len(names), title)
    places = list(range(len(names))[::-1])
    axes.set_yticks(places, [textwrap.fill(_short(name, 64), 34) for name in names])
    axes.tick_params(axis="y", length=0)
    axes.set_xlabel(label)
    _few_whole_ticks(axes)
    return figure, axes, places


def _few_whole_ticks(axes: "Axes") -> None:
    from matplotlib.ticker import MaxNLocator

    axes.xaxis.set_major_locator(MaxNLocator(nbins=7, integer=True))


def _short(name: str, most: int) -> str:
    return name if len(name) <= most else name[: most - 1] + "…"
