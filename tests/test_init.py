"""`contribkit init`: a folder that is whole or not there, with a file that shows everything that can be written."""

import json
import re
import shutil
import subprocess
import tomllib
from pathlib import Path
from typing import Any, get_args

import pytest
from pydantic import BaseModel

from contribkit import init
from contribkit.config.models import Configuration
from contribkit.config.organisation import Organisation
from contribkit.config.toml import PLACEHOLDER
from contribkit.errors import ContribkitError
from contribkit.loaders.activity_log import EXAMPLE
from contribkit.loaders.source import LOADERS
from tests.helpers.repositories import run_git
from tests.test_cli import run

FILES = [
    ".gitattributes",
    ".github/workflows/review.yml",
    ".gitignore",
    "README.md",
    "activities/activity_log.csv",
    "binder/requirements.txt",
    "clones/README.md",
    "contribkit.toml",
    "labels/README.md",
    "notebooks/our_review.ipynb",
    "planned/README.md",
    "reviews/README.md",
]


@pytest.fixture
def team(tmp_path):
    """Start a team's folder, and return it."""
    init.start(tmp_path / "team")
    return tmp_path / "team"


def files(folder):
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def uncommented(text):
    """Take the sign off everything optional, as a person would."""
    return re.sub(r"(?m)^#(?=\[|\w+ =)", "", text)


def test_init_makes_every_file_and_says_what_comes_next(tmp_path):
    code, out, err = run("init", tmp_path / "new" / "team")
    assert code == 0
    assert files(tmp_path / "new" / "team") == FILES
    assert sorted(out.split()) == sorted(str(tmp_path / "new" / "team" / name) for name in FILES)
    assert "contribkit doctor --config" in err


@pytest.mark.parametrize("command", ["init", "doctor"])
def test_help_shows_an_example(command):
    code, out, _ = run(command, "--help")
    assert code == 0
    assert f"Example:\n    contribkit {command}" in out


def test_an_empty_folder_is_filled_in_its_place(tmp_path):
    folder = tmp_path / "empty"
    folder.mkdir()
    number = folder.stat().st_ino
    assert run("init", folder)[0] == 0
    assert files(folder) == FILES
    assert folder.stat().st_ino == number  # a shell that stands in it still does


def test_a_repository_without_a_commit_is_empty_enough(tmp_path):
    run_git("init", "--quiet", tmp_path)
    assert run("init", tmp_path)[0] == 0
    assert (tmp_path / "contribkit.toml").is_file()


def fill(folder, *names):
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("kept")


BAD = {
    "not empty": ("team", ["team/notes.txt"], "team: is not empty (it holds notes.txt); name an empty"),
    "hidden": ("team", ["team/.env"], "team: is not empty (it holds .env); name"),
    "started already": (
        "team",
        ["team/contribkit.toml"],
        "is not empty (it holds contribkit.toml); name",
    ),
    "a file": ("team", ["team"], "team: is a file; name an empty or a new folder"),
    "below a file": ("team/deeper", ["team"], "cannot be written (Not a directory); name another folder"),
    "too long": ("new/" + 300 * "x", [], "cannot be written (File name too long); name another folder"),
}


@pytest.mark.parametrize("case", BAD)
def test_what_cannot_be_is_one_line_and_nothing_is_written(tmp_path, case):
    name, there, said = BAD[case]
    fill(tmp_path, *there)
    before = sorted(tmp_path.rglob("*"))
    code, out, err = run("init", tmp_path / name)
    assert (code, out) == (1, "")
    assert said in err
    assert err.count("\n") == 1
    assert sorted(tmp_path.rglob("*")) == before


def test_what_was_put_is_taken_back_where_the_rest_fails(tmp_path):
    fill(tmp_path, "labels/kept.jsonl")  # as if another process had made it meanwhile
    with pytest.raises(OSError, match="not empty"):
        init._fill(tmp_path)
    assert files(tmp_path) == ["labels/kept.jsonl"]


def test_the_file_can_be_read_as_it_is(team):
    organisation = Organisation.read(team / "contribkit.toml")
    assert [*organisation.sources] == ["git", "activity_log"]
    assert organisation.sources["git"] == {"clones": ["clones/*"]}


def test_the_file_can_be_read_with_everything_optional_taken_in(team):
    read = tomllib.loads(uncommented((team / "contribkit.toml").read_text()))
    Configuration.model_validate(read)
    assert set(read) == set(Configuration.model_fields)
    assert set(LOADERS) <= set(read["sources"])


def keys(model, prefix=""):
    """Yield every key that a table may have, with the tables below it."""
    for name, field in model.model_fields.items():
        yield f"{prefix}{field.alias or name}"
        for inner in (field.annotation, *get_args(field.annotation)):
            if isinstance(inner, type) and issubclass(inner, BaseModel):
                yield from keys(inner, f"{prefix}{field.alias or name}.")


