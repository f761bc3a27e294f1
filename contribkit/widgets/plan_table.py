"""The table in which a team edits its plan, in a notebook's output."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import anywidget
import traitlets

from contribkit.errors import ContribkitError
from contribkit.plan import Plan
from contribkit.plan.lines import Line, check_line, planned_path, read_lines, write_lines
from contribkit.review import page
from contribkit.text import pluralise
from contribkit.vocabulary import Activity
from contribkit.widgets import style

_HERE = Path(__file__).parent


class PlanTable(anywidget.AnyWidget):
    """Show who takes what, to be changed line by line and saved; the next review compares it with what was done.

    It starts with the saved plan if there is one, and with the proposal otherwise. Nothing is written before somebody
    presses Save, and every step can be undone. VS Code and Google Colab load anywidget's code over the network.

    Parameters
    ----------
    plan
        The proposal; one without names, which nobody could edit, is a `ContribkitError`.
    folder
        Folder of the file; by default ``planned/`` beside contribkit.toml, for the sample below the current folder.

    Attributes
    ----------
    lines
        The lines as they are now; one for 0 contributions is left out of the file.
    path
        The file.

    Examples
    --------
    >>> import contribkit as ck
    >>> table = ck.PlanTable(ck.open_plan(team="product"))
    >>> table.change(0, "who", "ada-example")
    >>> table.lines[0].who
    'ada-example'
    """

    _esm = (_HERE / "plan_table.js").read_text(encoding="utf-8")
    _css = style(_HERE / "plan_table.css")

    choices = traitlets.Dict().tag(sync=True)
    state = traitlets.Dict().tag(sync=True)

    def __init__(self, plan: Plan, folder: str | Path = "") -> None:
        if plan.without_names:
            raise ContribkitError("a plan without names cannot be edited; make it with names")
        super().__init__()
        self._org, self._team = plan.organisation, plan.team
        self.path = planned_path(self._org, plan.period, folder or ("planned" if self._org.sample else ""))
        self._saved = [line for line in self._read() if line.is_of(self._team)]
        self._before: list[list[Line]] = []
        self.proposal = [check_line(line.cells, self._org) for line in plan.rotation.lines]
        self.lines = self._saved or self.proposal
        self.choices = {
            "caption": f"{self._team.name}: who takes what in {plan.period}",
            "people": [[login, name] for login, name in plan.names.items()],
            "activities": [[str(activity), activity.word] for activity in Activity],
            "projects": [project.name for project in self._org.upstream],
        }
        start = "This is the saved plan" if self._saved else "This is the proposal, not saved yet"
        self._show(f"{start}. Save writes {self.path.name}.")
        self.on_msg(self._receive)

    def change(self, number: int, column: str, value: Any) -> None:
        """Change who or with (a login, or empty) or how many of a line, from 0 on; what is wrong changes nothing."""
        if not 0 <= number < len(self.lines):
            raise ContribkitError(f"there is no line {number + 1}; the plan has {len(self.lines)}")
        if column not in ("who", "with", "how many"):
            raise ContribkitError(f'"{column}" cannot be changed; add a line instead')
        line = self._checked(self.lines[number].cells | {column: value})
        self._step([*self.lines[:number], line, *self.lines[number + 1 :]])

    def add(self, activity: str, upstream: str) -> None:
        """Add a line that nobody has taken yet; raises `ContribkitError` for unknown words."""
        line = self._checked({"activity": activity, "upstream": upstream, "how many": 1, "team": self._team.slug})
        self._step([*self.lines, line])

    def undo(self) -> None:
        """Undo the last step, also a return to the proposal; without a step nothing happens."""
        if self._before:
            self.lines = self._before.pop()

    def reset(self) -> None:
        """Return to the proposal."""
        self._step(self.proposal)

    def save(self) -> int:
        """Write the plan beside other teams' lines, unless somebody changed it; return its number of lines."""
        lines = self._read()
        if [line for line in lines if line.is_of(self._team)] != self._saved:
            raise ContribkitError(f"{self.path.name} was changed since it was read; run the cell again to see it")
        others = [line for line in lines if not line.is_of(self._team)]
        self._saved = [replace(line, team=self._team.slug) for line in self.lines if line.how_many]
        write_lines(self.path, [*others, *self._saved])
        return len(self._saved)

    def _read(self) -> list[Line]:
        return read_lines(self.path, self._org) if self.path.exists() else []

    def _step(self, lines: list[Line]) -> None:
        if lines != self.lines:
            self._before.append(self.lines)
            self.lines = lines

    def _checked(self, cells: dict[str, Any]) -> Line:
        try:
            return check_line(cells, self._org, fewest=0)
        except ValueError as error:
            raise ContribkitError(str(error)) from error

    def _receive(self, _: object, message: dict[str, Any], __: object) -> None:
        """Do what the page asks; a request that is not possible changes nothing and is answered."""
        said = "Changed, not saved yet."
        try:
            match message:
                case {"do": "change", "place": int(number), "column": str(column), "value": value}:
                    self.change(number, column, value)
                case {"do": "add", "activity": str(activity), "project": str(project)}:
                    self.add(activity, project)
                case {"do": "undo"}:
                    self.undo()
                case {"do": "reset"}:
                    self.reset()
                    said = "This is the proposal again; Undo takes you back."
                case {"do": "save"}:
                    said = f"Saved {pluralise(self.save(), 'line')} to {self.path.parent.name}/{self.path.name}."
                case _:
                    raise ContribkitError("the page sent an unknown request; run the cell again")
            self._show(said)
        except ContribkitError as error:
            self._show(str(error), is_wrong=True)

    def _show(self, said: str, is_wrong: bool = False) -> None:
        # With a turn, so that cells are painted again even if nothing changed: the page may show what was refused.
        self.state = {
            "lines": [line.cells for line in self.lines], "said": said, "wrong": is_wrong,
            "undo": bool(self._before), "turn": self.state.get("turn", 0) + 1,
        }  # fmt: skip

    def __repr__(self) -> str:
        return f"{self.choices['caption']}: {len(self.lines)} lines; run the cell to change and save them"

    def _repr_mimebundle_(self, **kwargs: Any) -> tuple[dict[str, Any], dict[str, Any]] | None:
        """Return the widget, and the same table as HTML for where no widget can run."""
        bundle, names = super()._repr_mimebundle_(**kwargs), dict(self.choices["people"])
        columns = {
            "what": [f"{Activity(line.activity).word} · {line.upstream}" for line in self.lines],
            "how many": page.numbers(line.how_many for line in self.lines),
            "who": [names.get(line.who, line.who) or "nobody yet" for line in self.lines],
            "with": [names.get(line.partner, line.partner) for line in self.lines],
        }
        table = page.table(columns, f"{self.choices['caption']}; run the cell to change and save it")
        return bundle and (bundle[0] | {"text/html": page.html("table.html", table=table)}, bundle[1])
