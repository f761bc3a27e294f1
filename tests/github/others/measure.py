"""Measure our own loader and other tools on a workload."""

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import pandas as pd

from contribkit.config.organisation import Organisation
from contribkit.tables import ACTS, conform
from tests.github.completeness import completeness
from tests.github.emulator import Emulator
from tests.github.graphql.schema import schema
from tests.github.names import written
from tests.github.workload import Workload

TOOLS = ("github-activity==1.1.7", "github-to-sqlite==2.9.1")
_HERE = Path(__file__).parent
REDIRECT = _HERE / "redirect"
_SHARED_MEMORY = Path("/dev/shm")  # where Linux keeps files in memory
_ROOM = 256 * 2**20  # several times what W's files take: Docker gives containers 64 MB by default


class Measured(NamedTuple):
    """What one tool took, and the share of the truth's acts that it brought back."""

    tool: str
    requests: int
    points: int
    seconds: float
    share: float
    invented: int


def measure(workload: Workload, tools: Path) -> Iterator[Measured]:
    """Run our own loader, then each tool on every upstream repository of a workload, all against one emulator.

    Parameters
    ----------
    workload
        What the emulator serves.
    tools
        The folder in which `TOOLS` are installed.

    Raises
    ------
    NotFetchedError
        Where npm cannot fetch GitHub's schema, without which the emulator answers nothing.
    """
    schema()
    with Emulator(workload) as github, TemporaryDirectory(dir=_in_memory()) as name:
        folder = Path(name)
        org = workload.organisation(folder, github.url)
        ours = [str(_HERE / "ours.py"), str(org.path), str(workload.period)]
        yield _measure(github, org, "contribkit", ours, [])
        repositories = [one.ref for one in (*workload.world.upstream, *workload.world.new)]
        since, until = written(workload.period.start), written(workload.period.end)
        activity = [str(_HERE / "activity.py"), since, until, *repositories]
        yield _measure(github, org, "github-activity", activity, [REDIRECT, tools])
        to_sqlite = [str(_HERE / "to_sqlite.py"), str(folder / "github.db"), *repositories]
        yield _measure(github, org, "github-to-sqlite", to_sqlite, [REDIRECT, tools])


def _in_memory() -> Path | None:
    """Return a folder in memory, None where there is none with room."""
    writable = os.access(_SHARED_MEMORY, os.W_OK)
    return _SHARED_MEMORY if writable and shutil.disk_usage(_SHARED_MEMORY).free >= _ROOM else None


def _measure(github: Emulator, org: Organisation, tool: str, command: list[str], path: list[Path]) -> Measured:
    github.reset()
    # Points of a whole hour would stop the others: what they use is counted all the same.
    github.budget.limit = github.rest_budget.limit = sys.maxsize
    places = {"PYTHONPATH": os.pathsep.join(map(str, path))} if path else {}
    environment = os.environ | {"GITHUB_EMULATOR": github.url, "GITHUB_TOKEN": github.token} | places
    begun = time.perf_counter()
    done = subprocess.run([sys.executable, *command], env=environment, capture_output=True, text=True, check=False)
    seconds = time.perf_counter() - begun
    if done.returncode:
        raise RuntimeError(f"{tool}: {done.stderr[-2000:]}")
    told = completeness(_acts(done.stdout, org), github.workload)
    return Measured(tool, len(github.requests), github.points, seconds, told.share, len(told.invented))


def _acts(printed: str, org: Organisation) -> pd.DataFrame:
    """Return the acts that a tool's script printed, among what else it says."""
    rows = [json.loads(line.removeprefix("ACT ")) for line in printed.splitlines() if line.startswith("ACT ")]
    found = pd.DataFrame(rows).dropna(subset=["actor"])
    return conform(found.assign(actor=found["actor"].map(org.canonical)), ACTS)
