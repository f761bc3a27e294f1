"""What a loader read as a whole, from the requests that it sent."""

from collections import Counter

from tests.github.emulator import Emulator


def fetched(github: Emulator) -> Counter[str]:
    """Return how often each thread was read with its comments, by node id; further pages do not count."""
    return Counter(identifier for request in github.requests for identifier in request.read)
