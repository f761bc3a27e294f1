"""Classifiers: who leads each contribution, with reasons, and what sort of work it is."""

from contribkit.classifiers.at_scale import classify_files
from contribkit.classifiers.classify import classify

__all__ = ["classify", "classify_files"]
