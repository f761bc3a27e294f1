"""A clone or bare mirror on disk: which repository it is, whether it can be read, and what git says of it."""

import os
import re
import subprocess
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from contribkit.errors import ContribkitError
from contribkit.ids import OWNER, REPOSITORY

# Read-only, the same on every machine: no pager, no prompt, no fetching of what a partial clone lacks, and
# no climbing into a repository that happens to lie around the folder.
_ENVIRONMENT = {
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    "LC_ALL": "C.UTF-8",
}
_OPTIONS = ("-c", "core.quotePath=false", "-c", "i18n.logOutputEncoding=UTF-8")
_REMOTE = re.compile(rf"(?:^(?!file:)[\w.+-]+://(?:[^@/]*@)?(?P<host>[^/:]+)(?::\d+)?/|^(?:[^@/]+@)?(?P<scp>[^/:]+):)"
                     rf"(?P<owner>{OWNER})/(?P<repo>{REPOSITORY}?)(?:\.git)?/?$")  # fmt: skip


# Git before 2.48 sets no upstream/HEAD; where there is an upstream, origin may be a fork whose main is stale.
_HEADS = (
    *(f"refs/remotes/upstream/{branch}" for branch in ("HEAD", "main", "master")),
    "refs/remotes/origin/HEAD",
    "HEAD",
)


@dataclass(frozen=True)
class Repository:
    """A git repository in a folder."""

    path: Path

    def git(self, *arguments: str, stdin: bytes | None = None) -> bytes:
        """Return what a git command prints.

        Raises
        ------
        ContribkitError
            Where git is not installed, or says no; with the folder and git's own words.
        """
        environment = os.environ | _ENVIRONMENT | {"GIT_CEILING_DIRECTORIES": str(self.path.resolve().parent)}
        for name in ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY"):
            environment.pop(name, None)
        try:
            answer = subprocess.run(
                ["git", "-C", str(self.path), *_OPTIONS, *arguments],
                input=stdin, capture_output=True, env=environment, check=False,
            )  # fmt: skip
        except FileNotFoundError as error:
            raise ContribkitError("git is not installed; install it to read clones") from error
        if answer.returncode:
            said = answer.stderr.decode(errors="replace").strip().split("\n")[0].removeprefix("fatal: ")
            raise ContribkitError(f"{self.path}: git says: {said}")
        return answer.stdout

    def check(self) -> None:
        """Raise `ContribkitError` for a folder that is no repository, is shallow, or empty."""
        if not self.path.is_dir():
            raise ContribkitError(f"{self.path}: there is no such folder; clone the repository there, or take it out")
        try:
            shallow = self.git("rev-parse", "--is-shallow-repository").strip()
        except ContribkitError as error:
            if "not a git repository" in str(error):
                raise ContribkitError(f"{self.path}: is no git repository; clone it anew, or take it out") from error
            if "dubious ownership" in str(error):
                raise ContribkitError(
                    f"{self.path}: belongs to somebody else, so git does not read it; "
                    f"run: git config --global --add safe.directory {self.path.resolve()}"
                ) from error
            raise
        if shallow == b"true":
            raise ContribkitError(f"{self.path}: is a shallow clone; run: git -C {self.path} fetch --unshallow")
        if self.head is None:
            raise ContribkitError(f"{self.path}: is an empty repository, or HEAD names no branch of it; fetch it first")

    @cached_property
    def head(self) -> str | None:
        """The commit of the default branch: the remote's where it is known, since what is checked out may differ."""
        for name in _HEADS:
            try:
                answer = self.git("rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}")
                return answer.decode().strip()
            except ContribkitError:
                continue
        return None

    @cached_property
    def remotes(self) -> list["Remote"]:
        """The remotes that are no paths on this machine; ``upstream`` first, as ``origin`` may be somebody's fork."""
        try:
            lines = self.git("config", "--get-regexp", r"^remote\..*\.url$").decode(errors="replace").splitlines()
        except ContribkitError:  # no remote at all
            return []
        urls = {
            name.split(".", 1)[1].removesuffix(".url"): url for name, _, url in (line.partition(" ") for line in lines)
        }
        ordered = sorted(urls, key=lambda name: ({"upstream": 0, "origin": 1}.get(name, 2), name))
        return [remote for name in ordered if (remote := remote_of_url(urls[name]))]


class Remote(NamedTuple):
    """A repository elsewhere: its host, and ``owner/repo`` on it."""

    host: str
    name: str


def remote_of_url(url: str) -> Remote | None:
    """Return what a remote's address points at, or None for a path on this machine.

    Examples
    --------
    >>> remote_of_url("git@github.com:jupyterhub/oauthenticator.git")
    Remote(host='github.com', name='jupyterhub/oauthenticator')
    >>> remote_of_url("https://gitlab.com/jupyterhub/oauthenticator").host
    'gitlab.com'
    >>> remote_of_url("/srv/mirrors/oauthenticator.git")
    """
    match = _REMOTE.match(url)
    return Remote((match["host"] or match["scp"]).casefold(), f"{match['owner']}/{match['repo']}") if match else None
