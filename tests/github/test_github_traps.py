"""Whatever can go wrong on the way goes wrong at its request, once, and is over."""

import gzip
import http.client
import json
import time
import zlib
from collections.abc import Callable

import pytest

from tests.github.answer import Answer, Call
from tests.github.client import Response, ask
from tests.github.emulator import Emulator
from tests.github.names import node_id
from tests.github.traps import TRAPS, Traps
from tests.github.workload import Workload

pytestmark = pytest.mark.usefixtures("github_schema")

RATE_LIMIT = {
    "errors": [
        {
            "type": "RATE_LIMIT", "code": "graphql_rate_limit",
            "message": "API rate limit already exceeded for user ID 1.",
        }
    ]
}  # fmt: skip
IDS = "query($ids: [ID!]!) { nodes(ids: $ids) { id } }"


def eight(workload: Workload) -> list[dict[str, str]]:
    return [{"id": node_id(thread)} for thread in list(workload.pairs)[:8]]


def ask_for_eight(workload: Workload, github: Emulator) -> Response:
    return ask(github, IDS, {"ids": [one["id"] for one in eight(workload)]})


@pytest.mark.parametrize(
    ("name", "looks"),
    [
        ("secondary_limit", lambda answer: answer.status == 403 and answer.headers["Retry-After"] == "1"),
        ("rate_limited_200", lambda answer: answer.value["errors"][0]["type"] == "RATE_LIMITED"),
        ("unauthorized_midway", lambda answer: answer.status == 401),
        ("invalid_json", lambda answer: answer.status == 200 and is_broken(answer.body)),
        ("partial_errors", lambda answer: answer.value["data"]["nodes"][6:] == [None, None]),
        ("budget_runs_out", lambda answer: answer.headers["X-RateLimit-Remaining"] == "0"),
        ("rate_limit_code", lambda answer: answer.value == RATE_LIMIT),
        ("secondary_limit_200", lambda answer: (answer.status, answer.headers["Retry-After"]) == (200, "1")),
        ("secondary_limit_200", lambda answer: answer.value.keys() == {"message", "documentation_url"}),
        (
            "secondary_limit_errors",
            lambda answer: answer.status == 200 and "secondary" in answer.value["errors"][0]["message"],
        ),
        ("secondary_limit_errors", lambda answer: "Retry-After" not in answer.headers),
        (
            "secondary_limit_date",
            lambda answer: answer.status == 403 and answer.headers["Retry-After"].endswith(" GMT"),
        ),
        ("secondary_limit_silent", lambda answer: answer.status == 403 and "Retry-After" not in answer.headers),
        (
            "message_200",
            lambda answer: answer.status == 200 and answer.value.keys() == {"message", "documentation_url"},
        ),
        ("broken_gzip", lambda answer: answer.headers["Content-Encoding"] == "gzip" and does_not_decode(answer.body)),
        ("not_utf8", lambda answer: is_broken(answer.body)),
        ("deep_json", lambda answer: answer.body == b"[" * 100_000 + b"]" * 100_000),
        ("data_is_a_list", lambda answer: answer.value == {"data": [1]}),
        ("data_is_a_text", lambda answer: answer.value == {"data": "x"}),
        ("no_message", lambda answer: answer.value["errors"][0].keys() == {"type"}),
    ],
)
def test_a_trap_springs_at_its_request_and_once(
    workload: Workload, name: str, looks: Callable[[Response], bool]
) -> None:
    with Emulator(workload, {name: 2}) as github:
        first, second = ask_for_eight(workload, github), ask_for_eight(workload, github)
        assert github.sprung == [name]
        assert first.value["data"]["nodes"] == eight(workload)
        assert looks(second)
        if second.headers.get("X-RateLimit-Remaining") == "0":
            # What the header says is long enough.
            github.clock.sleep(max(int(second.headers["X-RateLimit-Reset"]) - github.clock.now(), 0))
        assert ask_for_eight(workload, github).value["data"]["nodes"] == eight(workload)


def test_a_slow_answer_is_whole(workload: Workload) -> None:
    with Emulator(workload, {"slow": 1}, slowness=0.3) as github:
        begun = time.monotonic()
        assert ask_for_eight(workload, github).value["data"]["nodes"] == eight(workload)
        assert time.monotonic() - begun > 0.3


def is_broken(body: bytes) -> bool:
    try:
        json.loads(body)
    except ValueError:
        return True
    return False


def does_not_decode(body: bytes) -> bool:
    try:
        gzip.decompress(body)
    except (OSError, EOFError, zlib.error):
        return True
    return False


def test_a_page_of_a_hundred_is_a_bad_gateway_and_fifty_are_not(workload: Workload) -> None:
    things = [node_id(thing) for thing in workload.threads[:51]]
    with Emulator(workload, {"bad_gateway_on_100"}) as github:
        statuses = [ask(github, IDS, {"ids": things[:size]}).status for size in (51, 51, 50)]
        assert statuses == [502, 502, 200]


def test_a_body_that_breaks_off_is_a_reset_connection(workload: Workload) -> None:
    with Emulator(workload, {"reset_mid_body": 1}) as github:
        with pytest.raises((ConnectionError, http.client.IncompleteRead)):
            ask(github, "{ viewer { login } }")
        assert ask(github, "{ viewer { login } }").status == 200


def test_of_several_traps_one_springs_at_a_time() -> None:
    traps = Traps(TRAPS, ["secondary_limit", "rate_limited_200", "slow"])
    calls = [Call(number, "POST", "/graphql", {}, {}, {}) for number in range(1, 9)]
    assert [traps.next(call) is not None for call in calls] == [False, True, True, False, False, True, False, False]


def test_traps_spring_in_one_order_however_they_are_named() -> None:
    names = ["slow", "unauthorized_midway", "secondary_limit", "invalid_json"]
    orders = []
    for named in (names, names[::-1], {name: 1 for name in names}):
        traps = Traps(TRAPS, named)
        for _ in range(10):
            traps.next(Call(10, "POST", "/graphql", {}, {}, {}))
        orders.append(traps.sprung)
    assert orders[0] == orders[1] == orders[2]
    assert len(orders[0]) == 4


def test_a_trap_that_there_is_not_is_named() -> None:
    with pytest.raises(ValueError, match=r"there is no trap \['sloww'\]"):
        Traps(TRAPS, ["sloww"])


def test_an_answer_can_be_altered_on_its_way(workload: Workload) -> None:
    def without_data(call: Call, answer: Answer) -> Answer:
        return answer.with_value({"data": None}) if call.number == 2 else answer

    with Emulator(workload, alter=without_data) as github:
        told = [ask(github, "{ viewer { login } }").value["data"] for _ in range(3)]
    assert [one is None for one in told] == [False, True, False]
