"""Measure the GitHub source on workload W: what comes back, what it costs, how much memory it takes.

``python -m benchmarks.github CONFIG ACTS`` loads once in a process of its own, writes the acts, and prints its memory.
"""

import os
import resource
import subprocess
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import pandas as pd

from benchmarks.figure import Figure
from tests.github.completeness import Completeness, completeness
from tests.github.emulator import Emulator
from tests.github.graphql.schema import schema
from tests.github.others.measure import TOOLS, measure
from tests.github.others.report import print_side_by_side
from tests.github.workload import Workload
from tests.helpers.pypi import installed

_PERIOD = "2026-Q3"


class Cost(NamedTuple):
    """What one load asked, and the largest memory of its process in MB."""

    requests: int
    points: int
    memory: float


class Loads(NamedTuple):
    """A first load, a second one of the unchanged period, and what came back."""

    cold: Cost
    warm: Cost
    told: Completeness


@cache
def _loads(triage_only: bool) -> Loads:
    schema()  # where it cannot be fetched, say so before anything runs
    workload = Workload.make()
    with TemporaryDirectory() as name, Emulator(workload) as github:
        org = workload.organisation(Path(name), github.url, triage_only=triage_only)
        acts = Path(name) / "acts.pickle"
        cold, warm = (_load(github, org.path, acts) for _ in range(2))
        return Loads(cold, warm, completeness(pd.read_pickle(acts), workload))


def _load(github: Emulator, config: Path, acts: Path) -> Cost:
    github.reset()
    command = [sys.executable, "-m", "benchmarks.github", str(config), str(acts)]
    environment = os.environ | {"GITHUB_TOKEN": github.token}
    root = Path(__file__).parents[1]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=root, env=environment)
    return Cost(len(github.requests), github.points, float(done.stdout))


def _entry(name: str, measure: Callable[[], float], target: float, unit: str = "") -> Callable[[Path], Figure]:
    def entry(folder: Path) -> Figure:
        return Figure(f"github, workload W: {name}", measure(), target, unit, "higher" if unit == "%" else "lower")

    entry.__name__ = name
    return entry


def side_by_side(folder: Path) -> Figure:
    """Compare our requests with those of the most sparing other tool, and print what each takes and brings back."""
    ours, *others = print_side_by_side(measure(Workload.make(), installed(*TOOLS)))
    ratio = ours.requests / min(other.requests for other in others)
    return Figure("github, workload W: requests over the fewest of other tools", ratio, 1)


ENTRIES = [
    _entry("acts that come back", lambda: 100 * _loads(True).told.share, 100, "%"),
    _entry("acts that nobody did", lambda: len(_loads(True).told.invented), 0),
    _entry("requests, cold", lambda: _loads(True).cold.requests, 50),
    _entry("points, cold", lambda: _loads(True).cold.points, 360),
    _entry("requests, warm", lambda: _loads(True).warm.requests, 8),
    _entry("requests, cold, triage_only = false", lambda: _loads(False).cold.requests, 34),
    _entry("points, cold, triage_only = false", lambda: _loads(False).cold.points, 200),
    _entry("requests, warm, triage_only = false", lambda: _loads(False).warm.requests, 2),
    _entry("memory at the most", lambda: _loads(True).cold.memory, 300, "MB"),
    side_by_side,
]


def main(config: Path, acts: Path) -> None:
    """Load once, write the acts, and print the largest memory in MB."""
    import contribkit as ck

    org = ck.Organisation.read(config)
    ck.load(org, ck.Period(_PERIOD, org.timezone)).acts.to_pickle(acts)
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
