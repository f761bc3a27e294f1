"""The tables in which loaders, classifiers and reviews meet: columns, types, checks, reading and writing."""

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Self, TypeVar, cast

import numpy as np
import pandas as pd

from contribkit.errors import ContribkitError
from contribkit.ids import casefold_id, parse_contribution_id

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")

TIME: Any = "datetime64[us, UTC]"  # Any: pandas-stubs know no microseconds with a zone

# One schema a table, in the order of the columns. "list" is a Python list, empty where nothing is known.
THREADS: dict[str, str] = {
    "ref": "str",
    "kind": "str",
    "repo": "str",
    "number": "Int64",
    "url": "str",
    "title": "str",
    "body": "str",
    "author": "str",
    "author_association": "str",
    "author_is_bot": "boolean",
    "labels": "list",
    "files": "list",
    "additions": "Int64",
    "deletions": "Int64",
    "state": "str",
    "opened_at": TIME,
    "merged_at": TIME,
    "closed_at": TIME,
    "merged_by": "str",
    "participants": "list",
    "first_response_at": TIME,
    "links_out": "list",
    "links_in": "list",
    "private": "boolean",
    "source": "str",
    "stated_lead": "str",
    "stated_upstream": "str",
    "stated_activity": "str",
}
"""One row a thread. ``stated_*`` is what people wrote down themselves, in the activity log."""

ACTS: dict[str, str] = {
    "ref": "str",
    "actor": "str",
    "act": "str",
    "at": TIME,
    "state": "str",
    "text": "str",
    "hours": "Float64",
    "url": "str",
    "source": "str",
    "count": "Int64",
    "whole_day": "boolean",
    "actor_role": "str",
}
"""One row an act. ``count``: how many acts a row of records sums up; ``whole_day``: only its day is known;
``actor_role``: ``maintainer`` where a source tells that the actor was one then."""

REFERENCES: dict[str, str] = {
    "ref": "str",
    "source": "str",
    "kind": "str",
    "id": "str",
    "url": "str",
    "date": TIME,
    "by": "str",
    "by_is_bot": "boolean",
    "title": "str",
    "labels": "list",
    "text": "str",
    "context": "str",
    "private": "boolean",
    "direction": "str",
}
"""One row a pair of a place on the organisation's own side and an upstream thread. ``direction``: ``in`` (or null)
where the place points at the thread, ``out`` where the thread cites the place."""

CONTRIBUTIONS: dict[str, str] = {
    "id": "str",
    "ref": "str",
    "kind": "str",
    "repo": "str",
    "number": "Int64",
    "url": "str",
    "actor": "str",
    "actor_role": "str",
    "author": "str",
    "author_association": "str",
    "author_is_bot": "boolean",
    "happened_at": TIME,
    "last_at": TIME,
    "acts": "Int64",
    "state": "str",
    "opened_at": TIME,
    "merged_at": TIME,
    "merged_by": "str",
    "labels": "list",
    "files": "list",
    "links_out": "list",
    "links_in": "list",
    "title": "str",
    "body": "str",
    "remarks": "list",
    "participants": "list",
    "additions": "Int64",
    "deletions": "Int64",
    "hours": "Float64",
    "private": "boolean",
    "source": "str",
    "stated_lead": "str",
    "stated_upstream": "str",
    "stated_activity": "str",
}
"""One row is what one person did in one thread in a period. ``merged_at`` tells *merged in the period* from *open*;
``actor_role`` is ``maintainer``, or null where no source tells."""

NEED_KINDS = ("pull_request", "issue", "release", "branch")

NEEDS: dict[str, str] = {
    "kind": "str",
    "ref": "str",
    "repo": "str",
    "number": "Int64",
    "url": "str",
    "title": "str",
    "author": "str",
    "author_association": "str",
    "author_is_bot": "boolean",
    "draft": "boolean",
    "labels": "list",
    "opened_at": TIME,
    "updated_at": TIME,
    "additions": "Int64",
    "deletions": "Int64",
    "checks": "str",
    "review_state": "str",
    "mergeable": "boolean",
    "comments": "Int64",
    "released_at": TIME,
    "commits": "Int64",
    "seen_at": TIME,
    "private": "boolean",
    "source": "str",
}
"""One row is something that waits in an upstream project, by ``kind``: ``pull_request``, ``issue`` (nobody triaged it),
``release`` (``ref`` names the last one, ``released_at`` its time, ``commits`` how many came since) or ``branch`` (the
default one is red). ``checks`` is success, failure or pending; ``review_state`` approved, changes_requested or
review_required; ``seen_at`` when the source looked."""

JUDGED: dict[str, str] = {
    "lead": "str",
    "confidence": "Float64",
    "decided_by": "str",
    "activity": "str",
    "stakeholder": "str",
    "initiative": "str",
    "goal": "str",
}
"""What `contribkit.classify` adds to contributions."""

