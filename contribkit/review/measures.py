"""The numbers of a team and a period, as tables and shares, each worked out when it is first asked for."""

from functools import cached_property
from typing import TYPE_CHECKING, Any

import pandas as pd

from contribkit.configuration import Team
from contribkit.labels import Labels
from contribkit.period import Period
from contribkit.review import (
    changes,
    community,
    coordination,
    coverage,
    history,
    links,
    outside,
    projects,
    shares,
    sharing,
    spread,
    stakeholders,
    waiting,
)
from contribkit.review.shown import Shown

if TYPE_CHECKING:
    from contribkit.loaders import Data


class Measures(Shown):
    """What is counted; each attribute is a function of the tables, which says where its formula is from."""

    def __init__(
        self,
        judged: pd.DataFrame,
        data: "Data",
        team: Team,
        period: Period,
        earlier: dict[Period, pd.DataFrame] | None = None,
        include_private: bool = False,
        without_names: bool = False,
        summaries: dict[str, dict[str, Any]] | None = None,
        labels: Labels | None = None,
    ) -> None:
        super().__init__(judged, data, team, period, include_private, without_names)
        self.summaries, self.labels = summaries or {}, labels or Labels()
        self.earlier = [
            Measures(rows, data, team, before, None, include_private, without_names, summaries)
            for before, rows in (earlier or {}).items()
        ]

    @property
    def policy(self) -> float | None:
        """The upstream-led share that the organisation wants of itself."""
        return self.organisation.policy.upstream_share

    @property
    def silent(self) -> list[str]:
        """Names of members without any contribution in the period."""
        present = set(self.named_rows["actor"])
        return [name for login, name in self.members.items() if login not in present]

    @cached_property
    def leads(self) -> pd.DataFrame:
        """Who led what, by count and by hours; see `shares.lead_table`."""
        return shares.lead_table(self.named_rows)

    @cached_property
    def upstream_share(self) -> shares.Share:
        """The upstream-led part of stakeholder-led and upstream-led work."""
        return shares.upstream_share(self.named_rows)

    @cached_property
    def pull_requests(self) -> dict[str, int]:
        """Pull requests merged in the period, and not merged in it."""
        return {name: int(mask.sum()) for name, mask in shares.pull_requests(self.named_rows, self.period).items()}

    @cached_property
    def history(self) -> pd.DataFrame:
        """The period and those before it; see `history.history`."""
        return history.history(self)

    @cached_property
    def sides(self) -> pd.DataFrame:
        """What on the organisation's own side each contribution is tied to; see `links.own_side`."""
        return links.own_side(self.named_rows, self.data.references, self.organisation)

    @cached_property
    def evidence(self) -> shares.Share:
        """How many contributions have evidence from the organisation's own side."""
        return shares.share(int((self.sides["linked"] != "none").sum()), len(self.sides))

    @cached_property
    def by_stakeholder(self) -> pd.DataFrame:
        """Stakeholder-led work by stakeholder."""
        return stakeholders.by_stakeholder(self.named_rows, self.organisation.stakeholders)

    @cached_property
    def by_initiative(self) -> pd.DataFrame:
        """Stakeholder-led work by initiative."""
        return stakeholders.by_initiative(self.named_rows, self.organisation.initiatives)

    @cached_property
    def cross_links(self) -> pd.DataFrame:
        """The threads of stakeholder-led work, and what is missing between the two sides."""
        return links.cross_links(self.rows, self.sides)

    @cached_property
    def coordination(self) -> pd.DataFrame:
        """Comments, reviews and days to merge around stakeholder-led and upstream-led work."""
        return coordination.coordination(self.named_rows, self.acts, set(self.members), self.period)

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

    @cached_property
    def community(self) -> dict[str, Any]:
        """How the team met people outside the organisation; see `community`."""
        counted = {name: int(mask.sum()) for name, mask in self.marks.items()}
        reviewed = [rows[community.reviewed_of_others(rows, self.organisation)] for rows in self.periods]
        known = [rows for rows in reviewed if len(rows)]
        standing = community.is_standing_known(self.named_rows)
        return {
            "reviewed": counted["reviewed of others"] if standing else None,
            "closed": counted["closed of others"] if standing else None,
            "newcomers_back": community.newcomers_back(pd.concat(known) if known else reviewed[-1], self._threads),
            "first_response": community.first_response(self._threads, self.organisation, self.period),
            "self_merges": shares.share(counted["self-merged"], counted["own merged"]),
        }

    @property
    def _threads(self) -> pd.DataFrame:
        threads = self.data.threads
        return threads if self.include_private else threads[~threads["private"].fillna(False).astype(bool)]

    @cached_property
    def projects(self) -> pd.DataFrame:
        """The organisation's part of what happened in each upstream project."""
        return projects.project_shares(self.acts, self.organisation, self.period)

    @cached_property
    def marks(self) -> dict[str, pd.Series]:
        """What contributions count for beside lead, activity, goal and the like: of each row, yes or no."""
        rows, org = self.named_rows, self.organisation
        reviewed = community.reviewed_of_others(rows, org)
        ended = community.closed_by_team(rows, self.acts, set(self.members), self.period)
        pulls = {word.replace("_", " "): mask for word, mask in shares.pull_requests(rows, self.period).items()}
        return pulls | {
            "evidence": self.sides["linked"] != "none",
            "hours": rows["hours"].notna(),
            "release": sharing.is_release(rows),
            "reviewed of others": reviewed,
            "closed of others": reviewed & ended,
            "own merged": community.own_merged(rows, self.period),
            "self-merged": community.self_merged(rows, self.period),
            "reactive": outside.reactive(rows),
            "look-alike": outside.look_alikes(rows),
        }

    @cached_property
    def waiting(self) -> pd.DataFrame:
        """What waits for a person, and what would settle it."""
        return waiting.waiting(self.rows)

    @cached_property
    def lead_changes(self) -> pd.DataFrame:
        """Which leads changed since reviews of this period and those before it were last rendered."""
        return changes.over_periods([*self.earlier, self])

    @cached_property
    def label_changes(self) -> pd.DataFrame:
        """Which labels people changed since this review was last rendered."""
        before = self.summaries.get(str(self.period))
        return changes.label_changes(self.rows, self.named_rows["id"], self.labels, before)
