"""The rows of a section that only the CSV has: read into the page where a browser lets it, and a sentence where not."""

import functools
import re
import threading
from contextlib import contextmanager
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import pandas as pd
import pytest
from markupsafe import Markup

import contribkit as ck
from contribkit.review import page
from contribkit.tables import Judged
from tests.helpers.accessibility import violations
from tests.helpers.jupyterlab import chromium, visitor

FEW = 6
HOSTILE = [
    '<img src=x onerror="alert(1)">, "quoted"', "=1+1\nof two lines", "'=HYPERLINK(1)", "a; upstream +9.0: no reason",
    "@all", "Reach 80 %",
]  # fmt: skip
# Of each list that holds contributions: what every row says, how it is marked, and where it leads.
LISTS = """() => [...document.querySelectorAll('.contribkit details')].flatMap((list) => {
  const rows = [...list.querySelectorAll('[data-lead]')];
  const words = (row) => row.textContent.replace(/\\s+/g, '');
  const links = (row) => [...row.querySelectorAll('a')].map((link) => [link.getAttribute('href'), link.rel]);
  const parts = (row) => [...row.querySelectorAll('*')].map((part) => part.tagName + '.' + part.className);
  return rows.length ? [rows.map((row) => [words(row), {...row.dataset}, links(row), parts(row)])] : [];
})"""


@pytest.fixture(scope="module")
def browser():
    with chromium() as started:
        yield started


@pytest.fixture(scope="module")
def sample():
    """Return the sample's first team, with titles that strangers might write."""
    org = ck.Organisation.read_sample()
    data = ck.load(org, "2026-Q3")
    rows = ck.classify(data.contributions, data.references, org, ck.Labels.read(org.root / "labels")).nested()
    titles = pd.Series([HOSTILE[n % 40] if n % 40 < len(HOSTILE) else None for n in range(len(rows))], rows.index)
    return org, data, rows.assign(title=titles.fillna(rows["title"]))


def write_pages(folder, sample, monkeypatch, **options):
    """Write a page that shows few rows of each list with its CSV, and beside it one that shows all."""
    org, data, rows = sample
    folder.mkdir(exist_ok=True)
    for name, most in (("all", 10_000), ("review", FEW)):
        monkeypatch.setattr(page, "MOST_ROWS", most)
        review = ck.Review(Judged.of(rows), data, org.teams[0], data.period, **options)
        (folder / f"{name}.html").write_text(page.document("A review", Markup(review._repr_html_())))
    review.write(folder)


@contextmanager
def served(folder):
    """Serve a folder on this machine."""
    handler = type("Quiet", (SimpleHTTPRequestHandler,), {"log_message": lambda *_: None})
    with ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(handler, directory=folder)) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def load_all(tab):
    """Press every button below a list, and wait until all rows are there."""
    for place in tab.locator("[data-rest]").all():
        place.evaluate("place => place.closest('details').open = true")
        place.get_by_role("button", name="Show all").click()
        place.get_by_role("button").wait_for(state="detached")


@pytest.mark.parametrize("options", [{}, {"without_names": True}])
def test_every_row_from_the_csv_is_as_the_page_would_have_it(browser, sample, tmp_path, monkeypatch, axe, options):
    write_pages(tmp_path, sample, monkeypatch, **options)
    with visitor(browser) as visits, served(tmp_path) as address:
        tab, asked, alerts = visits.page(), [], []
        tab.on("dialog", lambda dialog: alerts.append(dialog.dismiss()))
        tab.goto(f"{address}/all.html")
        wanted = tab.evaluate(LISTS)
        assert tab.locator("[data-rest]").count() == 0
        tab.goto(f"{address}/review.html")
        first = tab.evaluate(LISTS)
        assert [len(rows) for rows in first] == [min(len(rows), FEW) for rows in wanted]
        assert sum(len(rows) > FEW for rows in wanted) == tab.locator("[data-rest]").count() >= 4
        tab.on("request", lambda request: asked.append(request.url))
        load_all(tab)
        assert tab.evaluate(LISTS) == wanted
        assert violations(tab, axe) == []
        tab.screenshot(path=tmp_path / "all.png", full_page=True)
        print(f"screenshot: {tmp_path / 'all.png'}")
        assert {*asked} == {f"{address}/contributions.csv"}
        assert (visits.foreign, alerts) == ([], [])


def test_filters_know_the_rows_that_were_added(browser, sample, tmp_path, monkeypatch):
    write_pages(tmp_path, sample, monkeypatch)
    with visitor(browser) as visits, served(tmp_path) as address:
        tab = visits.page()
        tab.goto(f"{address}/review.html")
        section = tab.locator(".contribkit:has(#sharing)")
        place, words = section.locator("[data-rest]"), section.get_by_role("searchbox")
        repositories = section.locator("select[data-name=repo] option")
        before = repositories.count()
        words.fill("wicketlamp")
        place.get_by_role("button").click()
        place.get_by_text("rows are shown").wait_for()
        number = section.locator("tr[data-lead]").count()
        assert place.inner_text() == f"All {number} rows are shown."
        shown = section.locator("tr[data-lead]:visible").count()
        assert 0 < shown < number
        assert section.locator(".filter").get_by_role("status").inner_text() == f"{shown} of {number} shown"
        words.fill("")
        assert section.locator("tr[data-lead]:visible").count() == number > FEW
        assert repositories.count() > before


def test_from_a_disk_the_page_says_where_the_rows_are(browser, sample, tmp_path, monkeypatch):
    write_pages(tmp_path, sample, monkeypatch)
    with visitor(browser) as visits:
        tab = visits.page()
        tab.goto((tmp_path / "review.html").as_uri())
        place = tab.locator("[data-rest]").first
        place.evaluate("place => place.closest('details').open = true")
        place.get_by_role("button", name="Show all").click()
        place.get_by_text("could not read it: browsers let no page on a disk read another file").wait_for()
        assert place.get_by_role("link").get_attribute("href") == "contributions.csv"
        assert place.get_by_role("button").is_enabled()


@pytest.mark.parametrize(
    ("content", "why"), [(None, "404"), ("id,lead\n", "it is of another review, with 0 such rows")]
)
def test_a_csv_that_is_gone_or_of_another_review_adds_nothing(browser, sample, tmp_path, monkeypatch, content, why):
    write_pages(tmp_path, sample, monkeypatch)
    (tmp_path / "contributions.csv").unlink()
    if content:
        (tmp_path / "contributions.csv").write_text(content)
    with visitor(browser) as visits, served(tmp_path) as address:
        tab = visits.page()
        tab.goto(f"{address}/review.html")
        place = tab.locator("[data-rest]").first
        place.evaluate("place => place.closest('details').open = true")
        place.get_by_role("button").click()
        place.get_by_text(f"This page could not read it: {why}").wait_for()
        assert len(tab.evaluate(LISTS)[0]) == FEW


def test_without_javascript_the_link_is_there_and_no_button(browser, sample, tmp_path, monkeypatch):
    write_pages(tmp_path, sample, monkeypatch)
    with visitor(browser, java_script_enabled=False) as visits:
        tab = visits.page()
        tab.goto((tmp_path / "review.html").as_uri())
        assert tab.get_by_role("button").count() == 0
        places = tab.locator("[data-rest]")
        assert places.count() == tab.locator("[data-rest] a[href='contributions.csv']").count() >= 4
        assert re.match(f"The first {FEW} of [0-9]+; contributions.csv has all.", places.first.text_content())
