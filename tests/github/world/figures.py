"""How much of everything a workload holds."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Figures:
    """The figures of the reference workload W; acts are those of members in the period.

    ``pairs`` counts a member and a thread in which they acted; ``bystanders`` are threads that mention or involve a
    member who did nothing there in the period; ``hits`` is what the search of the most active member finds at least;
    ``own_threads`` point upstream from the own side; ``cited`` ones are only pointed at from there.
    """

    members: int = 10
    repositories: int = 60
    pull_requests: int = 888
    issues: int = 612
    pairs: int = 2006
    bystanders: int = 375
    background: int = 6000
    opened_pull_requests: int = 360
    opened_issues: int = 160
    reviews: int = 620
    inline_comments: int = 950
    comments: int = 2100
    triage: int = 240
    triage_only: int = 40
    discussion_posts: int = 40
    releases: int = 24
    new_repositories: int = 3
    log_entries: int = 12
    long_threads: int = 14
    hits: int = 1050
    own_threads: int = 125
    cited: int = 30

    @property
    def threads(self) -> int:
        return self.pull_requests + self.issues


W = Figures()
SMALL = Figures(
    members=3, repositories=4, pull_requests=18, issues=12, pairs=40, bystanders=8, background=25,
    opened_pull_requests=7, opened_issues=4, reviews=12, inline_comments=15, comments=40, triage=10, triage_only=3,
    discussion_posts=6, releases=3, new_repositories=1, log_entries=2, long_threads=1, hits=0,
    own_threads=10, cited=4,
)  # fmt: skip
# Five times the people and acts, as far as that goes: for what must grow in proportion and no faster.
LARGE = Figures(
    members=50, repositories=200, pull_requests=4440, issues=3060, pairs=10030, bystanders=1875, background=30000,
    opened_pull_requests=1800, opened_issues=800, reviews=3100, inline_comments=4750, comments=10500, triage=1200,
    triage_only=200, discussion_posts=200, releases=120, new_repositories=15, log_entries=60, long_threads=70,
    own_threads=625, cited=150,
)  # fmt: skip
