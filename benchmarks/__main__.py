"""Measure what must be fast: ``python -m benchmarks`` prints a table and writes bench.json.

Every figure is a ratio of two things measured in the same run on the same machine, or a size in memory. An entry is a
function that returns a `Figure`, or a text that says why it was skipped; put further ones into `ENTRIES`, in the order
of the table.
"""

import gc
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from statistics import median

from benchmarks import github, leads, relabel, scale
from benchmarks.figure import Figure
from benchmarks.review import write_crowd
from tests.helpers.npm import NotFetchedError
from tests.helpers.repositories import NO_REALSET, REALSET, build_real_clones

BIN = Path(sys.executable).parent


def git_loader(folder: Path) -> Figure | str:
    """Compare the git loader with the git commands that it reads, one after another."""
    if not (REALSET / "git").is_dir():
        return NO_REALSET
    from contribkit.config.organisation import Organisation
    from contribkit.loaders import git

    build_real_clones(folder / "clones")
    settings = (REALSET / "contribkit.toml").read_text(encoding="utf-8")
    config = folder / "contribkit.toml"
    config.write_text(settings + '\n[sources.git]\nclones = ["clones/*"]\n', encoding="utf-8")
    org = Organisation.read(config)
    commands = _commands(lambda: git.load(org, None))

    def plainly() -> None:
        for command in commands:
            subprocess.run(command, capture_output=True, check=True)

    ours, plain = _medians(3, lambda: git.load(org, None), plainly)
    return Figure("git loader over plain git, 21,000 commits", ours / plain, 1.6)


def _commands(action: Callable[[], object]) -> list[list[str]]:
    """Return the commands by which an action asks git for histories and tags, so that both always are the same."""
    with _recorded() as commands:
        action()
    return [command for command in commands if {"log", "for-each-ref"}.intersection(command)]


@contextmanager
def _recorded() -> Iterator[list[list[str]]]:
    """Give the git commands that are run meanwhile."""
    commands: list[list[str]] = []
    run = subprocess.run

    def recording(command: list[str], *arguments: object, **options: object) -> object:
        commands.append(command)
        return run(command, *arguments, **options)

    subprocess.run = recording  # type: ignore[assignment]
    try:
        yield commands
    finally:
        subprocess.run = run


NOTEBOOK = {
    "cells": [
        {
            "cell_type": "code", "id": "imports", "execution_count": None, "metadata": {}, "outputs": [],
            "source": "import matplotlib.pyplot\nimport pandas",
        }
    ],
    "metadata": {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}},
    "nbformat": 4, "nbformat_minor": 5,
}  # fmt: skip


def review(folder: Path) -> Figure:
    """Compare the review of one team with papermill on a notebook that only imports."""
    ratio = _over_papermill(folder, "--sample", "--team", "product")
    return Figure("contribkit review of one team of the sample over papermill", ratio, 2.2)


def crowded_review(folder: Path) -> Figure:
    """Compare the review of a team of 12 with 2,000 contributions with papermill on a notebook that only imports."""
    ratio = _over_papermill(folder, "--config", str(write_crowd(folder, 12, 2_000)), "--team", "crowd")
    return Figure("contribkit review of 12 members, 2,000 rows, over papermill", ratio, 3.2)


def large_review(folder: Path) -> Figure:
    """Compare the review of a team of 100 with 100,000 contributions with papermill on a notebook that only imports."""
    ratio = _over_papermill(folder, "--config", str(write_crowd(folder, 100, MANY)), "--team", "crowd")
    return Figure("contribkit review of 100 members, 100,000 rows, over papermill", ratio, 12)


def _over_papermill(folder: Path, *which: str) -> float:
    notebook = folder / "imports.ipynb"
    notebook.write_text(json.dumps(NOTEBOOK), encoding="utf-8")
    one_team = ["review", *which, "--period", "2026-Q3", "--output", str(folder / "reviews")]
    ours, papermill = _medians(
        3,
        lambda: _run("contribkit", *one_team),
        lambda: _run("papermill", str(notebook), str(folder / "out.ipynb")),
    )
    return ours / papermill


