"""One line of the table of `benchmarks`."""

from typing import Literal, NamedTuple


class Figure(NamedTuple):
    """One line of the table."""

    name: str
    figure: float
    target: float
    unit: str = "times"
    better: Literal["lower", "higher"] = "lower"

    @property
    def met(self) -> bool:
        """Whether the figure is as good as its target, or better."""
        return self.figure <= self.target if self.better == "lower" else self.figure >= self.target
