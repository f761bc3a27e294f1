"""Other tools beside our own loader, on the small workload; and packages that cannot be installed."""

import sys
from pathlib import Path

import pytest

from benchmarks import __main__ as bench
from benchmarks import github
from tests.github.others.measure import TOOLS, Measured, measure
from tests.github.others.report import print_side_by_side
from tests.github.workload import Workload
from tests.helpers.jupyterlab import not_here
from tests.helpers.npm import NotFetchedError
from tests.helpers.pypi import installed


@pytest.fixture(scope="module")
def measured(workload: Workload, github_schema: None) -> dict[str, Measured]:
    try:
        tools = installed(*TOOLS)
    except NotFetchedError as error:
        not_here(str(error))
    return {one.tool: one for one in measure(workload, tools)}


def test_only_our_own_loader_brings_everything_back(measured: dict[str, Measured]) -> None:
    shares = {tool: one.share for tool, one in measured.items()}
    assert shares.pop("contribkit") == 1
    assert len(shares) == 2
    assert all(0.4 < share < 0.9 for share in shares.values()), shares


def test_nobody_invents_anything(measured: dict[str, Measured]) -> None:
    assert [one.invented for one in measured.values()] == [0, 0, 0]


def test_every_repository_costs_the_others_requests(measured: dict[str, Measured], workload: Workload) -> None:
    repositories = len([*workload.world.upstream, *workload.world.new])
    # One search for what was opened and one for what was closed; four commands, and some ask for the repository too.
    assert measured["github-activity"].requests >= 2 * repositories
    assert measured["github-to-sqlite"].requests >= 4 * repositories
    # Ours pays for batches of threads instead: less than the cheapest of the others has to pay.
    assert measured["contribkit"].requests < 2 * repositories


def test_points_are_those_of_graphql_alone(measured: dict[str, Measured]) -> None:
    assert 0 < measured["contribkit"].points < measured["github-activity"].points
    assert measured["github-to-sqlite"].points == 0


def test_the_table_has_a_line_a_tool(measured: dict[str, Measured], capsys: pytest.CaptureFixture[str]) -> None:
    assert print_side_by_side(measured.values()) == [*measured.values()]
    printed = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in printed[1:4]] == ["contribkit", "github-activity", "github-to-sqlite"]
    assert "100.0%" in printed[1]


@pytest.fixture
def no_registry(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("PIP_INDEX_URL", "UV_INDEX_URL", "UV_DEFAULT_INDEX"):
        monkeypatch.setenv(name, "http://127.0.0.1:9/simple")
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")


def test_without_a_registry_one_sentence_says_what_could_not_be_installed(no_registry: None, tmp_path: Path) -> None:
    with pytest.raises(NotFetchedError, match=r"^click==8\.1\.8 could not be installed from PyPI: .+$"):
        installed("click==8.1.8", cache=tmp_path)
    assert not list(tmp_path.iterdir())


def test_without_a_registry_the_bench_says_so(
    no_registry: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("benchmarks.github.TOOLS", ("click==8.1.7",))
    monkeypatch.setattr(bench, "ENTRIES", [github.side_by_side])
    bench.main(tmp_path / "bench.json")
    assert "side_by_side: skipped: click==8.1.7 could not be installed from PyPI: " in capsys.readouterr().out
    assert (tmp_path / "bench.json").read_text() == "[]\n"


def test_packages_that_are_kept_are_not_installed_again(no_registry: None, tmp_path: Path) -> None:
    kept = tmp_path / f"click-8.1.8-{sys.implementation.cache_tag}"
    kept.mkdir()
    assert installed("click==8.1.8", cache=tmp_path) == kept
