"""Commands for a team's folder: `init` and `doctor`."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from contribkit.cli.group import CONFIG, main

if TYPE_CHECKING:
    pass


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
    click.echo(f"Now write your own words into {config}, and ask: contribkit doctor --config {config}", err=True)


@main.command()
@CONFIG
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
