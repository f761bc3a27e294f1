"""Commands that make reviews: `review` and `load`."""

import sys
from pathlib import Path

import click

from contribkit.cli.group import CONFIG, INCLUDE_PRIVATE, KEEP_GOING, main, say_hidden, warn
from contribkit.cli.rendering import PARAMETER, PERIODS, SAMPLE, WITHOUT_NAMES, parameters, say


@main.command()
@CONFIG
@SAMPLE
@click.option("--period", default="", help=f"{PERIODS}  [default: last quarter]")
@click.option("--team", default=None, help="Name or slug of one team; without it, every team and an index.")
@click.option(
    "--output", type=click.Path(path_type=Path), help="Folder of reviews.  [default: reviews beside the file]"
)
@click.option("--upstream", metavar="NAME", help="For maintainers of a project: what all teams did in it.")
@click.option("--print", "printable", is_flag=True, help="Write print.html too: unfolded, for A4 paper or a PDF.")
@WITHOUT_NAMES
@INCLUDE_PRIVATE
@KEEP_GOING
@PARAMETER
def review(
    config: Path,
    sample: bool,
    period: str,
    team: str | None,
    output: Path | None,
    upstream: str | None,
    printable: bool,
    without_names: bool,
    include_private: bool,
    keep_going: bool,
    parameter: tuple[tuple[str, str], ...],
) -> None:
    """Render the review of a period: a page, a notebook, a CSV and a summary for each team.

    \b
    Example:
      contribkit review --config contribkit.toml --period 2026-Q3 --team product
      contribkit review --period 2026-Q3 --upstream JupyterHub
    """
    from contribkit.config.organisation import Organisation
    from contribkit.period import Period
    from contribkit.rendering import render, render_project

    if upstream is not None and (team is not None or without_names or include_private):
        raise click.UsageError("--upstream is of all teams, without names and without private threads: leave these out")
    org = Organisation.read_sample() if sample else Organisation.read(config)
    span = Period(period or ("2026-Q3" if sample else "last quarter"), org.timezone)
    given = parameters(parameter, without_names=without_names, include_private=include_private, keep_going=keep_going)
    teams = None if team is None else [org.team(team)]
    place = output or (Path("reviews") if sample else None)
    warn(org.cautions)
    if upstream is not None:
        results = [render_project(org, span, org.project(upstream), place, given, printable)]
    else:
        results = render(org, span, teams, place, given, printable)
    index = [results[0].folder.parent / "index.html"] if teams is None and upstream is None else []
    say(results, index, printable)


@main.command()
@CONFIG
@click.option("--period", default="last quarter", show_default=True, help="As for review.")
@click.option("--output", type=click.Path(path_type=Path), default=Path("loaded"), show_default=True, help="Folder.")
@INCLUDE_PRIVATE
@KEEP_GOING
def load(config: Path, period: str, output: Path, include_private: bool, keep_going: bool) -> None:
    """Load every source, and write contributions.jsonl and references.jsonl, which the records source reads.

    Private rows are left out, and a line says how many.

    \b
    Example:
      contribkit load --period 2026-Q3 --output loaded
    """
    import contribkit as ck
    from contribkit.io import write_jsonl
    from contribkit.privacy import without_private
    from contribkit.tables import records

    org = ck.Organisation.read(config)
    span = ck.Period(period, org.timezone)
    data = ck.load(org, span, keep_going)
    for name, table in (("contributions", data.contributions), ("references", data.references)):
        path = output / f"{name}.jsonl"
        shown = without_private(table, include_private)
        click.echo(f"{path}: {write_jsonl(path, records(shown))} rows")
        say_hidden(len(table) - len(shown), name)
    warn([*org.cautions, *(f"{source.name}: {note}" for source in data.sources for note in source.notes)])
    if any(source.status != "ok" for source in data.sources):
        sys.exit(1)
