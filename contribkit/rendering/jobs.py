"""Rendering of notebooks, two at a time: each in a process of its own, and its folder appears whole or not at all."""

import os
import shutil
import signal
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from types import FrameType
from typing import Any

from tqdm import tqdm

from contribkit.config.organisation import Organisation
from contribkit.labels import Labels
from contribkit.loaders import check
from contribkit.period import Period
from contribkit.plan import read_planned
from contribkit.plan.proposal import PROPOSAL
from contribkit.rendering.folder import beside, check_place, replace
from contribkit.rendering.notebook import NOTEBOOKS, check_parameters, execute, prepare, write_page, write_print

_AT_ONCE = 2  # processes; a kernel each besides
_GRACE = 10  # seconds that a worker has to remove what it was writing
_LAST = {"review": "summary.json", "plan": PROPOSAL}  # written at the end of a notebook: it tells a good rendering
_RELABEL = "relabel.ipynb"


@dataclass(frozen=True)
class Rendered:
    """One review or plan, of a team or a project: where it is, and what stopped it, if anything did."""

    team: str
    slug: str
    folder: Path
    failure: str | None = None
    stem: str = "review"

    @property
    def page(self) -> Path:
        """The page to open."""
        return self.folder / f"{self.stem}.html"

    @property
    def printable(self) -> Path:
        """The page to print; it is there where it was asked for."""
        return self.folder / "print.html"


@dataclass(frozen=True)
class Job:
    """What a process needs to render one notebook."""

    stem: str  # review or plan: the name of the files, without what follows the dot
    notebook: str | Path  # its name in `NOTEBOOKS`, or the path of another
    name: str  # of a team or a project, in the page's title
    slug: str  # the folder's name below `parent`
    own: dict[str, Any]  # parameters that tell what is rendered
    given: dict[str, Any]  # parameters that a person gave
    parent: Path
    config: Path
    period: str
    printable: bool = False  # whether to write print.html too

    @property
    def source(self) -> Path:
        """The notebook to run."""
        return NOTEBOOKS / self.notebook

    @property
    def nameless(self) -> bool:
        """Whether nobody is named: so it is in what is for the maintainers of a project."""
        return "upstream" in self.own or bool(self.given.get("without_names"))


def run(jobs: list[Job]) -> list[Rendered]:
    """Render, two at a time; what ends this process ends the others."""
    if len(jobs) == 1:
        return [_render(jobs[0], progress=True)]
    # A fresh interpreter each: kernels, threads and locks of this one are not copied.
    context = get_context("spawn")
    stop = context.Event()
    with (
        ProcessPoolExecutor(_AT_ONCE, context, _watch_parent, (os.getpid(), stop)) as pool,
        _terminated_as_interrupted(),
    ):
        try:
            waiting = [pool.submit(_render, job) for job in jobs]
            for _ in tqdm(as_completed(waiting), f"rendering {jobs[0].stem}s", len(jobs), unit="team", leave=False):
                pass
            return [future.result() for future in waiting]
        except BaseException:
            stop.set()
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def check_before(organisation: Organisation, period: Period, jobs: list[Job], keep_going: bool) -> None:
    """Raise `ContribkitError` for all that can be checked, so that nothing starts that cannot end.

    These are sources, labels and a saved plan that cannot be read, parameters that do not fit, and folders that cannot
    be written or replaced.
    """
    if any("team" in job.own for job in jobs):
        read_planned(organisation, period, keep_going)
    for job in jobs:
        check_parameters(job.source, job.given)
    check(organisation, keep_going)
    Labels.read(organisation.root / "labels")
    for job in jobs:
        check_place(job.parent / job.slug, job.stem)


@contextmanager
def _terminated_as_interrupted() -> Iterator[None]:
    """Take SIGTERM as Ctrl-C while notebooks run; only the main thread may."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, _interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _watch_parent(parent: int, stop: Any) -> None:
    """Let a worker end with the process that started it: at Ctrl-C, at SIGTERM, and where that one is killed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches all processes; the parent sets `stop`
    signal.signal(signal.SIGTERM, _exit)

    def watch() -> None:
        while os.getppid() == parent and not stop.wait(1):
            pass
        os.kill(os.getpid(), signal.SIGTERM)  # the job removes what it was writing
        time.sleep(_GRACE)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def _exit(_number: int, _frame: FrameType | None) -> None:
    raise SystemExit(1)


def _render(job: Job, progress: bool = False) -> Rendered:
    """Render one notebook beside its place, then put it there."""
    place = job.parent / job.slug
    place = place.resolve() if place.is_symlink() else place
    with beside(place) as folder:
        output, page = folder / f"{job.stem}.ipynb", folder / f"{job.stem}.html"
        # Relative, so that the notebook runs where it is, and tells nothing of this machine.
        where = {"config": os.path.relpath(job.config, folder), "period": job.period}
        parameters = job.given | job.own | where | {"output": "."}
        failure = execute(job.source, output, parameters, progress, job.config.parent, job.nameless)
        title = f"{job.name} · {job.period}"
        write_page(output, page, title, failure)
        if job.printable:
            write_print(page, folder / "print.html", title)
        if job.stem == "review" and "team" in job.own:
            # The labels of the sample do not go into this folder, which the next rendering replaces.
            places = where | {"team": job.own["team"], "sample_labels": "../../sample-labels"}
            prepare(NOTEBOOKS / _RELABEL, folder / _RELABEL, places)
        # A good page is worth more than a new one that stopped: that one is kept beside it.
        failed = place.with_name(f"{place.name}.failed")
        kept = failed if failure is not None and (place / _LAST[job.stem]).exists() else place
        replace(folder, kept)
        if failure is None and (failed / f"{job.stem}.ipynb").exists():
            shutil.rmtree(failed, ignore_errors=True)
    return Rendered(job.name, job.slug, kept, failure, job.stem)
