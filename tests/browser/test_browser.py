"""What people see: the notebooks in a real JupyterLab, and the page in a real browser; nothing leaves the machine."""

import re
import shutil
import subprocess
import sys

import pytest

from contribkit.rendering.notebook import NOTEBOOKS
from tests.helpers.accessibility import UNFOLD, violations
from tests.helpers.jupyterlab import chromium, chromium_path, notebook, serve, visitor

INVENTED = "the organisation, its people and their work are invented"
WIDTHS = (1280, 640)
PAGES = ["product/review.html", "index.html", "upstream-wicketlamp/review.html"]


@pytest.fixture(scope="module")
def rendered(tmp_path_factory):
    """Render the sample as a person does: in a process of its own, as playwright's event loop would be in the way."""
    chromium_path()
    folder = tmp_path_factory.mktemp("rendered")
    code = "from contribkit.cli import main; main()"
    for further in (["--print"], ["--upstream", "Wicketlamp"]):
        command = [sys.executable, "-c", code, "review", "--sample", *further, "--output", str(folder)]
        subprocess.run(command, check=True, capture_output=True)
    return folder / "2026-Q3"


@pytest.fixture(scope="module")
def browser(rendered):
    with chromium() as started:
        yield started


@pytest.fixture(scope="module")
def server(browser, tmp_path_factory):
    root = tmp_path_factory.mktemp("lab")
    shutil.copytree(NOTEBOOKS, root / "notebooks")
    with serve(root, tmp_path_factory.mktemp("home")) as running:
        yield running


def test_start_leads_a_newcomer_through_the_sample(browser, server, tmp_path):
    with notebook(browser, server, "notebooks/start.ipynb") as shown:
        shown.run_all()
        assert shown.errors() == []
        words = shown.text()
        assert INVENTED in words
        assert "need review" in words
        assert "What people said (disputed)" in words
        assert shown.outputs.locator("img").first.evaluate("image => image.naturalWidth") > 0
        why, disputed = shown.outputs.locator("details").all()
        assert re.search(r"[+-]\d\.\d: our .* links to it", why.inner_text())
        assert "people labelled it (disputed" in disputed.inner_text()
        # They are open from the start, and fold by a click.
        why.locator("summary").click()
        assert why.locator("ul.reasons").is_hidden()
        why.locator("summary").click()
        assert why.locator("ul.reasons").is_visible()
        shown.screenshot(tmp_path / "start.png", whole=True)
        assert shown.visitor.foreign == []


def test_start_leads_to_the_next_notebook_and_to_the_readme(browser, server):
    with notebook(browser, server, "notebooks/start.ipynb") as shown:
        targets = shown.page.locator(".jp-Notebook .jp-MarkdownOutput a[href]").evaluate_all(
            "links => links.map(link => link.textContent)"
        )
        assert {"The whole review", "README"} <= set(targets)
        shown.page.locator(".jp-Notebook").get_by_role("link", name="The whole review").click()
        shown.page.get_by_role("tab", name="review.ipynb").wait_for()
        assert shown.visitor.foreign == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_review_runs_and_its_reasons_unfold(browser, server, axe, tmp_path, scheme):
    with notebook(browser, server, "notebooks/review.ipynb", color_scheme=scheme) as shown:
        shown.run_all()
        assert shown.errors() == []
        assert INVENTED in shown.text()
        rows = shown.outputs.locator("details").filter(has=shown.page.locator("ul.reasons")).first
        rows.locator("> summary").click()
        reasons = rows.locator("details").first
        assert reasons.locator("ul.reasons").is_hidden()
        reasons.locator("> summary").click()
        assert re.search(r"[+-]\d+\.\d: \w+", reasons.locator("ul.reasons").inner_text())
        shown.screenshot(tmp_path / f"review-{scheme}.png", whole=True)
        # JupyterLab has styles of its own for what cells put out: tables stay as the page has them.
        assert shown.outputs.locator("td:not(.n)").first.evaluate("cell => getComputedStyle(cell).textAlign") == "left"
        assert violations(shown.page, axe, ".contribkit") == []
        assert shown.visitor.foreign == []


@pytest.mark.parametrize("page", ["community/review.html", *PAGES])
@pytest.mark.parametrize("width", WIDTHS)
def test_the_page_asks_nobody_and_does_not_scroll_sideways(browser, rendered, tmp_path, page, width):
    with visitor(browser, width) as visits:
        tab = visits.page()
        asked = []
        tab.on("request", lambda request: asked.append(request.url))
        address = (rendered / page).as_uri()
        tab.goto(address)
        assert INVENTED in tab.inner_text("body")
        tab.evaluate(UNFOLD, True)
        wide = tab.evaluate("() => document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, f"the page is {wide} pixels wider than its window"
        tab.evaluate(UNFOLD, False)
        picture = tmp_path / f"{page.replace('/', '-')}-{width}.png"
        tab.screenshot(path=picture, full_page=True)
        print(f"screenshot: {picture}")
        assert [url for url in asked if url != address and not url.startswith("data:")] == []
        assert visits.foreign == []


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
def test_axe_finds_nothing(browser, rendered, axe, tmp_path, page, scheme, width):
    with visitor(browser, width, color_scheme=scheme) as visits:
        tab = visits.page()
        tab.goto((rendered / page).as_uri())
        found = violations(tab, axe)
        picture = tmp_path / f"{page.replace('/', '-')}-{width}-{scheme}.png"
        tab.screenshot(path=picture)
        print(f"screenshot: {picture}")
        assert found == []


def test_the_page_to_print_becomes_a_pdf_with_its_title_and_page_numbers(browser, rendered, tmp_path):
    with visitor(browser) as visits:
        tab = visits.page()
        tab.goto((rendered / "product/print.html").as_uri())
        assert tab.locator(".contribkit details:not([open])").count() == 0
        tab.emulate_media(media="print")
        tab.set_viewport_size({"width": 672, "height": 1000})  # A4 less its margins
        wide = tab.evaluate("() => [...document.querySelectorAll('table')].filter(t => t.scrollWidth > 680).length")
        assert wide == 0
        paper = tab.pdf(prefer_css_page_size=True)
        assert paper.startswith(b"%PDF")
        assert b"/MediaBox [0 0 595" in paper or b"/MediaBox [0 0 594" in paper
        assert visits.foreign == []


def test_the_contributions_can_be_sorted_in_jupyterlab(browser, server):
    with notebook(browser, server, "notebooks/review.ipynb") as shown:
        shown.run_all()
        table = shown.page.locator(".jp-OutputArea-output table.dataTable").first
        table.wait_for()
        titles = table.locator("tbody tr td:nth-child(2)")
        titles.locator('a[href^="https://github.com/"]').first.wait_for()
        for order in ("ascending", "descending"):
            table.locator("thead th", has_text="title").locator(".dt-column-order").click()
            table.locator(f"thead th[aria-sort={order}]").wait_for()
            shows = [title.casefold() for title in titles.all_inner_texts()]
            assert len(shows) > 5
            assert (shows[0] < shows[-1]) == (order == "ascending")
        assert shown.visitor.foreign == []


def test_a_request_to_another_host_is_seen_and_stopped(browser):
    with visitor(browser) as visits:
        tab = visits.page()
        with tab.expect_event("requestfailed"):
            tab.set_content('<img src="http://images.example.org/a.png">')
        assert visits.foreign == ["http://images.example.org/a.png"]
        assert tab.locator("img").evaluate("image => image.naturalWidth") == 0
