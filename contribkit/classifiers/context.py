"""One contribution with everything that is known about it: what rules look at."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any, NamedTuple

from contribkit.classifiers.activity import activity_of
from contribkit.classifiers.stakeholder_mentions import Named, StakeholderIndex
from contribkit.classifiers.votes import Reason
from contribkit.config.organisation import Organisation
from contribkit.ids import casefold_id, links, repository_of, thread_url
from contribkit.tables import is_true
from contribkit.vocabulary import Activity

_ITEM = re.compile(r"\n(?=[ \t]{0,3}(?:[-*+]|\d{1,3}[.)])[ \t])")
_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-Z\[])")
# How an organisation writes of work that it does for a project's sake.
_FOUNDATIONAL = re.compile(
    r"\b(?:foundational|upstream (?:support|work|maintenance|impact|plans?|upkeep)|non-maintainers?|good citizen\w*|"
    r"giv(?:e|ing) back|upkeep)\b",
    re.IGNORECASE,
)


class Mention(NamedTuple):
    """A place on the organisation's own side that is tied to the thread.

    Attributes
    ----------
    ref, kind, title, text, context, labels, url, private
        As in the references table; `ref` is that of the place.
    passage
        The part of the text right around the link.
    direction
        ``in`` where it points at the thread, ``out`` where the thread points at it.
    """

    ref: str
    kind: str
    title: str = ""
    text: str = ""
    passage: str = ""
    context: str = ""
    labels: tuple[str, ...] = ()
    url: str | None = None
    direction: str = "in"
    private: bool = False

    @property
    def words(self) -> str:
        """All of its words."""
        return f"{self.title}\n{self.text}"

    @property
    def plans_upstream(self) -> re.Match[str] | None:
        """The words with which it plans upstream work, None where it does not: an own tracker holds both sorts."""
        return _FOUNDATIONAL.search(f"{self.title}\n{self.passage}")

    def reason(self, lead: str, weight: float, sentence: str) -> Reason:
        """Return a reason with this place as its evidence."""
        evidence = f"{self.ref}: {self.title}" if self.title else self.ref
        return Reason(lead, weight, sentence, evidence, self.url, self.private)


@dataclass(frozen=True)
class Context:
    """A contribution, the references to its thread, and the organisation.

    Parameters
    ----------
    row
        A row of the contributions table, as a dict.
    index
        The stakeholders of the organisation whose contribution it is.
    references
        Rows of the references table for its thread, as dicts.
    covered
        Whether a source of the organisation's own side covers its day, so that silence tells something.
    day
        The day of the first act, where the organisation is.
    """

    row: dict[str, Any]
    index: StakeholderIndex
    references: list[dict[str, Any]] = field(default_factory=list)
    covered: bool = False
    day: date | None = None

    @property
    def organisation(self) -> Organisation:
        """Whose contribution it is."""
        return self.index.organisation

    @property
    def ref(self) -> str:
        """The thread."""
        return str(self.row["ref"])

    @cached_property
    def thread(self) -> str:
        """What the thread is compared by."""
        return casefold_id(self.ref)

    @property
    def url(self) -> str | None:
        """The address of the thread, where it has one."""
        return self.text("url") or None

    def text(self, name: str) -> str:
        """Return a column's text, empty where it is missing."""
        value = self.row.get(name)
        return value if isinstance(value, str) else ""

    @property  # not kept: that would hold every text twice
    def own_words(self) -> str:
        """The words of the thread and of the actor in it."""
        return "\n".join([self.text("title"), self.text("body"), *self.row["remarks"]])

    @property
    def linked_refs(self) -> list[str]:
        """The threads it points at, and those that point at it."""
        return [*self.row["links_out"], *(link.get("ref") or "" for link in self.row["links_in"])]

    @cached_property
    def project(self) -> str | None:
        """The name of the upstream project that it belongs to."""
        return self.organisation.project_of(self.row)

    @cached_property
    def mentions(self) -> list[Mention]:
        """Everything on the organisation's own side that is tied to the thread, each once."""
        found: dict[str, Mention] = {}
        for mention in map(_of_reference, self.references):
            if mention.direction == "in" or casefold_id(mention.ref) not in found:
                found[casefold_id(mention.ref)] = mention
        for mention in _of_links(self.row, self.organisation):
            found.setdefault(casefold_id(mention.ref), mention)
        return list(found.values())

    @cached_property
    def inward(self) -> list[Mention]:
        """The mentions that point at the thread, which say something about it."""
        return [mention for mention in self.mentions if mention.direction == "in"]

    def named(self, words: str) -> list[Named]:
        """Return the stakeholders that a text names, in the order of contribkit.toml; thanks do not count."""
        return self.index.mentioned_in(words)

    @cached_property
    def own_named(self) -> list[Named]:
        """The stakeholders that the thread and the actor name."""
        return self.named(self.own_words)

    @cached_property
    def activity(self) -> Activity:
        """What sort of work it is."""
        return activity_of(self.row)

    @cached_property
    def author_is_outsider(self) -> bool:
        """Whether somebody opened the thread who is no member and speaks for no stakeholder."""
        author = self.text("author")
        member = self.organisation.member(author)
        return bool(author) and member is None and casefold_id(author) not in self.organisation.speakers


def _of_reference(reference: dict[str, Any]) -> Mention:
    source, identifier, text = reference["source"] or "", reference["id"] or "", reference["text"] or ""
    kind = reference["kind"] or ""
    # A thread or commit is named as GitHub does, anything else by repository and path.
    if kind in ("issue", "pull_request"):
        ref = identifier if repository_of(identifier) else f"{source}#{identifier}"
    else:
        ref = f"{source}@{identifier}" if kind == "commit" else f"{source}:{identifier}"
    return Mention(
        ref=ref,
        kind=kind,
        title=reference["title"] or "",
        text=text,
        passage=passage(text, reference["ref"]),
        context=reference["context"] or "",
        labels=tuple(reference["labels"]),
        url=reference["url"],
        direction="out" if reference["direction"] == "out" else "in",
        private=is_true(reference["private"]),
    )


def _of_links(row: dict[str, Any], organisation: Organisation) -> Iterable[Mention]:
    for link in row["links_in"]:
        ref, text = link.get("ref") or "", link.get("text") or ""
        if organisation.is_own_side(ref):
            yield Mention(
                ref=ref,
                kind="commit" if "@" in ref else "issue",
                title=link.get("title") or "",
                text=text,
                passage=text,
                labels=tuple(link.get("labels") or ()),
                url=thread_url(ref),
                private=bool(link.get("private")),
            )
    for ref in row["links_out"]:
        if organisation.is_own_side(ref):
            yield Mention(ref, "issue", url=thread_url(ref), direction="out")


def passage(text: str, ref: str) -> str:
    """Return the list items or sentences of a text that point at a thread; all of it where none can be told apart.

    A post lists many threads: what stands beside one says little of the next.

    Examples
    --------
    >>> passage("1. o/r#1 was for Reef.\\n2. o/r#2 came from\\n   a ticket.", "o/r#2")
    '2. o/r#2 came from\\n   a ticket.'
    """
    items = [item for item in _ITEM.split(text) if item.strip()]
    parts = items if len(items) > 1 else _SENTENCE.split(text)
    found = [part for part in parts if any(casefold_id(link.ref) == casefold_id(ref) for link in links(part))]
    return "\n".join(found).strip() or text
