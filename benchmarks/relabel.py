"""Measure the relabelling widget in a real JupyterLab, against one card made of ipywidgets in the same run."""

import pickle
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from functools import cache
from itertools import pairwise
from pathlib import Path
from statistics import median, quantiles
from typing import Any

import nbformat

import contribkit as ck
from benchmarks.figure import Figure
from tests.helpers.crowd import contributions, organisation
from tests.helpers.jupyterlab import Notebook, chromium, notebook, serve
from tests.helpers.labelling import ROOT, Widget, events

ROWS = 10_000
RUNS = 7
KEYS = 100
BURST = 200
PAUSE = 20  # milliseconds between two keys of a burst: 50 a second

_BEGIN = """\
import json
from pathlib import Path
import ipywidgets
import pandas as pd
import contribkit as ck
judged = pd.read_pickle("judged.pickle")
labels = ck.Labels.read("labels")
"""
_WIDGET = """\
shown = ck.Relabel(judged, labels, "ada-example", period="2026-Q3", blind=0)
shown
"""
# What somebody would write with ipywidgets for one contribution: its words, why, leads, a note, choices and a count.
_CARD = """\
import html
row = judged.contributions.iloc[0]
reasons = judged.reasons[judged.reasons["id"] == row["id"]].to_dict("records")
table = judged.contributions
unsure = int(((table["confidence"] < 0.7) | (table["lead"] == "unclear")).sum())
why = "".join(f"<li>{reason['lead']} {reason['weight']:+.1f}: {reason['sentence']}</li>" for reason in reasons)
words = f"<p>{html.escape(str(row['body'])[:4000])}</p><ul>{why}</ul>"
def press(button):
    count.value = f"{unsure - 1} of {len(table)} need review"
def button(word):
    made = ipywidgets.Button(description=word)
    made.on_click(press)
    return made
count = ipywidgets.Label(f"{unsure} of {len(table)} need review")
card = ipywidgets.VBox([
    count,
    ipywidgets.HTML(f"<h3 class='one-card'>{html.escape(row['title'])}</h3>{words}"),
    ipywidgets.HBox([button(word) for word in ("stakeholder", "upstream", "individual", "unclear")]),
    ipywidgets.Dropdown(options=["", "Saltreed Network", "Lumen Institute"], description="for whom"),
    ipywidgets.Dropdown(options=sorted(table["activity"].dropna().unique()), description="activity"),
    ipywidgets.Textarea(placeholder="note"),
    ipywidgets.HBox([button(word) for word in ("accept", "skip", "undo", "next")]),
])
card
"""
_STATE = """\
Path("state.json").write_text(json.dumps(ipywidgets.Widget.get_manager_state(widgets=[shown, shown.layout])))
"""
# From the click on Run All to the frame in which the thing is there anew.
_WATCH = """([box, part]) => {
  window.painted = null;
  const old = document.querySelector(box);
  // JupyterLab's menus listen to this and not to the click that follows.
  window.addEventListener("pointerup", () => {
    const start = performance.now();
    const look = () => {
      const found = document.querySelector(box);
      if (found && found !== old && found.querySelector(part)) window.painted = performance.now() - start;
      else requestAnimationFrame(look);
    };
    look();
  }, { capture: true, once: true });
}"""
# Presses keys, and notes for each how long the frame and the kernel's answer took.
_TYPE = """async ([count, pause]) => {
  const list = document.querySelector(".contribkit-relabel .list");
  const corner = document.querySelector(".contribkit-relabel .saving");
  const painted = [], saved = [];
  const rest = (time) => new Promise((done) => setTimeout(done, time));
  for (let made = 0; made < count; made++) {
    const start = performance.now();
    const acknowledged = new Promise((done) => {
      const seen = () => {
        if (!corner.classList.contains("saved")) return;
        watcher.disconnect();
        done(performance.now() - start);
      };
      const watcher = new MutationObserver(seen);
      watcher.observe(corner, { attributes: true, childList: true });
    });
    list.dispatchEvent(new KeyboardEvent("keydown", { key: "1234"[made % 4], bubbles: true, cancelable: true }));
    await new Promise((done) => requestAnimationFrame(() => {
      const channel = new MessageChannel();
      channel.port1.onmessage = () => { painted.push(performance.now() - start); done(); };
      channel.port2.postMessage(null);
    }));
    saved.push(await acknowledged);
    await rest(pause);
  }
  return { painted, saved };
}"""
_BURST = """([count, pause]) => new Promise((done) => {
  const list = document.querySelector(".contribkit-relabel .list");
  let made = 0;
  const timer = setInterval(() => {
    list.dispatchEvent(new KeyboardEvent("keydown", { key: "1234"[made % 4], bubbles: true, cancelable: true }));
    if (++made === count) { clearInterval(timer); done(); }
  }, pause);
})"""
_LEADS = ["stakeholder", "upstream", "individual", "unclear"]


