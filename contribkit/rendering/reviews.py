"""Render the reviews of a period, two at a time."""

import os
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tqdm import tqdm

from contribkit.labels import Labels
from contribkit.loaders import check
from contribkit.notebooks import NOTEBOOKS
from contribkit.rendering.folder import beside, check_writable, replace
from contribkit.rendering.notebook import check_parameters, execute
from contribkit.rendering.page import write_index, write_page
from contribkit.review import read_summary

if TYPE_CHECKING:
    from contribkit.configuration import Team
    from contribkit.organisation import Organisation
    from contribkit.period import Period

_AT_ONCE = 2  # processes; a kernel each besides
_PAGE = "review.html"
_NOTEBOOK = "review.ipynb"


@dataclass(frozen=True)
class Rendered:
    """One team's review: where it lies, and what stopped it, if anything did."""

    team: str
    slug: str
    folder: Path
    failure: str | None = None

    @property
    def page(self) -> Path:
        """The page to open."""
        return self.folder / _PAGE


def render(
    organisation: "Organisation",
    period: "Period",
    teams: "list[Team] | None" = None,
    output: str | Path | None = None,
    parameters: dict[str, Any] | None = None,
) -> list[Rendered]:
    """Render the reviews of teams for a period, two at a time, and an index over them.

    Parameters
    ----------
    organisation
        Whose teams.
    period
        The days looked at.
    teams
        Which teams; by default all, and then an index page too.
    output
        Folder of reviews, by default ``reviews`` beside contribkit.toml.
    parameters
        Further parameters of ``notebooks/review.ipynb``, such as ``without_names``.

    Returns
    -------
    list of Rendered
        One a team, in the order of the file; ``failure`` says at which cell a notebook stopped.

    Raises
    ------
    ContribkitError
        For sources that cannot be read, parameters that do not fit or a folder that cannot be written, before any
        notebook runs.
    """
    chosen = teams if teams is not None else organisation.teams
    given = parameters or {}
    base = Path(output) if output is not None else organisation.root / "reviews"
    folder = base.absolute() / str(period)
    check_parameters(NOTEBOOKS / _NOTEBOOK, given)
    check(organisation, keep_going=bool(given.get("keep_going", False)))
    Labels.read(organisation.root / "labels")
    check_writable(folder)
    for team in chosen:
        read_summary(folder / team.slug / "summary.json")
    jobs = [_Job(team.name, team.slug, folder / team.slug, organisation.path, str(period), given) for team in chosen]
    results = _run(jobs)
    if teams is None:
        write_index(organisation, period, folder, results)
    return results


@dataclass(frozen=True)
class _Job:
    """What a process needs to render one review."""

    team: str
    slug: str
    folder: Path
    config: Path
    period: str
    parameters: dict[str, Any]


def _run(jobs: list[_Job]) -> list[Rendered]:
    if len(jobs) == 1:
        return [_render_one(jobs[0], progress=True)]
    # A fresh interpreter each: kernels, threads and locks of this one are not copied.
    with ProcessPoolExecutor(_AT_ONCE, mp_context=get_context("spawn")) as pool:
        waiting = [pool.submit(_render_one, job) for job in jobs]
        for _ in tqdm(as_completed(waiting), "rendering reviews", len(jobs), unit="team", leave=False):
            pass
        return [future.result() for future in waiting]


def _render_one(job: _Job, progress: bool = False) -> Rendered:
    """Render one review beside its place, then put it there."""
    with beside(job.folder) as folder:
        output = folder / _NOTEBOOK
        # Relative, so that the notebook runs where it lies, and tells nothing of this machine.
        own = {
            "config": os.path.relpath(job.config, folder),
            "team": job.slug,
            "period": job.period,
            "output": ".",
            "before": f"../{job.folder.name}/summary.json",
        }
        nameless = bool(job.parameters.get("without_names"))
        failure = execute(NOTEBOOKS / _NOTEBOOK, output, job.parameters | own, progress, job.config.parent, nameless)
        write_page(output, folder / _PAGE, f"{job.team} · {job.period}", failure)
        # A good review is worth more than a new one that stopped: that one is kept beside it.
        kept_good = failure is not None and (job.folder / "summary.json").exists()
        place = job.folder.with_name(f"{job.folder.name}.failed") if kept_good else job.folder
        replace(folder, place)
    return Rendered(job.team, job.slug, place, failure)
