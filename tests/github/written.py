"""The workload as other sources have it: git clones, and a database of the real github-to-sqlite."""

import os
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path

from tests.github.emulator import Emulator
from tests.github.model import Account, Repository, Thread
from tests.github.others.measure import REDIRECT
from tests.github.workload import Workload
from tests.helpers.repositories import Invented, Person

_OTHERS = REDIRECT.parent
_NOBODY: Person = ("Ghost", "ghost@elsewhere.example")


def _person(account: Account | None) -> Person:
    return (account.login, f"{account.login}@users.noreply.github.com") if account else _NOBODY


def _time(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%S}"


def upstream(workload: Workload) -> list[Repository]:
    """Return the repositories in which the members work, without the one that nobody may see."""
    return [one for one in (*workload.world.upstream, *workload.world.new) if not one.sealed]


def own_side(workload: Workload) -> list[Repository]:
    """Return the repositories of the own side, without the one that nobody may see."""
    return [one for one in workload.world.own.values() if not one.sealed]


def write_clones(workload: Workload, folder: Path) -> None:
    """Write a bare clone of each repository, as it is called now: merges by GitHub's button, and tags.

    What an issue of the own side says, a commit says there, as if somebody had closed the issue by it.
    """
    for repository in own_side(workload):
        clone = Invented(folder / f"{repository.owner.login}+{repository.name}")
        for thread in repository.threads:
            message = f"{thread.title} (#{thread.number})\n\n{thread.body}"
            clone.main(message, author=_person(thread.author), at=_time(thread.created_at))
    for repository in upstream(workload):
        clone = Invented(folder / f"{repository.owner.login}+{repository.name}")
        clone.main("Start", at=_time(repository.created_at))
        merged = [one for one in repository.threads if one.merged_at]
        for thread in sorted(merged, key=lambda one: one.merged_at or one.created_at):
            _merge(clone, thread)
        for release in repository.releases:
            if release.published_at:
                clone.tag(release.tag_name, clone.tip or "", _person(release.author), at=_time(release.published_at))


def _merge(clone: Invented, thread: Thread) -> None:
    """Merge a pull request of one commit."""
    assert thread.merged_at
    author, tip = _person(thread.author), [clone.tip] if clone.tip else []
    at = _time(max(thread.created_at, thread.merged_at - timedelta(hours=1)))
    work = clone.commit("Work", *tip, author=author, at=at, files={f"{thread.number}.txt": "x\n"})
    clone.merge(
        thread.number, f"{author[0].lower()}/change", work,
        title=" ".join(thread.title.split()), author=_person(thread.merged_by), at=_time(thread.merged_at),
    )  # fmt: skip


def write_database(github: Emulator, path: Path) -> None:
    """Let github-to-sqlite, in a process of its own, write a database of what the emulator answers."""
    places = [one.ref for one in (*upstream(github.workload), *own_side(github.workload))]
    environment = os.environ | {
        "PYTHONPATH": str(REDIRECT),
        "GITHUB_EMULATOR": github.url,
        "GITHUB_TOKEN": github.token,
    }
    command = [str(_OTHERS / "to_sqlite.py"), str(path), *places]
    subprocess.run([sys.executable, *command], env=environment, capture_output=True, check=True)
