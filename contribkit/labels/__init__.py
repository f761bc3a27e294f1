"""The label log: what people decided, as append-only events, and what holds in the end."""

from contribkit.labels.folder import Labels
from contribkit.labels.log import LabelLog
from contribkit.labels.replay import Label

__all__ = ["Label", "LabelLog", "Labels"]
