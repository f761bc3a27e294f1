"""The `records` source: JSON lines of contributions and references, in the columns of their tables."""

import re
import reprlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import datetime
from itertools import chain, islice
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from contribkit.config.models import Table
from contribkit.config.organisation import Organisation
from contribkit.config.toml import validate_settings
from contribkit.errors import ContribkitError, nearest
from contribkit.ids import casefold_id, number_of, parse_contribution_id, place_of
from contribkit.io import parse_lines, report_problem
from contribkit.loaders.source import Finding, Loaded, file_findings, matching_paths
from contribkit.memory import collector_paused
from contribkit.parquet import is_parquet, read_groups, read_small
from contribkit.period import Period
from contribkit.privacy import with_private_threads
from contribkit.tables import (
    ACTS,
    CONTRIBUTIONS,
    NEED_KINDS,
    NEEDS,
    REFERENCES,
    THREADS,
    TIME,
    combine,
    conform,
    is_day,
    plain_cells,
    records,
)
from contribkit.vocabulary import Kind

_LARGEST = 2**63 - 1
_MOST_HOURS = 100_000
_KINDS = frozenset(Kind)
_ACTS = {str(kind): kind.act for kind in Kind}
_OF_AUTHORS = (Kind.PULL_REQUEST, Kind.ISSUE, Kind.DISCUSSION, Kind.RELEASE)
# What an address holds where it is that of a thread of a kind.
_PAGES = {
    "/pull/": "pull_request", "/merge_requests/": "pull_request", "/+/": "pull_request",
    "/discussions/": "discussion", "/t/": "discussion", "/issues/": "issue",
}  # fmt: skip
_ALIKE = ["ref", "actor", "url", "actor_role"]  # what all acts of a row have alike
_USUAL = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:$|[T ])")
# What an id is compared with, or tells.
_STATED = {"stated_lead", "stated_upstream", "stated_activity"}
_TOLD = {"id", "ref", "kind", "actor", "repo", "number", "source", "labels"} | _STATED
# By column type: what JSON holds, in Python and in words.
_TYPES: dict[str, tuple[set[type], str]] = {
    "str": ({str}, "text"), "list": ({list}, "a list"), "Int64": ({int}, "a whole number"),
    "Float64": ({int, float}, "a number"), "boolean": ({bool}, "true or false"), TIME: ({str}, "a date"),
}  # fmt: skip
_ROWS = 50  # of JSON lines that are checked together: as many as are at hand in the cache of a processor

Row = dict[str, Any]


class Settings(Table):
    """``[sources.records]``: files, or patterns of files, relative to contribkit.toml."""

    contributions: list[str] = []
    references: list[str] = []
    needs: list[str] = []


@collector_paused()
def check(organisation: Organisation) -> None:
    """Read every line, without keeping any, so that a broken one is known before any work starts."""
    for name in _CHECKS:
        for path in _paths(organisation, name):
            for _ in _tables(path, name, None) if is_parquet(path) else _groups(path, name, None):
                pass


@collector_paused()
def load(organisation: Organisation, period: Period | None) -> Loaded:
    """Read contributions and references; the whole files, since earlier periods are wanted too."""
    answer, timezone = Loaded(), organisation.timezone
    answer.threads, answer.acts = unfold(_table(organisation, "contributions", answer.broken), timezone)
    answer.references = conform(_table(organisation, "references", answer.broken), REFERENCES, timezone)
    return answer


def load_needs(organisation: Organisation) -> Loaded:
    """Read what waits upstream, as somebody wrote it down: in the columns of `NEEDS`."""
    answer = Loaded()
    answer.needs = conform(_table(organisation, "needs", answer.broken), NEEDS, organisation.timezone)
    return answer


def diagnose(organisation: Organisation) -> list[Finding]:
    """Report every line that is wrong, and rows that are in no period."""
    return file_findings("sources.records", load(organisation, None))


