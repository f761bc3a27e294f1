"""Commands of a team's folder: `init`, `clone`, `doctor`, `review` and `plan`."""

import sys
import tomllib
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime
from functools import reduce, wraps
from pathlib import Path
from typing import Any

import click

import contribkit as ck  # its names are imported when first used: --help does not wait for pandas
from contribkit.cli.group import AS_JSON, CONFIG, INCLUDE_PRIVATE, PATH, main, say, show, warn
from contribkit.errors import ContribkitError
from contribkit.init import start

PERIODS = '2026-Q3, 2026-H1, 2026-07, 2026, 2026-07-01..2026-09-30, "last quarter".'
_PARAMETER = "A parameter of the notebook."
NOTEBOOK = click.Path(exists=True, dir_okay=False, path_type=Path)


@main.command()
@click.argument("folder", type=PATH, metavar="DIR")
@click.option("--github-org", metavar="ORG", help="Ask GitHub about this organisation, and propose what to write.")
@click.option("--github-team", metavar="TEAM", default="", help="Its people are the members of this team only.")
@click.option(
    "--api-url", default="https://api.github.com", show_default=True, help="Of GitHub Enterprise: .../api/v3."
)
@click.option("--yes", is_flag=True, help="Take the proposals that are marked, without a question.")
def init(folder: Path, github_org: str | None, github_team: str, api_url: str, yes: bool) -> None:
    """Make a folder for a team: a commented contribkit.toml, and what lies beside it.

    contribkit init upstream-reviews
    contribkit init upstream-reviews --github-org example-org

    With --github-org, GitHub is asked for members, upstream projects, communities, roadmap and goals; each proposal
    comes with its evidence. In a folder that has a contribkit.toml already, only what is new is proposed.
    """
    written = _from_github(folder, github_org, github_team, api_url, yes) if github_org else None
    for path in start(folder) if written is None else written:
        click.echo(path)
    config = folder / "contribkit.toml"
    warn([f"Now edit {config}, and run: contribkit doctor --config {config}"], prefix="")


def _from_github(folder: Path, organisation: str, team: str, api_url: str, yes: bool) -> list[Path] | None:
    """Ask GitHub, then a person, and return the files written; None without a token."""
    from contribkit.init.acceptance import NoToken, propose

    try:
        proposed = propose(folder, organisation, team, api_url)
    except NoToken as error:
        warn(f"GitHub is not asked about {organisation}: {error}".split("\n"))
        return None
    warn(proposed.broken)
    found = proposed.found
    taken = [one for table in dict.fromkeys(one.table for one in found) for one in _chosen(table, found, yes)]
    written = proposed.write(taken, [] if yes else [one for one in found if one not in taken])
    warn([f"{len(taken)} of {len(found)} proposals taken"])
    return written


def _chosen(table: str, found: list[Any], yes: bool) -> list[Any]:
    """Show the proposals for one table, and return those that a person takes; with `yes` the marked ones."""
    rows = [one for one in found if one.table == table]
    marked = [number for number, one in enumerate(rows, start=1) if one.is_taken]
    say(f"\n[[{table}]]")
    for number, one in enumerate(rows, start=1):
        say(f"{number:3} {'*' if one.is_taken else ' '} {one.name}: {one.evidence}")
    while True:
        default = " ".join(map(str, marked)) or "none"
        answer = default if yes else click.prompt('Which of them? numbers, "all" or "none"', default=default)
        words = {"all": range(1, len(rows) + 1), "none": []}.get(answer.strip(), answer.replace(",", " ").split())
        if all(str(word).isdigit() and 1 <= int(word) <= len(rows) for word in words):
            return [rows[int(word) - 1] for word in words]
        say(f"write numbers from 1 to {len(rows)}")


@main.command()
@click.argument("repositories", nargs=-1, metavar="[OWNER/NAME]...")
@CONFIG
def clone(repositories: tuple[str, ...], config: Path) -> None:
    """Make and refresh the mirrors in clones/: of every repository that contribkit.toml names, or of those named here.

    contribkit clone
    contribkit clone jupyterhub/oauthenticator our-org/plans

    Of upstream projects, contents of files are left out, since none is read. Where contribkit.toml names whole
    organisations (orgs, own), name their repositories here; the mirrors that are there are refreshed with the others.
    """
    from tqdm import tqdm

    from contribkit.loaders.git.mirrors import mirror, mirrored_repositories, named_repositories

    org, failed = ck.Organisation.read(config), False
    names = list(repositories) or [*dict.fromkeys([*named_repositories(org), *mirrored_repositories(org)])]
    if not names:
        raise ContribkitError("contribkit.toml names no repository; name some: contribkit clone OWNER/NAME")
    for name in tqdm(names, "cloning", unit="repository", leave=False):
        try:
            click.echo(mirror(org, name))
        except ContribkitError as error:
            warn([str(error)])
            failed = True
    sys.exit(int(failed))


