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


def matches(patterns: list[str], text: str) -> bool:
    """Say whether a text as a whole fits one of the patterns.

    Examples
    --------
    >>> matches(["example-org/earth-*"], "Example-Org/earth-hub")
    True
    """
    return bool(compile_patterns(tuple(patterns)).fullmatch(text))
