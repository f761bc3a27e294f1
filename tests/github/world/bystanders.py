"""Threads in which no member acts in the period: some that involve one all the same, and the background."""

from datetime import timedelta

from tests.github.model import Comment, Event, Thread
from tests.github.world import words
from tests.github.world.people import BOT, USER_BOT, Member
from tests.github.world.plan import END, START, Plan

_WAYS = ["mentioned", "assigned", "opened before", "commented before", "commented after", "reviewed after"]


def plan_bystanders(plan: Plan) -> None:
    """Add threads that involve a member without an act of theirs in the period, most of them the most active one."""
    for number in range(plan.figures.bystanders):
        first = plan.rng.random() < 0.85
        member = plan.world.members[0] if first else plan.rng.choice(plan.world.members)
        thread = _thread(plan, number % 5 < 3)
        _involve(plan, thread, member, _WAYS[number % len(_WAYS)])
        plan.others.append(thread)


def plan_background(plan: Plan) -> None:
    """Add threads of others, all of them touched since the period began: who looks through them meets every one."""
    for number in range(plan.figures.background):
        thread = _thread(plan, number % 5 < 3)
        if number % 9 == 0:
            thread.author = (BOT, USER_BOT, None)[number // 9 % 3]
        plan.others.append(thread)


def _thread(plan: Plan, is_pull_request: bool) -> Thread:
    """Return a thread of an outsider with a comment inside the period."""
    at = (START + timedelta(days=85 - 300 * plan.rng.random() ** 2)).replace(microsecond=0)
    thread = Thread(plan.repository(), is_pull_request, plan.outsider(), at)
    low = max(at, START)
    touched = (low + (END - low) * plan.rng.random()).replace(microsecond=0)
    thread.comments.append(Comment(plan.outsider(), touched, words.body(plan.rng)))
    return thread


def _involve(plan: Plan, thread: Thread, member: Member, way: str) -> None:
    at = thread.comments[0].created_at
    later = END + timedelta(days=1, seconds=plan.rng.randrange(40 * 86400))
    if way == "mentioned":
        thread.comments[0].body += f"\n\nWhat do you think, @{member.account.login}?"
    elif way == "assigned":
        thread.assignees.append(member.account)
        thread.events.append(Event("AssignedEvent", plan.outsider(), at, member.account))
    elif way == "commented after" or (way == "reviewed after" and not thread.is_pull_request):
        plan.add(thread, member.account, "commented", later)
    elif way == "reviewed after":
        plan.add(thread, member.account, "reviewed", later, "APPROVED")
    else:
        thread.created_at = START - timedelta(days=20 + int(200 * plan.rng.random()))
        if way == "opened before":
            thread.author, thread.author_association = member.account, "MEMBER"
            plan.add(thread, member.account, "opened", thread.created_at)
        else:
            plan.add(thread, member.account, "commented", thread.created_at + timedelta(days=3))
