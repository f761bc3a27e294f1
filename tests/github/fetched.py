"""What a loader read as a whole, from the requests that it sent."""

import re
from collections import Counter

from tests.github.emulator import Emulator

_BY_ID = re.compile(r"(\w+): nodes\(.*?\.\.\.(\w+)")


def fetched(github: Emulator) -> Counter[str]:
    """Return how often each thing was read by its id; a look at who labelled or closed a thread is no reading."""
    asked = [
        (request, alias)
        for request in github.requests
        for alias, fragment in _BY_ID.findall(request.query)
        if not fragment.startswith("Triage")
    ]
    return Counter(identifier for request, alias in asked for identifier in request.variables[alias])
