"""A row of controls above a review or a plan: team, period, and whether names are shown."""

from typing import Any

import ipywidgets

from contribkit.errors import ContribkitError
from contribkit.plan import Plan
from contribkit.review import Review


class Chooser:
    """Choose what a notebook shows; the sections below change in their place, and the review or plan is the one chosen.

    Parameters
    ----------
    page
        What `contribkit.open_review` or `contribkit.open_plan` returned.

    Examples
    --------
    >>> import contribkit as ck
    >>> Chooser(ck.open_review(team="product", period="2026-Q3")).team.value
    'product'
    """

    def __init__(self, page: Review | Plan) -> None:
        self._page = page
        shown, project = (page.data, page.data.project) if isinstance(page, Review) else (page, None)
        org, self._kind = shown.organisation, "upstream" if project else "team"
        names = [one.name for one in org.upstream] if project else [team.slug for team in org.teams]
        self.team = ipywidgets.Dropdown(
            options=names, value=project.name if project else shown.team.slug,
            description="project" if project else "team",
        )  # fmt: skip
        self.period = ipywidgets.Combobox(
            options=[str(period) for period in shown.period.last(8)[::-1]], value=str(shown.period),
            description="period", ensure_option=False, continuous_update=False,
        )  # fmt: skip
        self.names = ipywidgets.Checkbox(
            value=not shown.without_names, description="names", disabled=project is not None, indent=False
        )
        self.message = ipywidgets.Label()
        for control in (self.team, self.period, self.names):
            control.observe(self._choose, "value")

    def _choose(self, _: Any) -> None:
        self.message.value = "loading …"
        page: Any = self._page
        try:
            if page.reopen is None:
                raise ContribkitError("open it with ck.open_review or ck.open_plan to choose")
            chosen = {self._kind: self.team.value, "period": self.period.value, "without_names": not self.names.value}
            page.change_to(page.reopen(**chosen))
            self.message.value = ""
        except ContribkitError as error:
            self.message.value = str(error)

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        return ipywidgets.HBox([self.team, self.period, self.names, self.message])._repr_mimebundle_(**kwargs)
