"""One contribution with everything that is known about it: what rules look at."""

import re
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from contribkit.identifiers import key, repository_of, thread_url
from contribkit.patterns import matches

if TYPE_CHECKING:
    from contribkit.configuration import Stakeholder
    from contribkit.organisation import Organisation


# What people write of one piece of work that was asked for; "thanks" and "funded by" alone say nothing.
ASKED = re.compile(
    r"\b(?:request(?:ed)? (?:by|from)|reported by|asked (?:for )?by|sponsor(?:ed|s) this|needed (?:by|for)|"
    r"(?:our|their) users?|users? (?:of|at|from|reported)|report(?:ed|s) it)\b",
    re.IGNORECASE,
)
_THANKS = re.compile(
    r"\b(?:thank(?:s| you)|(?:fund|support|sponsor)(?:ed|ing) (?:by|from)|support from|acknowledg\w*|our funders?)\b",
    re.IGNORECASE,
)
_SENTENCE = re.compile(r"(?<=[.!?])\s+|\n+")


class Reason(NamedTuple):
    """Why a rule speaks for a lead, in words that a person can check.

    Attributes
    ----------
    rule
        The rule's name.
    lead
        The lead it speaks for, or against where the weight is negative.
    weight
        How strongly, in log-odds.
    because
        One plain sentence.
    saw
        The very thing it saw.
    where
        Its address, where it has one.
    private
        Whether what it saw must not be shown.
    """

    rule: str
    lead: str
    weight: float
    because: str
    saw: str = ""
    where: str | None = None
    private: bool = False


class Mention(NamedTuple):
    """A place on the organisation's own side that points at the thread, or that the thread points at."""

    ref: str
    kind: str
    title: str
    text: str
    labels: list[str]
    url: str | None
    points: str  # "in": it points at the thread; "out": the thread points at it
    private: bool = False

    @property
    def words(self) -> str:
        """All of its words."""
        return f"{self.title}\n{self.text}"

    def reason(self, rule: str, lead: str, weight: float, because: str) -> Reason:
        """Return a reason that saw this place."""
        saw = f"{self.ref}: {self.title}" if self.title else self.ref
        return Reason(rule, lead, weight, because, saw, self.url, self.private)


@dataclass(frozen=True)
class Case:
    """A contribution, the references to its thread, and the organisation.

    Parameters
    ----------
    row
        A row of the contributions table, as a dict.
    references
        Rows of the references table that point at its thread, as dicts.
    organisation
        Whose contribution it is.
    """

    row: dict[str, Any]
    references: list[dict[str, Any]]
    organisation: "Organisation"

    def text(self, name: str) -> str:
        """Return a column's text, empty where it is missing."""
        value = self.row.get(name)
        return value if isinstance(value, str) else ""

    @cached_property
    def own_words(self) -> str:
        """The words of the thread and of the actor in it."""
        return "\n".join([self.text("title"), self.text("body"), *self.row["remarks"]])

    def logged(self, name: str) -> str | None:
        """Return what the activity log says of the contribution: its `lead`, `activity` or `upstream`.

        The log's loader carries these as labels; on GitHub anybody could set such a label.
        """
        if "activity_log" not in self.text("source"):
            return None
        start = f"{name}: "
        return next((label.removeprefix(start) for label in self.row["labels"] if label.startswith(start)), None)

    @cached_property
    def project(self) -> str | None:
        """The name of the upstream project that it belongs to."""
        found = self.organisation.upstream_of(self.text("repo") or None)
        return found.name if found else self.logged("upstream")

    @cached_property
    def mentions(self) -> list[Mention]:
        """Everything on the organisation's own side that is tied to the thread, each once."""
        found = {}
        for reference in self.references:
            ref = _place(reference)
            found[key(ref)] = Mention(
                ref=ref,
                kind=reference["kind"] or "",
                title=reference["title"] or "",
                text=reference["text"] or "",
                labels=reference["labels"],
                url=reference["url"],
                points="in",
                private=bool(reference["private"]),
            )
        for link in self.row["links_in"]:
            if self.organisation.is_own_side(link.get("ref") or ""):
                mention = Mention(
                    ref=link["ref"],
                    kind="commit" if "@" in link["ref"] else "issue",
                    title=link.get("title") or "",
                    text=link.get("text") or "",
                    labels=link.get("labels") or [],
                    url=thread_url(link["ref"]),
                    points="in",
                    private=bool(link.get("private")),
                )
                found.setdefault(key(link["ref"]), mention)
        for ref in self.row["links_out"]:
            if self.organisation.is_own_side(ref):
                found.setdefault(key(ref), Mention(ref, "issue", "", "", [], thread_url(ref), "out"))
        return list(found.values())

    @cached_property
    def inward(self) -> list[Mention]:
        """The mentions that point at the thread, which say something about it."""
        return [mention for mention in self.mentions if mention.points == "in"]

    def named(self, words: str) -> list["Named"]:
        """Return the stakeholders that a text names, in the order of contribkit.toml; thanks do not count."""
        return names_in(without_thanks(words), self.organisation)

    @cached_property
    def author_is_outsider(self) -> bool:
        """Whether somebody opened the thread who is no member and speaks for no stakeholder."""
        author = self.text("author")
        speaks = {key(login) for stakeholder in self.organisation.stakeholders for login in stakeholder.people}
        return bool(author) and self.organisation.member(author) is None and key(author) not in speaks


