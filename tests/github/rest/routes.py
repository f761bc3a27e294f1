"""Which path is answered with what, in pages with Link headers."""

import re
from collections.abc import Callable, Sequence
from datetime import datetime
from itertools import chain
from operator import attrgetter
from typing import Any
from urllib.parse import urlencode

from tests.github.answer import Answer, Call
from tests.github.graphql.context import Context
from tests.github.graphql.errors import GitHubError
from tests.github.model import Commit, Repository, Thread
from tests.github.rest.payloads import Payloads
from tests.github.search.index import LIMIT

PER_PAGE, MOST_PER_PAGE = 30, 100


class _NotThereError(Exception):
    """What is asked for is not there, or not for this token."""


class Rest:
    """Answers one REST call after another from a workload."""

    def __init__(self, call: Call, context: Context, limits: dict[str, dict[str, Any]]) -> None:
        self.call, self.context, self.limits = call, context, limits
        host = call.headers.get("host", "")
        # A client that believes to speak with api.github.com gets addresses of that place, and any other its own.
        self.base = f"https://{host}" if host == "api.github.com" else f"http://{host}{call.prefix}"
        self.payloads = Payloads(self.base)

    def answer(self) -> Answer:
        """Return the answer of the first route that fits."""
        try:
            for pattern, answering in ROUTES:
                if match := re.fullmatch(pattern, self.call.path):
                    return answering(self, **match.groupdict())
        except GitHubError as error:
            if error.kind == "FORBIDDEN":
                return Answer.of({"message": str(error), "documentation_url": "https://docs.github.com/rest"}, 403)
        except _NotThereError:
            pass
        return Answer.of({"message": "Not Found", "documentation_url": "https://docs.github.com/rest"}, 404)

    def repository(self, owner: str, name: str) -> Repository:
        return self.context.repository(owner, name)

    def thread(self, owner: str, name: str, number: str) -> Thread:
        """Return a thread; a transferred issue answers from its new place."""
        found = self.context.workload.thread_by_ref.get(f"{self.repository(owner, name).ref}#{number}".lower())
        if not isinstance(found, Thread) or not self.context.sees(found.repository):
            raise _NotThereError
        return found

    def page(self, items: Sequence[Any], payload: Callable[[Any], Any]) -> Answer:
        """Return one page of a list, with the address of the next one."""
        number, size, further = self._page(len(items))
        told = [payload(item) for item in items[(number - 1) * size : number * size]]
        return Answer.of(told, headers=further)

    def _page(self, count: int) -> tuple[int, int, dict[str, str]]:
        arguments = self.call.arguments
        number = max(int(arguments.get("page", 1)), 1)
        size = min(int(arguments.get("per_page", PER_PAGE)), MOST_PER_PAGE)
        if number * size >= count:
            return number, size, {}
        following = urlencode(arguments | {"page": str(number + 1)})
        return number, size, {"Link": f'<{self.base}{self.call.path}?{following}>; rel="next"'}

    def rate_limit(self) -> Answer:
        return Answer.of({"resources": self.limits, "rate": self.limits["core"]})

    def viewer(self) -> Answer:
        return Answer.of(self.payloads.user(self.context.workload.members[0].account))

    def user(self, login: str) -> Answer:
        account = self.context.workload.accounts.get(login.lower())
        if account is None:
            raise _NotThereError
        return Answer.of(self.payloads.user(account))

    def owned(self, login: str) -> Answer:
        self.context.check_owner(login)
        owned = [one for one in self.context.workload.repositories if one.owner.login.lower() == login.lower()]
        return self.page([one for one in owned if self.context.sees(one)], self.payloads.repository)

    def members(self, login: str, team: str = "") -> Answer:
        """Answer with the members of the collective, or with those of one of its teams."""
        workload = self.context.workload
        if login.lower() != workload.world.own["tracker"].owner.login:
            raise _NotThereError
        people = [one for one in workload.members if not team or team in map(str.lower, one.teams)]
        if not people:
            raise _NotThereError
        return self.page([one.account for one in people], self.payloads.user)

    def one_repository(self, owner: str, name: str) -> Answer:
        """Answer with a repository; the former name of one is a redirect."""
        found = self.repository(owner, name)
        if found.name.lower() != name.lower():
            place = f"{self.base}/repos/{found.ref}"
            return Answer.of({"message": "Moved Permanently", "url": place}, 301, headers={"Location": place})
        return Answer.of(self.payloads.repository(found))

    def _since(self, items: list[Any], attribute: str) -> list[Any]:
        since = self.call.arguments.get("since")
        return [one for one in items if not since or getattr(one, attribute) >= datetime.fromisoformat(since)]

    def _threads(self, owner: str, name: str) -> list[Thread]:
        """Return a repository's threads as ``state``, ``sort`` and ``direction`` ask for."""
        arguments = self.call.arguments
        state, order = arguments.get("state", "open"), arguments.get("sort", "created")
        threads = self.repository(owner, name).threads
        threads = [one for one in threads if state == "all" or bool(one.closed_at) is (state == "closed")]
        newest_first = arguments.get("direction", "desc") == "desc"
        return sorted(threads, key=attrgetter(f"{order}_at", "number"), reverse=newest_first)

    def issues(self, owner: str, name: str) -> Answer:
        return self.page(self._since(self._threads(owner, name), "updated_at"), self.payloads.issue)

    def issue(self, owner: str, name: str, number: str) -> Answer:
        return Answer.of(self.payloads.issue(self.thread(owner, name, number)))

    def pull_requests(self, owner: str, name: str) -> Answer:
        pulls = [one for one in self._threads(owner, name) if one.is_pull_request]
        return self.page(pulls, self.payloads.pull_request)

    def pull_request(self, owner: str, name: str, number: str) -> Answer:
        thread = self.thread(owner, name, number)
        if not thread.is_pull_request:
            raise _NotThereError
        return Answer.of(self.payloads.whole_pull_request(thread))

    def comments(self, owner: str, name: str) -> Answer:
        """Answer with the comments of all threads of a repository."""
        comments = chain.from_iterable(thread.comments for thread in self.repository(owner, name).threads)
        told = self._since(sorted(comments, key=attrgetter("created_at", "serial")), "created_at")
        return self.page(told, self.payloads.comment)

    def comments_of_one(self, owner: str, name: str, number: str) -> Answer:
        return self.page(self._since(self.thread(owner, name, number).comments, "created_at"), self.payloads.comment)

    def events(self, owner: str, name: str, number: str) -> Answer:
        return self.page(self.thread(owner, name, number).events, self.payloads.event)

    def reviews(self, owner: str, name: str, number: str) -> Answer:
        return self.page(self.thread(owner, name, number).reviews, self.payloads.review)

    def files(self, owner: str, name: str, number: str) -> Answer:
        paths = self.thread(owner, name, number).files
        return self.page(paths, lambda path: {"filename": path, "status": "modified", "additions": 1, "deletions": 0})

    def releases(self, owner: str, name: str) -> Answer:
        out = [one for one in self.repository(owner, name).releases if one.published_at]
        return self.page(sorted(out, key=attrgetter("created_at"), reverse=True), self.payloads.release)

    def commits(self, owner: str, name: str) -> Answer:
        commits = self._since(self.repository(owner, name).commits, "committed_at")
        until = self.call.arguments.get("until")
        commits = [one for one in commits if not until or one.committed_at <= datetime.fromisoformat(until)]
        return self.page(commits, self.payloads.commit)

    def commit(self, owner: str, name: str, sha: str) -> Answer:
        found: Commit | None = next((one for one in self.repository(owner, name).commits if one.oid == sha), None)
        if found is None:
            return Answer.of({"message": f"No commit found for SHA: {sha}"}, 422)
        return Answer.of(self.payloads.commit(found))

    def nothing(self, owner: str, name: str) -> Answer:
        """Answer with an empty list: what no workload holds, such as tags and stars."""
        self.repository(owner, name)
        return Answer.of([])

    def search(self) -> Answer:
        """Answer with what a search finds: 1,000 at most, and a page after that is refused."""
        query = self.call.arguments.get("q", "")
        try:
            found = self.context.find(query)
        except ValueError as error:
            return Answer.of({"message": "Validation Failed", "errors": [{"message": str(error)}]}, 422)
        number, size, further = self._page(len(found.shown))
        if (number - 1) * size >= LIMIT:
            return Answer.of({"message": "Only the first 1000 search results are available"}, 422)
        page = found.shown[(number - 1) * size : number * size]
        items = [self.payloads.issue(one) for one in page if isinstance(one, Thread)]
        told = {"total_count": len(found.hits), "incomplete_results": False, "items": items}
        return Answer.of(told, headers=further)


