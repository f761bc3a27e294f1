"""One team's plan for a period: which needs come first, who could take what, and the page that shows it."""

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict, Unpack

import pandas as pd
from markupsafe import Markup

from contribkit import privacy
from contribkit.config.models import Team
from contribkit.fold import Data, Needs
from contribkit.period import Period
from contribkit.plan.lines import PLANNED, to_table, write_lines
from contribkit.plan.ranking import first_of_each_kind, rank
from contribkit.plan.rotation import Rotation, earlier_work, propose
from contribkit.review import figures, page
from contribkit.review.page import Page, Section
from contribkit.tables import Judged, conform
from contribkit.text import pluralise
from contribkit.vocabulary import Activity, Lead

if TYPE_CHECKING:
    from matplotlib.figure import Figure

FIRST = 12  # how many needs to begin with: as many as a team can discuss in one meeting
PROPOSAL = "proposal.csv"
_LINES = PLANNED | {"because": "str", "why": "str", "needs": "list", "hours": "Float64"}
_KINDS = {
    "pull_request": ("pull request", "pull requests"), "issue": ("untriaged issue", "untriaged issues"),
    "release": ("overdue release", "overdue releases"), "branch": ("red branch", "red branches"),
}  # fmt: skip


class PlanOptions(TypedDict, total=False):
    """Options of `Plan`."""

    include_private: bool
    without_names: bool


