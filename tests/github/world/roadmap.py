"""What the organisation plans: milestones of its repositories, and its Projects."""

from datetime import UTC, datetime

from tests.github.model import Draft, Milestone, Project
from tests.github.world.places import World


def lay_out(world: World) -> None:
    """Put issues of the own side into milestones and Projects; nothing that a member does is touched."""
    infrastructure, plans, private = (world.own[place] for place in ("infrastructure", "plans", "private"))
    due, over = datetime(2099, 12, 31, tzinfo=UTC), datetime(2026, 6, 30, tzinfo=UTC)
    infrastructure.milestones = [
        Milestone(infrastructure, 1, "2026-Q2", over, closed_at=over),
        Milestone(infrastructure, 2, "Hubs for all", due),
        Milestone(infrastructure, 3, "Someday"),
    ]
    plans.milestones = [Milestone(plans, 1, "Upstream OKRs 2026", due)]
    for repository, milestone in ((infrastructure, "Hubs for all"), (plans, "Upstream OKRs 2026")):
        for thread in repository.threads:
            thread.milestone = milestone
    owner = infrastructure.owner
    world.projects = [
        Project(owner, 1, "Hubs in 2026", content=[*infrastructure.threads, Draft("Ask around"), *private.threads]),
        Project(owner, 2, "Upstream work", content=[*plans.threads]),
        Project(owner, 3, "Hiring", public=False, content=[*private.threads]),
        Project(owner, 4, "Hubs in 2025", closed=True, content=[*infrastructure.threads]),
    ]
