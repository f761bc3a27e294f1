"""References of the organisation's own side: commit messages and Markdown documents that point at upstream threads."""

import re
import secrets
from collections.abc import Iterator
from datetime import date, datetime, time
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import yaml

from contribkit.errors import ContribkitError
from contribkit.ids import links, passages
from contribkit.loaders.git.commits import Commit, Person, seconds_or_none
from contribkit.loaders.git.pull_requests import People
from contribkit.loaders.git.repository import PARTIAL, Repository

_MARKDOWN = (".md", ".markdown", ".mdx", ".qmd")
_LARGEST = 1_000_000  # bytes; what is larger was written by no person


class Document(NamedTuple):
    """A Markdown document of the default branch, and when (seconds since 1970) and by whom it was added."""

    path: str
    text: str
    added: int
    author: Person


def read_documents(repository: Repository) -> list[Document]:
    """Return the Markdown documents of a repository that hold a link to a thread."""
    head = repository.head or "HEAD"
    tree = repository.git("ls-tree", "-r", "-z", "-l", head).decode(errors="replace").split("\0")
    blobs = {}
    for entry in filter(None, tree):
        (_, kind, sha, size), path = entry.split("\t", 1)[0].split(), entry.split("\t", 1)[1]
        if kind == "blob" and path.casefold().endswith(_MARKDOWN):
            if not size.isdigit():
                raise _missing(repository, sha)
            if int(size) <= _LARGEST:
                blobs[path] = sha
    texts = _contents(repository, list(blobs.values()))
    linking = {path: text for path, text in zip(blobs, texts, strict=True) if links(text)}
    added = _added(repository, head) if linking else {}
    return [Document(path, text, *added.get(path, (0, ("", "")))) for path, text in linking.items()]


def _contents(repository: Repository, shas: list[str]) -> list[str]:
    answer = repository.git("cat-file", "--batch", stdin="".join(f"{sha}\n" for sha in shas).encode())
    texts, place = [], 0
    for sha in shas:
        end = answer.index(b"\n", place)
        header = answer[place:end].split()
        if len(header) != 3:  # "SHA missing"
            raise _missing(repository, sha)
        size = int(header[2])
        text = answer[end + 1 : end + 1 + size].decode("utf-8-sig", errors="replace")
        texts.append(text.replace("\r\n", "\n"))
        place = end + size + 2
    return texts


def _missing(repository: Repository, sha: str) -> ContribkitError:
    if repository.is_partial:
        return ContribkitError(f"{repository.path}: {PARTIAL}")
    return ContribkitError(f"{repository.path}: the object {sha} is missing or damaged; clone it again")


def _added(repository: Repository, head: str) -> dict[str, tuple[int, Person]]:
    """Return for each document the time and author of the commit that first added it."""
    mark = secrets.token_hex(16)
    answer = repository.git(
        "log", "-z", "--use-mailmap", "--no-color", "--diff-filter=A", "--no-renames",
        "--name-only", f"--format={mark}%at%x00%aN%x00%aE%x00", head, "--",
        *(f":(icase)*{ending}" for ending in _MARKDOWN),
    )  # fmt: skip
    added: dict[str, tuple[int, Person]] = {}
    for commit in answer.decode(errors="replace").split(mark)[1:]:
        when, name, mail, paths = commit.split("\0", 3)
        for path in filter(None, paths.strip("\0\n").split("\0")):
            added[path] = (seconds_or_none(when) or 0, (name, mail))  # newest first: the last one stands
    return added


def references(repo: str, commits: list[Commit], documents: list[Document], people: People) -> Iterator[dict[str, Any]]:
    """Yield a row of the references table for each pair of a commit or document and a thread it points at.

    Parameters
    ----------
    repo
        ``owner/name`` of a repository on the organisation's own side.
    commits, documents
        Its history and its documents.
    people
        Maps names and addresses to logins.
    """
    organisation = people.organisation
    for commit in commits:
        common = _common(repo, "commit", commit.sha[:9], commit.author, people)
        about = {"url": f"https://github.com/{repo}/commit/{commit.sha}", "date": commit.authored}
        for ref, text, context in passages(commit.message, organisation.is_own):
            yield common | about | {"ref": ref, "title": commit.subject, "text": text, "context": context}
    for document in documents:
        front, body = front_matter(document.text)
        heading = re.search(r"^#[ \t]+(.{1,300})$", body, re.MULTILINE)
        title = front.get("title") if isinstance(front.get("title"), str | int | float | date) else None
        common = _common(repo, "document", document.path, document.author, people)
        common |= {
            "url": f"https://github.com/{repo}/blob/HEAD/{document.path}",
            "date": _day(front.get("date"), organisation.timezone) or document.added or None,
            "title": str(title or (heading[1] if heading else document.path)),
            "labels": [tag for name in ("authors", "tags", "categories") for tag in _words(front.get(name))],
        }
        for ref, text, context in passages(body, organisation.is_own):
            yield common | {"ref": ref, "text": text, "context": context}


def _common(repo: str, kind: str, identifier: str, author: Person, people: People) -> dict[str, Any]:
    return {
        "source": repo,
        "direction": "in",
        "kind": kind,
        "id": identifier,
        "by": people.login(author),
        "by_is_bot": people.is_bot(author),
        "labels": [],
    }


class _FrontMatter(yaml.SafeLoader):
    """YAML without aliases: a few nested ones stand for gigabytes."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        """Refuse an alias; compose everything else."""
        if self.check_event(yaml.AliasEvent):
            raise yaml.YAMLError("front matter with an alias")
        return super().compose_node(parent, index)


def front_matter(text: str) -> tuple[dict[str, Any], str]:
    """Return the YAML block at the start of a document, empty where there is none or it is broken, and the rest.

    Examples
    --------
    >>> front_matter("---\\ntitle: A post\\n---\\nwords")
    ({'title': 'A post'}, 'words')
    """
    match = re.match(r"---[ \t]*\n(.*?)\n---[ \t]*(?:\n|$)", text, re.DOTALL)
    if not match:
        return {}, text
    try:
        front = yaml.load(match[1], _FrontMatter)  # a safe loader
    except (yaml.YAMLError, ValueError, RecursionError):
        front = None
    return front if isinstance(front, dict) else {}, text[match.end() :]


def _day(value: Any, timezone: str) -> int | None:
    """Return a date from YAML as seconds since 1970, None where it is not one; without a zone it is in `timezone`."""
    zone = ZoneInfo(timezone)
    try:
        value = datetime.fromisoformat(value) if isinstance(value, str) else value
    except ValueError:
        return None
    if isinstance(value, date) and not isinstance(value, datetime):
        value = datetime.combine(value, time(), zone)
    if not isinstance(value, datetime):
        return None
    return int(value.replace(tzinfo=value.tzinfo or zone).timestamp())


def _words(value: Any) -> list[str]:
    return [word for word in (value if isinstance(value, list) else [value]) if isinstance(word, str)]
