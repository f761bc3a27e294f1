"""Commands that render pages: `review` and `plan`."""

import sys
import tomllib
from pathlib import Path
from typing import Any

import click

import contribkit as ck  # its names are imported when first used: --help does not wait for pandas
from contribkit.cli.group import CONFIG, INCLUDE_PRIVATE, KEEP_GOING, PATH, main, warn

PERIODS = '2026-Q3, 2026-H1, 2026-07, 2026, 2026-07-01..2026-09-30, "last quarter".'
SAMPLE = click.option("--sample", is_flag=True, help="The invented sample instead of a file of your own.")
WITHOUT_NAMES = click.option("--without-names", is_flag=True, help="Show no persons.")
PARAMETER = click.option(
    "-p", "--parameter", nargs=2, multiple=True, metavar="NAME VALUE", help="A parameter of the notebook."
)


def parameters(written: tuple[tuple[str, str], ...], switches: dict[str, bool]) -> dict[str, Any]:
    """Return the parameters of a notebook: switches that are on, and what was written with --parameter."""
    return {name: True for name, on in switches.items() if on} | {name: _typed(text) for name, text in written}


def _typed(text: str) -> Any:
    """Return a parameter's value as it is written in TOML: true, 3, "text"; else the text itself."""
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text


def print_paths(results: list[Any], further: list[Path], printable: bool = False) -> None:
    """Print the paths of the pages (`rendering.Rendered`); what stopped one makes the exit code 1."""
    for result in results:
        for path in (result.page, result.printable) if printable else (result.page,):
            click.echo(path)
        warn([f"{result.team}: {result.failure}"] if result.failure else [])
    for path in further:
        click.echo(path)
    sys.exit(1 if any(result.failure for result in results) else 0)


@main.command()
@CONFIG
@SAMPLE
@click.option("--period", default="", help=f"{PERIODS}  [default: last quarter]")
@click.option("--team", default=None, help="Name or slug of one team; without it, every team and an index.")
@click.option("--output", type=PATH, help="Folder of reviews.  [default: reviews beside the file]")
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
    parameter: tuple[tuple[str, str], ...],
    **switches: bool,
) -> None:
    """Render the review of a period: a page, a notebook, a CSV and a summary for each team.

    \b
    Example:
      contribkit review --config contribkit.toml --period 2026-Q3 --team product
      contribkit review --period 2026-Q3 --upstream JupyterHub
      contribkit review --notebook my-review.ipynb
    """
    from contribkit.rendering import RenderOptions, render

    if upstream is not None and (team is not None or switches["without_names"] or switches["include_private"]):
        raise click.UsageError("--upstream is of all teams, without names and without private threads: leave these out")
    org = ck.Organisation.read_sample() if sample else ck.Organisation.read(config)
    span = ck.Period(period or ("2026-Q3" if sample else "last quarter"), org.timezone)
    of = org.project(upstream) if upstream is not None else None if team is None else [org.team(team)]
    options: RenderOptions = {"parameters": parameters(parameter, switches), "printable": printable}
    if notebook is not None:
        options["notebook"] = notebook
    warn(org.cautions)
    results = render(org, span, of, output or (Path("reviews") if sample else None), **options)
    index = [results[0].folder.parent / "index.html"] if of is None else []
    print_paths(results, index, printable)


@main.command()
@CONFIG
@SAMPLE
@click.option("--period", default="", help=f"{PERIODS}  [default: the one after the last quarter]")
@click.option("--team", default=None, help="Name or slug of one team; without it, every team.")
@click.option("--output", type=PATH, help="Folder of plans.  [default: plans beside the file]")
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
    parameter: tuple[tuple[str, str], ...],
    **switches: bool,
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
    teams = None if team is None else [org.team(team)]
    warn(org.cautions)
    place = output or (Path("plans") if sample else None)
    print_paths(ck.render_plans(org, span, teams, place, parameters(parameter, switches)), [])