class Plan(Page):
    """What a team could take on in a period; every table and section is an attribute.

    Parameters
    ----------
    earlier
        Judged contributions of the periods before, oldest first: who did what so far.
    waiting, data
        What `contribkit.load_needs` and `contribkit.load` returned.
    team, period
        For whom and when; a period that is over shows what could have been planned.
    options
        `include_private`: private needs and contributions count and are shown. `without_names`: show no persons.

    Attributes
    ----------
    ranked, first
        All needs in order, and those to begin with.
    rotation, lines
        Who could take what, and the same as a table.
    head, needs, who
        The sections of the page; the last two have `.table`, `.figure` and `.sentence`.

    Examples
    --------
    >>> import contribkit as ck
    >>> plan = ck.open_plan(team="product", period="2026-Q4")
    >>> len(plan.who.table) == len(plan.rotation.lines)
    True
    """

    def __init__(
        self, earlier: Mapping[Period, Judged], waiting: Needs, data: Data, team: Team, period: Period,
        **options: Unpack[PlanOptions],
    ) -> None:  # fmt: skip
        super().__init__()
        self.organisation, self.team, self.period = data.organisation, team, period
        self.include_private = options.get("include_private", False)
        self.without_names = options.get("without_names", False)
        tables = {span: judged.contributions for span, judged in earlier.items()}
        self.earlier = {span: rows[privacy.visible(rows, self.include_private)] for span, rows in tables.items()}
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
            title=ranked["title"].map(mask), url=ranked["url"].map(mask.address),
            author=pd.Series(None, index=ranked.index, dtype="str"),
            reasons=pd.Series(reasons, index=ranked.index, dtype=object),
        )  # fmt: skip

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
        table = to_table(lines).assign(
            because=[line.because for line in lines],
            why=[self.rotation.why(line, self.without_names) for line in lines],
            needs=pd.Series([[*line.needs] for line in lines], dtype=object), hours=[line.hours for line in lines],
        )  # fmt: skip
        return conform(table.drop(columns=["who", "with"] if self.without_names else []), _LINES)

    @property
    def notes(self) -> list[str]:
        """What a reader should know about the plan as a whole."""
        is_over, span = self.period.end <= self.as_of, (self.period.first_day, self.period.last_day)
        vague = [goal.name for goal in self.organisation.goals if not goal.activities and goal.holds_between(*span)]
        return [
            *([f"{self.period} is over: this is what could have been planned."] if is_over else []),
            *(f'The goal "{name}" has no activities, so no line plans it.' for name in vague),
            *self.rotation.notes(self.without_names),
        ]

    @property
    def source_notes(self) -> list[str]:
        """What a reader should know about the sources of needs, as it may be shown."""
        root, shown = self.organisation.root, []
        for name, notes in self._waiting.notes.items():
            if self.without_names and notes:  # a broken line may hold the name of somebody whom no source names
                notes = [f"{len(notes)} notes, not shown without names"]
            shown += [f"{name}: {privacy.without_paths(note, root)}" for note in notes]
        return shown

    @cached_property
    def head(self) -> Section:
        """The head of the page: whose plan it is, and what it says in short."""
        lines, org = self.rotation.lines, self.organisation
        paired, waiting = sum(line.partner is not None for line in lines), int((~self.ranked["by_bot"]).sum())
        pairs = page.verb(paired, "is", "are") + " somebody's first, paired with somebody who has done it."
        waits = f"{pluralise(waiting, 'need')} {page.verb(waiting, 'waits', 'wait')}"
        sentence = (
            f"A proposal of {pluralise(len(lines), 'line')} of upstream work for {self.team.name}, to discuss and "
            f"change.{f' {paired} {pairs}' if paired else ''} "
            f"{waits if len(self.ranked) else 'No source tells what waits'} upstream."
        )
        body = page.html(
            "plan_head.html", style=page.style(), organisation=org.name, team=self.team.name, period=self.period,
            as_of=f"{self.as_of:%Y-%m-%d}", sample=org.sample, sentence=sentence, notes=self.notes,
            earlier=[str(span) for span, rows in self.earlier.items() if len(rows)],
        )  # fmt: skip
        return Section("", sentence, body)

    @cached_property
    def needs(self) -> Section:
        """The needs in order, and which to begin with."""
        by_bot = self.ranked["by_bot"]
        people = self.ranked[~by_bot]
        counts, figure = people["upstream"].fillna("elsewhere").value_counts(), None
        if len(counts):
            most, axis = int(counts.iloc[0]), "needs, without those opened by bots"
            waits = page.verb(most, "waits", "wait")
            finding = f"{most} of {pluralise(len(people), 'need')} {waits} in {counts.index[0]}"
            figure = figures.bar_figure([*counts.index], counts.tolist(), Lead.UPSTREAM, axis, finding)
        first, rest, bots = map(page.dicts, (self.first, people.drop(self.first.index), self.ranked[by_bot]))
        further = {f"the {len(rest)} others, drafts last": rest, f"{len(bots)} opened by bots, listed separately": bots}
        body = page.html("plan_needs.html", kinds=_KINDS, first=first, further=further, notes=self.source_notes)
        return _section(1, "Which upstream needs come first?", _needs_sentence(people), figure, body, self.ranked)

    @cached_property
    def who(self) -> Section:
        """Who could take what, and why."""
        lines = self.rotation.lines
        body = page.html(
            "plan_who.html", names={} if self.without_names else self.names,
            lines=[row | {"word": Activity(row["activity"]).word} for row in page.dicts(self.lines)],
            needs={row["ref"]: row for row in page.dicts(self.ranked)},
        )  # fmt: skip
        taken, again = sum(line.who is not None for line in lines), sum(map(self.rotation.repeats, lines))
        has = page.verb(taken, "has somebody to take it", "have somebody to take them", len(lines))
        sentence = (
            f"{taken} of {pluralise(len(lines), 'line')} {has}; "
            f"{again or 'none'} {page.verb(again or 1, 'repeats', 'repeat')} what the same person did in the period "
            f"before. Lines are shared by {'capacity and days present' if self.rotation.hours is None else 'hours'}; "
            "nobody is ranked."
        )
        title, sentence = f"Who could take what in {self.period}?", sentence if lines else "There is nothing to plan."
        return _section(2, title, sentence, self._who_figure(), body, self.lines)

    @property
    def parts(self) -> list[Section]:
        """The sections of the page, in order."""
        return [self.head, self.needs, self.who]

    def _who_figure(self) -> "Figure | None":
        lines = to_table(self.rotation.lines)
        activities = [str(activity) for activity in Activity if (lines["activity"] == activity).any()]
        columns = activities if self.without_names else [person.login for person in self.rotation.people]
        table = pd.crosstab(lines["activity"], lines["activity" if self.without_names else "who"])
        table = table.reindex(index=activities, columns=columns, fill_value=0)
        title = f"{pluralise(len(lines), 'line')} in {pluralise(len(activities), 'activity', 'activities')}"
        names = None if self.without_names else self.names
        return figures.activity_figure(table, names, "lines", title, "Lines by activity and person")

    def write(self, folder: str | Path) -> None:
        """Write the proposal as ``proposal.csv`` into a folder, in the columns of the file in ``planned/``."""
        write_lines(Path(folder) / PROPOSAL, self.rotation.lines, self.without_names)


def _needs_sentence(needs: pd.DataFrame) -> str:
    if not len(needs):
        return "No need is known; a source with needs, such as records or GitHub, would show them."
    kinds = needs["kind"].value_counts()
    named = ", ".join(pluralise(int(kinds[kind]), *words) for kind, words in _KINDS.items() if kind in kinds)
    new = sum(any(reason["reason"] == "newcomer" for reason in cell) for cell in needs["reasons"])
    newcomers = f" {new} of them {page.verb(new, 'is', 'are')} by newcomers." if new else ""
    waits, projects = page.verb(len(needs), "waits", "wait"), pluralise(needs["upstream"].nunique(), "project")
    return f"{named} {waits} in {projects}.{newcomers}"


def _section(
    number: int, title: str, sentence: str, figure: "Figure | None", body: Markup, table: pd.DataFrame
) -> Section:
    html = page.section(f"{number} {title}", sentence, [page.picture(figure, sentence), body])
    return Section(title, sentence, html, tables={"table": table}, figure=figure)
