"""Rendered reviews: papermill runs the real notebook, and folders appear whole or not at all."""

import dataclasses
import json
import os
import re
import shutil
import signal
import socket
import time
from html.parser import HTMLParser
from pathlib import Path

import jsonschema
import nbformat
import pytest

import contribkit as ck
from contribkit.privacy import publicly_named
from contribkit.rendering import jobs
from contribkit.rendering.folder import beside, replace
from contribkit.rendering.notebook import NOTEBOOKS, check_parameters, execute, write_print
from contribkit.rendering.overview import write_overview
from contribkit.review.review_data import project_slug
from contribkit.tables import Judged
from tests.review.test_review import SCHEMA, judged

TEAM = {"name": "Quay", "members": [{"login": "ada-example", "name": "Ada"}, {"login": "bob-example", "name": "Bob"}]}
ROWS = [
    {"id": "up-example/app#1@ada-example:pull_request", "title": "<b>=1+1</b>", "happened_at": "2026-08-01"},
    {"id": "up-example/app#2@bob-example:review", "author": "nora-example", "happened_at": "2026-08-02"},
    {"id": "up-example/app#3@ada-example:issue", "title": "No day"},
]
BRIEF = ("parameters", "open", "changes", "added", "not-seen", "write")


def write_organisation(folder, rows=ROWS, teams=(TEAM,)):
    """Write a contribkit.toml with records into a folder, and read it."""
    lines = ['[organisation]\nname = "Quay Works"\nown = ["quay-example"]']
    for team in teams:
        lines.append(f'[[teams]]\nname = "{team["name"]}"')
        lines += [f'[[teams.members]]\nlogin = "{m["login"]}"\nname = "{m["name"]}"' for m in team["members"]]
    lines.append('[[upstream]]\nname = "Up"\norgs = ["up-example"]\n[sources.records]\ncontributions = ["c.jsonl"]')
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "contribkit.toml").write_text("\n".join(lines))
    (folder / "c.jsonl").write_text("\n".join(map(json.dumps, rows)))
    return ck.Organisation.read(folder / "contribkit.toml")


class Loads(HTMLParser):
    """Collects what a browser would fetch by itself when it opens a page."""

    def __init__(self):
        super().__init__()
        self.found = []

    def handle_starttag(self, tag, attributes):
        for name, value in attributes:
            if name in ("src", "srcset", "poster", "background") or (tag == "link" and name == "href"):
                self.found.append(value)
        if tag in ("iframe", "object", "embed"):
            self.found.append(tag)


@pytest.fixture(scope="module")
def reviews(tmp_path_factory):
    """Render two teams that share Bob, once."""
    folder = tmp_path_factory.mktemp("reviews")
    other = {"name": "Pier", "members": [{"login": "bob-example", "name": "Bob"}]}
    org = write_organisation(folder, teams=(TEAM, other))
    return folder, ck.render(org, ck.Period("2026-Q3"))


def test_every_team_has_its_four_files_and_an_index_lies_over_them(reviews):
    folder, results = reviews
    assert [(r.slug, r.failure) for r in results] == [("quay", None), ("pier", None)]
    for result in results:
        assert result.folder == folder / "reviews" / "2026-Q3" / result.slug
        names = sorted(path.name for path in result.folder.iterdir())
        assert names == ["contributions.csv", "relabel.ipynb", "review.html", "review.ipynb", "summary.json"]
    assert sorted(path.name for path in (folder / "reviews" / "2026-Q3").iterdir()) == ["index.html", "pier", "quay"]


def test_the_index_counts_a_shared_row_once(reviews):
    folder, _ = reviews
    text = (folder / "reviews/2026-Q3/index.html").read_text()
    assert "2 contributions: 0 stakeholder-led; 1 upstream-led; 0 individual-led; 1 unclear." in text
    assert 'href="quay/review.html"' in text


