"""The file of a plan, ``planned/2026-Q4.csv``: read with clear errors, written whole."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from contribkit.config.models import Team
from contribkit.io import read_rows, report_problem, write_whole
from contribkit.period import Period
from contribkit.tables import conform, empty, plain
from contribkit.text import as_text, from_text
from contribkit.vocabulary import Activity, word_of

if TYPE_CHECKING:
    from contribkit.config.organisation import Organisation

NEEDED = ("who", "activity", "upstream", "how many")
PLANNED = {"who": "str", "activity": "str", "upstream": "str", "how many": "Int64", "with": "str", "team": "str"}
"""One row a line of a plan. ``who``: a login, missing where nobody took it yet; ``with``: who goes along; ``team``: a
team's slug, missing where the plan is for all."""


def planned_path(organisation: "Organisation", period: Period, folder: str | Path = "") -> Path:
    """Return where the plan of a period lies: in ``planned/`` beside contribkit.toml, or in a folder."""
    return (Path(folder) if folder else organisation.root / "planned") / f"{period}.csv"


def path_to_save(organisation: "Organisation", period: Period, folder: str | Path = "") -> Path:
    """Return where a person saves a plan; one of the sample goes below the current folder, not into the package."""
    return planned_path(organisation, period, folder or ("planned" if organisation.sample else ""))


def read_plan_file(path: Path, organisation: "Organisation", broken: list[str] | None = None) -> pd.DataFrame:
    """Read a plan.

    Parameters
    ----------
    path
        A CSV file with the columns of `PLANNED`, of which ``with`` and ``team`` may be missing.
    organisation
        Whose members, teams and projects it names.
    broken
        Where given, what cannot be read is noted here and passed over.

    Returns
    -------
    pandas.DataFrame
        A table of the schema `PLANNED`.

    Raises
    ------
    ContribkitError
        With file, line and fix.
    """
    rows = []
    for line, cells in read_rows(path, list(PLANNED), NEEDED, None, broken):
        try:
            rows.append(_line({name: from_text(cell) for name, cell in cells.items()}, organisation))
        except ValueError as error:
            report_problem(f"{path}:{line}: {error}", broken)
    return conform(pd.DataFrame(rows, columns=list(PLANNED)), PLANNED)


def read_planned(
    organisation: "Organisation", period: Period, keep_going: bool = False, folder: str | Path = ""
) -> pd.DataFrame | None:
    """Read the plan that was saved for a period; None where there is none.

    Parameters
    ----------
    organisation
        Whose plan.
    period
        For when.
    keep_going
        Take what can be read; ``attrs["notes"]`` of the table holds what could not.
    folder
        Where the plan lies, by default ``planned/`` beside contribkit.toml.

    Raises
    ------
    ContribkitError
        With file, line and fix, where `keep_going` is off.

    Examples
    --------
    >>> from contribkit import Organisation
    >>> org = Organisation.read_sample()
    >>> len(read_planned(org, Period("2026-Q3"))), read_planned(org, Period("2025-Q1"))
    (13, None)
    """
    path, broken = planned_path(organisation, period, folder), list[str]()
    if not path.exists():
        return None
    table = read_plan_file(path, organisation, broken if keep_going else None)
    table.attrs["notes"] = broken
    return table


def _line(cells: dict[str, str], organisation: "Organisation") -> dict[str, Any]:
    """Return one line, checked: a `ValueError` says what is wrong with it."""
    for name in NEEDED[1:]:
        if not cells.get(name):
            raise ValueError(f'"{name}" is empty')
    who, partner = (
        organisation.login_of(cells[name]) if cells.get(name) else None  # nobody yet
        for name in ("who", "with")
    )
    if who is not None and who == partner:
        raise ValueError(f'"{who}" stands under "who" and under "with"; take one of them out')
    return {
        "who": who,
        "activity": word_of(cells["activity"], "activity", list(Activity)),
        "upstream": word_of(cells["upstream"], "upstream project", [one.name for one in organisation.upstream]),
        "how many": _count(cells["how many"]),
        "with": partner,
        "team": word_of(cells.get("team", ""), "team", [team.slug for team in organisation.teams]) or None,
    }


def _count(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 0 < int(text) < 10_000):
        raise ValueError(f'"how many" is "{text}", not a whole number from 1 on')
    return int(text)


def write_planned(path: Path, lines: pd.DataFrame) -> None:
    """Write a plan, whole or not at all; a spreadsheet opens nothing in it as a formula.

    Parameters
    ----------
    path
        The file; its folder is made where it is missing.
    lines
        A table of the schema `PLANNED`.
    """
    cells = {name: [as_text(plain(value)) for value in lines[name]] for name in lines.columns}
    write_whole(path, pd.DataFrame(cells, dtype=object).to_csv(index=False, lineterminator="\n"))


def lines_of(planned: pd.DataFrame, team: Team) -> pd.Series:
    """Say of each line whether it is a team's: it names the team, or no team and one of its members or nobody."""
    logins = [member.login for member in team.members]
    for_all = planned["team"].isna() & (planned["who"].isna() | planned["who"].isin(logins))
    return for_all | (planned["team"] == team.slug)


def replace_lines_of(team: Team, old: pd.DataFrame | None, new: pd.DataFrame) -> pd.DataFrame:
    """Return a plan with a team's lines replaced, and those of other teams as they were."""
    kept = empty(PLANNED) if old is None else old[~lines_of(old, team)]
    return conform(pd.concat([kept, new], ignore_index=True), PLANNED) if len(kept) else conform(new, PLANNED)
