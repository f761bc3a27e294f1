"""One team's plan for a period: what waits upstream, who could take what, and why."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path

import pandas as pd

from contribkit import privacy
from contribkit.config.models import Team
from contribkit.loaders import Data, Needs
from contribkit.period import Period
from contribkit.plan.demand import earlier_work
from contribkit.plan.lines import to_table, write_lines
from contribkit.plan.ranking import first_of_each_kind, rank
from contribkit.plan.rotation import Rotation, propose
from contribkit.tables import Judged

FIRST = 12
"""How many needs to begin with: as many as a team can discuss in one meeting."""

PROPOSAL = "proposal.csv"


class Proposal:
    """What a team could take on in a period: the tables behind the page of a plan.

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
        For when; a period that is over shows what could have been planned.
    include_private
        Whether private needs and contributions count and are shown.
    without_names
        Whether the plan shows no persons.

    Attributes
    ----------
    ranked, first
        All needs in order, and those to begin with.
    rotation, lines
        Who could take what, and the same as a table.
    """

    def __init__(
        self,
        earlier: Mapping[Period, Judged],
        waiting: Needs,
        data: Data,
        team: Team,
        period: Period,
        include_private: bool = False,
        without_names: bool = False,
    ) -> None:
        self.organisation, self.team, self.period = data.organisation, team, period
        self.include_private, self.without_names = include_private, without_names
        self.earlier = {
            span: privacy.without_private(judged, include_private).contributions for span, judged in earlier.items()
        }
        self._waiting, self._data = waiting, data

    @cached_property
    def as_of(self) -> datetime:
        """When the sources last looked for needs: ages count from there, so that a rendered page stays true."""
        seen = self._waiting.table["seen_at"].max()
        return datetime.now(UTC) if pd.isna(seen) else seen

    @property
    def names(self) -> dict[str, str]:
        """Name by login of the team's members, in the order of the file."""
        return {member.login: member.word for member in self.team.members}

    @cached_property
    def ranked(self) -> pd.DataFrame:
        """The needs in order of impact, as they may be shown; see `contribkit.plan.ranking.rank`."""
        ranked = rank(self._waiting.table, self.organisation, self.as_of, self.include_private)
        if not self.without_names:
            return ranked
        mask = privacy.mask_of(self.organisation, {*self._data.people, *self._waiting.table["author"].dropna()})
        reasons = [[reason | {"because": mask(reason["because"])} for reason in cell] for cell in ranked["reasons"]]
        return ranked.assign(
            title=ranked["title"].map(mask),
            url=ranked["url"].map(mask.address),
            author=pd.Series(None, index=ranked.index, dtype="str"),
            reasons=pd.Series(reasons, index=ranked.index, dtype=object),
        )

    @cached_property
    def first(self) -> pd.DataFrame:
        """The needs to begin with, of every kind."""
        return first_of_each_kind(self.ranked, FIRST)

    @cached_property
    def rotation(self) -> Rotation:
        """Who could take what, by the rule of `contribkit.plan.rotation`; with names, whatever the page shows."""
        work = earlier_work(self.earlier, self.organisation)
        return propose(self.organisation, self.team, self.period, work, self.first)

    @cached_property
    def lines(self) -> pd.DataFrame:
        """The proposal as a table: the columns of the file in ``planned/``, `because`, `why` (str), `needs` (list)."""
        lines = self.rotation.lines
        shown = [replace(line, who=None, partner=None) for line in lines] if self.without_names else lines
        return to_table(shown).assign(
            because=pd.Series([line.because for line in lines], dtype="str"),
            why=pd.Series([self.rotation.why(line, self.without_names) for line in lines], dtype="str"),
            needs=pd.Series([list(line.needs) for line in lines], dtype=object),
        )

    @property
    def notes(self) -> list[str]:
        """What a reader should know about the plan as a whole."""
        over = f"{self.period} is over: this is what could have been planned."
        vague = [
            f'The goal "{goal.name}" has no activities, so no line plans it.'
            for goal in self.organisation.goals
            if not goal.activities and goal.holds_between(self.period.first_day, self.period.last_day)
        ]
        is_over = self.period.end <= self.as_of
        return [*([over] if is_over else []), *vague, *self.rotation.notes(self.without_names)]

    @property
    def source_notes(self) -> list[str]:
        """What a reader should know about the sources of needs, as it may be shown."""
        if self.without_names:
            # A broken line may hold the name of somebody whom no source names.
            hidden = {name: len(notes) for name, notes in self._waiting.notes.items() if notes}
            return [f"{name}: {count} notes, not shown without names" for name, count in hidden.items()]
        return [
            f"{name}: {privacy.without_paths(note, self.organisation.root)}"
            for name, notes in self._waiting.notes.items()
            for note in notes
        ]

    def write(self, folder: str | Path) -> None:
        """Write the proposal as ``proposal.csv`` into a folder, in the columns of the file in ``planned/``."""
        write_lines(Path(folder) / PROPOSAL, self.rotation.lines, self.without_names)
