"""Render the reviews of a period."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from contribkit.loaders import fetch
from contribkit.plan import read_planned
from contribkit.rendering.jobs import Job, Rendered, check_before, run
from contribkit.rendering.page import write_index
from contribkit.review import ProjectReview, read_summaries
from contribkit.review.history import PERIODS

if TYPE_CHECKING:
    from contribkit.config.models import Team, Upstream
    from contribkit.config.organisation import Organisation
    from contribkit.period import Period

_NOTEBOOK = "review.ipynb"
_OF_A_PROJECT = "upstream.ipynb"
_RELABEL = "relabel.ipynb"


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
    place, given = _Place(organisation, period, output), parameters or {}
    read_planned(organisation, period, bool(given.get("keep_going", False)))
    results = place.render([
        place.job(_NOTEBOOK, team.name, team.slug, {"team": team.slug}, given, printable) for team in chosen
    ])  # fmt: skip
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
    place, slug, own = _Place(organisation, period, output), ProjectReview.slug(project), {"upstream": project.name}
    return place.render([place.job(_OF_A_PROJECT, project.name, slug, own, parameters or {}, printable)])[0]


class _Place:
    """Where reviews of a period come from and go to."""

    def __init__(self, organisation: "Organisation", period: "Period", output: str | Path | None) -> None:
        self.organisation, self.period = organisation, period
        self.reviews = (Path(output) if output is not None else organisation.root / "reviews").absolute()
        self.folder = self.reviews / str(period)

    def job(
        self, notebook: str, name: str, slug: str, own: dict[str, str], given: dict[str, Any], printable: bool
    ) -> Job:
        """Return how one review is rendered."""
        # Written alike, whatever they are of: an index and the next review find them.
        return Job(
            notebook, "review", name, slug, self.folder, self.organisation.path, str(self.period), given,
            "summary.json", own | {"reviews": "../.."}, notebook == _OF_A_PROJECT, printable,
            _RELABEL if notebook == _NOTEBOOK else None,
        )  # fmt: skip

    def render(self, jobs: list[Job]) -> list[Rendered]:
        """Render, once everything was checked and earlier reviews were read without an error."""
        check_before(self.organisation, jobs)
        for job in jobs:
            read_summaries(self.reviews, job.slug, self.period.last(PERIODS))
        # Once, so that the kernels of all reviews find what they need in the store.
        fetch(self.organisation, self.period, all(job.given.get("keep_going", False) for job in jobs))
        return run(jobs)
