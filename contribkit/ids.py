"""Names of repositories, threads and contributions: how they are written, read and compared."""

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from hashlib import sha256
from urllib.parse import unquote

OWNER = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,38})"
LOGIN = rf"{OWNER}(?:_[A-Za-z0-9]{{1,20}})?"  # a managed user of a company has its short code behind a line: ada_works
REPOSITORY = r"[A-Za-z0-9._-]{1,100}"
UNIDENTIFIED = "?"

# One pass over a text, without backtracking: every part is a bounded class followed by what it cannot hold.
_LINK = (
    rf"(?:(?<![A-Za-z0-9-])(?i:github\.com|HOST)/(?P<url_owner>{OWNER})/(?P<url_repo>{REPOSITORY})/"
    r"(?:(?:pull|issues|discussions)/(?P<url_number>[0-9]{1,9})(?![0-9])"
    r"|releases/tag/(?P<tag>[^\s)\]<>\"'`*|#?]{0,199}[^\s)\]<>\"'`*|#?.,;:])))"
    rf"|(?<![A-Za-z0-9/.@-])(?P<owner>{OWNER})/(?P<repo>{REPOSITORY})#(?P<number>[0-9]{{1,9}})(?![A-Za-z0-9])"
)
_CONTEXT = 1_000  # characters of a paragraph beside one with a link


def casefold_id(identifier: str) -> str:
    """Return what identifiers are compared by: GitHub tells no upper from lower case."""
    return identifier.casefold()


def contribution_id(ref: str, login: str, kind: str) -> str:
    """Return the stable name of what one person did in one thread."""
    return f"{ref}@{login}:{kind}"


def unidentified(name: str, mail: str) -> str:
    """Return who did an act where only a name and an address are known: no login starts so, and it names nobody."""
    return UNIDENTIFIED + sha256((mail or name).strip().casefold().encode()).hexdigest()[:12]


def parse_contribution_id(identifier: str) -> tuple[str, str, str]:
    """Return thread, login and kind, read from the right, since tags may hold ``@`` and ``:``."""
    rest, _, kind = identifier.rpartition(":")
    ref, _, login = rest.rpartition("@")
    if not (ref and login and kind):
        raise ValueError(f'invalid contribution id "{identifier}"; write thread@login:kind')
    return ref, login, kind


@lru_cache(maxsize=20_000)
def repository_of(ref: str) -> str | None:
    """Return ``owner/repo`` of a thread, commit or release, or None for a thread outside GitHub."""
    repo = re.split(r"[#@]", ref, maxsplit=1)[0]
    return repo if re.fullmatch(rf"{OWNER}/{REPOSITORY}", repo) else None


def number_of(ref: str) -> int | None:
    """Return the number of a thread, or None where it has none."""
    match = re.fullmatch(r"[^#@]+#(\d+)", ref)
    return int(match[1]) if match else None


def linked_refs(text: str | None, host: str = "github.com") -> list[str]:
    """Return the threads that a text points at, by URL or as ``owner/repo#n``, in order, each once.

    Addresses of github.com count, and those of a GitHub Enterprise `host`.
    """
    found: dict[str, None] = {}
    for match in re.finditer(_LINK.replace("HOST", re.escape(host)), text or ""):
        owner, repo = match["url_owner"] or match["owner"], match["url_repo"] or match["repo"]
        number = match["url_number"] or match["number"]
        found[f"{owner}/{repo}#{int(number)}" if number else f"{owner}/{repo}@{unquote(match['tag'])}"] = None
    return [*found]


def passages(
    text: str, is_own: Callable[[str | None], bool], host: str = "github.com"
) -> Iterator[tuple[str, str, str]]:
    """Yield each thread of others that a text links to, with the paragraphs that do and those around them.

    Links to repositories of which `is_own` is true are left out.
    """
    paragraphs = [part.strip("\n") for part in re.split(r"\n[ \t]*\n", text.replace("\r\n", "\n")) if part.strip()]
    found: dict[str, list[int]] = {}
    for place, paragraph in enumerate(paragraphs):
        for ref in linked_refs(paragraph, host):
            if not is_own(repository_of(ref)):
                found.setdefault(ref, []).append(place)
    for ref, places in found.items():
        around = [p for place in places for p in (place - 1, place + 1) if 0 <= p < len(paragraphs) and p not in places]
        context = "\n\n".join(paragraphs[place][:_CONTEXT] for place in dict.fromkeys(around))
        yield ref, "\n\n".join(paragraphs[place] for place in places), context


def thread_url(ref: str, kind: str = "issue") -> str | None:
    """Return the page of a thread, release or commit on GitHub, or None where it has none."""
    repo, number = repository_of(ref), number_of(ref)
    if repo is None:
        return None
    if number is not None:
        place = {"pull_request": "pull", "discussion": "discussions"}.get(kind, "issues")
        return f"https://github.com/{repo}/{place}/{number}"
    place = "releases/tag" if kind == "release" else "commit"
    return f"https://github.com/{repo}/{place}/{ref[len(repo) + 1 :]}"
