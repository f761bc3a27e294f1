"""What the organisation's own repositories say about upstream threads, in commit messages and Markdown documents."""

import re
import secrets
from collections.abc import Iterator
from datetime import date, datetime, time
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import yaml

from contribkit.ids import links
from contribkit.loaders.git.log import Commit, moment
from contribkit.loaders.git.people import People
from contribkit.loaders.git.repository import Repository
from contribkit.loaders.passages import passages

_MARKDOWN = (".md", ".markdown", ".mdx", ".qmd")
_LARGEST = 1_000_000  # bytes; what is larger was written by no person


class Document(NamedTuple):
    """A Markdown document of the default branch, and when and by whom it was added."""

    path: str
    text: str
    added: int
    author: tuple[str, str]


def read_documents(repository: Repository) -> list[Document]:
    """Return the Markdown documents of a repository that hold a link to a thread."""
    head = repository.head or "HEAD"
    tree = repository.git("ls-tree", "-r", "-z", "-l", head).decode(errors="replace").split("\0")
    blobs = {}
    for entry in filter(None, tree):
        (_, kind, sha, size), path = entry.split("\t", 1)[0].split(), entry.split("\t", 1)[1]
        if kind == "blob" and path.casefold().endswith(_MARKDOWN) and int(size) <= _LARGEST:
            blobs[path] = sha
    texts = _contents(repository, list(blobs.values()))
    linking = {path: text for path, text in zip(blobs, texts, strict=True) if links(text)}
    added = _added(repository, head) if linking else {}
    return [Document(path, text, *added.get(path, (0, ("", "")))) for path, text in linking.items()]


def _contents(repository: Repository, shas: list[str]) -> list[str]:
    answer = repository.git("cat-file", "--batch", stdin="".join(f"{sha}\n" for sha in shas).encode())
    texts, place = [], 0
    for _ in shas:
        end = answer.index(b"\n", place)
        size = int(answer[place:end].split()[2])
        text = answer[end + 1 : end + 1 + size].decode("utf-8-sig", errors="replace")
        texts.append(text.replace("\r\n", "\n"))
        place = end + size + 2
    return texts


def _added(repository: Repository, head: str) -> dict[str, tuple[int, tuple[str, str]]]:
    """Return for each document the time and author of the commit that first added it."""
    mark = secrets.token_hex(16)
    answer = repository.git(
        "log", "-z", "--use-mailmap", "--no-show-signature", "--no-color", "--diff-filter=A", "--no-renames",
        "--name-only", f"--format={mark}%at%x00%aN%x00%aE%x00", head, "--",
        *(f":(icase)*{ending}" for ending in _MARKDOWN),
    )  # fmt: skip
    added: dict[str, tuple[int, tuple[str, str]]] = {}
    for commit in answer.decode(errors="replace").split(mark)[1:]:
        when, name, mail, paths = commit.split("\0", 3)
        for path in filter(None, paths.strip("\0\n").split("\0")):
            added[path] = (moment(when) or 0, (name, mail))  # newest first: the last one stands
    return added


def references(repo: str, commits: list[Commit], documents: list[Document], people: People) -> Iterator[dict[str, Any]]:
    """Yield a row of the references table for each pair of a commit or document and a thread it points at.

    Parameters
    ----------
    repo
        ``owner/name`` of the organisation's own repository.
    commits, documents
        Its history and its documents.
    people
        Who names and addresses belong to, and which repositories are the organisation's own.
    """
    for commit in commits:
        for ref, text, context in passages(commit.message, people.organisation):
            yield {
                "ref": ref,
                "source": repo,
                "kind": "commit",
                "id": commit.sha[:9],
                "url": f"https://github.com/{repo}/commit/{commit.sha}",
                "date": commit.authored,
                "by": people.login(commit.author),
                "title": commit.subject,
                "labels": [],
                "text": text,
                "context": context,
            }
    for document in documents:
        front, body = front_matter(document.text)
        heading = re.search(r"^#[ \t]+(.{1,300})$", body, re.MULTILINE)
        for ref, text, context in passages(body, people.organisation):
            yield {
                "ref": ref,
                "source": repo,
                "kind": "document",
                "id": document.path,
                "url": f"https://github.com/{repo}/blob/HEAD/{document.path}",
                "date": _day(front.get("date"), people.organisation.timezone) or document.added or None,
                "by": people.login(document.author),
                "title": str(front.get("title") or (heading[1] if heading else document.path)),
                "labels": [tag for name in ("authors", "tags", "categories") for tag in _words(front.get(name))],
                "text": text,
                "context": context,
            }


def front_matter(text: str) -> tuple[dict[str, Any], str]:
    """Return the YAML block at the head of a document, empty where there is none or it is broken, and the rest.

    Examples
    --------
    >>> front_matter("---\\ntitle: A post\\n---\\nwords")
    ({'title': 'A post'}, 'words')
    """
    match = re.match(r"---[ \t]*\n(.*?)\n---[ \t]*(?:\n|$)", text, re.DOTALL)
    if not match:
        return {}, text
    try:
        front = yaml.safe_load(match[1])
    except (yaml.YAMLError, ValueError, RecursionError):
        front = None
    return front if isinstance(front, dict) else {}, text[match.end() :]


def _day(value: Any, timezone: str) -> int | None:
    """Return the seconds of a date as YAML gives it, None where it is none; without a zone it lies in `timezone`."""
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
