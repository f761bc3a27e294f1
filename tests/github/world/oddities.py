"""Traps in the data: what a loader must not stumble over."""

from datetime import timedelta

from tests.github.model import Comment, Event, Review, Thread
from tests.github.world import words
from tests.github.world.involvement import roles
from tests.github.world.plan import END, START, Plan


def plant(plan: Plan) -> None:
    """Plant every trap in threads that members worked in."""
    worked = [thread for thread in plan.pairs if thread not in set(plan.triage_only)]
    members = {member.account for member in plan.world.members}
    theirs = [thread for thread in worked if thread.author not in members]
    pulls = [thread for thread in worked if thread.is_pull_request and thread.reviews]
    for thread in theirs[::50]:
        thread.author = None
    for thread in worked[::40]:
        thread.body = ""
    for thread in worked[3 :: max(len(worked) // 5, 1)]:
        thread.body = words.long_body(plan.rng)
    for thread, title in zip(worked[5 :: max(len(worked) // 20, 1)], words.HOSTILE * 3, strict=False):
        thread.title = title
    for thread in pulls[::60]:
        # Somebody is still writing it: an act of nobody yet.
        thread.reviews.append(Review(plan.world.members[0].account, None, "PENDING"))
    for thread in worked[7::25]:
        # From a private repository: GitHub gives no source.
        low = max(thread.created_at, START)
        thread.events.insert(0, Event("CrossReferencedEvent", plan.outsider(), low + (thread.updated_at - low) / 2))
        thread.events.sort(key=lambda event: event.created_at)
    _mention_the_most_active(plan, worked)


def _mention_the_most_active(plan: Plan, worked: list[Thread]) -> None:
    """Mention one member until a search for them finds more than GitHub shows."""
    login = plan.world.members[0].account.login
    uninvolved = []
    found = 0
    for thread in [*plan.pairs, *plan.others]:
        if login in roles(thread)["involves"]:
            found += 1
        elif thread not in set(plan.triage_only) and thread in plan.pairs:
            uninvolved.append(thread)
    for thread in plan.rng.sample(uninvolved, max(plan.figures.hits - found, 0)):
        at = max(thread.created_at, START - timedelta(days=1))
        thread.comments.insert(0, Comment(plan.outsider(), at, f"cc @{login}"))
        thread.comments.sort(key=lambda comment: comment.created_at)
        assert at < END
