"""What goes wrong in a way that a person can mend: one clear sentence each."""


class ContribkitError(Exception):
    """A sentence that names the place and the fix; the command line prints it and ends with exit code 1.

    Examples
    --------
    >>> str(ContribkitError("contribkit.toml: no such file; name one with --config"))
    'contribkit.toml: no such file; name one with --config'
    """


def nearest(word: str, known: list[str]) -> str:
    """Say which known word was probably meant.

    Parameters
    ----------
    word
        What was written.
    known
        What could have been written, in the order in which it is listed where nothing is near.

    Returns
    -------
    str
        Words to put behind an error.

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
