"""A history as git tells it: its commits and tags, its main line, and what each merge brought."""

import re
import secrets
from typing import NamedTuple

from contribkit.loaders.git.repository import Repository

_FIELDS = ("%H", "%P", "%aN", "%aE", "%at", "%cN", "%cE", "%ct", "%B")
_LATEST = 253_402_300_800  # the end of the year 9999
_CO_AUTHOR = re.compile(r"^co-authored-by:[ \t]*([^<\n]{0,200})<([^>\n]{1,200})>", re.IGNORECASE | re.MULTILINE)

Person = tuple[str, str]  # name and address, as the repository's .mailmap has them


class Commit(NamedTuple):
    """One commit; times are in seconds since 1970, None where no calendar knows them.

    Co-authors are those of the Co-authored-by trailers.
    """

    sha: str
    parents: list[str]
    author: Person
    authored: int | None
    committer: Person
    committed: int | None
    message: str
    paths: list[str]
    co_authors: list[Person]

    @property
    def subject(self) -> str:
        """The first line of the message."""
        return self.message.split("\n", 1)[0].strip()


class Tag(NamedTuple):
    """One tag; a lightweight one has no tagger and its commit's time."""

    name: str
    tagger: Person | None
    at: int | None
    subject: str


def read_log(repository: Repository, paths: bool = True) -> list[Commit]:
    """Return every commit of the default branch, children before parents.

    With `paths`, those that it touched; for merges, those that differ from the first parent.
    """
    # Strangers write messages and names, so no fixed separator could tell commits apart: this one they cannot know.
    mark = secrets.token_hex(16)
    touched = ["--name-only", "--diff-merges=first-parent", "--no-renames", "--no-ext-diff"] if paths else []
    answer = repository.git(
        "log", "-z", "--topo-order", "--use-mailmap", "--no-notes", "--no-color",
        *touched, f"--format={mark}{'%x00'.join(_FIELDS)}%x00", repository.head or "HEAD",
    )  # fmt: skip
    commits = [_commit(text) for text in answer.decode(errors="replace").split(mark)[1:]]
    people = list({person for commit in commits for person in commit.co_authors})
    mapped = dict(zip(people, _mailmap(repository, people), strict=True))
    return [
        commit._replace(co_authors=[mapped[person] for person in commit.co_authors]) if commit.co_authors else commit
        for commit in commits
    ]


def seconds_or_none(text: str) -> int | None:
    """Return a time as git prints it, None for one that git or a calendar cannot read."""
    return int(text) if text and int(text) < _LATEST else None


def _commit(text: str) -> Commit:
    sha, parents, name, mail, authored, committer, committer_mail, committed, message, rest = text.split("\0", 9)
    trailers = _CO_AUTHOR.findall(message) if "<" in message else []
    return Commit(
        sha,
        parents.split(),
        (name, mail),
        seconds_or_none(authored),
        (committer, committer_mail),
        seconds_or_none(committed),
        message,
        rest.strip("\0\n").split("\0") if len(rest) > 1 else [],
        [(name.strip(), mail.strip()) for name, mail in trailers if mail.strip()],
    )


def read_tags(repository: Repository) -> list[Tag]:
    """Return the tags of a repository."""
    fields = ("refname:strip=2", "taggername", "taggeremail:trim", "creatordate:unix", "contents:subject")
    answer = repository.git("for-each-ref", "refs/tags", "--format=" + "%00".join(f"%({field})" for field in fields))
    rows = [line.split("\0") for line in answer.decode(errors="replace").split("\n") if line.count("\0") == 4]
    people = [(name, mail) for _, name, mail, _, _ in rows if mail]
    mapped = dict(zip(people, _mailmap(repository, people), strict=True))
    return [
        Tag(tag, mapped[name, mail] if mail else None, seconds_or_none(at), subject)
        for tag, name, mail, at, subject in rows
        if at
    ]


def _mailmap(repository: Repository, people: list[Person]) -> list[Person]:
    """Return names and addresses as `.mailmap` has them; for-each-ref can do so only from git 2.43 on."""
    if not people:
        return []
    asked = "".join(f"{name} <{mail}>\n" for name, mail in people).encode()
    answer = repository.git("check-mailmap", "--stdin", stdin=asked).decode(errors="replace").split("\n")[:-1]
    found = [re.fullmatch(r"(.*?) ?<(.*)>", line) for line in answer]
    return [(m[1], m[2]) if m else person for m, person in zip(found, people, strict=True)]


class History:
    """The commits of a default branch, children before parents: its main line, and what each merge brought to it."""

    def __init__(self, commits: list[Commit]) -> None:
        self._by_sha = {commit.sha: commit for commit in commits}
        self._order = {commit.sha: position for position, commit in enumerate(commits)}
        self._all = commits
        line = []
        commit = commits[0] if commits else None
        while commit is not None:
            line.append(commit)
            commit = self._by_sha.get(commit.parents[0]) if commit.parents else None
        self.main_line = {commit.sha for commit in line}
        self._brought = self._walk(line)
        self._came_with = {own.sha: self._by_sha[sha] for sha, branch in self._brought.items() for own in branch}

    def most_trusted_first(self) -> list[Commit]:
        """Return all commits by how far their numbers are trusted: main line first, then merges, then older ones."""
        oldest_first = reversed(self._all)
        return sorted(oldest_first, key=lambda commit: (commit.sha not in self.main_line, len(commit.parents) < 2))

    def came_with(self, commit: Commit) -> Commit | None:
        """Return the merge of the main line that brought a commit, None for one of the main line itself."""
        return self._came_with.get(commit.sha)

    def branch(self, merge: Commit) -> list[Commit]:
        """Return what a merge brought that was not there before it, children before parents."""
        if merge.sha in self._brought:
            return self._brought[merge.sha]
        before = self._ancestors(merge.parents[:1], set())
        return self._in_order(self._ancestors(merge.parents[1:], before))

    def _walk(self, line: list[Commit]) -> dict[str, list[Commit]]:
        """Assign every commit to the merge of the main line that brought it; one pass, oldest first."""
        seen: set[str] = set()
        brought = {}
        for commit in reversed(line):
            if len(commit.parents) > 1:
                own = self._ancestors(commit.parents[1:], seen)
                seen |= own
                brought[commit.sha] = self._in_order(own)
            seen.add(commit.sha)
        return brought

    def _ancestors(self, shas: list[str], without: set[str]) -> set[str]:
        found: set[str] = set()
        waiting = list(shas)
        while waiting:
            sha = waiting.pop()
            if sha not in found and sha not in without and sha in self._by_sha:
                found.add(sha)
                waiting.extend(self._by_sha[sha].parents)
        return found

    def _in_order(self, shas: set[str]) -> list[Commit]:
        return [self._by_sha[sha] for sha in sorted(shas, key=self._order.__getitem__)]
