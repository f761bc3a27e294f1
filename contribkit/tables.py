"""The tables in which loaders, classifiers and reviews meet: columns, types, checks, reading and writing."""

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Self, TypeVar

import numpy as np
import pandas as pd
from pandas.api.types import is_numeric_dtype

from contribkit.errors import ContribkitError
from contribkit.ids import casefold_id, is_host, parse_contribution_id, place_of

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")

TIME: Any = "datetime64[us, UTC]"  # Any: pandas-stubs know no microseconds with a zone

# A column has one type in every table, and is text where it is not named here. "list" is a Python list, empty where
# nothing is known.
_COLUMNS = {
    TIME: "at date opened_at merged_at closed_at first_response_at happened_at last_at updated_at released_at seen_at",
    "list": "labels files participants links_out links_in remarks reasons form parents",
    "Int64": "number additions deletions count acts comments commits",
    "Float64": "hours confidence weight",
    "boolean": "private author_is_bot by_is_bot whole_day draft mergeable",
}
_TYPES: dict[str, str] = {name: kind for kind, names in _COLUMNS.items() for name in names.split()}


def _schema(names: str) -> dict[str, str]:
    return {name: _TYPES.get(name, "str") for name in names.split()}


THREADS = _schema(
    "ref kind repo number url title body author author_association author_is_bot labels files additions deletions "
    "state opened_at merged_at closed_at merged_by participants first_response_at links_out links_in private source "
    "stated_lead stated_upstream stated_activity"
)
"""One row a thread. ``stated_*`` is what people wrote down themselves, in the activity log."""

ACTS = _schema("ref actor act at state text hours url source count whole_day actor_role")
"""One row an act. ``count``: how many acts a row of records sums up; ``whole_day``: only its day is known;
``actor_role``: ``maintainer`` where a source tells that the actor was one then."""

REFERENCES = _schema(
    "ref source kind id url date by by_is_bot title labels text context private direction milestone form parents"
)
"""One row a pair of a place on the organisation's own side and an upstream thread. ``direction``: ``in`` (or null)
where the place points at the thread, ``out`` where the thread cites the place; ``form``: the fields of an issue's form,
each as ``Community: River Delta``; ``parents``: the issues of which it is a sub-issue, at whatever depth."""

CONTRIBUTIONS = _schema(
    "id ref kind repo number url actor actor_role author author_association author_is_bot happened_at last_at acts "
    "state opened_at merged_at merged_by labels files links_out links_in title body remarks participants additions "
    "deletions hours private source stated_lead stated_upstream stated_activity"
)
"""One row is what one person did in one thread in a period. ``merged_at`` tells *merged in the period* from *open*;
``actor_role`` is ``maintainer``, or null where no source tells."""

NEED_KINDS = ("pull_request", "issue", "release", "branch")

NEEDS = _schema(
    "kind ref repo number url title author author_association author_is_bot draft labels opened_at updated_at "
    "additions deletions checks review_state mergeable comments released_at commits seen_at private source"
)
"""One row is something that waits in an upstream project, by ``kind``: ``pull_request``, ``issue`` (nobody triaged it),
``release`` (``ref`` names the last one, ``released_at`` its time, ``commits`` how many came since) or ``branch`` (the
default one is red). ``checks`` is success, failure or pending; ``review_state`` approved, changes_requested or
review_required; ``seen_at`` when the source looked."""

JUDGED = _schema("lead confidence decided_by activity stakeholder initiative goal")
"""What `contribkit.classify` adds to contributions."""

REASONS = _schema("id rule lead weight sentence evidence url private")
"""One row a reason: ``id`` of the contribution, the ``rule`` that found it, the ``lead`` it speaks for (or against,
where ``weight``, in log-odds, is negative), one ``sentence``, the ``evidence`` it saw, and whether that is private."""

NESTED = CONTRIBUTIONS | JUDGED | _schema("reasons")
"""Judged contributions as JSON lines hold them: the reasons of each as a list."""
_ORDER = ["date", "source", "id", "direction", "kind", "title", "text", "context", "ref"]  # of references
_IN_JSON = {"sentence": "because", "evidence": "saw", "url": "where"}  # what JSON lines call the columns of reasons


