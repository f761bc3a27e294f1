"""What one item of perceval says: the thread it is about, and who did what there. Its fields are in ``fields.toml``."""

import json
import re
import reprlib
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email.utils import parseaddr, parsedate_to_datetime
from functools import cache
from html import unescape
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import unquote, urlsplit

from contribkit.errors import nearest
from contribkit.ids import HOST, number_of, place_in, quoted

_FIELDS = tomllib.loads(Path(__file__).with_name("fields.toml").read_text(encoding="utf-8"))
_KINDS: dict[tuple[str, str], dict[str, Any]] = {
    (backend, kind["category"]): kind for kind in _FIELDS["items"] for backend in kind["backends"]
}
_SPOKEN = ("opened", "commented", "reviewed")  # acts that have words
_MILLISECONDS = 1e11  # seconds until the year 5138: a larger number counts milliseconds
_YEARS = range(1970, 2100)
# How a list's archive hides addresses, and what answering puts before a subject.
_HIDDEN_ADDRESS = re.compile(r"^(\S+) at (\S+)")
_ANSWER = re.compile(r"^(?:\s*(?:re|aw|sv|fwd?)\s*(?:\[\d+\])?:)+\s*", re.IGNORECASE)
_RESOLVED = "✔ "  # what Zulip puts before a topic that is resolved
_TAG = re.compile(r"<(?P<end>/?)(?P<tag>[A-Za-z][A-Za-z0-9-]*)(?P<about>[^<>]*)>|<[!?][^<>]*>")
_ADDRESS = re.compile(r"""(?i)\bhref\s*=\s*["']?(?P<address>https?://[^\s"']+)""")
_HIDDEN = ("script", "style", "aside", "svg")  # a quotation of another post is an aside
_BLOCKS = ("p", "li", "pre", "tr", "div", "blockquote", "h1", "h2", "h3", "h4", "h5", "h6")
# GitLab's short names of threads: #3, !12, group/project#3.
_SHORT = re.compile(r"(?<![\w/.@&-])((?:[\w.-]{1,100}/){1,20}[\w.-]{1,100})?([#!])([0-9]{1,9})(?!\w)")


class Person(NamedTuple):
    """Somebody as an item knows them; what is shown of who is not a member is the first of their names."""

    names: tuple[str, ...]
    mails: tuple[str, ...]
    shown: str = ""
    is_bot: bool = False


class Post(NamedTuple):
    """What one person did in a thread; the person is None where the item does not know them, or not any more."""

    act: str
    by: Person | None
    at: datetime
    text: str | None
    state: str | None = None


@dataclass(frozen=True)
class Item:
    """One item: where it is, the columns of its thread, and what was done there."""

    scheme: str
    host: str
    ref: str
    thread: dict[str, Any]
    posts: list[Post]
    is_chat: bool = False
    first_opens: bool = False  # the first message of the thread opens it
    message: str | None = None  # of a mailing list: its id
    answers: list[str] = field(default_factory=list)  # and those of what it answers, the first of the thread in front

    @property
    def place(self) -> str:
        """The project, category, channel or list."""
        return str(self.thread["repo"])

    def in_thread(self, key: str, is_first: bool) -> "Item":
        """Return a message as part of a thread of a mailing list."""
        posts = [post._replace(act="opened") for post in self.posts] if is_first else self.posts
        ref = f"{self.place}#{key}"
        return replace(self, ref=ref, thread=self.thread | {"ref": ref}, posts=posts)


def read_item(row: Mapping[str, Any]) -> Item | None:
    """Return what an item says, None for a private message; a `ValueError` says what is wrong with it."""
    kind = _kind(row)
    data, origin, scheme = _expect(row, "data", dict), _expect(row, "origin", str), kind["scheme"]
    data = _mail(data) if scheme == "mail" else data
    if _fits(data, kind.get("left_out")):
        return None
    known = _known(kind, data, origin)
    place, topic = known["place"], {"subject": quoted(_topic(data))} if scheme == "zulip" else {}
    message = _expect(data, kind["message"], str).strip("<> ") if "message" in kind else None
    ref = f"{place}#" if message else _fill(kind["ref"], data, known | topic)
    return Item(
        scheme, known["host"], ref, _thread(kind, data, known, ref) | {"repo": place},
        sorted(_posts(kind, data), key=lambda post: post.at), kind.get("chat", False), "first" in kind, message,
        [name for path in kind.get("answers", ()) for name in re.findall(r"<([^<>\s]+)>", _text(data, path))],
    )  # fmt: skip


