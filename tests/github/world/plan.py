"""A plan of what the members do in the period: every act with its second."""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tests.github.model import Account, Repository, Thread
from tests.github.world.figures import Figures
from tests.github.world.people import OUTSIDERS, PERIOD, Member
from tests.github.world.places import World
from tests.github.world.truth import Act, Thing

START, END = PERIOD.start, PERIOD.end


@dataclass
class Plan:
    """What is planned so far.

    `pairs` holds, for each thread, the members who act in it in the period; `citations` a thread upstream, one of the
    own side, and "in" or "out".
    """

    world: World
    figures: Figures
    rng: random.Random
    acts: list[Act] = field(default_factory=list)
    pairs: dict[Thread, list[Member]] = field(default_factory=dict)
    triage_only: list[Thread] = field(default_factory=list)
    others: list[Thread] = field(default_factory=list)
    citations: list[tuple[Thread, Thread, str]] = field(default_factory=list)
    taken: set[tuple[int, int, str, datetime]] = field(default_factory=set)

    def add(self, thing: Thing, actor: Account, act: str, at: datetime, state: str | None = None) -> None:
        """Write down one act."""
        self.taken.add((id(thing), id(actor), act, at))
        self.acts.append(Act(thing, actor, act, at, state))

    def moment(self, thing: Thing, member: Member, act: str, after: datetime) -> datetime:
        """Return a whole second of the period on which a member does something, each second once."""
        low, high = window(member, after)
        while True:
            at = (low + (high - low) * self.rng.random()).replace(microsecond=0) + timedelta(seconds=1)
            if (id(thing), id(member.account), act, at) not in self.taken:
                return at

    def member(self, fits: Callable[[Member], bool]) -> Member:
        """Return a member, the more active the likelier: activity falls with the root of the rank."""
        fitting = [(rank**-0.5, member) for rank, member in enumerate(self.world.members, 1) if fits(member)]
        return self.rng.choices([member for _, member in fitting], [weight for weight, _ in fitting])[0]

    def repository(self) -> Repository:
        return self.rng.choices(self.world.upstream, self.world.weights)[0]

    def outsider(self) -> Account:
        return self.rng.choice(OUTSIDERS)

    def done(self, act: str) -> Iterator[Act]:
        """Yield the acts of one word that lie in the period."""
        return (one for one in self.acts if one.act == act and START <= one.at < END)


def window(member: Member, after: datetime) -> tuple[datetime, datetime]:
    """Return the span in which a member can act in a thread: in the period, as a member, once it is there."""
    return max(START, after, member.since), min(END, member.until) - timedelta(seconds=5)


def can_act(member: Member, thread: Thread) -> bool:
    """Say whether there are at least two days for a member to act in a thread of somebody else."""
    low, high = window(member, thread.created_at)
    return thread.author is not member.account and high - low > timedelta(days=2)
