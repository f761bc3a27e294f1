"""Errors that a person can fix, as one clear sentence each."""

import difflib


class ContribkitError(Exception):
    """A sentence that says what is wrong, where, and how to fix it; the command line prints it and exits with 1."""


def nearest(word: str, known: list[str]) -> str:
    """Return the end of an error message: did you mean "timezone"? Or else: known: name, timezone."""
    names = {name.casefold(): name for name in reversed(known)}
    close = difflib.get_close_matches(word.casefold(), names, n=1)
    return f'did you mean "{names[close[0]]}"?' if close else "known: " + (", ".join(known) or "none")
