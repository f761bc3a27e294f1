"""The command line: `contribkit --help`."""

# Each module adds its commands to the group.
from contribkit.cli import judging, labels, planning, reviewing, setting_up
from contribkit.cli.group import main

__all__ = ["judging", "labels", "main", "planning", "reviewing", "setting_up"]