def test_the_overview_lists_every_period_newest_first_and_no_share_that_nothing_covered(tmp_path):
    org = write_organisation(tmp_path)
    reviews = tmp_path / "reviews"
    counts = {"stakeholder": 2, "upstream": 4, "individual": 2, "unclear": 2}
    for period, slug, further in (
        ("2025-Q4", "quay", {}), ("2026-Q1", "quay", {"no_share": "no source of our own side covers it"}),
        ("2026-07", "quay", {}), ("2026-Q3", "upstream-up", {}), ("without-names", "quay", {}),
        ("last quarter", "quay", {}),
    ):  # fmt: skip
        folder = reviews / period / slug
        folder.mkdir(parents=True)
        (folder / "review.html").write_text("")
        summary = {"as_of": "2026-10-01T00:00:00Z", "rows": [], "history": [{"period": period} | counts | further]}
        (folder / "summary.json").write_text(json.dumps(summary))
    (reviews / "2025-Q4" / "quay" / "summary.json").write_text("{")
    write_overview(org, reviews)
    text = (reviews / "index.html").read_text()
    assert re.findall(r'href="(.+?)"', text.partition("<main>")[2]) == [
        "2026-07/quay/review.html", "2026-Q1/quay/review.html", "2025-Q4/quay/review.html",
        "2026-Q3/upstream-up/review.html",
    ]  # fmt: skip
    cells = re.findall(r"<tr><td><a.*?</tr>", text, re.DOTALL)
    assert re.findall(r'class="n">(.*?)<', cells[0]) == ["25\u00a0%", "50\u00a0%", "25\u00a0%", "2", "10"]
    assert '<i class="stakeholder">◆◆◆◆</i><i class="upstream">●●●●●●●●</i>' in cells[0]
    assert re.findall(r'class="n">(.*?)<', cells[1]) == ["–", "–", "–", "2", "10"]
    assert "no source of our own side covers it" in cells[1]
    assert "its summary does not tell" in cells[2]
    (reviews / "index.html").write_text("<p>ours</p>")
    write_overview(org, reviews)
    assert (reviews / "index.html").read_text() == "<p>ours</p>"


def test_a_page_loads_nothing_from_anywhere(reviews):
    folder, results = reviews
    for page in (*(result.page for result in results), folder / "reviews/2026-Q3/index.html"):
        reader = Loads()
        reader.feed(page.read_text())
        assert [value[:40] for value in reader.found if not value.startswith("data:")] == []
        assert "url(" not in page.read_text()
        scripts = re.findall(r"<script[^>]*>", page.read_text())
        assert scripts == (["<script>"] if "data-lead" in page.read_text() else [])  # the filters, where there are rows
        assert "@import" not in page.read_text()


def test_titles_are_text_on_the_page_in_the_notebook_and_in_the_csv(reviews):
    _, (quay, _) = reviews
    assert "&lt;b&gt;=1+1&lt;/b&gt;" in quay.page.read_text()
    notebook = nbformat.read(quay.folder / "review.ipynb", as_version=4)
    html = "".join(o.data.get("text/html", "") for c in notebook.cells for o in c.get("outputs", []) if "data" in o)
    assert "<b>=1+1" not in html
    assert "&lt;b&gt;=1+1" in html
    assert ",<b>=1+1</b>," in (quay.folder / "contributions.csv").read_text()


def test_a_row_without_a_date_is_counted_and_in_no_period(reviews):
    _, (quay, _) = reviews
    summary = json.loads((quay.folder / "summary.json").read_text())
    assert summary["not_seen"]["contributions without any date"] == 1
    assert summary["contributions"]["rows"] == 2
    assert "1 contribution without any date" in quay.page.read_text()


def test_nothing_of_this_machine_is_in_what_is_rendered(reviews):
    folder, results = reviews
    for result in results:
        for path in result.folder.iterdir():
            assert str(folder) not in path.read_text(), path


def test_the_rendered_notebook_runs_again_where_it_lies(reviews, tmp_path):
    import papermill

    folder, (quay, _) = reviews
    moved = tmp_path / "moved"
    shutil.copytree(folder, moved)
    place = moved / "reviews/2026-Q3/quay"
    before = (place / "contributions.csv").read_text()
    (place / "contributions.csv").unlink()
    papermill.execute_notebook(place / "review.ipynb", place / "again.ipynb", cwd=place, progress_bar=False)
    assert (place / "contributions.csv").read_text() == before
    assert quay.failure is None