_REPOSITORY = r"/repos/(?P<owner>[^/]+)/(?P<name>[^/]+)"
_NUMBER = r"(?P<number>\d+)"
ROUTES: list[tuple[str, Callable[..., Answer]]] = [
    (r"/rate_limit", Rest.rate_limit),
    (r"/user", Rest.viewer),
    (r"/users/(?P<login>[^/]+)", Rest.user),
    (r"/(?:users|orgs)/(?P<login>[^/]+)/repos", Rest.owned),
    (r"/orgs/(?P<login>[^/]+)/members", Rest.members),
    (r"/orgs/(?P<login>[^/]+)/teams/(?P<team>[^/]+)/members", Rest.members),
    (r"/search/issues", Rest.search),
    (_REPOSITORY, Rest.one_repository),
    (rf"{_REPOSITORY}/issues", Rest.issues),
    (rf"{_REPOSITORY}/issues/comments", Rest.comments),
    (rf"{_REPOSITORY}/issues/{_NUMBER}", Rest.issue),
    (rf"{_REPOSITORY}/issues/{_NUMBER}/comments", Rest.comments_of_one),
    (rf"{_REPOSITORY}/issues/{_NUMBER}/(?:events|timeline)", Rest.events),
    (rf"{_REPOSITORY}/pulls", Rest.pull_requests),
    (rf"{_REPOSITORY}/pulls/{_NUMBER}", Rest.pull_request),
    (rf"{_REPOSITORY}/pulls/{_NUMBER}/reviews", Rest.reviews),
    (rf"{_REPOSITORY}/pulls/{_NUMBER}/files", Rest.files),
    (rf"{_REPOSITORY}/releases", Rest.releases),
    (rf"{_REPOSITORY}/commits", Rest.commits),
    (rf"{_REPOSITORY}/commits/(?P<sha>.+)", Rest.commit),
    (rf"{_REPOSITORY}/(?:tags|stargazers|contributors)", Rest.nothing),
]
