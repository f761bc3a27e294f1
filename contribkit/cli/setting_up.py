"""Commands for a team's folder and its sources: `init`, `doctor` and `load`."""

import sys
from pathlib import Path

import click

import contribkit as ck  # its names are imported when first used: --help does not wait for pandas
from contribkit.cli.group import CONFIG, INCLUDE_PRIVATE, KEEP_GOING, PATH, main, warn, warn_of_private


@main.command()
@click.argument("folder", type=PATH, metavar="DIR")
def init(folder: Path) -> None:
    """Make a folder for a team: a commented contribkit.toml, and what lies beside it.

    \b
    Example:
      contribkit init upstream-reviews
    """
    from contribkit.init import start

    for path in start(folder):
        click.echo(path)
    config = folder / "contribkit.toml"
    click.echo(f"Now edit {config}, and run: contribkit doctor --config {config}", err=True)


@main.command()
@CONFIG
def doctor(config: Path) -> None:
    """Check the file, the sources, the folders and the machine, and say how to fix each problem.

    \b
    Example:
      contribkit doctor --config contribkit.toml

    ✓ is good; ! makes a review poorer; ✗ must be fixed, and makes the exit code 1.
    """
    from contribkit.doctor import examine
    from contribkit.loaders.source import Level

    findings = examine(config)
    for finding in findings:
        click.echo(finding)
    sys.exit(int(any(finding.level is Level.ERROR for finding in findings)))


@main.command()
@CONFIG
@click.option("--period", default="last quarter", show_default=True, help="As for review.")
@click.option("--output", type=PATH, default=Path("loaded"), show_default=True, help="Folder.")
@INCLUDE_PRIVATE
@KEEP_GOING
def load(config: Path, period: str, output: Path, include_private: bool, keep_going: bool) -> None:
    """Load every source, and write contributions.jsonl and references.jsonl, which the records source reads.

    Private rows are left out, and a line says how many.

    \b
    Example:
      contribkit load --period 2026-Q3 --output loaded
    """
    from contribkit.io import write_jsonl
    from contribkit.privacy import without_private
    from contribkit.tables import records

    org = ck.Organisation.read(config)
    data = ck.load(org, ck.Period(period, org.timezone), keep_going)
    for name, table in (("contributions", data.contributions), ("references", data.references)):
        path = output / f"{name}.jsonl"
        shown = without_private(table, include_private)
        click.echo(f"{path}: {write_jsonl(path, records(shown))} rows")
        warn_of_private(len(table) - len(shown), name)
    warn([*org.cautions, *(f"{source.name}: {note}" for source in data.sources for note in source.notes)])
    sys.exit(int(any(source.status != "ok" for source in data.sources)))
