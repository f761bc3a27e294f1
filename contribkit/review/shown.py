"""Which contributions a review counts and shows: a team's, without what must not leave the machine."""

from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING

import pandas as pd

from contribkit import privacy
from contribkit.config.models import Team
from contribkit.loaders.fold import is_member
from contribkit.period import Period
from contribkit.tables import Judged, as_nested
from contribkit.vocabulary import Lead

if TYPE_CHECKING:
    from contribkit.loaders import Data, SourceReport


class Shown:
    """The rows of a team and a period, and what may be said of them."""

    def __init__(
        self,
        judged: Judged | pd.DataFrame,
        data: "Data",
        team: Team,
        period: Period,
        include_private: bool = False,
        without_names: bool = False,
    ) -> None:
        self.data, self.team, self.period = data, team, period
        self.organisation = data.organisation
        self.include_private, self.without_names = include_private, without_names
        self._judged, self._judged_notes = as_nested(judged), judged.notes if isinstance(judged, Judged) else []
        self.as_of = datetime.now(UTC)

    @cached_property
    def named_rows(self) -> pd.DataFrame:
        """The team's contributions with names, for counting; private ones only where they are to be shown."""
        return self._visible[self._of_team(self._visible)]

    def _of_team(self, rows: pd.DataFrame) -> pd.Series:
        """Return which rows are of a person who belonged to the team at their first or their last act."""
        members, timezone = self.team.members, self.period.timezone
        first, last = (is_member(rows["actor"], rows[at], members, timezone) for at in ("happened_at", "last_at"))
        return first | last

    @cached_property
    def rows(self) -> pd.DataFrame:
        """The team's contributions as they may be shown."""
        if not self.without_names:
            return self.named_rows
        masked = privacy.without_names(self._visible, self.organisation, self.data.people)
        return masked.loc[self.named_rows.index]

    @cached_property
    def _visible(self) -> pd.DataFrame:
        return privacy.without_private(self._judged, self.include_private)

    @cached_property
    def acts(self) -> pd.DataFrame:
        """The acts of everybody in threads that may be shown."""
        return privacy.visible_acts(self.data.acts, self.data.threads, self.include_private)

    @property
    def hidden(self) -> int:
        """How many of the team's contributions are private and not shown."""
        private = ~privacy.visible(self._judged, self.include_private)
        return int((private & self._of_team(self._judged)).sum())

    @property
    def members(self) -> dict[str, str]:
        """Name by login of everybody who belonged to the team on a day of the period, in the order of the file."""
        first, last = self.period.first_day, self.period.last_day
        return {member.login: member.word for member in self.team.members if member.holds_between(first, last)}

    @property
    def words(self) -> dict[str, str]:
        """The word people see for each lead."""
        return {str(lead): self.organisation.word(lead) for lead in Lead}

    @property
    def source_notes(self) -> dict[str, list[str]]:
        """What a reader should know of each source, as it may be shown: no folders of this machine, no names."""
        return {source.name: self._publishable(self._nameless(source)) for source in self.data.sources}

    @property
    def notes(self) -> list[str]:
        """What a reader should know of the organisation's file and of how leads were found."""
        return self._publishable([*self.organisation.cautions, *self._judged_notes])

    def _nameless(self, source: "SourceReport") -> list[str]:
        if not self.without_names or not source.broken:
            return source.notes
        # A broken line may hold the name of somebody of whom nothing else tells that it is one.
        known = source.notes[: -source.broken]
        return [*known, f"could not read: {source.broken} of its lines or files; contribkit load names them"]

    def _publishable(self, sentences: list[str]) -> list[str]:
        placeless = [privacy.without_paths(sentence, self.organisation.root) for sentence in sentences]
        if not self.without_names:
            return placeless
        mask = privacy.mask_of(self.organisation, self.data.people)
        return [mask(sentence) for sentence in placeless]
