"""Loaders: one source a module, united into one set of tables."""

from contribkit.fold import Data, Needs, SourceReport
from contribkit.loaders.data import check, fetch, load, load_needs

__all__ = ["Data", "Needs", "SourceReport", "check", "fetch", "load", "load_needs"]
