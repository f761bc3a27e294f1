"""The truth table: what the members did, before anything of it is dressed as GitHub's answers."""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, Protocol

from tests.github.model import Account


class Thing(Protocol):
    """Where an act happens: a thread, a discussion, a release or a repository."""

    @property
    def ref(self) -> str: ...


@dataclass(frozen=True)
class Act:
    """One act of one account. The thing, not its name, is held: a transferred issue changes its name later."""

    thing: Thing
    actor: Account
    act: str
    at: datetime
    state: str | None = None


class Row(NamedTuple):
    """One row of the truth table, in the words of the table `contribkit.tables.ACTS`.

    ``counted`` says that the act lies in the period and, where it is a member's, on a day on which they were one.
    ``actor`` is the login as configured for a member. Who merged a member's pull request is in it too, member or not.
    """

    ref: str
    actor: str
    act: str
    at: datetime
    state: str | None
    counted: bool


class Citation(NamedTuple):
    """One row of the truth of references: a thread upstream, and one of the own side.

    ``direction`` is "in" where the own side points upstream, and "out" where the upstream thread names one of ours.
    """

    ref: str
    source: str
    direction: str
    private: bool
