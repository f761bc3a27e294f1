"""The one rule: a null is never an answer. A load ends complete, in part with a sentence, or with an error."""

import json
import random
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contribkit.config.organisation import Organisation
from contribkit.errors import ContribkitError
from contribkit.loaders import github as source
from contribkit.loaders.github import access_findings
from contribkit.loaders.github.client import Client
from contribkit.loaders.github.hydrate import ghosts
from contribkit.loaders.github.runner import filled, missing_paths
from contribkit.loaders.github.settings import Token, settings_of
from contribkit.loaders.source import Loaded
from tests.github.answer import Answer, Call
from tests.github.emulator import Emulator
from tests.github.whole import load_whole
from tests.github.workload import Workload

pytestmark = pytest.mark.usefixtures("github_schema")

PULL = {
    "id": "PR_1", "number": 1, "title": "t", "body": "b", "updatedAt": "2026-07-02T00:00:00Z", "state": "CLOSED",
    "author": {"login": "ada"}, "closedAt": "2026-07-02T00:00:00Z", "mergedAt": None, "mergedBy": None,
    "repository": {"id": "R_1", "nameWithOwner": "o/r"}, "labels": {"totalCount": 1, "nodes": [{"name": "bug"}]},
    "comments": {
        "totalCount": 2, "pageInfo": {"hasPreviousPage": False, "startCursor": "c"},
        "nodes": [{"id": "C_1", "body": "", "author": {"login": "a"}},
                  {"id": "C_2", "body": "", "author": {"login": "b"}}],
    },
    "reviews": {
        "totalCount": 1, "pageInfo": {"hasPreviousPage": True, "startCursor": "c"},
        "nodes": [{"id": "V_1", "state": "APPROVED", "submittedAt": "2026-07-02T00:00:00Z", "author": {"login": "a"}}],
    },
}  # fmt: skip
# What may be null without loss: there was nothing, or it is only asked for where there is more.
HARMLESS = {("mergedAt",), ("mergedBy",), ("comments", "pageInfo", "startCursor")}


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return the path of everything inside a value."""
    entries = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [place for step, inside in entries for place in [(*path, step), *places(inside, (*path, step))]]


@given(st.sets(st.sampled_from(places(PULL)), min_size=1, max_size=4))
def test_a_null_anywhere_in_a_thread_is_noticed(nulled: set[tuple[Any, ...]]) -> None:
    payload = json.loads(json.dumps(PULL))
    for place in sorted(nulled, key=len, reverse=True):
        found = payload
        for step in place[:-1]:
            found = found[step]
        found[place[-1]] = None
    assert nulled <= HARMLESS or missing_paths(payload, ("f0", 0), []) or ghosts(payload)


@given(st.sampled_from([("comments", "nodes"), ("labels", "nodes")]))
def test_a_short_page_is_noticed(place: tuple[str, str]) -> None:
    payload = json.loads(json.dumps(PULL))
    payload[place[0]][place[1]].pop()
    assert missing_paths(payload, ("f0", 0), [])


def test_two_answers_about_the_same_thread_tell_together_what_each_lacks() -> None:
    first, second = (json.loads(json.dumps(PULL)) for _ in range(2))
    first["comments"]["nodes"][0] = first["title"] = None
    second["reviews"] = second["comments"]["nodes"][1]["author"] = None
    assert filled(second, first) == PULL
    first["updatedAt"] = "2026-07-01T00:00:00Z"  # it was touched between them
    assert filled(second, first) == second
    second["comments"]["nodes"].pop()
    second["comments"]["nodes"].insert(0, None)  # other entries, now
    assert filled(second, PULL | {"comments": {}})["comments"]["nodes"][0] is None


def test_only_not_found_at_its_place_explains_a_null() -> None:
    payload = {"id": "I_1", "timelineItems": {"nodes": [None]}}
    where = ("f0", 0, "timelineItems", "nodes", 0)
    assert not missing_paths(payload, ("f0", 0), [{"type": "NOT_FOUND", "path": (*where, "source")}])
    for other in (
        {"type": "FORBIDDEN", "path": where},
        {"type": "NOT_FOUND", "path": ("f0", 0)},
        {"type": "NOT_FOUND", "path": ()},
    ):
        assert missing_paths(payload, ("f0", 0), [other]) == [("f0", 0, "timelineItems", "nodes", 0)]


@pytest.fixture(scope="module")
def small() -> Workload:
    return Workload.small()


def nulling(seed: int, share: float, answers: int, says: bool = False) -> Callable[[Call, Answer], Answer]:
    """Return what nulls a share of the first answers, with an error for each or without a word."""
    rng = random.Random(seed)

    def alter(call: Call, answered: Answer) -> Answer:
        if call.number > answers or answered.status != 200:
            return answered
        value = answered.value
        for place in reversed(places(value.get("data") or {})):
            if rng.random() < share:
                found = value["data"]
                for step in place[:-1]:
                    found = found[step]
                found[place[-1]] = None
                if says:
                    error = {"message": "Something went wrong.", "path": list(place)}
                    value["errors"] = [*value.get("errors", []), error]
        return answered.with_value(value)

    return alter


def rows(loaded: Loaded) -> list[Any]:
    """Return who did what and when, and what points where."""
    acts = loaded.acts[["ref", "actor", "act", "at"]].astype(str).to_numpy().tolist()
    references = loaded.references[["ref", "id", "direction"]].astype(str).to_numpy().tolist()
    return [sorted(acts), sorted(references), sorted(loaded.threads["ref"])]


def load(workload: Workload, folder: Path, alter: Callable[[Call, Answer], Answer] | None = None) -> Loaded:
    with Emulator(workload, **({"alter": alter} if alter else {})) as github, pytest.MonkeyPatch.context() as patch:
        patch.setenv("GITHUB_TOKEN", github.token)
        patch.setattr(time, "sleep", github.clock.sleep)
        return load_whole(workload.organisation(folder, github.url), workload.period)


@pytest.fixture(scope="module")
def plain(small: Workload, tmp_path_factory: pytest.TempPathFactory) -> list[Any]:
    return rows(load(small, tmp_path_factory.mktemp("plain")))


@settings(max_examples=4, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    seed=st.integers(0, 10_000),
    share=st.sampled_from([0.002, 0.02, 0.2]),
    answers=st.sampled_from([2, 6, 12]),
    says=st.booleans(),
)
def test_a_load_with_nulls_is_complete_or_says_so_and_the_next_one_mends_it(
    small: Workload, plain: list[Any], seed: int, share: float, answers: int, says: bool
) -> None:
    with TemporaryDirectory() as folder:
        with suppress(ContribkitError):
            loaded = load(small, Path(folder), nulling(seed, share, answers, says))
            assert loaded.broken or rows(loaded) == plain
        mended = load(small, Path(folder))
        assert not mended.broken
        assert rows(mended) == plain


def load_altered(small: Workload, folder: Path, change: Callable[[dict[str, Any]], None]) -> Loaded:
    """Load where each object of each answer is changed, for ever."""

    def walk(value: Any) -> None:
        if isinstance(value, dict):
            change(value)
        for inside in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
            walk(inside)

    def alter(call: Call, answered: Answer) -> Answer:
        value = answered.value
        walk(value.get("data"))
        return answered.with_value(value)

    with Emulator(small, alter=alter) as github, pytest.MonkeyPatch.context() as patch:
        patch.setenv("GITHUB_TOKEN", github.token)
        patch.setattr(time, "sleep", github.clock.sleep)
        return source.load(small.organisation(folder, github.url), small.period)


def test_a_search_that_never_shows_a_hit_is_said_and_the_rest_of_it_is_read(small: Workload, tmp_path: Path) -> None:
    def hide(value: dict[str, Any]) -> None:
        if "count" in value and value.get("nodes"):
            value["nodes"][0] = None

    loaded = load_altered(small, tmp_path, hide)
    assert any("GitHub gives no search for " in said for said in loaded.broken)
    assert len(loaded.acts)


@pytest.mark.parametrize("name", ["number", "repository"])
def test_a_thread_without_number_or_repository_is_left_out_and_said(small: Workload, tmp_path: Path, name: str) -> None:
    thread = next(thread for thread in small.pairs if thread.is_pull_request)

    def lose(value: dict[str, Any]) -> None:
        if value.get("title") == thread.title and name in value:
            value[name] = None

    loaded = load_altered(small, tmp_path, lose)
    assert any("GitHub gives no thread for " in said for said in loaded.broken)
    assert thread.ref not in set(loaded.threads["ref"])
    assert len(loaded.acts)


def test_an_account_without_a_login_is_nobody(small: Workload, tmp_path: Path) -> None:
    members = {one.account.login for one in small.members}

    def lose(value: dict[str, Any]) -> None:
        if value.get("__typename") == "User" and value.get("login") not in members:
            value["login"] = None

    loaded = load_altered(small, tmp_path, lose)
    assert loaded.broken
    assert len(loaded.acts)
    assert "None" not in {*loaded.acts["actor"], *loaded.threads["author"], *loaded.threads["merged_by"]}
    assert not any("None" in people for people in loaded.threads["participants"])


def test_doctor_says_who_the_token_is_and_what_it_may_not_see(tmp_path: Path) -> None:
    workload = Workload.small()
    with Emulator(workload, ["private_profile"]) as github:
        org = workload.organisation(tmp_path, github.url)
        wrong = org.path.read_text(encoding="utf-8").replace(
            'orgs = ["quirefold-example"]', 'orgs = ["nowhere-example"]'
        )
        org.path.write_text(wrong, encoding="utf-8")
        org = Organisation.read(org.path)
        with Client(settings_of(org), Token(github.token)) as client:
            told = [str(finding) for finding in access_findings(org, client)]
        assert (len(github.requests), github.points) == (1, 1)
    assert "5,000 points an hour, 4,999 of them left" in told[0]
    assert any("nowhere-example cannot be seen" in one for one in told)
    assert any(f"search does not find {workload.members[0].login}" in one for one in told)
