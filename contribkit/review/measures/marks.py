"""What each contribution counts for."""

from functools import cached_property

import pandas as pd

from contribkit.review import community, outside, shares, sharing
from contribkit.review.measures.service import Service


class Marks(Service):
    """Marks of contributions; see `counted`."""

    @cached_property
    def marks(self) -> dict[str, pd.Series]:
        """What contributions count for beside lead, activity, goal and the like: of each row, yes or no."""
        rows, org = self.named_rows, self.organisation
        reviewed = community.reviewed_of_others(rows, org)
        ended = community.closed_by_team(rows, self.acts, set(self.members), self.period)
        pulls = {word.replace("_", " "): mask for word, mask in shares.pull_requests(rows, self.period).items()}
        return pulls | {
            "evidence": self.sides["linked"] != "none",
            "hours": rows["hours"].notna(),
            "release": sharing.is_release(rows),
            "reviewed of others": reviewed,
            "closed of others": reviewed & ended,
            "own merged": community.own_merged(rows, self.period),
            "self-merged": community.self_merged(rows, self.period),
            "reactive": outside.reactive(rows),
            "look-alike": outside.look_alikes(rows),
        }
