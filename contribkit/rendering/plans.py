"""Render the plans of a period."""

from pathlib import Path
from typing import Any

from contribkit.config.models import Team
from contribkit.config.organisation import Organisation
from contribkit.loaders import load_needs
from contribkit.period import Period
from contribkit.plan import read_planned
from contribkit.plan.proposal import PROPOSAL
from contribkit.rendering.jobs import Job, Rendered, check_before, run


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
