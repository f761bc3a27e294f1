"""The group of commands, and what commands share."""

# Only what --help needs is imported here and beside: pandas, papermill and matplotlib wait until a command runs.
from pathlib import Path
from typing import Any

import click

from contribkit import __version__
from contribkit.errors import ContribkitError

CONFIG = click.option(
    "--config", type=click.Path(path_type=Path), default=Path("contribkit.toml"), show_default=True,
    help="The organisation's file.",
)  # fmt: skip
INCLUDE_PRIVATE = click.option("--include-private", is_flag=True, help="Show private threads too.")
KEEP_GOING = click.option("--keep-going", is_flag=True, help="Take what can be read, and say what could not.")


class Group(click.Group):
    """Commands whose errors are one clear sentence on standard error, and exit code 1."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; an error is printed, without a traceback."""
        try:
            return super().invoke(ctx)
        except ContribkitError as error:
            warn([str(error)])
            ctx.exit(1)
        except BrokenPipeError:  # whoever reads, such as `head`, has enough; click ends quietly
            raise
        except OSError as error:  # a full disk, a vanished file: no fault of the code, so no traceback
            place = error.filename or "a file, or the standard output, cannot be written"
            warn([f"{place}: {error.strerror or error}; free some space, or choose another place"])
            ctx.exit(1)


@click.group(cls=Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="contribkit")
def main() -> None:
    """See who led a team's upstream contributions, and why.

    \b
    Example:
      contribkit review --config contribkit.toml --period 2026-Q3

    Exit codes: 0 success, 1 an error that was printed, 2 wrong usage.
    """


def say_hidden(number: int, what: str) -> None:
    """Print on standard error how many private rows were left out, if any."""
    if number:
        warn([f"{number} private {what} left out; --include-private includes them"])


def warn(sentences: list[str]) -> None:
    """Print sentences on standard error, without what could steer a terminal: they may quote strangers."""
    from contribkit.text import printable

    for sentence in sentences:
        for number, line in enumerate(sentence.split("\n")):
            click.echo(printable(line if number else f"contribkit: {line}"), err=True)
