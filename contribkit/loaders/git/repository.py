"""A clone or bare mirror on disk: running git in it safely, its health, and which repository it is a clone of."""

import os
import re
import subprocess
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from urllib.parse import urlsplit

from contribkit.config.organisation import Organisation
from contribkit.errors import ContribkitError
from contribkit.ids import OWNER, REPOSITORY

PARTIAL = "is a partial clone that lacks some objects; clone it again without --filter"
GITHUB_HOSTS = ("github.com", "www.github.com", "ssh.github.com")

# Read-only and the same on every machine: no pager, no prompt, no climbing into a repository around the folder. A clone
# may come from a stranger, whose configuration must not run programs: nothing is fetched, whatever the clone says.
_ENVIRONMENT = {
    "GIT_ALLOW_PROTOCOL": "none", "GIT_NO_LAZY_FETCH": "1", "GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0",
    "GIT_FLUSH": "0",  # a history in large blocks, not commit by commit
    "LANGUAGE": "", "LC_ALL": "C.UTF-8",  # the first would win over the second
}  # fmt: skip
# Of the caller's own variables only those that say where git and its configuration are: safe.directory is in that.
_KEPT = ("GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM", "GIT_CONFIG_NOSYSTEM", "GIT_EXEC_PATH")
_OPTIONS = (
    "core.fsmonitor=false", "core.hooksPath=/dev/null", "core.quotePath=false", "diff.orderFile=/dev/null",
    "i18n.logOutputEncoding=UTF-8", "log.showRoot=true", "log.showSignature=false", "mailmap.blob=HEAD:.mailmap",
    "mailmap.file=", "safe.bareRepository=all",
)  # fmt: skip
# Seconds: a clone may name a file that never ends, such as a pipe. The first questions are answered at once or never.
_TIMEOUT, _SHORT = 600, 20
_APART = str(Path(__file__).parent)  # git runs here: a .mailmap in the folder of a clone may be such a file
_REMOTE = re.compile(r"(?!file:)(?:[\w.+-]+://(?:[^@/]*@)?(?P<host>[^/:]+)(?::\d+)?/|(?:[^@/]+@)?(?P<alias>[^/:]{2,}):)"
                     r"(?P<name>.+?)(?:\.git)?/?")  # fmt: skip
# As people name GitHub in ~/.ssh/config.
_SSH_ALIAS = re.compile(r"(?:[\w-]+\.)?github\.com(?:-[\w-]+)?|[\w-]*github[\w-]*")
# Of the first line with one that is there, the newest is read: a default branch that was renamed leaves the old name
# behind. Git before 2.48 sets no upstream/HEAD; where there is an upstream, origin may be a fork whose main is stale.
_HEADS = (
    ("refs/remotes/upstream/HEAD", "refs/remotes/upstream/main", "refs/remotes/upstream/master"),
    ("refs/remotes/origin/HEAD", "refs/remotes/origin/main", "refs/remotes/origin/master"),
    ("HEAD", "refs/heads/main", "refs/heads/master"),
)


