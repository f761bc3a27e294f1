"""Fields of pull requests, issues, their reviews and timelines."""

from typing import Any

from tests.github.graphql.connection import Connection, connection
from tests.github.graphql.context import Info
from tests.github.graphql.resolvers import resolves
from tests.github.model import Commit, Review, Thread


@resolves("PullRequest.closed", "Issue.closed")
def _closed(source: Thread, info: Info) -> bool:
    return source.closed_at is not None


@resolves("PullRequest.merged")
def _merged(source: Thread, info: Info) -> bool:
    return source.merged_at is not None


@resolves("PullRequest.isInMergeQueue")
def _is_in_merge_queue(source: Thread, info: Info) -> bool:
    """Say no: what was queued is merged."""
    return False


@resolves("PullRequest.mergeQueue", "PullRequest.mergeQueueEntry", "PullRequest.autoMergeRequest")
def _no_queue(source: Thread, info: Info) -> None:
    return None


@resolves("PullRequest.isDraft")
def _is_draft(source: Thread, info: Info) -> bool:
    return source.draft


@resolves("PullRequest.changedFiles")
def _changed_files(source: Thread, info: Info) -> int:
    return len(source.files)


@resolves("PullRequest.totalCommentsCount")
def _total_comments(source: Thread, info: Info) -> int:
    return len(source.comments) + sum(len(review.comments) for review in source.reviews)


@resolves("Issue.stateReason")
def _state_reason(source: Thread, info: Info, **arguments: Any) -> str | None:
    return "COMPLETED" if source.closed_at else None


@resolves("PullRequest.milestone", "Issue.milestone")
def _milestone(source: Thread, info: Info) -> dict[str, Any] | None:
    return {"id": "MI_1", "title": source.milestone, "number": 1} if source.milestone else None


@resolves("Issue.parent")
def _parent(source: Thread, info: Info) -> Thread | None:
    return source.parent_issue


@resolves("PullRequest.files")
def _files(source: Thread, info: Info, **arguments: Any) -> Connection:
    files = [{"path": path, "additions": 1, "deletions": 0, "changeType": "MODIFIED"} for path in source.files]
    return connection(files, arguments)


@resolves("PullRequest.closingIssuesReferences")
def _closes(source: Thread, info: Info, **arguments: Any) -> Connection:
    return connection([one for one in source.closes if info.context.sees(one.repository)], arguments)


@resolves("PullRequest.reviews")
def _reviews(source: Thread, info: Info, **arguments: Any) -> Connection:
    author, states = arguments.pop("author", None), arguments.pop("states", None)
    reviews = source.reviews
    if author:
        reviews = [one for one in reviews if one.author and one.author.login.lower() == author.lower()]
    if states:
        reviews = [one for one in reviews if one.state in states]
    return connection(reviews, arguments)


@resolves("PullRequest.latestReviews", "PullRequest.latestOpinionatedReviews")
def _latest_reviews(source: Thread, info: Info, **arguments: Any) -> Connection:
    latest = {review.author: review for review in source.reviews if review.submitted_at}
    return connection(list(latest.values()), arguments)


@resolves("PullRequest.reviewDecision")
def _review_decision(source: Thread, info: Info) -> str:
    states = {review.state for review in source.reviews}
    for state in ("CHANGES_REQUESTED", "APPROVED"):
        if state in states:
            return state
    return "REVIEW_REQUIRED"


@resolves("PullRequestReview.pullRequest")
def _pull_request(source: Review, info: Info) -> Any:
    return source.parent


@resolves("PullRequestReview.createdAt", "PullRequestReview.updatedAt")
def _review_time(source: Review, info: Info) -> Any:
    return source.submitted_at or source.parent.created_at


@resolves("PullRequest.statusCheckRollup")
def _rollup(source: Thread, info: Info) -> dict[str, Any] | None:
    return {"id": f"SCR_{source.serial}", "state": source.checks} if source.checks else None


@resolves("PullRequest.commits")
def _commits(source: Thread, info: Info, **arguments: Any) -> Connection:
    """Give the last commit of a branch: nobody asks for more."""
    commit = Commit(source.author, source.created_at, source.title, source.checks, source.repository, source.serial)
    return connection([{"commit": commit, "pullRequest": source}], arguments)


@resolves("PullRequest.mergeCommit")
def _merge_commit(source: Thread, info: Info) -> Commit | None:
    if source.merged_at is None:
        return None
    return Commit(source.merged_by, source.merged_at, source.title, None, source.repository, source.serial)


@resolves("PullRequest.baseRefName")
def _base(source: Thread, info: Info) -> str:
    return "main"


@resolves("PullRequest.reactions", "Issue.reactions")
def _reactions(source: Thread, info: Info, **arguments: Any) -> Connection:
    arguments.pop("content", None)
    return connection([], arguments)
