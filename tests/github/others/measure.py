"""Measure other tools on a workload."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from contribkit.organisation import Organisation
from contribkit.tables import ACTS, conform
from tests.github.completeness import completeness
from tests.github.emulator import Emulator
from tests.github.names import written
from tests.github.workload import Workload

TOOLS = {"github-activity": "1.1.7", "github-to-sqlite": "2.9.1"}
_HERE = Path(__file__).parent
REDIRECT = _HERE / "redirect"


class Measured(NamedTuple):
    """What one tool took, and the share of the truth's acts that it brought back."""

    tool: str
    requests: int
    points: int
    seconds: float
    share: float
    invented: int


def install(folder: Path) -> None:
    """Install the tools into a folder, at their pinned versions.

    Raises
    ------
    subprocess.CalledProcessError
        Where pip is missing or cannot reach its registry.
    """
    wanted = [f"{tool}=={version}" for tool, version in TOOLS.items()]
    command = [
        sys.executable,
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "--target",
        str(folder),
    ]
    subprocess.run([*command, *wanted], check=True)


def measure(workload: Workload, tools: Path, folder: Path) -> list[Measured]:
    """Run each tool on every upstream repository of a workload.

    Parameters
    ----------
    workload
        What the emulator serves.
    tools
        Where `install` put them.
    folder
        For what they write.
    """
    # Points of a whole hour would stop them: what they use is counted all the same.
    with Emulator(workload) as github:
        org = workload.organisation(folder, github.url)
        repositories = [one.ref for one in (*workload.world.upstream, *workload.world.new)]
        since, until = written(workload.period.start), written(workload.period.end)
        commands = {
            "github-activity": [str(_HERE / "activity.py"), since, until, *repositories],
            "github-to-sqlite": [str(_HERE / "to_sqlite.py"), str(folder / "github.db"), *repositories],
        }
        return [_measure(github, org, tool, command, tools) for tool, command in commands.items()]


def _measure(github: Emulator, org: Organisation, tool: str, command: list[str], tools: Path) -> Measured:
    github.reset()
    github.budget.limit = github.rest_budget.limit = sys.maxsize
    path = os.pathsep.join([str(REDIRECT), str(tools)])
    environment = os.environ | {"PYTHONPATH": path, "GITHUB_EMULATOR": github.url, "GITHUB_TOKEN": github.token}
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
