"""One contribution with everything that is known about it: what rules look at."""

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from contribkit.classifiers.mention import Mention, find_mentions
from contribkit.classifiers.naming import Named, names_in, without_thanks
from contribkit.ids import casefold_id
from contribkit.vocabulary import Activity

if TYPE_CHECKING:
    from contribkit.config.organisation import Organisation


@dataclass(frozen=True)
class Case:
    """A contribution, the references to its thread, and the organisation.

    Parameters
    ----------
    row
        A row of the contributions table, as a dict.
    organisation
        Whose contribution it is.
    references
        Rows of the references table that point at its thread, as dicts.
    covered
        Whether a source of the organisation's own side covers its day, so that silence tells something.
    heard
        Stakeholders whom threads beside it served; known only once every contribution was looked at.
    """

    row: dict[str, Any]
    organisation: "Organisation"
    references: list[dict[str, Any]] = field(default_factory=list)
    covered: bool = False
    heard: list[str] = field(default_factory=list)

    @property
    def ref(self) -> str:
        """The thread."""
        return str(self.row["ref"])

    @property
    def thread(self) -> str:
        """What the thread is compared by."""
        return casefold_id(self.ref)

    def text(self, name: str) -> str:
        """Return a column's text, empty where it is missing."""
        value = self.row.get(name)
        return value if isinstance(value, str) else ""

    @property  # not kept: that would hold every text twice
    def own_words(self) -> str:
        """The words of the thread and of the actor in it."""
        return "\n".join([self.text("title"), self.text("body"), *self.row["remarks"]])

    @cached_property
    def project(self) -> str | None:
        """The name of the upstream project that it belongs to."""
        return self.organisation.project_of(self.row)

    @cached_property
    def mentions(self) -> list[Mention]:
        """Everything on the organisation's own side that is tied to the thread, each once."""
        return find_mentions(self.row, self.references, self.organisation)

    @cached_property
    def inward(self) -> list[Mention]:
        """The mentions that point at the thread, which say something about it."""
        return [mention for mention in self.mentions if mention.points == "in"]

    def named(self, words: str) -> list[Named]:
        """Return the stakeholders that a text names, in the order of contribkit.toml; thanks do not count."""
        if not names_in(words, self.organisation):  # most texts name nobody, and need not be taken apart
            return []
        return names_in(without_thanks(words), self.organisation)

    @cached_property
    def own_named(self) -> list[Named]:
        """The stakeholders that the thread and the actor name."""
        return self.named(self.own_words)

    @cached_property
    def activity(self) -> Activity:
        """What sort of work it is."""
        from contribkit.classifiers.activity import activity  # it looks at cases itself

        return activity(self)

    @cached_property
    def author_is_outsider(self) -> bool:
        """Whether somebody opened the thread who is no member and speaks for no stakeholder."""
        author = self.text("author")
        member = self.organisation.member(author)
        return bool(author) and member is None and casefold_id(author) not in self.organisation.speakers
