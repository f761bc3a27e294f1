"""What the organisation's own side says: threads of its own, of trackers and of stakeholders that point upstream."""

from datetime import timedelta

from tests.github.model import Account, Comment, Event, Repository, Thread
from tests.github.world import words
from tests.github.world.plan import END, START, Plan

_PLACES = ["infrastructure", "plans", "tracker", "stakeholder", "private", "infrastructure", "sealed"]
_LABELS = {
    "plans": ["good-community-citizen"],
    "tracker": ["Contract Deliverable"],
    "private": ["Contract Deliverable"],
}


def link(plan: Plan) -> None:
    """Open threads on the own side that point at threads in which members worked; numbers upstream are known."""
    who = [plan.world.members[-1].account, Account("lead-example")]
    step = len(plan.pairs) // plan.figures.own_threads
    for number, target in enumerate(list(plan.pairs)[::step]):
        place = _PLACES[number % len(_PLACES)]
        at = max(target.created_at, START - timedelta(days=30)) + (target.updated_at - target.created_at) / 4
        at = at.replace(microsecond=0)
        text = f"{words.body(plan.rng)}\n\nThis needs {target.ref} to be done."
        repository = plan.world.own[place]
        author = who[number % 2]
        thread = Thread(
            repository, False, author, at, f"Track: {words.title(plan.rng)}", text, labels=_LABELS.get(place, [])
        )
        thread.updated_at = max(at, END - timedelta(days=3))
        thread.comments = [Comment(author, thread.updated_at, f"Still waiting for {target.ref}.", "OWNER")]
        repository.threads.append(thread)
        plan.citations.append((target, thread, "in"))
        refer(target, thread, repository)


def refer(target: Thread, source: Thread, repository: Repository) -> None:
    """Note in a thread that another points at it; of a repository that nobody sees GitHub gives no source."""
    at = min(max(source.created_at, target.created_at), target.updated_at)
    shown = None if repository.sealed else source
    target.events.append(Event("CrossReferencedEvent", source.author, at, shown))
    target.events.sort(key=lambda event: event.created_at)


def open_cited(plan: Plan) -> list[Thread]:
    """Open threads on the own side of which only the upstream side speaks."""
    opened = []
    for number in range(plan.figures.cited):
        at = START + timedelta(days=2 * number % 80, hours=number)
        repository = plan.world.own[("tracker", "plans", "private")[number % 3]]
        text = words.body(plan.rng)
        thread = Thread(repository, False, plan.world.members[-1].account, at, words.title(plan.rng), text)
        thread.labels, thread.updated_at = ["Contract Deliverable"], at
        repository.threads.append(thread)
        opened.append(thread)
    return opened


def cite(plan: Plan, cited: list[Thread]) -> None:
    """Let members' pull requests and comments name threads of the own side, whose numbers are known by now."""
    members = {member.account for member in plan.world.members}
    mine = [one for one in plan.pairs if one.author in members and one.body]
    spoken = [(one, comment) for one in plan.pairs for comment in one.comments if comment.author in members]
    for number, own in enumerate(cited):
        if number % 2:
            thread, comment = spoken[number * 7 % len(spoken)]
            comment.body += f"\n\nSee {own.ref}."
        else:
            thread = mine[number * 5 % len(mine)]
            thread.body += f"\n\nFor {own.ref}, as agreed."
        plan.citations.append((thread, own, "out"))
        # GitHub notes it in ours, and does not touch it.
        refer(own, thread, thread.repository)


def link_upstream(plan: Plan) -> None:
    """Let upstream pull requests close issues and point at them, and at the organisation's initiatives."""
    for number, thread in enumerate(list(plan.pairs)[::7]):
        issues = [other for other in thread.repository.threads if not other.is_pull_request and other is not thread]
        if not thread.is_pull_request or not thread.body or not issues:
            continue
        target = plan.rng.choice(issues)
        thread.closes.append(target)
        thread.body += f"\n\nCloses #{target.number}, see {target.ref}."
        if number % 3 == 0:
            thread.body += f"\nFor {plan.world.own['infrastructure'].ref}#1."
        refer(target, thread, thread.repository)
