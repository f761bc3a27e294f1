"""One team's review of one period: its sections."""

from functools import cached_property

from contribkit.review import sections
from contribkit.review.page import Section
from contribkit.review.written import Written


class Review(Written):
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
    summaries
        What earlier renderings said, by period; see `contribkit.read_summaries`. That of this period tells which leads
        changed since; those of earlier periods stand in where sources know nothing of them.
    labels
        The label log, for which labels changed since.

    Attributes
    ----------
    rows
        The team's contributions as shown.
    leads, history, by_stakeholder, by_initiative, cross_links, goals, activities, spread, projects, waiting
        The tables behind the sections.
    overview, stakeholders, goal_section, sharing, strength, outside, unclear, not_seen, changed
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
    def strength(self) -> Section:
        """Whether the work strengthened the community."""
        return sections.community.section(self)

    @cached_property
    def outside(self) -> Section:
        """What fell outside the system."""
        return sections.outside.section(self)

    @cached_property
    def unclear(self) -> Section:
        """What waits for a person."""
        return sections.waiting.section(self)

    @cached_property
    def changed(self) -> Section:
        """How the period compares with those before it, and what changed since reviews were last rendered."""
        return sections.changes.section(self)

    @cached_property
    def not_seen(self) -> Section:
        """What the review could not see."""
        return sections.not_seen.section(self)
