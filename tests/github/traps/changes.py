"""Changes: what is different in the workload itself. Give an emulator with one of these a workload of its own."""

from tests.github.traps.trap import Trap, Value
from tests.github.workload import Workload


def _private_profile(workload: Workload, value: Value) -> None:
    workload.members[int(value) - 1].account.is_private = True


CHANGES: dict[str, Trap] = {
    "private_profile": Trap(
        "A member has a private profile: every search for them is empty, without an error.",
        "the member's place in the list", 1, change=_private_profile,
    ),
}  # fmt: skip
