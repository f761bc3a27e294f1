"""What waits upstream, in order of its impact, every point with its reason."""

from contribkit.review.needs.ranking import rank, spread

__all__ = ["rank", "spread"]
