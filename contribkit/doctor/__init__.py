"""What is wrong with a set-up, and what to do about each thing: `contribkit doctor`."""

from contribkit.doctor.examine import examine
from contribkit.doctor.finding import Finding, Level

__all__ = ["Finding", "Level", "examine"]
