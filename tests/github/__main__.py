"""Run the emulator until it is stopped: ``python -m tests.github --port 8080``."""

from pathlib import Path
from threading import Event

import click

from tests.github.emulator import Emulator
from tests.github.graphql.schema import schema
from tests.github.traps import TRAPS, Trap, Value
from tests.github.workload import Workload

_TABLES = {
    "Accidents; the value is the number of the request": {n: t for n, t in TRAPS.items() if t.spring},
    "Rules, with their usual values": {n: t for n, t in TRAPS.items() if not (t.spring or t.change)},
    "Changes of what is served, with their usual values": {n: t for n, t in TRAPS.items() if t.change},
}


class _Traps(click.Command):
    """A command whose help lists every trap with its sentence and an example."""

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        for title, table in _TABLES.items():
            with formatter.section(title):
                formatter.write_dl(
                    [(f"--trap {name}={_shown(trap.default)}", _sentence(trap)) for name, trap in table.items()]
                )
        with formatter.section("Example"):
            formatter.write_text("python -m tests.github --small --trap resource_limits=18 --trap outage=30")


def _sentence(trap: Trap) -> str:
    return trap.says if trap.spring else f"{trap.says} Its value: {trap.unit}."


def _shown(value: Value) -> str:
    return value if isinstance(value, str) else f"{value:g}"


def _chosen(ctx: click.Context, parameter: click.Parameter, given: tuple[str, ...]) -> dict[str, Value]:
    """Read ``NAME`` or ``NAME=value``."""
    chosen: dict[str, Value] = {}
    for word in given:
        name, _, value = word.partition("=")
        if name not in TRAPS:
            raise click.BadParameter(f"there is no trap {name!r}; --help lists them")
        chosen[name] = _value(TRAPS[name], value) if value else 0
    return chosen


def _value(trap: Trap, text: str) -> Value:
    if isinstance(trap.default, str):
        return text
    try:
        return float(text)
    except ValueError:
        raise click.BadParameter(f"{text!r} is not a number, and the value is {trap.unit}") from None


@click.command(cls=_Traps)
@click.option("--port", default=8080, show_default=True, help="Where it listens, on this machine only.")
@click.option("--small", is_flag=True, help="Serve three members and thirty threads instead of workload W.")
@click.option(
    "--trap",
    "traps",
    multiple=True,
    callback=_chosen,
    metavar="NAME[=VALUE]",
    help="Switch a trap on; may be repeated.",
)
@click.option(
    "--organisation", type=click.Path(path_type=Path), help="Write a contribkit.toml for it into this folder."
)
def main(port: int, small: bool, traps: dict[str, Value], organisation: Path | None) -> None:
    """Serve an emulated GitHub on this machine until Ctrl-C."""
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
