"""What can be wrong with a token, a name or a place: one clear sentence, exit code 1, and the token nowhere."""

import logging
import re
import socket
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from contribkit.cli import main
from contribkit.config.organisation import Organisation
from contribkit.errors import ContribkitError
from contribkit.loaders import fetch, load
from contribkit.loaders.github.client import Client
from contribkit.loaders.github.queries import Request
from contribkit.loaders.github.settings import Settings, Token, settings_of
from tests.github.emulator import Emulator
from tests.github.whole import load_whole
from tests.github.workload import Workload
from tests.helpers.builders import HEAD, TEAM, UPSTREAM, organisation

pytestmark = pytest.mark.usefixtures("github_schema")


@pytest.fixture(autouse=True)
def _nobody(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No token, and no command line of GitHub's that may know one."""
    for name in ("GITHUB_TOKEN", "GH_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))


@pytest.fixture
def small() -> Workload:
    return Workload.small()


def run(org: Organisation, *options: str) -> Result:
    arguments = ["load", "--config", str(org.path), "--period", "2026-Q3", "--output", str(org.root / "loaded")]
    return CliRunner().invoke(main, [*arguments, *options])


def said(result: Result) -> str:
    assert result.exit_code == 1
    assert "Traceback" not in result.output
    return result.output


def test_without_a_token_and_a_store_the_ways_to_one_are_said(small: Workload, tmp_path: Path) -> None:
    with Emulator(small) as github:
        told = said(run(small.organisation(tmp_path, github.url)))
        assert not github.requests
    assert "there is no token: set GITHUB_TOKEN, or run: gh auth login" in told


@pytest.mark.parametrize(
    ("token", "told"),
    [
        ("wrong-token", "refuses the token (401): it is wrong, or has run out"),
        ("two words", "GITHUB_TOKEN holds what cannot be a token"),
    ],
)
def test_a_wrong_token_is_said_to_be(
    small: Workload, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, token: str, told: str
) -> None:
    monkeypatch.setenv("GITHUB_TOKEN", token)
    with Emulator(small) as github:
        output = said(run(small.organisation(tmp_path, github.url)))
    assert told in output
    assert token not in output


def test_a_token_that_runs_out_halfway_leaves_what_was_loaded(
    small: Workload, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Emulator(small) as github:
        org = small.organisation(tmp_path, github.url)
        monkeypatch.setenv("GITHUB_TOKEN", github.expiring_token)
        assert "has run out" in said(run(org))
        assert "2026-Q3 is not complete: still to be asked are" in said(run(org, "--keep-going"))
        monkeypatch.setenv("GITHUB_TOKEN", github.token)
        assert run(org).exit_code == 0


def test_what_a_token_without_scope_may_not_see_is_noted(
    small: Workload, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Emulator(small) as github:
        monkeypatch.setenv("GITHUB_TOKEN", github.scopeless_token)
        answer = load_whole(small.organisation(tmp_path, github.url), small.period)
    lines = (tmp_path / "contribkit.toml").read_text(encoding="utf-8").split("\n")
    line = next(number for number, one in enumerate(lines, 1) if "ferncollective-example/contracts#1" in one)
    assert any(f"contribkit.toml:{line}: what is named here cannot be seen" in note for note in answer.notes)
    assert not any("contracts" in note for note in answer.notes)  # it may be private, and the review published
    assert not answer.references["private"].any()


@pytest.mark.parametrize(
    "word",
    ["zzz-example", "quirefold-example", "solo-2-example/grid-2", "ferncollective-example", "reedlands-example"],
)
def test_a_name_that_github_does_not_know_is_said_with_its_line(
    small: Workload, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, word: str
) -> None:
    with Emulator(small) as github:
        monkeypatch.setenv("GITHUB_TOKEN", github.token)
        org = small.organisation(tmp_path, github.url)
        text = org.path.read_text(encoding="utf-8")
        wrong = text.replace(f'"{word}"', f'"{word}x"')
        if word.startswith("zzz"):
            wrong += '\n[[teams]]\nname = "Three"\n[[teams.members]]\nlogin = "zzz-examplex"\n'
        org.path.write_text(wrong, encoding="utf-8")
        told = said(run(Organisation.read(org.path)))
        line = next(n for n, one in enumerate(wrong.split("\n"), 1) if f"{word}x" in one and not one.startswith("name"))
        assert f"contribkit.toml:{line}: GitHub knows no {word}x" in told
        org.path.write_text(text, encoding="utf-8")
        mended = run(org)
        assert mended.exit_code == 0, mended.output


def test_an_address_that_is_none_is_said_to_be(
    small: Workload, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Emulator(small) as github:
        monkeypatch.setenv("GITHUB_TOKEN", github.token)
        told = said(run(small.organisation(tmp_path, f"{github.url}/elsewhere")))
    assert "/elsewhere/graphql: answered 404; is api_url in [sources.github] right?" in told


@pytest.mark.parametrize("url", ["http://github.example", "ftp://api.github.com", "api.github.com"])
def test_a_token_is_sent_to_no_unsafe_address(tmp_path: Path, url: str) -> None:
    org = organisation(tmp_path, f'{HEAD}{TEAM}{UPSTREAM}[sources.github]\napi_url = "{url}"\n')
    with pytest.raises(ContribkitError, match="is no https address; a token is sent to no other"):
        settings_of(org)


def test_a_server_that_cannot_be_reached_is_said_to_be(
    small: Workload, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_TOKEN", "some-token")
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))
        org = small.organisation(tmp_path, f"http://127.0.0.1:{deaf.getsockname()[1]}")
        told = said(run(org))
    assert "did not answer 5 times (127.0.0.1 cannot be reached; is api_url in [sources.github] right" in told


def test_github_enterprise_is_asked_at_its_own_address(
    small: Workload, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Emulator(small) as github:
        monkeypatch.setenv("GITHUB_TOKEN", github.token)
        answer = load_whole(small.organisation(tmp_path, github.enterprise_url), small.period)
        assert {request.path for request in github.requests} == {"/api/graphql"}
    assert len(answer.acts)


def test_without_a_token_the_store_answers_alone_and_says_of_when_it_is(
    small: Workload, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Emulator(small) as github:
        org = small.organisation(tmp_path, github.url)
        monkeypatch.setenv("GITHUB_TOKEN", github.token)
        online = load(org, small.period)
        monkeypatch.delenv("GITHUB_TOKEN")
        github.reset()
        offline = load(org, small.period)
        assert not github.requests
        with pytest.raises(ContribkitError, match=r"the store does not hold all of 2026-Q2, and there is no token"):
            load(org, small.period.previous())
    assert offline.acts.equals(online.acts)
    assert any(re.match(r"without a token: as GitHub was at 20\d\d-", note) for note in offline.sources[0].notes)


def test_what_one_process_fetches_others_find_without_a_token(
    small: Workload, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Emulator(small) as github:
        org = small.organisation(tmp_path, github.url)
        monkeypatch.setenv("GITHUB_TOKEN", github.token)
        fetch(org, small.period)
    monkeypatch.delenv("GITHUB_TOKEN")
    assert len(load(org, small.period).acts) > 50


def test_the_token_of_githubs_own_command_line_is_taken(tmp_path: Path) -> None:
    tool = tmp_path / "bin" / "gh"
    tool.parent.mkdir()
    tool.write_text('#!/bin/sh\n[ "$4" = github.com ] && echo gh-token\n', encoding="utf-8")
    tool.chmod(0o755)
    token = Settings().find_token()
    assert token is not None
    assert token.header() == "bearer gh-token"
    assert Settings(api_url="https://elsewhere.example/api/v3").find_token() is None


def test_a_store_that_cannot_be_used_ends_the_command(
    small: Workload, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "github.sqlite").write_text("no database " * 100, encoding="utf-8")
    with Emulator(small) as github:
        monkeypatch.setenv("GITHUB_TOKEN", github.token)
        assert "github.sqlite: is damaged or no SQLite file" in said(run(small.organisation(tmp_path, github.url)))
        assert not github.requests


def test_the_token_is_nowhere(
    small: Workload, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with Emulator(small) as github:
        monkeypatch.setenv("GITHUB_TOKEN", github.token)
        org = small.organisation(tmp_path, github.url)
        result = run(org)
        assert result.exit_code == 0
        settings = Settings(api_url=github.url)
        with Client(settings, Token(github.token)) as client:
            shown = [repr(client), str(vars(client)), repr(Token(github.token)), f"{Token(github.token)}"]
        text = result.output + caplog.text + "".join(shown)
    assert github.token not in text
    written = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert (tmp_path / "github.sqlite") in written
    for path in written:
        assert github.token.encode() not in path.read_bytes()


def test_a_token_is_not_pickled() -> None:
    import pickle

    with pytest.raises(TypeError, match="not written anywhere"):
        pickle.dumps(Token("secret"))


def test_what_goes_wrong_shows_no_request_with_its_token(small: Workload, tmp_path: Path) -> None:
    with Emulator(small) as github:
        settings = settings_of(small.organisation(tmp_path, github.url))
        with Client(settings, Token("wrong-token")) as client, pytest.raises(ContribkitError) as caught:
            client.ask(Request("query { viewer { login } }", {}, []))
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__
    assert "wrong-token" not in str(caught.value)


def test_the_command_line_of_github_is_asked_for_its_token_only(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[list[str]] = []

    def recording(command: list[str], **_: object) -> subprocess.CompletedProcess[str]:
        asked.append(command)
        return subprocess.CompletedProcess(command, 1, "", "")

    monkeypatch.setattr(subprocess, "run", recording)
    assert Settings().find_token() is None
    assert asked == [["gh", "auth", "token", "--hostname", "github.com"]]
