"""Columns made of columns: looked up, gathered, taken out of JSON."""

import json
from typing import Any

import pandas as pd


def look_up(keys: pd.Series, values: pd.Series) -> pd.Series:
    """Return for each key the value that a series has at it, null where it has none; the type stays."""
    # Not keys.map(values): that forgets the type where there are no values.
    return values.reindex(keys).set_axis(keys.index)


def gather(keys: pd.Series, values: pd.Series) -> dict[Any, list[Any]]:
    """Return the values of each key as a list, in order; many times faster than a groupby of lists."""
    found: dict[Any, list[Any]] = {}
    for key, value in zip(keys, values, strict=True):
        found.setdefault(key, []).append(value)
    return found


def inside(texts: pd.Series, name: str) -> pd.Series:
    """Return a text inside the JSON objects of a column, null where there is none."""
    return pd.Series([_member(text, name) for text in texts], texts.index, dtype="str")


def _member(text: Any, name: str) -> str | None:
    if not isinstance(text, str) or not text.startswith("{"):
        return None
    try:
        value = json.loads(text).get(name)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, str) else None
