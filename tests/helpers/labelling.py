"""The relabelling widget in a browser, for tests: a notebook that shows it, and what a person sees of it."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import nbformat

from contribkit.io import write_jsonl
from tests.helpers.jupyterlab import Notebook

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

ROOT = ".contribkit-relabel"
_CODE = """\
import os
from pathlib import Path
import pandas as pd
import contribkit as ck
from contribkit.io import read_jsonl
from contribkit.tables import Judged

{before}
Path("{name}.pid").write_text(str(os.getpid()))
judged = Judged.of(pd.DataFrame([row for _, row in read_jsonl(Path("{name}.jsonl"))]))
ck.Relabel(judged, ck.Labels.read("{labels}"), "{person}", period="2026-Q3", blind={blind})
"""


def rows(count: int, **more: Any) -> list[dict[str, Any]]:
    """Return invented judged contributions, all of them unclear."""
    return [
        {
            "id": f"wicketlamp-example/lamp#{number}@bob-example:issue",
            "kind": "issue",
            "repo": "wicketlamp-example/lamp",
            "number": number,
            "url": f"https://github.com/wicketlamp-example/lamp/issues/{number}",
            "title": f"Row {number}",
            "body": f"Words of row {number}",
            "actor": "bob-example",
            "author": "cy-example",
            "happened_at": "2026-07-01T10:00:00Z",
            "lead": "unclear",
            "confidence": 0.5,
            "decided_by": "rules",
            "activity": "feature",
            "reasons": [],
        }
        | more
        for number in range(1, count + 1)
    ]


def write_notebook(
    folder: Path, name: str, table: list[dict[str, Any]], person: str = "ada-example", labels: str = "labels",
    before: str = "", blind: float = 0,
) -> str:  # fmt: skip
    """Write a notebook that shows the widget, and return its name."""
    write_jsonl(folder / f"{name}.jsonl", table)
    code = _CODE.format(name=name, labels=labels, person=person, before=before, blind=blind)
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(code)])
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(notebook, folder / f"{name}.ipynb")
    return f"{name}.ipynb"


def events(folder: Path) -> list[dict[str, Any]]:
    """Return every line of every label log below a folder, file by file."""
    files = sorted(folder.rglob("*.jsonl"))
    return [json.loads(line) for path in files for line in path.read_text(encoding="utf-8").splitlines()]


@dataclass(frozen=True)
class Widget:
    """The widget as a person sees it."""

    page: "Page"

    @property
    def root(self) -> "Locator":
        """The whole widget."""
        return self.page.locator(ROOT)

    @property
    def list(self) -> "Locator":
        """The list of rows."""
        return self.root.get_by_role("listbox")

    @property
    def card(self) -> "Locator":
        """The card on the right."""
        return self.root.locator(".card")

    @property
    def here(self) -> "Locator":
        """The row where the person is."""
        return self.root.locator(".row.here")

    def press(self, *keys: str) -> None:
        """Press keys one after the other."""
        for key in keys:
            self.page.keyboard.press(key)

    def click(self, name: str) -> None:
        """Press a button."""
        self.root.get_by_role("button", name=name).click()

    def wait_saved(self) -> None:
        """Wait until the corner says that all is saved."""
        self.root.locator(".saving.saved").wait_for()

    def says(self, words: str) -> None:
        """Wait until the widget shows some words."""
        self.root.get_by_text(words).locator("visible=true").first.wait_for()

    def focus(self) -> None:
        """Go to the list as a person who clicks does, but without a click."""
        self.list.focus()


@contextmanager
def shown(notebook: Notebook) -> Iterator[Widget]:
    """Run a notebook and wait for the widget's first row, which is none of an earlier run."""
    widget = Widget(notebook.page)
    before = widget.here.get_attribute("id") if widget.here.count() else ""
    notebook.run_all()
    widget.root.locator(f".row.here:not([id='{before}'])").wait_for()
    yield widget
