"""Figures: one style for all, each a function of a table; they work in any notebook."""

import io
import textwrap
from typing import Any

import pandas as pd
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.ticker import MaxNLocator

from contribkit.vocabulary import Activity, Lead

_WIDTH = 8.0  # inches: at 640 pixels a point is 1.1 pixels, so that 12 points stay readable
INK = "#222222"
_NEUTRAL = "#444444"  # of no lead
_FAINT = "#dddddd"
_MOST_COLUMNS = 14  # people side by side, so that their names stay readable
_STYLE: Any = {
    "font.size": 12,
    "font.family": "DejaVu Sans",  # comes with matplotlib: the same on every machine, and knows ◆ ● ▲
    "text.color": INK,
    "axes.labelcolor": INK,
    "axes.edgecolor": "#999999",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "xtick.color": INK,
    "ytick.color": INK,
    "figure.facecolor": "white",
    "svg.hashsalt": "contribkit",  # the same file for the same numbers
    "svg.fonttype": "path",
    "text.parse_math": False,  # a "$" in somebody's name is a dollar
}


class ReviewFigure(Figure):
    """A matplotlib figure that a notebook shows without pyplot."""

    def _repr_svg_(self) -> str:
        return svg(self)


def new_figure(height: float, columns: int = 1, **options: Any) -> tuple[Figure, list[Axes]]:
    """Return an empty figure in the style of all, of full width, with its axes side by side.

    Parameters
    ----------
    height
        In inches.
    columns
        How many axes.
    options
        For `matplotlib.figure.Figure.subplots`.
    """
    with rc_context(_STYLE):
        figure = ReviewFigure(figsize=(_WIDTH, height), layout="constrained")
        axes = figure.subplots(1, columns, squeeze=False, **options)
    return figure, list(axes[0])


def svg(figure: Figure) -> str:
    """Return a figure as SVG, the same for the same numbers."""
    buffer = io.BytesIO()
    with rc_context(_STYLE):
        figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
    return buffer.getvalue().decode("utf-8")


def bar_figure(names: list[str], counts: list[int], lead: Lead, unit: str, title: str) -> Figure:
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
    figure, axes, places = _row_figure(names, 1.3, 0.42, unit, title)
    axes.barh(places, counts, height=0.62, color=lead.colour)
    for place, count in zip(places, counts, strict=True):
        _beside(axes, str(count), count, place)
    _whole_numbers(axes)
    return figure


def goal_figure(goals: pd.DataFrame, unit: str, title: str, stroke: str = "target") -> Figure:
    """Draw done against target, one line a goal.

    Parameters
    ----------
    goals
        `goal` (str), `done` (int), `target` (float, missing where there is none).
    unit
        What is counted.
    title
        The finding.
    stroke
        What the upright stroke at a target is called.
    """
    label = f"{unit}; the upright stroke is the {stroke}"
    figure, axes, places = _row_figure(list(goals["goal"]), 1.5, 0.5, label, title)
    axes.barh(places, goals["done"], height=0.5, color=Lead.UPSTREAM.colour)
    for place, done, target in zip(places, goals["done"], goals["target"], strict=True):
        if target is pd.NA:
            _beside(axes, f"{done} (no target)", done, place)
        else:
            axes.plot([target, target], [place - 0.36, place + 0.36], color=INK, linewidth=2.5)
            _beside(axes, f"{done} of {target:g}", max(done, target), place)
    axes.margins(x=0.18)
    axes.set_xlim(left=0)
    _whole_numbers(axes)
    return figure


def heat_figure(table: pd.DataFrame, title: str) -> Figure:
    """Draw counts by activity and person; empty cells stay visible as such.

    Parameters
    ----------
    table
        Indexed by activity, a column a person. Many people are drawn one below the other, since they would not fit
        side by side.
    title
        The finding.
    """
    activities = [Activity(name).word for name in table.index]
    people = [_short(str(name), 18) for name in table.columns]
    values = table.to_numpy(dtype=float)
    names, columns = (people, activities) if len(people) > _MOST_COLUMNS else (activities, people)
    cells = values.T if len(people) > _MOST_COLUMNS else values
    figure, (axes,) = new_figure(2.0 + 0.42 * len(names))
    colours = LinearSegmentedColormap.from_list("upstream", ["#e3f4ee", Lead.UPSTREAM.colour])
    highest = max(1.0, cells.max(initial=0))
    for place, row in enumerate(cells):
        for column, count in enumerate(row):
            face = colours(count / highest) if count else "white"
            axes.add_patch(Rectangle((column - 0.46, place - 0.44), 0.92, 0.88, facecolor=face, edgecolor=_FAINT))
            ink = "white" if count > 0.6 * highest else INK if count else "#767676"
            axes.text(column, place, f"{count:g}" if count else "·", ha="center", va="center", color=ink)
    axes.set_xlim(-0.5, len(columns) - 0.5)
    axes.set_ylim(len(names) - 0.5, -0.5)
    axes.set_xticks(range(len(columns)), columns, rotation=35, ha="right", rotation_mode="anchor")
    axes.set_yticks(range(len(names)), names)
    axes.tick_params(length=0)
    for spine in axes.spines.values():
        spine.set_visible(False)
    set_title(figure, title)
    return figure


