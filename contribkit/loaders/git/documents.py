"""References of the organisation's own side: commit messages and Markdown documents that point at upstream threads."""

import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import yaml

from contribkit.errors import ContribkitError
from contribkit.ids import linked_refs, passages
from contribkit.loaders.git.commits import Commit, read_log
from contribkit.loaders.git.pull_requests import People, Row
from contribkit.loaders.git.repository import PARTIAL, Repository

_MARKDOWN = (".md", ".markdown", ".mdx", ".qmd")
LARGEST = 1_000_000  # bytes; what is larger was written by no person


Document = tuple[str, str, Commit | None]  # path and text, and the commit that added it, where one is known


def read_documents(repository: Repository) -> list[Document]:
    """Return the Markdown documents of the default branch that hold a link to a thread."""
    linking = {path: text for path, text in read_texts(repository).items() if linked_refs(text)}
    log = read_log(repository, added=_MARKDOWN) if linking else []
    added = {path: commit for commit in log for path in commit.paths}  # the earliest is last, and stands
    return [(path, text, added.get(path)) for path, text in linking.items()]


def read_texts(repository: Repository, is_wanted: Callable[[str], bool] = bool) -> dict[str, str]:
    """Return the Markdown documents of the default branch by path, or some of them."""
    tree = repository.git("ls-tree", "-r", "-z", "-l", repository.head or "HEAD").decode(errors="replace")
    blobs = {}
    for entry in filter(None, tree.split("\0")):
        facts, path = entry.split("\t", 1)
        _, kind, sha, size = facts.split()
        if kind == "blob" and path.casefold().endswith(_MARKDOWN) and is_wanted(path):
            if not size.isdigit():
                raise _missing(repository, sha)
            if int(size) <= LARGEST:
                blobs[path] = sha
    return dict(zip(blobs, _contents(repository, list(blobs.values())), strict=True))


def _contents(repository: Repository, shas: list[str]) -> list[str]:
    answer = repository.git("cat-file", "--batch", stdin="".join(f"{sha}\n" for sha in shas).encode())
    texts, place = [], 0
    for sha in shas:
        end = answer.index(b"\n", place)
        header = answer[place:end].split()
        if len(header) != 3:  # "SHA missing"
            raise _missing(repository, sha)
        place = end + 1 + int(header[2])
        texts.append(answer[end + 1 : place].decode("utf-8-sig", errors="replace").replace("\r\n", "\n"))
        place += 1
    return texts


def _missing(repository: Repository, sha: str) -> ContribkitError:
    if repository.is_partial:
        return ContribkitError(f"{repository.path}: {PARTIAL}")
    return ContribkitError(f"{repository.path}: the object {sha} is missing or damaged; clone it again")


def references(repo: str, commits: list[Commit], documents: list[Document], people: People) -> Iterator[Row]:
    """Yield a row of the references table for each pair of a commit or document of a repository and a thread."""
    for commit in commits:
        about: Row = {"kind": "commit", "id": commit.sha[:9], "title": commit.subject, "date": commit.authored}
        about["url"] = f"https://github.com/{repo}/commit/{commit.sha}"
        yield from _linking(about, repo, commit.message, commit, people)
    for path, text, added in documents:
        front, body = front_matter(text)
        heading = re.search(r"^#[ \t]+(.{1,300})$", body, re.MULTILINE)
        title = front.get("title") if isinstance(front.get("title"), str | int | float | date) else None
        day = _moment(front.get("date"), people.organisation.timezone) or (added.authored if added else None)
        about = {
            "kind": "document", "id": path, "url": f"https://github.com/{repo}/blob/HEAD/{path}",
            "title": str(title or (heading[1] if heading else path)), "date": day,
            "labels": [tag for name in ("authors", "tags", "categories") for tag in _words(front.get(name))],
        }  # fmt: skip
        yield from _linking(about, repo, body, added, people)


def _linking(about: Row, repo: str, words: str, commit: Commit | None, people: People) -> Iterator[Row]:
    """Yield a row for each thread that words of a commit, or of a document that it added, point at."""
    author = commit.author if commit else ("", "")
    row = about | {"source": repo, "direction": "in", "by": people.login(author), "by_is_bot": people.is_bot(author)}
    for ref, text, context in passages(words, people.organisation.is_own):
        yield row | {"ref": ref, "text": text, "context": context}


class _FrontMatter(yaml.SafeLoader):
    """YAML without aliases: a few nested ones stand for gigabytes."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        """Refuse an alias; compose everything else."""
        if self.check_event(yaml.AliasEvent):
            raise yaml.YAMLError("front matter with an alias")
        return super().compose_node(parent, index)


def front_matter(text: str) -> tuple[dict[str, Any], str]:
    """Return the YAML block at the start of a document, empty where there is none or it is broken, and the rest."""
    match = re.match(r"---[ \t]*\n(.*?)\n---[ \t]*(?:\n|$)", text, re.DOTALL)
    if not match:
        return {}, text
    front = None
    with suppress(yaml.YAMLError, ValueError, RecursionError):
        front = yaml.load(match[1], _FrontMatter)  # a safe loader
    return front if isinstance(front, dict) else {}, text[match.end() :]


def _moment(value: Any, timezone: str) -> datetime | None:
    """Return a date from YAML, None where it is not one; without a zone it is in `timezone`."""
    if isinstance(value, date) and not isinstance(value, datetime):
        value = datetime.combine(value, time())
    with suppress(ValueError, OverflowError):
        moment = datetime.fromisoformat(value) if isinstance(value, str) else value
        if isinstance(moment, datetime):
            return moment.replace(tzinfo=moment.tzinfo or ZoneInfo(timezone)).astimezone(UTC)
    return None


def _words(value: Any) -> list[str]:
    return [word for word in (value if isinstance(value, list) else [value]) if isinstance(word, str)]
