"""Loaders: one source a module, united into one set of tables."""

from contribkit.loaders.data import Data, SourceReport, check, load

__all__ = ["Data", "SourceReport", "check", "load"]
