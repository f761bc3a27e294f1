"""Prints what github-to-sqlite keeps of repositories as acts: ``python to_sqlite.py DATABASE OWNER/NAME ...``.

Runs in a process of its own, with github-to-sqlite in its path: its own commands write the database. It knows no
reviews, no events, and in a list of pull requests not who merged them.
"""

import json
import os
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

from github_to_sqlite.cli import cli

_ACTS = """
select repos.full_name || '#' || issues.number, users.login, 'opened', issues.created_at
    from issues join repos on repos.id = issues.repo join users on users.id = issues.user
union all select repos.full_name || '#' || issues.number, users.login, 'commented', issue_comments.created_at
    from issue_comments join issues on issues.id = issue_comments.issue
    join repos on repos.id = issues.repo join users on users.id = issue_comments.user
union all select repos.full_name || '@' || releases.tag_name, users.login, 'released', releases.published_at
    from releases join repos on repos.id = releases.repo join users on users.id = releases.author
"""


def main(database: str, *repositories: str) -> None:
    """Run its commands for one repository after another, then read the tables."""
    token = Path(database).with_suffix(".json")
    token.write_text(json.dumps({"github_personal_token": os.environ["GITHUB_TOKEN"]}), encoding="utf-8")
    for repository in repositories:
        for command in ("issues", "pull-requests", "issue-comments", "releases"):
            cli([command, database, repository, "--auth", str(token)], standalone_mode=False)
    with closing(sqlite3.connect(database)) as opened:
        for ref, actor, act, at in opened.execute(_ACTS):
            print("ACT", json.dumps({"ref": ref, "actor": actor, "act": act, "at": at}))


if __name__ == "__main__":
    main(*sys.argv[1:])
