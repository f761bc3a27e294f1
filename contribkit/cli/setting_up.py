"""Commands for a team's folder: `init` and `doctor`."""

import sys
from pathlib import Path

import click

from contribkit.cli.group import CONFIG, main


@main.command()
@click.argument("folder", type=click.Path(path_type=Path), metavar="DIR")
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
    if any(finding.level is Level.ERROR for finding in findings):
        sys.exit(1)
