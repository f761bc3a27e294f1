"""Run the emulator until it is stopped: ``python -m tests.github --port 8080``."""

from pathlib import Path
from threading import Event

import click

from tests.github.emulator import Emulator
from tests.github.graphql.schema import schema
from tests.github.traps import TRAPS
from tests.github.workload import Workload


@click.command(epilog="Example: python -m tests.github --port 8080 --small --trap slow --organisation fern")
@click.option("--port", default=8080, show_default=True, help="Where it listens, on this machine only.")
@click.option("--small", is_flag=True, help="Serve three members and thirty threads instead of workload W.")
@click.option(
    "--trap", "traps", multiple=True, type=click.Choice(sorted(TRAPS)), help="Switch a trap on; may be repeated."
)
@click.option(
    "--organisation", type=click.Path(path_type=Path), help="Write a contribkit.toml for it into this folder."
)
def main(port: int, small: bool, traps: tuple[str, ...], organisation: Path | None) -> None:
    """Serve an emulated GitHub on loopback until Ctrl-C."""
    schema()
    workload = Workload.small() if small else Workload.make()
    with Emulator(workload, traps, port=port, after=lambda number: None) as github:
        if organisation:
            organisation.mkdir(parents=True, exist_ok=True)
            workload.organisation(organisation, github.url)
        print(f"GitHub, emulated: {github.url} (token {github.token}), GraphQL at {github.url}/graphql", flush=True)
        try:
            Event().wait()
        except KeyboardInterrupt:
            print(f"{len(github.requests)} requests, {github.points} points")


if __name__ == "__main__":
    main()
