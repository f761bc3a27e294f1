"""Plan the threads in which members act in the period, and who acts in which."""

from datetime import timedelta
from functools import partial

from tests.github.model import Thread
from tests.github.world.plan import START, Plan, can_act, window


def plan_threads(plan: Plan) -> None:
    """Plan threads, and the members who act in them."""
    _open_own(plan)
    _open_others(plan)
    _pair(plan)


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
            members.append(plan.member(partial(can_act, thread=thread)))
    alone = set(plan.triage_only)
    threads = [thread for thread in plan.pairs if thread not in alone]
    left = plan.figures.pairs - sum(map(len, plan.pairs.values()))
    while left:
        thread, member = plan.rng.choice(threads), plan.member(lambda _: True)
        if can_act(member, thread) and member not in plan.pairs[thread]:
            plan.pairs[thread].append(member)
            left -= 1
