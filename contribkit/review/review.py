"""One team's review of one period: its tables, figures and sections, and the files it leaves."""

import json
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from contribkit.configuration import Team
from contribkit.files import write_whole
from contribkit.fold import is_member
from contribkit.period import Period
from contribkit.review import changes, links, redaction, sections, shares, sharing, stakeholders, waiting
from contribkit.review.csv import to_csv
from contribkit.review.page import Section
from contribkit.review.summary import summarise
from contribkit.vocabulary import Lead

if TYPE_CHECKING:
    from contribkit.loaders import Data, SourceReport


class Review:
    """What a team sees of a period: every table and section is an attribute.

    Parameters
    ----------
    judged
        What `contribkit.classify` says of `data.contributions`.
    data
        What `contribkit.load` returned.
    team
        Whose review.
    period
        The days looked at.
    earlier
        Judged contributions of earlier periods by period, oldest first, for the comparison.
    include_private
        Whether private threads are shown.
    without_names
        Whether the review shows no persons.
    before
        The summary of an earlier rendering of this review, for which leads changed since.

    Attributes
    ----------
    rows
        The team's contributions as shown.
    leads, history, by_stakeholder, by_initiative, cross_links, goals, activities, waiting
        The tables behind the sections.
    overview, stakeholders, goal_section, sharing, outside, unclear, not_seen, changed
        The sections of the page.
    summary
        Every number of the page; its schema is ``contribkit/review/summary.schema.json``.

    Examples
    --------
    >>> import contribkit as ck
    >>> org = ck.Organisation.read_sample()
    >>> period = ck.Period("2026-Q3", org.timezone)
    >>> data = ck.load(org, period)
    >>> judged = ck.classify(data.contributions, data.references, org)
    >>> review = ck.Review(judged, data, org.team("product"), period)
    >>> review.summary["contributions"]["rows"] == len(review.rows)
    True
    """

    def __init__(
        self,
        judged: pd.DataFrame,
        data: "Data",
        team: Team,
        period: Period,
        earlier: dict[Period, pd.DataFrame] | None = None,
        include_private: bool = False,
        without_names: bool = False,
        before: dict[str, Any] | None = None,
    ) -> None:
        self.data, self.team, self.period = data, team, period
        self.organisation = data.organisation
        self.include_private, self.without_names = include_private, without_names
        self._judged, self._earlier, self._before = judged, earlier or {}, before
        self.as_of = datetime.now(UTC)

    @cached_property
    def named_rows(self) -> pd.DataFrame:
        """The team's contributions with names, for counting; private ones only where they are to be shown."""
        return self._of_team(self._judged)

    @cached_property
    def rows(self) -> pd.DataFrame:
        """The team's contributions as they may be shown."""
        if not self.without_names:
            return self.named_rows
        masked = redaction.without_names(self._visible(self._judged), self.organisation, self.data.people)
        return masked.loc[self.named_rows.index]

    def _visible(self, judged: pd.DataFrame) -> pd.DataFrame:
        return judged if self.include_private else redaction.without_private(judged)

    def _of_team(self, judged: pd.DataFrame) -> pd.DataFrame:
        rows = self._visible(judged)
        # A row is the team's where the person belonged to it at the first or the last act.
        then = [
            is_member(rows["actor"], rows[at], self.team.members, self.period.timezone)
            for at in ("happened_at", "last_at")
        ]
        return rows[then[0] | then[1]]

    @property
    def hidden(self) -> int:
        """How many of the team's contributions are private and not shown."""
        everything = is_member(self._judged["actor"], self._judged["last_at"], self.team.members, self.period.timezone)
        return 0 if self.include_private else int((everything & self._judged["private"].fillna(False)).sum())

    @property
    def source_notes(self) -> dict[str, list[str]]:
        """What a reader should know of each source, as it may be shown: no folders of this machine, no names."""
        return {source.name: self._shown(self._nameless(source)) for source in self.data.sources}

    def _nameless(self, source: "SourceReport") -> list[str]:
        if not self.without_names or not source.broken:
            return source.notes
        # A broken line may hold the name of somebody of whom nothing else tells that it is one.
        known = source.notes[: -source.broken]
        return [*known, f"could not read: {source.broken} of its lines or files; contribkit load names them"]

    def _shown(self, sentences: list[str]) -> list[str]:
        placeless = [redaction.without_places(sentence, self.organisation.root) for sentence in sentences]
        if not self.without_names:
            return placeless
        mask = redaction.mask_of(self.organisation, self.data.people)
        return [mask(sentence) for sentence in placeless]

    @property
    def notes(self) -> list[str]:
        """What a reader should know of the organisation's file and of how leads were found."""
        return self._shown([*self.organisation.cautions, *self._judged.attrs.get("notes", [])])

    @property
    def words(self) -> dict[str, str]:
        """The word people see for each lead."""
        return {str(lead): self.organisation.word(lead) for lead in Lead}

    @cached_property
    def leads(self) -> pd.DataFrame:
        """Who led what; see `shares.lead_table`."""
        return shares.lead_table(self.named_rows)

    @cached_property
    def upstream_share(self) -> shares.Share:
        """The upstream-led part of stakeholder-led and upstream-led work."""
        return shares.upstream_share(self.named_rows)

    @cached_property
    def pull_requests(self) -> dict[str, int]:
        """Pull requests merged in the period, and not merged in it."""
        return shares.pull_requests(self.named_rows, self.period)

    @cached_property
    def history(self) -> pd.DataFrame:
        """Who led what in this period and those before it; periods without any data are left out."""
        periods = {period: self._of_team(judged) for period, judged in self._earlier.items()} | {
            self.period: self.named_rows
        }
        table = []
        for period, rows in periods.items():
            if len(rows) or period == self.period:
                part = shares.upstream_share(rows)
                counts = {str(lead): int((rows["lead"] == lead).sum()) for lead in Lead}
                table.append(
                    {"period": str(period)}
                    | counts
                    | {"upstream_share": part.share, "low": part.low, "high": part.high}
                )
        return pd.DataFrame(table)

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
        return stakeholders.by_stakeholder(self.named_rows)

    @cached_property
    def by_initiative(self) -> pd.DataFrame:
        """Stakeholder-led work by initiative."""
        return stakeholders.by_initiative(self.named_rows, self.organisation.initiatives)

    @cached_property
    def cross_links(self) -> pd.DataFrame:
        """The threads of stakeholder-led work, and what is missing between the two sides."""
        return links.cross_links(self.rows, self.sides)

    @cached_property
    def goals(self) -> pd.DataFrame:
        """How far each goal got."""
        return sharing.goal_table(self.named_rows, self.organisation.goals, self.period)

    @cached_property
    def activities(self) -> pd.DataFrame:
        """Upstream-led contributions by activity and member."""
        return sharing.activity_by_member(self.named_rows, self.team, self.period)

    @cached_property
    def waiting(self) -> pd.DataFrame:
        """What waits for a person, and what would settle it."""
        return waiting.waiting(self.rows)

    @cached_property
    def overview(self) -> Section:
        """The head of the page, and who led what."""
        return sections.leads.section(self)

    @cached_property
    def stakeholders(self) -> Section:
        """Whom the stakeholder-led work served."""
        return sections.stakeholders.section(self)

    @cached_property
    def goal_section(self) -> Section:
        """How far each goal got."""
        return sections.goals.section(self)

    @cached_property
    def sharing(self) -> Section:
        """Whether the upstream-led work is shared."""
        return sections.sharing.section(self)

    @cached_property
    def outside(self) -> Section:
        """What fell outside the system."""
        return sections.outside.section(self)

    @cached_property
    def unclear(self) -> Section:
        """What waits for a person."""
        return sections.waiting.section(self)

    @cached_property
    def lead_changes(self) -> pd.DataFrame:
        """Which leads changed since the review was last rendered."""
        return changes.lead_changes(self.rows, self._before)

    @cached_property
    def changed(self) -> Section:
        """Which leads changed since the review was last rendered; empty where it is the first time."""
        return sections.changes.section(self)

    @cached_property
    def not_seen(self) -> Section:
        """What the review could not see."""
        return sections.not_seen.section(self)

    @cached_property
    def summary(self) -> dict[str, Any]:
        """Every number of the page."""
        return summarise(self)

    def write(self, folder: str | Path) -> None:
        """Write ``contributions.csv`` and ``summary.json`` into a folder, each whole or not at all."""
        write_whole(Path(folder) / "contributions.csv", to_csv(self.rows, self.without_names))
        write_whole(Path(folder) / "summary.json", json.dumps(self.summary, indent=1, ensure_ascii=False) + "\n")
