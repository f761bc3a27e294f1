"""One team's plan for a period: what waits upstream, who could take what, and the file it is saved to."""

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from contribkit import privacy
from contribkit.config.models import Team
from contribkit.period import Period
from contribkit.review.needs import rank, spread
from contribkit.review.page import Section
from contribkit.review.planned import PLANNED, write_planned
from contribkit.review.rotation import Rotation, propose, work_of
from contribkit.review.sections import needs, plan_head, rotation
from contribkit.tables import conform

if TYPE_CHECKING:
    from contribkit.loaders import Data, Needs

FIRST = 12
"""How many needs come first: as many as a team can talk over in one meeting."""

PROPOSAL = "proposal.csv"


class Plan:
    """What a team could take on in a period: every table and section is an attribute.

    Parameters
    ----------
    earlier
        Judged contributions of the periods before, oldest first: who did what so far.
    waiting
        What `contribkit.load_needs` returned.
    data
        What `contribkit.load` returned.
    team
        For whom.
    period
        For when; one that is over shows what could have been planned.
    include_private
        Whether private needs and contributions count and show.
    without_names
        Whether the plan shows no persons.

    Attributes
    ----------
    ranked, first
        All needs in order, and those with which to begin.
    rotation, lines
        The proposal, and its lines as a table.
    head, needs, who
        The sections of the page.

    Examples
    --------
    >>> import contribkit as ck
    >>> org = ck.Organisation.read_sample()
    >>> period = ck.Period("2026-Q4", org.timezone)
    >>> data = ck.load(org, period.previous())
    >>> earlier = {p: ck.classify(data.fold(p), data.references, org) for p in period.previous().last(3)}
    >>> plan = ck.Plan(earlier, ck.load_needs(org), data, org.team("product"), period)
    >>> len(plan.lines) == len(plan.rotation.lines)
    True
    """

    def __init__(
        self,
        earlier: Mapping[Period, pd.DataFrame],
        waiting: "Needs",
        data: "Data",
        team: Team,
        period: Period,
        include_private: bool = False,
        without_names: bool = False,
    ) -> None:
        self.organisation, self.team, self.period = data.organisation, team, period
        self.include_private, self.without_names = include_private, without_names
        self.earlier = {span: privacy.without_private(judged, include_private) for span, judged in earlier.items()}
        self._waiting, self._data = waiting, data

    @cached_property
    def as_of(self) -> datetime:
        """When the sources last looked at what waits: ages count from there, so that a page stays true."""
        seen = self._waiting.table["seen_at"].max()
        return datetime.now(UTC) if pd.isna(seen) else seen

    @property
    def names(self) -> dict[str, str]:
        """Name by login of the team's members, in the order of the file."""
        return {member.login: member.word for member in self.team.members}

    @cached_property
    def ranked(self) -> pd.DataFrame:
        """What waits, in order of its impact, as it may be shown; see `contribkit.review.needs.rank`."""
        ranked = rank(self._waiting.table, self.organisation, self.as_of, self.include_private)
        return self._nameless(ranked) if self.without_names else ranked

    def _nameless(self, ranked: pd.DataFrame) -> pd.DataFrame:
        mask = privacy.mask_of(self.organisation, {*self._data.people, *self._waiting.table["author"].dropna()})
        reasons = [[reason | {"because": mask(reason["because"])} for reason in cell] for cell in ranked["reasons"]]
        return ranked.assign(
            title=ranked["title"].map(mask),
            author=pd.Series(None, index=ranked.index, dtype="str"),
            reasons=pd.Series(reasons, index=ranked.index, dtype=object),
        )

    @cached_property
    def first(self) -> pd.DataFrame:
        """The needs with which to begin, of every kind."""
        return spread(self.ranked, FIRST)

    @cached_property
    def rotation(self) -> Rotation:
        """Who could take what, and why; see `contribkit.review.rotation.propose`."""
        work = work_of(self.earlier, self.organisation)
        return propose(self.organisation, self.team, self.period, work, self.first, self.without_names)

    @cached_property
    def lines(self) -> pd.DataFrame:
        """The proposal as a table of the schema `PLANNED`, with `because`, `why` (str) and `needs` (list of refs)."""
        rows = [
            {
                "who": line.who, "activity": line.slot.activity, "upstream": line.slot.upstream,
                "how many": line.slot.how_many, "with": line.partner, "team": self.team.slug,
                "because": line.slot.because, "why": line.why, "needs": list(line.slot.needs),
            }
            for line in self.rotation.lines
        ]  # fmt: skip
        schema = PLANNED | {"because": "str", "why": "str", "needs": "list"}
        return conform(pd.DataFrame(rows, columns=list(schema)), schema)

    @property
    def notes(self) -> list[str]:
        """What a reader should know of the plan as a whole."""
        over = f"{self.period} is over: this is what could have been planned."
        vague = [
            f'The goal "{goal.name}" names no activities, so that no line plans it.'
            for goal in self.organisation.goals
            if not goal.activities and goal.holds_between(self.period.first_day, self.period.last_day)
        ]
        return [*([over] if self.period.end <= self.as_of else []), *vague, *self.rotation.notes]

    @property
    def source_notes(self) -> list[str]:
        """What a reader should know of where the needs come from, as it may be shown."""
        if self.without_names:
            # A broken line may hold the name of somebody of whom nothing else tells that it is one.
            return [f"{name}: {len(said)} notes, not shown without names" for name, said in self._notes.items() if said]
        return [
            f"{name}: {privacy.without_paths(note, self.organisation.root)}"
            for name, said in self._notes.items()
            for note in said
        ]

    @property
    def _notes(self) -> dict[str, list[str]]:
        return self._waiting.notes

    @cached_property
    def head(self) -> Section:
        """The head of the page."""
        return plan_head.section(self)

    @cached_property
    def needs(self) -> Section:
        """What waits upstream, and what to begin with."""
        return needs.section(self)

    @cached_property
    def who(self) -> Section:
        """Who could take what, and why."""
        return rotation.section(self)

    def write(self, folder: str | Path) -> None:
        """Write the proposal as ``proposal.csv`` into a folder, in the columns of the file in ``planned/``."""
        columns: list[Any] = [name for name in PLANNED if not (self.without_names and name in ("who", "with"))]
        write_planned(Path(folder) / PROPOSAL, self.lines[columns])