def test_the_notebook_as_it_is_shows_the_sample(tmp_path):
    import papermill

    done = papermill.execute_notebook(NOTEBOOKS / "review.ipynb", tmp_path / "r.ipynb", progress_bar=False)
    text = json.dumps([cell.get("outputs") for cell in done.cells], ensure_ascii=False)
    assert "the organisation, its people and their work are invented" in text


@pytest.mark.parametrize(
    ("name", "page", "live", "period"), [("start", "review", "why", "2026-Q2"), ("plan", "plan", "table", "2026-Q3")]
)
def test_what_is_chosen_above_a_notebook_changes_what_stands_below(tmp_path, name, page, live, period):
    import papermill

    notebook = nbformat.read(NOTEBOOKS / f"{name}.ipynb", as_version=4)
    choose = f"chooser = ck.Chooser({page})\nchooser.names.value = False\nchooser.period.value = '{period}'"
    notebook.cells.append(nbformat.v4.new_code_cell(choose))
    nbformat.write(notebook, tmp_path / "n.ipynb")
    done = papermill.execute_notebook(tmp_path / "n.ipynb", tmp_path / "done.ipynb", cwd=tmp_path, progress_bar=False)
    cells = {cell.id: cell.outputs for cell in done.cells if cell.cell_type == "code"}
    (head,), (below,) = cells["head"], cells[live]
    assert period in head.data["text/html"]
    names = {member.name for member in ck.Organisation.read_sample().members.values()}
    assert [name for name in names if re.search(rf"\b{name}\b", json.dumps(below))] == []


def failing_notebook(folder, monkeypatch, code="raise OSError('the disk is full')", kept=None):
    """Let reviews run a notebook with a cell that fails before the last section; of the others only those kept."""
    notebook = nbformat.read(NOTEBOOKS / "review.ipynb", as_version=4)
    place = next(n for n, cell in enumerate(notebook.cells) if cell.source == "review.not_seen")
    notebook.cells.insert(place, nbformat.v4.new_code_cell(code, id="added"))
    notebook.cells = [cell for cell in notebook.cells if kept is None or cell.id in kept]
    shutil.copytree(NOTEBOOKS, folder)
    nbformat.write(notebook, folder / "review.ipynb")
    monkeypatch.setattr("contribkit.rendering.jobs.NOTEBOOKS", folder)


@pytest.fixture
def brief(tmp_path, monkeypatch):
    """Let reviews run a notebook of two sections: whatever is in the others, folders and files are the same."""
    failing_notebook(tmp_path / "brief", monkeypatch, "", BRIEF)


def test_a_cell_that_fails_leaves_the_notebook_up_to_there_and_a_page_that_says_so(tmp_path, monkeypatch):
    org = write_organisation(tmp_path / "o")
    failing_notebook(tmp_path / "n", monkeypatch)
    (result,) = ck.render(org, ck.Period("2026-Q3"), [org.team()])
    assert result.failure.endswith("failed: OSError: the disk is full")
    page = result.page.read_text()
    assert "This page stopped before its end." in page
    assert "the disk is full" in page
    assert "Is the upstream-led work shared?</h2>" in page
    assert "What could we not see?</h2>" not in page
    assert str(tmp_path) not in page
    cells = nbformat.read(result.folder / "review.ipynb", as_version=4).cells
    assert any(output.output_type == "error" for cell in cells for output in cell.get("outputs", []))


def test_a_kernel_that_dies_is_said_too(tmp_path, monkeypatch):
    org = write_organisation(tmp_path / "o")
    failing_notebook(tmp_path / "n", monkeypatch, "import os; os._exit(1)", BRIEF)
    (result,) = ck.render(org, ck.Period("2026-Q3"), [org.team()])
    assert "The kernel died" in result.failure
    assert "The kernel died" in result.page.read_text()


