"""The relabelling widget: a session in a notebook's output."""

import gc
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

import anywidget

from contribkit.errors import ContribkitError
from contribkit.vocabulary import Kind, Lead
from contribkit.widgets.modules import pack
from contribkit.widgets.session import Session
from contribkit.widgets.static_table import StaticTable

if TYPE_CHECKING:
    import pandas as pd

    from contribkit.labels import Labels
    from contribkit.loaders import Data

_VIEW = "application/vnd.jupyter.widget-view+json"
_STATIC = Path(__file__).parent / "static"
# What the list, the filters and the keys need of every row. What the card alone shows is sent when a person comes near:
# ten thousand bodies would keep the page waiting.
_LISTED = (
    "id", "kind", "repo", "number", "title", "actor", "who", "author", "happened_at", "private", "lead", "confidence",
    "decided_by", "activity", "stakeholder", "blind", "queue", "needs_eyes", "label", "opinions", "history",
)  # fmt: skip
_ON_THE_CARD = ("body", "remarks", "reasons", "labels", "state", "url", "initiative", "goal")
_FIRST = 100  # rows of the first message: more than any window shows


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
        Further ones of `contribkit.widgets.session.Session`, such as ``period``.

    Raises
    ------
    ContribkitError
        As `contribkit.widgets.session.Session` does.

    Examples
    --------
    >>> import contribkit as ck, pandas as pd, tempfile
    >>> row = {"id": "wicketlamp-example/lamp#1@ada-example:review", "kind": "review", "title": "A review"}
    >>> judged = ck.classify(pd.DataFrame([row]), None, ck.Organisation.read_sample())
    >>> ck.Relabel(judged, ck.Labels.read(tempfile.mkdtemp()), "ada-example", period="2026-Q3")
    1 contribution of 2026-Q3, of which 0 need eyes; run the cell to label them
    """

    _esm = pack(_STATIC, "widget")
    _css = (_STATIC / "relabel.css").read_text(encoding="utf-8")

    def __init__(
        self, judged: "pd.DataFrame", labels: "Labels", person: str, data: "Data | None" = None, **options: Any
    ) -> None:
        super().__init__()
        with _uncollected():
            self.session = Session(judged, labels, person, data, **options)
        self._answers: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
            "ready": self._begin,
            "rows": self._rows,
            "events": self._record,
            "texts": self._texts,
            "agreement": self._agreement,
            "retrain": self._retrain,
            "export": self._export,
        }
        self.on_msg(self._receive)

    def _receive(self, _: object, message: dict[str, Any], __: object) -> None:
        """Answer a custom message of the page; changes of a trait would be merged while the kernel is busy."""
        answer = self._answers.get(message.get("type", ""))
        if answer is None:
            return
        try:
            with _uncollected():
                self.send(answer(message))
        except ContribkitError as error:
            self.send({"type": "refused", "why": str(error)})

    def _begin(self, _: dict[str, Any]) -> dict[str, Any]:
        """Return what is in sight at first; the page paints it and asks for the rest."""
        first = self.session.queue[:_FIRST]
        return {"type": "begin", "rows": _listed(map(self.session.row, first)), "page": self._page()}

    def _rows(self, _: dict[str, Any]) -> dict[str, Any]:
        return {"type": "rows", "rows": _listed(self.session.rows)}

    def _page(self) -> dict[str, Any]:
        """Return what the page knows of the session as a whole."""
        page, data = self.session.page, self.session.data
        leads = {
            str(lead): {"lead": str(lead), "word": page["words"][lead], "shape": lead.shape, "colour": lead.colour}
            for lead in Lead
        }
        people = {member.login: member.word for member in data.organisation.members.values()} if data else {}
        return page | {
            "leads": leads, "kinds": {str(kind): kind.word for kind in Kind}, "people": people,
            "retrains": data is not None, "store": self._store(), "written": self._written(),
        }  # fmt: skip

    def _store(self) -> str:
        """Return a name for what the browser keeps, so that labels never go to another folder or person."""
        session = self.session
        whose = f"{session.folder.resolve()}\n{session.period}\n{session.person}"
        return sha256(whose.encode()).hexdigest()[:16]

    def _written(self) -> int:
        return self.session.export().count("\n")

    def _record(self, message: dict[str, Any]) -> dict[str, Any]:
        events = message["events"]
        answer = self.session.record(events)
        items = {event["item"] for event in events if event["id"] in set(answer.saved)}
        return {
            "type": "recorded", "saved": answer.saved, "failed": answer.failed, "written": self._written(),
            "rows": _listed(self.session.row(item) for item in items), "pace": self.session.pace,
        }  # fmt: skip

    def _texts(self, message: dict[str, Any]) -> dict[str, Any]:
        rows = (self.session.row(item) for item in message["items"])
        texts = {row["id"]: {name: row[name] for name in _ON_THE_CARD} for row in rows}
        return {"type": "texts", "texts": texts}

    def _agreement(self, _: dict[str, Any]) -> dict[str, Any]:
        return {"type": "agreement"} | self.session.agreement()

    def _retrain(self, _: dict[str, Any]) -> dict[str, Any]:
        changed = self.session.retrain()
        return {"type": "changed", "rows": _listed(self.session.rows), "changes": [row["id"] for row in changed]}

    def _export(self, _: dict[str, Any]) -> dict[str, Any]:
        text = self.session.export()
        return {"type": "log", "text": text, "path": self.session.page["path"], "written": text.count("\n")}

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


def _listed(rows: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """Return rows as a table, whose names are sent once."""
    return {"names": _LISTED, "cells": [[row[name] for name in _LISTED] for row in rows]}
