"""A plan while it is edited: its lines, every step back, and the file it is saved to."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from contribkit.errors import ContribkitError
from contribkit.review.planned import PLANNED, lines_of, path_to_save, read_plan_file, replace_lines_of, write_planned
from contribkit.tables import conform, records
from contribkit.vocabulary import Activity, word_of

if TYPE_CHECKING:
    from contribkit.review import Plan

Lines = list[dict[str, Any]]
MOST = 9_999


class Edits:
    """The lines of one team's plan, and what was done to them.

    It begins with the saved plan, where there is one, and with the proposal otherwise.

    Parameters
    ----------
    plan
        The proposal; with names.
    folder
        Where the file goes; by default ``planned/`` beside contribkit.toml, for the sample below the current folder.

    Attributes
    ----------
    lines
        One dict a line in the columns of `contribkit.review.planned.PLANNED`; `how many` 0 leaves a line out.
    path
        The file.

    Raises
    ------
    ContribkitError
        For a saved plan that cannot be read, and for a plan without names, which nobody could edit.
    """

    def __init__(self, plan: "Plan", folder: str | Path = "") -> None:
        if plan.without_names:
            raise ContribkitError("a plan without names cannot be edited; make it with names")
        self.plan = plan
        self.path = path_to_save(plan.organisation, plan.period, folder)
        self._found = self._read()
        self._before: list[Lines] = []
        self.lines: Lines = self.proposal if self._found is None else records(self._found)

    @property
    def begins_with_saved(self) -> bool:
        """Whether a saved plan was found."""
        return self._found is not None

    @property
    def proposal(self) -> Lines:
        """The lines as proposed."""
        return records(self.plan.lines[list(PLANNED)])

    @property
    def can_undo(self) -> bool:
        """Whether there is a step to take back."""
        return bool(self._before)

    def change(self, place: int, column: str, value: Any) -> None:
        """Change one cell of a line.

        Parameters
        ----------
        place
            Which line, from 0 on.
        column
            ``who``, ``with`` or ``how many``.
        value
            A login (empty for nobody), or a number from 0 on.

        Raises
        ------
        ContribkitError
            For a line, a person or a number that cannot be; nothing changes then.
        """
        if not 0 <= place < len(self.lines):
            raise ContribkitError(f"there is no line {place + 1}; the plan has {len(self.lines)}")
        line = self.lines[place] | {column: self._checked(column, value)}
        if line["who"] is not None and line["who"] == line["with"]:
            raise ContribkitError("one person cannot go along with themselves; choose somebody else")
        self._step([*self.lines[:place], line, *self.lines[place + 1 :]])

    def add(self, activity: str, upstream: str) -> None:
        """Add a line that nobody has taken yet; raises `ContribkitError` for words that are not known."""
        try:
            known = word_of(activity, "activity", list(Activity))
            project = word_of(upstream, "upstream project", [one.name for one in self.plan.organisation.upstream])
        except ValueError as error:
            raise ContribkitError(str(error)) from error
        if not known or not project:
            raise ContribkitError("choose an activity and a project for the new line")
        line = {"who": None, "activity": known, "upstream": project, "how many": 1, "with": None}
        self._step([*self.lines, line | {"team": self.plan.team.slug}])

    def undo(self) -> None:
        """Take the last step back, a return to the proposal too; without a step nothing happens."""
        if self._before:
            self.lines = self._before.pop()

    def reset(self) -> None:
        """Go back to the proposal."""
        self._step(self.proposal)

    def save(self) -> int:
        """Write the plan, beside the lines of other teams, and return how many lines it has.

        Raises
        ------
        ContribkitError
            Where the file cannot be written, or somebody else changed this team's lines since they were read.
        """
        rows = [line | {"team": self.plan.team.slug} for line in self.lines if line["how many"]]
        mine = conform(pd.DataFrame(rows, columns=list(PLANNED)), PLANNED)
        if not _same(self._read(), self._found):
            raise ContribkitError(f"{self.path.name} was changed since it was read; run the cell again to see it")
        everything = read_plan_file(self.path, self.plan.organisation) if self.path.exists() else None
        write_planned(self.path, replace_lines_of(self.plan.team, everything, mine))
        self._found = self._read()
        return len(mine)

    def _read(self) -> pd.DataFrame | None:
        if not self.path.exists():
            return None
        saved = read_plan_file(self.path, self.plan.organisation)
        mine = saved[lines_of(saved, self.plan.team)].reset_index(drop=True)
        return mine if len(mine) else None

    def _step(self, lines: Lines) -> None:
        if lines != self.lines:
            self._before.append(self.lines)
            self.lines = lines

    def _checked(self, column: str, value: Any) -> Any:
        if column == "how many":
            if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= MOST:
                raise ContribkitError(f'"how many" is a whole number from 0 to {MOST}')
            return value
        if column not in ("who", "with"):
            raise ContribkitError(f'"{column}" cannot be changed; add a line instead')
        try:
            return self.plan.organisation.login_of(value) if value else None
        except ValueError as error:
            raise ContribkitError(str(error)) from error


def _same(one: pd.DataFrame | None, other: pd.DataFrame | None) -> bool:
    return one is other if one is None or other is None else one.equals(other)
