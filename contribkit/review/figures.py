"""Figures: one style for all, each a function of a table; they work in any notebook."""

import base64
import io
import textwrap
from typing import TYPE_CHECKING, Any

import pandas as pd

from contribkit.vocabulary import Activity, Lead

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.patches import Patch
    from matplotlib.typing import ColorType
    from numpy import ndarray

_WIDTH = 8.0  # inches: at 640 pixels a point is 1.1 pixels, so that 12 points stay readable
_INK, _FAINT = "#222222", "#dddddd"
_MOST_COLUMNS = 14  # people side by side, so that their names stay readable
_NEUTRAL = "#444444"  # of no lead
_STYLE: Any = {
    "font.size": 12,
    "font.family": "DejaVu Sans",  # comes with matplotlib: the same on every machine, and knows ◆ ● ▲
    "text.color": _INK,
    "axes.labelcolor": _INK,
    "axes.edgecolor": "#999999",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "xtick.color": _INK,
    "ytick.color": _INK,
    "figure.facecolor": "white",
    "svg.hashsalt": "contribkit",  # the same file for the same numbers
    "svg.fonttype": "path",
    "text.parse_math": False,  # a "$" in somebody's name is a dollar
}


def new_figure(height: float, columns: int = 1, **options: Any) -> "tuple[Figure, list[Axes]]":
    """Return an empty figure in the style of all, of full width, with its axes side by side; height in inches."""
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    with rc_context(_STYLE):
        figure = Figure(figsize=(_WIDTH, height), layout="constrained")
        axes = figure.subplots(1, columns, squeeze=False, **options)
    return figure, list(axes[0])


def picture(figure: "Figure", alt: str) -> str:
    """Return a figure as an HTML image that holds everything itself, with words for those who do not see it.

    Parameters
    ----------
    figure
        A matplotlib figure.
    alt
        What it shows, in a sentence.
    """
    from html import escape

    code = base64.b64encode(svg(figure).encode("utf-8")).decode("ascii")
    return f'<img alt="{escape(alt)}" src="data:image/svg+xml;base64,{code}">'


def svg(figure: "Figure") -> str:
    """Return a figure as SVG, the same for the same numbers."""
    from matplotlib import rc_context

    buffer = io.BytesIO()
    with rc_context(_STYLE):
        figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
    return buffer.getvalue().decode("utf-8")


def lead_figure(history: pd.DataFrame, words: dict[str, str], policy: float | None, title: str) -> "Figure":
    """Draw who led what over periods: counts as bars, beside them the upstream share against the policy.

    Parameters
    ----------
    history
        One row a period, oldest first: `period` (str), a column a lead (int), and `upstream_share`, `low`, `high`
        (float, of stakeholder-led and upstream-led work together; missing where there is none).
    words
        The word people see for each lead.
    policy
        The share wanted, or None.
    title
        The finding.
    """
    figure, (bars, shares) = new_figure(1.9 + 0.5 * len(history), 2, width_ratios=[2.4, 1], sharey=True)
    places = range(len(history))[::-1]
    left = pd.Series(0, index=history.index)
    longest = history[[str(lead) for lead in Lead]].sum(axis=1).max()
    for lead in Lead:
        counts = history[str(lead)]
        bars.barh(places, counts, left=left, height=0.62, color=lead.colour, label=f"{lead.shape} {words[lead]}")
        for place, count, start in zip(places, counts, left, strict=True):
            if count > longest * (0.04 + 0.022 * len(str(count))):  # where the number fits in
                colour = "black" if lead is Lead.INDIVIDUAL else "white"
                bars.text(
                    start + count / 2,
                    place,
                    f"{lead.shape} {count}",
                    ha="center",
                    va="center",
                    color=colour,
                    fontsize=11,
                )
        left = left + counts
    bars.set_yticks(list(places), history["period"])
    bars.tick_params(axis="y", length=0)
    bars.set_xlabel("contributions")
    _whole_numbers(bars)
    _share_axis(shares, history, list(places), policy, words)
    figure.legend(*bars.get_legend_handles_labels(), loc="outside lower left", ncols=4, frameon=False, fontsize=11)
    _titled(figure, title)
    return figure


