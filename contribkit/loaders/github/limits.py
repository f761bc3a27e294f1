"""GitHub's limits: how much to ask at once, how long to wait, and when to give up."""

import math
import sys
import time
from datetime import UTC, datetime, timedelta

from tqdm import tqdm

from contribkit.errors import ContribkitError
from contribkit.loaders.github.asks import Request
from contribkit.loaders.github.client import Client
from contribkit.loaders.github.responses import Answer, Later, Unanswered

_TRIES = 5
_FIRST_PAUSE = 0.5  # seconds, doubled each time
_SECONDARY = 60  # seconds to wait where GitHub does not say how long, doubled each time


class Room:
    """How much a request may hold, of 100: half after one that was too much, a tenth more after one that was not.

    Examples
    --------
    >>> room = Room()
    >>> room.halve(); room.halve(); room.size
    25
    >>> room.grow(); room.size
    35
    """

    def __init__(self) -> None:
        self.size = 100

    def halve(self) -> None:
        """Ask for half as much from now on."""
        self.size = max(1, self.size // 2)

    def grow(self) -> None:
        """Ask for a tenth of a full request more from now on."""
        self.size = min(100, self.size + 10)


class Patience:
    """Sends requests within GitHub's limits.

    Parameters
    ----------
    client
        Who sends.
    longest
        Minutes to wait at most for a new budget.
    """

    def __init__(self, client: Client, longest: float) -> None:
        self.client = client
        self.remaining: int | None = None
        self.reset: datetime | None = None
        self._longest = longest

    def ask(self, request: Request, points: int) -> Answer:
        """Send a request that costs about so many points, once the budget holds that many.

        Raises
        ------
        TooMuch
            Where GitHub could not answer so much at once.
        ContribkitError
            Where it will not answer, or not before the longest wait is over.
        """
        problem = "a limit is reached each time"
        for attempt in range(_TRIES):
            if self.remaining is not None and self.remaining < points and self.reset is not None:
                now = datetime.now(UTC) + self.client.ahead
                self._wait((self.reset - now).total_seconds(), "the budget of the token is used up")
            try:
                answer = self.client.ask(request)
            except Later as error:
                seconds = _SECONDARY * 2**attempt if error.seconds is None else error.seconds
                self._wait(seconds, "GitHub asks to wait")
                self.remaining = None
            except Unanswered as error:
                problem = str(error)
                time.sleep(_FIRST_PAUSE * 2**attempt)
            else:
                self.remaining, self.reset = answer.remaining, answer.reset
                return answer
        raise ContribkitError(
            f"GitHub did not answer {_TRIES} times ({problem}); load again later: what is there stays"
        )

    def _wait(self, seconds: float, why: str) -> None:
        until = datetime.now(UTC) + timedelta(seconds=seconds)
        clock = f"{until.astimezone():%H:%M:%S}"
        if seconds > self._longest * 60:
            raise ContribkitError(
                f"GitHub: {why} until {clock}, longer than longest_wait = {self._longest:g} minutes; "
                "load again then: it goes on where it stopped"
            )
        self.remaining = None
        said = f"{why}, until {clock}"
        for _ in tqdm(range(math.ceil(seconds)), said, unit="s", leave=False, file=sys.stderr):
            time.sleep(max(0.0, min(1.0, (until - datetime.now(UTC)).total_seconds())))
