"""The command line: `contribkit --help`."""

# Only what --help needs is imported here: pandas, papermill and matplotlib wait until a command runs.
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from contribkit import __version__
from contribkit.errors import ContribkitError

if TYPE_CHECKING:
    from pandas import DataFrame

    from contribkit.organisation import Organisation

_CONFIG = click.option(
    "--config", type=click.Path(path_type=Path), default=Path("contribkit.toml"), show_default=True,
    help="The organisation's file.",
)  # fmt: skip
_KEEP_GOING = click.option("--keep-going", is_flag=True, help="Take what can be read, and say what could not.")


class _Group(click.Group):
    """Commands whose errors are one clear sentence on standard error, and exit code 1."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except ContribkitError as error:
            click.echo(f"contribkit: {error}", err=True)
            ctx.exit(1)
        except OSError as error:  # a full disk, a vanished file: no fault of the code, so no traceback
            click.echo(f"contribkit: {error.filename or 'the system'}: {error.strerror or error}", err=True)
            ctx.exit(1)


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="contribkit")
def main() -> None:
    """See who led a team's upstream contributions, and why.

    \b
    Example:
      contribkit review --config contribkit.toml --period 2026-Q3

    Exit codes: 0 all went well, 1 something is wrong and was said, 2 the command was written wrongly.
    """


@main.command()
@_CONFIG
@click.option("--sample", is_flag=True, help="The invented sample instead of a file of your own.")
@click.option("--period", default="", help='2026-Q3, 2026-H1, 2026-07, 2026, 2026-07-01..2026-09-30, "last quarter".')
@click.option("--team", default=None, help="Name or slug of one team; without it, every team and an index.")
@click.option(
    "--output", type=click.Path(path_type=Path), help="Folder of reviews.  [default: reviews beside the file]"
)
@click.option("--without-names", is_flag=True, help="Show no persons.")
@click.option("--include-private", is_flag=True, help="Show private threads too.")
@_KEEP_GOING
@click.option("-p", "--parameter", nargs=2, multiple=True, metavar="NAME VALUE", help="A parameter of the notebook.")
def review(
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
    """Render the review of a period: a page, a notebook, a CSV and a summary for each team.

    \b
    Example:
      contribkit review --config contribkit.toml --period 2026-Q3 --team product
    """
    from contribkit.organisation import Organisation
    from contribkit.period import Period
    from contribkit.rendering import render

    org = Organisation.read_sample() if sample else Organisation.read(config)
    span = Period(period or ("2026-Q3" if sample else "last quarter"), org.timezone)
    switches = {"without_names": without_names, "include_private": include_private, "keep_going": keep_going}
    given = {name: True for name, on in switches.items() if on} | {name: _typed(text) for name, text in parameter}
    teams = None if team is None else [org.team(team)]
    place = output or (Path("reviews") if sample else None)
    _warn(org.cautions)
    results = render(org, span, teams, place, given)
    for result in results:
        click.echo(result.page)
        if result.failure:
            _warn([f"{result.team}: {result.failure}"])
    if teams is None and results:
        click.echo(results[0].folder.parent / "index.html")
    if any(result.failure for result in results):
        sys.exit(1)


@main.command()
@_CONFIG
@click.option("--period", default="last quarter", show_default=True, help="As for review.")
@click.option("--output", type=click.Path(path_type=Path), default=Path("loaded"), show_default=True, help="Folder.")
@_KEEP_GOING
def load(config: Path, period: str, output: Path, keep_going: bool) -> None:
    """Load every source, and write contributions.jsonl and references.jsonl, which the records source reads.

    \b
    Example:
      contribkit load --period 2026-Q3 --output loaded
    """
    import contribkit as ck
    from contribkit.files import write_jsonl
    from contribkit.tables import records

    org = ck.Organisation.read(config)
    span = ck.Period(period, org.timezone)
    data = ck.load(org, span, keep_going)
    for name, table in (("contributions", data.contributions), ("references", data.references)):
        path = output / f"{name}.jsonl"
        click.echo(f"{path}: {write_jsonl(path, records(table))} rows")
    _warn([*org.cautions, *(f"{source.name}: {note}" for source in data.sources for note in source.notes)])
    if any(source.status != "ok" for source in data.sources):
        sys.exit(1)


@main.command()
@_CONFIG
@click.option("--contributions", type=click.Path(path_type=Path), required=True, help="JSON lines of contributions.")
@click.option("--references", type=click.Path(path_type=Path), help="JSON lines of references.")
@click.option("--labels", type=click.Path(path_type=Path), help="Folder of label logs, which win over the rules.")
@click.option("--output", type=click.Path(path_type=Path), required=True, help="JSON lines to write.")
@_KEEP_GOING
def classify(
    config: Path, contributions: Path, references: Path | None, labels: Path | None, output: Path, keep_going: bool
) -> None:
    """Say of each contribution who leads it and why: every row, in order, with columns added.

    \b
    Example:
      contribkit classify --contributions C.jsonl --references R.jsonl --output P.jsonl
    """
    from contribkit.organisation import Organisation

    broken: list[str] | None = [] if keep_going else None
    rows = _classified(Organisation.read(config), contributions, references, labels, broken)
    from contribkit.files import write_jsonl

    click.echo(f"{output}: {write_jsonl(output, rows)} rows")
    _warn(broken or [])
    if broken:
        sys.exit(1)


def _classified(
    org: "Organisation", contributions: Path, references: Path | None, labels: Path | None, broken: list[str] | None
) -> list[dict[str, Any]]:
    """Return the rows of a file as they were, with the columns of `JUDGED` added."""
    import pandas as pd

    import contribkit as ck
    from contribkit.loaders.records import read_contributions, read_references
    from contribkit.tables import CONTRIBUTIONS, JUDGED, REFERENCES, conform, records

    rows = list(read_contributions(contributions, broken))
    found = list(read_references(references, broken)) if references else []
    if labels and not labels.is_dir():
        raise ContribkitError(f"{labels}: there is no such folder of label logs")
    decided = ck.Labels.read(labels) if labels else ck.Labels()
    _say_unknown(decided, rows)
    table = conform(pd.DataFrame(rows), CONTRIBUTIONS, org.timezone)
    judged = ck.classify(table, conform(pd.DataFrame(found), REFERENCES, org.timezone), org, decided)
    _warn(judged.attrs["notes"])
    return [row | added for row, added in zip(rows, records(judged[[*JUDGED]]), strict=True)]


def _say_unknown(labels: Any, rows: list[dict[str, Any]]) -> None:
    known = {row["id"].casefold() for row in rows}
    unknown = [item for item in labels.effective if item not in known]
    if unknown:
        _warn([f"{len(unknown)} labels are for other contributions, such as {unknown[0]}"])


def _warn(sentences: list[str]) -> None:
    for sentence in sentences:
        click.echo(f"contribkit: {sentence}", err=True)


def _typed(text: str) -> Any:
    """Return a parameter's value as it is written in TOML: true, 3, "text"; else the text itself."""
    import tomllib

    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text


