"""Clones that the `git` source cannot read: one clear sentence each, before any work, and nothing lost."""

import os
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from contribkit.errors import ContribkitError
from contribkit.loaders import check, git
from contribkit.loaders.source import Level
from tests.helpers.repositories import ADA, CONFIGURATION, Invented, loaded, organisation, run_git

NAME = "wicketlamp-example+wick"


def plain_folder(path: Path) -> None:
    path.mkdir(parents=True)
    (path / "README.md").write_text("no repository\n", encoding="utf-8")


def folder_in_a_checkout(path: Path) -> None:
    plain_folder(path)
    run_git("init", "--quiet", path.parent.parent)


def link_to_a_folder_in_a_checkout(path: Path) -> None:
    around = path.parent.parent / "around"
    plain_folder(around / "inner")
    run_git("init", "--quiet", around)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.symlink_to(around / "inner")


def shallow(path: Path) -> None:
    made = Invented(path.parent.parent / "made")
    made.main("Start")
    made.main("Trim (#1)", author=ADA)
    run_git("clone", "--quiet", "--bare", "--depth=1", f"file://{made.path}", path)


def empty(path: Path) -> None:
    run_git("init", "--quiet", "--bare", path)


def headless(path: Path) -> None:
    made = Invented(path)
    made.main("Start")
    made.git("symbolic-ref", "HEAD", "refs/heads/elsewhere")
    made.git("branch", "--move", "main", "other")


def half_gone(path: Path) -> None:
    made = Invented(path)
    start = made.main("Start")
    made.main("Trim (#1)", author=ADA)
    (path / "objects" / start[:2] / start[2:]).unlink()


def gitfile_to_nowhere(path: Path) -> None:
    path.mkdir(parents=True)
    (path / ".git").write_text("gitdir: /nowhere/at/all\n", encoding="utf-8")


def somebody_elses(path: Path) -> None:
    if os.geteuid():
        pytest.skip("only root can give a folder away")
    Invented(path).main("Start")
    for place in (path, *path.rglob("*")):
        os.chown(place, 12345, 12345)


FAULTS = [
    (plain_folder, "is not a git repository; clone it again, or remove it"),
    (folder_in_a_checkout, "is not a git repository; clone it again, or remove it"),
    (link_to_a_folder_in_a_checkout, "is not a git repository; clone it again, or remove it"),
    (gitfile_to_nowhere, "is not a git repository; clone it again, or remove it"),
    (shallow, "is a shallow clone; run: git -C"),
    (empty, "is an empty repository, or the commit of its default branch is missing; clone it again"),
    (headless, "is an empty repository, or the commit of its default branch is missing; clone it again"),
    (somebody_elses, "safe.directory"),
]
faults = pytest.mark.parametrize(
    ("make", "said"),
    [pytest.param(*fault, id=fault[0].__name__) for fault in FAULTS],
)


def failing(folder: Path, configuration: str = CONFIGURATION) -> str:
    with pytest.raises(ContribkitError) as caught:
        check(organisation(folder, configuration))
    assert "\n" not in str(caught.value)
    return str(caught.value)


@faults
def test_a_clone_that_cannot_be_read_names_folder_and_fix(
    tmp_path: Path, make: Callable[[Path], None], said: str
) -> None:
    path = tmp_path / "clones" / NAME
    make(path)
    message = failing(tmp_path)
    assert message.startswith(f"{path}: ")
    assert said in message


@faults
def test_keep_going_takes_the_other_clones_and_says_so(
    tmp_path: Path, lamp: Invented, make: Callable[[Path], None], said: str
) -> None:
    lamp.pull_request(1, "ada-example/x")
    make(tmp_path / "clones" / NAME)
    data = loaded(tmp_path, keep_going=True)
    assert data.contributions.number.to_list() == [1, 1]
    (source,) = data.sources
    assert source.status == "partial"
    assert any(NAME in note and said in note for note in source.notes)


