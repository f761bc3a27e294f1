"""The numbers of a team and a period, as tables and shares, each worked out when it is first asked for."""

from functools import cached_property
from typing import TYPE_CHECKING, Any

import pandas as pd

from contribkit.config.models import Team
from contribkit.labels import Labels
from contribkit.period import Period
from contribkit.review import changes, history
from contribkit.review.measures.community import Community
from contribkit.review.measures.leads import Leads
from contribkit.tables import Judged

if TYPE_CHECKING:
    from contribkit.loaders import Data


class Measures(Leads, Community):
    """What is counted; each attribute is a function of the tables, which says where its formula is from."""

    def __init__(
        self,
        judged: Judged | pd.DataFrame,
        data: "Data",
        team: Team,
        period: Period,
        earlier: dict[Period, Judged] | dict[Period, pd.DataFrame] | None = None,
        include_private: bool = False,
        without_names: bool = False,
        summaries: dict[str, dict[str, Any]] | None = None,
        labels: Labels | None = None,
    ) -> None:
        super().__init__(judged, data, team, period, include_private, without_names)
        self.summaries, self.labels = summaries or {}, labels or Labels()
        self.earlier: list[Measures] = [
            Measures(rows, data, team, before, None, include_private, without_names, summaries)
            for before, rows in (earlier or {}).items()
        ]

    @cached_property
    def history(self) -> pd.DataFrame:
        """The period and those before it; see `history.history`."""
        return history.history(self)

    @cached_property
    def lead_changes(self) -> pd.DataFrame:
        """Which leads changed since reviews of this period and those before it were last rendered."""
        return changes.over_periods([*self.earlier, self])

    @cached_property
    def label_changes(self) -> pd.DataFrame:
        """Which labels people changed since this review was last rendered."""
        before = self.summaries.get(str(self.period))
        return changes.label_changes(self.rows, self.named_rows["id"], self.labels, before)