def _kind(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return the entry of the table for the backend and category of an item."""
    backend, category = _expect(row, "backend_name", str), _expect(row, "category", str)
    backends = sorted({known for known, _ in _KINDS})
    if backend not in backends:
        raise ValueError(f'items of the backend "{backend}" are not read; {nearest(backend, backends)}')
    if (kind := _KINDS.get((backend, category))) is None:
        hint = nearest(category, [known for other, known in _KINDS if other == backend])
        raise ValueError(f'items of {backend} of the category "{category}" are not read; {hint}')
    return kind


def _known(kind: dict[str, Any], data: dict[str, Any], origin: str) -> dict[str, str]:
    """Return what templates may name beside fields: what perceval was asked for, and the place."""
    address = urlsplit(origin if "://" in origin else f"https://{origin}")
    host = address.netloc.rpartition("@")[2].lower()
    if not re.fullmatch(HOST, host):
        fix = "run perceval with the address of what it reads, such as https://lists.example.org/dev"
        raise ValueError(f'"origin" is {reprlib.repr(origin)}, which names no host; {fix}')
    path = unquote(address.path).strip("/") or address.username or ""  # a list may be named by its address
    if kind["scheme"] == "mail":
        path = path.rpartition("/")[2]  # the archive of a list ends in its name
    known = {"origin": path, "web": origin.rstrip("/"), "host": host, "server": f"{address.scheme}://{address.netloc}"}
    return known | {"place": place_in(kind["scheme"], host, _fill(kind["place"], data, known))}


def _thread(kind: dict[str, Any], data: dict[str, Any], known: dict[str, str], ref: str) -> dict[str, Any]:
    """Return the columns of the thread that the item itself tells."""
    title = _text(data, kind["title"])
    if kind["scheme"] == "zulip":
        title = _topic(data)
        known = known | {"subject": quoted(_expect(data, "subject", str), ".")}
    state = _text(data, kind["state"]).lower() if "state" in kind else ""
    url = _fill(kind["url"], data, known, needed=False) if "url" in kind else ""
    sizes = {name: _last_number(data, kind[name]) for name in ("additions", "deletions") if name in kind}
    return sizes | {
        "ref": ref, "kind": kind["kind"], "number": number_of(ref), "source": "perceval",
        "url": url if url.startswith(("https://", "http://")) else None,
        "title": (_ANSWER.sub("", title) if kind["scheme"] == "mail" else title) or None,
        "labels": _labels(data, kind["labels"]) if "labels" in kind else [],
        "state": _FIELDS["states"].get(state),
        "private": bool(_fits(data, kind.get("private"))),
    }  # fmt: skip


def _posts(kind: dict[str, Any], data: dict[str, Any]) -> Iterator[Post]:
    for told in kind["posts"]:
        acts = _FIELDS["acts"][told["acts"]] if isinstance(told["acts"], str) else told["acts"]
        for one in _list(data, told["list"]) if "list" in told else [data]:
            if told.get("optional") and _find(one, told["at"]) is None:
                continue
            act = next(act for act in acts if _fits(one, act.get("where"), True))
            if act["act"]:
                by = next((found for path in told["by"] if (found := _find(one, path)) is not None), None)
                at = _time(_find(one, told["at"]), told["at"])
                text = _words(one, told) if act["act"] in _SPOKEN and "system" not in act.get("where", ()) else None
                yield Post(act["act"], _person(by, kind["scheme"]), at, text, act.get("state"))


def _words(one: dict[str, Any], told: dict[str, Any]) -> str | None:
    words = next((text for path in told.get("text", ()) if (text := _text(one, path))), "")
    if not words:
        words = next((text_of_html(text) for path in told.get("html", ()) if (text := _text(one, path))), "")
    return words.strip() or None


def _person(told: Any, scheme: str) -> Person | None:
    """Return who is told of, None where there is nobody."""
    if told is None:
        return None
    if not isinstance(told, dict):
        raise ValueError(f"{reprlib.repr(told)} is not a person, with names in an object")
    about = _FIELDS["people"][scheme]
    names, mails = (
        tuple(str(name) for path in about[which] if isinstance(name := told.get(path), str | int) and str(name).strip())
        for which in ("names", "mails")
    )
    mails = tuple(mail for mail in mails if "@" in mail)  # a login in its stead would be taken for one on GitHub
    is_bot = any(_fits(told, {path: pattern}) for path, pattern in about["bot"].items())
    shown = names[0] if names else told.get("name") or told.get("sender_full_name") or ""
    return Person(names, mails, str(shown), bool(is_bot)) if names or mails else None


def text_of_html(html: str) -> str:
    """Return what a reader sees of a page's part, with the addresses of links and without what it quotes of others."""
    # In one pass: parsers of HTML take minutes for strangers' tags that never end. What comes out is text for them all.
    parts = list[str]()
    hidden, link, at = 0, ("", 0), 0
    for match in _TAG.finditer(html):
        parts += [] if hidden else [unescape(html[at : match.start()])]
        tag, is_end, at = (match["tag"] or "").lower(), bool(match["end"]), match.end()
        if tag in _HIDDEN:
            hidden = max(0, hidden + (-1 if is_end else 1))
        elif tag == "a" and not is_end:
            address = _ADDRESS.search(match["about"])
            link = unescape(address["address"]) if address else "", len(parts)
        elif tag == "a" and not hidden:
            parts += [f" <{link[0]}>"] if link[0] and link[0] not in "".join(parts[link[1] :]) else []
            link = "", 0
        elif tag == "br" or (tag in _BLOCKS and is_end):
            parts += [] if hidden else ["\n"]
    parts += [] if hidden else [unescape(html[at:])]
    return re.sub(r"\n{3,}", "\n\n", "".join(parts)).strip()


def text_for_links(text: str, item: Item) -> str:
    """Return a text in which GitLab's short names of threads, of the same host, are addresses."""
    if item.scheme != "gitlab":
        return text
    pages, own = {"#": "issues", "!": "merge_requests"}, item.place.partition("/")[2]
    return _SHORT.sub(lambda m: f"https://{item.host}/{m[1] or own}/-/{pages[m[2]]}/{m[3]}", text)


def _mail(data: dict[str, Any]) -> dict[str, Any]:
    """Return a message with its headers in lower case, its sender taken apart, and without what it quotes of others."""
    told = {name.lower(): value for name, value in data.items()}
    name, address = parseaddr(_HIDDEN_ADDRESS.sub(r"\1@\2", _text(told, "from")))
    plain = _text(told, "body.plain")
    own = "\n".join(line for line in plain.split("\n") if not line.startswith(">"))
    body = {"plain": own, "html": _text(told, "body.html")}
    archived = _text(told, "archived-at").strip("<> ")
    return told | {"name": name, "address": address, "body": body, "archived-at": archived}


def _topic(data: dict[str, Any]) -> str:
    return _expect(data, "subject", str).removeprefix(_RESOLVED).strip() or "(no topic)"


def _labels(data: dict[str, Any], path: str) -> list[str]:
    labels = _find(data, path) or []
    if not isinstance(labels, list):
        _wrong(path, labels, "a list")
    names = (label.get("name") if isinstance(label, dict) else label for label in labels)
    return [name for name in names if isinstance(name, str)]


def _fill(template: str, data: dict[str, Any], known: Mapping[str, str], needed: bool = True) -> str:
    """Return a template with values for its fields; a field that is needed and not there is an error."""

    def value(match: re.Match[str]) -> str:
        if match[1] in known:
            return known[match[1]]
        found = _find(data, match[1])
        if isinstance(found, str | int) and not isinstance(found, bool):
            return str(found)
        if needed:
            _wrong(match[1], found, "text or a number")
        return ""

    return re.sub(r"\{([\w.-]+)\}", value, template)


def _find(data: Any, path: str) -> Any:
    """Return what lies at a path, None where nothing does."""
    for part in filter(None, path.split(".")):
        data = data.get(part) if isinstance(data, dict) else None
    return data


def _list(data: Any, path: str) -> list[dict[str, Any]]:
    """Return all objects of a list at a path, of lists in its objects too."""
    found = [data]
    for part in path.split("."):
        inside = [one.get(part) or [] for one in found]
        if wrong := [one for one in inside if not isinstance(one, dict | list)]:
            _wrong(path, wrong[0], "a list")
        found = [one for part_of in inside for one in (part_of if isinstance(part_of, list) else [part_of])]
        if wrong := [one for one in found if not isinstance(one, dict)]:
            _wrong(path, wrong[0], "an object")
    return found


def _last_number(data: Any, path: str) -> int | None:
    """Return the number in the last object of a list that has one; what was removed is counted below nought."""
    *parts, name = path.split(".")
    numbers = [one[name] for one in _list(data, ".".join(parts)) if isinstance(one.get(name), int)]
    return abs(numbers[-1]) if numbers else None


def _fits(data: Any, where: Mapping[str, str] | None, otherwise: bool = False) -> bool:
    """Return whether each field matches its expression; what is `otherwise` where there are none."""
    if not where:
        return otherwise
    return all(_compiled(pattern).fullmatch(_plain(_find(data, path))) for path, pattern in where.items())


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.DOTALL)


