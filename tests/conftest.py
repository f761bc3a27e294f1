"""What every test may ask for."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.github.emulator import Emulator
from tests.github.graphql.schema import VERSION
from tests.github.workload import Workload
from tests.helpers.accessibility import axe_core
from tests.helpers.jupyterlab import from_npm
from tests.helpers.repositories import NO_REALSET, REALSET, Invented, build_real_clones

# They run in processes of their own, beside tools that are not installed here.
collect_ignore = [f"github/others/{name}.py" for name in ("activity", "to_sqlite", "redirect/sitecustomize")]


@pytest.fixture(scope="session")
def realset() -> Path:
    """Return the folder of the real set, which is no part of the repository."""
    if not (REALSET / "contributions.jsonl").is_file():
        pytest.skip(NO_REALSET)
    return REALSET


@pytest.fixture(scope="session")
def real_clones(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Bare repositories of the real set's eight histories, in folders named OWNER+NAME; built once."""
    if not (REALSET / "git").is_dir():
        pytest.skip(NO_REALSET)
    return build_real_clones(tmp_path_factory.getbasetemp() / "real" / "clones")


@pytest.fixture(scope="session")
def axe() -> str:
    """Return axe-core as text, fetched once into pytest's cache."""
    return axe_core()


@pytest.fixture
def lamp(tmp_path: Path) -> Invented:
    """An upstream project's mirror with a first commit, ``wicketlamp-example/lamp``."""
    made = Invented(tmp_path / "clones" / "wicketlamp-example+lamp")
    made.main("Start", files={"README.md": "A lamp\n"})
    return made


@pytest.fixture
def plans(tmp_path: Path) -> Invented:
    """A repository of the organisation's own with a first commit, ``test-org/plans``."""
    made = Invented(tmp_path / "clones" / "test-org+plans")
    made.main("Start", files={"LICENSE": "free\n"})
    return made


@pytest.fixture(scope="session")
def github_schema() -> None:
    """Ask for GitHub's schema: a test that needs it ends here where npm cannot fetch it."""
    from_npm("@octokit/graphql-schema", VERSION, "schema.graphql")


@pytest.fixture(scope="session")
def workload() -> Workload:
    """A small workload with every trap; nothing may be added to it."""
    return Workload.small()


@pytest.fixture(scope="session")
def reference_workload() -> Workload:
    """The reference workload W; nothing may be added to it."""
    return Workload.make()


@pytest.fixture
def github(workload: Workload, github_schema: None) -> Iterator[Emulator]:
    """An emulated GitHub that serves the small workload."""
    with Emulator(workload) as running:
        yield running
