"""GitHub's limits: waited for, said, and never overrun."""

import math
import time
from pathlib import Path

import pytest

from contribkit.errors import ContribkitError
from contribkit.loaders import github as source
from contribkit.loaders.github.client import Answer, ConnectionFailed, QueryTooLarge, RateLimited, read
from contribkit.loaders.github.queries import Request
from contribkit.loaders.github.runner import RateLimiter
from tests.github.emulator import Emulator
from tests.github.whole import load_whole
from tests.github.workload import Workload

pytestmark = pytest.mark.usefixtures("github_schema")

REQUEST = Request("query { viewer { login } }", {}, [])


class Script:
    """A client that answers what it is told, in order."""

    ahead = 0.0

    def __init__(self, *says: Answer | Exception) -> None:
        self.says = list(says)

    def ask(self, request: Request) -> Answer:
        said = self.says.pop(0)
        if isinstance(said, Exception):
            raise said
        return said


def answer(remaining: int = 5000, seconds: float = 3600) -> Answer:
    return Answer({"viewer": {}}, [], remaining, time.time() + seconds)


@pytest.fixture
def slept(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Time that was waited, which passes at once."""
    slept: list[float] = []
    monkeypatch.setattr(time, "sleep", slept.append)
    return slept


def test_a_limit_is_waited_for_as_long_as_github_says(slept: list[float], capsys: pytest.CaptureFixture[str]) -> None:
    RateLimiter(Script(RateLimited(3), answer()), 60).ask(REQUEST)
    assert 2.5 < sum(slept) < 3.1 * 3
    assert "GitHub asks to wait, until " in capsys.readouterr().err


@pytest.mark.parametrize("date", ["Fri, 31 Dec 9999 23:59:59 -2359", "Mon, 01 Jan 0001 00:00:00 +2359", "soon", ""])
@pytest.mark.parametrize("after", ["Fri, 31 Dec 9999 23:59:59 -2359", "1e999", "nan", "-1", "soon", ""])
def test_a_time_that_no_clock_can_show_is_no_crash(date: str, after: str) -> None:
    headers = {"date": date, "retry-after": after, "x-ratelimit-remaining": "0", "x-ratelimit-reset": "9" * 40}
    with pytest.raises(RateLimited) as caught:
        read(b'{"message": "You have exceeded a secondary rate limit."}', headers)
    (seconds,) = caught.value.args
    assert seconds is None or seconds >= 0
    with pytest.raises(ContribkitError, match="longer than longest_wait"):
        RateLimiter(Script(RateLimited(math.inf)), 60).ask(REQUEST)


def test_a_secondary_limit_without_a_time_is_waited_for_ever_longer(slept: list[float]) -> None:
    RateLimiter(Script(RateLimited(None), RateLimited(None), answer()), 60).ask(REQUEST)
    assert len(slept) == 60 + 120


def test_nothing_is_asked_that_the_budget_does_not_hold(slept: list[float], capsys: pytest.CaptureFixture[str]) -> None:
    limiter = RateLimiter(Script(answer(remaining=3, seconds=5), answer()), 60)
    limiter.ask(REQUEST)
    assert not slept
    limiter.ask(REQUEST._replace(points=9))
    assert len(slept) == 5
    assert "the points of the token are used up, until " in capsys.readouterr().err


def test_a_wait_over_the_longest_is_an_error_that_says_until_when(slept: list[float]) -> None:
    with pytest.raises(ContribkitError, match=r"until \d\d:\d\d:\d\d, longer than longest_wait = 10 minutes; load aga"):
        RateLimiter(Script(RateLimited(3600)), 10).ask(REQUEST)
    assert not slept


def test_a_broken_connection_is_tried_again_after_ever_longer_pauses(slept: list[float]) -> None:
    RateLimiter(Script(*[ConnectionFailed("gone")] * 4, answer()), 60).ask(REQUEST)
    assert slept == [1, 2, 4, 8]


def test_one_that_stays_broken_is_given_up_with_its_reason(slept: list[float]) -> None:
    with pytest.raises(ContribkitError, match=r"did not answer 5 times \(gone\); load again later: what is"):
        RateLimiter(Script(*[ConnectionFailed("gone")] * 5), 60).ask(REQUEST)


def test_too_much_is_for_the_caller_to_divide() -> None:
    with pytest.raises(QueryTooLarge):
        RateLimiter(Script(QueryTooLarge("502")), 60).ask(REQUEST)


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> Workload:
    monkeypatch.setenv("GITHUB_TOKEN", Emulator.token)
    return Workload.small()


def test_a_github_that_answers_only_small_requests_is_asked_in_small_ones(
    small: Workload, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Emulator(small, most_nodes=800) as github:
        monkeypatch.setattr(time, "sleep", github.clock.sleep)
        told = load_whole(small.organisation(tmp_path, github.url), small.period)
        assert {request.status for request in github.requests} == {200, 502}
    assert not told.broken


def test_what_does_not_fit_the_budget_is_said_before_it_is_asked(
    small: Workload, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with Emulator(small, {"budget_runs_out": 4}) as github:
        load_whole(small.organisation(tmp_path, github.url), small.period)
    said = capsys.readouterr().err
    assert "threads to read, about" in said
    assert "0 are left until" in said


def test_a_load_that_stops_in_the_middle_says_what_is_missing_and_goes_on_another_time(
    small: Workload, tmp_path: Path
) -> None:
    with Emulator(small, {"rate_limited_200": 3}) as github:
        org = small.organisation(tmp_path, github.url, longest_wait=0)
        part = source.load(org, small.period)
        assert len(part.acts)
        assert any("longer than longest_wait = 0 minutes" in said for said in part.broken)
        assert any("2026-Q3 is not complete: still to be asked are" in said for said in part.broken)
        github.clock.advance(1)
        rest = source.load(org, small.period)
    assert not rest.broken
    assert len(rest.acts) > len(part.acts)
