"""What a review may look at: the visible contributions, acts and reasons of a team or a project, after privacy."""

import hashlib
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import cached_property, wraps
from typing import Any, TypedDict, TypeVar, cast

import pandas as pd

from contribkit import privacy
from contribkit.config.models import Goal, Initiative, Team, Upstream, slug_of
from contribkit.config.organisation import Organisation
from contribkit.fold import Data, is_member
from contribkit.labels import Labels
from contribkit.period import Period
from contribkit.tables import Judged, of_trackers
from contribkit.vocabulary import Lead

PERIODS = 4  # how many periods a review looks at: its own, and those before it

Answer = TypeVar("Answer")


class Summaries(dict[str, dict[str, Any]]):
    """Earlier summaries by period, with notes on those that could not be read."""

    def __init__(self) -> None:
        super().__init__()
        self.notes: list[str] = []


class Options(TypedDict, total=False):
    """What a review may be given beside its rows; see `Review`."""

    earlier: Mapping[Period, Judged]
    include_private: bool
    without_names: bool
    summaries: Mapping[str, dict[str, Any]]
    labels: Labels


def once(function: "Callable[[ReviewData], Answer]") -> "Callable[[ReviewData], Answer]":
    """Let several questions share a table: it is computed once for each `ReviewData`."""

    @wraps(function)
    def cached(data: "ReviewData") -> Answer:
        if function not in data.cache:
            data.cache[function] = function(data)
        return cast(Answer, data.cache[function])

    return cached


