"""A history as git tells it: its commits and tags, its main line, and what each merge brought."""

import re
import secrets
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from contribkit.loaders.git.repository import Repository

_FIELDS = ("%H", "%P", "%aN", "%aE", "%at", "%ct", "%B")
_LATEST = 253_402_300_800  # the end of the year 9999
_CO_AUTHOR = re.compile(r"^co-authored-by:[ \t]*([^<\n]{0,200})<([^>\n]{1,200})>", re.IGNORECASE | re.MULTILINE)

Person = tuple[str, str]  # name and address, as the repository's .mailmap has them


class Commit(NamedTuple):
    """One commit, of which most are only asked for the first fields: the rest is kept as git prints it."""

    sha: str
    parents: tuple[str, ...]
    author: Person
    authored_at: str
    committed_at: str
    message: str
    touched: str
    co_authors: Sequence[Person] = ()  # of the Co-authored-by trailers

    @property
    def subject(self) -> str:
        """The first line of the message."""
        return self.message.partition("\n")[0].strip()

    @property
    def first_parent(self) -> str:
        """Its first parent, empty for a first commit."""
        return self.parents[0] if self.parents else ""

    @property
    def authored(self) -> datetime | None:
        """When it was written, None where no calendar knows the time."""
        return _moment(self.authored_at)

    @property
    def committed(self) -> datetime | None:
        """When it was committed, None where no calendar knows the time."""
        return _moment(self.committed_at)

    @property
    def paths(self) -> list[str]:
        """The paths that it touched."""
        return self.touched.strip("\0\n").split("\0") if len(self.touched) > 1 else []


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
    helped = {place: _co_authors(commit.message) for place, commit in enumerate(commits) if "<" in commit.message}
    mapped = _mailmap(repository, {person for people in helped.values() for person in people})
    for place, people in helped.items():
        commits[place] = commits[place]._replace(co_authors=[mapped[person] for person in people])
    return commits


def _commit(text: str) -> Commit:
    sha, parents, name, mail, authored, committed, message, touched = text.split("\0", len(_FIELDS))
    return Commit(sha, tuple(parents.split()), (name, mail), authored, committed, message, touched)


def _co_authors(message: str) -> list[Person]:
    found = ((name.strip(), mail.strip()) for name, mail in _CO_AUTHOR.findall(message))
    return [(name, mail) for name, mail in found if mail]


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
        self._commits = commits
        self._places = {commit.sha: place for place, commit in enumerate(commits)}
        line = self._main_line()
        self.main_line = {commit.sha for commit in line}
        self.second_lines: set[str] = set()  # the main lines of what was merged into it
        self.came_with: dict[str, Commit] = {}  # by hash, the merge that brought what is not of the main line itself
        self._branches: dict[str, list[Commit]] = {}
        # What several merges reach came with the oldest of them: all children of a commit are seen before it.
        ages = {commit.sha: age for age, commit in enumerate(line)}
        for commit in commits:
            age = ages[commit.sha]
            if commit.sha not in self.main_line:
                self.came_with[commit.sha] = line[age]
                self._branches.setdefault(line[age].sha, []).append(commit)
            for parent in commit.parents:
                if ages.get(parent, age) >= age:
                    ages[parent] = age
        for merge in line:
            for sha in merge.parents[1:]:
                while self.came_with.get(sha) is merge:
                    self.second_lines.add(sha)
                    sha = commits[self._places[sha]].first_parent

    def _main_line(self) -> list[Commit]:
        """Return the newest commit, its first parent, that one's first parent and so on, the oldest first."""
        line = self._commits[:1]
        while line and line[-1].first_parent in self._places:
            line.append(self._commits[self._places[line[-1].first_parent]])
        return line[::-1]

    def branch(self, merge: Commit) -> list[Commit]:
        """Return what a merge brought that was not there before it, children before parents."""
        if merge.sha in self.main_line:
            return self._branches.get(merge.sha, [])
        brought, before, waiting = list[Commit](), set(merge.parents[:1]), set(merge.parents[1:])
        for commit in self._commits[self._places[merge.sha] + 1 :]:
            if waiting <= before:
                break
            if commit.sha in before:
                before.update(commit.parents)
            elif commit.sha in waiting:
                brought.append(commit)
                waiting.update(commit.parents)
            waiting.discard(commit.sha)
        return brought

    def of_head(self, head: str, branch: list[Commit]) -> list[Commit]:
        """Return the part of a merged branch that is reached from one of its heads."""
        reached = {head}
        for commit in branch:  # children before parents
            if commit.sha in reached:
                reached.update(commit.parents)
        return [commit for commit in branch if commit.sha in reached]
