"""What a query is run against: the workload, as one token sees it."""

from dataclasses import dataclass, field
from typing import Any

from graphql import GraphQLResolveInfo

from tests.github.graphql.errors import not_found
from tests.github.model import Account, Repository
from tests.github.names import node_id
from tests.github.search.index import GOOD_DAY, Found, Rules, Search
from tests.github.workload import Workload


@dataclass(frozen=True)
class Context:
    """Answers what resolvers ask of the world."""

    workload: Workload
    search: Search
    scopes: frozenset[str]
    rate_limit: dict[str, Any] = field(default_factory=dict)
    rules: Rules = GOOD_DAY

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
        return not repository.sealed and (not repository.private or "repo" in self.scopes)

    def repository(self, owner: str, name: str) -> Repository:
        """Return a repository by its name, or by the one it had.

        Raises
        ------
        GitHubError
            Where there is none that the token may see.
        """
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
        if found is None or node_id(found) != identifier or not self.sees_thing(found):
            raise not_found(f"a node with the global id of '{identifier}'")
        return found

    def sees_thing(self, thing: Any) -> bool:
        """Say whether the token may see the repository in which a thing lies."""
        if isinstance(thing, Account):
            return True
        repository = thing if isinstance(thing, Repository) else getattr(thing, "repository", None)
        return self.sees(repository) if repository else self.sees_thing(thing.parent)


Info = GraphQLResolveInfo[Context]
