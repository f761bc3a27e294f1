"""The alias file: renamed repositories, transferred threads and renamed logins, so that labels find their rows."""

from dataclasses import dataclass, field
from pathlib import Path

from contribkit.errors import ContribkitError
from contribkit.ids import casefold_id, contribution_id, parse_contribution_id, place_of
from contribkit.io import read_cells

FILE = "aliases.csv"


@dataclass(frozen=True)
class Aliases:
    """Current names by old names, case-folded: of repositories, threads (``owner/repo#1``) and logins."""

    newer: dict[str, str] = field(default_factory=dict)  # the next name, which may have changed again
    members: dict[str, str] = field(default_factory=dict)  # logins by aliases in contribkit.toml; applied after `newer`

    @classmethod
    def read(cls, path: Path) -> "Aliases":
        """Read an alias file; a missing one has no aliases, and its header may be left out."""
        aliases, lines = cls(), dict[str, int]()
        for line, row in read_cells(path) if path.exists() else ():
            names = [cell.strip() for cell in row]
            if any(names) and (line > 1 or [name.casefold() for name in names] != ["old", "new"]):
                aliases._check(names, f"{path}:{line}")
                aliases.newer[casefold_id(names[0])] = names[1]
                lines[casefold_id(names[0])] = line
        for old, line in lines.items():
            if aliases._next(aliases._last(old)) is not None:
                raise ContribkitError(f"{path}:{line}: {old} leads back to itself; remove one row of the circle")
        return aliases

    def _check(self, names: list[str], place: str) -> None:
        if len(names) != 2 or not all(names):
            raise ContribkitError(f"{place}: needs two names, the old one and the new one")
        old, new = names
        if _what(old) != _what(new):
            raise ContribkitError(f"{place}: {old} is a {_what(old)} and {new} is a {_what(new)}; give two of one kind")
        if (known := self.newer.get(casefold_id(old), new)) != new:
            raise ContribkitError(f"{place}: {old} already has the new name {known}; remove one row")

    def __bool__(self) -> bool:
        return bool(self.newer or self.members)

    def newest(self, item: str) -> str:
        """Return a contribution's id with current names; text that is not an id is returned as it is."""
        if not self:
            return item
        try:
            ref, login, kind = parse_contribution_id(item)
        except ValueError:
            return item
        return contribution_id(self._last(ref), self.login(login), kind)

    def login(self, login: str) -> str:
        """Return a person's current login."""
        last = self._last(login)
        return self.members.get(casefold_id(last), last)

    def _last(self, name: str) -> str:
        """Return the last name of a chain; of a circle, the first that comes again."""
        seen: set[str] = set()
        while casefold_id(name) not in seen and (following := self._next(name)) is not None:
            seen.add(casefold_id(name))
            name = following
        return name

    def _next(self, name: str) -> str | None:
        """Return the next name of a login, a thread or a repository, None where there is none."""
        repo = place_of(name) or ""
        moved = self.newer.get(casefold_id(repo))
        return self.newer.get(casefold_id(name)) or (f"{moved}{name[len(repo) :]}" if moved else None)


def _what(name: str) -> str:
    repo = place_of(name)
    return "login" if repo is None else "repository" if repo == name else "thread"
