"""The command that makes plans: `plan`."""

from pathlib import Path

import click

from contribkit.cli.group import CONFIG, INCLUDE_PRIVATE, KEEP_GOING, main, warn
from contribkit.cli.rendering import PARAMETER, PERIODS, SAMPLE, WITHOUT_NAMES, parameters, say


@main.command()
@CONFIG
@SAMPLE
@click.option("--period", default="", help=f"{PERIODS}  [default: the one after the last quarter]")
@click.option("--team", default=None, help="Name or slug of one team; without it, every team.")
@click.option("--output", type=click.Path(path_type=Path), help="Folder of plans.  [default: plans beside the file]")
@WITHOUT_NAMES
@INCLUDE_PRIVATE
@KEEP_GOING
@PARAMETER
def plan(
    config: Path,
    sample: bool,
    period: str,
    team: str | None,
    output: Path | None,
    without_names: bool,
    include_private: bool,
    keep_going: bool,
    parameter: tuple[tuple[str, str], ...],
) -> None:
    """Render the plan of a period: what waits upstream, and who could take what; a page, a notebook and a CSV.

    \b
    Example:
      contribkit plan --config contribkit.toml --period 2026-Q4 --team product

    Nothing is decided by it: open the notebook, change the proposal, and save it into planned/. The review of the
    period compares it with what was done.
    """
    from contribkit.config.organisation import Organisation
    from contribkit.period import Period
    from contribkit.rendering import render_plans

    org = Organisation.read_sample() if sample else Organisation.read(config)
    span = Period(period or ("2026-Q4" if sample else "this quarter"), org.timezone)
    given = parameters(parameter, without_names=without_names, include_private=include_private, keep_going=keep_going)
    teams = None if team is None else [org.team(team)]
    warn(org.cautions)
    say(render_plans(org, span, teams, output or (Path("plans") if sample else None), given), [])