@main.command()
@click.argument("folder", type=click.Path(path_type=Path), metavar="DIR")
def init(folder: Path) -> None:
    """Make a folder for a team: a commented contribkit.toml, and what lies beside it.

    \b
    Example:
      contribkit init upstream-reviews
    """
    from contribkit.starter import start

    for path in start(folder):
        click.echo(path)
    config = folder / "contribkit.toml"
    click.echo(f"Now write your own words into {config}, and ask: contribkit doctor --config {config}", err=True)


@main.command()
@_CONFIG
def doctor(config: Path) -> None:
    """Look at the file, the sources, the folders and the machine, and say what to do about each thing.

    \b
    Example:
      contribkit doctor --config contribkit.toml

    ✓ is good; ! makes a review poorer; ✗ must be mended, and makes the exit code 1.
    """
    from contribkit.doctor import Level, examine

    findings = examine(config)
    for finding in findings:
        click.echo(finding)
    if any(finding.level is Level.WRONG for finding in findings):
        sys.exit(1)


@main.command()
@click.argument("identifier", metavar="ID")
@_CONFIG
@click.option("--contributions", type=click.Path(path_type=Path), help="JSON lines, instead of loading the sources.")
@click.option("--references", type=click.Path(path_type=Path), help="JSON lines of references, with --contributions.")
@click.option("--labels", type=click.Path(path_type=Path), help="Folder of label logs.  [default: labels, by the file]")
@click.option("--period", default="last quarter", show_default=True, help="What to load; as for review.")
@click.option("--include-private", is_flag=True, help="Show private threads too.")
@_KEEP_GOING
def why(
    identifier: str,
    config: Path,
    contributions: Path | None,
    references: Path | None,
    labels: Path | None,
    period: str,
    include_private: bool,
    keep_going: bool,
) -> None:
    """Explain one contribution: the case for and against its lead, what was seen where, and what would settle it.

    \b
    Example:
      contribkit why owner/repo#719@ada:review --config contribkit.toml --period 2026-Q3

    ID is that of the review's contributions.csv; that of a thread (owner/repo#719) does where one person worked there.
    """
    import contribkit as ck
    from contribkit.classifiers.why import why as explain

    org = ck.Organisation.read(config)
    if labels and not labels.is_dir():
        raise ContribkitError(f"{labels}: there is no such folder of label logs")
    decided = ck.Labels.read(labels or org.root / "labels")
    broken: list[str] | None = [] if keep_going else None
    if contributions:
        table, found = _read_tables(org, contributions, references, broken)
    else:
        data = ck.load(org, ck.Period(period, org.timezone), keep_going)
        table, found = data.contributions, data.references
    judged = ck.classify(table, found, org, decided)
    for line in explain(judged, identifier, org, decided, include_private):
        click.echo(line)
    _warn([*(broken or []), *judged.attrs["notes"]])