@main.command()
@CONFIG
@AS_JSON
def doctor(config: Path, as_json: bool) -> None:
    """Check the file, the sources, the folders and the machine, and say how to fix each problem.

    contribkit doctor --config contribkit.toml

    ✓ is good; ! makes a review poorer; ✗ must be fixed, and makes the exit code 1.
    """
    from contribkit.doctor import examine
    from contribkit.loaders.source import Level

    findings = examine(config)
    show([asdict(finding) for finding in findings], map(str, findings), as_json)
    sys.exit(int(any(finding.level is Level.ERROR for finding in findings)))


def pages(folder: str, default: str, of_sample: str) -> Callable[[Callable[..., None]], click.Command]:
    """Add a command that renders pages: it gets organisation, period, teams (None: all), folder and parameters."""
    options = (
        CONFIG,
        click.option("--sample", is_flag=True, help="The invented sample instead of a file of your own."),
        click.option("--period", default="", help=f"{PERIODS}  [default: {default}]"),
        click.option("--team", help="Name or slug of one team; without it, every team."),
        click.option("--output", type=PATH, help=f"Folder of {folder}.  [default: {folder} beside the file]"),
        click.option("--without-names", is_flag=True, help="Show no persons."),
        INCLUDE_PRIVATE,
        click.option("--keep-going", is_flag=True, help="Take what can be read, and say what could not."),
        click.option("-p", "--parameter", nargs=2, multiple=True, metavar="NAME VALUE", help=_PARAMETER),
    )

    def added(function: Callable[..., None]) -> click.Command:
        @wraps(function)
        def run(config: Path, sample: bool, period: str, team: str | None, output: Path | None, **more: Any) -> None:
            org = ck.Organisation.read_sample() if sample else ck.Organisation.read(config)
            span = ck.Period(period or (of_sample if sample else default), org.timezone)
            parameters = {name: True for name in ("without_names", "include_private", "keep_going") if more.pop(name)}
            parameters |= {name: _typed(text) for name, text in more.pop("parameter")}
            not_begun = folder == "reviews" and span.start > datetime.now(UTC)
            warn([*org.cautions, *([f"{span} has not begun"] if not_begun else [])])
            place = output or (Path(folder) if sample else None)
            function(org, span, None if team is None else [org.team(team)], place, parameters, **more)

        return main.command()(reduce(lambda command, option: option(command), reversed(options), run))

    return added


def _typed(text: str) -> Any:
    """Return a parameter's value as it is written in TOML: true, 3, "text"; else the text itself."""
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text


def _print_paths(results: list[Any], further: list[Path], printable: bool = False) -> None:
    """Print the paths of the pages (`rendering.Rendered`); what stopped one makes the exit code 1."""
    for result in results:
        click.echo(result.page)
        if printable:
            click.echo(result.printable)
        warn([f"{result.team}: {result.failure}"] if result.failure else [])
    for path in further:
        click.echo(path)
    sys.exit(int(any(result.failure for result in results)))


@pages("reviews", "last quarter", of_sample="2026-Q3")
@click.option("--upstream", metavar="NAME", help="For maintainers of a project: what all teams did in it.")
@click.option(
    "--notebook", type=NOTEBOOK, help="A copy of review.ipynb (with --upstream: upstream.ipynb) that you changed."
)
@click.option("--print", "printable", is_flag=True, help="Write print.html too: unfolded, for A4 paper or a PDF.")
@click.option("--parquet", is_flag=True, help="Write contributions.parquet and reasons.parquet too: for many rows.")
def review(
    org: "ck.Organisation", span: "ck.Period", teams: list[Any] | None, output: Path | None,
    parameters: dict[str, Any], upstream: str | None, notebook: Path | None, printable: bool, parquet: bool,
) -> None:  # fmt: skip
    """Render the review of a period: a page, a notebook, a CSV and a summary for each team, and an index of all.

    contribkit review --config contribkit.toml --period 2026-Q3 --team product
    contribkit review --period 2026-Q3 --upstream JupyterHub
    contribkit review --notebook my-review.ipynb
    """
    if upstream is not None and (teams or {"without_names", "include_private"} & parameters.keys()):
        raise click.UsageError("--upstream is of all teams, without names and without private threads: leave these out")
    of = teams if upstream is None else org.project(upstream)
    parameters |= {"parquet": True} if parquet else {}
    results = ck.render(org, span, of, output, parameters=parameters, printable=printable, notebook=notebook)
    _print_paths(results, [results[0].folder.parent / "index.html"] if of is None else [], printable)


@pages("plans", "this quarter", of_sample="2026-Q4")
def plan(*asked: Any) -> None:
    """Render the plan of a period: what waits upstream, and who could take what; a page, a notebook and a CSV.

    contribkit plan --config contribkit.toml --period 2026-Q4 --team product

    Nothing is decided by it: open the notebook, change the proposal, and save it into planned/. The review of the
    period compares it with what was done.
    """
    _print_paths(ck.render_plans(*asked), [])
