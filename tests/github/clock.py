"""The emulator's clock: it runs with the machine's, and a test can move it on instead of waiting."""

from datetime import UTC, datetime
from time import sleep, time

# Kept here, so that a test that replaces `time.sleep` does not stop the server's own pauses.
really_sleep = sleep


class Clock:
    """A clock that is ahead of the machine's by as much as it was moved on.

    Examples
    --------
    >>> clock = Clock()
    >>> before = clock.now()
    >>> clock.sleep(60)  # takes no time; give it to a client in place of `time.sleep`
    >>> 60 <= clock.now() - before < 61, clock.paused
    (True, 60.0)
    """

    def __init__(self) -> None:
        self._ahead = 0.0
        self.paused = 0.0

    def now(self) -> float:
        """Return the time in seconds since 1970."""
        return time() + self._ahead

    def utc(self) -> datetime:
        """Return the time in UTC."""
        return datetime.fromtimestamp(self.now(), UTC)

    def advance(self, seconds: float) -> None:
        """Move the clock on."""
        self._ahead += seconds

    def sleep(self, seconds: float) -> None:
        """Stand in for `time.sleep`: the clock moves on, `paused` counts it, and nobody waits."""
        self.paused += seconds
        self.advance(seconds)