def test_a_history_with_a_hole_names_the_folder(tmp_path: Path, lamp: Invented) -> None:
    lamp.pull_request(1, "ada-example/x")
    half_gone(tmp_path / "clones" / NAME)
    with pytest.raises(ContribkitError, match=f"{re.escape(NAME)}: git says: "):
        loaded(tmp_path)
    data = loaded(tmp_path, keep_going=True)
    assert data.contributions.number.to_list() == [1, 1]
    assert data.sources[0].status == "partial"


def test_a_clone_that_nothing_names(tmp_path: Path) -> None:
    made = Invented(tmp_path / "clones" / "lamp")
    made.main("Start")
    made.remote("/srv/mirrors/lamp.git")
    message = failing(tmp_path)
    assert message.startswith(f"{made.path}: it is unknown which repository this is; name the folder OWNER+NAME")
    assert "git remote add origin https://github.com/OWNER/NAME" in message
    data = loaded(tmp_path, keep_going=True)
    assert (data.sources[0].status, data.sources[0].notes[-1]) == ("failed", message)


@pytest.mark.parametrize("name", ["+lamp", "wicketlamp-example+", "+", "a b+c d"])
def test_a_folders_name_that_names_nothing(tmp_path: Path, name: str) -> None:
    Invented(tmp_path / "clones" / name).main("Start")
    assert "it is unknown which repository this is" in failing(tmp_path)


def test_a_named_folder_that_is_not_there(tmp_path: Path) -> None:
    message = failing(tmp_path, CONFIGURATION.replace("clones/*", "clones/lamp"))
    assert message == f"{tmp_path}/clones/lamp: there is no such folder; clone the repository there, or remove it"


def test_a_pattern_that_nothing_matches(tmp_path: Path) -> None:
    message = 'contribkit.toml: [sources.git]: no folder matches "clones/*"; run: contribkit clone OWNER/NAME'
    assert failing(tmp_path) == message


def test_files_beside_clones_are_passed_over_and_named_ones_are_not(tmp_path: Path, lamp: Invented) -> None:
    lamp.pull_request(1, "ada-example/x")
    (tmp_path / "clones" / "README.md").write_text("Clones.\n", encoding="utf-8")
    assert loaded(tmp_path).sources[0].status == "ok"
    assert "there is no such folder" in failing(tmp_path, CONFIGURATION.replace("clones/*", "clones/README.md"))


def test_an_unknown_key_names_the_nearest_known_one(tmp_path: Path, lamp: Invented) -> None:
    message = failing(tmp_path, CONFIGURATION.replace("clones =", "clone ="))
    assert message == 'contribkit.toml: [sources.git] unknown key "clone"; did you mean "clones"?'


@pytest.mark.parametrize("value", ['"clones/*"', "[1]", "7"])
def test_a_setting_of_another_type(tmp_path: Path, value: str) -> None:
    message = failing(tmp_path, CONFIGURATION.replace('["clones/*"]', value))
    assert message.startswith("contribkit.toml: [sources.git] clones: ")


@pytest.mark.parametrize("setting", ["", "clones = []"])
def test_a_source_without_clones(tmp_path: Path, setting: str) -> None:
    assert "clones" in failing(tmp_path, CONFIGURATION.replace('clones = ["clones/*"]', setting))


def test_a_partial_clone_of_our_own(tmp_path: Path) -> None:
    made = Invented(tmp_path / "made")
    made.main("Write", files={"post.md": "See wicketlamp-example/lamp#7\n"})
    made.git("config", "uploadpack.allowFilter", "true")
    path = tmp_path / "clones" / "test-org+plans"
    run_git("clone", "--quiet", "--bare", "--filter=blob:none", f"file://{made.path}", path)
    shutil.rmtree(made.path)
    with pytest.raises(ContribkitError, match=f"{re.escape(path.name)}: is a partial clone .*; clone it again without"):
        loaded(tmp_path)
    (finding,) = [one for one in git.diagnose(organisation(tmp_path)) if one.level is Level.WARNING]
    assert "is a partial clone" in finding.sentence