def without_thanks(words: str) -> str:
    """Return a text without the sentences that only thank somebody: they stand in every release and post.

    Examples
    --------
    >>> without_thanks("Adds quotas. Thanks to Reef for the funding. Requested by Reef, thanks!")
    'Adds quotas. Requested by Reef, thanks!'
    """
    return " ".join(s for s in _SENTENCE.split(words) if not _THANKS.search(s) or ASKED.search(s))


class Named(NamedTuple):
    """A stakeholder named in a text, the word that named it, and whether that word could mean anything else."""

    stakeholder: "Stakeholder"
    word: str
    is_common: bool


def names_in(words: str, organisation: "Organisation") -> list[Named]:
    """Return the stakeholders that a text names as whole words, in the case given."""
    owners = organisation.stakeholder_by_word
    found: dict[str, Named] = {}
    for match in _any_of(tuple(owners)).finditer(words):
        word = match[0]
        stakeholder = owners[word]
        is_common = word.isalpha() and word.islower()
        if stakeholder.name not in found or (found[stakeholder.name].is_common and not is_common):
            found[stakeholder.name] = Named(stakeholder, word, is_common)
    order = [stakeholder.name for stakeholder in organisation.stakeholders]
    return sorted(found.values(), key=lambda named: order.index(named.stakeholder.name))


@lru_cache(maxsize=8)
def _any_of(words: tuple[str, ...]) -> re.Pattern[str]:
    # The longest first: "North Reef" is not "Reef".
    parts = "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))
    return re.compile(rf"(?<![\w/-])(?:{parts})(?![\w/-])" if parts else r"(?!)")


def stakeholder_of_repository(repo: str, organisation: "Organisation") -> "Stakeholder | None":
    """Return whose repository or tracker it is; an organisation that is upstream too is no evidence by itself."""
    for stakeholder in organisation.stakeholders:
        owned = key(repo) in {key(name) for name in stakeholder.repos}
        ours = key(repo.split("/")[0]) in {key(owner) for owner in stakeholder.orgs}
        if owned or matches(stakeholder.trackers, repo) or (ours and organisation.upstream_of(repo) is None):
            return stakeholder
    return None


def _place(reference: dict[str, Any]) -> str:
    """Return the name of a reference: a thread's or commit's as GitHub writes it, else repository and path."""
    source, identifier = reference["source"] or "", reference["id"] or ""
    if reference["kind"] in ("issue", "pull_request"):
        return identifier if repository_of(identifier) else f"{source}#{identifier}"
    return f"{source}@{identifier}" if reference["kind"] == "commit" else f"{source}:{identifier}"