@pytest.mark.parametrize(
    "spec",
    [
        "no JSON", "[]", '{"argv": 5}', '{"argv": ["/usr/bin/false"], "display_name": "x"}',
        '{"argv": ["/no/python"], "display_name": "x"}',
    ],
    ids=["not JSON", "no table", "no program", "ends at once", "not there"],
)  # fmt: skip
def test_a_kernel_that_does_not_start_is_one_sentence_that_names_doctor(tmp_path, monkeypatch, spec):
    org = write_organisation(tmp_path / "o")
    kernel = tmp_path / "jupyter" / "kernels" / "python3"
    kernel.mkdir(parents=True)
    (kernel / "kernel.json").write_text(spec)
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path / "jupyter"))
    monkeypatch.setenv("JUPYTER_PREFER_ENV_PATH", "0")
    (result,) = ck.render(org, ck.Period("2026-Q3"), [org.team()])
    assert re.fullmatch(r"The kernel did not start \(.+\); run: contribkit doctor", result.failure, re.DOTALL)
    assert "The kernel did not start" in result.page.read_text()


def test_nothing_of_the_users_own_ipython_reaches_a_notebook(tmp_path, monkeypatch):
    startup = tmp_path / "ipython" / "profile_default" / "startup" / "mine.py"
    startup.parent.mkdir(parents=True)
    startup.write_text("mine = 1")
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    monkeypatch.setenv("PYTHONSTARTUP", str(startup))
    before = sorted(tmp_path.rglob("*"))
    cells = [nbformat.v4.new_code_cell("'mine' in globals()")]
    folder = tmp_path / "n"
    folder.mkdir()
    nbformat.write(nbformat.v4.new_notebook(cells=cells), folder / "in.ipynb")
    assert execute(folder / "in.ipynb", folder / "out.ipynb", {}, False, folder, False) is None
    (output,) = nbformat.read(folder / "out.ipynb", as_version=4).cells[-1].outputs
    assert output["data"]["text/plain"] == "False"
    assert sorted(path for path in tmp_path.rglob("*") if folder not in (path, *path.parents)) == before


def test_a_review_that_stops_does_not_replace_a_good_one(brief, tmp_path, monkeypatch):
    org = write_organisation(tmp_path / "o")
    (good,) = ck.render(org, ck.Period("2026-Q3"), [org.team()])
    before = good.page.read_bytes()
    failing_notebook(tmp_path / "n", monkeypatch, kept=BRIEF)
    (bad,) = ck.render(org, ck.Period("2026-Q3"), [org.team()])
    assert bad.folder.name == "quay.failed"
    assert good.page.read_bytes() == before
    assert sorted(path.name for path in good.folder.parent.iterdir()) == ["quay", "quay.failed"]


def test_an_existing_review_is_replaced_whole_but_for_what_people_put_there(brief, tmp_path):
    org = write_organisation(tmp_path / "o")
    (first,) = ck.render(org, ck.Period("2026-Q3"), [org.team()], printable=True)
    (first.folder / "minutes.md").write_text("notes")
    (first.folder / "photos").mkdir()
    left = first.folder.with_name(f".quay.{socket.gethostname()}-99999999.00000000")  # of a killed run
    left.mkdir()
    (second,) = ck.render(org, ck.Period("2026-Q3"), [org.team()])
    assert second.folder == first.folder
    assert (second.folder / "minutes.md").read_text() == "notes"
    assert (second.folder / "photos").is_dir()
    assert not second.printable.exists()
    assert [path.name for path in second.folder.parent.iterdir()] == ["quay"]


def test_a_folder_that_contribkit_did_not_write_is_not_replaced(tmp_path):
    org = write_organisation(tmp_path / "o")
    source = tmp_path / "proj/2026-Q3/quay/src"
    source.mkdir(parents=True)
    with pytest.raises(ck.ContribkitError, match=r"holds no review but other files, such as src; .*--output"):
        ck.render(org, ck.Period("2026-Q3"), output=tmp_path / "proj")
    assert source.exists()


def test_a_review_that_a_killed_run_moved_away_is_back_before_anything_else(tmp_path):
    place, old = tmp_path / "quay", tmp_path / ".quay.old"
    old.mkdir()
    (old / "summary.json").write_text("{}")
    with beside(place) as new:
        assert (place / "summary.json").exists()
        assert new.stat().st_mode == place.stat().st_mode  # as the umask says


