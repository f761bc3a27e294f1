"""The shape of contribkit.toml: one model a table, checked as a whole before anything else happens."""

import re
import tomllib
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar
from zoneinfo import ZoneInfo

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, field_validator, model_validator

from contribkit.errors import ContribkitError, nearest
from contribkit.identifiers import OWNER, REPOSITORY, key


def _one_line(text: Any) -> Any:
    if isinstance(text, str) and (not text.strip() or "\n" in text):
        raise ValueError("must be one line of text, and not empty")
    return text


Name = Annotated[str, BeforeValidator(_one_line)]
Login = Annotated[str, Field(pattern=rf"^{OWNER}(\[bot\])?$")]
RepositoryName = Annotated[str, Field(pattern=rf"^{OWNER}/{REPOSITORY}$")]


class Table(BaseModel):
    """A table of the file: an unknown key is an error, and nothing changes after reading."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Dated(Table):
    """A table that holds from one day to another, both included."""

    from_: date | None = Field(None, alias="from")
    to: date | None = None

    @model_validator(mode="after")
    def _in_order(self) -> "Dated":
        if self.from_ and self.to and self.to < self.from_:
            raise ValueError(f"to = {self.to} lies before from = {self.from_}")
        return self

    def holds_between(self, first: date, last: date) -> bool:
        """Say whether it holds on any day of a span."""
        return (self.from_ is None or self.from_ <= last) and (self.to is None or self.to >= first)


class Member(Dated):
    """A person of a team, and on which days they belonged to it."""

    login: Login
    name: str = ""
    aliases: list[str] = []
    capacity: float = Field(1.0, ge=0, le=1)
    away: list[str] = []

    @property
    def word(self) -> str:
        """The name people see."""
        return self.name or self.login


class Team(Table):
    """People who review their work together; members in the order of the file."""

    name: Name
    slug: str = Field("", pattern=r"^[a-z0-9][a-z0-9-]*$|^$")
    members: list[Member] = Field(min_length=1)

    @model_validator(mode="before")
    @classmethod
    def _slug_from_name(cls, data: Any) -> Any:
        if isinstance(data, dict) and not data.get("slug") and isinstance(data.get("name"), str):
            slug = re.sub(r"[^a-z0-9]+", "-", data["name"].casefold()).strip("-")
            return {**data, "slug": slug or "team"}
        return data


class Upstream(Table):
    """A project the organisation contributes to and does not own."""

    name: Name
    orgs: list[Login] = []
    repos: list[RepositoryName] = []
    key: bool = False

    @model_validator(mode="after")
    def _somewhere(self) -> "Upstream":
        if not self.orgs and not self.repos:
            raise ValueError('needs orgs = ["…"] or repos = ["owner/name"]')
        return self


class Stakeholder(Table):
    """A community, client or funder whose needs the organisation serves."""

    name: Name
    kind: Literal["member", "client", "collaborator", "grant"] = "member"
    aliases: list[str] = []
    orgs: list[Login] = []
    repos: list[RepositoryName] = []
    trackers: list[str] = []
    people: list[Login] = []


class Initiative(Table):
    """A piece of the roadmap: stakeholder-led work."""

    name: Name
    refs: list[str] = []
    stakeholder: str | None = None


class Goal(Dated):
    """Planned upstream-led work, with a target for a quarter."""

    name: Name
    upstream: list[str] = []
    activities: list[str] = []
    refs: list[str] = []
    target: int | None = Field(None, ge=1)

    @field_validator("activities")
    @classmethod
    def _known_activities(cls, activities: list[str]) -> list[str]:
        from contribkit.vocabulary import Activity

        for activity in activities:
            if activity not in list(Activity):
                raise ValueError(f'"{activity}" is no activity; {nearest(activity, [str(a) for a in Activity])}')
        return activities


class Policy(Table):
    """What the organisation wants of itself."""

    upstream_share: float | None = Field(None, ge=0, le=1)


class Signals(Table):
    """What on the organisation's own side speaks for a lead."""

    tickets: list[str] = []
    planned_labels: list[str] = []
    stakeholder_labels: list[str] = []
    stakeholder_trackers: list[str] = []


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
    timezone: str = "UTC"
    bots: list[str] = ["*[bot]"]
    names: Words = Words()
    scope: Literal["upstream", "everywhere"] = "upstream"
    sample: bool = False

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, timezone: str) -> str:
        try:
            ZoneInfo(timezone)
        except (KeyError, ValueError, OSError) as error:
            raise ValueError(f'"{timezone}" is no time zone; write one like "Europe/Berlin"') from error
        return timezone


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
    needs: dict[str, float] = {}
    sources: dict[str, dict[str, Any]] = {}


Place = tuple[int | str, ...]


def _disagreements(file: Configuration) -> Iterator[tuple[Place, str]]:
    """Yield what single tables cannot know, with its place: names that stand twice or nowhere."""
    for table, field, title in (
        ("teams", "slug", "team slug"),
        ("teams", "name", "team"),
        ("stakeholders", "name", "stakeholder"),
        ("upstream", "name", "upstream"),
    ):
        seen: set[str] = set()
        for number, row in enumerate(getattr(file, table)):
            name = getattr(row, field)
            if key(name) in seen:
                yield (table, number, field), f'{title} "{name}" stands twice'
            seen.add(key(name))
    stakeholders, projects = [row.name for row in file.stakeholders], [row.name for row in file.upstream]
    for number, initiative in enumerate(file.initiatives):
        if (whom := initiative.stakeholder) and whom not in stakeholders:
            said = f'no stakeholder is named "{whom}"; {nearest(whom, stakeholders)}'
            yield ("initiatives", number, "stakeholder"), said
    for number, goal in enumerate(file.goals):
        for name in goal.upstream:
            if name not in projects:
                yield ("goals", number, "upstream"), f'no upstream is named "{name}"; {nearest(name, projects)}'
    yield from _shared_logins(file)