@dataclass(frozen=True)
class Judged:
    """What `contribkit.classify` returns: tables, and sentences on how leads were found."""

    contributions: pd.DataFrame  # of the schemas `CONTRIBUTIONS` and `JUDGED`
    reasons: pd.DataFrame  # of the schema `REASONS`, in the order of the contributions; of each, the strongest first
    notes: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, rows: pd.DataFrame, notes: Iterable[str] = ()) -> Self:
        """Return judged contributions from a table with a column of `reasons`, as JSON lines hold them."""
        nested = conform(rows, NESTED)
        cells = zip(nested["id"], nested["reasons"], strict=True)
        reasons = pd.DataFrame([{**reason, "id": name} for name, cell in cells for reason in cell])
        reasons = reasons.rename(columns={word: column for column, word in _IN_JSON.items()})
        return cls(nested[[*CONTRIBUTIONS, *JUDGED]], conform(reasons, REASONS), [*notes])

    @classmethod
    def together(cls, parts: Iterable["Judged"]) -> Self:
        """Return the contributions and reasons of several parts, one below the other."""
        parts = list(parts)
        rows = pd.concat([part.contributions for part in parts])
        return cls(rows, pd.concat([part.reasons for part in parts], ignore_index=True))

    def where(self, mask: pd.Series) -> Self:
        """Return some of the contributions, with their reasons."""
        if mask.all():
            return self
        rows = self.contributions[mask]
        here = self.reasons["id"].map(casefold_id).isin(set(rows["id"].map(casefold_id)))
        return type(self)(rows, self.reasons[here].reset_index(drop=True), self.notes)

    def nested(self, names: Mapping[str, str] = _IN_JSON) -> pd.DataFrame:
        """Return the contributions with a column of `reasons`, by default with the names that JSON lines have."""
        reasons = records(self.reasons.drop(columns="id").rename(columns=names))
        of = grouped(map(casefold_id, cells_of(self.reasons["id"])), reasons)
        cells = [of.get(casefold_id(name), []) for name in cells_of(self.contributions["id"])]
        return self.contributions.assign(reasons=pd.Series(cells, self.contributions.index, dtype=object))


def conform(
    frame: pd.DataFrame, schema: Mapping[str, str], timezone: str = "UTC", fill_refs: bool = True
) -> pd.DataFrame:
    """Return a table with the columns and types of a schema, such as `THREADS`; those it lacks are null, others go.

    Days without a time lie in the time zone. Contributions without a `ref` have that of their id.
    """
    columns = {name: _column(frame, name, kind, timezone) for name, kind in schema.items()}
    if fill_refs and {"id", "ref", "actor_role"} <= columns.keys():
        missing = columns["ref"].isna() & columns["id"].notna()
        try:
            columns["ref"][missing] = [parse_contribution_id(name)[0] for name in columns["id"][missing]]
        except ValueError as error:
            raise ContribkitError(f'column "id": {error}') from error
    return pd.DataFrame(columns, index=frame.index)


def _column(frame: pd.DataFrame, name: str, kind: Any, timezone: str) -> pd.Series:
    if name not in frame:
        return _empty_column(frame.index, kind)
    values = frame[name]
    try:
        if values.dtype == kind:
            return values
        if kind == "list":
            return pd.Series([_as_list(value) for value in cells_of(values)], values.index, dtype=object)
        if kind == TIME:
            return moments(values, timezone)
        if kind == "str" and values.dtype != "str":
            for value in values.dropna():
                if not isinstance(value, str):
                    raise ValueError(f"{value!r} is not text")
        return values.astype(kind)
    except (ValueError, TypeError, OverflowError, NotImplementedError) as error:
        raise ContribkitError(f'column "{name}" does not hold {kind}: {error}') from error


def _empty_column(index: pd.Index, kind: Any) -> pd.Series:
    if kind == "list":
        return pd.Series([[] for _ in index], index, dtype=object)
    nulls: pd.Series = pd.Series(None, index, dtype=kind)
    return nulls


def _as_list(value: Any) -> list[Any]:
    if isinstance(value, list):
        return value
    if is_missing(value):
        return []
    if not isinstance(value, tuple | set | np.ndarray):
        raise ValueError(f"{value!r} is not a list")
    return [_unpacked(item) for item in value]


def _unpacked(value: Any) -> Any:
    """Return an item of a list read from Parquet, with lists in place of the arrays inside it."""
    if isinstance(value, dict):
        return {name: _unpacked(item) for name, item in value.items()}
    return [_unpacked(item) for item in value] if isinstance(value, np.ndarray | list) else value


