"""What goes wrong on the way: each trap is switched on by its name and springs at a request whose number is fixed."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from tests.github.answer import Answer, Call

if TYPE_CHECKING:
    from tests.github.emulator import Emulator

Serve = Callable[[], Answer]
HALF_A_PAGE = 50


_WENT_WRONG = "Something went wrong while executing your query."


def bad_gateway() -> Answer:
    """Return the answer of a query that took GitHub too long."""
    said = f"{_WENT_WRONG} This may be the result of a timeout, or it could be a GitHub bug."
    return Answer.of({"data": None, "errors": [{"message": said}]}, 502)


def rate_limited(headers: Mapping[str, str]) -> Answer:
    """Return the answer to who has no points left: its status is 200."""
    said = {"errors": [{"type": "RATE_LIMITED", "message": "API rate limit exceeded for user ID 1."}]}
    return replace(Answer.of(said), headers=dict(headers))


def _bad_gateway_on_100(github: "Emulator", call: Call, serve: Serve) -> Answer:
    return replace(bad_gateway(), points=serve().points)


def _secondary_limit(github: "Emulator", call: Call, serve: Serve) -> Answer:
    said = "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."
    return Answer.of({"message": said}, 403, Retry_After="1")


def _rate_limited_200(github: "Emulator", call: Call, serve: Serve) -> Answer:
    github.budget.exhaust(1)
    return rate_limited(github.budget.headers)


def _budget_runs_out(github: "Emulator", call: Call, serve: Serve) -> Answer:
    answer = serve()
    github.budget.exhaust(1)
    return replace(answer, headers=answer.headers | github.budget.headers)


def _unauthorized(github: "Emulator", call: Call, serve: Serve) -> Answer:
    return Answer.of({"message": "Bad credentials"}, 401)


def _reset_mid_body(github: "Emulator", call: Call, serve: Serve) -> Answer:
    answer = serve()
    return replace(answer, cut=len(answer.body) // 2)


def _slow(github: "Emulator", call: Call, serve: Serve) -> Answer:
    return replace(serve(), delay=github.slowness)


def _invalid_json(github: "Emulator", call: Call, serve: Serve) -> Answer:
    answer = serve()
    return replace(answer, body=answer.body[: len(answer.body) // 2])


def _partial_errors(github: "Emulator", call: Call, serve: Serve) -> Answer:
    """Leave out the last quarter of the things asked for by id, with an error for each."""
    answer = serve()
    value: dict[str, Any] = answer.value
    for name, found in (value.get("data") or {}).items():
        if isinstance(found, list):
            left_out = range(len(found) * 3 // 4, len(found))
            value["data"][name] = [None if n in left_out else one for n, one in enumerate(found)]
            more = [{"message": _WENT_WRONG, "path": [name, number]} for number in left_out]
            value["errors"] = [*value.get("errors", []), *more]
    return answer.with_value(value)


@dataclass(frozen=True)
class Trap:
    """A trap springs at the first request from a number on that it fits, once or whenever it fits."""

    number: int
    spring: Callable[["Emulator", Call, Serve], Answer]
    fits: Callable[[Call], bool] = lambda call: True
    once: bool = True


TRAPS: dict[str, Trap] = {
    "bad_gateway_on_100": Trap(1, _bad_gateway_on_100, lambda call: len(call.ids) > HALF_A_PAGE, once=False),
    "secondary_limit": Trap(2, _secondary_limit),
    "rate_limited_200": Trap(3, _rate_limited_200, lambda call: call.is_graphql),
    "unauthorized_midway": Trap(4, _unauthorized),
    "reset_mid_body": Trap(5, _reset_mid_body),
    "slow": Trap(6, _slow),
    "invalid_json": Trap(7, _invalid_json),
    "partial_errors": Trap(2, _partial_errors, lambda call: len(call.ids) > 1),
    "budget_runs_out": Trap(9, _budget_runs_out, lambda call: call.is_graphql),
}


class Traps:
    """The traps that are switched on; one springs at a time."""

    def __init__(self, names: Iterable[str] | Mapping[str, int]) -> None:
        numbers = names if isinstance(names, Mapping) else dict.fromkeys(names, 0)
        if unknown := numbers.keys() - TRAPS.keys():
            raise ValueError(f"there is no trap {sorted(unknown)}; there are {', '.join(TRAPS)}")
        # In the order of the table, whatever the order of a set: two runs must meet the same.
        self._waiting = {
            name: replace(trap, number=numbers[name] or trap.number) for name, trap in TRAPS.items() if name in numbers
        }
        self.sprung: list[str] = []

    def next(self, call: Call) -> Trap | None:
        """Return the trap that this call steps into, if any."""
        for name, trap in self._waiting.items():
            if call.number >= trap.number and trap.fits(call):
                self.sprung.append(name)
                if trap.once:
                    del self._waiting[name]
                return trap
        return None
