"""The shape of contribkit.toml: one model a table."""

import re
from collections.abc import Mapping
from contextlib import suppress
from datetime import date, timedelta
from typing import Annotated, Any, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from contribkit.errors import ContribkitError, nearest
from contribkit.ids import HOST, LOGIN, OWNER, REPOSITORY, SCHEMES, parse_place
from contribkit.period import YEARS, Period
from contribkit.vocabulary import Activity


def _one_line(text: Any) -> Any:
    if isinstance(text, str) and (not text.strip() or "\n" in text):
        raise ValueError("must be one line of text, and not empty")
    return " ".join(text.split()) if isinstance(text, str) else text  # what is copied from a page has other spaces


def _day(day: Any) -> Any:
    """Return a day, in quotation marks or not; far ones have no start or end in every time zone."""
    try:
        day = date.fromisoformat(day) if isinstance(day, str) else day
    except ValueError:
        raise ValueError(f'invalid day "{day}"; write one like 2026-07-01') from None
    if isinstance(day, date) and day.year not in YEARS:
        raise ValueError(f"{day} is not between {YEARS[0]} and {YEARS[-1]}; leave out a day that does not come")
    return day


def _span(text: Any) -> Any:
    """Check a span of days; "last month" would mean other days at every reading."""
    with suppress(ContribkitError):
        if isinstance(text, str) and text.strip()[:1].isdigit():
            Period(text)
            return text
    raise ValueError(f'invalid span of days "{text}"; write one like 2026-08-01..2026-08-31 or 2026-08')


def _activity(text: str) -> str:
    if text not in list(Activity):
        raise ValueError(f'unknown activity "{text}"; {nearest(text, [*Activity])}')
    return text


def _namespace(name: str) -> str:
    if name not in NAMESPACES and not re.fullmatch(HOST, name):
        raise ValueError(f'unknown kind of name "{name}"; {nearest(name, NAMESPACES)}, or a host')
    return name.lower()


def _time_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise ValueError(f'unknown time zone "{name}"; write one like "Europe/Berlin"') from error
    return name


# Where a person has a name: on a kind of place, wherever it is, or on one host alone.
NAMESPACES = [*(scheme for scheme in SCHEMES if scheme != "mail"), "email"]
Day = Annotated[date, BeforeValidator(_day)]
Span = Annotated[str, BeforeValidator(_span)]
Weight = Annotated[float, Field(ge=-100, le=100)]
Hours = Annotated[float, Field(ge=0, le=1000)]
Name = Annotated[str, BeforeValidator(_one_line)]
Names = Annotated[list[Name], BeforeValidator(lambda names: [names] if isinstance(names, str) else names)]
Login = Annotated[str, Field(pattern=rf"^{LOGIN}(\[bot\])?$")]
Place = Annotated[str, AfterValidator(lambda text: text if parse_place(text) else "")]
RepositoryName = Annotated[str, Field(pattern=rf"^{OWNER}/{REPOSITORY}$")]