def command_line(folder: Path) -> Figure:
    """Compare ``contribkit --help``, less a tenth of a second, with an interpreter that does nothing."""
    ours, nothing = _medians(11, lambda: _run("contribkit", "--help"), lambda: _run("python", "-c", "pass"))
    return Figure("contribkit --help, less 0.1 s, over python -c pass", (ours - 0.1) / nothing, 3)


def _classify(rows: int) -> dict[str, float]:
    """Classify so many invented contributions in a process of its own, whose memory nothing else fills."""
    command = [sys.executable, "-m", "tests.helpers.crowd", str(rows)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=Path(__file__).parents[1])
    answer: dict[str, float] = json.loads(done.stdout)
    return answer


@cache
def _classified(rows: int) -> list[dict[str, float]]:
    """Classify three times, since a single run meets whatever else the machine does."""
    return [_classify(rows) for _ in range(3)]


MANY = 100_000


def classifier(folder: Path) -> Figure:
    """Compare classify on 100,000 contributions and 20,000 references with one pass of TfidfVectorizer."""
    much = _classified(MANY)
    seconds, characters = (median(run[name] for run in much) for name in ("classify", "characters"))
    print(f"classify: {MANY / seconds:,.0f} rows a second, texts of {characters:,.0f} characters")
    ratio = median(run["classify"] / run["tfidf"] for run in much)
    return Figure("classify over one pass of TfidfVectorizer, 100,000 rows", ratio, 1.6)


def classifier_growth(folder: Path) -> Figure:
    """Compare classify on ten times the rows and references with a tenth."""
    few, many = (median(run["classify"] for run in _classified(rows)) for rows in (MANY // 10, MANY))
    return Figure("classify, ten times the rows", many / few, 10.5)


def classifier_memory(folder: Path) -> Figure:
    """Measure the largest memory of a process that holds 100,000 contributions and classifies them."""
    peak = max(run["peak"] for run in _classified(MANY))
    return Figure("classify, memory at the most, tables included", peak, 600, "MB")


# In the order of the table.
ENTRIES: list[Callable[[Path], Figure | str]] = [
    git_loader, review, crowded_review, large_review, command_line, classifier, classifier_growth, classifier_memory,
    *leads.ENTRIES, *github.ENTRIES, *relabel.ENTRIES,
    *scale.ENTRIES,
]  # fmt: skip


def _run(program: str, *arguments: str) -> None:
    environment = os.environ | {"MPLBACKEND": "Agg"}
    done = subprocess.run([BIN / program, *arguments], capture_output=True, text=True, env=environment, check=False)
    if done.returncode:
        raise SystemExit(f"{program} {' '.join(arguments)}: exit code {done.returncode}\n{done.stderr}")


def _medians(count: int, *actions: Callable[[], object]) -> list[float]:
    """Return the median of each action's seconds over some rounds; in each round they take turns."""
    rounds = [[_seconds(action) for action in actions] for _ in range(count)]
    return [median(times) for times in zip(*rounds, strict=True)]


def _seconds(action: Callable[[], object]) -> float:
    gc.collect()
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


def _result(entry: Callable[[Path], Figure | str], folder: Path) -> Figure | str:
    try:
        return entry(folder)
    except NotFetchedError as error:
        return str(error)


def main(output: Path = Path("bench.json")) -> None:
    """Measure every entry, print the table, and write the figures down."""
    figures = []
    print(f"{'':62}{'figure':>8}{'target':>8}")
    for entry in ENTRIES:
        with tempfile.TemporaryDirectory() as folder:
            result = _result(entry, Path(folder))
        if isinstance(result, str):
            print(f"{entry.__name__}: skipped: {result}")
            continue
        figures.append(result)
        word = "" if result.met else "  missed"
        print(f"{result.name:62}{result.figure:8.2f}{result.target:8g} {result.unit}{word}", flush=True)
    objects = [figure._asdict() | {"figure": round(figure.figure, 3)} for figure in figures]
    output.write_text(json.dumps(objects, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
