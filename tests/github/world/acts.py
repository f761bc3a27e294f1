"""Plan what members do in threads: reviews, comments, triage, merges."""

from datetime import datetime

from tests.github.model import Thread
from tests.github.world.people import Member
from tests.github.world.plan import END, START, Plan, window
from tests.github.world.truth import Thing

STATES = ["APPROVED"] * 5 + ["COMMENTED"] * 3 + ["CHANGES_REQUESTED"] * 2 + ["DISMISSED"]
_TRIAGE = [
    "labelled", "closed", "assigned", "labelled", "unlabelled", "milestoned", "labelled", "assigned", "labelled",
    "closed", "labelled", "assigned", "labelled", "unlabelled", "milestoned", "labelled", "closed", "labelled",
    "assigned", "labelled",
]  # fmt: skip


def plan_acts(plan: Plan) -> None:
    """Plan every act in the threads that are planned."""
    _review(plan)
    _comment(plan)
    _triage(plan)
    _merge(plan)


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