def _shared_logins(file: Configuration) -> Iterator[tuple[Place, str]]:
    """Yield logins and aliases that would mean two people."""
    bearers = {key(member.login): key(member.login) for team in file.teams for member in team.members}
    for number, team in enumerate(file.teams):
        for position, member in enumerate(team.members):
            for alias in member.aliases:
                if (bearer := bearers.setdefault(key(alias), key(member.login))) != key(member.login):
                    place = ("teams", number, "members", position, "aliases")
                    yield place, f'the alias "{alias}" is {bearer}\'s too'


Settings = TypeVar("Settings", bound=BaseModel)


def read_configuration(path: Path) -> Configuration:
    """Read and check a contribkit.toml.

    Raises
    ------
    ContribkitError
        For a file that is missing, is not TOML, or does not fit: line, key and fix, one line for each mistake.
    """
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise ContribkitError(f"{path}: cannot be read ({error.strerror}); name the file with --config") from error
    except UnicodeDecodeError as error:
        raise ContribkitError(f"{path}: is not UTF-8 (byte {error.start}); save it as UTF-8") from error
    try:
        file = Configuration.model_validate(tomllib.loads(text), strict=True)
    except tomllib.TOMLDecodeError as error:
        raise ContribkitError(f"{path}: is not TOML: {error}") from error
    except ValidationError as error:
        said = [f"{path}:{line_of(text, mistake['loc'])}: {_sentence(mistake)}" for mistake in error.errors()]
        raise ContribkitError("\n".join(said)) from error
    if said := [f"{path}:{line_of(text, place)}: {sentence}" for place, sentence in _disagreements(file)]:
        raise ContribkitError("\n".join(said))
    return file


def validate_settings(model: type[Settings], name: str, settings: dict[str, Any]) -> Settings:
    """Check the settings of one source, ``[sources.name]``, against its model."""
    try:
        return model.model_validate(settings)
    except ValidationError as error:
        said = [f"contribkit.toml: [sources.{name}] {_sentence(mistake, model)}" for mistake in error.errors()]
        raise ContribkitError("\n".join(said)) from error


def _sentence(mistake: Any, model: type[BaseModel] = Configuration) -> str:
    """Put one mistake that pydantic found into a sentence."""
    place = [str(part) for part in mistake["loc"] if not isinstance(part, int)]
    dotted = ".".join(place)
    if mistake["type"] == "extra_forbidden":
        return f'unknown key "{dotted}"; {nearest(place[-1], _keys(model, place[:-1]))}'
    if mistake["type"] == "missing":
        return f'"{dotted}" is missing'
    message = mistake["msg"].removeprefix("Value error, ")
    if mistake["type"] == "string_pattern_mismatch":
        message = f'"{mistake["input"]}" does not look like one'
    return f"{dotted}: {message}" if dotted else message


def _keys(model: Any, place: list[str]) -> list[str]:
    """Return the keys that a table may have, found by walking the models along its place in the file."""
    for part in place:
        annotation = model.model_fields[part].annotation
        model = next((a for a in getattr(annotation, "__args__", ()) if isinstance(a, type)), annotation)
    return [field.alias or name for name, field in model.model_fields.items()]


def line_of(text: str, place: tuple[int | str, ...]) -> int:
    """Return the line on which a key, or else the table that should hold it, stands in a TOML text.

    Examples
    --------
    >>> line_of("[a]\\nx = 1\\n[[b]]\\ny = 2\\n[[b]]\\ny = 3\\n", ("b", 1, "y"))
    6
    """
    counts: dict[tuple[int | str, ...], int] = {}
    table: tuple[int | str, ...] = ()
    best, best_line = 0, 1
    for number, line in enumerate(text.split("\n"), start=1):
        if header := re.match(r"\s*(\[\[?)\s*([\w.\- ]+?)\s*\]", line):
            table = _table(header[2].split("."), header[1] == "[[", counts)
            here = table
        elif assignment := re.match(r"\s*([\w\-.\"' ]+?)\s*=", line):
            here = (*table, *(part.strip(" \"'") for part in assignment[1].split(".")))
        else:
            continue
        if here == place[: len(here)] and len(here) > best:
            best, best_line = len(here), number
    return best_line


def _table(parts: list[str], is_array: bool, counts: dict[tuple[int | str, ...], int]) -> tuple[int | str, ...]:
    """Return the place of a table, arrays counted: ``[[teams.members]]`` may be ``("teams", 0, "members", 2)``."""
    place: tuple[int | str, ...] = ()
    for depth, part in enumerate(parts, start=1):
        place = (*place, part.strip())
        if depth == len(parts) and is_array:
            counts[place] = counts.get(place, -1) + 1
        if place in counts:
            place = (*place, counts[place])
    return place
