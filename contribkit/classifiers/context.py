"""One contribution with everything that is known about it: what rules look at."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property, lru_cache
from typing import Any, NamedTuple, TypeVar

from contribkit.classifiers.stakeholder_mentions import Lookups, Named, without_thanks
from contribkit.classifiers.votes import Reason
from contribkit.config.organisation import Organisation
from contribkit.ids import casefold_id, linked_refs, number_of, place_of, repository_of, thread_url
from contribkit.tables import is_missing, is_true
from contribkit.vocabulary import Activity

_LOGIN = re.compile(r"(?<![\w/-])@?([A-Za-z0-9][A-Za-z0-9-]{2,38})")
_ITEM = re.compile(r"\n(?=[ \t]{0,3}(?:[-*+]|\d{1,3}[.)])[ \t])")
_FEW_LINES = 20
_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-Z\[])")
# A thread of the own side that plans the care of an upstream thread.
_CARE = re.compile(r"(?i)^(?:review|merge)\b.{0,80}(?:/pull/\d|#\d)|^follow[- ]?ups?\b.{0,20}#\d")
# How an organisation writes of work that it does for a project's sake.
_FOUNDATIONAL = re.compile(
    r"(?i)\b(?:foundational|upstream (?:support|work|maintenance|impact|plans?|upkeep)|non-maintainers?|"
    r"good citizen\w*|giv(?:e|ing) back|upkeep)\b"
)


Rule = TypeVar("Rule", bound=Callable[..., Any])


def needs(name: str) -> Callable[[Rule], Rule]:
    """Mark a rule that finds nothing where a context has nothing of a name: it is not asked then, to save time."""

    def mark(rule: Rule) -> Rule:
        vars(rule)["needs"] = name
        return rule

    return mark


class Mention(NamedTuple):
    """A place on the organisation's own side that is tied to the thread, as in the references table."""

    ref: str  # of the place
    kind: str
    title: str = ""
    text: str = ""
    passage: str = ""  # the part of the text right around the link
    context: str = ""
    labels: tuple[str, ...] = ()
    url: str | None = None
    direction: str = "in"  # it points at the thread; "out": the thread points at it
    private: bool = False

    @property
    def words(self) -> str:
        """All of its words."""
        return f"{self.title}\n{self.text}"

    @property
    def plans_upstream(self) -> re.Match[str] | None:
        """The words with which it plans upstream work, None where it does not: an own tracker holds both sorts."""
        return _planning_words(self.title, self.passage)

    def reason(self, lead: str, weight: float | str, sentence: str) -> Reason:
        """Return a reason with this place as its evidence."""
        evidence = f"{self.ref}: {self.title}" if self.title else self.ref
        return Reason(lead, weight, sentence, evidence, self.url, self.private)


