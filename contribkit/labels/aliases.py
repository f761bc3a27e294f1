"""The alias file: renamed repositories, transferred threads and renamed logins, so that labels find their rows."""

import csv
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from contribkit.errors import ContribkitError
from contribkit.ids import casefold_id, contribution_id, number_of, parse_contribution_id, repository_of

FILE = "aliases.csv"
_HEAD = ["old", "new"]


@dataclass(frozen=True)
class Aliases:
    """What is called otherwise now.

    The file ``labels/aliases.csv`` has the columns ``old`` and ``new``. What a row is about shows in how it is
    written: ``owner/repo`` is a repository that was renamed or moved, ``owner/repo#1`` a transferred thread, anything
    else a login. A name may change more than once.

    Attributes
    ----------
    newer
        The next name by the old one, as `casefold_id` writes it.

    Examples
    --------
    >>> aliases = Aliases({"old/lamp": "new/lamp", "new/lamp#1": "new/shade#7", "ada-old": "ada"})
    >>> aliases.newest("Old/Lamp#1@Ada-Old:review")
    'new/shade#7@ada:review'
    >>> aliases.newest("old/lamp@1.0@bob:release"), aliases.login("bob")
    ('new/lamp@1.0@bob:release', 'bob')
    """

    newer: dict[str, str] = field(default_factory=dict)

    @classmethod
    def read(cls, path: Path) -> "Aliases":
        """Read an alias file; one that is not there holds nothing.

        Raises
        ------
        ContribkitError
            For a file that cannot be read, a row that is none, and names that lead back to themselves.
        """
        try:
            rows = list(csv.reader(path.read_text(encoding="utf-8-sig").splitlines()))
        except FileNotFoundError:
            return cls()
        except (OSError, ValueError) as error:
            raise ContribkitError(f"{path}: cannot be read ({error}); save it as UTF-8") from error
        found: dict[str, str] = {}
        lines: dict[str, int] = {}
        for number, row in enumerate(rows, start=1):
            cells = [cell.strip() for cell in row]
            if not any(cells) or (number == 1 and [cell.casefold() for cell in cells] == _HEAD):
                continue
            _check(cells, found, f"{path}:{number}")
            found[casefold_id(cells[0])], lines[casefold_id(cells[0])] = cells[1], number
        aliases = cls(found)
        for old, number in lines.items():
            if aliases._comes_back(old):
                raise ContribkitError(f"{path}:{number}: {old} leads back to itself; take one row of the circle out")
        return aliases

    def __bool__(self) -> bool:
        return bool(self.newer)

    def newest(self, item: str) -> str:
        """Return a contribution's id with the names of today; one that is no id is returned as it is."""
        if not self.newer:
            return item
        try:
            ref, login, kind = parse_contribution_id(item)
        except ValueError:
            return item
        return contribution_id(self._thread(ref), self.login(login), kind)

    def login(self, login: str) -> str:
        """Return the login of today."""
        return self._last(login)

    @cached_property
    def _threads(self) -> dict[str, str]:
        return {}  # a thread is asked for as often as people worked in it

    def _thread(self, ref: str) -> str:
        if ref not in self._threads:
            self._threads[ref] = self._last(ref)
        return self._threads[ref]

    def _last(self, name: str) -> str:
        while (following := self._next(name)) is not None:
            name = following
        return name

    def _next(self, name: str) -> str | None:
        """Return the next name of a login, a thread or a repository, None where there is none."""
        if casefold_id(name) in self.newer:
            return self.newer[casefold_id(name)]
        repo = repository_of(name)
        moved = self.newer.get(casefold_id(repo)) if repo else None
        return f"{moved}{name[len(repo) :]}" if moved and repo else None

    def _comes_back(self, name: str) -> bool:
        seen: set[str] = set()
        current: str | None = name
        while current is not None and casefold_id(current) not in seen:
            seen.add(casefold_id(current))
            current = self._next(current)
        return current is not None


def _check(cells: list[str], known: dict[str, str], place: str) -> None:
    if len(cells) != 2 or not all(cells):
        raise ContribkitError(f"{place}: holds no pair of names; write the old one, a comma, and the new one")
    old, new = cells
    if _sort(old) != _sort(new):
        raise ContribkitError(f"{place}: {old} is a {_sort(old)} and {new} is a {_sort(new)}; name two of one sort")
    if known.get(casefold_id(old), new) != new:
        raise ContribkitError(
            f"{place}: {old} has a new name already, {known[casefold_id(old)]}; take one of the rows out"
        )


def _sort(name: str) -> str:
    if number_of(name) is not None and repository_of(name):
        return "thread"
    return "repository" if repository_of(name) == name else "login"
