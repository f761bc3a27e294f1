"""The REST side: pages, addresses, and shapes like those that GitHub really sent."""

import json
import os
import re
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import pytest

from tests.github.client import get, send
from tests.github.emulator import Emulator
from tests.github.model import Repository, Thread
from tests.github.others.measure import REDIRECT
from tests.helpers.jupyterlab import from_npm

EXAMPLES, FIXTURES = "7.6.1", "23.1.2"


@pytest.fixture
def repository(github: Emulator) -> Repository:
    return max(github.workload.world.upstream, key=lambda one: len(one.threads))


def pages(github: Emulator, path: str) -> Iterator[Any]:
    """Yield the pages of a list, along the Link headers."""
    while path:
        answer = get(github, path)
        assert answer.status == 200, answer.body
        yield answer.value
        following = re.search(r'<(.+?)>; rel="next"', answer.headers.get("Link", ""))
        path = following[1].removeprefix(github.url) if following else ""


def everything(github: Emulator, path: str) -> list[Any]:
    return [item for page in pages(github, path) for item in page]


def test_pages_hold_every_thread_once(github: Emulator, repository: Repository) -> None:
    found = list(pages(github, f"/repos/{repository.ref}/issues?state=all&per_page=7"))
    assert [len(page) for page in found[:-1]] == [7] * (len(found) - 1)
    numbers = [one["number"] for page in found for one in page]
    assert sorted(numbers) == sorted(thread.number for thread in repository.threads)


def test_states_and_times_narrow_a_list(github: Emulator, repository: Repository) -> None:
    still_open = everything(github, f"/repos/{repository.ref}/issues?per_page=100")
    assert {one["number"] for one in still_open} == {one.number for one in repository.threads if not one.closed_at}
    since = everything(github, f"/repos/{repository.ref}/issues?state=all&since=2026-10-01T00:00:00Z&per_page=100")
    assert since
    assert all(one["updated_at"] >= "2026-10-01" for one in since)


def test_comments_reviews_files_releases_and_commits_are_whole(github: Emulator, repository: Repository) -> None:
    thread = max((one for one in repository.threads if one.is_pull_request), key=lambda one: len(one.reviews))
    place = f"/repos/{repository.ref}"
    comments = sum(len(one.comments) for one in repository.threads)
    assert len(everything(github, f"{place}/issues/comments?per_page=100")) == comments
    for path, expected in (
        (f"issues/{thread.number}/comments", thread.comments), (f"pulls/{thread.number}/reviews", thread.reviews),
        (f"pulls/{thread.number}/files", thread.files), (f"issues/{thread.number}/timeline", thread.events),
        ("commits", repository.commits), ("releases", [one for one in repository.releases if one.published_at]),
    ):  # fmt: skip
        assert len(everything(github, f"{place}/{path}?per_page=100")) == len(expected)


def test_a_search_pages_to_its_end(github: Emulator) -> None:
    login = github.workload.members[0].account.login
    found = list(pages(github, f"/search/issues?q=involves%3A{login}&per_page=10"))
    assert sum(len(page["items"]) for page in found) == found[0]["total_count"] > 10
    assert get(github, "/search/issues?q=colour%3Ared").status == 422


def test_private_renamed_and_missing_repositories_answer_as_githubs(github: Emulator) -> None:
    assert get(github, "/repos/stranger-example/vault").status == 404
    private = "/repos/ferncollective-example/contracts"
    assert get(github, private).value["private"] is True
    assert send(github, "GET", private, None, github.scopeless_token).status == 404
    renamed = github.workload.world.upstream[0]
    moved = get(github, f"/repos/{renamed.owner.login}/{renamed.former_name}")
    assert (moved.status, moved.headers["Location"]) == (301, f"{github.url}/repos/{renamed.ref}")


def test_every_request_costs_one_of_five_thousand(github: Emulator) -> None:
    left = [int(get(github, "/user").headers["X-RateLimit-Remaining"]) for _ in range(2)]
    assert left[0] - left[1] == 1


def test_an_enterprise_server_gives_its_own_addresses(github: Emulator, repository: Repository) -> None:
    answer = send(github, "GET", f"/api/v3/repos/{repository.ref}", None, github.token)
    assert answer.value["url"] == f"{github.enterprise_url}/repos/{repository.ref}"


