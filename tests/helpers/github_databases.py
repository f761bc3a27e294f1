"""Databases as github-to-sqlite makes them: its own functions, run on answers of GitHub's REST API.

The shapes of the answers, in github_payloads.json, are recorded ones: repository, issue and label of
`@octokit/fixtures`, pull request, comment and release of `@octokit/webhooks-examples` (both MIT), without their people.
"""

import copy
import json
from pathlib import Path
from typing import Any

from github_to_sqlite import utils
from sqlite_utils import Database

RECORDED = json.loads(Path(__file__).with_name("github_payloads.json").read_text(encoding="utf-8"))
# What the list of pull requests does not tell, and the answer for a single one does.
_SINGLE = (
    "merged", "mergeable", "rebaseable", "mergeable_state", "merged_by", "comments", "review_comments",
    "maintainer_can_modify", "commits", "additions", "deletions", "changed_files",
)  # fmt: skip


def _ids():
    """Number logins, so that an account has one id in every database."""
    known: dict[str, int] = {}
    return lambda name: known.setdefault(name, 1000 + len(known))


_id = _ids()


def user(login: str | None, **changes: Any) -> dict[str, Any] | None:
    """Return an account; None is one that GitHub lost."""
    if login is None:
        return None
    kind = "Bot" if login.endswith("[bot]") else "User"
    return copy.deepcopy(RECORDED["user"]) | {"login": login, "id": _id(login), "type": kind} | changes


def label(name: str) -> dict[str, Any]:
    return RECORDED["label"] | {"name": name, "id": _id(f"label {name}")}


def _shape(kind: str, name: str) -> dict[str, Any]:
    """Return a recorded answer, with addresses that name a repository."""
    return json.loads(json.dumps(RECORDED[kind]).replace("OWNER/NAME", name))


class GitHubToSqlite:
    """A database in a file, filled as github-to-sqlite's commands do."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path = path
        self.db = Database(path)
        self.db.conn.execute("pragma synchronous = off")  # a test's file need not outlive a power cut

    def close(self) -> Path:
        """Finish as every command does: foreign keys, full-text tables, views."""
        utils.ensure_db_shape(self.db)
        self.db.close()
        return self.path

    repo: dict[str, Any]  # the one that a test made, where it keeps one

    def repository(self, name: str, **changes: Any) -> dict[str, Any]:
        owner, short = name.split("/")
        repo = _shape("repository", name) | {"id": _id(f"repository {name}"), "full_name": name, "name": short}
        repo |= {"owner": user(owner, type="Organization"), "private": False} | changes
        utils.save_repo(self.db, repo)
        return repo

    def issue(self, repo: dict[str, Any], number: int, author: str | None, **changes: Any) -> dict[str, Any]:
        """Save an issue; `state`, `labels` and times are given as GitHub answers them."""
        name = repo["full_name"]
        issue = _shape("issue", name) | {"number": number, "id": _id(f"issue {name}#{number}"), "user": user(author)}
        utils.save_issues(self.db, [issue | changes], repo)
        return issue | changes

    def pull_request_as_issue(self, repo: dict[str, Any], number: int, author: str | None, **changes: Any) -> None:
        """Save what the list of issues says of a pull request."""
        url = f"https://api.github.com/repos/{repo['full_name']}/pulls/{number}"
        self.issue(repo, number, author, pull_request={"url": url}, **changes)

    def pull_request(self, repo: dict[str, Any], number: int, author: str | None, **changes: Any) -> None:
        """Save a pull request as the list of them shows it; with `merged_by`, as asked for by its number."""
        name = repo["full_name"]
        pull = _shape("pull_request", name) | {"number": number, "id": _id(f"pull {name}#{number}")}
        pull["_links"]["html"]["href"] = f"https://github.com/{name}/pull/{number}"
        pull |= {"user": user(author), "state": "open", "merged_at": None, "closed_at": None}
        if "merged_by" not in changes:
            pull = {key: value for key, value in pull.items() if key not in _SINGLE}
        utils.save_pull_requests(self.db, [pull | changes], repo)

    def found_pull_request(
        self, repo: dict[str, Any], number: int, author: str, merged_at: str, **changes: Any
    ) -> None:
        """Save a pull request as a search finds it: an issue, with the merge inside."""
        name = repo["full_name"]
        found = _shape("issue", name) | {"number": number, "id": _id(f"issue {name}#{number}"), "user": user(author)}
        inside = {"html_url": f"https://github.com/{name}/pull/{number}", "merged_at": merged_at}
        utils.save_pull_requests(self.db, [found | {"state": "closed", "pull_request": inside} | changes], repo)

    def comment(
        self, repo: dict[str, Any], number: int, author: str | None, at: str, body: str, **changes: Any
    ) -> None:
        name = repo["full_name"]
        identifier = _id(f"comment {name}#{number} {at}")
        comment = _shape("issue_comment", name) | {"id": identifier, "user": user(author), "body": body}
        comment |= {"issue_url": f"https://api.github.com/repos/{name}/issues/{number}"}
        comment |= {"html_url": f"https://github.com/{name}/issues/{number}#issuecomment-{identifier}"}
        utils.save_issue_comment(self.db, comment | {"created_at": at, "updated_at": at} | changes)

    def release(self, repo: dict[str, Any], tag: str, author: str | None, at: str | None, **changes: Any) -> None:
        name = repo["full_name"]
        release = _shape("release", name) | {
            "id": _id(f"release {name} {tag}"),
            "tag_name": tag,
            "author": user(author),
        }
        release |= {"published_at": at, "html_url": f"https://github.com/{name}/releases/tag/{tag}"}
        utils.save_releases(self.db, [release | changes], repo["id"])

    def commit(self, repo: dict[str, Any], sha: str, author: str | None, at: str, message: str) -> None:
        """Save a commit; of its answer github-to-sqlite reads these parts."""
        who = {"name": "Somebody", "email": "somebody@example.org", "date": at}
        commit = {"sha": sha, "commit": {"message": message, "author": who, "committer": who}}
        utils.save_commits(self.db, [commit | {"author": user(author), "committer": user(author)}], repo["id"])
