"""A load that is stopped on its way: by a person's Ctrl-C, or killed."""

import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

from contribkit.config.organisation import Organisation
from contribkit.loaders import github
from contribkit.loaders.github.client import Answer, Client
from contribkit.loaders.github.queries import Request
from contribkit.period import Period

ASK = Client.ask


def stopped_after(requests: int, stop: Callable[[], NoReturn]) -> Callable[[Client, Request], Answer]:
    """Return a `Client.ask` that asks so many times, and then stops."""
    left = requests

    def ask(client: Client, request: Request) -> Answer:
        nonlocal left
        if left == 0:
            stop()
        left -= 1
        return ASK(client, request)

    return ask


def by_hand() -> NoReturn:
    """Stop as Ctrl-C does."""
    raise KeyboardInterrupt


def killed() -> NoReturn:
    """Stop as kill -9 does, and so never return."""
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError("it lives")


def load_and_be_killed(path: Path, requests: int, token: str) -> None:
    """Load the third quarter in a process of its own, which is killed after so many requests."""
    os.environ["GITHUB_TOKEN"] = token
    Client.ask = stopped_after(requests, killed)  # type: ignore[method-assign, assignment]
    organisation = Organisation.read(path)
    github.load(organisation, Period("2026-Q3", organisation.timezone))
