"""Tables as Parquet files, with the types of their schema whatever they hold, written whole or not at all."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from contribkit.errors import ContribkitError
from contribkit.io import replacing
from contribkit.memory import release_unused
from contribkit.tables import TIME, conform, empty

if TYPE_CHECKING:
    import pyarrow

_ROW_GROUP = 16_384  # rows
_LINK = (
    "ref",
    "title",
    "by",
    "date",
    "text",
    "url",
)  # what is known of a link as text; also its labels, and if private


def _pyarrow() -> Any:
    """Return pyarrow with its part that reads Parquet; it takes a moment, so only those with such files wait."""
    try:
        import pyarrow
        import pyarrow.parquet
    except ModuleNotFoundError as error:
        raise ContribkitError("Parquet needs pyarrow; install it with: pip install contribkit[scale]") from error
    return pyarrow


def check_pyarrow() -> None:
    """Raise `ContribkitError` with the fix where Parquet can be neither read nor written, before any work starts."""
    _pyarrow()


def is_parquet(path: Path) -> bool:
    """Return whether a file is Parquet by its name."""
    return path.suffix.casefold() in (".parquet", ".pq")


def arrow_schema(schema: Mapping[str, str]) -> "pyarrow.Schema":
    """Return the Arrow types of a schema: left to itself, Arrow takes a column of empty lists for one of nulls."""
    pa = _pyarrow()
    texts = pa.list_(pa.string())
    link = pa.struct([*((name, pa.string()) for name in _LINK), ("labels", texts), ("private", pa.bool_())])
    types = {
        "str": pa.string(), "list": texts, "Int64": pa.int64(), "Float64": pa.float64(), "boolean": pa.bool_(),
        TIME: pa.timestamp("us", tz="UTC"),
    }  # fmt: skip
    return pa.schema([(name, pa.list_(link) if name == "links_in" else types[kind]) for name, kind in schema.items()])


def write_parquet(path: Path, frame: pd.DataFrame, schema: Mapping[str, str]) -> int:
    """Write a table of a schema, and return how many rows it has."""
    pa = _pyarrow()
    try:
        table = pa.Table.from_pandas(frame[[*schema]], schema=arrow_schema(schema), preserve_index=False)
    except (pa.ArrowException, TypeError) as error:
        raise ContribkitError(f"{path}: cannot hold these rows: {error}") from error
    with replacing(path) as temporary:
        pa.parquet.write_table(table, temporary, compression="zstd", row_group_size=_ROW_GROUP)
    return len(frame)


def read_parquet(path: Path, schema: Mapping[str, str], needed: str, timezone: str = "UTC") -> pd.DataFrame:
    """Return a table of a schema; columns that the file lacks are empty, all but the one that is `needed`.

    Equal lists are one object: to change one, make another.
    A file that is none, or has other columns or types, is an error that names it, the column and what it should be.
    """
    parts = [*read_groups(path, schema, needed, timezone)]
    release_unused()
    return pd.concat(parts, ignore_index=True) if parts else empty(schema)


def read_groups(path: Path, schema: Mapping[str, str], needed: str, timezone: str) -> Iterator[pd.DataFrame]:
    """Yield a file by its groups of rows, as `read_parquet` returns it: as one, it would lie in memory twice."""
    pa = _pyarrow()
    try:
        with _opened(path) as file:
            columns = _columns(path, file.schema_arrow, schema, needed)
            for number in range(file.num_row_groups):
                rows = file.read_row_group(number, columns, use_threads=False)
                yield conform(_to_pandas(rows), schema, timezone, fill_refs=False)
    except (pa.ArrowException, OSError) as error:
        reason = str(error).partition("\n")[0]
        raise ContribkitError(f"{path}: cannot be read as Parquet ({reason}); write it anew") from error
    except ContribkitError as error:
        said = str(error).partition("\n")[0]
        raise ContribkitError(said if said.startswith(str(path)) else f"{path}: {said}; correct the value") from error


def read_small(paths: Iterable[Path], schema: Mapping[str, str], needed: str, timezone: str) -> pd.DataFrame:
    """Return the rows of several small files as one table: a table of each would take ten times the time to make.

    Any error is a `ContribkitError`; `read_groups` says what is wrong with which file.
    """
    pa = _pyarrow()
    tables = []
    try:
        for path in paths:
            with _opened(path) as file:
                tables.append(file.read(_columns(path, file.schema_arrow, schema, needed), use_threads=False))
        together = pa.concat_tables(tables, promote_options="permissive")
    except (pa.ArrowException, OSError) as error:
        raise ContribkitError(f"{error}; read the files one by one") from error
    return conform(_to_pandas(together), schema, timezone, fill_refs=False)


def _opened(path: Path) -> "pyarrow.parquet.ParquetFile":
    """Return an open file, without reading ahead, which takes a fifth more memory, and no less time; so do threads."""
    if not path.is_file():
        raise ContribkitError(f"{path}: there is no such file; name one that is there")
    return _pyarrow().parquet.ParquetFile(path, pre_buffer=False)


def _columns(path: Path, found: "pyarrow.Schema", schema: Mapping[str, str], needed: str) -> list[str]:
    """Return which columns of a schema a file has; one that is needed or of another type is an error."""
    if twice := [name for name in schema if found.names.count(name) > 1]:
        raise ContribkitError(f'{path}: two columns are named "{twice[0]}"; rename one of them')
    types = dict(zip(found.names, found.types, strict=True))
    if needed not in types:
        known = ", ".join([*types][:8]) or "none"
        raise ContribkitError(f'{path}: the column "{needed}" is missing; its columns are: {known}')
    columns, right_types = [name for name in schema if name in types], arrow_schema(schema)
    for name in columns:
        right = right_types.field(name).type
        if not _fits(types[name], schema[name], right):
            raise ContribkitError(f'{path}: the column "{name}" is {types[name]}; write it as {right}')
    return columns


def _fits(found: "pyarrow.DataType", kind: Any, right: "pyarrow.DataType") -> bool:
    """Return whether a column of an Arrow type may hold what a schema wants, of which `right` is the type."""
    types = _pyarrow().types
    is_text = types.is_string(found) or types.is_large_string(found) or types.is_dictionary(found)
    fitting = {
        "str": is_text, "boolean": types.is_boolean(found),
        "list": (types.is_list(found) or types.is_large_list(found)) and _holds(found.value_type, right.value_type),
        "Int64": types.is_integer(found) or types.is_floating(found),
        "Float64": types.is_integer(found) or types.is_floating(found),
        TIME: types.is_timestamp(found),
    }  # fmt: skip
    return bool(types.is_null(found) or fitting[kind])


def _holds(found: "pyarrow.DataType", right: "pyarrow.DataType") -> bool:
    """Return whether the items of a list are of a type, texts or structs."""
    types = _pyarrow().types
    if types.is_struct(right):
        return bool(types.is_struct(found) or types.is_null(found))
    return bool(types.is_string(found) or types.is_large_string(found) or types.is_null(found))


def _to_pandas(table: "pyarrow.Table") -> pd.DataFrame:
    """Return a table with Python's own lists, which hold each text once: the same names stand in many rows.

    pandas would make an array of each list, from which lists had to be made, at several times the memory and time.
    """
    is_list = {field.name: _pyarrow().types.is_nested(field.type) for field in table.schema}
    frame = table.drop_columns([name for name, nested in is_list.items() if nested]).to_pandas(use_threads=False)
    lists = {name: _lists(table[name].combine_chunks()) for name, nested in is_list.items() if nested}
    index = pd.RangeIndex(table.num_rows)
    return pd.DataFrame({n: pd.Series(lists[n], index, dtype=object) if n in lists else frame[n] for n in is_list})


def _lists(column: "pyarrow.ListArray") -> list[list[Any]]:
    """Return the lists of a column, of which equal ones of texts are one object: most are empty, or in many rows.

    Of a link, what is known only, as in JSON lines: Arrow has every field in each.
    """
    items = column.flatten()  # without those of missing lists
    ends = column.value_lengths().fill_null(0).to_numpy().cumsum().tolist()
    places = pairwise([0, *ends])
    if _pyarrow().types.is_struct(items.type):
        none: list[Any] = []
        links = [
            link and {name: value for name, value in link.items() if value is not None} for link in items.to_pylist()
        ]
        return [links[start:end] if end > start else none for start, end in places]
    unique = items.dictionary_encode()
    names = np.array([*unique.dictionary.to_pylist(), None], dtype=object)
    texts = names[unique.indices.fill_null(len(names) - 1).to_numpy()].tolist()
    known: dict[tuple[Any, ...], list[Any]] = {}
    return [known.setdefault(tuple(texts[start:end]), texts[start:end]) for start, end in places]
