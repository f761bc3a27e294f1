"""Read a history with one git command: every commit with its people, times, message and touched paths."""

import re
import secrets
from typing import NamedTuple

from contribkit.loaders.git.repository import Repository

_FIELDS = ("%H", "%P", "%aN", "%aE", "%at", "%cN", "%cE", "%ct", "%B")
_LATEST = 253_402_300_800  # the end of the year 9999
_CO_AUTHOR = re.compile(r"^co-authored-by:[ \t]*([^<\n]{0,200})<([^>\n]{1,200})>", re.IGNORECASE | re.MULTILINE)


class Commit(NamedTuple):
    """One commit; names and addresses as the repository's `.mailmap` has them, times in seconds since 1970.

    Co-authors are those of the Co-authored-by trailers; a time is None where it is none that a calendar knows.
    """

    sha: str
    parents: list[str]
    author: tuple[str, str]
    authored: int | None
    committer: tuple[str, str]
    committed: int | None
    message: str
    paths: list[str]
    co_authors: list[tuple[str, str]]

    @property
    def subject(self) -> str:
        """The first line of the message."""
        return self.message.split("\n", 1)[0].strip()


def read_log(repository: Repository, paths: bool = True) -> list[Commit]:
    """Return every commit of the default branch, parents behind their children.

    Parameters
    ----------
    repository
        A repository that passed its check.
    paths
        Whether to ask for the touched paths, of merges those that differ from the first parent.
    """
    # Strangers write messages and names, so that no fixed sign could tell commits apart; one they cannot know does.
    mark = secrets.token_hex(16)
    touched = ["--name-only", "--diff-merges=first-parent", "--no-renames", "--no-ext-diff"] if paths else []
    answer = repository.git(
        "log", "-z", "--topo-order", "--use-mailmap", "--no-show-signature", "--no-notes", "--no-color",
        *touched, f"--format={mark}{'%x00'.join(_FIELDS)}%x00", repository.head or "HEAD",
    )  # fmt: skip
    commits = [_commit(text) for text in answer.decode(errors="replace").split(mark)[1:]]
    people = list({person for commit in commits for person in commit.co_authors})
    mapped = dict(zip(people, _mailmap(repository, people), strict=True))
    return [
        commit._replace(co_authors=[mapped[person] for person in commit.co_authors]) if commit.co_authors else commit
        for commit in commits
    ]


def moment(seconds: str) -> int | None:
    """Return a time as git prints it, None for one that git or a calendar cannot read."""
    return int(seconds) if seconds and int(seconds) < _LATEST else None


def _co_authors(message: str) -> list[tuple[str, str]]:
    if "<" not in message:
        return []
    return [(name.strip(), mail.strip()) for name, mail in _CO_AUTHOR.findall(message) if mail.strip()]


def _commit(text: str) -> Commit:
    sha, parents, name, mail, authored, committer, committer_mail, committed, message, rest = text.split("\0", 9)
    paths = rest.strip("\0\n").split("\0") if len(rest) > 1 else []
    return Commit(
        sha,
        parents.split(),
        (name, mail),
        moment(authored),
        (committer, committer_mail),
        moment(committed),
        message,
        paths,
        _co_authors(message),
    )


class Tag(NamedTuple):
    """One tag; a lightweight one has no tagger and bears its commit's time."""

    name: str
    tagger: tuple[str, str] | None
    at: int | None
    subject: str


def read_tags(repository: Repository) -> list[Tag]:
    """Return the tags of a repository, names and addresses as its `.mailmap` has them."""
    fields = ("refname:strip=2", "taggername", "taggeremail:trim", "creatordate:unix", "contents:subject")
    answer = repository.git("for-each-ref", "refs/tags", "--format=" + "%00".join(f"%({field})" for field in fields))
    rows = [line.split("\0") for line in answer.decode(errors="replace").split("\n") if line.count("\0") == 4]
    people = [(name, mail) for _, name, mail, _, _ in rows if mail]
    mapped = dict(zip(people, _mailmap(repository, people), strict=True))
    return [
        Tag(tag, mapped[name, mail] if mail else None, moment(at), subject)
        for tag, name, mail, at, subject in rows
        if at
    ]


def _mailmap(repository: Repository, people: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return names and addresses as `.mailmap` has them; for-each-ref learnt to ask it only in git 2.43."""
    if not people:
        return []
    asked = "".join(f"{name} <{mail}>\n" for name, mail in people).encode()
    answer = repository.git("check-mailmap", "--stdin", stdin=asked).decode(errors="replace").split("\n")[:-1]
    found = [re.fullmatch(r"(.*?) ?<(.*)>", line) for line in answer]
    return [(m[1], m[2]) if m else person for m, person in zip(found, people, strict=True)]
