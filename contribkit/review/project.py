"""What the organisation did in one upstream project, for the people who maintain it; without names."""

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

import pandas as pd

from contribkit import privacy
from contribkit.config.models import Team, Upstream, slug_of
from contribkit.period import Period
from contribkit.review import projects, sections, sharing
from contribkit.review.page import Section
from contribkit.review.stakeholders import driven_by
from contribkit.review.written import Written
from contribkit.tables import Judged, as_nested, records

if TYPE_CHECKING:
    from contribkit.loaders import Data


class ProjectReview(Written):
    """What maintainers of a project see of a period: all teams together, who drove the work, and why.

    Private threads and persons are never shown, and a stakeholder is named only where something public says for whom
    the work was.

    Parameters
    ----------
    judged
        What `contribkit.classify` says of `data.contributions`.
    data
        What `contribkit.load` returned.
    project
        Which project; see `Organisation.project`.
    period
        The days looked at.
    earlier
        Judged contributions of earlier periods by period, oldest first, for the comparison.
    summaries
        What earlier renderings said, by period; see `contribkit.read_summaries`.

    Attributes
    ----------
    driven
        Who drove the work, and which initiative or goal stands behind it; see `stakeholders.driven_by`.
    overview, drivers, strength, not_seen
        The sections of the page.

    Examples
    --------
    >>> import contribkit as ck
    >>> org = ck.Organisation.read_sample()
    >>> data = ck.load(org, ck.Period("2026-Q3", org.timezone))
    >>> judged = ck.classify(data.contributions, data.references, org)
    >>> review = ck.ProjectReview(judged, data, org.project("Tarngrid"), data.period)
    >>> set(review.rows["actor"])
    {'somebody'}
    """

    def __init__(
        self,
        judged: Judged,
        data: "Data",
        project: Upstream,
        period: Period,
        earlier: Mapping[Period, Judged] | None = None,
        summaries: dict[str, dict[str, Any]] | None = None,
    ) -> None:
        self.project = project
        org = data.organisation
        everybody = Team(name=project.name, slug=self.slug(project), members=[member for _, member in org.memberships])

        def here(known: Judged) -> Judged:
            rows = as_nested(known)
            inside = [repo for repo in rows["repo"].dropna().unique() if org.upstream_of(repo) == project]
            return Judged.of(privacy.publicly_named(rows[rows["repo"].isin(inside)]), getattr(known, "notes", []))

        before = {then: here(rows) for then, rows in (earlier or {}).items()}
        super().__init__(here(judged), data, everybody, period, before, False, True, summaries)

    @staticmethod
    def slug(project: Upstream) -> str:
        """Return the name of the folder in which the review of a project lies."""
        return f"upstream-{slug_of(project.name)}"

    @property
    def policy(self) -> None:
        """None: what the organisation wants is of all its work, not of one project."""

    @property
    def silent(self) -> list[str]:
        """Nobody: many members of an organisation have nothing to do with a project."""
        return []

    @cached_property
    def goals(self) -> pd.DataFrame:
        """No goal: targets are of all projects together."""
        return sharing.goal_table(self.named_rows, [], self.period)

    @cached_property
    def projects(self) -> pd.DataFrame:
        """The organisation's part of what happened in this project."""
        table = projects.project_shares(self.acts, self.organisation, self.period)
        return table[table["project"] == self.project.name].reset_index(drop=True)

    @cached_property
    def driven(self) -> pd.DataFrame:
        """Who drove the work."""
        return driven_by(self.named_rows)

    @cached_property
    def overview(self) -> Section:
        """The head of the page, and who led what."""
        return sections.leads.section(self)

    @cached_property
    def drivers(self) -> Section:
        """Who drove the work, and what stands behind it."""
        return sections.drivers.section(self)

    @cached_property
    def strength(self) -> Section:
        """Whether the work strengthened the community."""
        return sections.community.section(self, number="")

    @cached_property
    def not_seen(self) -> Section:
        """What the review could not see."""
        return sections.not_seen.section(self, number="")

    @cached_property
    def summary(self) -> dict[str, Any]:
        """Every number of the page, who drove the work among them."""
        return super().summary | {"driven": records(self.driven)}