@cache
def measure() -> dict[str, Any]:
    """Drive both forms in one JupyterLab, in turns, and return all times in milliseconds."""
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        root, home = Path(folder) / "root", Path(folder) / "home"
        root.mkdir()
        home.mkdir()
        org = organisation()
        judged = ck.classify(contributions(ROWS, org), None, org)
        (root / "judged.pickle").write_bytes(pickle.dumps(judged))
        _write(root / "widget.ipynb", _BEGIN, _WIDGET, _STATE)
        _write(root / "card.ipynb", _BEGIN, _CARD)
        browser = stack.enter_context(chromium())
        server = stack.enter_context(serve(root, home))
        card = stack.enter_context(notebook(browser, server, "card.ipynb"))
        opened = stack.enter_context(notebook(browser, server, "widget.ipynb"))
        one, many = _run_times((card, ".widget-vbox", ".one-card"), (opened, f"{ROOT} .list", ".row.here"))
        card.page.close()
        return {"one": one, "many": many} | _typed(Widget(opened.page), root)


def _write(path: Path, *cells: str) -> None:
    made = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    made.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(made, path)


def _run_times(*forms: tuple[Notebook, str, str]) -> list[float]:
    """Return each form's median of Run All to painted.

    They take turns, so that whatever else the machine does meets both. The first run imports what all need, and is
    left out.
    """
    for opened, box, part in forms:
        opened.run_all()
        opened.page.locator(f"{box} {part}").first.wait_for()
    turns = [[_run_time(*form) for form in forms] for _ in range(RUNS)]
    return [median(times) for times in zip(*turns, strict=True)]


def _run_time(opened: Notebook, box: str, part: str) -> float:
    page = opened.page
    page.bring_to_front()
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.locator('[data-command="runmenu:run-all"]').wait_for()
    page.evaluate(_WATCH, [box, part])
    page.locator('[data-command="runmenu:run-all"]').click()
    page.wait_for_function("() => window.painted !== null", timeout=60_000)
    page.wait_for_timeout(1000)
    return float(page.evaluate("() => window.painted"))


def _typed(widget: Widget, root: Path) -> dict[str, Any]:
    page = widget.page
    widget.focus()
    page.evaluate(_TYPE, [5, 50])
    typed = page.evaluate(_TYPE, [KEYS, 50])
    known = {event["id"] for event in events(root / "labels")}
    page.evaluate(_BURST, [BURST, PAUSE])
    widget.wait_saved()
    new = [event for event in events(root / "labels") if event["id"] not in known]
    return typed | {"in_order": _in_order(new), "state": len((root / "state.json").read_bytes()) / 1000}


def _in_order(found: list[dict[str, Any]]) -> int:
    """Return how many labels stand in the file in the order of the keys; none where the order is another."""
    leads = [event["lead"] for event in found] == [_LEADS[number % 4] for number in range(len(found))]
    rising = all(first["id"] < second["id"] for first, second in pairwise(found))
    return len(found) if leads and rising else 0


def _worst(times: list[float]) -> float:
    return quantiles(times, n=20)[-1]


def run_all(folder: Path) -> Figure:
    """Time Run All to painted."""
    return Figure("relabel: Run All to painted, 10,000 rows", measure()["many"] / 1000, 1.5, "s")


def run_all_over_card(folder: Path) -> Figure:
    """Compare it with one card made of ipywidgets."""
    return Figure("relabel: Run All to painted, 10,000 rows over one card", measure()["many"] / measure()["one"], 2)


def painted(folder: Path) -> Figure:
    """Time a key to the frame that shows it."""
    return Figure("relabel: key to painted, median", median(measure()["painted"]), 25, "ms")


def painted_worst(folder: Path) -> Figure:
    """Time a key to the frame that shows it, in 19 of 20 cases."""
    return Figure("relabel: key to painted, p95", _worst(measure()["painted"]), 60, "ms")


def saved(folder: Path) -> Figure:
    """Time a key to the answer that it is on the disk."""
    return Figure("relabel: key to saved on disk and acknowledged, median", median(measure()["saved"]), 60, "ms")


def saved_worst(folder: Path) -> Figure:
    """Time a key to the answer that it is on the disk, in 19 of 20 cases."""
    return Figure("relabel: key to saved on disk and acknowledged, p95", _worst(measure()["saved"]), 150, "ms")


def burst(folder: Path) -> Figure:
    """Count the labels of a burst that are in the file, in order."""
    return Figure(
        "relabel: labels of 200 keys at 50 a second, in order", measure()["in_order"], BURST, "labels", "higher"
    )


def state(folder: Path) -> Figure:
    """Weigh the widget state that is saved with a notebook."""
    return Figure("relabel: widget state of a saved notebook, 10,000 rows", measure()["state"], 50, "kB")


ENTRIES: list[Callable[[Path], Figure | str]] = [
    run_all, run_all_over_card, painted, painted_worst, saved, saved_worst, burst, state,
]  # fmt: skip
