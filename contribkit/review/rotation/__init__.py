"""Who could take what in the next period: a proposal that spreads the work, explained line by line."""

from contribkit.review.rotation.history import work_of
from contribkit.review.rotation.proposal import Line, Rotation, propose
from contribkit.review.rotation.slots import Slot

__all__ = ["Line", "Rotation", "Slot", "propose", "work_of"]