def _read_tables(
    org: "Organisation", contributions: Path, references: Path | None, broken: list[str] | None
) -> tuple["DataFrame", "DataFrame"]:
    """Return contributions and references of files as tables."""
    import pandas as pd

    from contribkit.loaders.records import read_contributions, read_references
    from contribkit.tables import CONTRIBUTIONS, REFERENCES, conform

    rows = list(read_contributions(contributions, broken))
    found = list(read_references(references, broken)) if references else []
    return (
        conform(pd.DataFrame(rows), CONTRIBUTIONS, org.timezone),
        conform(pd.DataFrame(found), REFERENCES, org.timezone),
    )


@main.command()
@_CONFIG
@click.option("--contributions", type=click.Path(path_type=Path), required=True, help="JSON lines of contributions.")
@click.option("--labels", type=click.Path(path_type=Path), required=True, help="A file of labels, or a folder of logs.")
@click.option("--references", type=click.Path(path_type=Path), help="JSON lines of references.")
@click.option("--as-of", metavar="DATE", help="As known 30 days after this day; or: quarter, after each row's own.")
@click.option("--json", "as_json", type=click.Path(path_type=Path), help="Write every figure into this file.")
@click.option("--plot", type=click.Path(path_type=Path), help="Write the reliability plot into this file, as SVG.")
@_KEEP_GOING
def evaluate(
    config: Path,
    contributions: Path,
    labels: Path,
    references: Path | None,
    as_of: str | None,
    as_json: Path | None,
    plot: Path | None,
    keep_going: bool,
) -> None:
    """Say how far the answers can be believed, against what people said.

    \b
    Example:
      contribkit evaluate --contributions C.jsonl --references R.jsonl --labels labels
    """
    import json

    from contribkit.evaluation.command import evaluate_files, write_plot
    from contribkit.evaluation.text import as_text
    from contribkit.files import write_whole
    from contribkit.organisation import Organisation
    from contribkit.vocabulary import Lead

    broken: list[str] | None = [] if keep_going else None
    org = Organisation.read(config)
    found = evaluate_files(org, contributions, labels, references, as_of, broken)
    click.echo(as_text(found, {str(lead): org.word(lead) for lead in Lead}), nl=False)
    if as_json:
        write_whole(as_json, json.dumps(found.as_json(), indent=1, ensure_ascii=False) + "\n")
    if plot:
        write_plot(found, plot)
    _warn(broken or [])
    if broken:
        sys.exit(1)