REASONS: dict[str, str] = {
    "id": "str",
    "rule": "str",
    "lead": "str",
    "weight": "Float64",
    "sentence": "str",
    "evidence": "str",
    "url": "str",
    "private": "boolean",
}
"""One row a reason: ``id`` of the contribution, the ``rule`` that found it, the ``lead`` it speaks for (or against,
where ``weight``, in log-odds, is negative), one ``sentence``, the ``evidence`` it saw, and whether that is private."""

NESTED: dict[str, str] = CONTRIBUTIONS | JUDGED | {"reasons": "list"}
"""Judged contributions as JSON lines hold them: the reasons of each as a list."""
_IN_JSON = {"sentence": "because", "evidence": "saw", "url": "where"}  # what JSON lines call the columns of reasons


@dataclass(frozen=True)
class Judged:
    """What `contribkit.classify` returns.

    Attributes
    ----------
    contributions
        A table of the schemas `CONTRIBUTIONS` and `JUDGED`.
    reasons
        A table of the schema `REASONS`, in the order of the contributions; of each, the strongest first.
    notes
        What a reader should know of how leads were found, as sentences.
    """

    contributions: pd.DataFrame
    reasons: pd.DataFrame
    notes: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, rows: pd.DataFrame, notes: Iterable[str] = ()) -> Self:
        """Return judged contributions from a table with a column of `reasons`, as JSON lines hold them."""
        nested = conform(rows, NESTED)
        reasons = [
            {"id": name, **{column: reason.get(_IN_JSON.get(column, column)) for column in [*REASONS][1:]}}
            for name, cell in zip(nested["id"], nested["reasons"], strict=True)
            for reason in cell
        ]
        return cls(
            nested[[*CONTRIBUTIONS, *JUDGED]], conform(pd.DataFrame(reasons, columns=[*REASONS]), REASONS), [*notes]
        )

    def where(self, mask: pd.Series) -> Self:
        """Return some of the contributions, with their reasons.

        Examples
        --------
        >>> row = {"id": "o/r#1@ada:issue", "reasons": [{"rule": "upkeep", "lead": "upstream", "weight": 1.2}]}
        >>> judged = Judged.of(pd.DataFrame([row]))
        >>> len(judged.where(judged.contributions["actor"] == "bob").reasons)
        0
        """
        rows = self.contributions[mask]
        here = self.reasons["id"].map(casefold_id).isin(set(rows["id"].map(casefold_id)))
        return type(self)(rows, self.reasons[here].reset_index(drop=True), self.notes)

    def nested(self) -> pd.DataFrame:
        """Return the contributions with a column of `reasons`, as JSON lines hold them."""
        columns = [[plain(value) for value in self.reasons[name]] for name in [*REASONS][1:]]
        names = [_IN_JSON.get(name, name) for name in [*REASONS][1:]]
        rows = [dict(zip(names, cells, strict=True)) for cells in zip(*columns, strict=True)]
        cells = grouped(self.reasons["id"].map(casefold_id), rows)
        found = [cells.get(casefold_id(name), []) for name in self.contributions["id"]]
        return self.contributions.assign(reasons=pd.Series(found, index=self.contributions.index, dtype=object))


def conform(frame: pd.DataFrame, schema: Mapping[str, str], timezone: str = "UTC") -> pd.DataFrame:
    """Return a table with the columns and types of a schema; columns it lacks are null, further ones go.

    Parameters
    ----------
    frame
        A table with some of the columns.
    schema
        Column to type, such as `THREADS`.
    timezone
        Where days without a time lie.

    Raises
    ------
    ContribkitError
        For a column whose values do not fit its type, with the first of them.

    Examples
    --------
    >>> table = conform(pd.DataFrame({"ref": ["o/r#1"], "opened_at": ["2026-07-01"]}), THREADS, "Europe/Berlin")
    >>> str(table.opened_at[0]), table.labels[0], table.title.isna()[0].item()
    ('2026-06-30 22:00:00+00:00', [], True)
    """
    columns = {name: _column(frame, name, kind, timezone) for name, kind in schema.items()}
    if {"id", "ref", "actor_role"} <= columns.keys():
        columns["ref"] = _refs(columns["ref"], columns["id"])
    return pd.DataFrame(columns, index=frame.index)


def _refs(refs: pd.Series, ids: pd.Series) -> pd.Series:
    """Return the threads of contributions, from their ids where they are missing."""
    missing = refs.isna() & ids.notna()
    if not missing.any():
        return refs
    cells = zip(ids, refs, missing, strict=True)
    try:
        named = [parse_contribution_id(name)[0] if unknown else ref for name, ref, unknown in cells]
    except ValueError as error:
        raise ContribkitError(f'column "id": {error}') from error
    return pd.Series(named, index=refs.index, dtype="str")


def _column(frame: pd.DataFrame, name: str, kind: str, timezone: str) -> pd.Series:
    if name not in frame:
        return _empty_column(frame.index, kind)
    values = frame[name]
    try:
        if kind == "list":
            return _lists(values)
        if kind == TIME:
            return moments(values, timezone)
        if kind == "str":
            return values if values.dtype == "str" else _texts(values)
        return _as(values, kind)
    except (ValueError, TypeError, OverflowError, NotImplementedError) as error:
        raise ContribkitError(f'column "{name}" does not hold {kind}: {error}') from error