class ReviewData:
    """The visible contributions of a team in a period, and of the periods before it; parameters as of `Review`.

    Of an upstream project it holds the work of all teams in it, without names and private threads, and names a
    stakeholder or an initiative only where something public does. `earlier` are the periods before, oldest first.
    """

    def __init__(self, judged: Judged, data: Data, of: Team | Upstream, period: Period, options: Options) -> None:
        self.data, self.period = data, period
        self.organisation = data.organisation.with_issues(data.references)
        self.project = of if isinstance(of, Upstream) else None
        org = self.organisation
        self.team = of if isinstance(of, Team) else Team(
            name=of.name, slug=project_slug(org, of), members=org.everybody
        )  # fmt: skip
        self.include_private = self.project is None and options.get("include_private", False)
        self.without_names = self.project is not None or options.get("without_names", False)
        self.summaries: Mapping[str, dict[str, Any]] = options.get("summaries", {})
        self.labels = options.get("labels", Labels())
        self.as_of = datetime.now(UTC)
        self.cache: dict[Any, Any] = {}
        if self.project is not None:
            repos = judged.contributions["repo"]
            inside = [repo for repo in repos.dropna().unique() if org.upstream_of(repo) == self.project]
            judged = privacy.publicly_named(judged.where(repos.isin(inside)))
        self._judged = judged
        # Of a project there is no policy and no goal: they are of all work, and targets of all projects together.
        self.policy = None if self.project else org.policy.upstream_share
        self.goals: list[Goal] = [] if self.project else org.goals
        self.words = {str(lead): org.word(lead) for lead in Lead}
        days = period.first_day, period.last_day
        # Name by login of everybody who belonged to the team on a day of the period, in the order of the file.
        self.members = {one.login: one.word for one in self.team.members if one.holds_between(*days)}
        later: Options = {**options, "earlier": {}}
        self.earlier = [ReviewData(rows, data, of, then, later) for then, rows in options.get("earlier", {}).items()]

    @cached_property
    def _visible(self) -> Judged:
        return privacy.without_private(self._judged, self.include_private)

    @cached_property
    def _is_ours(self) -> pd.Series:
        return self._of_team(self._visible.contributions)

    @cached_property
    def named_rows(self) -> pd.DataFrame:
        """The rows of `rows` in their order, with logins and the ids of the label log: for counting, never shown."""
        return self._visible.where(self._is_ours).nested({})

    @cached_property
    def rows(self) -> pd.DataFrame:
        """The team's contributions as they may be shown, each with its visible `reasons` as dicts."""
        return self.shown.nested({}) if self.without_names else self.named_rows

    @cached_property
    def shown(self) -> Judged:
        """The rows of `rows` with their visible reasons as a table of its own."""
        judged = self._visible
        if self.without_names:  # of the whole organisation, so that a row has the same number in every team's review
            judged = privacy.without_names(judged, self.organisation, self.data.people)
        return judged.where(self._is_ours)

    def _of_team(self, rows: pd.DataFrame) -> pd.Series:
        """Return which rows are of a person who belonged to the team at their first or their last act."""
        members, timezone = self.team.members, self.period.timezone
        first = is_member(rows["actor"], rows["happened_at"], members, timezone)
        return first if first.all() else first | is_member(rows["actor"], rows["last_at"], members, timezone)

    @property
    def hidden(self) -> int:
        """How many of the team's contributions are private and not shown."""
        rows = self._judged.contributions
        private = rows[~privacy.visible(rows, self.include_private)]
        return int(self._of_team(private).sum()) if len(private) else 0

    @cached_property
    def acts(self) -> pd.DataFrame:
        """The acts of everybody in threads that may be shown."""
        return privacy.visible_acts(self.data.acts, self.data.threads, self.include_private)

    @cached_property
    def threads(self) -> pd.DataFrame:
        """The threads of everybody that may be shown."""
        is_visible = privacy.visible(self.data.threads, self.include_private)
        return self.data.threads if is_visible.all() else self.data.threads[is_visible]

    @property
    def covers_own_side(self) -> bool:
        """Whether a source of the organisation's own side covers the period: else silence is no evidence."""
        dates = of_trackers(self.data.references)["date"]
        return bool(dates.isna().any() or (dates.min() < self.period.end and dates.max() >= self.period.start))

    @property
    def silent(self) -> list[str]:
        """Names of members without a contribution; nobody of a project, since many members have no part in it."""
        present = set(self.named_rows["actor"].unique())
        return [] if self.project else [name for login, name in self.members.items() if login not in present]

    @property
    def initiatives(self) -> list[Initiative]:
        """The roadmap; for a project only what something public names."""
        if self.project is None:
            return self.organisation.initiatives
        led = self.named_rows.groupby("initiative")["stakeholder"].first()
        return [Initiative(name=i.name, stakeholder=i.stakeholder if i.stakeholder == led[i.name] else None)
                for i in self.organisation.initiatives if i.name in led.index]  # fmt: skip

    @property
    def periods(self) -> list[pd.DataFrame]:
        """The contributions with logins, a table a period, oldest first; the last is the one looked at."""
        return [*(before.named_rows for before in self.earlier), self.named_rows]

    @property
    def source_notes(self) -> dict[str, list[str]]:
        """Notes on each source, as they may be shown: no folders of this machine, no names."""
        notes = {source.name: source.notes for source in self.data.sources}
        for source in self.data.sources:
            if self.without_names and source.broken:
                # A broken line may hold the name of somebody of whom nothing else tells that it is one.
                unread = f"could not read: {source.broken} of its lines or files; contribkit load names them"
                notes[source.name] = [*source.notes[: -source.broken], unread]
        return {name: self._publishable(sentences) for name, sentences in notes.items()}

    @property
    def notes(self) -> list[str]:
        """Notes on contribkit.toml, on how leads were found, and on earlier summaries that could not be read."""
        left_out = self.summaries.notes if isinstance(self.summaries, Summaries) else []
        future = [f"{self.period} has not begun"] if self.period.start > self.as_of else []
        return self._publishable([*future, *self.organisation.cautions, *self._judged.notes, *left_out])

    def _publishable(self, sentences: list[str]) -> list[str]:
        local = [privacy.without_paths(sentence, self.organisation.root) for sentence in sentences]
        return list(map(privacy.mask_of(self.organisation, self.data.people), local)) if self.without_names else local


def within(times: pd.Series, period: Period) -> pd.Series:
    """Return which times lie in a period; a missing one does not."""
    return (times >= period.start) & (times < period.end)


def project_slug(organisation: Organisation, project: Upstream) -> str:
    """Return the name of the folder of a project's review: one that no team and no other project has."""
    slug = slug_of(project.name)
    projects, teams = [slug_of(one.name) for one in organisation.upstream], {team.slug for team in organisation.teams}
    if slug and projects.count(slug) == 1 and f"upstream-{slug}" not in teams:
        return f"upstream-{slug}"
    return "-".join(filter(None, ("upstream", slug, hashlib.sha256(project.name.encode()).hexdigest()[:8])))
