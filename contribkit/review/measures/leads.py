"""Who led what, and what waits for a person."""

from functools import cached_property

import pandas as pd

from contribkit.review import shares, waiting
from contribkit.review.shown import Shown


class Leads(Shown):
    """Counts and shares of leads."""

    @property
    def policy(self) -> float | None:
        """The upstream-led share that the organisation wants of itself."""
        return self.organisation.policy.upstream_share

    @cached_property
    def leads(self) -> pd.DataFrame:
        """Who led what, by count and by hours; see `shares.lead_table`."""
        return shares.lead_table(self.named_rows)

    @cached_property
    def upstream_share(self) -> shares.Share:
        """The upstream-led part of stakeholder-led and upstream-led work."""
        return shares.upstream_share(self.named_rows)

    @cached_property
    def pull_requests(self) -> dict[str, int]:
        """Pull requests merged in the period, and not merged in it."""
        return {name: int(mask.sum()) for name, mask in shares.pull_requests(self.named_rows, self.period).items()}

    @cached_property
    def waiting(self) -> pd.DataFrame:
        """What waits for a person, and what would settle it."""
        return waiting.waiting(self.rows)
