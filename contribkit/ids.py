"""Names of repositories, threads and contributions: how they are written, read and compared.

What is not on GitHub has its host in front: a merge request ``gitlab.example.org/group/project!12``, an issue
``gitlab.example.org/group/project#3``, a topic of a forum ``forum.example.org/t/123``, a change in Gerrit
``review.example.org/project/+/123``, a topic of a chat ``chat.example.org/channel#topic``, a thread of a mailing list
``lists.example.org/list#3f2a90b1c5d7``. In front of the sign stands the place, as the repository does on GitHub.
"""

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from hashlib import sha256
from urllib.parse import unquote

from contribkit.errors import nearest

OWNER = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,38})"
LOGIN = rf"{OWNER}(?:_[A-Za-z0-9]{{1,20}})?"  # a managed user of a company has its short code behind a line: ada_works
REPOSITORY = r"[A-Za-z0-9._-]{1,100}"
UNIDENTIFIED = "?"
SCHEMES = ("gitlab", "gerrit", "discourse", "zulip", "mattermost", "mail")  # what a place elsewhere may be
# A dot or a port, which no owner on GitHub has, tells a host.
HOST = r"(?:(?:[A-Za-z0-9-]{1,63}\.){1,10}[A-Za-z0-9-]{1,63}(?::[0-9]{1,5})?|[A-Za-z0-9-]{1,63}:[0-9]{1,5})"

# One pass over a text, without backtracking: every part is a bounded class followed by what it cannot hold.
_LINK = (
    rf"(?:(?<![A-Za-z0-9-])(?i:github\.com|HOST)/(?P<url_owner>{OWNER})/(?P<url_repo>{REPOSITORY})/"
    r"(?:(?:pull|issues|discussions)/(?P<url_number>[0-9]{1,9})(?![0-9])"
    r"|releases/tag/(?P<tag>[^\s)\]<>\"'`*|#?]{0,199}[^\s)\]<>\"'`*|#?.,;:])))"
    rf"|(?<![A-Za-z0-9/.@-])(?P<owner>{OWNER})/(?P<repo>{REPOSITORY})#(?P<number>[0-9]{{1,9}})(?![A-Za-z0-9])"
)
# Addresses of threads elsewhere than on GitHub, of any host: GitLab's, Discourse's and Gerrit's cannot be mistaken.
_LINK_ELSEWHERE = re.compile(
    rf"://(?P<host>{HOST})/(?:"
    r"(?P<project>(?:[\w.-]{1,100}/){1,20}?)-/(?P<kind>merge_requests|issues|work_items)/(?P<number>[0-9]{1,9})"
    r"|t/(?:(?![0-9]+[/?#\s])[^\s/?#<>()\[\]\"']{1,255}/)?(?P<topic>[0-9]{1,9})"
    r"|c/(?P<changed>(?:[\w.-]{1,100}/){1,20}?)\+/(?P<change>[0-9]{1,9}))(?![0-9A-Za-z])"
)
_SIGNS_ELSEWHERE = ("/-/", "/t/", "/+/")  # each match has one
# An id as a whole. It begins where the text does, so that a long text is not searched from every place in it.
_ELSEWHERE = re.compile(
    rf"\A(?:(?P<place>{HOST}(?:/[^\s#!@]{{1,800}}?)?)(?P<sign>/t/|/\+/|[#!@])(?P<key>\S{{1,1000}})"
    rf"|(?P<bare>{HOST}/[^\s#!@]{{1,800}}))"
)
_NUMBERED = re.compile(r"\A[^#@!+]+(?:[#!]|/t/|/\+/)(\d+)")
_IN_REPOSITORY = re.compile(rf"({OWNER}/{REPOSITORY})(?:[#@]|\Z)")
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


@lru_cache(maxsize=4_000)
def repository_of(ref: str) -> str | None:
    """Return ``owner/repo`` of a thread, commit or release, or None for a thread outside GitHub."""
    match = _IN_REPOSITORY.match(ref)
    return match[1] if match else None


@lru_cache(maxsize=4_000)
def place_of(ref: str) -> str | None:
    """Return the repository of a thread, or what is in its stead elsewhere: ``gitlab.example.org/group/project``.

    That of a topic of a forum is the forum; None where a thread is nowhere, such as a row of the activity log.
    """
    match = _ELSEWHERE.fullmatch(ref) if is_host(ref.partition("/")[0]) else None
    return (match["place"] or match["bare"]) if match else repository_of(ref)


def is_host(owner: str) -> bool:
    """Return whether what a place begins with is a host: a dot or a port, which no owner on GitHub has, tells."""
    return "." in owner or ":" in owner


def owner_of_place(ref: str) -> str:
    """Return whose the place of a thread is: its owner on GitHub, elsewhere the host and the group, channel or list."""
    place = place_of(ref)
    return "/".join(place.split("/")[:2]) if place and place != repository_of(ref) else ref.split("/")[0]


def is_in_forum(ref: str) -> bool:
    """Return whether a thread is a topic of a forum, where people ask and are answered."""
    match = _ELSEWHERE.fullmatch(ref)
    return match is not None and match["sign"] == "/t/"


