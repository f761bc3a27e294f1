"""Classifiers: who leads each contribution, with reasons, and what sort of work it is."""

from contribkit.classifiers.classify import classify

__all__ = ["classify"]
