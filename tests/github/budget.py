"""The rate limit: points an hour, and what GitHub says of them in every answer."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from tests.github.clock import Clock

HOUR = 3600.0


@dataclass
class Budget:
    """Points that may be used until the next reset; after it, all of them again."""

    resource: str = "graphql"
    limit: int = 5000
    length: float = HOUR
    used: int = 0
    clock: Clock = field(default_factory=Clock)
    resets_at: float = 0

    def __post_init__(self) -> None:
        self.resets_at = self.resets_at or self.clock.now() + self.length

    def charge(self, points: int) -> bool:
        """Use points, and say whether there were as many."""
        self._renew()
        if self.used + points > self.limit:
            return False
        self.used += points
        return True

    def exhaust(self, seconds: float) -> None:
        """Let nothing be left until some seconds from now."""
        self.used, self.resets_at = self.limit, self.clock.now() + seconds

    def _renew(self) -> None:
        if self.clock.now() >= self.resets_at:
            self.used, self.resets_at = 0, self.clock.now() + self.length

    @property
    def seconds_left(self) -> float:
        """How long it is until the whole second of which the headers tell."""
        return int(self.resets_at) + 1 - self.clock.now()

    @property
    def headers(self) -> dict[str, str]:
        """The headers of an answer; the reset is a whole second, the next one."""
        return {
            "X-RateLimit-Limit": str(self.limit),
            "X-RateLimit-Remaining": str(self.limit - self.used),
            "X-RateLimit-Used": str(self.used),
            "X-RateLimit-Reset": str(int(self.resets_at) + 1),
            "X-RateLimit-Resource": self.resource,
        }

    def graphql(self, cost: int, nodes: int) -> dict[str, Any]:
        """Return the field ``rateLimit`` of a query."""
        at = datetime.fromtimestamp(int(self.resets_at) + 1, UTC)
        remaining = self.limit - self.used
        told = {"cost": cost, "nodeCount": nodes, "limit": self.limit, "remaining": remaining, "used": self.used}
        return told | {"resetAt": at}

    def rest(self) -> dict[str, Any]:
        """Return the entry of ``/rate_limit``."""
        self._renew()
        remaining = self.limit - self.used
        return {"limit": self.limit, "remaining": remaining, "used": self.used, "reset": int(self.resets_at) + 1}
