"""Prints what github-activity knows of repositories as acts: ``python activity.py SINCE UNTIL OWNER/NAME ...``.

Runs in a process of its own, with github-activity in its path. What the tool knows no time of, such as a review, is no
act here.
"""

import json
import sys
from collections.abc import Iterator
from typing import Any

from github_activity.github_activity import get_activity


def acts(row: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the acts that one row of its table tells."""
    owner, name, _, number = row["url"].split("/")[3:7]
    thread = {"ref": f"{owner}/{name}#{number}"}
    yield thread | {"actor": row["author"], "act": "opened", "at": row["createdAt"]}
    if isinstance(row["mergedBy"], str):
        yield thread | {"actor": row["mergedBy"], "act": "merged", "at": row["closedAt"]}
    for edge in row["comments"]["edges"]:
        author = edge["node"]["author"] or {}
        yield thread | {"actor": author.get("login"), "act": "commented", "at": edge["node"]["createdAt"]}


def main(since: str, until: str, *repositories: str) -> None:
    """Ask for one repository after another."""
    for repository in repositories:
        try:
            table = get_activity(repository, since, until)
        except KeyError:
            # The tool does not expect a repository in which nothing happened.
            continue
        for row in table.to_dict("records"):
            for act in acts(row):
                print("ACT", json.dumps(act))


if __name__ == "__main__":
    main(*sys.argv[1:])