def test_files_of_people_that_a_killed_run_had_not_moved_yet_are_back(tmp_path):
    place, old = tmp_path / "quay", tmp_path / ".quay.old"
    for folder, name in ((place, "review.html"), (old, "review.html"), (old, "minutes.md")):
        folder.mkdir(exist_ok=True)
        (folder / name).write_text(folder.name)
    with beside(place):
        assert (place / "minutes.md").read_text() == ".quay.old"
        assert (place / "review.html").read_text() == "quay"


def test_a_folder_that_cannot_be_put_in_place_leaves_everything_as_it_was(tmp_path, monkeypatch):
    new, place = tmp_path / "new", tmp_path / "quay"
    for folder, name in ((new, "review.html"), (place, "review.html"), (place, "minutes.md")):
        folder.mkdir(exist_ok=True)
        (folder / name).write_text(folder.name)
    rename = Path.rename
    monkeypatch.setattr(Path, "rename", lambda path, to: 1 / 0 if path.name == "minutes.md" else rename(path, to))
    with pytest.raises(ZeroDivisionError):
        replace(new, place)
    assert sorted(path.name for path in place.iterdir()) == ["minutes.md", "review.html"]
    assert (place / "review.html").read_text() == "quay"


def test_a_render_that_is_terminated_stops_as_with_ctrl_c_and_leaves_nothing(tmp_path, monkeypatch):
    org = write_organisation(tmp_path)
    before = signal.getsignal(signal.SIGTERM)

    def terminated(*_):
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(30)

    monkeypatch.setattr(jobs, "execute", terminated)
    with pytest.raises(KeyboardInterrupt):
        ck.render(org, ck.Period("2026-Q3"), [org.team()])
    assert list((tmp_path / "reviews/2026-Q3").iterdir()) == []
    assert signal.getsignal(signal.SIGTERM) == before


def test_a_link_to_a_folder_stays_a_link(brief, tmp_path):
    org = write_organisation(tmp_path / "o")
    place, target = tmp_path / "o/reviews/2026-Q3/quay", tmp_path / "web"
    target.mkdir()
    place.parent.mkdir(parents=True)
    place.symlink_to(target)
    (result,) = ck.render(org, ck.Period("2026-Q3"), [org.team()])
    assert place.is_symlink()
    assert (target / "review.html").exists()
    assert result.failure is None


def test_two_projects_or_a_team_and_a_project_have_folders_of_their_own(tmp_path):
    org = write_organisation(tmp_path, teams=({**TEAM, "name": "Upstream A B"},))
    names = ["日本", "中国", "A B", "A-B"]
    projects = [org.upstream[0].model_copy(update={"name": name}) for name in names]
    slugs = [project_slug(dataclasses.replace(org, upstream=projects), project) for project in projects]
    assert len({*slugs, "upstream-a-b"}) == 5
    assert all(re.fullmatch(r"upstream(-[a-z0-9]+)+", slug) for slug in slugs)


def test_what_people_say_between_two_renderings_shows_as_a_change(brief, tmp_path):
    org = write_organisation(tmp_path)
    ck.render(org, ck.Period("2026-Q3"), [org.team()])
    event = {"v": 1, "id": "1", "at": "2026-10-01T00:00:00Z", "by": "ada-example", "op": "label", "lead": "individual"}
    (tmp_path / "labels").mkdir()
    (tmp_path / "labels" / "a.jsonl").write_text(json.dumps(event | {"item": ROWS[0]["id"]}))
    (result,) = ck.render(org, ck.Period("2026-Q3"), [org.team()])
    assert json.loads((result.folder / "summary.json").read_text())["changed"] == 1
    assert "people labelled it (unanimous: 1 individual)" in result.page.read_text()
    (result.folder / "summary.json").write_text("{")
    (result,) = ck.render(org, ck.Period("2026-Q3"), [org.team()])
    assert result.failure is None
    assert "2026-Q3 is left out" in result.page.read_text()
    assert "is no summary of a review" in result.page.read_text()


