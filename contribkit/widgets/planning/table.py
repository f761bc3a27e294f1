"""The table in which a team edits its plan, in a notebook's output."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import anywidget
import traitlets

from contribkit.errors import ContribkitError
from contribkit.review import page
from contribkit.vocabulary import Activity
from contribkit.widgets.planning.edits import Edits
from contribkit.widgets.styles import style

if TYPE_CHECKING:
    from contribkit.review import Plan

_HERE = Path(__file__).parent


class PlanTable(anywidget.AnyWidget):
    """Show who takes what, to be changed line by line and saved; the next review compares it with what was done.

    Nothing is written before somebody presses Save. Every step can be taken back, also that to the proposal. In VS Code
    and in Google Colab the code that loads any widget of this kind comes from a CDN, so these need the network.

    Parameters
    ----------
    plan
        The proposal.
    folder
        Where the file goes; see `Edits`.

    Raises
    ------
    ContribkitError
        As `Edits` does.

    Examples
    --------
    >>> import contribkit as ck
    >>> org = ck.Organisation.read_sample()
    >>> period = ck.Period("2026-Q4", org.timezone)
    >>> data = ck.load(org, period.previous())
    >>> judged = ck.classify(data.contributions, data.references, org)
    >>> plan = ck.Plan({period.previous(): judged}, ck.load_needs(org), data, org.team("product"), period)
    >>> table = ck.PlanTable(plan)
    >>> table.edits.change(0, "who", "ada-example")
    >>> table.edits.lines[0]["who"]
    'ada-example'
    """

    _esm = (_HERE / "table.js").read_text(encoding="utf-8")
    _css = style(_HERE / "table.css")

    choices = traitlets.Dict().tag(sync=True)
    state = traitlets.Dict().tag(sync=True)

    def __init__(self, plan: "Plan", folder: str | Path = "") -> None:
        super().__init__()
        self.edits = Edits(plan, folder)
        self.choices = {
            "caption": f"{plan.team.name}: who takes what in {plan.period}",
            "people": [[login, name] for login, name in plan.names.items()],
            "activities": [[str(activity), activity.word] for activity in Activity],
            "projects": [project.name for project in plan.organisation.upstream],
        }
        begun = "This is the plan as saved" if self.edits.begins_with_saved else "This is the proposal, not saved yet"
        self._show(f"{begun}. Save writes {self.edits.path.name}.")
        self.on_msg(self._receive)

    def _receive(self, _: object, message: dict[str, Any], __: object) -> None:
        """Do what the page asks; a wrong word changes nothing and is said."""
        try:
            self._show(self._do(message))
        except ContribkitError as error:
            self._show(str(error), is_wrong=True)

    def _do(self, message: dict[str, Any]) -> str:
        edits = self.edits
        match message:
            case {"do": "change", "place": int(place), "column": str(column), "value": value}:
                edits.change(place, column, value)
            case {"do": "add", "activity": str(activity), "project": str(project)}:
                edits.add(activity, project)
            case {"do": "undo"}:
                edits.undo()
            case {"do": "reset"}:
                edits.reset()
                return "This is the proposal again; Undo takes you back."
            case {"do": "save"}:
                count = edits.save()
                return (
                    f"Saved {count} {'line' if count == 1 else 'lines'} to {edits.path.parent.name}/{edits.path.name}."
                )
            case _:
                raise ContribkitError("the page asked for something that is not known; run the cell again")
        return "Changed, not saved yet."

    def _show(self, said: str, is_wrong: bool = False) -> None:
        # What did not change is painted again too: the page may show what was refused.
        self.state = {
            "lines": self.edits.lines, "said": said, "wrong": is_wrong, "undo": self.edits.can_undo,
            "turn": self.state.get("turn", 0) + 1,
        }  # fmt: skip

    def __repr__(self) -> str:
        return f"{self.choices['caption']}: {len(self.edits.lines)} lines; run the cell to change and save them"

    def _repr_mimebundle_(self, **kwargs: Any) -> tuple[dict[str, Any], dict[str, Any]] | None:
        """Return the widget, and for wherever it cannot live the same table as it stands now."""
        bundle = super()._repr_mimebundle_(**kwargs)
        if bundle is None:
            return None
        data, metadata = bundle
        return data | {"text/html": self._static()}, metadata

    def _static(self) -> str:
        words = dict(self.choices["activities"])
        people = dict(self.choices["people"])
        rows = [
            line | {"word": words[line["activity"]], "who": people.get(line["who"], line["who"]),
                    "with": people.get(line["with"], line["with"])}
            for line in self.edits.lines
        ]  # fmt: skip
        return page.html("plan_table.html", caption=self.choices["caption"], rows=rows)