def _plain(value: Any) -> str:
    return value if isinstance(value, str) else "" if value is None else json.dumps(value)


def _text(data: Any, path: str) -> str:
    """Return a text, empty where there is none."""
    value = _find(data, path)
    if value is not None and not isinstance(value, str):
        _wrong(path, value, "text")
    return value or ""


def _expect(data: Mapping[str, Any], name: str, kind: type) -> Any:
    if not isinstance(value := data.get(name), kind) or not value:
        _wrong(name, value, "text" if kind is str else "an object")
    return value


def _wrong(name: str, value: Any, wanted: str) -> None:
    raise ValueError(f'"{name}" is missing' if value is None else f'"{name}" is {reprlib.repr(value)}, not {wanted}')


def _time(value: Any, name: str) -> datetime:
    """Return a time from the forms in which the backends have it: ISO 8601, a mail's, seconds, milliseconds."""
    if value is None:
        raise ValueError(f'"{name}" is missing')
    try:
        if isinstance(value, str):
            try:
                at = datetime.fromisoformat(value)
            except ValueError:
                at = parsedate_to_datetime(value)
            at = at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
        else:
            at = datetime.fromtimestamp(value / 1000 if value > _MILLISECONDS else value, UTC)
        if at.year in _YEARS:
            return at
    except (TypeError, ValueError, OverflowError, OSError):
        pass
    raise ValueError(f'"{name}" is {reprlib.repr(value)}, not a date')
