"""The GitHub source against the emulator: everything a team did, nothing else, in few requests, whatever breaks."""

import os
import time
from multiprocessing import get_context
from pathlib import Path
from signal import SIGKILL

import pandas as pd
import pytest

from contribkit.config.organisation import Organisation
from contribkit.errors import ContribkitError
from contribkit.loaders import Data, load
from contribkit.loaders.source import Loaded
from tests.github.completeness import completeness
from tests.github.emulator import Emulator
from tests.github.fetched import fetched
from tests.github.stopping import load_and_be_killed
from tests.github.whole import load_whole
from tests.github.workload import Workload

pytestmark = pytest.mark.usefixtures("github_schema")

TRAPS = (
    "bad_gateway_on_100", "secondary_limit", "rate_limited_200", "unauthorized_midway", "reset_mid_body", "slow",
    "invalid_json", "partial_errors", "budget_runs_out",
)  # fmt: skip
SORTED = {"threads": ["ref"], "acts": ["ref", "at", "actor", "act", "url"], "references": ["id", "ref"]}


@pytest.fixture
def small() -> Workload:
    return Workload.small()


@pytest.fixture(autouse=True)
def _token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_TOKEN", Emulator.token)


def whole(answer: Loaded | Data) -> dict[str, pd.DataFrame]:
    """Return the tables in an order that does not depend on the way to them."""
    return {
        name: getattr(answer, name).sort_values(columns, kind="stable").reset_index(drop=True)
        for name, columns in SORTED.items()
    }


def assert_same(one: dict[str, pd.DataFrame], other: dict[str, pd.DataFrame]) -> None:
    for name in SORTED:
        pd.testing.assert_frame_equal(one[name], other[name])


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> dict[str, pd.DataFrame]:
    """The tables of the small workload where nothing went wrong."""
    os.environ["GITHUB_TOKEN"] = Emulator.token
    workload = Workload.small()
    with Emulator(workload) as github:
        org = workload.organisation(tmp_path_factory.mktemp("plain"), github.url)
        return whole(load_whole(org, workload.period))


def test_everything_comes_back_and_nothing_is_invented(small: Workload, tmp_path: Path) -> None:
    with Emulator(small) as github:
        data = load(small.organisation(tmp_path, github.url), small.period)
    told = completeness(data.acts, small)
    assert told.missing.empty
    assert told.invented.empty


def test_everything_of_the_reference_workload_comes_back_in_few_requests(tmp_path: Path) -> None:
    workload = Workload.make()
    with Emulator(workload) as github:
        org = workload.organisation(tmp_path, github.url)
        data = load(org, workload.period)
        told = completeness(data.acts, workload)
        assert told.missing.empty
        assert told.invented.empty
        assert len(github.requests) <= 90
        assert github.points <= 250
        github.reset()
        again = load(org, workload.period)
        assert len(github.requests) <= 8
        assert not fetched(github)
    assert_same(whole(data), whole(again))


def test_without_the_triage_search_less_is_asked_and_the_review_says_so(small: Workload, tmp_path: Path) -> None:
    with Emulator(small) as github:
        data = load(small.organisation(tmp_path, github.url, triage_only=False), small.period)
    missing = completeness(data.acts, small).missing
    assert set(missing["ref"]) == {thread.ref for thread in small.triage_only}
    assert any("triage_only = false" in note for note in data.sources[0].notes)


def test_everything_of_a_renamed_repository_comes_back(small: Workload, tmp_path: Path) -> None:
    with Emulator(small, {"renamed": "brand-new"}) as github:
        data = load(small.organisation(tmp_path, github.url), small.period)
    told = completeness(data.acts, small)
    assert told.missing.empty
    assert told.invented.empty


def test_only_what_was_touched_since_is_read_again(small: Workload, tmp_path: Path) -> None:
    with Emulator(small) as github:
        org = small.organisation(tmp_path, github.url)
        load(org, small.period)
        thread = next(thread for thread in small.pairs if not thread.is_pull_request)
        member = next(member for member in small.members if not member.first_day and not member.last_day)
        small.comment(thread, member, pd.Timestamp("2026-09-20T12:00:00Z").to_pydatetime())
        thread.updated_at = pd.Timestamp.now(tz="UTC").floor("s").to_pydatetime()
        github.reset()
        data = load(org, small.period)
        assert len(fetched(github)) == 1
    assert completeness(data.acts, small).missing.empty


@pytest.mark.parametrize("trap", [*TRAPS])
def test_a_trap_on_the_way_changes_nothing(
    small: Workload, plain: dict[str, pd.DataFrame], trap: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = 1 if trap == "bad_gateway_on_100" else 2
    with Emulator(small, {trap: number}, slowness=4) as github:
        monkeypatch.setattr(time, "sleep", github.clock.sleep)
        org = small.organisation(tmp_path, github.url, timeout=2 if trap == "slow" else 30)
        answer = _until_done(org, small)
        assert trap == "bad_gateway_on_100" or github.sprung == [trap]
    assert_same(whole(answer), plain)


def test_all_traps_together_change_nothing(
    small: Workload, plain: dict[str, pd.DataFrame], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    traps = [name for name in TRAPS if name != "slow"]
    with Emulator(small, dict.fromkeys(traps, 1)) as github:
        monkeypatch.setattr(time, "sleep", github.clock.sleep)
        answer = _until_done(small.organisation(tmp_path, github.url), small)
        assert set(github.sprung) >= set(traps) - {"bad_gateway_on_100"}
    assert_same(whole(answer), plain)


def _until_done(org: Organisation, workload: Workload) -> Loaded:
    """Load, and load again where GitHub refused the token for a moment."""
    for _ in range(3):
        try:
            return load_whole(org, workload.period)
        except ContribkitError as error:
            if "401" not in str(error):
                raise
    raise AssertionError("refused for ever")


def test_a_load_that_is_killed_at_any_request_goes_on_and_reads_no_thread_twice(
    plain: dict[str, pd.DataFrame], tmp_path: Path
) -> None:
    # One process that has all modules makes the others: each starts at once.
    processes = get_context("forkserver")
    processes.set_forkserver_preload(["tests.github.stopping", "ghapi.core", "httpx2"])
    small = Workload.small()
    with Emulator(small) as github:
        for number in range(100):
            folder = tmp_path / str(number)
            folder.mkdir()
            github.reset()
            org = small.organisation(folder, github.url)
            process = processes.Process(target=load_and_be_killed, args=(org.path, number, github.token))
            process.start()
            process.join()
            answer = load_whole(org, small.period)
            assert_same(whole(answer), plain)
            assert set(fetched(github).values()) == {1}
            if process.exitcode == 0:
                break
            assert process.exitcode == -SIGKILL
    assert 3 <= number < 99
