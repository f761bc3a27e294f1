"""The style of all figures, how they are written down, and what several of them draw alike."""

import base64
import io
import textwrap
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_WIDTH = 8.0  # inches: at 640 pixels a point is 1.1 pixels, so that 12 points stay readable
INK = "#222222"
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


def mark_reference(axes: "Axes", share: float, word: str) -> None:
    """Draw a line at a share, with its word above."""
    axes.axvline(share * 100, color=INK, linestyle="--", linewidth=1)
    axes.annotate(
        word, (share * 100, 1), (4, 2), xycoords=("data", "axes fraction"), textcoords="offset points", fontsize=10
    )


def beside(axes: "Axes", words: str, across: float, up: float) -> None:
    """Write words beside a mark, over a line that may pass behind them."""
    axes.annotate(
        words, (across, up), (6, 0), textcoords="offset points", va="center",
        bbox={"facecolor": "white", "edgecolor": "none", "pad": 1},
    )  # fmt: skip


def named(axes: "Axes", names: list[str], places: list[int]) -> None:
    """Write names down the left side, long ones in two lines."""
    axes.set_yticks(places, [textwrap.fill(short(name, 64), 34) for name in names])
    axes.tick_params(axis="y", length=0)


def whole_numbers(axes: "Axes") -> None:
    """Let the axis of counts have whole numbers only."""
    from matplotlib.ticker import MaxNLocator

    axes.xaxis.set_major_locator(MaxNLocator(nbins=7, integer=True))


def titled(figure: "Figure", title: str) -> None:
    """Write the finding above a figure."""
    figure.suptitle(textwrap.fill(title, 82), ha="left", x=0.01, fontsize=13, fontweight="bold")


def short(name: str, most: int) -> str:
    """Return a name, cut where it is longer than most."""
    return name if len(name) <= most else name[: most - 1] + "…"
