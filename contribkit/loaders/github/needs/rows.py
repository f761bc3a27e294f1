"""Rows of the needs table, from what GitHub said."""

from typing import Any

from contribkit.loaders.github.acts import login
from contribkit.loaders.github.threads import nodes

_CHECKS = {"SUCCESS": "success", "FAILURE": "failure", "ERROR": "failure", "PENDING": "pending", "EXPECTED": "pending"}
_MERGEABLE = {"MERGEABLE": True, "CONFLICTING": False}


def _thread(one: dict[str, Any], kind: str) -> dict[str, Any]:
    repo = one["repository"]["nameWithOwner"]
    return {
        "kind": kind,
        "ref": f"{repo}#{one['number']}",
        "repo": repo,
        "number": one["number"],
        "url": one["url"],
        "title": one["title"],
        "author": login(one["author"]),
        "author_association": one["authorAssociation"],
        "labels": [label["name"] for label in nodes(one, "labels")],
        "opened_at": one["createdAt"],
        "updated_at": one["updatedAt"],
        "private": one["repository"]["isPrivate"],
    }


def pull_row(one: dict[str, Any]) -> dict[str, Any]:
    """Return the row of an open pull request."""
    return _thread(one, "pull_request") | {
        "draft": one["isDraft"],
        "additions": one["additions"],
        "deletions": one["deletions"],
        "checks": _checks(one),
        "review_state": (one["reviewDecision"] or "").casefold() or None,
        "mergeable": _MERGEABLE.get(one["mergeable"]),
        "comments": one["totalCommentsCount"],
    }


def issue_row(one: dict[str, Any]) -> dict[str, Any]:
    """Return the row of an untriaged issue."""
    return _thread(one, "issue") | {"comments": one["comments"]["totalCount"]}


def branch_rows(repository: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the row of a default branch whose checks fail; none of any other."""
    branch = repository["defaultBranchRef"] or {}
    if _checks(branch.get("target") or {}) != "failure":
        return []
    name = branch["name"]
    url = f"{repository['url']}/tree/{name}"
    ref = f"{repository['nameWithOwner']}@{name}"
    return [_common(repository) | {"kind": "branch", "ref": ref, "url": url, "title": name, "checks": "failure"}]


def release_row(repository: dict[str, Any]) -> dict[str, Any]:
    """Return the row of a repository's last release; how many commits came since is still to be asked."""
    release = repository["latestRelease"]
    return _common(repository) | {
        "kind": "release",
        "ref": f"{repository['nameWithOwner']}@{release['tagName']}",
        "url": release["url"],
        "title": release["name"] or release["tagName"],
        "released_at": release["publishedAt"],
    }


def _common(repository: dict[str, Any]) -> dict[str, Any]:
    return {"repo": repository["nameWithOwner"], "private": repository["isPrivate"]}


def _checks(checked: dict[str, Any]) -> str | None:
    """Return how the checks of a pull request or commit went; None where there are none."""
    return _CHECKS.get((checked.get("statusCheckRollup") or {}).get("state", ""))
