"""GitHub's search: whom a qualifier finds and whom not, times, and the thousandth hit."""

from datetime import timedelta

import pytest

from tests.github.client import ask
from tests.github.emulator import Emulator
from tests.github.names import written
from tests.github.search.index import Search
from tests.github.workload import Workload

pytestmark = pytest.mark.usefixtures("github_schema")


def find(workload: Workload, query: str) -> set[str]:
    return {item.ref for item in Search(workload).find(query, False, lambda item: True).hits}


def advanced(workload: Workload, query: str) -> set[str]:
    return {item.ref for item in Search(workload).find(query, False, lambda item: True, advanced=True).hits}


COUNT = """query($q: String!, $t: SearchType!) { search(query: $q, type: $t, first: 100) {
    issueCount nodes { ... on Node { id } } } }"""


def count(github: Emulator, query: str, kind: str = "ISSUE") -> tuple[int, int]:
    """Return how many hits a search counts and how many it shows."""
    found = ask(github, COUNT, {"q": query, "t": kind}).value["data"]["search"]
    return found["issueCount"], len(found["nodes"])


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
    assert not find(workload, f"repo:{first.owner.login}/{first.former_name}")
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


def test_the_advanced_search_joins_places_with_or_and_brackets(workload: Workload) -> None:
    first, second = (f"repo:{one.ref}" for one in workload.world.upstream[:2])
    either = find(workload, f"is:pr {first} {second}")
    assert advanced(workload, f"is:pr ({first} OR {second})") == either != set()
    assert advanced(workload, f"is:pr {first} {second}") == set()
    assert advanced(workload, f"is:pr {first} OR is:pr {second}") == either
    assert advanced(workload, f"is:pr {first} AND NOT is:merged") == find(workload, f"is:pr {first} -is:merged")
    # In the plain search the words are looked for as text.
    assert find(workload, f"is:pr ({first} OR {second})") == set()


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("x OR " * 6 + "x", "more than 5 AND, OR or NOT operators"),
        ("word " * 60 + "is:pr", "longer than 256 characters"),
        ("(is:pr", "brackets"),
        ("is:pr )", "brackets"),
        ("is:pr AND NOT", "ends with an operator"),
    ],
)
def test_what_githubs_search_refuses_is_refused(github: Emulator, query: str, said: str) -> None:
    kind = "ISSUE_ADVANCED" if "256" not in said else "ISSUE"
    answer = ask(github, COUNT, {"q": query, "t": kind}).value
    if said == "longer than 256 characters":
        query = "word" * 70
        answer = ask(github, COUNT, {"q": query, "t": kind}).value
    assert answer["data"] is None
    assert said in answer["errors"][0]["message"]


def test_qualifiers_and_operators_are_no_part_of_the_256_characters(github: Emulator) -> None:
    places = " ".join(f"repo:{one.ref}" for one in github.workload.world.upstream * 9)
    assert len(places) > 256
    assert count(github, f"is:pr {places}")[0] > 0


def test_a_search_for_several_places_may_find_nothing(workload: Workload) -> None:
    places = [f"repo:{one.ref}" for one in workload.world.upstream[:2]]
    with Emulator(workload, ["search_and"]) as github:
        assert count(github, " ".join(places)) == (0, 0)
        assert count(github, places[0])[0] > 0
        assert count(github, f"({places[0]} OR {places[1]})")[0] > count(github, places[0])[0]


def test_without_is_a_search_may_count_and_show_nothing(workload: Workload) -> None:
    login = workload.members[0].account.login
    with Emulator(workload, ["search_wants_is"]) as github:
        counted, shown = count(github, f"involves:{login}")
        assert counted > 0 == shown
        assert count(github, f"involves:{login} is:pr")[1] > 0


def test_an_index_that_lags_knows_fewer_hits_until_it_has_caught_up(workload: Workload) -> None:
    everything = len(find(workload, "is:pr"))
    with Emulator(workload, {"search_lag": 0.3}) as github:
        counted, shown = count(github, "is:pr")
        assert counted == shown < everything
        assert count(github, "is:pr") == (counted, shown)
        github.clock.advance(3600)
        assert count(github, "is:pr") == (everything, everything)


def test_a_short_page_counts_what_it_does_not_show_and_another_one_shows_it(workload: Workload) -> None:
    everything = find(workload, "is:pr")
    with Emulator(workload, {"search_short": 0.3}) as github:
        pages = [ask(github, COUNT, {"q": "is:pr", "t": "ISSUE"}).value["data"]["search"] for _ in range(9)]
    assert {page["issueCount"] for page in pages} == {len(everything)}
    assert all(len(page["nodes"]) < len(everything) for page in pages)
    assert len({node["id"] for page in pages for node in page["nodes"]}) == len(everything)


def test_a_search_with_too_many_qualifiers_is_refused(workload: Workload) -> None:
    with Emulator(workload, {"search_qualifiers": 2}) as github:
        assert count(github, "is:pr is:merged")[0] > 0
        answer = ask(github, COUNT, {"q": "is:pr is:merged is:closed", "t": "ISSUE"}).value
        assert answer["errors"][0]["message"] == "The search has too many qualifiers."


def test_nobody_finds_a_member_with_a_private_profile() -> None:
    workload = Workload.small()
    login = workload.members[1].account.login
    assert find(workload, f"involves:{login}")
    with Emulator(workload, {"private_profile": 2}) as github:
        for word in ("involves", "author", "commenter", "mentions", "assignee", "reviewed-by"):
            answer = ask(github, COUNT, {"q": f"{word}:{login}", "t": "ISSUE"}).value
            assert answer["data"]["search"]["issueCount"] == 0
            assert "errors" not in answer
        assert count(github, f"involves:{workload.members[0].account.login}")[0] > 0
        # What they did is there all the same.
        assert count(github, "is:pr")[0] == len([one for one in workload.threads if one.is_pull_request])
