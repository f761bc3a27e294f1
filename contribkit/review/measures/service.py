"""Whom the stakeholder-led work served, and what ties it to the organisation's own side."""

from functools import cached_property

import pandas as pd

from contribkit.review import coordination, links, shares, stakeholders
from contribkit.review.shown import Shown


class Service(Shown):
    """Stakeholders, initiatives, cross-links and the coordination around them."""

    @cached_property
    def sides(self) -> pd.DataFrame:
        """What on the organisation's own side each contribution is tied to; see `links.own_side`."""
        return links.own_side(self.named_rows, self.data.references, self.organisation)

    @cached_property
    def evidence(self) -> shares.Share:
        """How many contributions have evidence from the organisation's own side."""
        return shares.share(int((self.sides["linked"] != "none").sum()), len(self.sides))

    @cached_property
    def by_stakeholder(self) -> pd.DataFrame:
        """Stakeholder-led work by stakeholder."""
        return stakeholders.by_stakeholder(self.named_rows, self.organisation.stakeholders)

    @cached_property
    def by_initiative(self) -> pd.DataFrame:
        """Stakeholder-led work by initiative."""
        return stakeholders.by_initiative(self.named_rows, self.organisation.initiatives)

    @cached_property
    def cross_links(self) -> pd.DataFrame:
        """The threads of stakeholder-led work, and what is missing between the two sides."""
        return links.cross_links(self.rows, self.sides)

    @cached_property
    def coordination(self) -> pd.DataFrame:
        """Comments, reviews and days to merge around stakeholder-led and upstream-led work."""
        return coordination.coordination(self.named_rows, self.acts, set(self.members), self.period)
