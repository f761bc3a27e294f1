"""Errors that a person can fix, as one clear sentence each."""


class ContribkitError(Exception):
    """A sentence that says what is wrong, where, and how to fix it; the command line prints it and exits with 1.

    Examples
    --------
    >>> str(ContribkitError("contribkit.toml: no such file; name one with --config"))
    'contribkit.toml: no such file; name one with --config'
    """


def nearest(word: str, known: list[str]) -> str:
    """Return a hint which known word was probably meant.

    Parameters
    ----------
    word
        What was written.
    known
        The valid words, in the order in which they are listed where none is similar.

    Returns
    -------
    str
        The end of an error message.

    Examples
    --------
    >>> nearest("timezon", ["name", "timezone"])
    'did you mean "timezone"?'
    >>> nearest("x", ["name", "timezone"])
    'known: name, timezone'
    """
    import difflib

    close = difflib.get_close_matches(word.casefold(), [name.casefold() for name in known], n=1, cutoff=0.6)
    for name in known:
        if close and name.casefold() == close[0]:
            return f'did you mean "{name}"?'
    return "known: " + (", ".join(known) or "none")
