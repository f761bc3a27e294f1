"""From what GitHub tells to a contribkit.toml: what is new in it, and what people accepted."""

import json
import re
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from contribkit.config.organisation import Organisation
from contribkit.config.toml import PLACEHOLDER, line_of
from contribkit.errors import ContribkitError
from contribkit.init import STARTER_CONFIG, start
from contribkit.init.github_facts import read_facts
from contribkit.init.proposals import Proposal, proposals
from contribkit.io import write_whole
from contribkit.loaders.github.client import Client
from contribkit.loaders.github.settings import DOTCOM, Settings, settings_of
from contribkit.text import printable

_WIDTH = 100  # signs of a list in one line
_LEFT_OUT = "# contribkit init left out: "
_PLANS = ("initiatives", "goals")  # what is one of them, or was left out, is not proposed as the other


@dataclass(frozen=True)
class Proposed:
    """What GitHub proposes for a folder: `found` is new to its contribkit.toml, `broken` what could not be had."""

    folder: Path
    before: str
    organisation: str
    api_url: str
    found: list[Proposal]
    broken: list[str]

    def write(self, taken: Sequence[Proposal], left_out: Sequence[Proposal] = ()) -> list[Path]:
        """Put what was taken into contribkit.toml, or write nothing if it was changed meanwhile; return the files."""
        config = self.folder / "contribkit.toml"
        made = [] if config.exists() else start(self.folder)
        if config.read_text(encoding="utf-8") != self.before:
            raise ContribkitError(f"{config}: was changed meanwhile, so nothing was written; run this again")
        write_whole(config, accept(self.before, self.organisation, self.api_url, taken, left_out))
        return made or [config]


class NoToken(ContribkitError):
    """GitHub is not asked: no token was found or typed. Two lines say how to get one."""


def propose(folder: Path, organisation: str, team: str = "", api_url: str = DOTCOM) -> Proposed:
    """Ask GitHub, where the folder's file says it is or at `api_url`, and return what the file does not say yet."""
    config, settings = folder / "contribkit.toml", Settings(api_url=api_url)
    if config.exists() and "github" in (known := Organisation.read(config)).sources:
        settings = settings_of(known)
    before = (config if config.exists() else STARTER_CONFIG).read_text(encoding="utf-8")
    token = settings.find_token() or settings.ask_for_token()
    if token is None:
        scope = "with the scope read:org it sees members who do not show that they belong there"
        raise NoToken(f"{settings.no_token}\nmake a token at https://{settings.site}/settings/tokens: {scope}")
    with Client(settings, token) as client:
        facts = read_facts(client, settings, organisation, team, date.today())
    return Proposed(folder, before, organisation, settings.api_url, new_only(before, proposals(facts)), facts.broken)


def new_only(text: str, found: Iterable[Proposal]) -> list[Proposal]:
    """Return the proposals that a contribkit.toml neither has nor left out before."""
    file, picks = defaultdict(list, tomllib.loads(text)), ("from_issues", "label", "milestone")
    plans = [one for table in _PLANS for one in file[table]]
    names = {
        "teams.members": [member["login"] for team in file["teams"] for member in team.get("members", [])],
        "upstream": [place for one in file["upstream"] for place in _places(one)],
        "stakeholders": [one["name"] for one in file["stakeholders"]],
        "goals": [" ".join(one[key] for key in picks if key in one) or one["name"] for one in plans],
    }
    known = {(table, name.casefold()) for table in names for name in names[table]}
    known |= {(table, json.loads(name)) for table, name in re.findall(rf"(?m)^{_LEFT_OUT}(\S+) (\".*\")\s*$", text)}
    known |= {(either, name) for table, name in known if table in _PLANS for either in _PLANS}
    named = [(one, {(one.table, name.casefold()) for name in (one.name, *_places(one.values))}) for one in found]
    return [one for one, its_names in named if known.isdisjoint(its_names)]


def _places(table: dict[str, Any]) -> list[str]:
    return [*table.get("orgs", []), *table.get("repos", [])]


def accept(
    text: str, organisation: str, api_url: str, taken: Sequence[Proposal], left_out: Sequence[Proposal] = ()
) -> str:
    """Return a contribkit.toml with what was taken, each below others of its kind; what was left out is noted."""
    if about := re.search(r"(?m)^\[organisation\]\n(?:.+\n)*", text):
        filled = about[0].replace(f'name = "{PLACEHOLDER}"', f"name = {_toml(organisation)}")
        filled = filled.replace(f'own = ["{PLACEHOLDER}"]', f"own = {_toml([organisation])}")
        text = text.replace(about[0], filled, 1)
    text = re.sub(r"(?m)^#\[sources\.github\]", "[sources.github]", text)
    if api_url != DOTCOM:
        text = re.sub(r'(?m)^#api_url = "[^"]*"', lambda _: f"api_url = {_toml(api_url)}", text, count=1)
    for one in taken:
        lines = [f"{key} = {_toml(value)}\n" for key, value in one.values.items()]
        text = _insert(text, one.table, f"[[{one.table}]]\n{''.join(lines)}")
    noted = [f"{_LEFT_OUT}{one.table} {_toml(one.name.casefold())}\n" for one in left_out]
    return text.rstrip("\n") + "\n" + ("\n" if noted and _LEFT_OUT not in text else "") + "".join(noted)


def with_aliases(text: str, aliases: Mapping[str, Sequence[str]]) -> str:
    """Return a contribkit.toml in which members have further aliases, by login; a `ContribkitError` if it cannot be."""
    lines, wanted = text.split("\n"), tomllib.loads(text)
    for number, team in enumerate(wanted["teams"]):
        for position, member in enumerate(team["members"]):
            if added := aliases.get(member["login"]):
                key, known = "aliases" if "aliases" in member else "login", member.get("aliases", [])
                line = line_of(text, ("teams", number, "members", position, key)) - 1
                new = lines[line].replace("[", f"[{', '.join(map(_toml, added))}, ", 1)  # it may go on in more lines
                lines[line] = new if key == "aliases" else f"{lines[line]}\naliases = {_toml([*added])}"
                member["aliases"] = [*added, *known]
    written = "\n".join(lines)
    with suppress(tomllib.TOMLDecodeError):
        if tomllib.loads(written) == wanted:
            return written
    raise ContribkitError("contribkit.toml has members in a form of its own; add the aliases to it by hand")


def _insert(text: str, table: str, blocks: str) -> str:
    """Put tables in the place of one that is to be filled in, else below the last of its kind or its example."""
    header = re.escape(f"[[{table}]]")
    filled, example = rf"(?m)^{header}.*\n(?:(?!\s*$).*\n?)*", rf"(?m)^#{header}.*\n(?:#.*\n)*"
    found = [*re.finditer(filled, text)] or [*re.finditer(example, text)]
    if not found:
        return f"{text.rstrip()}\n\n{blocks}"
    last = found[-1]
    if PLACEHOLDER in last[0]:
        optional = "".join(re.findall(r"(?m)^#.*\n", last[0]))
        return text[: last.start()] + blocks + optional + text[last.end() :]
    return text[: last.end()] + "\n" + blocks + text[last.end() :]


def _toml(value: Any) -> str:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list):
        inside = ", ".join(map(_toml, value))
        return f"[{inside}]" if len(inside) < _WIDTH else "[\n  {},\n]".format(",\n  ".join(map(_toml, value)))
    return json.dumps(printable(str(value)), ensure_ascii=False)
