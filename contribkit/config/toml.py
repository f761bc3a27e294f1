"""Read a contribkit.toml: checked as a whole before anything else happens, every mistake with its line and its fix."""

import tomllib
from bisect import bisect_left
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from contribkit.config.models import Configuration
from contribkit.errors import ContribkitError, nearest
from contribkit.ids import casefold_id
from contribkit.text import printable

Settings = TypeVar("Settings", bound=BaseModel)
Place = tuple[int | str, ...]
PLACEHOLDER = "CHANGE-ME"  # what `contribkit init` leaves to be filled in
_LONGEST = 300  # characters of a message, which may quote a value


def _inconsistencies(file: Configuration) -> Iterator[tuple[Place, str]]:
    """Yield, with its place, what single tables cannot know: duplicate names, and names of what is not there."""
    for table, field, title in (
        ("teams", "slug", "team slug"), ("teams", "name", "team"), ("stakeholders", "name", "stakeholder"),
        ("upstream", "name", "upstream"), ("initiatives", "name", "initiative"),
    ):  # fmt: skip
        names = [getattr(row, field) for row in getattr(file, table)]
        folded = [casefold_id(name) for name in names]
        for number, name in enumerate(names):
            if folded[number] in folded[:number]:
                yield (table, number, field), f'duplicate {title} "{name}"; give it another name'
    stakeholders, projects = [row.name for row in file.stakeholders], [row.name for row in file.upstream]
    for number, initiative in enumerate(file.initiatives):
        if (name := initiative.stakeholder) and name not in stakeholders:
            yield ("initiatives", number, "stakeholder"), f'unknown stakeholder "{name}"; {nearest(name, stakeholders)}'
    for number, goal in enumerate(file.goals):
        for name in goal.upstream:
            if name not in projects:
                yield ("goals", number, "upstream"), f'unknown upstream "{name}"; {nearest(name, projects)}'
        namesakes = [other for other in file.goals[:number] if casefold_id(other.name) == casefold_id(goal.name)]
        if any(map(goal.overlaps, namesakes)):
            yield ("goals", number, "name"), f'duplicate goal "{goal.name}" on the same days; give it another name'
    yield from _shared_logins(file)


def _shared_logins(file: Configuration) -> Iterator[tuple[Place, str]]:
    people = [(("teams", number), *one) for number, team in enumerate(file.teams) for one in enumerate(team.members)]
    owners = {casefold_id(member.login): casefold_id(member.login) for _, _, member in people}
    names, elsewhere = dict[tuple[Place, str], str](), dict[tuple[str, str], str]()
    for team, number, member in people:
        login, place = casefold_id(member.login), (*team, "members", number)
        if (name := names.setdefault((team, login), member.name)) != member.name:
            yield (*place, "name"), f'"{member.login}" has two names, "{name}" and "{member.name}"; use one'
        for alias in member.aliases:
            if (owner := owners.setdefault(casefold_id(alias), login)) != login:
                yield (*place, "aliases"), f'the alias "{alias}" is also {owner}\'s; remove it from one of them'
        for space, name in ((space, name) for space, known in member.names.items() for name in known):
            if (owner := elsewhere.setdefault((space, casefold_id(name)), login)) != login:
                yield (*place, "names"), f'"{name}" ({space}) is also {owner}\'s; remove it from one of them'


