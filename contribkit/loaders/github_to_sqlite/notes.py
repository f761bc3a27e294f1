"""What a reader should know of databases: how far they reach, and what they cannot tell."""

from typing import TYPE_CHECKING

from contribkit.loaders.github_to_sqlite.content import Content
from contribkit.loaders.github_to_sqlite.database import Database

if TYPE_CHECKING:
    from contribkit.period import Period

_REVIEWS = (
    "github-to-sqlite knows no reviews, and not who labelled, assigned or milestoned: "
    "a thread in which a member did only that is not seen"
)
# What is not seen without a table, and the command of github-to-sqlite that fills it.
_LACKING = {
    "repos": ("which repositories are private (all count as private)", "repos"),
    "users": ("who did what", "issues"),
    "issues": ("issues", "issues"),
    "pull_requests": ("pull requests and their merges", "pull-requests"),
    "issue_comments": ("comments", "issue-comments"),
    "releases": ("releases", "releases"),
}


def database_notes(database: Database, period: "Period | None") -> list[str]:
    """Return what a database lacks, and up to which day it reaches."""
    name = database.path.name
    said = [
        f"{name} does not tell {what}: fill its table {table} with github-to-sqlite {command}"
        for table, (what, command) in _LACKING.items()
        if table in database.missing
    ]
    last = database.reaches_to
    if last is None:
        return [*said, f"{name} holds no dates: nothing tells up to which day it reaches"]
    ended = period is not None and last < period.end
    later = ": what came later in the period is not seen; make it or download it anew" if ended else ""
    zone = period.timezone if period else "UTC"
    return [*said, f"{name} reaches up to {last.tz_convert(zone):%Y-%m-%d}{later}"]


def notes(content: Content) -> list[str]:
    """Return what all databases together cannot tell."""
    threads = content.threads
    pull_requests = threads["kind"] == "pull_request"
    ended = int((pull_requests & threads["state"].isna()).sum())
    unmerged = int((threads["merged_at"].notna() & threads["merged_by"].isna()).sum())
    inferred = len(content.repositories)
    counted = (
        (content.nameless, "{} rows are left out: nothing tells their repository; run github-to-sqlite repos"),
        (ended, "whether {} closed pull requests were merged is not known; run github-to-sqlite pull-requests"),
        (unmerged, "who merged {} pull requests is not known: github-to-sqlite asks for it only with --pull-request"),
        (inferred, "who created {} repositories is inferred: the author of the first commit"),
    )
    return [_REVIEWS, *(sentence.format(number) for number, sentence in counted if number)]
