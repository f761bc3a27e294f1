"""The relabelling widget: a session in a notebook's output."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import anywidget

from contribkit.errors import ContribkitError
from contribkit.widgets.modules import pack
from contribkit.widgets.relabelling.messages import Messages
from contribkit.widgets.relabelling.session import Session
from contribkit.widgets.relabelling.static_table import StaticTable
from contribkit.widgets.styles import style

if TYPE_CHECKING:
    from contribkit.labels import Labels
    from contribkit.loaders import Data
    from contribkit.tables import Judged

_VIEW = "application/vnd.jupyter.widget-view+json"
_STATIC = Path(__file__).parent / "static"


class Relabel(anywidget.AnyWidget):
    """Show contributions to a person, who says who led them; every answer is a line in the label log.

    It works with the keyboard alone; ``?`` lists the keys. An answer is painted at once and shows as pending until it
    is on the disk. What a kernel that died did not save waits in the browser, and is saved when the cell runs again.

    It is made for JupyterLab 4, Notebook 7 and Voila, where it asks no other host for anything. In VS Code and in
    Google Colab the code that loads any widget of this kind comes from a CDN, so these need the network. There the
    keys of the editor may come first: click into the list once, and what VS Code still takes (such as ``Ctrl+Z``) has
    a button. Colab keeps nothing of the machine it runs on: download the labels at the end.

    Parameters
    ----------
    judged
        What `contribkit.classify` gives.
    labels
        Label logs, read from the folder into which this one is to be written.
    person
        Who labels; a login.
    data
        What was loaded: names, words and stakeholders come from it, and the button *retrain* needs it.
    options
        Further ones of `contribkit.widgets.relabelling.session.Session`, such as ``period``.

    Raises
    ------
    ContribkitError
        As `contribkit.widgets.relabelling.session.Session` does.

    Examples
    --------
    >>> import contribkit as ck, pandas as pd, tempfile
    >>> row = {"id": "wicketlamp-example/lamp#1@ada-example:review", "kind": "review", "title": "A review"}
    >>> judged = ck.classify(pd.DataFrame([row]), None, ck.Organisation.read_sample())
    >>> ck.Relabel(judged, ck.Labels.read(tempfile.mkdtemp()), "ada-example", period="2026-Q3")
    1 contribution of 2026-Q3, of which 0 need eyes; run the cell to label them
    """

    _esm = pack(_STATIC, "widget")
    _css = style(_STATIC / "relabel.css")

    def __init__(
        self, judged: "Judged", labels: "Labels", person: str, data: "Data | None" = None, **options: Any
    ) -> None:
        super().__init__()
        with _uncollected():
            self.session = Session(judged, labels, person, data, **options)
        self._messages = Messages(self.session)
        self.on_msg(self._receive)

    def _receive(self, _: object, message: dict[str, Any], __: object) -> None:
        """Answer a custom message of the page; changes of a trait would be merged while the kernel is busy."""
        try:
            with _uncollected():
                answer = self._messages.answer(message)
        except ContribkitError as error:
            answer = {"type": "refused", "why": str(error)}
        if answer:
            self.send(answer)

    def __repr__(self) -> str:
        return StaticTable(self.session).sentence

    def _repr_mimebundle_(self, **kwargs: Any) -> tuple[dict[str, Any], dict[str, Any]] | None:
        """Return the widget, and for wherever it cannot live the same table as it stands now."""
        if self._view_name is None:  # closed
            return None
        with _uncollected():
            table = StaticTable(self.session)
        view = {"version_major": 2, "version_minor": 0, "model_id": self.model_id}
        return {"text/plain": table.sentence, "text/html": table.html, _VIEW: view}, {}


@contextmanager
def _uncollected() -> Iterator[None]:
    """Make many objects, none of them garbage, without Python looking through all of them again and again."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
