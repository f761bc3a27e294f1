"""The numbers of a team and a period as attributes, a module a question; each is worked out when it is first asked."""

from contribkit.review.measures.measures import Measures

__all__ = ["Measures"]
