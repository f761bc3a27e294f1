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
from contribkit.plan import read_planned
from contribkit.plan.proposal import PROPOSAL
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
    reviews = (Path(output) if output is not None else organisation.root / "reviews").absolute()
    given, teams = options.get("parameters", {}), organisation.teams if of is None else of
    keep_going = bool(given.get("keep_going", False))
    common: dict[str, Any] = {
        "stem": "review", "parent": reviews / str(period), "config": organisation.path, "period": str(period),
        "given": given, "last": "summary.json", "printable": options.get("printable", False),
    }  # fmt: skip
    own_copy = _own_copy(options["notebook"]) if "notebook" in options else None
    if isinstance(teams, Upstream):
        own = {"upstream": teams.name, "reviews": "../.."}
        slug = project_slug(organisation, teams)
        jobs = [Job(own_copy or "upstream.ipynb", name=teams.name, slug=slug, own=own, nameless=True, **common)]
    else:
        read_planned(organisation, period, keep_going)
        jobs = [
            Job(own_copy or "review.ipynb", name=team.name, slug=team.slug, beside="relabel.ipynb",
                own={"team": team.slug, "reviews": "../.."}, **common)
            for team in teams
        ]  # fmt: skip
    check_before(organisation, jobs)
    # Once, so that the kernels of all reviews find what they need in the store.
    fetch(organisation, period, keep_going)
    results = run(jobs)
    if of is None:
        write_index(organisation, period, reviews / str(period), results)
    return results


def _own_copy(path: str | Path) -> Path:
    notebook = Path(path).absolute()
    if not notebook.is_file():
        raise ContribkitError(f"{path}: there is no such notebook")
    return notebook


def write_index(organisation: Organisation, period: Period, folder: Path, results: list[Rendered]) -> None:
    """Write ``index.html`` over the reviews of all teams; what two teams share counts once.

    Parameters
    ----------
    organisation, period
        Whose reviews, and of when.
    folder
        Where to.
    results
        What was rendered.
    """
    teams: list[dict[str, Any]] = []
    unique: dict[str, dict[str, Any]] = {}
    for result in results:
        rows = None
        if result.failure is None:
            rows = json.loads((result.folder / "summary.json").read_text(encoding="utf-8"))["rows"]
            unique |= {row["id"].casefold(): row for row in rows}
        teams.append(
            {
                "name": result.team,
                "href": f"{result.slug if result.failure is None else result.folder.name}/{result.page.name}",
                "leads": lead_counts(row["lead"] for row in rows) if rows is not None else None,
                "rows": len(rows or []),
                "failure": result.failure,
            }
        )
    together = lead_counts(row["lead"] for row in unique.values())
    words = {lead: organisation.word(lead) for lead in together}
    counted = "; ".join(f"{count} {words[lead]}" for lead, count in together.items())
    body = page.html(
        "index.html", organisation=organisation.name, period=str(period), sample=organisation.sample, words=words,
        teams=teams, together=together, rows=len(unique), sentence=f"{len(unique)} contributions: {counted}.",
    )  # fmt: skip
    title = f"{organisation.name} · {period}"
    text = page.html("page.html", title=title, style=page.style(), body=body, failure=None)
    write_whole(folder / "index.html", text)


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
    given = parameters or {}
    parent = (Path(output) if output is not None else organisation.root / "plans").absolute() / str(period)
    jobs = [
        Job("plan.ipynb", "plan", team.name, team.slug, parent, organisation.path, str(period), given, PROPOSAL,
            {"team": team.slug})
        for team in (teams if teams is not None else organisation.teams)
    ]  # fmt: skip
    check_before(organisation, jobs)
    keep_going = bool(given.get("keep_going", False))
    load_needs(organisation, keep_going)
    read_planned(organisation, period, keep_going)
    return run(jobs)
