"""Patterns with ``*`` and ``?`` as people write them: ``*[bot]`` means just that."""

import re
from functools import lru_cache


@lru_cache(maxsize=64)
def compile_patterns(patterns: tuple[str, ...]) -> re.Pattern[str]:
    """Return one expression for several patterns; upper and lower case are one.

    Examples
    --------
    >>> bool(compile_patterns(("*[bot]", "example-bot")).fullmatch("Dependabot[bot]"))
    True
    """
    parts = (
        # Runs of stars become one, so that no pattern backtracks on a long text.
        re.escape(re.sub(r"\*+", "*", pattern)).replace(r"\*", ".*").replace(r"\?", ".")
        for pattern in patterns
    )
    return re.compile("|".join(parts) or r"(?!)", re.IGNORECASE | re.DOTALL)


@lru_cache(maxsize=64)
def _longest_parts(patterns: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(max(re.split(r"[*?]+", pattern), key=len).casefold() for pattern in patterns)


def may_hold(patterns: list[str], text: str) -> bool:
    """Say whether a text could hold something that fits a pattern; a quick look that spares a long one.

    Examples
    --------
    >>> may_hold(["desk.example/tickets/*"], "see https://Desk.example/tickets/7"), may_hold(["a.example/*"], "none")
    (True, False)
    """
    folded = text.casefold()
    return any(part in folded for part in _longest_parts(tuple(patterns)))


def matches(patterns: list[str], text: str) -> bool:
    """Say whether a text as a whole fits one of the patterns.

    Examples
    --------
    >>> matches(["example-org/earth-*"], "Example-Org/earth-hub")
    True
    """
    return bool(compile_patterns(tuple(patterns)).fullmatch(text))
