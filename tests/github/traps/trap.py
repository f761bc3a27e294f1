"""What a trap is, and which traps are switched on."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

from tests.github.answer import Answer, Call
from tests.github.budget import Budget
from tests.github.clock import Clock
from tests.github.workload import Workload

Value = float | str
Serve = Callable[[], Answer]


class Served(Protocol):
    """What a trap may touch of the emulator in which it springs."""

    workload: Workload
    budget: Budget
    clock: Clock
    slowness: float


Spring = Callable[[Served, Call, Serve], Answer]


@dataclass(frozen=True)
class Trap:
    """A trap of one of three kinds.

    An accident has `spring`: it happens at the first request from its value on that it `fits`, once or each time.
    A change has `change`: it alters the workload, before the first request. Any other trap is a rule of the emulator,
    which asks for its value.

    Parameters
    ----------
    says
        One plain sentence for ``python -m tests.github --help``.
    unit
        What its value is, such as "the number of the request".
    default
        Its value where none is given.
    """

    says: str
    unit: str
    default: Value
    spring: Spring | None = None
    fits: Callable[[Call], bool] = lambda call: True
    once: bool = True
    change: Callable[[Workload, Value], None] | None = None


class Traps:
    """The traps that are switched on; one accident happens at a time.

    Parameters
    ----------
    table
        Every trap that there is, by its name.
    chosen
        Names of traps, or a dict of name to value, where 0 is the default.
    """

    def __init__(self, table: Mapping[str, Trap], chosen: Iterable[str] | Mapping[str, Value]) -> None:
        values = chosen if isinstance(chosen, Mapping) else dict.fromkeys(chosen, 0)
        if unknown := values.keys() - table.keys():
            raise ValueError(f"there is no trap {sorted(unknown)}; there are {', '.join(table)}")
        # In the order of the table, whatever the order of a set: two runs must meet the same.
        self.on = {name: (trap, values[name] or trap.default) for name, trap in table.items() if name in values}
        self._waiting = [name for name, (trap, _) in self.on.items() if trap.spring]
        self.sprung: list[str] = []

    def next(self, call: Call) -> Spring | None:
        """Return the accident that happens at this call, if any."""
        for name in self._waiting:
            trap, value = self.on[name]
            if call.number >= float(value) and trap.fits(call):
                self.sprung.append(name)
                if trap.once:
                    self._waiting.remove(name)
                return trap.spring
        return None

    def change(self, workload: Workload) -> None:
        """Let the traps that change the workload do so."""
        for name, (trap, value) in self.on.items():
            if trap.change:
                trap.change(workload, value)
                self.sprang(name)

    def number(self, name: str) -> float | None:
        """Return the value of a trap that is switched on, None for any other."""
        return float(self.on[name][1]) if name in self.on else None

    def text(self, name: str) -> str | None:
        """Return the value of a trap as text, None where it is not switched on."""
        return str(self.on[name][1]) if name in self.on else None

    def sprang(self, name: str) -> None:
        """Note that a rule had its effect."""
        if name not in self.sprung:
            self.sprung.append(name)
