"""Sends what a tool means for https://api.github.com to an emulator, with this folder first in PYTHONPATH.

github-activity and github-to-sqlite have the address written into their code, and both ask through requests: so the
connection is changed below them and nothing in them. The emulator's address is in GITHUB_EMULATOR.
"""

import os
from typing import Any

import requests.adapters

_HERE, _MEANT = os.environ["GITHUB_EMULATOR"], "https://api.github.com"
_send = requests.adapters.HTTPAdapter.send


def _redirected(self: Any, request: Any, *arguments: Any, **options: Any) -> Any:
    if request.url.startswith(f"{_MEANT}/"):
        request.url = _HERE + request.url.removeprefix(_MEANT)
        # The emulator then gives addresses of the place that was meant.
        request.headers["Host"] = "api.github.com"
    return _send(self, request, *arguments, **options)


requests.adapters.HTTPAdapter.send = _redirected  # type: ignore[method-assign]