def test_the_file_shows_every_key_that_there_is(team):
    read = tomllib.loads(uncommented((team / "contribkit.toml").read_text()))
    written = set()

    def walk(table, prefix=""):
        for name, value in table.items():
            written.add(f"{prefix}{name}")
            for inner in value if isinstance(value, list) else [value]:
                if isinstance(inner, dict):
                    walk(inner, f"{prefix}{name}.")

    walk(read)
    assert set(keys(Configuration)) - written == set()


def test_every_placeholder_has_a_comment_beside_it(team):
    lines = (team / "contribkit.toml").read_text().split("\n")
    held = [line for line in lines if PLACEHOLDER in line and not line.startswith("#")]
    assert len(held) == 6
    assert all(line.partition("#")[2] for line in held)


@pytest.mark.parametrize("command", [("review",), ("plan",), ("load", "--output", "l")])
def test_what_is_left_to_be_filled_in_is_one_sentence_with_file_and_line(team, command):
    before = files(team)
    code, out, err = run(*command, "--config", team / "contribkit.toml", "--period", "2026-Q1")
    assert (code, out, err.count("\n")) == (1, "", 1)
    assert f"contribkit: {team / 'contribkit.toml'}:11: CHANGE-ME is still on lines 11, 12, " in err
    assert err.endswith("; write there what the comment beside it says\n")
    assert files(team) == before


def test_the_example_row_is_loaded_and_falls_into_no_review(team):
    text = (team / "contribkit.toml").read_text().replace(f'own = ["{PLACEHOLDER}"]', "own = []")
    (team / "contribkit.toml").write_text(text.replace(PLACEHOLDER, "lamps"))
    code, out, err = run("load", "--config", team / "contribkit.toml", "--period", "2000-Q1", "--output", team / "l")
    assert (code, out) == (1, "")
    assert 'no folder matches "clones/*"' in err  # nothing is wrong with the row itself
    text = (team / "contribkit.toml").read_text()
    (team / "contribkit.toml").write_text(text.replace("[sources.git]", "").replace("clones = [", "#"))
    for period, rows in (("2000-Q1", 0), ("2026-Q1", 0)):  # before anybody's first day
        code, out, _ = run("load", "--config", team / "contribkit.toml", "--period", period, "--output", team / "l")
        assert code == 0
        assert f"contributions.jsonl: {rows} rows" in out
    assert EXAMPLE in (team / "activities" / "activity_log.csv").read_text()


def test_git_keeps_what_the_team_writes_and_leaves_what_can_be_made_again(team):
    run_git("init", "--quiet", team)
    fill(team, "clones/o+r/HEAD", "reviews/2026-Q3/a/review.html", "labels/2026-Q3/ada.1.jsonl", "loaded/c.jsonl")
    run_git("-C", team, "add", "--all")
    kept = run_git("-C", team, "ls-files").decode().split()
    assert kept == sorted([*FILES, "labels/2026-Q3/ada.1.jsonl"])
    told = run_git("-C", team, "check-attr", "merge", "eol", "--", "labels/2026-Q3/ada.1.jsonl").decode()
    assert "merge: union" in told
    assert "eol: lf" in told


def test_two_people_who_label_on_two_branches_never_conflict(team):
    identity = ("-c", "user.name=A", "-c", "user.email=a@example.org")

    def git(*arguments):
        return run_git("-C", team, *identity, *arguments)

    log = team / "labels" / "2026-Q3.jsonl"
    run_git("init", "--quiet", "--initial-branch=main", team)
    log.write_text("1\n")
    git("add", "--all")
    git("commit", "-qm", "start")
    for branch in ("left", "right"):
        git("checkout", "-q", "-b", branch, "main")
        log.write_text(f"1\n{branch}\n")
        git("commit", "-qam", branch)
    git("merge", "-q", "-m", "both", "left")
    assert sorted(log.read_text().split()) == ["1", "left", "right"]


def test_templates_in_the_checkout_are_all_kept_by_git():
    root = Path(__file__).parent.parent
    if not (root / ".git").exists():
        pytest.skip("this is no checkout")
    paths = [str(path) for path in init.TEMPLATES.rglob("*") if path.is_file()]
    answer = subprocess.run(["git", "-C", root, "check-ignore", *paths], capture_output=True, text=True, check=False)
    assert answer.stdout == ""


def test_start_raises_what_the_command_prints(team):
    with pytest.raises(ContribkitError, match="is not empty"):
        init.start(team)


def test_the_notebook_of_a_team_runs_where_init_put_it(team, monkeypatch):
    sample = Organisation.read_sample().root
    shutil.copytree(sample, team, dirs_exist_ok=True)
    monkeypatch.chdir(team / "notebooks")
    cells = json.loads((team / "notebooks" / "our_review.ipynb").read_text())["cells"]
    names: dict[str, Any] = {}
    for cell in cells:
        if cell["cell_type"] == "code":
            exec("".join(cell["source"]), names)
    assert names["review"].needs_review.title == "What needs review?"
    assert all(f"`review.{name}`" not in str(cells) or hasattr(names["review"], name) for name in ("goals", "sharing"))
