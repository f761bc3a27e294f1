"""Plan what the members do in the period: threads, who acts in them, and every act with its second."""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tests.github.figures import Figures
from tests.github.model import Account, Repository, Thread
from tests.github.people import OUTSIDERS, PERIOD, Member
from tests.github.truth import Act, Thing
from tests.github.world import World

START, END = PERIOD.start, PERIOD.end
STATES = ["APPROVED"] * 5 + ["COMMENTED"] * 3 + ["CHANGES_REQUESTED"] * 2 + ["DISMISSED"]
_TRIAGE = [
    "labelled", "closed", "assigned", "labelled", "unlabelled", "milestoned", "labelled", "assigned", "labelled",
    "closed", "labelled", "assigned", "labelled", "unlabelled", "milestoned", "labelled", "closed", "labelled",
    "assigned", "labelled",
]  # fmt: skip


@dataclass
class Plan:
    """What is planned so far. `pairs` holds, for each thread, the members who act in it in the period."""

    world: World
    figures: Figures
    rng: random.Random
    acts: list[Act] = field(default_factory=list)
    pairs: dict[Thread, list[Member]] = field(default_factory=dict)
    triage_only: list[Thread] = field(default_factory=list)
    others: list[Thread] = field(default_factory=list)
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


def plan_threads(plan: Plan) -> None:
    """Plan the threads in which members act, who acts in which, and the acts."""
    _open_own(plan)
    _open_others(plan)
    _pair(plan)
    _review(plan)
    _comment(plan)
    _triage(plan)
    _merge(plan)


def _open_own(plan: Plan) -> None:
    for count, is_pull_request in ((plan.figures.opened_pull_requests, True), (plan.figures.opened_issues, False)):
        for _ in range(count):
            member = plan.member(lambda _: True)
            repository = plan.repository()
            low, high = window(member, START)
            at = (low + (high - low) * plan.rng.random() * 0.9).replace(microsecond=0)
            thread = Thread(repository, is_pull_request, member.account, at, author_association="MEMBER")
            plan.add(thread, member.account, "opened", at)
            plan.pairs[thread] = [member]


def _open_others(plan: Plan) -> None:
    """Open what others opened, or members before the period; the last of them know only triage."""
    figures = plan.figures
    kinds = [True] * (figures.pull_requests - figures.opened_pull_requests)
    kinds += [False] * (figures.issues - figures.opened_issues)
    plan.rng.shuffle(kinds)
    for number, is_pull_request in enumerate(kinds):
        earlier = plan.rng.random() < 0.6
        days = -400 * plan.rng.random() ** 2 if earlier else 80 * plan.rng.random()
        at = (START + timedelta(days=days)).replace(microsecond=0)
        thread = Thread(plan.repository(), is_pull_request, plan.outsider(), at)
        plan.pairs[thread] = []
        if number < figures.triage_only:
            plan.triage_only.append(thread)
        elif earlier and plan.rng.random() < 0.2:
            member = plan.member(lambda _: True)
            thread.author, thread.author_association = member.account, "MEMBER"
            plan.add(thread, member.account, "opened", at)


def _pair(plan: Plan) -> None:
    """Give every thread a member who acts in it, and more of them until there are as many pairs as there should be."""
    for thread, members in plan.pairs.items():
        if not members:
            members.append(plan.member(lambda member, thread=thread: can_act(member, thread)))
    alone = set(plan.triage_only)
    threads = [thread for thread in plan.pairs if thread not in alone]
    left = plan.figures.pairs - sum(map(len, plan.pairs.values()))
    while left:
        thread, member = plan.rng.choice(threads), plan.member(lambda _: True)
        if can_act(member, thread) and member not in plan.pairs[thread]:
            plan.pairs[thread].append(member)
            left -= 1


def _visits(plan: Plan) -> list[tuple[Thread, Member]]:
    """Return the pairs of a thread and a member who did not open it, without those that know only triage."""
    alone = set(plan.triage_only)
    return [
        (thread, member)
        for thread, members in plan.pairs.items()
        for member in members
        if thread not in alone and thread.author is not member.account
    ]


def _review(plan: Plan) -> None:
    pairs = [(thread, member) for thread, member in _visits(plan) if thread.is_pull_request]
    chosen = plan.rng.sample(pairs, min(len(pairs), plan.figures.reviews * 7 // 10))
    again = plan.rng.choices(chosen, k=plan.figures.reviews - len(chosen))
    for thread, member in [*chosen, *again]:
        at = plan.moment(thread, member, "reviewed", thread.created_at)
        plan.add(thread, member.account, "reviewed", at, plan.rng.choice(STATES))


def _comment(plan: Plan) -> None:
    reviewed = {(act.thing, act.actor) for act in plan.done("reviewed")}
    silent = [(thread, member) for thread, member in _visits(plan) if (thread, member.account) not in reviewed]
    alone = set(plan.triage_only)
    everybody = [(thread, m) for thread, members in plan.pairs.items() if thread not in alone for m in members]
    more = plan.rng.choices(everybody, k=plan.figures.comments - len(silent))
    for thread, member in [*silent, *more]:
        at = plan.moment(thread, member, "commented", thread.created_at)
        plan.add(thread, member.account, "commented", at)


def _triage(plan: Plan) -> None:
    alone = [(thread, plan.pairs[thread][0]) for thread in plan.triage_only]
    left = plan.figures.triage - len(alone)
    more = plan.rng.choices([pair for pair in _visits(plan)], k=left - left // 40)
    closed: set[Thread] = set()
    moved: set[Thread] = set()
    for number, (thread, member) in enumerate([*alone, *more]):
        act = _TRIAGE[number % len(_TRIAGE)]
        if number % 39 == 1 and not thread.is_pull_request and thread not in moved:
            act = "transferred"
            moved.add(thread)
        elif act == "closed" and thread in closed:
            act = "labelled"
        closed |= {thread} if act == "closed" else set()
        plan.add(thread, member.account, act, plan.moment(thread, member, act, thread.created_at))
    _reopen(plan, left // 40)


def _reopen(plan: Plan, count: int) -> None:
    """Let members reopen what they had closed."""
    by_account = {member.account: member for member in plan.world.members}
    for act in list(plan.done("closed"))[:count]:
        assert isinstance(act.thing, Thread)
        at = plan.moment(act.thing, by_account[act.actor], "reopened", act.at)
        plan.add(act.thing, act.actor, "reopened", at)


def _merge(plan: Plan) -> None:
    """Merge most of the members' pull requests and half of the others; whoever of the pair's members presses."""
    shut = {act.thing for act in plan.done("closed")} | set(plan.triage_only)
    last: dict[Thing, datetime] = {}
    for act in plan.done("reviewed"):
        last[act.thing] = max(last.get(act.thing, act.at), act.at)
    by_account = {member.account: member for member in plan.world.members}
    for thread, members in plan.pairs.items():
        chance = 0.7 if thread.author in by_account else 0.45
        if not thread.is_pull_request or thread in shut or plan.rng.random() > chance:
            continue
        after = max(last.get(thread, thread.created_at), START)
        presser = plan.rng.choice(members) if plan.rng.random() < 0.45 else None
        if presser and window(presser, after)[0] < window(presser, after)[1]:
            actor, at = presser.account, plan.moment(thread, presser, "merged", after)
        else:
            actor, at = plan.outsider(), (after + (END - after) * plan.rng.random()).replace(microsecond=0)
        thread.merged_at, thread.merged_by, thread.closed_at = at, actor, at
        if actor in by_account or thread.author in by_account:
            plan.add(thread, actor, "merged", at)