def test_a_tool_with_githubs_address_in_its_code_is_sent_here(github: Emulator, repository: Repository) -> None:
    code = (
        "import requests; answer = requests.get("
        f"'https://api.github.com/repos/{repository.ref}/issues?state=all&per_page=2', "
        f"headers={{'Authorization': 'token {github.token}'}}); "
        "print(answer.json()[0]['url'], answer.links['next']['url'])"
    )
    environment = os.environ | {"PYTHONPATH": str(REDIRECT), "GITHUB_EMULATOR": github.url}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    addresses = done.stdout.split()
    assert all(address.startswith(f"https://api.github.com/repos/{repository.ref}/issues") for address in addresses)


def recorded() -> dict[str, list[dict[str, Any]]]:
    """Return objects that GitHub really sent, by what they are."""
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    events = json.loads(from_npm("@octokit/webhooks-examples", EXAMPLES, "api.github.com/index.json"))
    names = {"issue_comment": "comment", "pull_request_review": "review", "issues": "issue"}
    for event in events:
        for example in event["examples"]:
            for name in ("repository", "sender"):
                found[name].append(example.get(name) or {})
            if event["name"] in ("issues", "issue_comment", "pull_request", "pull_request_review", "release"):
                inside = names.get(event["name"], event["name"])
                found[event["name"]].append(example.get(inside) or {})
                found["label"] += (example.get(inside) or {}).get("labels", [])
    scenarios = "scenarios/api.github.com"
    for name, scenario in (
        ("issues", "paginate-issues"),
        ("repository", "get-repository"),
        ("search", "search-issues"),
    ):
        exchanges = json.loads(
            from_npm("@octokit/fixtures", FIXTURES, f"{scenarios}/{scenario}/normalized-fixture.json")
        )
        for exchange in exchanges:
            answer = exchange["response"]
            found[name] += answer if isinstance(answer, list) else [answer]
    for answer in found["search"]:
        found["issues"] += answer.get("items", [])
    return found


def kinds(objects: list[dict[str, Any]]) -> dict[str, set[str]]:
    """Return, for each key, the JSON types that it was seen with."""
    seen: dict[str, set[str]] = defaultdict(set)
    for one in objects:
        for name, value in one.items():
            seen[name].add(type(value).__name__)
    return seen


# Where a recorded value was never null, and GitHub's description says that it may be: the time of a review that is
# being written, and an account that is gone.
NULLABLE = {"submitted_at", "user"}


def test_what_is_served_has_keys_and_types_of_what_was_recorded(github: Emulator, repository: Repository) -> None:
    place = f"/repos/{repository.ref}"
    pull = next(one for one in repository.threads if one.is_pull_request and one.reviews)
    served: dict[str, list[dict[str, Any]]] = {
        "repository": [get(github, place).value],
        "sender": [get(github, "/user").value],
        "issues": everything(github, f"{place}/issues?state=all&per_page=100"),
        "issue_comment": everything(github, f"{place}/issues/comments?per_page=100"),
        "pull_request": [get(github, f"{place}/pulls/{pull.number}").value],
        "pull_request_review": everything(github, f"{place}/pulls/{pull.number}/reviews"),
        "release": everything(github, f"{place}/releases"),
        "search": [get(github, "/search/issues?q=is%3Apr").value],
    }
    served["label"] = [label for issue in served["issues"] for label in issue["labels"]]
    real = recorded()
    for name, objects in served.items():
        assert objects, name
        known = kinds(real[name])
        for key, types in kinds(objects).items():
            assert key in known, f"GitHub's {name} has no {key}"
            allowed = known[key] | ({"NoneType"} if key in NULLABLE else set())
            # A key that was null in everything recorded tells no type.
            assert types <= allowed or known[key] == {"NoneType"}, f"{name}.{key}: {types} is not among {allowed}"


def test_a_thread_says_the_same_in_rest_as_in_the_model(github: Emulator, repository: Repository) -> None:
    thread: Thread = max((one for one in repository.threads if one.merged_at), key=lambda one: len(one.comments))
    told = get(github, f"/repos/{repository.ref}/pulls/{thread.number}").value
    assert thread.merged_by
    assert told["merged_by"]["login"] == thread.merged_by.login
    assert (told["state"], told["comments"], told["title"]) == ("closed", len(thread.comments), thread.title)
    assert told["user"] is None if thread.author is None else told["user"]["login"] == thread.author.login
