"""Mentions: places on the organisation's own side that are tied to a thread."""

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from contribkit.classifiers.reason import Reason
from contribkit.ids import casefold_id, links, repository_of, thread_url
from contribkit.tables import is_true

if TYPE_CHECKING:
    from contribkit.config.organisation import Organisation


_ITEM = re.compile(r"\n(?=[ \t]{0,3}(?:[-*+]|\d{1,3}[.)])[ \t])")
_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-Z\[])")


# How an organisation writes of work that it does for a project's sake.
_FOUNDATIONAL = re.compile(
    r"\b(?:foundational|upstream (?:support|work|maintenance|impact|plans?|upkeep)|non-maintainers?|good citizen\w*|"
    r"giv(?:e|ing) back|upkeep)\b",
    re.IGNORECASE,
)


class Mention(NamedTuple):
    """A place on the organisation's own side that points at the thread, or that the thread points at."""

    ref: str
    kind: str
    title: str
    text: str
    passage: str  # of the text, what stands right around the link
    context: str
    labels: list[str]
    url: str | None
    points: str  # "in": it points at the thread; "out": the thread points at it
    private: bool = False

    @property
    def words(self) -> str:
        """All of its words."""
        return f"{self.title}\n{self.text}"

    @property
    def plans_upstream(self) -> re.Match[str] | None:
        """The words with which it plans upstream work, None where it does not: an own tracker holds both sorts."""
        return _FOUNDATIONAL.search(f"{self.title}\n{self.passage}")

    def reason(self, rule: str, lead: str, weight: float, because: str) -> Reason:
        """Return a reason that saw this place."""
        saw = f"{self.ref}: {self.title}" if self.title else self.ref
        return Reason(rule, lead, weight, because, saw, self.url, self.private)


def find_mentions(row: dict[str, Any], references: list[dict[str, Any]], organisation: "Organisation") -> list[Mention]:
    """Return everything on the organisation's own side that is tied to a contribution's thread, each once.

    Parameters
    ----------
    row
        A row of the contributions table.
    references
        Rows of the references table that point at its thread.
    organisation
        Whose side.
    """
    found = {}
    for reference in references:
        ref = _place(reference)
        found[casefold_id(ref)] = Mention(
            ref=ref,
            kind=reference["kind"] or "",
            title=reference["title"] or "",
            text=reference["text"] or "",
            passage=passage(reference["text"] or "", reference["ref"]),
            context=reference["context"] or "",
            labels=reference["labels"],
            url=reference["url"],
            points="in",
            private=is_true(reference["private"]),
        )
    for link in row["links_in"]:
        if organisation.is_own_side(link.get("ref") or ""):
            mention = Mention(
                ref=link["ref"],
                kind="commit" if "@" in link["ref"] else "issue",
                title=link.get("title") or "",
                text=link.get("text") or "",
                passage=link.get("text") or "",
                context="",
                labels=link.get("labels") or [],
                url=thread_url(link["ref"]),
                points="in",
                private=bool(link.get("private")),
            )
            found.setdefault(casefold_id(link["ref"]), mention)
    for ref in row["links_out"]:
        if organisation.is_own_side(ref):
            found.setdefault(casefold_id(ref), Mention(ref, "issue", "", "", "", "", [], thread_url(ref), "out"))
    return list(found.values())


def _place(reference: dict[str, Any]) -> str:
    """Return the name of a reference: a thread's or commit's as GitHub writes it, else repository and path."""
    source, identifier = reference["source"] or "", reference["id"] or ""
    if reference["kind"] in ("issue", "pull_request"):
        return identifier if repository_of(identifier) else f"{source}#{identifier}"
    return f"{source}@{identifier}" if reference["kind"] == "commit" else f"{source}:{identifier}"


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
