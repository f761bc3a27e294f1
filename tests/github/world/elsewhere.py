"""Plan what members do outside threads, at the edges of the period, and on days on which they were no members."""

from datetime import datetime, timedelta
from functools import partial

from tests.github.model import Comment, Commit, Discussion, Release, Repository, Thread
from tests.github.world import words
from tests.github.world.people import Member
from tests.github.world.plan import END, START, Plan, can_act
from tests.github.world.truth import Act


def plan_elsewhere(plan: Plan) -> None:
    """Plan discussions, releases, new repositories, and acts that do not count."""
    _discuss(plan)
    _release(plan)
    _found(plan)
    _act_as_no_member(plan)
    _act_at_the_edges(plan)


def _discuss(plan: Plan) -> None:
    """Open three tenths of the posts as discussions; the rest are comments and replies, in others' discussions too."""
    posts = plan.figures.discussion_posts
    for number in range(posts * 3 // 10 * 2):
        member = plan.member(lambda _: True)
        own = number % 2 == 0
        at = plan.moment(plan.world.upstream[0], member, "opened", START) - timedelta(days=0 if own else 120)
        author = member.account if own else plan.outsider()
        title, body = words.title(plan.rng), words.body(plan.rng)
        discussion = Discussion(plan.repository(), author, at, title, body)
        discussion.repository.discussions.append(discussion)
        if own:
            plan.add(discussion, member.account, "opened", at)
    discussions = [one for repository in plan.world.upstream for one in repository.discussions]
    for _ in range(posts - posts * 3 // 10):
        discussion = plan.rng.choice(discussions)
        member = plan.member(partial(_stays, after=discussion.created_at))
        at = plan.moment(discussion, member, "commented", discussion.created_at)
        plan.add(discussion, member.account, "commented", at)
        comment = Comment(member.account, at, words.body(plan.rng), "MEMBER")
        parents = [one for one in discussion.comments if one.created_at < at]
        (plan.rng.choice(parents).replies if parents and plan.rng.random() < 0.4 else discussion.comments).append(
            comment
        )


def _stays(member: Member, after: datetime) -> bool:
    return member.until > after + timedelta(days=2)


def _release(plan: Plan) -> None:
    """Publish releases: the members', and as many of others, of before the period, and drafts."""
    for number in range(plan.figures.releases):
        repository, member = plan.world.upstream[number % len(plan.world.upstream)], plan.member(lambda _: True)
        at = plan.moment(repository, member, "released", START)
        tag = f"pkg@{number}.1.0" if number % 6 == 5 else f"v{number}.1.0"
        mine = Release(repository, member.account, at, at, tag, f"{repository.name} {tag}", words.body(plan.rng))
        plan.add(mine, member.account, "released", at)
        before = at - timedelta(days=100 + number)
        earlier = Release(repository, member.account, before, before, f"v{number}.0.0", "", "")
        plan.add(earlier, member.account, "released", before)
        theirs = Release(repository, plan.outsider(), at, at + timedelta(days=1), f"v{number}.1.1", "A fix", "")
        draft = Release(repository, member.account, at, None, f"v{number}.2.0", "Not yet", "")
        repository.releases += [mine, earlier, theirs] + ([draft] if number % 8 == 0 else [])


def _found(plan: Plan) -> None:
    """Found new repositories: the members', one of an outsider, and one of nobody known."""
    founders: list[Member | None] = [plan.member(lambda _: True) for _ in range(plan.figures.new_repositories)]
    owners = [repository.owner for repository in plan.world.upstream if repository.owner.kind == "Organization"]
    for number, member in enumerate([*founders, None, None]):
        at = plan.moment(plan.world.upstream[0], member or plan.world.members[0], "created", START)
        repository = Repository(owners[number % len(owners)], f"sketch-{number}", at)
        author = member.account if member else plan.outsider() if number % 2 else None
        repository.commits = [
            Commit(author if step == 0 else plan.outsider(), at + timedelta(hours=step), f"Step {step}")
            for step in reversed(range(20))
        ]
        if member:
            plan.add(repository, member.account, "created", at)
        plan.world.new.append(repository)


def _act_as_no_member(plan: Plan) -> None:
    """Let who joined or left inside the quarter comment before and after: nobody may look at that."""
    for member in plan.world.members:
        for at in (member.since - timedelta(days=5), member.until - timedelta(days=-5) if member.last_day else END):
            if not START <= at < END:
                continue
            fitting = [thread for thread in plan.pairs if thread.created_at < at - timedelta(days=1)]
            strange = [
                thread
                for thread in fitting
                if member not in plan.pairs[thread] and can_act(plan.world.members[0], thread)
            ]
            plan.add(plan.rng.choice(strange), member.account, "commented", at)


def _act_at_the_edges(plan: Plan) -> None:
    """Move two comments to the period's first and last second, and put one just before and one just after it."""
    old = [
        number
        for number, act in enumerate(plan.acts)
        if act.act == "commented"
        and isinstance(act.thing, Thread)
        and act.actor is plan.world.members[0].account
        and act.thing.created_at < START - timedelta(days=1)
    ]
    second = timedelta(seconds=1)
    for number, inside, outside in ((old[0], START, START - second), (old[1], END - second, END)):
        act = plan.acts[number]
        plan.acts[number] = Act(act.thing, act.actor, act.act, inside)
        plan.add(act.thing, act.actor, act.act, outside)