@dataclass(frozen=True)
class Repository:
    """A git repository in a folder."""

    path: Path

    @property
    def folder(self) -> Path:
        """Its git directory."""
        return self._about[0]

    @cached_property
    def _about(self) -> tuple[Path, bool]:
        """Its git directory, and whether it is shallow."""
        asked = ("rev-parse", "--absolute-git-dir", "--is-shallow-repository")
        answer = self._run("-C", str(self.path.resolve()), *asked, timeout=_SHORT)
        folder, _, shallow = answer.rstrip(b"\n").rpartition(b"\n")
        return Path(os.fsdecode(folder)), shallow == b"true"

    def git(self, *arguments: str, stdin: bytes | None = None, timeout: int = _TIMEOUT) -> bytes:
        """Return what a git command prints; where it fails or does not end, the error says so in git's words."""
        return self._run(f"--git-dir={self.folder}", *arguments, stdin=stdin, timeout=timeout)

    def _run(self, *arguments: str, timeout: int, stdin: bytes | None = None) -> bytes:
        environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
        environment |= {name: os.environ[name] for name in _KEPT if name in os.environ} | _ENVIRONMENT
        environment["GIT_CEILING_DIRECTORIES"] = str(self.path.resolve().parent)
        command = ["git", *(part for option in _OPTIONS for part in ("-c", option)), *arguments]
        try:
            answer = subprocess.run(
                command, input=stdin, capture_output=True, env=environment, check=False, timeout=timeout, cwd=_APART
            )
        except FileNotFoundError as error:
            raise ContribkitError("git is not installed; install it to read clones") from error
        except subprocess.TimeoutExpired as error:
            raise ContribkitError(f"{self.path}: git did not end within {timeout} seconds; clone it again") from error
        if answer.returncode:
            raise ContribkitError(f"{self.path}: {self._reason(answer.stderr.decode(errors='replace'))}")
        return answer.stdout

    def _reason(self, stderr: str) -> str:
        """Return what git printed in one line: the fatal error rather than the warnings before it."""
        if "lazy fetching disabled" in stderr or "promisor" in stderr:
            return PARTIAL
        if "not a git repository" in stderr:
            return "is not a git repository; clone it again, or remove it"
        if "dubious ownership" in stderr:
            fix = f"git config --global --add safe.directory {self.path.resolve()}"
            return f"belongs to another user, so git does not read it; run: {fix}"
        lines = [line for line in stderr.strip().splitlines() if line]
        start = next((number for number, line in enumerate(lines) if line.startswith("fatal: ")), 0)
        return f"git says: {' '.join(lines[start : start + 3]).removeprefix('fatal: ')}"

    def check(self) -> None:
        """Raise `ContribkitError` for a folder that is not a repository, is shallow, or empty."""
        if not self.path.is_dir():
            raise ContribkitError(f"{self.path}: there is no such folder; clone the repository there, or remove it")
        if self._about[1]:
            raise ContribkitError(f"{self.path}: is a shallow clone; run: git -C {self.path} fetch --unshallow")
        if self.head is None:
            problem = "is an empty repository, or the commit of its default branch is missing"
            raise ContribkitError(f"{self.path}: {problem}; clone it again")

    @property
    def head(self) -> str | None:
        """The commit that is read: the newest of those that may be the default branch, None where there is none."""
        return self._head[1]

    @property
    def renamed_to(self) -> str:
        """The branch that is read where it is newer than the one that the clone calls its default; else empty."""
        name, _, is_default = self._head
        return "" if is_default else name.removeprefix("refs/").removeprefix("heads/").removeprefix("remotes/")

    @cached_property
    def _head(self) -> tuple[str, str | None, bool]:
        """Name and commit of the newest candidate, and whether it is what the clone calls its default branch."""
        candidates = [name for names in _HEADS for name in names]
        options = ("--no-walk=unsorted", "--ignore-missing", "--format=%S %H %ct")
        lines = self.git("log", *options, "--end-of-options", *candidates, timeout=_SHORT).decode().splitlines()
        known = {name: (int(at or 0), sha) for name, sha, at in (line.split(" ") for line in lines)}
        for names in _HEADS:
            if found := [name for name in names if name in known]:
                newest = max(found, key=lambda name: known[name][0])  # of equal ones the first
                return newest, known[newest][1], newest == names[0] or names[0] not in known
        return "HEAD", None, True

    @cached_property
    def remotes(self) -> list[tuple[str, str]]:
        """Host and ``owner/repo`` of each remote that is no path; ``upstream`` first, as ``origin`` may be a fork."""
        lines = self.git("remote", "-v").decode(errors="replace")  # unlike the configuration, insteadOf is applied
        urls = dict(re.findall(r"^(\S+)\t(.*) \(fetch\)", lines, re.MULTILINE))
        ordered = sorted(urls, key=lambda name: ({"upstream": 0, "origin": 1}.get(name, 2), name))
        found = []
        for match in filter(None, (_REMOTE.fullmatch(urls[name]) for name in ordered)):
            host = (match["host"] or match["alias"]).casefold()
            is_github = match["alias"] and _SSH_ALIAS.fullmatch(host)
            found.append((GITHUB_HOSTS[0] if is_github else host, match["name"]))
        return found

    @property
    def fetched_at(self) -> datetime:
        """When it was last fetched, as far as its files tell: at the latest then, since copying makes them younger."""
        fetched = self.folder / "FETCH_HEAD"
        paths = [fetched] if fetched.exists() else [self.folder / "HEAD", self.folder / "packed-refs"]
        return datetime.fromtimestamp(max(path.stat().st_mtime for path in paths if path.exists()), UTC)

    @property
    def is_partial(self) -> bool:
        """Whether it was cloned with ``--filter``: some objects may be missing."""
        with suppress(ContribkitError):  # git's answer where nothing matches
            return bool(self.git("config", "--get-regexp", r"^remote\..*\.promisor$|^extensions\.partialclone$"))
        return False

    def name(self, organisation: Organisation) -> str | None:
        """Return which repository it is: of its remotes on GitHub one that is looked at, else the first; else None."""
        api = urlsplit(str(organisation.sources.get("github", {}).get("api_url", ""))).hostname or ""
        hosts = (*GITHUB_HOSTS, api.removeprefix("api."))
        names = [name for host, name in self.remotes if host in hosts and re.fullmatch(f"{OWNER}/{REPOSITORY}", name)]
        if not self.remotes:  # none on a host: the folder's name tells it, or nothing does
            if re.fullmatch(rf"{OWNER}\+{REPOSITORY}", folder := self.path.name.removesuffix(".git")):
                return folder.replace("+", "/", 1)
            fix = "name the folder OWNER+NAME, or set its remote: git remote add origin https://github.com/OWNER/NAME"
            raise ContribkitError(f"{self.path}: it is unknown which repository this is; {fix}")
        used = (name for name in names if organisation.is_own(name) or organisation.upstream_of(name))
        return next(used, names[0] if names else None)
