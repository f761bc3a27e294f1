"""Accidents: what goes wrong with one request and is over."""

import gzip
from dataclasses import replace
from typing import Any

from tests.github.answer import Answer, Call
from tests.github.traps.answers import WENT_WRONG, bad_gateway, http_date, rate_limited, secondary_limit
from tests.github.traps.trap import Serve, Served, Spring, Trap

HALF_A_PAGE = 50
DEEP = 100_000


def _bad_gateway_on_100(github: Served, call: Call, serve: Serve) -> Answer:
    return bad_gateway(serve().points)


def _secondary_limit(github: Served, call: Call, serve: Serve) -> Answer:
    return secondary_limit()


def _secondary_limit_200(github: Served, call: Call, serve: Serve) -> Answer:
    return secondary_limit(200)


def _secondary_limit_errors(github: Served, call: Call, serve: Serve) -> Answer:
    return secondary_limit(200, errors=True, retry_after=None)


def _secondary_limit_date(github: Served, call: Call, serve: Serve) -> Answer:
    told = {"Retry-After": http_date(github.clock.now() + 2)}
    return replace(secondary_limit(), headers=told, pause=0.9)


def _secondary_limit_silent(github: Served, call: Call, serve: Serve) -> Answer:
    return secondary_limit(retry_after=None)


def _rate_limited_200(github: Served, call: Call, serve: Serve) -> Answer:
    github.budget.exhaust(1)
    return rate_limited(github.budget.headers, github.budget.seconds_left)


def _rate_limit_code(github: Served, call: Call, serve: Serve) -> Answer:
    github.budget.exhaust(1)
    return rate_limited(github.budget.headers, github.budget.seconds_left, renamed=True)


def _budget_runs_out(github: Served, call: Call, serve: Serve) -> Answer:
    answer = serve()
    github.budget.exhaust(1)
    return replace(answer, headers=answer.headers | github.budget.headers, pause=github.budget.seconds_left)


def _message_200(github: Served, call: Call, serve: Serve) -> Answer:
    said = "We couldn't respond to your request in time. Sorry about that. Please try resubmitting your request."
    return Answer.of({"message": said, "documentation_url": "https://docs.github.com/graphql"})


def _unauthorized(github: Served, call: Call, serve: Serve) -> Answer:
    return Answer.of({"message": "Bad credentials"}, 401)


def _reset_mid_body(github: Served, call: Call, serve: Serve) -> Answer:
    answer = serve()
    return replace(answer, cut=len(answer.body) // 2)


def _slow(github: Served, call: Call, serve: Serve) -> Answer:
    return replace(serve(), delay=github.slowness)


def _invalid_json(github: Served, call: Call, serve: Serve) -> Answer:
    answer = serve()
    return replace(answer, body=answer.body[: len(answer.body) // 2])


def _broken_gzip(github: Served, call: Call, serve: Serve) -> Answer:
    answer = serve()
    packed = gzip.compress(answer.body)
    spoilt = packed[:12] + bytes(255 - byte for byte in packed[12:24]) + packed[24:]
    return replace(answer, body=spoilt, headers=answer.headers | {"Content-Encoding": "gzip"})


def _not_utf8(github: Served, call: Call, serve: Serve) -> Answer:
    return replace(serve(), body=b'{"data": {"viewer": {"login": "\xff\xfe"}}}')


def _deep_json(github: Served, call: Call, serve: Serve) -> Answer:
    return replace(serve(), body=b"[" * DEEP + b"]" * DEEP)


def _data_is_a_list(github: Served, call: Call, serve: Serve) -> Answer:
    return serve().with_value({"data": [1]})


def _data_is_a_text(github: Served, call: Call, serve: Serve) -> Answer:
    return serve().with_value({"data": "x"})


def _no_message(github: Served, call: Call, serve: Serve) -> Answer:
    return serve().with_value({"errors": [{"type": "SERVICE_UNAVAILABLE"}]})


def _partial_errors(github: Served, call: Call, serve: Serve) -> Answer:
    """Leave out the last quarter of the things asked for by id, with an error for each."""
    answer = serve()
    value: dict[str, Any] = answer.value
    for name, found in (value.get("data") or {}).items():
        if isinstance(found, list):
            left_out = range(len(found) * 3 // 4, len(found))
            value["data"][name] = [None if n in left_out else one for n, one in enumerate(found)]
            more = [{"message": WENT_WRONG, "path": [name, number]} for number in left_out]
            value["errors"] = [*value.get("errors", []), *more]
    return answer.with_value(value)


def _is_graphql(call: Call) -> bool:
    return call.is_graphql


def _accident(number: int, spring: Spring, says: str) -> Trap:
    return Trap(says, "the number of the request", number, spring, _is_graphql)


ACCIDENTS: dict[str, Trap] = {
    "bad_gateway_on_100": Trap(
        f"Every query for over {HALF_A_PAGE} ids is answered with 502.",
        "the number of the request",
        1,
        _bad_gateway_on_100,
        lambda call: len(call.ids) > HALF_A_PAGE,
        once=False,
    ),
    "secondary_limit": Trap(
        "A secondary limit: 403 with the header Retry-After: 1.", "the number of the request", 2, _secondary_limit
    ),
    "rate_limited_200": _accident(
        3, _rate_limited_200, "No points are left for a second: 200 with an error of the type RATE_LIMITED."
    ),
    "unauthorized_midway": Trap("The token is refused once with 401.", "the number of the request", 4, _unauthorized),
    "reset_mid_body": Trap(
        "The connection is reset in the middle of a body.", "the number of the request", 5, _reset_mid_body
    ),
    "slow": Trap("One answer comes late.", "the number of the request", 6, _slow),
    "invalid_json": Trap("One body is half of its JSON.", "the number of the request", 7, _invalid_json),
    "partial_errors": Trap(
        "The last quarter of the things asked for by id is null, with an error for each.",
        "the number of the request",
        2,
        _partial_errors,
        lambda call: len(call.ids) > 1,
    ),
    "budget_runs_out": _accident(
        9, _budget_runs_out, "A good answer, whose headers say that no points are left for a second."
    ),
    "rate_limit_code": _accident(
        3,
        _rate_limit_code,
        "No points are left for a second: 200 with the type RATE_LIMIT and the code graphql_rate_limit.",
    ),
    "secondary_limit_200": _accident(
        2, _secondary_limit_200, "A secondary limit as 200 with a message, and Retry-After: 1."
    ),
    "secondary_limit_errors": _accident(
        2,
        _secondary_limit_errors,
        "A secondary limit as 200 with errors, and without Retry-After: a minute is to be waited.",
    ),
    "secondary_limit_date": _accident(
        2, _secondary_limit_date, "A secondary limit as 403, whose Retry-After is a date of HTTP."
    ),
    "secondary_limit_silent": _accident(
        2, _secondary_limit_silent, "A secondary limit as 403 without Retry-After: a minute is to be waited."
    ),
    "message_200": _accident(
        2, _message_200, "200 with a message and a documentation_url in place of data and errors."
    ),
    "broken_gzip": _accident(2, _broken_gzip, "One body says that it is gzip and does not decode."),
    "not_utf8": _accident(2, _not_utf8, "One body holds bytes that are no UTF-8."),
    "deep_json": _accident(2, _deep_json, f"One body is JSON of {DEEP:,} nested lists."),
    "data_is_a_list": _accident(2, _data_is_a_list, 'One answer is {"data": [1]}.'),
    "data_is_a_text": _accident(2, _data_is_a_text, 'One answer is {"data": "x"}.'),
    "no_message": _accident(2, _no_message, "One answer is an error with a type and without a message."),
}