def moments(values: pd.Series, timezone: str = "UTC") -> pd.Series:
    """Return UTC times; a day without a time is the start of that day in a time zone."""
    if isinstance(values.dtype, pd.DatetimeTZDtype):
        return values.astype(TIME)
    result = _empty_column(values.index, TIME)
    if values.isna().all():
        return result
    texts = values.astype("str")
    days = is_day(texts)
    local = pd.to_datetime(texts[days], format="%Y-%m-%d")
    result[days] = local.dt.tz_localize(timezone, ambiguous=True, nonexistent="shift_forward").astype(TIME)
    rest = ~days & texts.notna()
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
    """Return the values of each key, keys in the order in which they first come: many times faster than pandas' own."""
    groups: dict[Key, list[Value]] = {}
    columns = (cells_of(cells) if isinstance(cells, pd.Series) else cells for cells in (keys, values))
    for one, value in zip(*columns, strict=True):
        groups.setdefault(one, []).append(value)
    return groups


def places_of_refs(refs: pd.Series, threads: pd.DataFrame | None = None) -> dict[str, str | None]:
    """Return the repository or place of each thread; of those elsewhere than on GitHub, what `threads` say of it."""
    places = {ref: place_of(ref) for ref in refs.unique()}
    elsewhere = [ref for ref, place in places.items() if place and is_host(place.partition("/")[0])]
    if threads is not None and elsewhere:  # the id of a topic of a forum does not tell its category
        rows = zip(threads["ref"].map(casefold_id), threads["repo"], strict=True)
        told = {ref: repo for ref, repo in rows if not is_missing(repo)}
        places |= {ref: told.get(casefold_id(ref), places[ref]) for ref in elsewhere}
    return places


def cells_of(column: pd.Series) -> list[Any]:
    """Return the cells of a column as `tolist` does, which takes text one by one."""
    return column.to_numpy(dtype=object).tolist()


def rows_of(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows of a table as dicts of column to cell."""
    # Several times faster than pandas' own, with the same cells: None for the NA of numbers and booleans.
    names = [str(name) for name in frame]
    cells = (_without_na(cells_of(frame[name])) if frame[name].hasnans else cells_of(frame[name]) for name in frame)
    return [dict(zip(names, row, strict=True)) for row in zip(*cells, strict=True)]


def _without_na(cells: list[Any]) -> list[Any]:
    return [None if cell is pd.NA else cell for cell in cells]


def is_missing(value: Any) -> bool:
    """Say whether a cell is null: None, NaN, NaT or pandas.NA; a list never is."""
    return value is None or value is pd.NA or value is pd.NaT or (isinstance(value, float) and value != value)


def is_true(value: Any) -> bool:
    """Say whether a cell of a boolean column is true; cells are bool, numpy.bool or null."""
    return not is_missing(value) and bool(value)


def plain(value: Any) -> Any:
    """Return one cell as JSON knows it: null for missing, ISO 8601 for times."""
    if isinstance(value, list | dict | str):
        return value
    if is_missing(value):
        return None
    if isinstance(value, pd.Timestamp):
        return value.isoformat().replace("+00:00", "Z")
    return value.item() if isinstance(value, np.generic) else value


def plain_cells(column: pd.Series) -> list[Any]:
    """Return the cells of a column as JSON knows them; see `plain`."""
    if column.dtype == "str":
        cells = cells_of(column)
        return [cell if isinstance(cell, str) else None for cell in cells] if column.hasnans else cells
    if isinstance(column.dtype, pd.DatetimeTZDtype):  # as `plain` writes each, which takes long
        texts = np.datetime_as_string(column.to_numpy(dtype="M8[us]")).tolist()
        return [None if text == "NaT" else f"{text.removesuffix('.000000')}Z" for text in texts]
    if is_numeric_dtype(column):
        return [None if cell is pd.NA or cell != cell else cell for cell in cells_of(column)]
    return [plain(cell) for cell in cells_of(column)]


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows of a table as objects for JSON."""
    columns = {str(name): plain_cells(frame[name]) for name in frame}
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def sort_references(references: pd.DataFrame) -> pd.DataFrame:
    """Return references by date, then by place and words, so that the order of files and rows decides nothing."""
    return references.sort_values(_ORDER, kind="stable")


def of_trackers(references: pd.DataFrame) -> pd.DataFrame:
    """Return the references that show a tracker or repository of the own side to have been read around their dates."""
    # Posts mention few threads, and a thread that was cited does not mean that the rest of its tracker was read.
    return references[(references["kind"] != "document") & (references["direction"] != "out")]
