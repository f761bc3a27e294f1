"""The REST interface, as far as other tools ask for it."""

from tests.github.answer import Answer, Call
from tests.github.graphql.context import Context


def answer(call: Call, context: Context, base: str) -> Answer:
    """Answer one REST call."""
    if call.path == "/rate_limit":
        return Answer.of(
            {"resources": {"core": context.rate_limit, "graphql": context.rate_limit}, "rate": context.rate_limit}
        )
    if call.path == "/user":
        account = context.workload.members[0].account
        return Answer.of({"login": account.login, "id": account.serial, "type": account.kind})
    return Answer.of({"message": "Not Found"}, 404)
