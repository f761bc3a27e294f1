"""The reliability plot: how sure the answers are, against how often they are right."""

from typing import TYPE_CHECKING

import pandas as pd

from contribkit.review.figures import new_figure

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_ONE = "#0072B2"  # one series alone, so its colour says nothing of leads


def reliability_figure(bins: pd.DataFrame, title: str) -> "Figure":
    """Draw the share that is right against the confidence, one point a bin with its interval.

    Parameters
    ----------
    bins
        The table of `calibration.calibration_table`.
    title
        The finding.
    """
    figure, (axes,) = new_figure(4.6)
    axes.plot([0, 100], [0, 100], linestyle="--", linewidth=1, color="#767676", label="as sure as right")
    axes.vlines(bins["confidence"] * 100, bins["low"] * 100, bins["high"] * 100, color=_ONE, linewidth=2)
    axes.plot(bins["confidence"] * 100, bins["right"] * 100, "o", color=_ONE, label=_sizes(bins["n"]))
    axes.set_xlim(min(40.0, float(bins["confidence"].min() * 100) - 8) if len(bins) else 0, 102)
    axes.set_ylim(0, 104)
    axes.set_xlabel("how sure, %")
    axes.set_ylabel("right, %")
    axes.legend(loc="lower right", frameon=False, fontsize=11)
    axes.set_title(title, loc="left", pad=14, fontsize=13, fontweight="bold")
    return figure


def _sizes(counts: pd.Series) -> str:
    """Return what a point stands for: bins are of one size, or differ by one."""
    sizes = " or ".join(str(count) for count in sorted(set(counts)))
    return f"{sizes} answers each, with 95 % interval"
