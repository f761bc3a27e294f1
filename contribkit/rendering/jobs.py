"""Rendering of notebooks, two at a time: each in a process of its own, and its folder appears whole or not at all."""

import os
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, field
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tqdm import tqdm

from contribkit.errors import ContribkitError
from contribkit.labels import Labels
from contribkit.loaders import check
from contribkit.notebooks import NOTEBOOKS
from contribkit.rendering.folder import beside, check_writable, replace
from contribkit.rendering.notebook import check_parameters, execute, prepare
from contribkit.rendering.page import write_page, write_print

if TYPE_CHECKING:
    from contribkit.config.organisation import Organisation

_AT_ONCE = 2  # processes; a kernel each besides
_PRINT = "print.html"


@dataclass(frozen=True)
class Rendered:
    """One review or plan, of a team or a project: where it lies, and what stopped it, if anything did."""

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
        Its name in `NOTEBOOKS`.
    stem
        The name of the page and of the notebook that are written, without what follows the dot.
    name, slug
        Of a team or a project: in the page's title, and as the folder's name.
    parent, config, period
        The folder below which it goes, the organisation's file, and for when.
    given
        Parameters that a person gave.
    own
        Parameters that say what is rendered.
    last
        The file that the notebook writes at its end: where it lies, a rendering was good.
    nameless
        Whether nobody is named, whatever the parameters say.
    printable
        Whether to write ``print.html`` too.
    beside
        A notebook of `NOTEBOOKS` to lay beside it, filled in and not run.
    """

    notebook: str
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


def check_before(organisation: "Organisation", jobs: list[Job]) -> None:
    """Check all that can be checked, so that nothing starts that cannot end.

    Raises
    ------
    ContribkitError
        For sources that cannot be read, parameters that do not fit or a folder that cannot be written.
    """
    for notebook, given in {job.notebook: job.given for job in jobs}.items():
        check_parameters(NOTEBOOKS / notebook, given)
    check(organisation, keep_going=any(job.given.get("keep_going", False) for job in jobs))
    Labels.read(organisation.root / "labels")
    for folder in {job.parent for job in jobs}:
        check_writable(folder)
    for job in jobs:
        for other in {"review", "plan"} - {job.stem}:
            if (job.parent / job.slug / f"{other}.ipynb").exists():
                raise ContribkitError(
                    f"{job.parent / job.slug} holds a {other}; choose another folder for the {job.stem} with --output"
                )


def run(jobs: list[Job]) -> list[Rendered]:
    """Render, two at a time; `check_before` comes first."""
    if len(jobs) == 1:
        return [_render(jobs[0], progress=True)]
    # A fresh interpreter each: kernels, threads and locks of this one are not copied.
    with ProcessPoolExecutor(_AT_ONCE, mp_context=get_context("spawn")) as pool:
        waiting = [pool.submit(_render, job) for job in jobs]
        for _ in tqdm(as_completed(waiting), f"rendering {jobs[0].stem}s", len(jobs), unit="team", leave=False):
            pass
        return [future.result() for future in waiting]


def _render(job: Job, progress: bool = False) -> Rendered:
    """Render one notebook beside its place, then put it there."""
    place = job.parent / job.slug
    with beside(place) as folder:
        output, page = folder / f"{job.stem}.ipynb", folder / f"{job.stem}.html"
        # Relative, so that the notebook runs where it lies, and tells nothing of this machine.
        own = job.own | {"config": os.path.relpath(job.config, folder), "period": job.period, "output": "."}
        nameless = job.nameless or bool(job.given.get("without_names"))
        failure = execute(NOTEBOOKS / job.notebook, output, job.given | own, progress, job.config.parent, nameless)
        title = f"{job.name} · {job.period}"
        write_page(output, page, title, failure)
        if job.printable:
            write_print(page, folder / _PRINT, title)
        if job.beside:
            where = {name: own[name] for name in ("config", "team", "period")}
            # Not in this folder, which the next rendering replaces.
            prepare(NOTEBOOKS / job.beside, folder / job.beside, where | {"sample_labels": "../../sample-labels"})
        # A good page is worth more than a new one that stopped: that one is kept beside it.
        kept_good = failure is not None and (place / job.last).exists()
        kept = place.with_name(f"{place.name}.failed") if kept_good else place
        replace(folder, kept)
    return Rendered(job.name, job.slug, kept, failure, job.stem)
