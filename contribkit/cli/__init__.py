"""The command line: `contribkit --help`."""

# Each module adds its commands to the group.
from contribkit.cli import judging, reviewing, setting_up
from contribkit.cli.group import main

__all__ = ["judging", "main", "reviewing", "setting_up"]
