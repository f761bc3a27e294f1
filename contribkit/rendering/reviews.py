"""Render the reviews of a period with an index over them, and the plans of a period."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, TypedDict, Unpack

from contribkit.config.models import Team, Upstream
from contribkit.config.organisation import Organisation
from contribkit.errors import ContribkitError
from contribkit.io import write_whole
from contribkit.loaders import fetch, load_needs
from contribkit.period import Period
from contribkit.rendering.jobs import Job, Rendered, check_before, run
from contribkit.review import page
from contribkit.review.review_data import project_slug
from contribkit.review.shares import lead_counts


class RenderOptions(TypedDict, total=False):
    """Options of `render`."""

    parameters: dict[str, Any]
    notebook: str | Path
    printable: bool


def render(
    organisation: Organisation,
    period: Period,
    of: Sequence[Team] | Upstream | None = None,
    output: str | Path | None = None,
    **options: Unpack[RenderOptions],
) -> list[Rendered]:
    """Render the reviews of teams for a period, two at a time, and an index over them; or that of a project.

    Parameters
    ----------
    organisation
        Whose teams.
    period
        The days looked at.
    of
        Which teams; by default all, and then an index page too. Or an upstream project: what all teams did in it, for
        its maintainers, without names.
    output
        Folder of reviews, by default ``reviews`` beside contribkit.toml.
    options
        `parameters`: further parameters of the notebook, such as ``without_names``. `notebook`: the path of a copy of
        ``notebooks/review.ipynb`` (of a project: ``upstream.ipynb``) that a team changed. `printable`: write
        ``print.html`` too, unfolded, for A4 paper or a PDF.

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
    parent = _parent(organisation, period, output, "reviews")
    given, printable = options.get("parameters", {}), options.get("printable", False)
    keep_going, notebook = bool(given.get("keep_going", False)), options.get("notebook")
    if notebook is not None and not Path(notebook).is_file():
        raise ContribkitError(f"{notebook}: there is no such notebook")
    if isinstance(of, Upstream):
        source, whose = "upstream.ipynb", [(of.name, project_slug(organisation, of), {"upstream": of.name})]
    else:
        teams = organisation.teams if of is None else of
        source, whose = "review.ipynb", [(team.name, team.slug, {"team": team.slug}) for team in teams]
    jobs = [
        Job("review", source if notebook is None else Path(notebook).absolute(), name, slug,
            own | {"reviews": "../.."}, given, parent, organisation.path, str(period), printable)
        for name, slug, own in whose
    ]  # fmt: skip
    check_before(organisation, period, jobs, keep_going)
    # Once, so that the kernels of all reviews find what they need in the store.
    fetch(organisation, period, keep_going)
    results = run(jobs)
    if of is None:
        write_index(organisation, period, parent, results)
    return results


def _parent(organisation: Organisation, period: Period, output: str | Path | None, name: str) -> Path:
    return (Path(output) if output is not None else organisation.root / name).absolute() / str(period)


def write_index(organisation: Organisation, period: Period, folder: Path, results: list[Rendered]) -> None:
    """Write ``index.html`` over the reviews of all teams into a folder; what two teams share counts once."""
    teams: list[tuple[Rendered, dict[str, int] | None]] = []
    unique: dict[str, dict[str, Any]] = {}
    for result in results:
        counts = None
        if result.failure is None:
            rows = json.loads((result.folder / "summary.json").read_text(encoding="utf-8"))["rows"]
            unique |= {row["id"].casefold(): row for row in rows}
            counts = lead_counts(row["lead"] for row in rows)
        teams.append((result, counts))
    together = lead_counts(row["lead"] for row in unique.values())
    words = {lead: organisation.word(lead) for lead in together}
    counted = "; ".join(f"{count} {words[lead]}" for lead, count in together.items())
    body = page.html(
        "index.html", organisation=organisation.name, period=str(period), sample=organisation.sample, words=words,
        teams=teams, together=together, rows=len(unique), sentence=f"{len(unique)} contributions: {counted}.",
    )  # fmt: skip
    write_whole(folder / "index.html", page.document(f"{organisation.name} · {period}", body))


def render_plans(
    organisation: Organisation,
    period: Period,
    teams: list[Team] | None = None,
    output: str | Path | None = None,
    parameters: dict[str, Any] | None = None,
) -> list[Rendered]:
    """Render the plans of teams for a period, two at a time: a page, a notebook and a proposal as CSV each.

    A proposal never replaces a saved plan, which people save from the notebook into ``planned/``.

    Parameters
    ----------
    organisation
        Whose teams.
    period
        For when.
    teams
        Which teams; by default all.
    output
        Folder of plans, by default ``plans`` beside contribkit.toml.
    parameters
        Further parameters of ``notebooks/plan.ipynb``, such as ``without_names``.

    Returns
    -------
    list of Rendered
        One a team, in the order of the file; ``failure`` says at which cell a notebook stopped.

    Raises
    ------
    ContribkitError
        For sources, needs or a saved plan that cannot be read, parameters that do not fit or a folder that cannot be
        written, before any notebook runs.
    """
    given, parent = parameters or {}, _parent(organisation, period, output, "plans")
    keep_going = bool(given.get("keep_going", False))
    jobs = [
        Job("plan", "plan.ipynb", team.name, team.slug, {"team": team.slug}, given, parent, organisation.path,
            str(period))
        for team in (organisation.teams if teams is None else teams)
    ]  # fmt: skip
    check_before(organisation, period, jobs, keep_going)
    load_needs(organisation, keep_going)
    return run(jobs)
