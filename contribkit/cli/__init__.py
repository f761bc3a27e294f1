"""The command line: `contribkit --help`."""

# Each module adds its commands to the group.
from contribkit.cli import judging, labels, reviewing
from contribkit.cli.group import main

__all__ = ["judging", "labels", "main", "reviewing"]
