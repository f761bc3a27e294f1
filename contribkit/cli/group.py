"""The group of commands, and what commands share."""

# Only what --help needs is imported here and beside: pandas, papermill and matplotlib wait until a command runs.
import inspect
import json
import os
import re
import signal
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import click

import contribkit as ck  # its names are imported when first used
from contribkit.errors import ContribkitError
from contribkit.io import handling

PATH = click.Path(path_type=Path)
CONFIG = click.option(
    "--config", type=PATH, default=Path("contribkit.toml"), show_default=True, help="The organisation's file."
)
INCLUDE_PRIVATE = click.option("--include-private", is_flag=True, help="Show private threads too.")
AS_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON, for programs.")


class Group(click.Group):
    """Commands whose errors are one clear sentence on standard error, and exit code 1."""

    group_class = type  # of the groups in it

    def add_command(self, cmd: click.Command, name: str | None = None) -> None:
        """Add a command; lines of its docstring that begin with its program's name are examples."""
        examples = re.sub(r"(?m)^contribkit .", r"  \g<0>", inspect.cleandoc(cmd.help or ""))
        cmd.help = re.sub(r"(?m)(?<=\n\n)(?=  contribkit .)", "\b\nExample:\n", examples)
        super().add_command(cmd, name)

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; an error is printed, without a traceback."""
        try:
            # What batch systems and `timeout` send is taken as Ctrl-C: what was begun is removed.
            with handling(signal.SIGTERM, signal.default_int_handler):
                return super().invoke(ctx)
        except ContribkitError as error:
            sentence, code = str(error), 1
        except BrokenPipeError:  # whoever reads, such as `head`, has enough; click ends quietly
            raise
        except OSError as error:  # a full disk, a vanished file: no fault of the code, so no traceback
            place = error.filename or "a file, or the standard output, cannot be written"
            sentence, code = f"{place}: {error.strerror or error}; free some space, or choose another place", 1
        except KeyboardInterrupt:
            sentence, code = "stopped; no file is half written", 130
        say(f"contribkit: {sentence}", err=True)
        ctx.exit(code)


@click.group(cls=Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(ck.__version__, prog_name="contribkit")
@click.option("-q", "--quiet", is_flag=True, help="Print errors and results only: no notes, no progress.")
def main(quiet: bool) -> None:
    """See who led a team's upstream contributions, and why.

    \b
    Example:
      contribkit review --config contribkit.toml --period 2026-Q3

    Exit codes: 0 success, 1 an error that was printed, 2 wrong usage, 130 stopped with Ctrl-C.

    \b
    Completion by TAB, in bash; in zsh and fish with their names:
      eval "$(_CONTRIBKIT_COMPLETE=bash_source contribkit)"
    """
    if quiet:
        os.environ["TQDM_DISABLE"] = "1"  # of this process and of those that it starts


def say(text: str, err: bool = False) -> None:
    """Print a text without what could steer a terminal: it may quote strangers."""
    from contribkit.text import printable

    for line in text.split("\n"):
        click.echo(printable(line), err=err)


def show(rows: Any, lines: Iterable[str], as_json: bool) -> None:
    """Print rows as JSON, or the lines that tell people the same."""
    if as_json:
        click.echo(json.dumps(rows, indent=1, ensure_ascii=False))
    for line in () if as_json else lines:
        say(line)


def warn(sentences: list[str], prefix: str = "contribkit: ") -> None:
    """Print notes on standard error, unless a person wants none."""
    for sentence in [] if click.get_current_context().find_root().params.get("quiet") else sentences:
        say(f"{prefix}{sentence}", err=True)


def warn_of_private(number: int, what: str) -> None:
    """Print how many private rows were left out, if any."""
    from contribkit.text import pluralise

    left_out = pluralise(number, f"private {what.removesuffix('s')}")
    warn([f"{left_out} left out; --include-private includes them"] if number else [])


def read_labels(folder: Path, org: "ck.Organisation | None", must_exist: bool = True) -> "ck.Labels":
    """Return the labels of a folder, and print what reading them warned of."""
    from contribkit.labels.replay import read_and_warn

    if must_exist and not folder.is_dir():
        raise ContribkitError(f"{folder}: there is no such folder of label logs; name one with --labels")
    labels, warnings = read_and_warn(folder, org)
    warn(warnings)
    return labels