def has_references(organisation: Organisation) -> bool:
    """Return whether any references are configured."""
    return bool(_settings(organisation).references)


def _settings(organisation: Organisation) -> Settings:
    return validate_settings(Settings, "records", organisation.sources["records"])


def _paths(organisation: Organisation, name: str) -> list[Path]:
    return matching_paths(organisation, "records", getattr(_settings(organisation), name))


def _table(organisation: Organisation, name: str, broken: list[str] | None) -> pd.DataFrame:
    """Return all rows of a setting as a table of its schema, but times as text: a day stays a day."""
    schema = _with_texts(_CHECKS[name][0])
    tables = (table for path in _paths(organisation, name) for table in _tables(path, name, broken))
    return combine([*map(_written, tables)], schema)


def _written(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table with the times of Parquet written as in JSON lines, of which another file may be."""
    times = [str(name) for name in table if table[name].dtype == TIME]
    return table.assign(**{name: pd.Series(plain_cells(table[name]), table.index, dtype="str") for name in times})


def _with_texts(schema: dict[str, str]) -> dict[str, str]:
    return {column: "str" if kind == TIME else kind for column, kind in schema.items()}


def read_tables(
    contributions: Path, references: Iterable[Path], timezone: str, broken: list[str] | None = None
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the contributions and references of files as tables of their schemas; errors as for `read_jsonl`."""
    table = combine([*read_tables_of(contributions, "contributions", timezone, broken)], CONTRIBUTIONS)
    found = [part for path in references for part in read_tables_of(path, "references", timezone, broken)]
    return with_private_threads(table), combine(found, REFERENCES)


def contribution_table(rows: list[dict[str, Any]], timezone: str) -> pd.DataFrame:
    """Return rows as a table of the schema `CONTRIBUTIONS`; a thread that one row calls private is private for all."""
    return with_private_threads(conform(pd.DataFrame(rows), CONTRIBUTIONS, timezone))


def read_records(path: Path, name: str, broken: list[str] | None = None) -> Iterator[Row]:
    """Yield the rows of a file, checked, with what their ids tell; `name` is a setting; errors as for `read_jsonl`."""
    groups = map(records, _tables(path, name, broken)) if is_parquet(path) else _groups(path, name, broken)
    return chain.from_iterable(groups)


def read_tables_of(path: Path, name: str, timezone: str, broken: list[str] | None = None) -> Iterator[pd.DataFrame]:
    """Yield a file as tables of its schema, a group of rows each, as `read_records` reads it."""
    for table in _tables(path, name, broken):
        yield conform(table, _CHECKS[name][0], timezone)


def _tables(path: Path, name: str, broken: list[str] | None) -> Iterator[pd.DataFrame]:
    """Yield the groups of rows of a file as tables, checked; the times of JSON lines are text, as they were written."""
    schema, needed, _ = _CHECKS[name]
    if not is_parquet(path):
        columns: dict[str, list[Any]] = {column: [] for column in schema}
        for rows in _groups(path, name, broken):
            for column, cells in columns.items():
                cells += [row.get(column) for row in rows]
        yield conform(pd.DataFrame(columns), _with_texts(schema))
        return
    groups, first = read_groups(path, schema, needed[0], "UTC"), 1
    while True:
        try:
            table = next(groups, None)
        except ContribkitError as error:
            _report_file(error, broken)
            return
        if table is None:
            return
        yield _checked(table, path, first, name, broken)
        first += len(table)


def _groups(path: Path, name: str, broken: list[str] | None) -> Iterator[list[Row]]:
    """Yield the rows of JSON lines, checked, some at once."""
    lines, schema = parse_lines(path), _CHECKS[name][0]
    while found := [*islice(lines, _ROWS)]:
        rows = [row for _, row in found if isinstance(row, dict)]
        known = set().union(*rows)
        columns = {column: [row.get(column) for row in rows] for column in schema if column in known}
        yield [row for _, row in _right(found, _are_right(columns, name), path, name, broken)]


def _are_right(columns: dict[str, list[Any]], name: str) -> bool:
    """Return whether the types of all cells are right: a column at once takes a fraction of what a row does."""
    with suppress(ValueError):
        _check_cells(columns, name)
        return True
    return False


def _right(
    rows: Iterable[tuple[int, Row | str]], types_are: bool, path: Path, name: str, broken: list[str] | None
) -> list[tuple[int, Row]]:
    """Return the rows that are right, with what their ids tell; a sentence in the place of a row is what is wrong.

    Types are checked row by row only where it is not known that they are right.
    """
    right = []
    for number, row in rows:
        try:
            if isinstance(row, str):
                raise ValueError(row)
            if not types_are:
                _check_cells({column: [cell] for column, cell in row.items()}, name)
            for column, value in _CHECKS[name][2](row).items():
                if row.get(column) is None:
                    row[column] = value
            right.append((number, row))
        except ValueError as error:
            report_problem(f"{path}:{number}: {error}", broken)
    return right


def read_tables_of_all(
    paths: Sequence[Path], name: str, timezone: str, broken: list[str] | None = None
) -> Iterator[pd.DataFrame]:
    """Yield small files as `read_tables_of` does, but as one table where nothing is wrong with any of them."""
    table = _together(paths, name, timezone) if len(paths) > 1 and all(map(is_parquet, paths)) else None
    if table is not None:
        yield table
        return
    for path in paths:
        yield from read_tables_of(path, name, timezone, broken)


def _together(paths: Sequence[Path], name: str, timezone: str) -> pd.DataFrame | None:
    schema, needed, _ = _CHECKS[name]
    with suppress(ContribkitError):  # what is wrong is told when they are read one by one
        return _checked(read_small(paths, schema, needed[0], timezone), paths[0], 1, name, None)
    return None


def _checked(table: pd.DataFrame, path: Path, first: int, name: str, broken: list[str] | None) -> pd.DataFrame:
    """Return the rows of a table that are right, with what their ids tell; only what an id may tell becomes rows."""
    schema = _CHECKS[name][0]
    columns = {c: plain_cells(table[c]) for c, kind in schema.items() if c in _TOLD or kind != "str"}
    are_right = _are_right(columns, name)
    places = np.flatnonzero(~_is_complete(table, name)).tolist() if are_right else range(len(table))
    rows = ((first + place, {c: cells[place] for c, cells in columns.items()}) for place in places)
    right = dict(_right(rows, are_right, path, name, broken))
    incomplete = [c for c, cells in columns.items() if c in _TOLD and None in cells]
    for number, row in right.items():
        for c in incomplete:
            columns[c][number - first] = row[c]
    told = pd.DataFrame({c: columns[c] for c in incomplete}, table.index)
    table = table.assign(**dict(conform(told, {c: schema[c] for c in incomplete}, fill_refs=False)))
    wrong = [place for place in places if first + place not in right]
    return table.drop(index=table.index[wrong]).reset_index(drop=True) if wrong else table


def _is_complete(table: pd.DataFrame, name: str) -> Any:
    """Return for each row of a table whether its columns say all that its id tells, and nothing else."""
    if name != "contributions":
        return np.full(len(table), name == "references")
    refs = table["repo"] + "#" + table["number"].astype("str")
    ids = refs + "@" + table["actor"] + ":" + table["kind"]
    is_same = (table["ref"] == refs) & (table["id"] == ids) & table["kind"].isin(_KINDS)
    return (is_same & ~table["source"].fillna("").str.contains("activity_log", regex=False)).to_numpy(dtype=bool)


def _report_file(error: ContribkitError, broken: list[str] | None) -> None:
    """Note a file of which nothing can be read where it may be skipped, else raise it."""
    if broken is None:
        raise ContribkitError(f"{error}, or take the rest with --keep-going") from error
    broken.append(str(error))


def _of_contribution(row: dict[str, Any]) -> dict[str, Any]:
    """Return what the id of a contribution says; a `ValueError` where other columns say something else."""
    ref, login, kind = parse_contribution_id(row["id"])
    if kind not in _KINDS:
        raise ValueError(f'unknown kind "{kind}"; {nearest(kind, [str(k) for k in Kind])}')
    for name, value in (("ref", ref), ("actor", login), ("kind", kind)):
        if row.get(name) not in (None, value) and casefold_id(row[name]) != casefold_id(value):
            raise ValueError(f'"{name}" is "{row[name]}", but the id says "{value}"')
    if ((number := number_of(ref)) or 0) > _LARGEST:
        raise ValueError(f'invalid thread "{ref}"')
    stated = {}
    if "activity_log" in (row.get("source") or ""):  # files of earlier versions carried what it states as labels
        words = [label.partition(": ") for label in row.get("labels") or []]
        known = ("lead", "upstream", "activity")
        stated = {f"stated_{name}": word for name, _, word in words if name in known and word}
    place = place_of(ref) if row.get("repo") is None else None
    return stated | {"ref": ref, "kind": kind, "actor": login, "repo": place, "number": number}


def _of_need(row: dict[str, Any]) -> dict[str, Any]:
    if (kind := row["kind"]) not in NEED_KINDS:
        raise ValueError(f'unknown kind of need "{kind}"; {nearest(kind, list(NEED_KINDS))}')
    return {"repo": place_of(row["ref"]), "number": number_of(row["ref"]), "source": "records"}


# By setting: the schema of a row, the columns that it needs, and what they imply.
_CHECKS: dict[str, tuple[dict[str, str], tuple[str, ...], Callable[[dict[str, Any]], dict[str, Any]]]] = {
    "contributions": (CONTRIBUTIONS, ("id",), _of_contribution),
    "references": (REFERENCES, ("ref",), lambda row: {}),
    "needs": (NEEDS, ("ref", "kind"), _of_need),
}


def _check_cells(columns: dict[str, list[Any]], name: str) -> None:
    """Raise a `ValueError` that says what is wrong with a cell, which need not be the first."""
    schema, needed, _ = _CHECKS[name]
    for column in needed:
        if {*map(type, columns.get(column, [None]))} != {str} or not all(columns[column]):
            raise ValueError(f'"{column}" is missing or not text')
    for column, cells in columns.items():
        if kind := schema.get(column):
            known, words = _TYPES[kind]
            found = [cell for cell in cells if cell is not None]
            if wrong := {*map(type, found)} - known:
                cell = next(cell for cell in found if type(cell) in wrong)
                raise ValueError(f'"{column}" is {reprlib.repr(cell)}, not {words}')
            _check_values(column, kind, found)


def _check_values(name: str, kind: str, cells: list[Any]) -> None:
    if kind == TIME:
        for text in set(cells):
            _check_date(name, text)
    if kind == "Int64" and cells and not 0 <= min(cells) <= max(cells) <= _LARGEST:
        raise ValueError(f'"{name}" is {"less than 0" if min(cells) < 0 else "too large"}')
    if name == "hours" and (cell := next((cell for cell in cells if not 0 <= cell <= _MOST_HOURS), None)) is not None:
        raise ValueError(f'"hours" is {cell!r}, not between 0 and {_MOST_HOURS}')
    items = dict if name == "links_in" else str
    if kind == "list" and {*map(type, chain.from_iterable(cells))} - {items}:
        raise ValueError(f'"{name}" must hold {"objects" if items is dict else "texts"} only')


def _check_date(name: str, value: str) -> None:
    with suppress(ValueError):
        # Alone it takes 20260701 and 2026-W27 too; and a time must be one in every zone.
        if _USUAL.match(value) and 1 < datetime.fromisoformat(value).year < 9999:
            return
    raise ValueError(f'"{name}" is "{value}", not a date like 2026-07-01 or 2026-07-01T12:00:00Z')


def unfold(rows: pd.DataFrame, timezone: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return threads and acts that fold into these contributions again; days are those of the time zone.

    `rows` are of the schema `CONTRIBUTIONS`, but their times are text.
    """
    who = [plain_cells(rows[name]) for name in ("kind", "actor", "author")]
    authors = [author or (actor if kind in _OF_AUTHORS else None) for kind, actor, author in zip(*who, strict=True)]
    others = [casefold_id(actor) != casefold_id(author or "") for actor, author in zip(who[1], authors, strict=True)]
    # The author's own row says most about a thread, so it comes first.
    order = np.argsort(np.array(others, dtype=bool), kind="stable")
    rows = rows.assign(author=pd.Series(authors, rows.index, dtype="str")).iloc[order].reset_index(drop=True)
    is_merged = rows["state"].isna() & (rows["kind"] == Kind.PULL_REQUEST) & rows["merged_at"].notna()
    state = rows["state"].mask(is_merged, "merged")
    kinds = map(_kind_of_thread, plain_cells(rows["kind"]), plain_cells(rows["url"]))
    threads = rows.assign(
        kind=pd.Series([*kinds], dtype="str"), state=state, merged_at=rows["merged_at"].where(state == "merged")
    )
    return conform(threads, THREADS, timezone), conform(_acts(rows), ACTS, timezone)


def _kind_of_thread(kind: str, url: str | None) -> str | None:
    if kind not in (Kind.REVIEW, Kind.COMMENT, Kind.TRIAGE):
        return kind
    # That of the thread itself is in its address.
    fallback = "pull_request" if kind == Kind.REVIEW else None
    return next((thread for place, thread in _PAGES.items() if place in (url or "")), fallback)


def _acts(rows: pd.DataFrame) -> pd.DataFrame:
    times = [plain_cells(rows[name]) for name in ("kind", "happened_at", "last_at", "opened_at", "merged_at", "acts")]
    of_rows = [*map(_moments, *times)]
    places = np.repeat(np.arange(len(rows)), np.array([len(moments) for moments in of_rows], dtype=int))
    acts = pd.DataFrame([*chain.from_iterable(of_rows)], columns=["act", "at", "count", "is_first"])
    words = pd.Series(["\n\n".join(remarks) or None for remarks in rows["remarks"]], dtype="str")
    alike = rows[[*_ALIKE, "hours"]].assign(text=words).iloc[places].reset_index(drop=True)
    for column in ("text", "hours"):
        alike[column] = alike[column].where(acts["is_first"])
    return alike.assign(**acts[["act", "at", "count"]], whole_day=is_day(acts["at"].astype("str")), source="records")


def _moments(
    kind: str, first: str | None, last: str | None, opened: str | None, merged: str | None, acts: int | None
) -> list[tuple[str, str | None, int, bool]]:
    """Return the acts of a row: what, when, how many, and whether what they say and took is of this one.

    They are as many as the row has different dates, and the count is on the first.
    """
    act = _ACTS[kind]
    if first and last in (None, first) and not (opened or merged):  # as most rows are
        return [(act, first, acts or 1, True)]
    later = "commented" if act == "opened" else act
    named = (("opened", opened), ("merged", merged)) if act == "opened" else ()
    moments: list[tuple[str, str | None]] = [(name, time) for name, time in named if time] or [(act, first or last)]
    for moment in filter(None, (first, last)):
        # A time is known already as it is, and a day by a time on it.
        if not any(at == moment or (len(moment) == 10 and str(at).startswith(moment)) for _, at in moments):
            moments.append((later, moment))
    # Times of one form, or days: what sorts as text; "~" comes behind every time of a day.
    inside = [moment for moment in moments if not first or (first <= (moment[1] or first) <= (last or first) + "~")]
    start = inside[0] if inside else moments[0]
    more = max(0, (acts or 1) - len(inside))
    return [(*moment, 1 + more if moment == start else 1, moment == start) for moment in moments]
