"""Rendering of notebooks, two at a time: each in a process of its own, and its folder appears whole or not at all."""

import os
import shutil
import signal
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing import get_context
from pathlib import Path
from types import FrameType
from typing import Any

from tqdm import tqdm

from contribkit.config.organisation import Organisation
from contribkit.labels import Labels
from contribkit.loaders import check
from contribkit.rendering.folder import beside, check_replaceable, check_writable, replace
from contribkit.rendering.notebook import NOTEBOOKS, check_parameters, execute, prepare, write_page, write_print

_AT_ONCE = 2  # processes; a kernel each besides
_GRACE = 10  # seconds that a worker has to remove what it was writing
_PRINT = "print.html"


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
        return self.folder / _PRINT


@dataclass(frozen=True)
class Job:
    """What a process needs to render one notebook.

    Attributes
    ----------
    notebook
        Its name in `NOTEBOOKS`, or the path of another.
    stem
        The name of the page and of the notebook that are written, without what follows the dot.
    name, slug
        Of a team or a project: in the page's title, and as the folder's name.
    parent, config, period
        The folder below which it goes, the organisation's file, and for when.
    given
        Parameters that a person gave.
    last
        The file that the notebook writes at its end: where it is, a rendering was good.
    own
        Parameters that tell what is rendered.
    nameless
        Whether nobody is named, whatever the parameters say.
    printable
        Whether to write ``print.html`` too.
    beside
        A notebook of `NOTEBOOKS` to lay beside it, filled in and not run.
    """

    notebook: str | Path
    stem: str
    name: str
    slug: str
    parent: Path
    config: Path
    period: str
    given: dict[str, Any]
    last: str
    own: dict[str, Any] = field(default_factory=dict)
    nameless: bool = False
    printable: bool = False
    beside: str | None = None

    @property
    def source(self) -> Path:
        """The notebook to run."""
        return NOTEBOOKS / self.notebook

    @property
    def place(self) -> Path:
        """Where the folder goes; a link is followed."""
        place = self.parent / self.slug
        return place.resolve() if place.is_symlink() else place


def check_before(organisation: Organisation, jobs: list[Job]) -> None:
    """Check all that can be checked, so that nothing starts that cannot end.

    Raises
    ------
    ContribkitError
        For sources that cannot be read, parameters that do not fit or a folder that cannot be written or replaced.
    """
    for source, given in {job.source: job.given for job in jobs}.items():
        check_parameters(source, given)
    check(organisation, keep_going=any(job.given.get("keep_going", False) for job in jobs))
    Labels.read(organisation.root / "labels")
    for job in jobs:
        check_replaceable(job.parent / job.slug, job.stem)
    for folder in {job.parent for job in jobs}:
        check_writable(folder)


def run(jobs: list[Job]) -> list[Rendered]:
    """Render, two at a time; `check_before` comes first. What ends this process ends the others."""
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
    place = job.place
    with beside(place) as folder:
        output, page = folder / f"{job.stem}.ipynb", folder / f"{job.stem}.html"
        # Relative, so that the notebook runs where it is, and tells nothing of this machine.
        own = job.own | {"config": os.path.relpath(job.config, folder), "period": job.period, "output": "."}
        nameless = job.nameless or bool(job.given.get("without_names"))
        failure = execute(job.source, output, job.given | own, progress, job.config.parent, nameless)
        title = f"{job.name} · {job.period}"
        write_page(output, page, title, failure)
        if job.printable:
            write_print(page, folder / _PRINT, title)
        if job.beside:
            where = {name: own[name] for name in ("config", "team", "period")}
            # Not in this folder, which the next rendering replaces.
            prepare(NOTEBOOKS / job.beside, folder / job.beside, where | {"sample_labels": "../../sample-labels"})
        # A good page is worth more than a new one that stopped: that one is kept beside it.
        failed = place.with_name(f"{place.name}.failed")
        kept = failed if failure is not None and (place / job.last).exists() else place
        replace(folder, kept)
        if failure is None and (failed / f"{job.stem}.ipynb").exists():
            shutil.rmtree(failed, ignore_errors=True)
    return Rendered(job.name, job.slug, kept, failure, job.stem)