def _share_axis(
    axes: "Axes", history: pd.DataFrame, places: list[int], policy: float | None, words: dict[str, str]
) -> None:
    known = history["upstream_share"].notna()
    spots = [place for place, is_known in zip(places, known, strict=True) if is_known]
    shown = history[known].astype({"upstream_share": float, "low": float, "high": float})
    axes.hlines(spots, shown["low"] * 100, shown["high"] * 100, color=Lead.UPSTREAM.colour, linewidth=2)
    axes.plot(shown["upstream_share"] * 100, spots, "o", color=Lead.UPSTREAM.colour)
    if policy is not None:
        _reference(axes, policy, f"policy {policy * 100:.0f} %")
    axes.set_xlim(0, 100)
    axes.set_xlabel(f"{words['upstream']}, % of the two\n(95 % interval)")
    axes.tick_params(axis="y", length=0, labelleft=False)


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
        axes.annotate(str(count), (count, place), (4, 0), textcoords="offset points", va="center")
    _named(axes, names, list(places))
    axes.set_xlabel(unit)
    _whole_numbers(axes)
    _titled(figure, title)
    return figure


def goal_figure(goals: pd.DataFrame, unit: str, title: str, stroke: str = "target") -> "Figure":
    """Draw done against target, one line a goal; the table is that of `sharing.goal_table`, the stroke its target."""
    figure, (axes,) = new_figure(1.5 + 0.5 * len(goals))
    places = range(len(goals))[::-1]
    axes.barh(places, goals["done"], height=0.5, color=Lead.UPSTREAM.colour)
    for place, done, target in zip(places, goals["done"], goals["target"], strict=True):
        known = target is not pd.NA
        if known:
            axes.plot([target, target], [place - 0.36, place + 0.36], color=_INK, linewidth=2.5)
        words = f"{done} of {target:g}" if known else f"{done} (no target)"
        axes.annotate(
            words, (max(done, target if known else 0), place), (7, 0), textcoords="offset points", va="center"
        )
    _named(axes, list(goals["goal"]), list(places))
    axes.set_xlabel(f"{unit}; the upright stroke is the {stroke}")
    axes.margins(x=0.18)
    axes.set_xlim(left=0)
    _whole_numbers(axes)
    _titled(figure, title)
    return figure


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
    axes.plot(shares["share"] * 100, places, "o", color=_NEUTRAL)
    for place, part, whole, high in zip(places, shares["part"], shares["whole"], shares["high"], strict=True):
        axes.annotate(f"{part} of {whole}", (high * 100, place), (7, 0), textcoords="offset points", va="center")
    _reference(axes, reference, word)
    _named(axes, list(shares["project"]), places)
    axes.set_xlim(0, 118)  # room for the words beside a share of all
    axes.set_ylim(-0.6, len(shares) - 0.4)
    axes.set_xticks(range(0, 101, 25))
    axes.set_xlabel(f"{unit} (95 % interval)")
    _titled(figure, title)
    return figure


def _reference(axes: "Axes", share: float, word: str) -> None:
    axes.axvline(share * 100, color=_INK, linestyle="--", linewidth=1)
    axes.annotate(
        word, (share * 100, 1), (4, 2), xycoords=("data", "axes fraction"), textcoords="offset points", fontsize=10
    )


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
    people = [_short(str(name), 18) for name in table.columns]
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
            ink = "white" if count > 0.6 * highest else _INK if count else "#767676"
            axes.text(column, place, f"{count:g}" if count else "·", ha="center", va="center", color=ink)
    axes.set_xlim(-0.5, len(columns) - 0.5)
    axes.set_ylim(len(names) - 0.5, -0.5)
    axes.set_xticks(range(len(columns)), columns, rotation=35, ha="right", rotation_mode="anchor")
    axes.set_yticks(range(len(names)), names)
    axes.tick_params(length=0)
    for spine in axes.spines.values():
        spine.set_visible(False)
    _titled(figure, title)
    return figure


def _cell(column: int, place: int, face: "ColorType") -> "Patch":
    from matplotlib.patches import Rectangle

    return Rectangle((column - 0.46, place - 0.44), 0.92, 0.88, facecolor=face, edgecolor=_FAINT)


def _named(axes: "Axes", names: list[str], places: list[int]) -> None:
    axes.set_yticks(places, [textwrap.fill(_short(name, 64), 34) for name in names])
    axes.tick_params(axis="y", length=0)


def _whole_numbers(axes: "Axes") -> None:
    from matplotlib.ticker import MaxNLocator

    axes.xaxis.set_major_locator(MaxNLocator(nbins=7, integer=True))


def _titled(figure: "Figure", title: str) -> None:
    figure.suptitle(textwrap.fill(title, 82), ha="left", x=0.01, fontsize=13, fontweight="bold")


def _short(name: str, most: int) -> str:
    return name if len(name) <= most else name[: most - 1] + "…"
