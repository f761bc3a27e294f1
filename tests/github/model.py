"""GitHub's things as plain Python: people, repositories, threads, and what happens in them."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

# Things are themselves: two comments with the same words are two. So none is compared by its fields.


@dataclass(eq=False)
class Account:
    """A person, a machine or an organisation; `kind` is GitHub's word for it. Search is blind for private profiles."""

    login: str
    kind: str = "User"
    serial: int = 0
    is_private: bool = False


@dataclass(eq=False)
class Commit:
    """A commit on a default branch."""

    author: Account | None
    committed_at: datetime
    message: str
    checks: str | None = None
    parent: Any = None
    serial: int = 0

    @property
    def oid(self) -> str:
        return f"{self.serial:040x}"


@dataclass(eq=False)
class Repository:
    """A repository; nobody sees a `sealed` one, and a `private` one only who has the scope."""

    owner: Account
    name: str
    created_at: datetime
    private: bool = False
    sealed: bool = False
    former_name: str | None = None
    threads: list["Thread"] = field(default_factory=list)
    discussions: list["Discussion"] = field(default_factory=list)
    releases: list["Release"] = field(default_factory=list)
    commits: list[Commit] = field(default_factory=list)
    milestones: list["Milestone"] = field(default_factory=list)
    serial: int = 0

    @property
    def name_with_owner(self) -> str:
        return f"{self.owner.login}/{self.name}"

    @property
    def ref(self) -> str:
        return self.name_with_owner

    @property
    def numbered(self) -> "list[Thread | Discussion]":
        """Whatever has a number here."""
        return [*self.threads, *self.discussions]


@dataclass(eq=False)
class Milestone:
    """A milestone; its issues are those that name it."""

    repository: Repository
    number: int
    title: str
    due_on: datetime | None = None
    closed_at: datetime | None = None

    @property
    def state(self) -> str:
        return "CLOSED" if self.closed_at else "OPEN"


@dataclass(eq=False)
class Draft:
    """An item of a Project that is no issue yet."""

    title: str


@dataclass(eq=False)
class Project:
    """A Project of an organisation; of what its readers may not see, an item shows nothing."""

    owner: Account
    number: int
    title: str
    public: bool = True
    closed: bool = False
    content: list["Thread | Draft"] = field(default_factory=list)
    serial: int = 0


@dataclass(eq=False)
class Comment:
    """Words under a thread, in a review, or below another comment of a discussion."""

    author: Account | None
    created_at: datetime
    body: str
    author_association: str = "NONE"
    replies: list["Comment"] = field(default_factory=list)
    parent: Any = None
    serial: int = 0


@dataclass(eq=False)
class Review:
    """A review; without `submitted_at` it is still being written."""

    author: Account | None
    submitted_at: datetime | None
    state: str
    body: str = ""
    author_association: str = "MEMBER"
    comments: list[Comment] = field(default_factory=list)
    parent: Any = None
    serial: int = 0


@dataclass(eq=False)
class Event:
    """An entry of a timeline; `detail` is its label, assignee, milestone, former repository or source."""

    kind: str
    actor: Account | None
    created_at: datetime
    detail: Any = None
    parent: Any = None
    serial: int = 0


@dataclass(eq=False)
class Thread:
    """A pull request or an issue."""

    repository: Repository
    is_pull_request: bool
    author: Account | None
    created_at: datetime
    title: str = ""
    body: str = ""
    number: int = 0
    author_association: str = "CONTRIBUTOR"
    updated_at: datetime = datetime.min
    merged_at: datetime | None = None
    merged_by: Account | None = None
    closed_at: datetime | None = None
    milestone: str | None = None
    parent_issue: "Thread | None" = None
    labels: list[str] = field(default_factory=list)
    assignees: list[Account] = field(default_factory=list)
    comments: list[Comment] = field(default_factory=list)
    reviews: list[Review] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    files: list[str] = field(default_factory=list)
    closes: list["Thread"] = field(default_factory=list)
    additions: int = 0
    deletions: int = 0
    draft: bool = False
    checks: str | None = None
    mergeable: str = "MERGEABLE"
    transferred_from: tuple[Repository, int] | None = None
    serial: int = 0

    @property
    def ref(self) -> str:
        return f"{self.repository.name_with_owner}#{self.number}"

    @property
    def state(self) -> str:
        return "MERGED" if self.merged_at else "CLOSED" if self.closed_at else "OPEN"


@dataclass(eq=False)
class Discussion:
    """A discussion with comments, and replies to them."""

    repository: Repository
    author: Account | None
    created_at: datetime
    title: str
    body: str
    number: int = 0
    author_association: str = "NONE"
    updated_at: datetime = datetime.min
    comments: list[Comment] = field(default_factory=list)
    serial: int = 0

    @property
    def ref(self) -> str:
        return f"{self.repository.name_with_owner}#{self.number}"


@dataclass(eq=False)
class Release:
    """A release; a draft has no `published_at`."""

    repository: Repository
    author: Account | None
    created_at: datetime
    published_at: datetime | None
    tag_name: str
    name: str
    description: str = ""
    serial: int = 0

    @property
    def ref(self) -> str:
        return f"{self.repository.name_with_owner}@{self.tag_name}"