def _empty_column(index: pd.Index, kind: str) -> pd.Series:
    if kind == "list":
        return pd.Series([[] for _ in index], index=index, dtype=object)
    return pd.Series(None, index=index, dtype=kind)


def _as(values: pd.Series, kind: Any) -> pd.Series:
    return values.astype(kind)


def _lists(values: pd.Series) -> pd.Series:
    cells = [_as_list(value) for value in values]
    return pd.Series(cells, index=values.index, dtype=object)


def _as_list(value: Any) -> list[Any]:
    if isinstance(value, list):
        return value
    if isinstance(value, tuple | set | np.ndarray):
        return [_unpacked(item) for item in value]
    if is_missing(value):
        return []
    raise ValueError(f"{value!r} is not a list")


def _unpacked(value: Any) -> Any:
    """Return an item of a list read from Parquet, with lists in place of the arrays inside it."""
    if isinstance(value, np.ndarray | list):
        return [_unpacked(item) for item in value]
    if isinstance(value, dict):
        return {name: _unpacked(item) for name, item in value.items()}
    return value


def _texts(values: pd.Series) -> pd.Series:
    wrong = [value for value in values.dropna() if not isinstance(value, str)]
    if wrong:
        raise ValueError(f"{wrong[0]!r} is not text")
    return values.astype("str")


def moments(values: pd.Series, timezone: str = "UTC") -> pd.Series:
    """Return UTC times; a day without a time is the start of that day in a time zone.

    Raises
    ------
    ValueError
        For a text that is no ISO date or time.
    """
    if isinstance(values.dtype, pd.DatetimeTZDtype):
        return _as(values, TIME)
    if values.isna().all():
        return _empty_column(values.index, TIME)
    texts = values.astype("str")
    days = is_day(texts)
    result = _empty_column(values.index, TIME)
    if days.any():
        local = pd.to_datetime(texts[days], format="%Y-%m-%d")
        result[days] = local.dt.tz_localize(timezone, ambiguous=True, nonexistent="shift_forward").astype(TIME)
    rest = ~days & texts.notna()
    if rest.any():
        result[rest] = pd.to_datetime(texts[rest], format="ISO8601", utc=True).astype(TIME)
    return result


def is_day(texts: pd.Series) -> pd.Series:
    """Say of each text whether it is a day without a time."""
    return texts.str.fullmatch(r"\d{4}-\d{2}-\d{2}").fillna(False).astype(bool)


def empty(schema: Mapping[str, str]) -> pd.DataFrame:
    """Return a table of a schema without rows."""
    return conform(pd.DataFrame(index=pd.RangeIndex(0)), schema)


def combine(frames: list[pd.DataFrame], schema: Mapping[str, str]) -> pd.DataFrame:
    """Return tables of one schema one below the other, with a new index."""
    filled = [frame for frame in frames if len(frame)]
    return pd.concat(filled, ignore_index=True) if filled else empty(schema)


def grouped(keys: Iterable[Key], values: Iterable[Value]) -> dict[Key, list[Value]]:
    """Return the values of each key, keys in the order in which they first come: many times faster than pandas' own.

    Examples
    --------
    >>> grouped("aba", [1, 2, 3])
    {'a': [1, 3], 'b': [2]}
    """
    groups: dict[Key, list[Value]] = {}
    for one, value in zip(keys, values, strict=True):
        groups.setdefault(one, []).append(value)
    return groups


def rows_of(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows of a table as dicts of column to cell."""
    return cast("list[dict[str, Any]]", frame.to_dict("records"))


def is_missing(value: Any) -> bool:
    """Say whether a cell is null: None, NaN, NaT or pandas.NA; a list never is.

    Examples
    --------
    >>> [is_missing(value) for value in (None, float("nan"), pd.NaT, pd.NA, 0, "", [])]
    [True, True, True, True, False, False, False]
    """
    return value is None or value is pd.NA or value is pd.NaT or (isinstance(value, float) and value != value)


def is_true(value: Any) -> bool:
    """Say whether a cell of a boolean column is true; cells are bool, numpy.bool or null.

    Examples
    --------
    >>> [is_true(value) for value in (True, np.True_, False, None, pd.NA)]
    [True, True, False, False, False]
    """
    return not is_missing(value) and bool(value)


def plain(value: Any) -> Any:
    """Return one cell as JSON knows it: null for missing, ISO 8601 for times.

    Examples
    --------
    >>> plain(pd.Timestamp("2026-07-01", tz="UTC")), plain(pd.NA), plain(["a"])
    ('2026-07-01T00:00:00Z', None, ['a'])
    """
    if isinstance(value, list | dict | str):
        return value
    if is_missing(value):
        return None
    if isinstance(value, pd.Timestamp):
        return value.isoformat().replace("+00:00", "Z")
    return value.item() if isinstance(value, np.generic) else value


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows of a table as objects for JSON."""
    columns = {str(name): [plain(value) for value in frame[name]] for name in frame}
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]
