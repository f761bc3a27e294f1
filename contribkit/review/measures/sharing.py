"""How far goals got, and how the upstream-led work is shared."""

from functools import cached_property
from typing import TYPE_CHECKING

import pandas as pd

from contribkit.review import coverage, sharing, spread
from contribkit.review.shown import Shown

if TYPE_CHECKING:
    from collections.abc import Sequence


class Sharing(Shown):
    """Goals, activities, rotation and releases."""

    earlier: "Sequence[Shown]"

    @cached_property
    def goals(self) -> pd.DataFrame:
        """How far each goal got."""
        return sharing.goal_table(self.named_rows, self.organisation.goals, self.period)

    @cached_property
    def activities(self) -> pd.DataFrame:
        """Upstream-led contributions by activity and member."""
        return sharing.activity_by_member(self.named_rows, self.team, self.period)

    @property
    def periods(self) -> list[pd.DataFrame]:
        """The team's contributions with names, a table a period, oldest first; the last is the one looked at."""
        return [*(before.named_rows for before in self.earlier), self.named_rows]

    @cached_property
    def turns(self) -> pd.DataFrame:
        """Who took part in which upstream-led activity in any of the periods known; see `coverage.took_part`."""
        known = [rows for rows in self.periods if len(rows)] or self.periods[-1:]
        return coverage.took_part(pd.concat(known), list(self.members))

    @cached_property
    def spread(self) -> pd.DataFrame:
        """How evenly each activity is spread over the members, and whether it rotates over the periods known."""
        turns = coverage.coverage(self.periods, list(self.members))
        table = spread.spread_table(self.activities.reindex(turns["activity"], fill_value=0))
        return table.merge(turns.drop(columns="members"), on="activity")

    @cached_property
    def releases(self) -> dict[str, int]:
        """Releases, whoever led them, and by how many people."""
        return sharing.releases(self.named_rows)

    @property
    def silent(self) -> list[str]:
        """Names of members without any contribution in the period."""
        present = set(self.named_rows["actor"])
        return [name for login, name in self.members.items() if login not in present]
