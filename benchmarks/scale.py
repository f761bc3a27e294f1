"""Measure how a million contributions scale: listed in ``benchmarks/__main__.py``.

``python -m benchmarks.scale 100000`` prints the figures of so many rows alone.
"""

import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pandas as pd

from benchmarks.figure import Figure
from contribkit.bulk import classify_files
from contribkit.parquet import read_parquet
from contribkit.tables import CONTRIBUTIONS, JUDGED, REASONS
from tests.helpers import crowd

MANY = 1_000_000
_CHARACTERS = 300  # of a text, on average
_IN_FILE = 25_000  # rows
_WRITTEN = {"contributions": CONTRIBUTIONS | JUDGED, "reasons": REASONS}


def write(folder: Path, rows: int) -> None:
    """Write so many invented contributions."""
    crowd.write(folder, rows, _CHARACTERS, max(rows // _IN_FILE, 1))


def judge(folder: Path, workers: int) -> None:
    """Judge the files of a folder with so many processes; print seconds, and the largest memory of a process in MB."""
    rows, told = sorted(folder.glob("contributions-*.parquet")), [folder / "references.parquet"]
    start = time.perf_counter()
    done = classify_files(rows, told, crowd.organisation(), output=folder / f"judged-{workers}", n_jobs=workers)
    seconds = time.perf_counter() - start
    peaks = [resource.getrusage(who).ru_maxrss / 1000 for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    print(json.dumps({"rows": done.rows, "seconds": seconds, "memory": max(peaks)}))


def _alone(*arguments: str | Path | int) -> str:
    """Run a step in a process of its own, and return what it prints."""
    command = [sys.executable, "-m", "benchmarks.scale", *map(str, arguments)]
    return subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, cwd=Path(__file__).parents[1]).stdout


@cache
def measured(rows: int = MANY) -> dict[str, float]:
    """Judge so many rows with one process and with two, and count what differs."""
    with tempfile.TemporaryDirectory() as folder:
        _alone("write", folder, rows)
        one, two = (json.loads(_alone("judge", folder, workers)) for workers in (1, 2))
        differing = sum(_differing(Path(folder), name, schema) for name, schema in _WRITTEN.items())
    return {
        "rows": two["rows"], "rows a second": two["rows"] / two["seconds"], "faster": one["seconds"] / two["seconds"],
        "memory": max(one["memory"], two["memory"]), "differing": differing,
    }  # fmt: skip


def _differing(folder: Path, name: str, schema: dict[str, str]) -> int:
    """Return how many rows of a table differ between what one process and two wrote, in whatever order."""
    one, two = (_hashes(folder / f"judged-{workers}" / name, schema) for workers in (1, 2))
    return int(one.sub(two, fill_value=0).abs().sum())


def _hashes(folder: Path, schema: dict[str, str]) -> pd.Series:
    """Return how often each row is in the files of a folder, by its hash over all columns."""
    tables = (read_parquet(path, schema, "id").astype("str") for path in sorted(folder.glob("*.parquet")))
    return pd.concat([pd.Series(pd.util.hash_pandas_object(table, index=False)) for table in tables]).value_counts()


def workers(folder: Path) -> Figure:
    """Compare two processes with one, on a million contributions."""
    found = measured()
    print(f"classify, {found['rows']:,} rows: {found['rows a second']:,.0f} rows a second on two processes")
    return Figure("classify, a million rows: two processes over one", found["faster"], 1.6, "times", "higher")


def memory(folder: Path) -> Figure:
    """Measure the largest memory of a process that judges parts of a million contributions."""
    return Figure("classify, a million rows: memory of a process at the most", measured()["memory"], 1500, "MB")


def differing(folder: Path) -> Figure:
    """Count the rows and reasons of a million contributions on which two processes answer otherwise than one."""
    return Figure("classify, a million rows: rows and reasons that differ", measured()["differing"], 0, "rows")


ENTRIES: list[Callable[[Path], Figure | str]] = [workers, memory, differing]

if __name__ == "__main__":
    match sys.argv[1:]:
        case ["write", place, count]:
            write(Path(place), int(count))
        case ["judge", place, count]:
            judge(Path(place), int(count))
        case [count]:
            print(json.dumps(measured(int(count)), indent=1))