def read_configuration(path: Path) -> Configuration:
    """Read and check a contribkit.toml; an error has line, key and fix, one line for each mistake."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise ContribkitError(f"{path}: cannot be read ({error.strerror}); name the file with --config") from error
    except UnicodeDecodeError as error:
        raise ContribkitError(f"{path}: is not UTF-8 (byte {error.start}); save it as UTF-8") from error
    try:
        file = Configuration.model_validate(tomllib.loads(text), strict=True)
    except ValidationError as error:  # a ValueError too, so it comes first
        lines = [f"{path}:{line_of(text, mistake['loc'])}: {_sentence(mistake)}" for mistake in error.errors()]
        raise ContribkitError("\n".join(lines)) from error
    except (ValueError, RecursionError) as error:  # a number of thousands of digits, thousands of brackets
        reason = "nested too deep" if isinstance(error, RecursionError) else str(error)
        raise ContribkitError(f"{path}: is not TOML: {reason}") from error
    if lines := [f"{path}:{line_of(text, place)}: {sentence}" for place, sentence in _inconsistencies(file)]:
        raise ContribkitError("\n".join(lines))
    return file


def placeholders(path: Path) -> str:
    """Return in which lines of a file something is still to be filled in, as a sentence; empty where nothing is."""
    lines = enumerate(path.read_text(encoding="utf-8").split("\n"), start=1)
    found = [str(number) for number, line in lines if PLACEHOLDER in line and not line.lstrip().startswith("#")]
    places = f"line{'s' if found[1:] else ''} {', '.join(found)}; write there what the comment beside it says"
    return f"{path}:{found[0]}: {PLACEHOLDER} is still on {places}" if found else ""


def validate_settings(model: type[Settings], name: str, settings: dict[str, Any]) -> Settings:
    """Check the settings of one source, ``[sources.name]``, against its model."""
    try:
        return model.model_validate(settings)
    except ValidationError as error:
        lines = [f"contribkit.toml: [sources.{name}] {_sentence(mistake, model)}" for mistake in error.errors()]
        raise ContribkitError("\n".join(lines)) from error


# pydantic's types of errors in words, with the input or what its context holds.
_WORDS = {
    "string_type": 'must be text in quotation marks, such as "name"', "bool_type": "must be true or false",
    "list_type": 'must be a list in brackets, such as ["name"]', "date_type": "must be a day like 2026-07-01",
    "int_type": "must be a whole number", "float_type": "must be a number",
    "finite_number": "must be a number", "literal_error": "must be {expected}",
    "less_than_equal": "must be at most {le}", "greater_than_equal": "must be at least {ge}",
    "greater_than": "must be more than {gt}", "too_short": "must not be empty",
    "string_pattern_mismatch": '"{input}" is not a valid name on GitHub',
    "model_type": "must be a table, with keys", "dict_type": "must be a table, with keys",
}  # fmt: skip


def _sentence(mistake: Any, model: type[BaseModel] = Configuration) -> str:
    dotted = ".".join(place := [str(part) for part in mistake["loc"] if not isinstance(part, int)])
    if mistake["type"] == "extra_forbidden":
        return f'unknown key "{dotted}"; {nearest(place[-1], _keys(model, place[:-1]))}'
    if mistake["type"] == "missing":
        return f'"{dotted}" is missing'
    message = mistake["msg"].removeprefix("Value error, ")
    if mistake["type"] == "list_type" and isinstance(mistake["input"], dict):
        message = f"must be in double brackets: [[{dotted}]]"
    elif mistake["type"] in _WORDS:
        message = _WORDS[mistake["type"]].format(input=mistake["input"], **mistake.get("ctx", {}))
    message = message if len(message) <= _LONGEST else f"{message[:_LONGEST]}…"
    return printable(f"{dotted}: {message}" if dotted else message)


def _keys(model: Any, place: list[str]) -> list[str]:
    for part in place:
        annotation = model.model_fields[part].annotation
        model = next((a for a in getattr(annotation, "__args__", ()) if isinstance(a, type)), annotation)
    return [field.alias or name for name, field in model.model_fields.items()]


def line_of(text: str, place: Place) -> int:
    """Return the line of a key in a TOML text, or else of the table that should hold it."""
    lines = text.split("\n")

    def parsed(count: int) -> tuple[int, int]:
        """Return how much of the place the first `count` lines hold, and how many are read: none ends in a value."""
        for number in range(count, 0, -1):
            with suppress(tomllib.TOMLDecodeError):
                return _depth(tomllib.loads("\n".join(lines[:number]) + "\n"), place), number
        return 0, 0

    depth, _ = parsed(len(lines))
    first = bisect_left(range(len(lines)), depth, key=lambda count: parsed(count)[0])
    return max(1, parsed(first - 1)[1] + 1)


def _depth(table: Any, place: Place) -> int:
    for number, part in enumerate(place):
        try:
            table = table[part]
        except (KeyError, IndexError, TypeError):
            return number
    return len(place)