def lead_figure(history: pd.DataFrame, words: dict[str, str], policy: float | None, title: str) -> Figure:
    """Draw who led what over periods: counts as bars, beside them the upstream share against the policy.

    Parameters
    ----------
    history
        One row a period, oldest first: `period` (str), a column a lead (int), and `upstream_share`, `low`, `high`
        (float, of stakeholder- and upstream-led work; missing where there is none).
    words
        The word people see for each lead.
    policy
        The share wanted, or None.
    title
        The finding.
    """
    figure, (bars, shares) = new_figure(1.9 + 0.5 * len(history), 2, width_ratios=[2.4, 1], sharey=True)
    places = list(range(len(history))[::-1])
    _stacked_counts(bars, history, places, words)
    _upstream_shares(shares, history, places, policy, words)
    figure.legend(*bars.get_legend_handles_labels(), loc="outside lower left", ncols=4, frameon=False, fontsize=11)
    set_title(figure, title)
    return figure


def _stacked_counts(axes: Axes, history: pd.DataFrame, places: list[int], words: dict[str, str]) -> None:
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
    _whole_numbers(axes)


def _upstream_shares(
    axes: Axes, history: pd.DataFrame, places: list[int], policy: float | None, words: dict[str, str]
) -> None:
    known = history["upstream_share"].notna()
    spots = [place for place, is_known in zip(places, known, strict=True) if is_known]
    shown = history[known].astype({"upstream_share": float, "low": float, "high": float})
    axes.hlines(spots, shown["low"] * 100, shown["high"] * 100, color=Lead.UPSTREAM.colour, linewidth=2)
    axes.plot(shown["upstream_share"] * 100, spots, "o", color=Lead.UPSTREAM.colour, clip_on=False)
    for spot, share in zip(spots, shown["upstream_share"], strict=True):
        axes.annotate(
            f"{share * 100:.0f} %", (share * 100, spot), (0, 5), textcoords="offset points", ha="center", fontsize=11
        )
    if policy is not None:
        _mark_reference(axes, policy, f"policy {policy * 100:.0f} %")
    axes.set_xlim(0, 100)
    axes.set_xlabel(f"{words['upstream']}, % of both\n(95 % interval)")
    axes.tick_params(axis="y", length=0, labelleft=False)


def share_figure(shares: pd.DataFrame, reference: float, word: str, unit: str, title: str) -> Figure:
    """Draw shares with their intervals, one line a name, against a reference.

    Parameters
    ----------
    shares
        `project` (str), `part`, `whole` (int), `share`, `low`, `high` (float).
    reference, word
        A share that is drawn as a line, and what it is called.
    unit
        What shares are of.
    title
        The finding.
    """
    label = f"{unit} (95 % interval)"
    figure, axes, places = _row_figure(list(shares["project"]), 1.5, 0.42, label, title)
    axes.hlines(places, shares["low"] * 100, shares["high"] * 100, color=_NEUTRAL, linewidth=2)
    axes.plot(shares["share"] * 100, places, "o", color=_NEUTRAL, clip_on=False)
    for place, part, whole, high in zip(places, shares["part"], shares["whole"], shares["high"], strict=True):
        _beside(axes, f"{part} of {whole}", high * 100, place)
    _mark_reference(axes, reference, word)
    axes.set_xlim(0, 118)  # room for the words beside a share of all
    axes.set_ylim(-0.6, len(shares) - 0.4)
    axes.set_xticks(range(0, 101, 25))
    return figure


def set_title(figure: Figure, title: str) -> None:
    """Write the finding above a figure."""
    figure.suptitle(textwrap.fill(title, 82), ha="left", x=0.01, fontsize=13, fontweight="bold")


def title_of(figure: Figure) -> str:
    """Return the finding above a figure, on one line."""
    return " ".join(figure.get_suptitle().split())


def _mark_reference(axes: Axes, share: float, word: str) -> None:
    axes.axvline(share * 100, color=INK, linestyle="--", linewidth=1)
    axes.annotate(
        word, (share * 100, 1), (4, 2), xycoords=("data", "axes fraction"), textcoords="offset points", fontsize=10
    )


def _beside(axes: Axes, words: str, across: float, up: float) -> None:
    """Write words beside a mark, over a line that may pass behind them."""
    axes.annotate(
        words, (across, up), (6, 0), textcoords="offset points", va="center",
        bbox={"facecolor": "white", "edgecolor": "none", "pad": 1},
    )  # fmt: skip


def _row_figure(names: list[str], top: float, row: float, label: str, title: str) -> tuple[Figure, Axes, list[int]]:
    """Return a figure of one row a name, long names in two lines, and the places of the rows from the top.

    `top` and `row` are heights in inches, `label` stands below.
    """
    figure, (axes,) = new_figure(top + row * len(names))
    places = list(range(len(names))[::-1])
    axes.set_yticks(places, [textwrap.fill(_short(name, 64), 34) for name in names])
    axes.tick_params(axis="y", length=0)
    axes.set_xlabel(label)
    set_title(figure, title)
    return figure, axes, places


def _whole_numbers(axes: Axes) -> None:
    axes.xaxis.set_major_locator(MaxNLocator(nbins=7, integer=True))


def _short(name: str, most: int) -> str:
    return name if len(name) <= most else name[: most - 1] + "…"