@dataclass(eq=False)  # frozen, it would take twice the time to make
class Context:
    """A contribution, the references to its thread, and the organisation; of columns see the contributions table."""

    row: dict[str, Any]
    lookups: Lookups
    references: list[dict[str, Any]] = field(default_factory=list)
    covered: bool = False  # a source of the own side covers its day, so that silence tells something
    day: date | None = None  # of the first act, where the organisation is
    maintains: bool = False  # the actor maintains the project
    stakeholder_maintainers: frozenset[str] = frozenset()  # case-folded logins of speakers who maintain it
    activity: Activity = Activity.OTHER  # what sort of work it is: see `activity_of`

    def __post_init__(self) -> None:
        """Look up once what nearly every rule asks: as attributes, which cost less than properties at each use."""
        row, text = self.row, self.text
        self.ref, self.kind, self.repo, self.title = text("ref"), text("kind"), text("repo"), text("title")
        self.actor, self.author = text("actor"), text("author")
        self.thread = casefold_id(self.ref)  # what the thread is compared by
        self.linked_refs: list[str] = [*row["links_out"], *(link.get("ref") or "" for link in row["links_in"])]
        self.is_of_bot = is_true(row.get("author_is_bot")) or self.lookups.is_bot(self.author)
        # The words of the thread and of the actor in it; those of bots quote others.
        opening = [] if self.is_of_bot else [self.title, text("body")]
        self.own_words = "\n".join([*opening, *row["remarks"]])
        # Several rules ask about the same texts.
        self._signs: dict[str, frozenset[str]] = {}
        self._named: dict[str, list[Named]] = {}
        self.own_signs = self.signs(self.own_words)
        self.mentions = self._mentions()  # everything on the organisation's own side that is tied to the thread
        # Those that point at the thread say something about it; some of them are posts.
        self.inward = [mention for mention in self.mentions if mention.direction == "in"]
        self.posts = [mention for mention in self.inward if mention.kind == "document"]
        # The stakeholders that the thread and the actor name, and those that the title does, thanks or not.
        has_name = "name" in self.own_signs
        self.own_named = self.named(self.own_words) if has_name else []
        self.title_named = self.lookups.named_in(self.title) if has_name or self.is_of_bot else []
        # Whom the actor asks; the actor's words are among all of the thread's.
        self.asked = self._asked() if "person" in self.own_signs else []

    @property
    def organisation(self) -> Organisation:
        """Whose contribution it is."""
        return self.lookups.organisation

    @property
    def url(self) -> str | None:
        """The address of the thread, where it has one."""
        return self.text("url") or None

    def has(self, name: str) -> bool:
        """Return whether a column, such as `files`, or an attribute, such as `mentions`, holds something."""
        return bool(self.row[name] if name in self.row else getattr(self, name))

    def text(self, name: str) -> str:
        """Return a column's text, empty where it is missing."""
        value = self.row.get(name)
        return value if isinstance(value, str) else ""

    @cached_property
    def actor_words(self) -> str:
        """What the actor wrote there."""
        is_author = casefold_id(self.actor) == casefold_id(self.author) and not self.is_of_bot
        return "\n".join([*([self.text("body")] if is_author else []), *self.row["remarks"]])

    @cached_property
    def project(self) -> str | None:
        """The name of the upstream project that it belongs to."""
        return self.organisation.project_of(self.row)

    def _mentions(self) -> list[Mention]:
        """Return the mentions, each place once."""
        found: dict[str, Mention] = {}
        for mention in map(_of_reference, (row for row in self.references if not is_true(row["by_is_bot"]))):
            if mention.direction == "in" or casefold_id(mention.ref) not in found:
                found[casefold_id(mention.ref)] = mention
        for mention in _of_links(self.row, self.organisation):
            found.setdefault(casefold_id(mention.ref), mention)
        return list(found.values())

    def signs(self, words: str) -> frozenset[str]:
        """Return what a text has of what rules look for: see `Lookups.signs`."""
        if (found := self._signs.get(words)) is None:
            found = self._signs[words] = self.lookups.signs.found_in(words)
        return found

    def filed_under(self, topic: re.Pattern[str]) -> Iterator[tuple[Mention, str]]:
        """Yield posts of the organisation that link to it and have a label of a topic, with the label."""
        for post in self.posts:
            yield from ((post, label) for label in post.labels if topic.search(label))

    def named(self, words: str) -> list[Named]:
        """Return the stakeholders that a text names, in the order of contribkit.toml; thanks do not count."""
        if (found := self._named.get(words)) is None:
            # Most texts name nobody, or thank nobody, and need not be taken apart.
            found = self.lookups.named_in(words) if "name" in self.signs(words) else []
            found = self.lookups.named_in(without_thanks(words)) if found and "thanks" in self.signs(words) else found
            self._named[words] = found
        return found

    def _asked(self) -> list[str]:
        """Return the people who speak for a stakeholder and whom the actor names, as case-folded logins."""
        if place_of(self.ref) != repository_of(self.ref):  # elsewhere a login is somebody else's
            return []
        logins = map(str.casefold, _LOGIN.findall(self.actor_words))
        return list(dict.fromkeys(login for login in logins if login in self.lookups.speaking))

    @property
    def is_small(self) -> bool:
        """Whether few lines changed."""
        lines = [self.row.get(name) for name in ("additions", "deletions")]
        return all(not is_missing(number) for number in lines) and sum(map(int, filter(None, lines))) <= _FEW_LINES

    @property
    def author_is_outsider(self) -> bool:
        """Whether the author of the thread is neither a member nor one of a stakeholder's people."""
        author, own = self.author, self.organisation
        return bool(author) and own.member(author) is None and casefold_id(author) not in own.speakers


def _of_reference(reference: dict[str, Any]) -> Mention:
    source, identifier = reference["source"] or "", reference["id"] or ""
    told = {name: reference[name] or "" for name in ("kind", "title", "text", "context")}
    # A thread or commit is named as GitHub does, anything else by repository and path.
    sign = {"issue": "#", "pull_request": "#", "commit": "@"}.get(told["kind"], ":")
    return Mention(
        ref=identifier if sign == "#" and place_of(identifier) else f"{source}{sign}{identifier}",
        **told, passage=_passage(told["text"], reference["ref"]), labels=tuple(reference["labels"]),
        url=reference["url"], direction="out" if reference["direction"] == "out" else "in",
        private=is_true(reference["private"]),
    )  # fmt: skip


def _of_links(row: dict[str, Any], organisation: Organisation) -> Iterator[Mention]:
    for link in row["links_in"]:
        if organisation.is_own_side(ref := link.get("ref") or ""):
            title, text, labels = link.get("title") or "", link.get("text") or "", tuple(link.get("labels") or ())
            kind, private = "commit" if "@" in ref else "issue", bool(link.get("private"))
            yield Mention(ref, kind, title, text, text, labels=labels, url=thread_url(ref), private=private)
    for ref in row["links_out"]:
        if organisation.is_own_side(ref):
            yield Mention(ref, "issue", url=thread_url(ref), direction="out")


@lru_cache(maxsize=1_000)  # several rules look at the same mentions
def _planning_words(title: str, passage: str) -> re.Match[str] | None:
    return _CARE.search(title) or _FOUNDATIONAL.search(f"{title}\n{passage}")


def _passage(text: str, ref: str) -> str:
    """Return the list items or sentences of a text that point at a thread; all of it where none can be told apart."""
    # A post lists many threads, and the text next to one link is rarely about the others.
    items = [item for item in _ITEM.split(text) if item.strip()]
    parts = items if len(items) > 1 else _SENTENCE.split(text)
    key = str(number_of(ref) or "")  # which stands in each link to it, and in few parts
    found = [part for part in parts if key in part and casefold_id(ref) in map(casefold_id, linked_refs(part))]
    return "\n".join(found).strip() or text
