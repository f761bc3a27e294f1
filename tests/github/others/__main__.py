"""Measure other tools on workload W, or on the small one: ``python -m tests.github.others [--small]``."""

import tempfile
from pathlib import Path

import click

from tests.github.others.measure import install, measure
from tests.github.workload import Workload


@click.command(epilog="Example: python -m tests.github.others --small")
@click.option("--small", is_flag=True, help="Take three members and thirty threads instead of workload W.")
def main(small: bool) -> None:
    """Print what github-activity and github-to-sqlite take, and how much of the truth they bring back."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        install(place / "tools")
        print(f"{'':18}{'requests':>10}{'points':>10}{'seconds':>10}{'complete':>10}{'invented':>10}")
        for one in measure(Workload.small() if small else Workload.make(), place / "tools", place):
            print(f"{one.tool:18}{one.requests:10}{one.points:10}{one.seconds:10.1f}{one.share:10.1%}{one.invented:10}")


if __name__ == "__main__":
    main()
