"""Whole numbers: a total handed out in proportion, and a number of things cut into lines."""

import math
from collections.abc import Sequence


def apportion(total: int, weights: Sequence[float]) -> list[int]:
    """Hand a total out in proportion to weights, by the largest remainders (Hamilton's method); equal ones in order.

    Examples
    --------
    >>> apportion(15, [2, 1, 1]), apportion(3, [0, 0]), apportion(2, [])
    ([7, 4, 4], [2, 1], [])
    """
    if not weights:
        return []
    shares = list(weights) if sum(weights) > 0 else [1.0] * len(weights)
    exact = [total * share / sum(shares) for share in shares]
    parts = [math.floor(share) for share in exact]
    by_remainder = sorted(range(len(exact)), key=lambda place: (parts[place] - exact[place], place))
    for place in by_remainder[: total - sum(parts)]:
        parts[place] += 1
    return parts


def cut(total: int, most: int) -> list[int]:
    """Cut a number into as few parts of about one size as it takes, none above the most.

    Examples
    --------
    >>> cut(11, 5), cut(3, 1), cut(0, 5)
    ([4, 4, 3], [1, 1, 1], [])
    """
    return apportion(total, [1.0] * math.ceil(total / most))
