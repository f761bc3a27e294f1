"""How the team met people outside, and its part of each project."""

from functools import cached_property
from typing import Any

import pandas as pd

from contribkit.privacy import visible
from contribkit.review import community, projects, shares
from contribkit.review.measures.marks import Marks
from contribkit.review.measures.sharing import Sharing


class Community(Sharing, Marks):
    """Newcomers, responses, self-merges and projects."""

    @cached_property
    def community(self) -> dict[str, Any]:
        """How the team met people outside the organisation; see `community`."""
        counted = {name: int(mask.sum()) for name, mask in self.marks.items()}
        reviewed = [rows[community.reviewed_of_others(rows, self.organisation)] for rows in self.periods]
        known = [rows for rows in reviewed if len(rows)]
        standing = community.is_standing_known(self.named_rows)
        return {
            "reviewed": counted["reviewed of others"] if standing else None,
            "closed": counted["closed of others"] if standing else None,
            "newcomers_back": community.newcomers_back(pd.concat(known) if known else reviewed[-1], self._threads),
            "first_response": community.first_response(self._threads, self.organisation, self.period),
            "self_merges": shares.share(counted["self-merged"], counted["own merged"]),
        }

    @property
    def _threads(self) -> pd.DataFrame:
        threads = self.data.threads
        return threads[visible(threads, self.include_private)]

    @cached_property
    def projects(self) -> pd.DataFrame:
        """The organisation's part of what happened in each upstream project."""
        return projects.project_shares(self.acts, self.organisation, self.period)