def test_a_missing_blob_of_our_own_is_named_and_the_rest_is_read(tmp_path: Path, lamp: Invented) -> None:
    lamp.pull_request(1, "ada-example/x")
    made = Invented(tmp_path / "clones" / "test-org+plans")
    made.main("Write", files={"post.md": "See wicketlamp-example/lamp#7\n"})
    blob = made.git("rev-parse", "HEAD:post.md")
    (made.path / "objects" / blob[:2] / blob[2:]).unlink()
    with pytest.raises(ContribkitError, match=r"test-org\+plans: the object .* is missing or damaged; clone it again"):
        loaded(tmp_path)
    assert loaded(tmp_path, keep_going=True).contributions.number.to_list() == [1, 1]


def test_an_untrusted_clone_runs_no_program_even_where_git_would_fetch(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "clones" / NAME
    made = Invented(path)
    made.main("Trim (#1)", author=ADA, files={"a/b.py": "x\n"})
    tree = made.git("rev-parse", "HEAD:a")
    (path / "objects" / tree[:2] / tree[2:]).unlink()
    ran = tmp_path / "ran"
    for name, value in {
        "core.repositoryFormatVersion": "1",
        "extensions.partialClone": "evil",
        "remote.evil.promisor": "true",
        "remote.evil.url": f"ext::touch {ran}",
        "protocol.ext.allow": "always",
        "core.fsmonitor": f"touch {ran}",
    }.items():
        made.git("config", name, value)
    # A git that does not know GIT_NO_LAZY_FETCH.
    real = shutil.which("git")
    wrapper = tmp_path / "bin" / "git"
    wrapper.parent.mkdir()
    wrapper.write_text(f'#!/bin/sh\nunset GIT_NO_LAZY_FETCH\nexec {real} "$@"\n', encoding="utf-8")
    wrapper.chmod(0o755)
    monkeypatch.setenv("PATH", str(wrapper.parent), prepend=os.pathsep)
    loaded(tmp_path, keep_going=True)
    assert not ran.exists()


def test_a_clone_whose_mailmap_never_ends_is_read_without_it(tmp_path: Path, lamp: Invented) -> None:
    lamp.pull_request(1, "ada-example/x")
    lamp.git("config", "mailmap.file", "/dev/zero")
    assert loaded(tmp_path).contributions.number.to_list() == [1, 1]


def test_a_clone_whose_checked_out_mailmap_is_a_pipe_is_read_without_it(tmp_path: Path, lamp: Invented) -> None:
    lamp.pull_request(1, "ada-example/x")
    path = tmp_path / "clones" / "checked+out"
    run_git("clone", "--quiet", lamp.path, path)
    run_git("-C", path, "remote", "set-url", "origin", f"https://github.com/{NAME.replace('+', '/')}")
    shutil.rmtree(lamp.path)
    for folder in (path, path / ".git"):
        os.mkfifo(folder / ".mailmap")
    assert loaded(tmp_path).contributions.number.to_list() == [1, 1]


@pytest.mark.parametrize("name", ["config", "HEAD", "packed-refs", "objects/info/alternates"])
def test_a_clone_that_makes_git_wait_for_ever_is_given_up_at_once(
    tmp_path: Path, lamp: Invented, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    lamp.pull_request(1, "ada-example/x")
    pipe = lamp.path / ("pipe" if name == "config" else name)
    pipe.unlink(missing_ok=True)
    os.mkfifo(pipe)
    if name == "config":
        lamp.git("config", "--file", lamp.path / "config", "include.path", pipe)
    monkeypatch.setattr("contribkit.loaders.git.repository._SHORT", 0.5)
    assert "git did not end within 0.5 seconds" in failing(tmp_path)


def test_a_machine_without_git(tmp_path: Path, lamp: Invented, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert failing(tmp_path) == "git is not installed; install it to read clones"
