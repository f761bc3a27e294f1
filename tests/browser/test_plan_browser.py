"""The plan in a real JupyterLab: a person changes it with the keyboard, takes it back, and saves it."""

import csv
import shutil
import subprocess
import sys

import pytest

from contribkit.rendering.notebook import NOTEBOOKS
from tests.helpers.accessibility import violations
from tests.helpers.jupyterlab import chromium, chromium_path, notebook, serve, visitor

TABLE = ".contribkit-plan"


@pytest.fixture(scope="module")
def rendered(tmp_path_factory):
    """Render the sample as a person does: in a process of its own, as playwright's event loop would be in the way."""
    chromium_path()
    folder = tmp_path_factory.mktemp("rendered")
    code = "from contribkit.cli import main; main()"
    command = [sys.executable, "-c", code, "plan", "--sample", "--team", "product", "--output", str(folder)]
    subprocess.run(command, check=True, capture_output=True)
    return folder / "2026-Q4" / "product" / "plan.html"


@pytest.fixture(scope="module")
def browser(rendered):
    with chromium() as started:
        yield started


@pytest.fixture
def server(browser, tmp_path):
    (tmp_path / "root").mkdir()
    (tmp_path / "home").mkdir()
    shutil.copyfile(NOTEBOOKS / "plan.ipynb", tmp_path / "root" / "plan.ipynb")
    with serve(tmp_path / "root", tmp_path / "home") as running:
        yield running


def saved(tmp_path):
    with (tmp_path / "root" / "planned" / "2026-Q4.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_plan_is_changed_taken_back_and_saved(browser, server, axe, tmp_path, scheme):
    with notebook(browser, server, "plan.ipynb", color_scheme=scheme) as shown:
        cells = shown.page.locator(".jp-Notebook .jp-Cell").count()
        shown.run_all()
        assert shown.errors() == []
        table = shown.outputs.locator(TABLE)
        table.scroll_into_view_if_needed()
        rows = table.locator("tbody tr")
        count, who = rows.first.locator("input"), rows.first.locator("select").first
        proposed = who.input_value()
        undo, save = table.get_by_role("button", name="Undo"), table.get_by_role("button", name="Save")
        assert undo.is_disabled()

        # Twice "d" looks for Dara; JupyterLab would delete the cell.
        who.focus()
        shown.page.keyboard.press("d")
        shown.page.keyboard.press("d")
        assert shown.page.locator(".jp-Notebook .jp-Cell").count() == cells
        who.select_option("bela-example")
        table.get_by_text("Changed, not saved yet.").wait_for()
        count.fill("0")
        count.press("Tab")
        table.locator("tr.out").wait_for()
        undo.click()
        table.locator("tr.out").wait_for(state="detached")
        assert who.input_value() == "bela-example"
        table.get_by_role("button", name="Back to the proposal").click()
        table.get_by_text("This is the proposal again; Undo takes you back.").wait_for()
        assert who.input_value() == proposed
        undo.click()
        table.get_by_text("Changed, not saved yet.").wait_for()

        partner = rows.first.locator("select").nth(1)
        partner.select_option("bela-example")
        table.get_by_text("nobody can pair with themselves").wait_for()
        assert partner.input_value() != "bela-example"  # what was refused is not shown

        table.get_by_label("activity of a new line").select_option("strategy")
        table.get_by_label("project of a new line").select_option("Spoolrun")
        before = rows.count()
        table.get_by_role("button", name="Add a line").click()
        rows.nth(before).wait_for()
        save.click()
        table.get_by_text(f"Saved {before + 1} lines to planned/2026-Q4.csv.").wait_for()
        lines = saved(tmp_path)
        assert lines[0]["who"] == "bela-example"
        assert (lines[-1]["who"], lines[-1]["activity"], lines[-1]["upstream"]) == ("", "strategy", "Spoolrun")

        shown.screenshot(tmp_path / f"plan-{scheme}.png", whole=True)
        assert violations(shown.page, axe, ".jp-Notebook .contribkit, .contribkit-plan") == []
        assert shown.visitor.foreign == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 640])
def test_the_rendered_page_fits_its_window_loads_nothing_and_is_accessible(
    browser, rendered, axe, tmp_path, width, scheme
):
    with visitor(browser, width, color_scheme=scheme) as visits:
        tab = visits.page()
        tab.goto(rendered.as_uri())
        assert tab.evaluate("() => document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
        picture = tmp_path / f"plan-{width}-{scheme}.png"
        tab.screenshot(path=picture, full_page=True)
        print(f"screenshot: {picture}")
        assert violations(tab, axe) == []
        assert visits.foreign == []
