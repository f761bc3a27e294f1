"""Measure the GitHub source on workload W: what comes back, what it costs, how much memory it takes, under every trap.

``python -m benchmarks.github`` prints the figures of this module alone. Each load is a process of its own, whose pauses
move the emulator's clock on, so that nobody waits.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.request import urlopen

import pandas as pd

from benchmarks.figure import Figure
from contribkit.tables import ACTS, REFERENCES, empty
from tests.github.answer import Answer, Call
from tests.github.completeness import Completeness, completeness, missing_references
from tests.github.emulator import SLEEP, Emulator
from tests.github.fetched import fetched
from tests.github.graphql.schema import schema
from tests.github.others.measure import TOOLS, measure
from tests.github.others.report import print_side_by_side
from tests.github.traps import TRAPS, Value
from tests.github.workload import Workload
from tests.github.world.figures import LARGE
from tests.github.world.figures import W as REFERENCE
from tests.helpers.crowd import peak_memory
from tests.helpers.pypi import installed

_PERIOD = "2026-Q3"
_LOADS = 5  # a load that says that something is missing is run again, so many times in all
_HOUR = 3600
_LONGEST = 1200  # seconds that a load may take
_FIRST = 20  # requests in which a loader may find out how much it can ask
# The load cannot be whole, or means another thing than a trap on the way.
_NOT_ALONE = {"reads_nothing", "outage", "slow"}
# What only the next load can see: the index lagged, or the world changed in the middle of the load.
_SEEN_LATER = {"search_lag", "transferred", "deleted", "late_reference"}
_NOT_TOGETHER = _NOT_ALONE | {
    "saml", "policy", "fine_grained", "enterprise", "points", "search_and", "search_wants_is", "search_lag",
    "search_qualifiers", "private_profile", "silent_nulls", "nulls", "deleted", "transferred", "late_reference",
}  # fmt: skip


@dataclass(frozen=True)
class Load:
    """One load: what it asked, how it ended, and the largest memory of its process in MB."""

    requests: int
    points: int
    memory: float
    said: list[str]
    acts: pd.DataFrame
    references: pd.DataFrame
    failed: float

    @property
    def is_whole(self) -> bool:
        """Whether the load says that it is complete."""
        return not self.said


@cache
def _workload() -> Workload:
    schema()  # where it cannot be fetched, say so before anything runs
    return Workload.make()


@contextmanager
def _served(
    workload: Workload, traps: Iterable[str] | Mapping[str, Value] = (), **settings: Any
) -> Iterator[tuple[Emulator, Path]]:
    """Give an emulator, and the contribkit.toml of its organisation in a folder of its own."""
    with TemporaryDirectory() as name, Emulator(workload, traps) as github:
        url = github.enterprise_url if "enterprise" in traps else github.url
        # How long GitHub works is modelled: that this machine is slow shall shorten no request.
        yield github, workload.organisation(Path(name), url, timeout=_LONGEST, **settings).path


def _load(github: Emulator, config: Path, again: bool = False) -> Load:
    """Load once, in a process of its own; `again` goes on with the same GitHub, whose accidents are over."""
    if again:
        github.requests.clear()
    else:
        github.reset()
    with _child(github, config) as child:
        try:
            printed, errors = child.communicate(timeout=_LONGEST)
        except subprocess.TimeoutExpired:
            child.kill()
            return _read(github, None, {"memory": float("nan"), "said": [f"no end after {_LONGEST} s"]})
    if child.returncode:
        return _read(github, None, {"memory": float("nan"), "said": [f"crashed: {errors.splitlines()[-1]}"]})
    return _read(github, config, json.loads(printed.splitlines()[-1]))


@contextmanager
def _child(github: Emulator, config: Path) -> Iterator["subprocess.Popen[str]"]:
    command = [sys.executable, "-m", "benchmarks.github", str(config), f"{github.url}{SLEEP}"]
    environment = os.environ | {"GITHUB_TOKEN": github.token}
    root = Path(__file__).parents[1]
    with subprocess.Popen(
        command, cwd=root, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as child:
        yield child


def _read(github: Emulator, config: Path | None, told: dict[str, Any]) -> Load:
    """Return what a load wrote beside contribkit.toml; nothing where it crashed."""
    acts, references = empty(ACTS), empty(REFERENCES)
    if config:
        acts, references = (pd.read_pickle(config.parent / f"{name}.pickle") for name in ("acts", "references"))
    later = [request.status >= 500 for request in github.requests[_FIRST:]]
    failed = sum(later) / len(later) if later else 0
    return Load(len(github.requests), github.points, told["memory"], told["said"], acts, references, failed)


def _until_whole(github: Emulator, config: Path) -> list[Load]:
    """Load until a load says that it is complete, an hour after the other, as somebody would who reads what it says."""
    loads: list[Load] = []
    for _ in range(_LOADS):
        loads.append(_load(github, config, again=bool(loads)))
        if loads[-1].is_whole:
            break
        github.clock.advance(_HOUR)
    return loads


def _told(github: Emulator, load: Load) -> Completeness:
    return completeness(load.acts, github.workload, github.readable)


@dataclass(frozen=True)
class Loads:
    """A first load, a second one of the unchanged period, and what came back."""

    cold: Load
    warm: Load
    told: Completeness
    references: int


@cache
def _loads(triage_only: bool = True) -> Loads:
    workload = _workload()
    with _served(workload, triage_only=triage_only) as (github, config):
        cold, warm = (_load(github, config) for _ in range(2))
        return Loads(cold, warm, _told(github, cold), len(missing_references(cold.references, workload)))


@cache
def _limited(trap: str, value: float) -> tuple[Load, Completeness]:
    """Load W once under one trap."""
    with _served(_workload(), {trap: value}) as (github, config):
        load = _load(github, config)
        if load.said:
            print(f"  {trap} {value:g}: it says: {'; '.join(load.said)[:300]}", flush=True)
        return load, _told(github, load)


def _requests_within(heavy_nodes: int) -> float:
    return _limited("resource_limits", heavy_nodes)[0].requests


def _percent_within(heavy_nodes: int) -> float:
    return 100 * _limited("resource_limits", heavy_nodes)[1].share


@dataclass(frozen=True)
class Trapped:
    """How loads of the small workload went under some traps: the share that came back in the end, and the silences."""

    share: float
    invented: int
    silent: bool
    loads: int
    said: str


@cache
def _trapped(*traps: str) -> Trapped:
    with _served(Workload.small(), {name: _small(name) for name in traps}) as (github, config):
        loads = _until_whole(github, config)
        if later := not _SEEN_LATER.isdisjoint(traps):
            github.clock.advance(_HOUR)
            loads.append(_load(github, config, again=True))
        first, last = _told(github, loads[0]), _told(github, loads[-1])
        silent = not later and loads[0].is_whole and first.share < 1
        return Trapped(last.share, len(last.invented), silent, len(loads), "; ".join(loads[-1].said))


def _small(trap: str) -> Value:
    """Return a value at which a trap bites on the small workload; 0 is its default."""
    return 1 if trap.startswith("resource_limits") else 2 if trap in ("work", "late_reference") else 0


@cache
def _each_trap() -> dict[str, Trapped]:
    """Load the small workload under each trap alone, and print those with which not everything came back."""
    found = {}
    for name in TRAPS.keys() - _NOT_ALONE:
        found[name] = one = _trapped(name)
        if one.share < 1 or one.invented or one.silent:
            silence = ", and the first load did not say so" if one.silent else ""
            said = f" (it says: {one.said[:150]})" if one.said else ""
            print(
                f"  trap {name}: {one.share:.1%} after {one.loads} loads{said}, {one.invented} invented{silence}",
                flush=True,
            )
    return found


def _of_each(join: Callable[[Iterable[float]], float], name: str) -> float:
    return join(getattr(one, name) for one in _each_trap().values())


def _together() -> Trapped:
    return _trapped(*(name for name in TRAPS if name not in _NOT_TOGETHER))


def _outage(seconds: float) -> float:
    """Return how many requests meet a GitHub that is down for so long, until it answers or the load gives up.

    Infinite where a request came without a pause, or where the load neither says so nor is complete.
    """
    with _served(Workload.small(), {"outage": seconds}) as (github, config):
        load = _load(github, config)
        is_right = not github.hurried and (load.said or _told(github, load).share == 1)
        return sum(request.status == 502 for request in github.requests) if is_right else float("inf")


def _stopped() -> float:
    """Return at how many requests a load can be killed so that the next one reads a thread twice or tells other acts.

    The load of the small workload is killed before each of its requests is answered.
    """
    workload, wrong = Workload.small(), 0
    with _served(workload) as (github, config):
        plain = _load(github, config)
    for number in range(1, plain.requests + 1):
        with _served(workload) as (github, config):
            with _child(github, config) as child:

                def stop(call: Call, answer: Answer, at: int = number) -> Answer:
                    if call.number == at:
                        child.kill()
                    return answer

                github.alter = stop
                child.communicate()
            before = [request for request in github.requests if request.number != number]
            github.alter = lambda call, answer: answer
            again = _load(github, config)
            github.requests.extend(before)
            is_same = _told(github, again).share == _told(github, plain).share and len(again.acts) == len(plain.acts)
            wrong += not is_same or max(fetched(github).values(), default=1) > 1
    return wrong


@cache
def _large() -> Load:
    """Load 50 members with 200 repositories and five times the acts."""
    with _served(Workload.make(LARGE)) as (github, config):
        github.budget.limit = sys.maxsize
        load = _load(github, config)
        print(f"  50 members: {load.requests} requests, {load.points} points, {_told(github, load).share:.2%} complete")
        return load


def _growth() -> float:
    """Return how many times more requests five times the acts take, over how many times more there are."""
    more = LARGE.pairs / REFERENCE.pairs
    return _large().requests / _loads().cold.requests / more


def _entry(name: str, measured: Callable[[], float], target: float, unit: str = "") -> Callable[[Path], Figure]:
    def entry(folder: Path) -> Figure:
        return Figure(f"github, {name}", measured(), target, unit, "higher" if unit == "%" else "lower")

    entry.__name__ = name
    return entry


def side_by_side(folder: Path) -> Figure:
    """Compare our requests with those of the most sparing other tool, and print what each takes and brings back."""
    ours, *others = print_side_by_side(measure(_workload(), installed(*TOOLS)))
    ratio = ours.requests / min(other.requests for other in others)
    return Figure("github, W: requests over the fewest of other tools", ratio, 1)


ENTRIES = [
    _entry("W: acts that come back", lambda: 100 * _loads().told.share, 100, "%"),
    _entry("W: acts that nobody did", lambda: len(_loads().told.invented), 0),
    _entry("W: references that do not come back", lambda: _loads().references, 0),
    _entry("W: requests, cold", lambda: _loads().cold.requests, 90),
    _entry("W: points, cold", lambda: _loads().cold.points, 250),
    _entry("W: requests, warm", lambda: _loads().warm.requests, 8),
    _entry("W: requests, cold, triage_only = false", lambda: _loads(False).cold.requests, 90),
    _entry("W: memory at the most", lambda: _loads().cold.memory, 300, "MB"),
    _entry("W, 50 heavy nodes: requests", partial(_requests_within, 50), 110),
    _entry("W, 50 heavy nodes: acts that come back", partial(_percent_within, 50), 100, "%"),
    _entry("W, 18 heavy nodes: requests", partial(_requests_within, 18), 220),
    _entry("W, 18 heavy nodes: acts that come back", partial(_percent_within, 18), 100, "%"),
    _entry("W, 5 heavy nodes: requests", partial(_requests_within, 5), 700),
    _entry("W, 5 heavy nodes: acts that come back", partial(_percent_within, 5), 100, "%"),
    _entry("W, 502 above 6 s: failures after the 20th", lambda: 100 * _limited("work", 6)[0].failed, 10, "in 100"),
    _entry("W, 502 above 6 s: acts that come back", lambda: 100 * _limited("work", 6)[1].share, 100, "%"),
    _entry("502 for 60 s: requests that fail", partial(_outage, 60), 12),
    _entry("502 for a day: requests until the load says so", partial(_outage, 24 * _HOUR), 12),
    _entry("small, each trap: the least that comes back", lambda: 100 * _of_each(min, "share"), 100, "%"),
    _entry("small, each trap: acts that nobody did", lambda: _of_each(sum, "invented"), 0),
    _entry("small, each trap: less without a word", lambda: _of_each(sum, "silent"), 0),
    _entry("small, traps together: acts that come back", lambda: 100 * _together().share, 100, "%"),
    _entry("small, killed before each request: went wrong", _stopped, 0),
    _entry("50 members: requests, over in proportion to W", _growth, 1.1),
    _entry("50 members: memory at the most", lambda: _large().memory, 300, "MB"),
    side_by_side,
]  # fmt: skip


def main(config: Path, sleep: str) -> None:
    """Load once, write acts and references beside contribkit.toml, and print how it went."""
    import contribkit as ck

    def pause(seconds: float) -> None:
        urlopen(f"{sleep}?seconds={seconds}", timeout=60).close()

    setattr(time, "sleep", pause)  # noqa: B010 (its type is wider)
    org = ck.Organisation.read(config)
    data = ck.load(org, ck.Period(_PERIOD, org.timezone), keep_going=True)
    source = next(one for one in data.sources if one.name == "github")
    data.acts.to_pickle(config.parent / "acts.pickle")
    data.references.to_pickle(config.parent / "references.pickle")
    said = source.notes[-source.broken :] if source.broken else source.notes if source.status != "ok" else []
    print(json.dumps({"memory": peak_memory(), "said": said}))


def print_all() -> None:
    """Print each figure with its target."""
    for entry in ENTRIES:
        figure = entry(Path())
        word = "" if figure.met else "  missed"
        print(f"{figure.name:62}{figure.figure:8.2f}{figure.target:8g} {figure.unit}{word}", flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2]) if len(sys.argv) > 1 else print_all()
