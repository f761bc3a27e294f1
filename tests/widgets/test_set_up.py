"""Setting up an own organisation in a notebook: from GitHub, from files that were brought, and home as a zip."""

import base64
import io
import re
import tomllib
import zipfile
from pathlib import Path

import pytest

import contribkit as ck
from contribkit.errors import ContribkitError
from contribkit.init.acceptance import with_aliases
from tests.github.emulator import Emulator
from tests.github.workload import Workload
from tests.helpers.builders import SOURCES, jsonl, organisation
from tests.helpers.repositories import run_git

ROW = {"id": "o/r#1@ada:pull_request", "kind": "pull_request", "title": "Fix", "happened_at": "2026-07-05"}


def names(link: str) -> list[str]:
    """Return what the zip behind a link holds."""
    data = re.search(r"base64,([^\"]+)", link)
    assert data
    return zipfile.ZipFile(io.BytesIO(base64.b64decode(data[1]))).namelist()


def test_what_github_proposes_is_ticked_and_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Emulator(Workload.small()) as github:
        monkeypatch.setenv("GITHUB_TOKEN", github.token)
        mine = ck.SetUp(tmp_path / "mine", github.url)
        *boxes, button, message = mine.ask_github("ferncollective-example").children
    ticked = [box.description.partition(":")[0] for box in boxes if box.value]
    assert ticked == [
        "teams.members · cato-example",
        "upstream · wicketlamp-example",
        "initiatives · ferncollective-example/infrastructure Hubs for all",
        "initiatives · Hubs in 2026 (Project 1)",
        "goals · ferncollective-example/upstream-plans",
    ]
    button.click()
    assert message.value.endswith("contribkit.toml is written: 1 members")
    assert github.token not in "".join(path.read_text() for path in mine.folder.rglob("*") if path.is_file())
    button.click()
    assert "was changed meanwhile, so nothing was written" in message.value


def test_nothing_is_asked_rendered_or_saved_before_there_is_something(tmp_path: Path) -> None:
    mine = ck.SetUp(tmp_path / "mine")
    assert "between the quotation marks" in mine.ask_github("").value
    assert "contribkit.toml yet: ask GitHub above" in mine.review().value
    assert "contribkit.toml yet: ask GitHub above" in mine.ask_clones().value
    assert "nothing to take home yet" in mine.take_home().value
    assert not mine.folder.exists()


def test_files_that_were_brought_are_reviewed_and_go_home_without_clones(tmp_path: Path) -> None:
    organisation(tmp_path, f"{organisation(tmp_path).path.read_text()}{SOURCES}".replace('"r*.jsonl"', ""))
    jsonl(tmp_path / "c.jsonl", ROW)
    jsonl(tmp_path / "clones" / "x.jsonl", {})
    mine = ck.SetUp(tmp_path)
    assert "review.html" in mine.review("2026-Q3")._repr_html_()
    home = mine.take_home().value
    assert {"contribkit.toml", "c.jsonl", "reviews/2026-Q3/one/review.html"} <= {*names(home)}
    assert not [name for name in names(home) if name.startswith("clones/")]
    assert "lost when the session ends" in home


def test_who_in_the_clones_looks_like_a_member_is_ticked_and_becomes_an_alias(tmp_path: Path) -> None:
    org = organisation(tmp_path)
    config, login = org.path, next(iter(org.members))
    text = config.read_text().replace(f'login = "{login}"', f'login = "{login}"\nname = "Fenna Example"', 1)
    config.write_text(f"{text}\n[sources.git]\nclones = ['clones/*']\n")
    clone = tmp_path / "clones" / "one"
    run_git("init", "--quiet", clone)
    run_git("-C", clone, "remote", "add", "origin", "https://github.com/o/r.git")
    who = ("-c", "user.name=Fenna", "-c", "user.email=works@example.org")
    run_git("-C", clone, *who, "commit", "--quiet", "--allow-empty", "-m", "Start")
    mine = ck.SetUp(tmp_path)
    (box, button, message) = mine.ask_clones().children
    assert (box.value, "1 commit) may be" in box.description) == (False, True)
    box.value = True
    button.click()
    assert "is written" in message.value
    assert ck.Organisation.read(config).member("works@example.org") == login
    button.click()
    assert "was changed meanwhile" in message.value


def test_aliases_are_added_to_lists_of_any_form_and_refused_where_they_cannot_be() -> None:
    members = '[[teams]]\nname = "T"\n[[teams.members]]\nlogin = "ada"{}\n[[teams.members]]\nlogin = "bob"\n'
    for before in ("", '\naliases = [ # theirs\n  "a",\n]', "\naliases = []", '\naliases = ["a"] # [b]'):
        for added in (["x@example.org"], [f"a-rather-long-name-{number}@example.org" for number in range(9)]):
            text = with_aliases(members.format(before), {"ada": added})
            ada, bob = tomllib.loads(text)["teams"][0]["members"]
            assert ada["aliases"][: len(added)] == added
            assert bob == {"login": "bob"}
    with pytest.raises(ContribkitError, match="by hand"):
        with_aliases('teams = [{name = "T", members = [{login = "ada"}]}]', {"ada": ["x@example.org"]})
