"""Lines of a plan and their file, ``planned/2026-Q4.csv``: the only module that reads, checks and writes them."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from contribkit.config.models import Team
from contribkit.config.organisation import Organisation
from contribkit.io import read_rows, report_problem, write_whole
from contribkit.period import Period
from contribkit.tables import conform
from contribkit.text import csv_of, from_text
from contribkit.vocabulary import Activity, word_of

PLANNED = {"who": "str", "activity": "str", "upstream": "str", "how many": "Int64", "with": "str", "team": "str"}
REQUIRED = ("who", "activity", "upstream", "how many")
MOST = 9_999

Cell = tuple[str, str]  # an activity and the name of an upstream project


@dataclass(frozen=True)
class Line:
    """One line of a plan: some contributions of one activity in one project."""

    activity: str
    upstream: str
    how_many: int
    who: str | None = None  # the login of who takes it
    partner: str | None = None  # the login of who pairs with them: the column ``with``
    team: str | None = None  # a slug; None if the line is for every team whose member takes it
    because: str = ""  # where the number comes from; as all below, only in a proposal
    needs: tuple[str, ...] = ()  # references of those to begin with
    hours_each: float = 0.0  # of one contribution, as estimated
    priority: int = 0  # 0 for goals, 1 for needs, 2 for what was done so far; higher numbers are left open first

    @property
    def cell(self) -> Cell:
        """Its activity and project."""
        return self.activity, self.upstream

    @property
    def hours(self) -> float:
        """The hours it takes, as estimated."""
        return self.how_many * self.hours_each

    @property
    def cells(self) -> dict[str, Any]:
        """Its cells in the file, by column of `PLANNED`."""
        values = (self.who, self.activity, self.upstream, self.how_many, self.partner, self.team)
        return dict(zip(PLANNED, values, strict=True))

    def is_of(self, team: Team) -> bool:
        """Say whether it is a line of a team: it names the team, or no team and a member of it or nobody."""
        return self.team == team.slug if self.team else self.who is None or self.who in [m.login for m in team.members]


def check_line(cells: Mapping[str, Any], organisation: Organisation, fewest: int = 1) -> Line:
    """Return the line that cells hold, by column of `PLANNED`, or say what is wrong with them in a `ValueError`."""
    for name in REQUIRED[1:]:
        if cells.get(name) in (None, ""):
            raise ValueError(f'"{name}" is empty')
    who, partner = (organisation.login_of(cells[name]) if cells.get(name) else None for name in ("who", "with"))
    if who is not None and who == partner:
        raise ValueError(f'"{who}" is in both "who" and "with"; nobody can pair with themselves, so remove one of them')
    count = "" if isinstance(cells["how many"], bool) else str(cells["how many"])
    if not (count.isascii() and count.isdigit() and fewest <= int(count) <= MOST):
        raise ValueError(f'"how many" must be a whole number from {fewest} to {MOST}, not "{cells["how many"]}"')
    activity = word_of(cells["activity"], "activity", list(Activity))
    upstream = word_of(cells["upstream"], "upstream project", [project.name for project in organisation.upstream])
    team = word_of(cells.get("team") or "", "team", [team.slug for team in organisation.teams]) or None
    return Line(activity, upstream, int(count), who, partner, team)


def to_table(lines: list[Line]) -> pd.DataFrame:
    """Return lines as a table of the schema `PLANNED`."""
    return conform(pd.DataFrame([line.cells for line in lines], columns=list(PLANNED)), PLANNED)


def cells_in_order(organisation: Organisation) -> list[Cell]:
    """Return every activity in every project: the order of `Activity`, then of the projects in contribkit.toml."""
    return [(str(activity), project.name) for activity in Activity for project in organisation.upstream]


@dataclass(frozen=True)
class SavedPlan:
    """A plan as a person saved it: its lines in the order of the file, and notes on those that could not be read."""

    lines: list[Line]
    notes: list[str]

    @property
    def table(self) -> pd.DataFrame:
        """The lines as a table of the schema `PLANNED`."""
        return to_table(self.lines)


def planned_path(organisation: Organisation, period: Period, folder: str | Path = "") -> Path:
    """Return the file of a period's plan: in ``planned/`` beside contribkit.toml, or in another folder."""
    return (Path(folder) if folder else organisation.root / "planned") / f"{period}.csv"


def read_planned(organisation: Organisation, period: Period, keep_going: bool = False) -> SavedPlan | None:
    """Read the plan that was saved for a period; None if there is none.

    Parameters
    ----------
    organisation, period
        Whose plan, and the period it was made for.
    keep_going
        Skip lines that cannot be read, and say so in the notes.

    Raises
    ------
    ContribkitError
        With file, line and fix, unless `keep_going`.

    Examples
    --------
    >>> org = Organisation.read_sample()
    >>> len(read_planned(org, Period("2026-Q3")).lines), read_planned(org, Period("2025-Q1"))
    (13, None)
    """
    path, broken = planned_path(organisation, period), list[str]()
    if not path.exists():
        return None
    return SavedPlan(read_lines(path, organisation, broken if keep_going else None), broken)


def read_lines(path: Path, organisation: Organisation, broken: list[str] | None = None) -> list[Line]:
    """Read the lines of a CSV file; what cannot be read is an error, or noted in `broken` and skipped."""
    lines = []
    for number, cells in read_rows(path, list(PLANNED), REQUIRED, None, broken):
        try:
            lines.append(check_line({name: from_text(cell) for name, cell in cells.items()}, organisation))
        except ValueError as error:
            report_problem(f"{path}:{number}: {error}", broken)
    return lines


def write_lines(path: Path, lines: list[Line], without_names: bool = False) -> None:
    """Write lines as a CSV file, without names without the columns ``who`` and ``with``."""
    write_whole(path, csv_of(to_table(lines).drop(columns=["who", "with"] if without_names else [])))
