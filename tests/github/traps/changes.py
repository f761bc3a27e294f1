"""Changes of the workload, before the first request or in the middle of a load.

Give an emulator with one of these a workload of its own: it is another one afterwards.
"""

from datetime import timedelta
from itertools import cycle

from tests.github.answer import Answer, Call
from tests.github.model import Account, Comment, Event, Repository, Thread
from tests.github.traps.trap import Serve, Served, Trap, Value
from tests.github.workload import Workload
from tests.github.world.people import BOT, QUEUE

_BEFORE = timedelta(minutes=5)


def _private_profile(workload: Workload, value: Value) -> None:
    workload.members[int(value) - 1].account.is_private = True


def _renamed(workload: Workload, value: Value) -> None:
    """Rename a repository that contribkit.toml names, one that stands alone."""
    repository = next(one for one in workload.world.upstream if one.owner.kind != "Organization")
    workload.rename(repository, str(value))


def _merges(workload: Workload) -> list[Thread]:
    return [one for one in workload.threads if one.merged_at and one.merged_by and one.merged_by.kind == "User"]


def _merge_queue(workload: Workload, value: Value) -> None:
    """Let a queue merge some pull requests: who did is now who queued them."""
    for number, thread in enumerate(_merges(workload)):
        if number % int(value) == 0:
            _before_the_merge(thread, "AddedToMergeQueueEvent")
            for event in thread.events:
                if event.kind in ("MergedEvent", "ClosedEvent") and event.created_at == thread.merged_at:
                    event.actor = QUEUE
            thread.merged_by = QUEUE
    workload.changed()


def _auto_merge(workload: Workload, value: Value) -> None:
    """Let some pull requests be merged by themselves: GitHub says that who allowed it did."""
    for number, thread in enumerate(_merges(workload)):
        if number % int(value) == 0:
            _before_the_merge(thread, "AutoMergeEnabledEvent")
    workload.changed()


def _before_the_merge(thread: Thread, kind: str) -> None:
    assert thread.merged_at
    at = max(thread.created_at, thread.merged_at - _BEFORE)
    thread.events.append(Event(kind, thread.merged_by, at))
    thread.events.sort(key=lambda event: event.created_at)


def _odd_authors(workload: Workload, value: Value) -> None:
    """Give threads and comments of outsiders to accounts of every further kind."""
    odd = cycle(
        [
            Account("ghostwriter-example", "Mannequin"),
            Account("employee-example", "EnterpriseUserAccount"),
            Account("copilot-swe-agent", "Bot"),
            Account("quill_acme"),  # a managed user
        ]
    )
    members = {member.account for member in workload.members}
    for thread in list(workload.pairs)[:: int(value)]:
        said_there: list[Thread | Comment] = [thread, *thread.comments]
        for said in said_there:
            if said.author not in members:
                said.author = next(odd)
    workload.changed()


def _busy_second(workload: Workload, value: Value) -> None:
    """Let a machine open many issues in one second, each of which mentions the most active member."""
    at = workload.period.start + timedelta(days=40)
    repository = workload.world.upstream[1]
    first = 1 + max(one.number for one in repository.numbered)
    text = f"Imported for @{workload.members[0].account.login}"
    for number in range(int(value)):
        issue = Thread(repository, False, BOT, at, f"Imported {number}", text, first + number, updated_at=at)
        repository.threads.append(issue)
        workload.others.append(issue)
    workload.changed()


def _transferred(github: Served, call: Call, serve: Serve) -> Answer:
    workload = github.workload
    issue = next(one for one in workload.pairs if not one.is_pull_request and not one.transferred_from)
    workload.transfer(issue, _elsewhere(workload, issue.repository), issue.updated_at + timedelta(hours=1))
    return serve()


def _elsewhere(workload: Workload, repository: Repository) -> Repository:
    return next(one for one in workload.world.upstream if one is not repository)


def _deleted(github: Served, call: Call, serve: Serve) -> Answer:
    threads = list(github.workload.pairs)
    github.workload.delete(next(one for one in reversed(threads) if one not in github.workload.gone))
    return serve()


def _late_reference(github: Served, call: Call, serve: Serve) -> Answer:
    workload = github.workload
    thread = next(one for one in workload.pairs if one.updated_at < workload.period.end)
    workload.refer(thread, workload.period.end + timedelta(days=30))
    return serve()


CHANGES: dict[str, Trap] = {
    "private_profile": Trap(
        "A member has a private profile: every search for them is empty, without an error.",
        "the member's place in the list",
        1,
        change=_private_profile,
    ),
    "renamed": Trap(
        "A repository was renamed since contribkit.toml was written; search knows only the new name.",
        "the new name",
        "renamed-since",
        change=_renamed,
    ),
    "merge_queue": Trap(
        "Every so many merges were a merge queue's: mergedBy is github-merge-queue, and an event says who queued it.",
        "every which one",
        2,
        change=_merge_queue,
    ),
    "auto_merge": Trap(
        "Every so many merges happened by themselves: mergedBy is who allowed it, and an event says so.",
        "every which one",
        3,
        change=_auto_merge,
    ),
    "odd_authors": Trap(
        "Authors who are Mannequin, EnterpriseUserAccount or Copilot, and a managed user with _ in their login.",
        "in every which thread",
        5,
        change=_odd_authors,
    ),
    "busy_second": Trap(
        "Many issues were opened in one second: more than a search can show, and it cannot be split.",
        "issues",
        1500,
        change=_busy_second,
    ),
    "transferred": Trap(
        "An issue moves to another repository and gets a new id; the old one is NOT_FOUND.",
        "the number of the request",
        4,
        _transferred,
    ),
    "deleted": Trap("A thread is deleted; its id is NOT_FOUND.", "the number of the request", 4, _deleted),
    "late_reference": Trap(
        "An issue of the own tracker comes to point at a thread upstream, whose updatedAt stays as it was.",
        "the number of the request",
        1,
        _late_reference,
    ),
}
