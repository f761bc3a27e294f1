"""A history as git tells it: its commits and tags, its main line, and what each merge brought."""

import re
import secrets
from collections.abc import Container, Iterable
from datetime import UTC, datetime
from typing import NamedTuple

from contribkit.loaders.git.repository import Repository

_FIELDS = ("%H", "%P", "%aN", "%aE", "%at", "%ct", "%B")
_LATEST = 253_402_300_800  # the end of the year 9999
_CO_AUTHOR = re.compile(r"^co-authored-by:[ \t]*([^<\n]{0,200})<([^>\n]{1,200})>", re.IGNORECASE | re.MULTILINE)

Person = tuple[str, str]  # name and address, as the repository's .mailmap has them


class Commit(NamedTuple):
    """One commit; a time is None where no calendar knows it."""

    sha: str
    parents: list[str]
    author: Person
    authored: datetime | None
    committed: datetime | None
    message: str
    paths: list[str]
    co_authors: list[Person]  # of the Co-authored-by trailers

    @property
    def subject(self) -> str:
        """The first line of the message."""
        return self.message.split("\n", 1)[0].strip()


class Tag(NamedTuple):
    """One tag; a lightweight one has no tagger and its commit's time."""

    name: str
    tagger: Person | None
    at: datetime | None
    subject: str


def read_log(repository: Repository, paths: bool = True, added: tuple[str, ...] = ()) -> list[Commit]:
    """Return every commit of the default branch, children before parents, with the paths that it touched."""
    options = ["--topo-order"]
    if added:  # only commits that added files with such endings; of two that added the same one, the later comes first
        options = ["--date-order", "--full-history", "--diff-merges=off", "--diff-filter=A"]
    if paths:
        options += ["--name-only", "--no-renames", "--no-ext-diff", *([] if added else ["--diff-merges=first-parent"])]
    # Strangers write messages and names, so no fixed separator could tell commits apart: this one they cannot know.
    mark = secrets.token_hex(16)
    answer = repository.git(
        "log", "-z", "--use-mailmap", "--no-notes", "--no-color", *options,
        f"--format={mark}{'%x00'.join(_FIELDS)}%x00", repository.head or "HEAD",
        "--", *(f":(icase)*{ending}" for ending in added),
    )  # fmt: skip
    commits = [_commit(text) for text in answer.decode(errors="replace").split(mark)[1:]]
    mapped = _mailmap(repository, {person for commit in commits for person in commit.co_authors})
    return [commit._replace(co_authors=[mapped[person] for person in commit.co_authors]) for commit in commits]


def _commit(text: str) -> Commit:
    sha, parents, name, mail, authored, committed, message, touched = text.split("\0", len(_FIELDS))
    trailers = _CO_AUTHOR.findall(message) if "<" in message else []
    co_authors = [(name.strip(), mail.strip()) for name, mail in trailers if mail.strip()]
    paths = touched.strip("\0\n").split("\0") if len(touched) > 1 else []
    times = _moment(authored), _moment(committed)
    return Commit(sha, parents.split(), (name, mail), *times, message, paths, co_authors)


def _moment(seconds: str) -> datetime | None:
    """Return a time as git prints it, None for one that git or a calendar cannot read."""
    return datetime.fromtimestamp(int(seconds), UTC) if seconds and int(seconds) < _LATEST else None


def read_tags(repository: Repository) -> list[Tag]:
    """Return the tags of a repository."""
    fields = ("refname:strip=2", "taggername", "taggeremail:trim", "creatordate:unix", "contents:subject")
    answer = repository.git("for-each-ref", "refs/tags", "--format=" + "%00".join(f"%({field})" for field in fields))
    rows = [line.split("\0") for line in answer.decode(errors="replace").split("\n") if line.count("\0") == 4]
    mapped = _mailmap(repository, {(name, mail) for _, name, mail, _, _ in rows if mail})
    return [Tag(tag, mapped.get((name, mail)), _moment(at), subject) for tag, name, mail, at, subject in rows if at]


def _mailmap(repository: Repository, people: Iterable[Person]) -> dict[Person, Person]:
    """Return names and addresses as `.mailmap` has them; for-each-ref can do so only from git 2.43 on."""
    known = sorted(people)
    if not known:
        return {}
    asked = "".join(f"{name} <{mail}>\n" for name, mail in known).encode()
    answer = repository.git("check-mailmap", "--stdin", stdin=asked).decode(errors="replace").split("\n")[:-1]
    found = [re.fullmatch(r"(.*?) ?<(.*)>", line) for line in answer]
    return {person: (m[1], m[2]) if m else person for m, person in zip(found, known, strict=True)}


class History:
    """The commits of a default branch, children before parents: its main line, and what each merge brought to it."""

    def __init__(self, commits: list[Commit]) -> None:
        self._commits = {commit.sha: commit for commit in commits}
        self._order = {sha: position for position, sha in enumerate(self._commits)}
        line = self._line(commits[0].sha, self._commits) if commits else []
        self.main_line = {commit.sha for commit in line}
        self.second_lines: set[str] = set()  # the main lines of what was merged into it
        self._branches: dict[str, list[Commit]] = {}
        self.came_with: dict[str, Commit] = {}  # by hash, the merge that brought what is not of the main line itself
        seen: set[str] = set()
        for commit in reversed(line):
            brought = self._ancestors(commit.parents[1:], seen)
            seen |= brought | {commit.sha}
            self._branches[commit.sha] = self._in_order(brought)
            self.came_with |= dict.fromkeys(brought, commit)
            for parent in commit.parents[1:]:
                self.second_lines |= {other.sha for other in self._line(parent, brought)}

    def _line(self, sha: str, within: Container[str]) -> list[Commit]:
        """Return a commit, its first parent, that one's first parent and so on, as far as they are in `within`."""
        line: list[Commit] = []
        while sha in within:
            line.append(self._commits[sha])
            sha = line[-1].parents[0] if line[-1].parents else ""
        return line

    def branch(self, merge: Commit) -> list[Commit]:
        """Return what a merge brought that was not there before it, children before parents."""
        if merge.sha in self._branches:
            return self._branches[merge.sha]
        before = self._ancestors(merge.parents[:1], set())
        return self._in_order(self._ancestors(merge.parents[1:], before))

    def of_head(self, head: str, branch: list[Commit]) -> list[Commit]:
        """Return the part of a merged branch that is reached from one of its heads."""
        reached = {head}
        for commit in branch:  # children before parents
            if commit.sha in reached:
                reached.update(commit.parents)
        return [commit for commit in branch if commit.sha in reached]

    def _ancestors(self, shas: list[str], without: set[str]) -> set[str]:
        found: set[str] = set()
        waiting = list(shas)
        while waiting:
            sha = waiting.pop()
            if sha not in found and sha not in without and sha in self._commits:
                found.add(sha)
                waiting.extend(self._commits[sha].parents)
        return found

    def _in_order(self, shas: set[str]) -> list[Commit]:
        return [self._commits[sha] for sha in sorted(shas, key=self._order.__getitem__)]
