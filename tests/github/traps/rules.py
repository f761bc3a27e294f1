"""Rules: how GitHub behaves all the time, or for some time. The emulator asks for their values."""

from tests.github.traps.trap import Trap

RULES: dict[str, Trap] = {
    "outage": Trap("Every request is answered with 502 until so long after the first one.", "seconds", 60),
    "work": Trap(
        "A query that takes longer is answered with 502, by a model of how long GitHub works on it; its points are "
        "charged twice.",
        "modelled seconds",
        6,
    ),
    "resource_limits": Trap(
        "A query with more heavy nodes is answered in part: one error at the field that used them up, the rest null.",
        "heavy nodes a query",
        25,
    ),
    "resource_limits_each": Trap(
        "A query with more heavy nodes is answered in part, with an error at each null.", "heavy nodes a query", 25
    ),
    "resource_limits_no_path": Trap(
        "A query with more heavy nodes is answered in part, with one error that has no path.", "heavy nodes a query", 25
    ),
    "resource_limits_data_null": Trap(
        "A query with more heavy nodes is answered with data: null, and the path in the one error.",
        "heavy nodes a query",
        25,
    ),
    "search_and": Trap(
        "Several user: and repo: words of a search are AND-ed, as in the advanced search, so that nothing is found.",
        "any number switches it on",
        1,
    ),
    "search_lag": Trap(
        "A share of the hits is neither shown nor counted until an hour after the first request.",
        "share",
        0.05,
    ),
    "search_short": Trap(
        "A share of the hits is counted and not shown; asked again, others are missing.", "share", 0.05
    ),
    "search_wants_is": Trap("A search without is: counts its hits and shows none.", "any number switches it on", 1),
    "search_qualifiers": Trap("A search with more qualifiers is refused.", "qualifiers a search", 20),
    "saml": Trap(
        "An organisation wants single sign-on: FORBIDDEN with saml_failure, and search finds nothing of it.",
        "a login, or the place in the list of upstream organisations",
        "1",
    ),
    "policy": Trap(
        "An organisation keeps applications out: FORBIDDEN with a message, and search finds nothing of it.",
        "a login, or the place in the list of upstream organisations",
        "1",
    ),
    "fine_grained": Trap(
        "Some fields of threads are FORBIDDEN in the second upstream organisation, as for a fine-grained token.",
        "names of fields with commas between them",
        "reviews,mergedBy,author",
    ),
    "reads_nothing": Trap(
        "The token may read nothing but who it is; every search is empty.", "any number switches it on", 1
    ),
    "nulls": Trap("A share of everything but plain values is null, with an error beside it.", "share", 0.01),
    "silent_nulls": Trap("A share of things and connections is null, without any error.", "share", 0.01),
    "enterprise": Trap(
        "An older Enterprise Server: its schema lacks types, fields and values, and there are no limits.",
        "their names with commas between them",
        "Discussion,SearchType.DISCUSSION,SearchType.ISSUE_ADVANCED,AddedToMergeQueueEvent,"
        "PullRequest.closingIssuesReferences",
    ),
    "points": Trap("The token has so many points an hour, as the GITHUB_TOKEN of Actions.", "points", 1000),
}
