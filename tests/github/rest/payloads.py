"""Things as the REST interface tells them; shapes are held against recorded answers of GitHub's."""

from dataclasses import dataclass
from typing import Any

from tests.github.model import Account, Comment, Commit, Event, Release, Repository, Review, Thread
from tests.github.names import node_id, url, written


@dataclass(frozen=True)
class Payloads:
    """Makes payloads whose addresses lie below `base`, the interface that the client asked."""

    base: str

    def user(self, account: Account | None) -> dict[str, Any] | None:
        """Return an account; null where it is gone."""
        if account is None:
            return None
        return {
            "login": account.login, "id": account.serial, "node_id": node_id(account), "type": account.kind,
            "url": f"{self.base}/users/{account.login}", "html_url": url(account), "site_admin": False,
            "avatar_url": f"{url(account)}.png", "gravatar_id": "",
        }  # fmt: skip

    def repository(self, repository: Repository) -> dict[str, Any]:
        created = written(repository.created_at)
        pushed = written(repository.commits[0].committed_at) if repository.commits else created
        return {
            "id": repository.serial, "node_id": node_id(repository), "name": repository.name,
            "full_name": repository.ref, "private": repository.private, "owner": self.user(repository.owner),
            "html_url": url(repository), "url": self._at(repository), "description": None, "fork": False,
            "created_at": created, "updated_at": pushed, "pushed_at": pushed, "homepage": None, "size": 1,
            "stargazers_count": 0, "watchers_count": 0, "language": None, "has_issues": True, "has_projects": False,
            "has_downloads": True, "has_wiki": False, "has_pages": False, "forks_count": 0, "mirror_url": None,
            "archived": False, "disabled": False, "open_issues_count": sum(not t.closed_at for t in repository.threads),
            "license": None, "forks": 0, "watchers": 0, "default_branch": "main", "topics": [],
        }  # fmt: skip

    def issue(self, thread: Thread) -> dict[str, Any]:
        """Return a thread as an issue; a pull request is one too, and says so."""
        told = self._thread(thread) | {
            "url": f"{self._at(thread.repository)}/issues/{thread.number}",
            "repository_url": self._at(thread.repository),
            "comments_url": f"{self._at(thread.repository)}/issues/{thread.number}/comments",
            "comments": len(thread.comments),
        }
        if thread.is_pull_request:
            pull = f"{self._at(thread.repository)}/pulls/{thread.number}"
            merged = written(thread.merged_at) if thread.merged_at else None
            told["pull_request"] = {"url": pull, "html_url": url(thread), "merged_at": merged}
            told["draft"] = thread.draft
        return told

    def pull_request(self, thread: Thread) -> dict[str, Any]:
        """Return a pull request as lists of them hold it."""
        head = {"label": "fork:change", "ref": "change", "sha": f"{thread.serial:040x}", "user": None, "repo": None}
        base = {"label": "main", "ref": "main", "sha": "0" * 40, "user": self.user(thread.repository.owner)}
        return self._thread(thread) | {
            "url": f"{self._at(thread.repository)}/pulls/{thread.number}",
            "issue_url": f"{self._at(thread.repository)}/issues/{thread.number}",
            "merged_at": written(thread.merged_at) if thread.merged_at else None,
            "merge_commit_sha": f"{thread.serial:040x}" if thread.merged_at else None,
            "requested_reviewers": [], "requested_teams": [], "draft": thread.draft,
            "head": head, "base": base | {"repo": self.repository(thread.repository)},
            "_links": {"html": {"href": url(thread)}},
        }  # fmt: skip

    def whole_pull_request(self, thread: Thread) -> dict[str, Any]:
        """Return a pull request asked for alone: who merged it and how large it is stand only here."""
        return self.pull_request(thread) | {
            "merged": thread.merged_at is not None, "merged_by": self.user(thread.merged_by),
            "comments": len(thread.comments), "review_comments": sum(len(one.comments) for one in thread.reviews),
            "commits": 1, "additions": thread.additions, "deletions": thread.deletions,
            "changed_files": len(thread.files), "mergeable": thread.mergeable == "MERGEABLE",
            "mergeable_state": "clean" if thread.mergeable == "MERGEABLE" else "dirty",
        }  # fmt: skip

    def _thread(self, thread: Thread) -> dict[str, Any]:
        people = [self.user(account) for account in thread.assignees]
        return {
            "id": thread.serial, "node_id": node_id(thread), "number": thread.number, "title": thread.title,
            "html_url": url(thread), "user": self.user(thread.author), "body": thread.body or None,
            "state": "closed" if thread.closed_at else "open", "locked": False, "active_lock_reason": None,
            "labels": [self.label(thread.repository, name) for name in thread.labels],
            "assignee": people[0] if people else None, "assignees": people, "milestone": None,
            "created_at": written(thread.created_at), "updated_at": written(thread.updated_at),
            "closed_at": written(thread.closed_at) if thread.closed_at else None,
            "author_association": thread.author_association,
        }  # fmt: skip

    def label(self, repository: Repository, name: str) -> dict[str, Any]:
        number = sum(name.encode())
        return {
            "id": number, "node_id": f"LA_{number}", "url": f"{self._at(repository)}/labels/{name}", "name": name,
            "color": "ededed", "default": False, "description": f"About {name}",
        }  # fmt: skip

    def comment(self, comment: Comment) -> dict[str, Any]:
        thread = comment.parent
        place = f"{self._at(thread.repository)}/issues"
        return {
            "id": comment.serial, "node_id": node_id(comment), "url": f"{place}/comments/{comment.serial}",
            "html_url": url(comment), "issue_url": f"{place}/{thread.number}", "user": self.user(comment.author),
            "created_at": written(comment.created_at), "updated_at": written(comment.created_at),
            "author_association": comment.author_association, "body": comment.body,
        }  # fmt: skip

    def review(self, review: Review) -> dict[str, Any]:
        thread = review.parent
        return {
            "id": review.serial, "node_id": node_id(review), "user": self.user(review.author), "state": review.state,
            "body": review.body or None, "html_url": url(review), "commit_id": f"{thread.serial:040x}",
            "submitted_at": written(review.submitted_at) if review.submitted_at else None,
            "pull_request_url": f"{self._at(thread.repository)}/pulls/{thread.number}",
            "author_association": review.author_association,
        }  # fmt: skip

    def release(self, release: Release) -> dict[str, Any]:
        place = f"{self._at(release.repository)}/releases/{release.serial}"
        return {
            "id": release.serial, "node_id": node_id(release), "url": place, "html_url": url(release),
            "assets_url": f"{place}/assets", "tag_name": release.tag_name, "target_commitish": "main",
            "name": release.name or None, "draft": False, "prerelease": False, "author": self.user(release.author),
            "created_at": written(release.created_at), "body": release.description or None, "assets": [],
            "published_at": written(release.published_at) if release.published_at else None,
        }  # fmt: skip

    def commit(self, commit: Commit) -> dict[str, Any]:
        person = self.user(commit.author)
        name = commit.author.login if commit.author else "Somebody"
        raw = {"name": name, "email": f"{name}@users.example", "date": written(commit.committed_at)}
        place = f"{self._at(commit.parent)}/commits/{commit.oid}"
        told = {"author": raw, "committer": raw, "message": commit.message, "comment_count": 0}
        return {
            "sha": commit.oid, "node_id": node_id(commit), "url": place, "html_url": url(commit), "commit": told,
            "author": person, "committer": person, "parents": [],
        }  # fmt: skip

    def event(self, event: Event) -> dict[str, Any]:
        """Return an event of an issue, in REST's word for its kind."""
        word = event.kind.removesuffix("Event").lower()
        told = {
            "id": event.serial, "node_id": node_id(event), "event": word, "actor": self.user(event.actor),
            "created_at": written(event.created_at), "commit_id": None,
        }  # fmt: skip
        if word in ("labeled", "unlabeled"):
            told["label"] = {"name": event.detail, "color": "ededed"}
        if word == "assigned":
            told["assignee"] = self.user(event.detail)
        return told

    def _at(self, repository: Repository) -> str:
        return f"{self.base}/repos/{repository.ref}"
