"""Dress the planned acts as what GitHub keeps of them, with the words and acts of others around."""

from collections import defaultdict
from datetime import datetime, timedelta

from tests.github.model import Account, Comment, Event, Review, Thread
from tests.github.world import words
from tests.github.world.acts import STATES
from tests.github.world.plan import END, START, Plan
from tests.github.world.truth import Act

EVENTS = {
    "labelled": "LabeledEvent", "unlabelled": "UnlabeledEvent", "assigned": "AssignedEvent", "closed": "ClosedEvent",
    "reopened": "ReopenedEvent", "milestoned": "MilestonedEvent", "transferred": "TransferredEvent",
    "merged": "MergedEvent",
}  # fmt: skip
LABELS = ["bug", "enhancement", "documentation", "good first issue", "needs triage", "ci", "help wanted"]
FILES = [
    "docs/index.md",
    "src/app.py",
    ".github/workflows/test.yml",
    "tests/test_app.py",
    "pyproject.toml",
    "README.md",
]
TOUCHED_AFTER = 0.35


def dress(plan: Plan) -> None:
    """Fill every planned thread."""
    carried: dict[Thread, list[Act]] = defaultdict(list)
    for act in plan.acts:
        if isinstance(act.thing, Thread):
            carried[act.thing].append(act)
    threads = [*plan.pairs, *plan.others]
    alone = set(plan.triage_only)
    for thread in threads:
        _describe(plan, thread)
        for act in carried[thread]:
            _carry(plan, act, thread, thread in alone)
        _surround(plan, thread)
        _merge_and_close(plan, thread)
    _comment_inline(plan)
    lengthen(plan, carried)
    _touch_after(plan, threads)
    for thread in threads:
        settle(thread)


def _describe(plan: Plan, thread: Thread) -> None:
    thread.title, thread.body = words.title(plan.rng), words.body(plan.rng)
    thread.labels = plan.rng.sample(LABELS, plan.rng.choice([0, 0, 1, 1, 2]))
    thread.repository.threads.append(thread)
    if thread.is_pull_request:
        thread.files = plan.rng.sample(FILES, plan.rng.randint(1, 4))
        thread.additions, thread.deletions = plan.rng.randint(1, 400), plan.rng.randint(0, 100)
        thread.checks = plan.rng.choice(["SUCCESS", "SUCCESS", "FAILURE", "PENDING", None])
        thread.mergeable = plan.rng.choice(["MERGEABLE", "MERGEABLE", "CONFLICTING", "UNKNOWN"])
        thread.draft = plan.rng.random() < 0.1


def _carry(plan: Plan, act: Act, thread: Thread, alone: bool) -> None:
    """Put one act where GitHub keeps it."""
    if act.act == "commented":
        thread.comments.append(Comment(act.actor, act.at, words.body(plan.rng) or "Yes.", "MEMBER"))
    elif act.act == "reviewed":
        body = words.body(plan.rng) if plan.rng.random() < 0.4 else ""
        thread.reviews.append(Review(act.actor, act.at, act.state or "COMMENTED", body))
    elif act.act in EVENTS and act.act != "merged":
        thread.events.append(Event(EVENTS[act.act], act.actor, act.at, _detail(plan, act, thread, alone)))


def _detail(plan: Plan, act: Act, thread: Thread, alone: bool) -> object:
    if act.act in ("labelled", "unlabelled"):
        label = plan.rng.choice(LABELS)
        thread.labels = [one for one in thread.labels if one != label] + [label] * (act.act == "labelled")
        return label
    if act.act == "assigned":
        # Who assigns themselves is involved, and a search finds them.
        assignee = act.actor if not alone and plan.rng.random() < 0.3 else plan.outsider()
        thread.assignees.append(assignee)
        return assignee
    if act.act == "milestoned":
        thread.milestone = "Next"
        return "Next"
    if act.act == "transferred":
        former = plan.world.upstream[(plan.world.upstream.index(thread.repository) + 1) % len(plan.world.upstream)]
        thread.transferred_from = (former, 0)
        return former
    return None


