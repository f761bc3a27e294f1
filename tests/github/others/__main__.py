"""Measure tools side by side on workload W, or on the small one: ``python -m tests.github.others [--small]``."""

import click

from tests.github.others.measure import TOOLS, measure
from tests.github.others.report import print_side_by_side
from tests.github.workload import Workload
from tests.helpers.npm import NotFetchedError
from tests.helpers.pypi import installed


@click.command(epilog="Example: python -m tests.github.others --small")
@click.option("--small", is_flag=True, help="Take three members and thirty threads instead of workload W.")
def main(small: bool) -> None:
    """Print what each tool takes, and how much of the truth it brings back."""
    try:
        print_side_by_side(measure(Workload.small() if small else Workload.make(), installed(*TOOLS)))
    except NotFetchedError as error:
        raise click.ClickException(str(error)) from error


if __name__ == "__main__":
    main()
