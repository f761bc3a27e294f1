"""Read a contribkit.toml: checked as a whole before anything else happens, every mistake with its line and fix."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from contribkit.config.models import Configuration
from contribkit.errors import ContribkitError, nearest
from contribkit.ids import casefold_id

Place = tuple[int | str, ...]


def _disagreements(file: Configuration) -> Iterator[tuple[Place, str]]:
    """Yield what single tables cannot know, with its place: names that stand twice or nowhere."""
    for table, field, title in (
        ("teams", "slug", "team slug"),
        ("teams", "name", "team"),
        ("stakeholders", "name", "stakeholder"),
        ("upstream", "name", "upstream"),
        ("initiatives", "name", "initiative"),
        ("goals", "name", "goal"),
    ):
        seen: set[str] = set()
        for number, row in enumerate(getattr(file, table)):
            name = getattr(row, field)
            if casefold_id(name) in seen:
                yield (table, number, field), f'duplicate {title} "{name}"'
            seen.add(casefold_id(name))
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
    yield from _renamed(file)


def _shared_logins(file: Configuration) -> Iterator[tuple[Place, str]]:
    """Yield logins and aliases that would mean two people."""
    bearers = {casefold_id(member.login): casefold_id(member.login) for team in file.teams for member in team.members}
    for number, team in enumerate(file.teams):
        for position, member in enumerate(team.members):
            for alias in member.aliases:
                if (bearer := bearers.setdefault(casefold_id(alias), casefold_id(member.login))) != casefold_id(
                    member.login
                ):
                    place = ("teams", number, "members", position, "aliases")
                    yield place, f'the alias "{alias}" is {bearer}\'s too'


def _renamed(file: Configuration) -> Iterator[tuple[Place, str]]:
    """Yield memberships of one login in one team under two names: they would be one person with either name."""
    for number, team in enumerate(file.teams):
        names: dict[str, str] = {}
        for position, member in enumerate(team.members):
            if (name := names.setdefault(casefold_id(member.login), member.name)) != member.name:
                said = f'"{member.login}" has two names, "{name}" and "{member.name}"'
                yield ("teams", number, "members", position, "name"), said


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
