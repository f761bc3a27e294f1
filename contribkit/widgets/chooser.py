"""A row of controls above a review: team, period, and whether names are shown."""

from typing import Any

import ipywidgets

from contribkit.errors import ContribkitError
from contribkit.review import Review


class Chooser:
    """Choose what a notebook shows; the sections below change in their place, and `review` is the one chosen.

    Parameters
    ----------
    review
        What `contribkit.open_review` returned.

    Examples
    --------
    >>> import contribkit as ck
    >>> Chooser(ck.open_review(team="product", period="2026-Q3")).team.value
    'product'
    """

    def __init__(self, review: Review) -> None:
        self._review, data = review, review.data
        names = [team.slug for team in data.organisation.teams]
        if data.project is not None:
            names = [project.name for project in data.organisation.upstream]
        periods = [str(period) for period in data.period.last(8)[::-1]]
        self.team = ipywidgets.Dropdown(
            options=names, value=data.project.name if data.project else data.team.slug,
            description="project" if data.project else "team",
        )  # fmt: skip
        self.period = ipywidgets.Combobox(
            options=periods, value=str(data.period), description="period", ensure_option=False, continuous_update=False
        )
        self.names = ipywidgets.Checkbox(
            value=not data.without_names, description="names", disabled=data.project is not None, indent=False
        )
        self.message = ipywidgets.Label()
        for control in (self.team, self.period, self.names):
            control.observe(self._choose, "value")

    def _choose(self, _: Any) -> None:
        if self._review.reopen is None:
            self.message.value = "open the review with ck.open_review to choose"
            return
        self.message.value = "loading …"
        try:
            chosen = self._review.reopen(self.team.value, self.period.value, not self.names.value)
        except ContribkitError as error:
            self.message.value = str(error)
            return
        self._review.change_to(chosen)
        self.message.value = ""

    def _ipython_display_(self) -> None:
        from IPython.display import display

        show: Any = display  # has no types
        show(ipywidgets.HBox([self.team, self.period, self.names, self.message]))
