"""From what GitHub tells to a contribkit.toml: what is new in it, and what people accepted."""

import json
import re
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from contribkit.config.organisation import Organisation
from contribkit.errors import ContribkitError
from contribkit.init import PLACEHOLDER, STARTER_CONFIG, start
from contribkit.init.github_facts import read_facts
from contribkit.init.proposals import Proposal, proposals
from contribkit.io import write_whole
from contribkit.loaders.github.client import Client
from contribkit.loaders.github.settings import DOTCOM, Settings, Token, settings_of
from contribkit.text import printable

_LEFT_OUT = "# contribkit init left out: "


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
        """Make the folder where it is new, put what was taken into contribkit.toml, and return the files written.

        Raises `ContribkitError`, and writes nothing, where the file was changed meanwhile.
        """
        config = self.folder / "contribkit.toml"
        made = [] if config.exists() else start(self.folder)
        if config.read_text(encoding="utf-8") != self.before:
            raise ContribkitError(f"{config}: was changed meanwhile, so nothing was written; run this again")
        write_whole(config, accept(self.before, self.organisation, self.api_url, taken, left_out))
        return made or [config]


def github_settings(folder: Path, api_url: str = DOTCOM) -> Settings:
    """Return where GitHub is: what the folder's contribkit.toml says, else `api_url`."""
    if (folder / "contribkit.toml").exists():
        organisation = Organisation.read(folder / "contribkit.toml")
        if "github" in organisation.sources:
            return settings_of(organisation)
    return Settings(api_url=api_url)


def propose(folder: Path, organisation: str, team: str, settings: Settings, token: Token) -> Proposed:
    """Ask GitHub about an organisation, or a team of it, and return what its contribkit.toml does not say yet."""
    config = folder / "contribkit.toml"
    before = (config if config.exists() else STARTER_CONFIG).read_text(encoding="utf-8")
    with Client(settings, token) as client:
        facts = read_facts(client, settings, organisation, team, date.today())
    return Proposed(folder, before, organisation, settings.api_url, new_only(before, proposals(facts)), facts.broken)


def new_only(text: str, found: Iterable[Proposal]) -> list[Proposal]:
    """Return the proposals that a contribkit.toml neither has nor left out before."""
    tables = tomllib.loads(text)
    members = [member["login"] for team in tables.get("teams", []) for member in team.get("members", [])]
    places = [
        place.partition("/")[0] if one.get("orgs") else place
        for one in tables.get("upstream", [])
        for place in (*one.get("orgs", []), *one.get("repos", []))
    ]
    known = {("teams.members", login.casefold()) for login in members}
    known |= {("upstream", place.casefold()) for place in places}
    known |= {("stakeholders", one["name"].casefold()) for one in tables.get("stakeholders", [])}
    roadmap = [f"{one.get('from_issues')} {one.get('label', '')}".strip() for one in tables.get("initiatives", [])]
    known |= {("initiatives", one.casefold()) for one in roadmap}
    known |= {(table, json.loads(name)) for table, name in re.findall(rf"(?m)^{_LEFT_OUT}(\S+) (\".*\")\s*$", text)}
    return [one for one in found if one.key not in known and not known & {(one.table, key) for key in _places(one)}]


def _places(proposal: Proposal) -> list[str]:
    return [place.casefold() for place in (*proposal.values.get("orgs", []), *proposal.values.get("repos", []))]


def accept(
    text: str, organisation: str, api_url: str, taken: Sequence[Proposal], left_out: Sequence[Proposal] = ()
) -> str:
    """Return a contribkit.toml with the proposals that were taken, each below others of its kind.

    What `contribkit init` left to be filled in is replaced, and the source that was asked is switched on. What a person
    left out is noted, so that it is not proposed again.
    """
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


def _insert(text: str, table: str, blocks: str) -> str:
    """Put tables in the place of one that is to be filled in, else below the last of its kind or its example."""
    header = re.escape(f"[[{table}]]")
    found = list(re.finditer(rf"(?m)^{header}.*\n(?:(?!\s*$).*\n?)*", text)) or list(
        re.finditer(rf"(?m)^#{header}.*\n(?:#.*\n)*", text)
    )
    if not found:
        return f"{text.rstrip()}\n\n{blocks}"
    last = found[-1]
    if PLACEHOLDER in last[0]:
        optional = "".join(re.findall(r"(?m)^#.*\n", last[0]))
        return text[: last.start()] + blocks + optional + text[last.end() :]
    return text[: last.end()] + "\n" + blocks + text[last.end() :]


def _toml(value: Any) -> str:
    """Return a text, a list of texts or a day as it is written in TOML."""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list):
        return f"[{', '.join(map(_toml, value))}]"
    return json.dumps(printable(str(value)), ensure_ascii=False)