class Table(BaseModel):
    """A table of the file: an unknown key is an error, and nothing changes after reading."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Dated(Table):
    """A table that holds from one day to another, both included."""

    from_: Day | None = Field(None, alias="from")
    to: Day | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.from_ and self.to and self.to < self.from_:
            raise ValueError(f"to = {self.to} is before from = {self.from_}")
        return self

    def holds_between(self, first: date, last: date) -> bool:
        """Return whether it holds on any day of a span."""
        return (self.from_ is None or self.from_ <= last) and (self.to is None or self.to >= first)

    def overlaps(self, other: "Dated") -> bool:
        """Return whether there is a day on which both hold."""
        return self.holds_between(other.from_ or date.min, other.to or date.max)


class Member(Dated):
    """A person of a team, and the days on which they belonged to it."""

    login: Login
    name: str = ""
    aliases: list[Name] = []
    names: dict[Annotated[str, AfterValidator(_namespace)], Names] = {}  # elsewhere than on GitHub
    capacity: float = Field(1.0, ge=0, le=1)
    away: list[Span] = []
    hours: Annotated[float, Field(ge=0, le=10_000)] | None = None

    @property
    def word(self) -> str:
        """The name people see."""
        return self.name or self.login

    def days_here(self, first: date, last: date) -> tuple[int, int]:
        """Return the number of days of a span on which they belong to the team, and on how many they are away."""
        days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
        days = [day for day in days if self.holds_between(day, day)]
        spans = [Period(text) for text in self.away]
        return len(days), sum(any(span.first_day <= day <= span.last_day for span in spans) for day in days)


def slug_of(name: str) -> str:
    """Return a name for folders and addresses, such as product-services; empty where nothing of it is ASCII."""
    return re.sub(r"[^a-z0-9]+", "-", name.casefold()).strip("-")


class Team(Table):
    """People who review their work together; members in the order of the file."""

    name: Name
    slug: str = Field("", pattern=r"^[a-z0-9][a-z0-9-]*$|^$")
    members: list[Member] = Field(min_length=1)
    hours: Annotated[float, Field(ge=0, le=100_000)] | None = None

    @model_validator(mode="before")
    @classmethod
    def _slug_from_name(cls, data: Any) -> Any:
        if isinstance(data, dict) and not data.get("slug") and isinstance(data.get("name"), str):
            return {**data, "slug": slug_of(data["name"]) or "team"}
        return data


class Upstream(Table):
    """A project the organisation contributes to and does not own."""

    name: Name
    orgs: list[Login] = []
    repos: list[RepositoryName] = []
    places: list[Place] = []  # elsewhere than on GitHub
    key: bool = False

    @model_validator(mode="after")
    def _somewhere(self) -> Self:
        if not (self.orgs or self.repos or self.places):
            raise ValueError(
                'needs orgs = ["…"] or repos = ["owner/name"], or elsewhere places = ["gitlab:HOST/group"]'
            )
        return self


class Stakeholder(Table):
    """A community, client or funder whose needs the organisation serves."""

    name: Name
    kind: Literal["member", "client", "collaborator", "grant"] = "member"
    aliases: list[Name] = []
    orgs: list[Login] = []
    repos: list[RepositoryName] = []
    trackers: list[str] = []
    people: list[Login] = []
    codes: list[Name] = []
    labels: list[Name] = []
    public: bool | None = None

    @property
    def may_be_named(self) -> bool:
        """Whether text offered for public threads may name them: a client only where contribkit.toml says so."""
        return self.kind != "client" if self.public is None else self.public


class PlannedWork(Table):
    """Work that is planned in threads: ``refs``, and issues of a repository, or sub-issues, by label and milestone."""

    name: Name
    refs: list[str] = []
    from_issues: Annotated[str, Field(pattern=rf"^{OWNER}/{REPOSITORY}(#\d+)?$")] | None = None
    label: Name | None = None
    milestone: Name | None = None

    @model_validator(mode="before")
    @classmethod
    def _name_from_issues(cls, data: Any) -> Any:
        if isinstance(data, dict) and "name" not in data and isinstance(data.get("from_issues"), str):
            parts = (data["from_issues"], data.get("label", ""), data.get("milestone", ""))
            return {**data, "name": " ".join(part for part in parts if part)}
        return data

    @model_validator(mode="after")
    def _repository_of_issues(self) -> Self:
        if not self.from_issues and (key := "label" if self.label else "milestone" if self.milestone else ""):
            raise ValueError(f'{key} says which issues of from_issues count; add from_issues = "owner/repo"')
        return self

    def picks(self, issue: Mapping[str, Any]) -> bool:
        """Return whether an issue of `from_issues` counts, by its labels and its milestone."""
        labels, milestone = {label.casefold() for label in issue["labels"]}, issue["milestone"] or ""
        has_label = self.label is None or self.label.casefold() in labels
        return has_label and (self.milestone is None or self.milestone.casefold() == milestone.casefold())


class Initiative(PlannedWork):
    """A piece of the roadmap: stakeholder-led work. Each issue of `from_issues` is one: `Organisation.with_issues`."""

    stakeholder: str | None = None


class Goal(PlannedWork, Dated):
    """Planned upstream-led work, with a target for a quarter."""

    upstream: list[str] = []
    activities: list[Annotated[str, AfterValidator(_activity)]] = []
    codes: list[Name] = []
    target: int | None = Field(None, ge=1)


class Policy(Table):
    """What the organisation wants of itself."""

    upstream_share: float | None = Field(None, ge=0, le=1)


class Signals(Table):
    """What on the organisation's own side speaks for a lead."""

    tickets: list[str] = []
    planned_labels: list[str] = []
    stakeholder_labels: list[str] = []
    stakeholder_trackers: list[str] = []


class NeedWeights(Table):
    """``[needs]``: the points of each reason when upstream needs are ranked; 0 leaves a reason out."""

    newcomer: Weight = 3.0  # somebody new to the project waits
    unanswered: Weight = 2.0  # nobody has answered yet
    checks: Weight = 1.0  # its checks are green
    small: Weight = 1.0  # little to read
    recent: Weight = 1.0  # updated recently: its author is still around
    stale: Weight = -1.0  # untouched for long: it may be out of date
    conflict: Weight = -1.0  # cannot be merged as it is
    changes_requested: Weight = -2.0  # the author's turn
    own: Weight = -2.0  # one of us opened it: the project waits for others too
    goal: Weight = 2.0  # a goal plans such work
    key: Weight = 2.0  # a key community
    overdue: Weight = 4.0  # the last release is long ago, and work waits for the next one
    red: Weight = 5.0  # the default branch is broken for everybody


class Effort(Table):
    """``[effort]``: the hours that a contribution of each kind is taken for where none are known. All are assumed."""

    pull_request: Hours = 6.0
    issue: Hours = 0.5
    discussion: Hours = 0.5
    review: Hours = 1.0
    comment: Hours = 0.25
    triage: Hours = 0.05
    release: Hours = 2.0
    repository: Hours = 4.0
    meeting: Hours = 1.0
    mentoring: Hours = 1.0
    other: Hours = 1.0


class Words(Table):
    """The organisation's own words for the leads."""

    stakeholder: Name | None = None
    upstream: Name | None = None
    individual: Name | None = None
    unclear: Name | None = None


class OrganisationTable(Table):
    """Who the organisation is."""

    name: Name
    own: list[Login] = []
    timezone: Annotated[str, AfterValidator(_time_zone)] = "UTC"
    bots: list[str] = ["*[bot]"]
    names: Words = Words()
    scope: Literal["upstream", "everywhere"] = "upstream"
    sample: bool = False


class Configuration(Table):
    """The whole file."""

    organisation: OrganisationTable
    teams: list[Team] = Field(min_length=1)
    upstream: list[Upstream] = []
    stakeholders: list[Stakeholder] = []
    initiatives: list[Initiative] = []
    goals: list[Goal] = []
    policy: Policy = Policy()
    signals: Signals = Signals()
    needs: NeedWeights = NeedWeights()
    effort: Effort = Effort()
    sources: dict[str, dict[str, Any]] = {}
