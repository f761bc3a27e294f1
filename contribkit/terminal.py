"""Text for a terminal: titles and names are anybody's."""


def printable(line: str) -> str:
    """Return a line without what could steer a terminal.

    Examples
    --------
    >>> printable("a \x1b[31mred title")
    'a  [31mred title'
    """
    return "".join(sign if sign.isprintable() else " " for sign in line).rstrip()