def _surround(plan: Plan, thread: Thread) -> None:
    """Add what others did: comments, labels, reviews, and here and there an act of nobody, whose account is gone."""
    others: list[Account | None] = [plan.outsider(), plan.outsider(), None]
    for _ in range(plan.rng.choice([0, 0, 1, 1, 2])):
        who = plan.rng.choices(others, [10, 10, 1])[0]
        thread.comments.append(Comment(who, _between(plan, thread.created_at, END), words.body(plan.rng)))
    if plan.rng.random() < 0.3:
        at = _between(plan, thread.created_at, END)
        thread.events.append(Event("LabeledEvent", plan.rng.choice(others), at, plan.rng.choice(LABELS)))
    if thread.is_pull_request and plan.rng.random() < 0.3:
        at = _between(plan, thread.created_at, END)
        thread.reviews.append(Review(plan.rng.choice(others), at, plan.rng.choice(STATES), "", "COLLABORATOR"))


def _between(plan: Plan, low: datetime, high: datetime) -> datetime:
    return (low + (high - low) * plan.rng.random()).replace(microsecond=0)


def _merge_and_close(plan: Plan, thread: Thread) -> None:
    """Let a merge close its pull request in the same second, and others close some of the rest."""
    if thread.merged_at:
        for kind in ("MergedEvent", "ClosedEvent"):
            thread.events.append(Event(kind, thread.merged_by, thread.merged_at))
        return
    turns = sorted((e for e in thread.events if e.kind in ("ClosedEvent", "ReopenedEvent")), key=lambda e: e.created_at)
    if not turns and plan.rng.random() < 0.4:
        turns = [Event("ClosedEvent", plan.outsider(), _between(plan, max(thread.created_at, START), END))]
        thread.events += turns
    thread.closed_at = turns[-1].created_at if turns and turns[-1].kind == "ClosedEvent" else None


def _comment_inline(plan: Plan) -> None:
    """Spread the inline comments over the members' reviews of the period."""
    accounts = {member.account for member in plan.world.members}
    reviews = [
        review
        for thread in plan.pairs
        for review in thread.reviews
        if review.author in accounts and review.submitted_at and START <= review.submitted_at < END
    ]
    for review in plan.rng.choices(reviews, k=plan.figures.inline_comments):
        assert review.submitted_at
        review.comments.append(Comment(review.author, review.submitted_at, words.body(plan.rng), "MEMBER"))


def lengthen(plan: Plan, carried: dict[Thread, list[Act]]) -> None:
    """Give some threads over a hundred comments, with the member's own at the end where a first page misses them.

    The first of them gets as many events and reviews as well.
    """
    alone = set(plan.triage_only)
    old = [
        thread for thread in plan.pairs if thread.created_at < START and thread.is_pull_request and thread not in alone
    ]
    for number, thread in enumerate(plan.rng.sample(old, plan.figures.long_threads)):
        first = min((act.at for act in carried[thread] if act.at >= START), default=END)
        early = [_between(plan, thread.created_at, first) for _ in range(101 + number)]
        thread.comments += [Comment(plan.outsider(), at, words.body(plan.rng)) for at in early]
        if number == 0:
            thread.events += [Event("LabeledEvent", plan.outsider(), at, plan.rng.choice(LABELS)) for at in early]
            thread.reviews += [Review(plan.outsider(), at, "COMMENTED", "") for at in early]


def _touch_after(plan: Plan, threads: list[Thread]) -> None:
    """Touch 35 % of the threads again after the period."""
    later = {act.thing for act in plan.acts if act.at >= END}
    untouched = [thread for thread in threads if thread not in later]
    for thread in plan.rng.sample(untouched, round(len(threads) * TOUCHED_AFTER) - (len(threads) - len(untouched))):
        at = _between(plan, END + timedelta(minutes=1), END + timedelta(days=50))
        thread.comments.append(Comment(plan.outsider(), at, words.body(plan.rng)))


def settle(thread: Thread) -> None:
    """Put everything of a thread in order of time, and say when it was last touched: a cross-reference does not."""
    thread.comments.sort(key=lambda comment: comment.created_at)
    thread.reviews.sort(key=lambda review: review.submitted_at or thread.created_at)
    thread.events.sort(key=lambda event: event.created_at)
    times = [comment.created_at for comment in thread.comments] + [
        event.created_at for event in thread.events if event.kind != "CrossReferencedEvent"
    ]
    times += [review.submitted_at for review in thread.reviews if review.submitted_at]
    thread.updated_at = max(thread.created_at, *times) if times else thread.created_at
