"""What a query is run against: the workload, as one token sees it."""

from dataclasses import dataclass, field
from typing import Any

from graphql import GraphQLResolveInfo

from tests.github.graphql.errors import GitHubError, not_found, policy_message, saml_message
from tests.github.model import Account, Project, Repository
from tests.github.names import node_id
from tests.github.search.index import GOOD_DAY, Found, Rules, Search
from tests.github.workload import Workload


@dataclass(frozen=True)
class Access:
    """What a token may do.

    Parameters
    ----------
    scopes
        Its scopes.
    saml
        The login, in lower case, of an organisation that wants it to be let in through single sign-on first.
    policy
        The login of one whose policy keeps applications out.
    blind
        Whether it may read nothing but who it is.
    """

    scopes: frozenset[str]
    saml: str | None = None
    policy: str | None = None
    blind: bool = False

    def refusal(self, owner: str) -> GitHubError | None:
        """Return why an owner's things are refused, None where they are not."""
        if self.blind:
            return GitHubError("FORBIDDEN", "Resource not accessible by personal access token")
        if owner.lower() == self.saml:
            return GitHubError("FORBIDDEN", saml_message(owner), {"saml_failure": True})
        return GitHubError("FORBIDDEN", policy_message(owner)) if owner.lower() == self.policy else None


@dataclass(frozen=True)
class Context:
    """Answers what resolvers ask of the world. `read` takes the ids of threads whose comments were asked for first."""

    workload: Workload
    search: Search
    access: Access
    rate_limit: dict[str, Any] = field(default_factory=dict)
    rules: Rules = GOOD_DAY
    read: list[str] = field(default_factory=list)

    def find(self, text: str, kind: str = "ISSUE") -> Found:
        """Return what a search finds for this token.

        Raises
        ------
        ValueError
            For a query that GitHub refuses.
        """
        return self.search.find(
            text, kind == "DISCUSSION", self.sees_thing, self.rules, advanced=kind == "ISSUE_ADVANCED"
        )

    def sees(self, repository: Repository) -> bool:
        """Say whether the token may see a repository."""
        refused = self.access.refusal(repository.owner.login) is not None
        return not refused and not repository.sealed and (not repository.private or "repo" in self.access.scopes)

    def check_owner(self, login: str) -> None:
        """Refuse what belongs to an owner whom the token may not read.

        Raises
        ------
        GitHubError
            With GitHub's reason.
        """
        if refusal := self.access.refusal(login):
            raise refusal

    def repository(self, owner: str, name: str) -> Repository:
        """Return a repository by its name, or by the one it had.

        Raises
        ------
        GitHubError
            Where there is none that the token may see.
        """
        self.check_owner(owner)
        found = self.workload.repository_by_name.get(f"{owner}/{name}".lower())
        if found is None or not self.sees(found):
            raise not_found(f"a Repository with the name '{owner}/{name}'.")
        return found

    def node(self, identifier: str) -> Any:
        """Return the thing with a node id.

        Raises
        ------
        GitHubError
            Where there is none that the token may see.
        """
        serial = identifier.rpartition("_")[2]
        found = self.workload.nodes.get(int(serial)) if serial.isdecimal() else None
        if found is None or node_id(found) != identifier:
            raise not_found(f"a node with the global id of '{identifier}'")
        self.check(found, f"a node with the global id of '{identifier}'")
        return found

    def check(self, thing: Any, what: str = "a node") -> None:
        """Refuse a thing that the token may not see.

        Raises
        ------
        GitHubError
            For a repository that nobody may know of, and for an owner who refuses.
        """
        if repository := _repository_of(thing):
            self.check_owner(repository.owner.login)
        if not self.sees_thing(thing):
            raise not_found(what)

    def sees_thing(self, thing: Any) -> bool:
        """Say whether the token may see the repository in which a thing lies."""
        repository = _repository_of(thing)
        return repository is None or self.sees(repository)


def _repository_of(thing: Any) -> Repository | None:
    """Return the repository in which a thing lies, None for an account and for a Project."""
    if isinstance(thing, Account | Project):
        return None
    found = thing if isinstance(thing, Repository) else getattr(thing, "repository", None)
    return found or _repository_of(thing.parent)


Info = GraphQLResolveInfo[Context]
