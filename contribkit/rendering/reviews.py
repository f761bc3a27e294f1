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
from contribkit.rendering.page import write_index, write_page, write_print
from contribkit.review import ProjectReview, read_summaries
from contribkit.review.history import PERIODS

if TYPE_CHECKING:
    from contribkit.configuration import Team, Upstream
    from contribkit.organisation import Organisation
    from contribkit.period import Period

_AT_ONCE = 2  # processes; a kernel each besides
_PAGE = "review.html"
_PRINT = "print.html"
_NOTEBOOK = "review.ipynb"
_OF_A_PROJECT = "upstream.ipynb"


@dataclass(frozen=True)
class Rendered:
    """One review, of a team or a project: where it lies, and what stopped it, if anything did."""

    team: str
    slug: str
    folder: Path
    failure: str | None = None

    @property
    def page(self) -> Path:
        """The page to open."""
        return self.folder / _PAGE

    @property
    def printable(self) -> Path:
        """The page to print; it is there where it was asked for."""
        return self.folder / _PRINT


def render(
    organisation: "Organisation",
    period: "Period",
    teams: "list[Team] | None" = None,
    output: str | Path | None = None,
    parameters: dict[str, Any] | None = None,
    printable: bool = False,
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
    printable
        Whether to write ``print.html`` too: unfolded, for A4 paper or a PDF.

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
    subjects = [_Subject(_NOTEBOOK, team.name, team.slug, {"team": team.slug}) for team in chosen]
    place = _Place(organisation, period, output)
    results = _render(subjects, place, parameters or {}, printable)
    if teams is None:
        write_index(organisation, period, place.folder, results)
    return results


def render_project(
    organisation: "Organisation",
    period: "Period",
    project: "Upstream",
    output: str | Path | None = None,
    parameters: dict[str, Any] | None = None,
    printable: bool = False,
) -> Rendered:
    """Render, for the maintainers of an upstream project, what all teams did in it; without names.

    Parameters
    ----------
    organisation
        Whose work.
    period
        The days looked at.
    project
        Which project; see `Organisation.project`.
    output, parameters, printable
        As for `render`; the notebook is ``notebooks/upstream.ipynb``.

    Raises
    ------
    ContribkitError
        As `render` does.
    """
    subject = _Subject(_OF_A_PROJECT, project.name, ProjectReview.slug(project), {"upstream": project.name})
    return _render([subject], _Place(organisation, period, output), parameters or {}, printable)[0]


@dataclass(frozen=True)
class _Subject:
    """Of what a review is: its notebook, its name, its folder's name, and the parameter that says which it is."""

    notebook: str
    name: str
    slug: str
    parameter: dict[str, str]


class _Place:
    """Where reviews of a period come from and go to."""

    def __init__(self, organisation: "Organisation", period: "Period", output: str | Path | None) -> None:
        self.organisation, self.period = organisation, period
        self.reviews = (Path(output) if output is not None else organisation.root / "reviews").absolute()
        self.folder = self.reviews / str(period)


def _render(subjects: list[_Subject], place: _Place, given: dict[str, Any], printable: bool) -> list[Rendered]:
    """Render after checking all that can be checked, so that nothing starts that cannot end."""
    org = place.organisation
    for notebook in {subject.notebook for subject in subjects}:
        check_parameters(NOTEBOOKS / notebook, given)
    check(org, keep_going=bool(given.get("keep_going", False)))
    Labels.read(org.root / "labels")
    check_writable(place.folder)
    for subject in subjects:
        read_summaries(place.reviews, subject.slug, place.period.last(PERIODS))
    return _run([_Job(subject, place.folder, org.path, str(place.period), given, printable) for subject in subjects])


@dataclass(frozen=True)
class _Job:
    """What a process needs to render one review."""

    subject: _Subject
    parent: Path
    config: Path
    period: str
    parameters: dict[str, Any]
    printable: bool


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
    subject, place = job.subject, job.parent / job.subject.slug
    with beside(place) as folder:
        output = folder / _NOTEBOOK
        # Relative, so that the notebook runs where it lies, and tells nothing of this machine.
        own = {"config": os.path.relpath(job.config, folder), "period": job.period, "output": ".", "reviews": "../.."}
        given = job.parameters | subject.parameter | own
        nameless = bool(given.get("without_names")) or subject.notebook == _OF_A_PROJECT
        failure = execute(NOTEBOOKS / subject.notebook, output, given, progress, job.config.parent, nameless)
        title = f"{subject.name} · {job.period}"
        write_page(output, folder / _PAGE, title, failure)
        if job.printable:
            write_print(folder / _PAGE, folder / _PRINT, title)
        # A good review is worth more than a new one that stopped: that one is kept beside it.
        kept_good = failure is not None and (place / "summary.json").exists()
        kept = place.with_name(f"{place.name}.failed") if kept_good else place
        replace(folder, kept)
    return Rendered(subject.name, subject.slug, kept, failure)