def test_an_output_that_cannot_be_written_is_said_before_any_work(tmp_path):
    org = write_organisation(tmp_path / "o")
    (tmp_path / "file").write_text("")
    with pytest.raises(ck.ContribkitError, match=re.escape(f"{tmp_path / 'file'}") + ".*cannot be written.*--output"):
        ck.render(org, ck.Period("2026-Q3"), output=tmp_path / "file")


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"without_name": True}, 'no parameter "without_name"; did you mean "without_names"'),
        ({"without_names": "yes"}, 'the parameter "without_names" is bool, not str'),
        ({"team": 7}, 'the parameter "team" is str, not int'),
    ],
)
def test_parameters_are_checked_before_the_kernel_starts(given, said):
    with pytest.raises(ck.ContribkitError, match=said):
        check_parameters(NOTEBOOKS / "review.ipynb", given)


def test_notebooks_in_the_project_hold_no_outputs():
    from tests.helpers.notebooks_without_outputs import with_outputs

    assert with_outputs(Path(NOTEBOOKS)) == []


@pytest.mark.parametrize("period", ["2023-Q2", "2023-Q3"])
def test_real_histories_become_a_review(real_clones, realset, tmp_path, period):
    for name in ("contribkit.toml", "contributions.jsonl", "references.jsonl"):
        shutil.copyfile(realset / name, tmp_path / name)
    with (tmp_path / "contribkit.toml").open("a") as file:
        file.write(f'\n[sources.git]\nclones = ["{real_clones[0].parent}/*"]\n')
    org = ck.Organisation.read(tmp_path / "contribkit.toml")
    (result,) = ck.render(org, ck.Period(period, org.timezone), [org.team()])
    assert result.failure is None
    summary = json.loads((result.folder / "summary.json").read_text())
    assert summary["contributions"]["pull_requests"]["merged"] == {"2023-Q2": 58 + 3, "2023-Q3": 55 + 1}[period]
    assert [source["status"] for source in summary["sources"]] == ["ok", "ok"]
    assert result.page.stat().st_size < 3_000_000


def test_render_is_a_function_whatever_was_imported_before():
    import contribkit.rendering.jobs

    assert callable(ck.render)
    assert contribkit.rendering.jobs.render is ck.render


@pytest.mark.parametrize("nameless", [False, True])
def test_what_could_not_be_read_tells_nothing_of_this_machine_and_without_names_of_nobody(tmp_path, nameless):
    org = write_organisation(tmp_path / "o")
    with (tmp_path / "o" / "c.jsonl").open("a") as file:
        file.write('\n{"id": "up-example/app#9@wren-example:issue", "actor": "dunlin-example"}\n')
    given = {"keep_going": True, "without_names": nameless}
    (result,) = ck.render(org, ck.Period("2026-Q3"), [org.team()], parameters=given)
    text = "\n".join(path.read_text() for path in sorted(result.folder.iterdir()))
    assert str(tmp_path) not in text
    assert ("wren-example" in text) is ("dunlin-example" in text) is not nameless
    assert ("could not read: 1 of its lines or files" in text) is nameless
    assert ("c.jsonl:4: " in text) is not nameless


def test_a_failure_without_names_says_no_more_than_where_it_was(tmp_path, monkeypatch):
    org = write_organisation(tmp_path / "o")
    failing_notebook(tmp_path / "n", monkeypatch, "print('ada-example'); raise OSError('ada-example')")
    (result,) = ck.render(org, ck.Period("2026-Q3"), [org.team()], parameters={"without_names": True})
    assert result.failure.endswith("failed: OSError")
    assert "This page stopped" in result.page.read_text()
    notebook = nbformat.read(result.folder / "review.ipynb", as_version=4)
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    assert "stream" not in {output.output_type for output in outputs}
    assert "error" not in {output.output_type for output in outputs}
    assert "ada-example" not in json.dumps(outputs)


