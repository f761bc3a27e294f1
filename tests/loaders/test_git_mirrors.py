"""Mirrors: made where contribkit.toml says, refreshed, and never where a clone has settings of its own."""

import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from contribkit.cli import main
from contribkit.errors import ContribkitError
from tests.helpers.repositories import ADA, CONFIGURATION, Invented, loaded, organisation, run_git

LAMP = "wicketlamp-example/lamp"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Invented:
    """Make a project on an invented GitHub, in a folder that git takes for it."""
    (tmp_path / "gitconfig").write_text(f'[url "file://{tmp_path}/github/"]\ninsteadOf = https://github.com/\n')
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "gitconfig"))
    made = Invented(tmp_path / "github" / LAMP)
    made.git("config", "uploadpack.allowFilter", "true")
    made.main("Start", files={"a.py": "x\n", ".mailmap": "Ada Example <ada@home.example> <ada@old.example>\n"})
    made.main("Trim (#1)", author=("Ada", "ada@old.example"), files={"b.py": "y\n"})
    return made


def clone(folder: Path, *names: str, code: int = 0) -> Result:
    organisation(folder, CONFIGURATION.replace('orgs = ["wick', f'repos = ["{LAMP}"]\norgs = ["wick'))
    result = CliRunner().invoke(main, ["clone", *names, "--config", str(folder / "contribkit.toml")])
    assert result.exit_code == code, result.output
    return result


@pytest.mark.parametrize(
    ("folder", "said"), [("~nobody-example/*", "an unknown user"), ("a\\u0000b/*", "a null character")]
)
def test_a_folder_of_clones_that_cannot_be_is_told(tmp_path: Path, folder: str, said: str) -> None:
    organisation(tmp_path, f'{CONFIGURATION.partition("[sources")[0]}[sources.git]\nclones = ["{folder}"]\n')
    result = CliRunner().invoke(main, ["clone", LAMP, "--config", str(tmp_path / "contribkit.toml")])
    assert result.exit_code == 1
    assert said in result.output


def test_a_mirror_is_made_without_contents_then_read_and_refreshed(tmp_path: Path, project: Invented) -> None:
    place = tmp_path / "clones" / "wicketlamp-example+lamp"
    assert clone(tmp_path).stdout == f"{place}\n"
    assert run_git("-C", place, "config", "remote.origin.partialclonefilter").strip() == b"blob:none"
    assert loaded(tmp_path).contributions.id.to_list() == [f"{LAMP}#1@ada-example:pull_request"]
    project.main("Trim again (#2)", author=ADA, files={"c.py": "z\n"})
    clone(tmp_path, LAMP)
    assert loaded(tmp_path).threads.number.to_list() == [1, 2]


def test_a_mirror_of_meeting_notes_has_its_contents(tmp_path: Path, project: Invented) -> None:
    project.main("Notes", files={"meetings.md": "# 2023-05-02\n## Attendees\n- @ada-example\n"})
    clone(tmp_path)
    with_notes = CONFIGURATION + '[sources.meetings]\nclones = ["clones/*lamp"]\n'
    with pytest.raises(ContribkitError, match="is a partial clone that lacks some objects; clone it again"):
        loaded(tmp_path, with_notes)
    shutil.rmtree(tmp_path / "clones")
    organisation(tmp_path, with_notes)
    CliRunner().invoke(main, ["clone", LAMP, "--config", str(tmp_path / "contribkit.toml")])
    assert "meeting" in loaded(tmp_path, with_notes).contributions["kind"].to_list()


def test_a_clone_with_settings_of_its_own_is_left_to_its_owner(tmp_path: Path, project: Invented) -> None:
    clone(tmp_path)
    run_git("-C", tmp_path / "clones" / "wicketlamp-example+lamp", "config", "core.sshCommand", "touch /tmp/x")
    said = clone(tmp_path, code=1).stderr
    assert "has settings that contribkit does not write (core.sshcommand); fetch it yourself: git -C" in said


def test_one_that_is_not_there_is_said_and_the_others_are_made(tmp_path: Path, project: Invented) -> None:
    result = clone(tmp_path, "wicketlamp-example/gone", "lamp", LAMP, code=1)
    assert "wicketlamp-example+gone: " in result.stderr
    assert '"lamp" is not OWNER/NAME' in result.stderr
    assert result.stdout.endswith("wicketlamp-example+lamp\n")
