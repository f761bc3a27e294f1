"""GitHub's search: whom a qualifier finds and whom not, times, and the thousandth hit."""

from datetime import timedelta

import pytest

from tests.github.client import ask
from tests.github.emulator import Emulator
from tests.github.names import written
from tests.github.search import Search
from tests.github.workload import Workload

pytestmark = pytest.mark.usefixtures("github_schema")


def find(workload: Workload, query: str) -> set[str]:
    return {item.ref for item in Search(workload).find(query, False, lambda item: True).hits}


def test_involves_finds_author_assignee_commenter_and_mentioned_but_no_reviewer(workload: Workload) -> None:
    for member in workload.members:
        login = member.account.login
        parts = [find(workload, f"{role}:{login}") for role in ("author", "assignee", "commenter", "mentions")]
        assert find(workload, f"involves:{login.upper()}") == set().union(*parts)
    reviewed = set().union(*(find(workload, f"reviewed-by:{m.account.login}") for m in workload.members))
    involved = set().union(*(find(workload, f"involves:{m.account.login}") for m in workload.members))
    assert reviewed - involved


def test_nobody_is_found_by_a_login_that_is_no_more(workload: Workload) -> None:
    assert find(workload, f"involves:{workload.members[1].login}") == set()


def test_a_thread_touched_after_the_period_is_lost_by_a_search_that_ends_with_it(workload: Workload) -> None:
    start, end = written(workload.period.start), written(workload.period.end)
    late = {thread.ref for thread in workload.pairs if thread.updated_at > workload.period.end}
    assert late
    assert not find(workload, f"updated:{start}..{end}") & late
    assert late <= find(workload, f"updated:>={start} created:<={end}")


def test_times_are_compared_to_the_second_and_days_are_whole(workload: Workload) -> None:
    thread = next(iter(workload.pairs))
    at = thread.created_at
    assert thread.ref in find(workload, f"created:{written(at)}..{written(at)}")
    assert thread.ref in find(workload, f"created:{at:%Y-%m-%d}")
    assert thread.ref in find(workload, f"created:>={(at + timedelta(hours=2)):%Y-%m-%dT%H:%M:%S}+02:00")
    assert thread.ref not in find(workload, f"created:>{written(at)}")
    assert thread.ref not in find(workload, f"created:<{written(at)}")


def test_kinds_and_places_narrow_a_search(workload: Workload) -> None:
    first, second = workload.world.upstream[:2]
    both = find(workload, f"repo:{first.ref} org:{second.owner.login}")
    assert {ref.split("#")[0] for ref in both} >= {first.ref, second.ref}
    assert find(workload, "is:pr is:issue") == set()
    assert find(workload, "is:pr") | find(workload, "is:issue") == {thread.ref for thread in workload.threads}
    assert find(workload, "is:pr -is:merged").isdisjoint(find(workload, "is:merged"))
    with pytest.raises(ValueError, match='does not know the qualifier "colour:"'):
        find(workload, "colour:red")


def test_a_search_shows_a_thousand_hits_and_counts_all(reference_workload: Workload) -> None:
    login = reference_workload.members[0].account.login
    query = """query($q: String!, $a: String) { search(query: $q, type: ISSUE, first: 100, after: $a) {
        issueCount pageInfo { hasNextPage endCursor } nodes { ... on Node { id } } } }"""
    variables = {"q": f"involves:{login} updated:>={written(reference_workload.period.start)}", "a": None}
    seen: set[str] = set()
    with Emulator(reference_workload) as github:
        while True:
            page = ask(github, query, variables).value["data"]["search"]
            seen |= {node["id"] for node in page["nodes"]}
            variables["a"] = page["pageInfo"]["endCursor"]
            if not page["pageInfo"]["hasNextPage"]:
                break
        assert len(github.requests) == 10
    assert len(seen) == 1000 < page["issueCount"]


def test_a_search_sees_what_came_since(workload: Workload) -> None:
    fresh = Workload.small()
    with Emulator(fresh) as github:
        query = "query($q: String!) { search(query: $q, type: ISSUE, first: 1) { issueCount } }"
        variables = {"q": f"commenter:{fresh.members[2].account.login}"}
        before = ask(github, query, variables).value["data"]["search"]["issueCount"]
        thread = next(thread for thread in fresh.others if not thread.events)
        fresh.comment(thread, fresh.members[2], thread.updated_at + timedelta(days=1))
        assert ask(github, query, variables).value["data"]["search"]["issueCount"] == before + 1
