"""Rendered plans: the command, its files, and what is said before any notebook runs."""

import json
import shutil
from pathlib import Path

import nbformat
import pytest

from contribkit.config.organisation import SAMPLE
from contribkit.rendering.notebook import NOTEBOOKS
from tests.helpers.builders import jsonl
from tests.review.test_render import Loads, write_organisation
from tests.test_cli import run

NEED = {"kind": "pull_request", "ref": "up-example/app#7", "title": "<b>=1+1</b>", "author_association": "NONE"}


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Write a small organisation with a need and a goal, and return its folder."""
    write_organisation(tmp_path)
    with (tmp_path / "contribkit.toml").open("a") as file:
        file.write('\nneeds = ["n.jsonl"]\n[[goals]]\nname = "Reviews"\nactivities = ["review"]\ntarget = 4\n')
    jsonl(tmp_path / "n.jsonl", NEED)
    return tmp_path


def planned(home: Path, *arguments: object) -> tuple[int, str, str]:
    return run("plan", "--config", home / "contribkit.toml", "--period", "2026-Q4", *arguments)


def test_the_command_writes_a_page_a_notebook_and_a_proposal(home: Path) -> None:
    code, out, _ = planned(home, "--team", "quay")
    folder = home / "plans" / "2026-Q4" / "quay"
    assert (code, out.strip()) == (0, str(folder / "plan.html"))
    assert sorted(path.name for path in folder.iterdir()) == ["plan.html", "plan.ipynb", "proposal.csv"]
    page = (folder / "plan.html").read_text()
    assert "&lt;b&gt;=1+1&lt;/b&gt;" in page
    assert "<b>=1+1" not in page
    reader = Loads()
    reader.feed(page)
    assert [value[:40] for value in reader.found if not value.startswith("data:")] == []
    lines = (folder / "proposal.csv").read_text(encoding="utf-8-sig").splitlines()
    assert lines[0] == "who,activity,upstream,how many,with,team"
    assert sum(int(line.split(",")[3]) for line in lines[1:] if ",review," in line) == 4
    assert not (home / "planned").exists()
    for path in folder.iterdir():
        assert str(home) not in path.read_text(), path


def test_the_rendered_notebook_holds_the_table_as_plain_html(home: Path) -> None:
    planned(home, "--team", "quay")
    notebook = nbformat.read(home / "plans/2026-Q4/quay/plan.ipynb", as_version=4)
    (cell,) = [cell for cell in notebook.cells if "ck.PlanTable" in cell.source]
    (output,) = cell.outputs
    assert "<caption>Quay: who takes what in 2026-Q4" in output.data["text/html"]
    assert "run the cell to change and save" not in (home / "plans/2026-Q4/quay/plan.html").read_text()


def test_without_names_no_file_names_anybody(home: Path) -> None:
    code, _, _ = planned(home, "--team", "quay", "--without-names")
    assert code == 0
    assert not (home / "plans" / "2026-Q4").exists()  # a page with names is never replaced
    folder = home / "plans" / "without-names" / "2026-Q4" / "quay"
    text = "\n".join(path.read_text() for path in sorted(folder.iterdir()))
    assert [name for name in ("ada-example", "bob-example", "Ada", "Bob", "nora-example") if name in text] == []


CASES = {
    "a need": ("n.jsonl", "{", "n.jsonl:1: not JSON"),
    "a saved plan": (
        "planned/2026-Q4.csv",
        "who,activity,upstream,how many\nada-example,reviw,Up,1\n",
        '2026-Q4.csv:2: unknown activity "reviw"; did you mean "review"?',
    ),
    "a label": ("labels/a.jsonl", "{}\n{}", "a.jsonl:1: unknown label event version None"),
}


@pytest.mark.parametrize("case", CASES)
def test_whatever_is_wrong_is_said_before_any_work(home: Path, case: str) -> None:
    name, text, said = CASES[case]
    (home / name).parent.mkdir(exist_ok=True)
    (home / name).write_text(text)
    code, out, err = planned(home)
    assert (code, out) == (1, "")
    assert said in err
    assert not list(home.glob("plans/*/*"))


def test_a_parameter_that_does_not_fit_is_said(home: Path) -> None:
    code, _, err = planned(home, "-p", "colour", "red")
    assert code == 1
    assert 'plan.ipynb has no parameter "colour"' in err


def test_keep_going_takes_the_rest_and_says_what_it_left(home: Path) -> None:
    jsonl(home / "n.jsonl", NEED, "{")
    code, _, _ = planned(home, "--team", "quay", "--keep-going")
    assert code == 0
    page = (home / "plans/2026-Q4/quay/plan.html").read_text()
    assert "n.jsonl:2: not JSON" in page
    assert str(home) not in page


def test_a_broken_plan_stops_the_review_of_its_period_before_any_work(home: Path) -> None:
    (home / "planned").mkdir()
    (home / "planned" / "2026-Q3.csv").write_text("who,activity,upstream\n")
    code, _, err = run("review", "--config", home / "contribkit.toml", "--period", "2026-Q3")
    assert code == 1
    assert '2026-Q3.csv:1: the column "how many" is missing' in err
    assert not list(home.glob("reviews/*/*"))


def test_the_review_of_the_period_says_what_came_of_the_saved_plan(home: Path) -> None:
    (home / "planned").mkdir()
    (home / "planned" / "2026-Q3.csv").write_text("who,activity,upstream,how many\nbob-example,review,Up,2\n")
    code, _, _ = run("review", "--config", home / "contribkit.toml", "--period", "2026-Q3", "--team", "quay")
    assert code == 0
    folder = home / "reviews/2026-Q3/quay"
    (line,) = json.loads((folder / "summary.json").read_text())["planned"]["lines"]
    assert line == {
        "activity": "review", "upstream": "Up", "planned": 2, "done": 1, "planned_for": 1, "done_by": 1,
    }  # fmt: skip
    assert "What came of the plan?" in (folder / "review.html").read_text()


def test_a_page_that_stopped_does_not_replace_a_good_plan(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    planned(home, "--team", "quay")
    good = (home / "plans/2026-Q4/quay/plan.html").read_bytes()
    notebook = nbformat.read(NOTEBOOKS / "plan.ipynb", as_version=4)
    notebook.cells.insert(-1, nbformat.v4.new_code_cell("raise OSError('the disk is full')"))
    (tmp_path / "notebooks").mkdir()
    nbformat.write(notebook, tmp_path / "notebooks" / "plan.ipynb")
    monkeypatch.setattr("contribkit.rendering.jobs.NOTEBOOKS", tmp_path / "notebooks")
    code, _, err = planned(home, "--team", "quay")
    assert code == 1
    assert "OSError: the disk is full" in err
    assert (home / "plans/2026-Q4/quay/plan.html").read_bytes() == good
    assert (home / "plans/2026-Q4/quay.failed/plan.html").is_file()


def test_the_sample_is_rendered_into_a_folder_of_the_person(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    before = sorted(SAMPLE.parent.rglob("*"))
    code, out, _ = run("plan", "--sample", "--team", "product")
    assert (code, out.strip()) == (0, str(tmp_path / "plans" / "2026-Q4" / "product" / "plan.html"))
    assert sorted(SAMPLE.parent.rglob("*")) == before


def test_a_plan_replaces_no_review_and_a_review_no_plan(home: Path) -> None:
    arguments = (
        "--config",
        home / "contribkit.toml",
        "--period",
        "2026-Q4",
        "--team",
        "quay",
        "--output",
        home / "out",
    )
    folder = home / "out" / "2026-Q4" / "quay"
    for made, refused in (("review", "plan"), ("plan", "review")):
        folder.mkdir(parents=True)
        (folder / f"{made}.ipynb").write_text("{}")
        code, _, err = run(refused, *arguments)
        assert code == 1
        assert f"{folder} holds a {made}; choose another folder for the {refused} with --output" in err
        assert [path.name for path in folder.iterdir()] == [f"{made}.ipynb"]
        shutil.rmtree(folder)


def test_a_period_that_cannot_be_is_said_before_any_folder_is_made(home: Path) -> None:
    code, _, err = run("plan", "--config", home / "contribkit.toml", "--period", "0001-Q1")
    assert code == 1
    assert 'invalid period "0001-Q1"' in err
    assert not (home / "plans").exists()
