"""The table that holds tools side by side, and how its figures were had."""

from collections.abc import Iterable

from tests.github.others.measure import Measured

HOW = """\
All ask one emulator, one after another, each in a process of its own, whose seconds are shown. contribkit asks for the
members of the team, with an empty store. The others know repositories only: they ask for every upstream one in turn.
Nothing in them is changed: the connection takes what they mean for api.github.com to the emulator, whose hourly limits
are lifted. github-activity tells no time of a review or of triage. github-to-sqlite runs issues, pull-requests,
issue-comments and releases; it asks through REST, where requests are counted and points are not. It ends a transaction
with every row, which takes much longer on a disk: files lie in memory here where /dev/shm has room."""


def print_side_by_side(measured: Iterable[Measured]) -> list[Measured]:
    """Print a line for each tool as soon as it is done, then how that was had; return the lines."""
    lines: list[Measured] = []
    for one in measured:
        if not lines:
            print(f"{'':18}{'requests':>10}{'points':>10}{'seconds':>10}{'complete':>10}{'invented':>10}")
        row = f"{one.tool:18}{one.requests:10}{one.points:10}{one.seconds:10.1f}{one.share:10.1%}{one.invented:10}"
        print(row, flush=True)
        lines.append(one)
    print(HOW)
    return lines
