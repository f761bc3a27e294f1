"""The saved plan of a period: its file, and planned against done."""

from contribkit.review.planned.compare import planned_against_done, unplanned
from contribkit.review.planned.file import (
    PLANNED,
    lines_of,
    path_to_save,
    planned_path,
    read_plan_file,
    read_planned,
    replace_lines_of,
    write_planned,
)

__all__ = [
    "PLANNED",
    "lines_of",
    "path_to_save",
    "planned_against_done",
    "planned_path",
    "read_plan_file",
    "read_planned",
    "replace_lines_of",
    "unplanned",
    "write_planned",
]
