"""Loaders: one source a module, united into one set of tables."""

from contribkit.loaders.data import Data, SourceReport, check, fetch, load
from contribkit.loaders.needs import Needs, load_needs

__all__ = ["Data", "Needs", "SourceReport", "check", "fetch", "load", "load_needs"]
