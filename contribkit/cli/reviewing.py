"""Commands that render pages: `review` and `plan`."""

import sys
from pathlib import Path
from typing import Any

import click

import contribkit as ck  # its names are imported when first used: --help does not wait for pandas
from contribkit.cli.group import CONFIG, INCLUDE_PRIVATE, KEEP_GOING, main, warn

PERIODS = '2026-Q3, 2026-H1, 2026-07, 2026, 2026-07-01..2026-09-30, "last quarter".'
SAMPLE = click.option("--sample", is_flag=True, help="The invented sample instead of a file of your own.")
WITHOUT_NAMES = click.option("--without-names", is_flag=True, help="Show no persons.")
PARAMETER = click.option(
    "-p", "--parameter", nargs=2, multiple=True, metavar="NAME VALUE", help="A parameter of the notebook."
)


def parameters(written: tuple[tuple[str, str], ...], **switches: bool) -> dict[str, Any]:
    """Return the parameters of a notebook: switches that are on, and what was written with --parameter.

    Examples
    --------
    >>> parameters((("days", "3"), ("team", "product")), without_names=True, keep_going=False)
    {'without_names': True, 'days': 3, 'team': 'product'}
    """
    return {name: True for name, on in switches.items() if on} | {name: _typed(text) for name, text in written}


def _typed(text: str) -> Any:
    """Return a parameter's value as it is written in TOML: true, 3, "text"; else the text itself."""
    import tomllib

    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text


def say(results: list[Any], further: list[Path], printable: bool = False) -> None:
    """Print the paths of the pages (`rendering.Rendered`); what stopped one makes the exit code 1."""
    for result in results:
        click.echo(result.page)
        if printable:
            click.echo(result.printable)
        if result.failure:
            warn([f"{result.team}: {result.failure}"])
    for path in further:
        click.echo(path)
    if any(result.failure for result in results):
        sys.exit(1)


@main.command()
@CONFIG
@SAMPLE
@click.option("--period", default="", help=f"{PERIODS}  [default: last quarter]")
@click.option("--team", default=None, help="Name or slug of one team; without it, every team and an index.")
@click.option(
    "--output", type=click.Path(path_type=Path), help="Folder of reviews.  [default: reviews beside the file]"
)
@click.option("--upstream", metavar="NAME", help="For maintainers of a project: what all teams did in it.")
@click.option(
    "--notebook",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A copy of review.ipynb (with --upstream: upstream.ipynb) that you changed.",
)
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
    notebook: Path | None,
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
      contribkit review --notebook my-review.ipynb
    """
    from contribkit.rendering import RenderOptions, render

    if upstream is not None and (team is not None or without_names or include_private):
        raise click.UsageError("--upstream is of all teams, without names and without private threads: leave these out")
    org = ck.Organisation.read_sample() if sample else ck.Organisation.read(config)
    span = ck.Period(period or ("2026-Q3" if sample else "last quarter"), org.timezone)
    given = parameters(parameter, without_names=without_names, include_private=include_private, keep_going=keep_going)
    of = org.project(upstream) if upstream is not None else None if team is None else [org.team(team)]
    place = output or (Path("reviews") if sample else None)
    options: RenderOptions = {"parameters": given, "printable": printable}
    if notebook is not None:
        options["notebook"] = notebook
    warn(org.cautions)
    results = render(org, span, of, place, **options)
    index = [results[0].folder.parent / "index.html"] if of is None else []
    say(results, index, printable)


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
    org = ck.Organisation.read_sample() if sample else ck.Organisation.read(config)
    span = ck.Period(period or ("2026-Q4" if sample else "this quarter"), org.timezone)
    given = parameters(parameter, without_names=without_names, include_private=include_private, keep_going=keep_going)
    teams = None if team is None else [org.team(team)]
    warn(org.cautions)
    say(ck.render_plans(org, span, teams, output or (Path("plans") if sample else None), given), [])