def number_of(ref: str) -> int | None:
    """Return the number of a thread, or None where it has none."""
    match = _NUMBERED.fullmatch(ref)
    return int(match[1]) if match else None


def parse_place(text: str) -> str:
    """Return a place as ids have it, from one like ``gitlab:HOST/group`` or ``discourse:HOST/c/SLUG/5``."""
    scheme, _, place = text.partition(":")
    if scheme not in SCHEMES:
        raise ValueError(f'unknown kind of place "{scheme}" in "{text}"; {nearest(scheme, [*SCHEMES])}')
    host, _, path = place.removesuffix("/").partition("/")
    if not re.fullmatch(HOST, host):
        raise ValueError(f'"{host}" in "{text}" is not a host; write one like {scheme}:{scheme}.example.org')
    if scheme == "discourse" and path.startswith("c/"):
        if not (category := re.search(r"/([0-9]+)$", path)):
            raise ValueError(f'"{text}" lacks the number with which the address of a category ends: c/SLUG/5')
        path = f"c/{category[1]}"
    return place_in(scheme, host, path)


def place_in(scheme: str, host: str, path: str) -> str:
    """Return a place as ids have it. A channel is one name, whatever is in it; a list is the name of its address."""
    path = path.partition("@")[0] if scheme == "mail" else path
    names = [path] if scheme == "zulip" else path.split("/")
    return "/".join([host.lower(), *(quoted(name) for name in names if name)])


def quoted(name: str, sign: str = "%") -> str:
    """Return a name as a part of an id or address: letters stay, all else stands as ``%20`` does; Zulip's has dots."""
    other = re.compile(r"[^\w~-]" if sign == "." else r"[^\w.~-]")
    return other.sub(lambda found: "".join(f"{sign}{byte:02X}" for byte in found[0].encode()), name)


def linked_refs(text: str | None, host: str = "github.com") -> list[str]:
    """Return the threads that a text points at, by URL or as ``owner/repo#n``, in order, each once.

    Addresses of github.com count, those of a GitHub Enterprise `host`, and of GitLab, Discourse and Gerrit anywhere.
    """
    if not text or "/" not in text:
        return []
    # No link holds a space, and each a slash: most words of a text need not be searched, which takes long.
    text = " ".join(word for word in text.split() if "/" in word)
    found: list[tuple[int, str]] = []
    for match in _links(host).finditer(text):
        owner, repo = match["url_owner"] or match["owner"], match["url_repo"] or match["repo"]
        number = match["url_number"] or match["number"]
        ref = f"{owner}/{repo}#{int(number)}" if number else f"{owner}/{repo}@{unquote(match['tag'])}"
        found.append((match.start(), ref))
    if any(sign in text for sign in _SIGNS_ELSEWHERE):
        found += ((match.start(), _ref_elsewhere(match)) for match in _LINK_ELSEWHERE.finditer(text))
        found.sort()
    return list(dict.fromkeys(ref for _, ref in found))


@lru_cache(maxsize=64)
def _links(host: str) -> re.Pattern[str]:
    return re.compile(_LINK.replace("HOST", re.escape(host)))


def _ref_elsewhere(match: re.Match[str]) -> str:
    host = match["host"].lower()
    if match["topic"]:
        return f"{host}/t/{int(match['topic'])}"
    if match["change"]:
        return f"{host}/{match['changed']}+/{int(match['change'])}"
    sign = "!" if match["kind"] == "merge_requests" else "#"
    return f"{host}/{match['project'].rstrip('/')}{sign}{int(match['number'])}"


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
            if not is_own(place_of(ref)):
                found.setdefault(ref, []).append(place)
    for ref, places in found.items():
        around = [p for place in places for p in (place - 1, place + 1) if 0 <= p < len(paragraphs) and p not in places]
        context = "\n\n".join(paragraphs[place][:_CONTEXT] for place in dict.fromkeys(around))
        yield ref, "\n\n".join(paragraphs[place] for place in places), context


def thread_url(ref: str, kind: str = "issue") -> str | None:
    """Return the page of a thread, release or commit, or None where its id does not tell."""
    repo, number = repository_of(ref), number_of(ref)
    if repo is None:
        return _url_elsewhere(ref)
    if number is not None:
        place = {"pull_request": "pull", "discussion": "discussions"}.get(kind, "issues")
        return f"https://github.com/{repo}/{place}/{number}"
    place = "releases/tag" if kind == "release" else "commit"
    return f"https://github.com/{repo}/{place}/{ref[len(repo) + 1 :]}"


def _url_elsewhere(ref: str) -> str | None:
    match = _ELSEWHERE.fullmatch(ref)
    if match is None or number_of(ref) is None:
        return None
    place, sign, key = match["place"], match["sign"], match["key"]
    if sign == "/t/":
        return f"https://{place}/t/{key}"
    host, _, project = place.partition("/")
    if sign == "/+/":
        return f"https://{host}/c/{project}/+/{key}"
    # A project of GitLab is in a group; a channel or list, of which the id does not tell the address, is in none.
    page = "merge_requests" if sign == "!" else "issues"
    return f"https://{place}/-/{page}/{key}" if "/" in project else None
