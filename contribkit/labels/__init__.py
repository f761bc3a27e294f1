"""The label log: people's decisions as append-only events, and the labels they add up to."""

from contribkit.labels.events import LabelLog
from contribkit.labels.replay import Label, Labels

__all__ = ["Label", "LabelLog", "Labels"]
