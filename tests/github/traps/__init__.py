"""What goes wrong: every trap by its name.

Accidents happen to one request, rules hold all the time, changes alter the workload. None is switched on by itself.
"""

from tests.github.traps.accidents import ACCIDENTS
from tests.github.traps.changes import CHANGES
from tests.github.traps.rules import RULES
from tests.github.traps.trap import Trap, Traps, Value

TRAPS: dict[str, Trap] = ACCIDENTS | RULES | CHANGES

__all__ = ["ACCIDENTS", "CHANGES", "RULES", "TRAPS", "Trap", "Traps", "Value"]