@pytest.fixture(scope="module")
def of_a_project(tmp_path_factory):
    """Render, once, what all teams of the sample did in one project, to print too."""
    folder = tmp_path_factory.mktemp("project")
    org = ck.Organisation.read_sample()
    (result,) = ck.render(org, ck.Period("2026-Q3"), org.project("wicketlamp"), folder, printable=True)
    return org, result


def test_maintainers_see_what_all_teams_did_in_their_project_and_who_drove_it(of_a_project):
    org, result = of_a_project
    assert (result.failure, result.folder.name) == (None, "upstream-wicketlamp")
    summary = json.loads((result.folder / "summary.json").read_text())
    jsonschema.validate(summary, SCHEMA)
    assert {row["ref"].split("/")[0] for row in summary["rows"]} == {"wicketlamp-example"}
    assert sum(row["rows"] for row in summary["driven"]) == len(summary["rows"]) > 20
    data = ck.load(org, ck.Period("2026-Q3", org.timezone))
    inside = data.contributions["repo"].str.startswith("wicketlamp-example/").fillna(False).astype(bool)
    assert len(summary["rows"]) == int((inside & ~data.contributions["private"].fillna(False)).sum())
    page = result.page.read_text()
    assert "Who drove it, and why?" in page
    assert {row["behind"] for row in summary["driven"]} & {plan.name for plan in (*org.initiatives, *org.goals)}


def test_a_page_for_maintainers_names_nobody_and_shows_nothing_private(of_a_project):
    org, result = of_a_project
    data = ck.load(org, ck.Period("2026-Q3", org.timezone))
    people = {login for member in org.members.values() for login in (member.login, *member.aliases)} | data.people
    hidden = data.threads[data.threads["private"].fillna(False).astype(bool)]
    written = "\n".join(path.read_text() for path in sorted(result.folder.iterdir()))
    assert sorted(name for name in people if name in written) == []
    assert [title for title in hidden["title"] if title in written] == []


def test_a_stakeholder_is_named_to_others_only_where_something_public_tells():
    told = {"rule": "tracker", "lead": "stakeholder", "weight": 3.0, "private": True}
    led = {"lead": "stakeholder", "stakeholder": "Q", "initiative": "Quotas"}
    rows = judged(
        led | {"reasons": [told]},
        led | {"reasons": [told, told | {"private": False}]},
        led | {"reasons": [told | {"rule": "label", "private": False}]},
        led | {"reasons": [told | {"lead": "upstream", "private": False}]},
    )
    named = publicly_named(Judged.of(rows)).contributions
    assert named["stakeholder"].notna().to_list() == [False, True, False, False]
    assert named["initiative"].notna().to_list() == [False, True, False, False]


def test_the_page_to_print_is_unfolded_and_holds_its_title_as_text(of_a_project, tmp_path):
    _, result = of_a_project
    text = result.printable.read_text()
    assert "<details>" not in text
    assert text.count("<details open>") == result.page.read_text().count("<details") > 10
    assert "size: A4" in text
    (tmp_path / "page.html").write_text("<head></head>")
    write_print(tmp_path / "page.html", tmp_path / "print.html", '</style><script>"\\')
    assert "</style><script>" not in (tmp_path / "print.html").read_text()


def test_a_page_is_not_made_to_print_unless_asked_for(reviews):
    assert not any(result.printable.exists() for result in reviews[1])


def test_a_project_that_is_not_in_the_file_is_named_with_the_nearest():
    with pytest.raises(ck.ContribkitError, match='no upstream project "Wicketlam"; did you mean "Wicketlamp"'):
        ck.Organisation.read_sample().project("Wicketlam")


def test_the_table_to_sort_is_plain_text_where_nothing_runs(reviews):
    _, (quay, _) = reviews
    notebook = nbformat.read(quay.folder / "review.ipynb", as_version=4)
    (cell,) = [cell for cell in notebook.cells if cell.source.startswith("review.sortable")]
    (output,) = cell.outputs
    assert "&lt;b&gt;=1+1&lt;/b&gt;" in output.data["text/html"]
    assert "application/vnd.jupyter.widget-view+json" not in output.data  # JupyterLab would show an error in its place
    assert "widgets" not in notebook.metadata
