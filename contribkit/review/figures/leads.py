"""Who led what over periods."""

from typing import TYPE_CHECKING

import pandas as pd

from contribkit.review.figures.style import mark_reference, new_figure, titled, whole_numbers
from contribkit.vocabulary import Lead

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


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
    places = list(range(len(history))[::-1])
    _counts(bars, history, places, words)
    _shares(shares, history, places, policy, words)
    figure.legend(*bars.get_legend_handles_labels(), loc="outside lower left", ncols=4, frameon=False, fontsize=11)
    titled(figure, title)
    return figure


def _counts(axes: "Axes", history: pd.DataFrame, places: list[int], words: dict[str, str]) -> None:
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
    whole_numbers(axes)


def _shares(
    axes: "Axes", history: pd.DataFrame, places: list[int], policy: float | None, words: dict[str, str]
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
        mark_reference(axes, policy, f"policy {policy * 100:.0f} %")
    axes.set_xlim(0, 100)
    axes.set_xlabel(f"{words['upstream']}, % of the two\n(95 % interval)")
    axes.tick_params(axis="y", length=0, labelleft=False)
