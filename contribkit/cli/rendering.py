"""What the commands that render pages share: their options, and what they print."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from contribkit.cli.group import warn

if TYPE_CHECKING:
    from contribkit.rendering import Rendered

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


def say(results: "list[Rendered]", further: list[Path], printable: bool = False) -> None:
    """Print where the pages lie, and on standard error what stopped any; the exit code is then 1."""
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
