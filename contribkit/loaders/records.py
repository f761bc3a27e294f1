"""The `records` source: JSON lines of contributions and references, in the columns of their tables."""

import re
import reprlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd

from contribkit.config.models import Table
from contribkit.config.organisation import Organisation
from contribkit.config.toml import validate_settings
from contribkit.errors import ContribkitError, nearest
from contribkit.ids import casefold_id, number_of, parse_contribution_id, place_of
from contribkit.io import read_jsonl, report_problem
from contribkit.loaders.source import Finding, Loaded, file_findings, matching_paths
from contribkit.parquet import is_parquet, read_groups, read_parquet, read_small
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
    conform,
    is_day,
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
_OF_THREAD = ["author", "kind", "state", "merged_at"]
_ALIKE = ("ref", "actor", "url", "actor_role")  # what all acts of a row have alike
_OF_ACT = [*_ALIKE, "act", "at", "count", "text", "hours"]
_USUAL = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:$|[T ])")
_TOLD = frozenset(
    {"id", "ref", "kind", "actor", "repo", "source", "labels", "stated_lead", "stated_upstream", "stated_activity"}
)
# By column type: what JSON holds, in Python and in words.
_TYPES: dict[str, tuple[type | tuple[type, ...], str]] = {
    "str": (str, "text"), "list": (list, "a list"), "Int64": (int, "a whole number"),
    "Float64": ((int, float), "a number"), "boolean": (bool, "true or false"), TIME: (str, "a date"),
}  # fmt: skip


class Settings(Table):
    """``[sources.records]``: files, or patterns of files, relative to contribkit.toml."""

    contributions: list[str] = []
    references: list[str] = []
    needs: list[str] = []


def check(organisation: Organisation) -> None:
    """Read every line, without making tables of them, so that a broken one is known before any work starts."""
    for name in _CHECKS:
        for _ in _rows(organisation, name, None):
            pass


def load(organisation: Organisation, period: Period | None) -> Loaded:
    """Read contributions and references; the whole files, since earlier periods are wanted too."""
    answer, timezone = Loaded(), organisation.timezone
    answer.threads, answer.acts = unfold(_rows(organisation, "contributions", answer.broken), timezone)
    answer.references = conform(pd.DataFrame(_rows(organisation, "references", answer.broken)), REFERENCES, timezone)
    return answer


def load_needs(organisation: Organisation) -> Loaded:
    """Read what waits upstream, as somebody wrote it down: JSON lines in the columns of `NEEDS`."""
    answer = Loaded()
    answer.needs = conform(pd.DataFrame(_rows(organisation, "needs", answer.broken)), NEEDS, organisation.timezone)
    return answer


def diagnose(organisation: Organisation) -> list[Finding]:
    """Report every line that is wrong, and rows that are in no period."""
    return file_findings("sources.records", load(organisation, None))


def has_references(organisation: Organisation) -> bool:
    """Return whether any references are configured."""
    return bool(_settings(organisation).references)


def _settings(organisation: Organisation) -> Settings:
    return validate_settings(Settings, "records", organisation.sources["records"])


def _rows(organisation: Organisation, name: str, broken: list[str] | None) -> Iterator[dict[str, Any]]:
    for path in matching_paths(organisation, "records", getattr(_settings(organisation), name)):
        yield from read_records(path, name, broken)


def read_tables(
    contributions: Path, references: Iterable[Path], timezone: str, broken: list[str] | None = None
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the contributions and references of files as tables of their schemas; errors as for `read_jsonl`."""
    table = contribution_table(list(read_records(contributions, "contributions", broken)), timezone)
    found = [row for path in references for row in read_records(path, "references", broken)]
    return table, conform(pd.DataFrame(found), REFERENCES, timezone)


def contribution_table(rows: list[dict[str, Any]], timezone: str) -> pd.DataFrame:
    """Return rows as a table of the schema `CONTRIBUTIONS`; a thread that one row calls private is private for all."""
    return with_private_threads(conform(pd.DataFrame(rows), CONTRIBUTIONS, timezone))


def read_records(path: Path, name: str, broken: list[str] | None = None) -> Iterator[dict[str, Any]]:
    """Yield the rows of a file, checked, with what their ids tell; `name` is a setting; errors as for `read_jsonl`."""
    for line, row in _lines(path, name, broken):
        try:
            yield _completed(row, name)
        except ValueError as error:
            report_problem(f"{path}:{line}: {error}", broken)


def _completed(row: dict[str, Any], name: str) -> dict[str, Any]:
    """Complete a row with what its id tells, and return it; a `ValueError` says what is wrong with it."""
    schema, needed, implied = _CHECKS[name]
    for column in needed:
        if not isinstance(row.get(column), str) or not row[column]:
            raise ValueError(f'"{column}" is missing or not text')
    _check_types(row, schema)
    for column, value in implied(row).items():
        if row.get(column) is None:
            row[column] = value
    return row


def read_tables_of(path: Path, name: str, timezone: str, broken: list[str] | None = None) -> Iterator[pd.DataFrame]:
    """Yield a file as tables of its schema, as `read_records` reads it: Parquet by its groups of rows."""
    schema, needed, _ = _CHECKS[name]
    if not is_parquet(path):
        yield conform(pd.DataFrame(read_records(path, name, broken)), schema, timezone)
        return
    groups, first = read_groups(path, schema, needed[0], timezone), 1
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
    """Return the rows of a table that are right, with what their ids tell; only what is checked becomes dicts."""
    schema = _CHECKS[name][0]
    checked = [column for column, kind in schema.items() if column in _TOLD or kind in ("Int64", "Float64")]
    rows = []
    for place, row in enumerate(records(table[checked])):
        try:
            rows.append((place, _completed(row, name)))
        except ValueError as error:
            report_problem(f"{path}:{first + place}: {error}", broken)
    table = table.iloc[[place for place, _ in rows]].reset_index(drop=True)
    told = pd.DataFrame([row for _, row in rows], columns=checked)
    return table.assign(**dict(conform(told, {column: schema[column] for column in checked})))


def _lines(path: Path, name: str, broken: list[str] | None) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield the number of each line or row of a file, and what it holds."""
    if not is_parquet(path):
        yield from read_jsonl(path, broken)
        return
    schema, needed, _ = _CHECKS[name]
    try:
        yield from enumerate(records(read_parquet(path, schema, needed[0])), start=1)
    except ContribkitError as error:
        _report_file(error, broken)


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


def _check_types(row: dict[str, Any], schema: dict[str, str]) -> None:
    for name, value in row.items():
        kind = schema.get(name)
        if value is None or kind is None or (kind == "str" and isinstance(value, str)):
            continue
        if value == [] and kind == "list":  # most lists are empty
            continue
        known, words = _TYPES[kind]
        if not isinstance(value, known) or (isinstance(value, bool) and kind != "boolean"):
            raise ValueError(f'"{name}" is {reprlib.repr(value)}, not {words}')
        if kind == TIME:
            _check_date(name, str(value))
        if kind == "Int64" and isinstance(value, int) and not 0 <= value <= _LARGEST:
            raise ValueError(f'"{name}" is {"less than 0" if value < 0 else "too large"}')
        if name == "hours" and not 0 <= float(str(value)) <= _MOST_HOURS:
            raise ValueError(f'"hours" is {value!r}, not between 0 and {_MOST_HOURS}')
        items = dict if name == "links_in" else str
        if isinstance(value, list) and not all(isinstance(item, items) for item in value):
            raise ValueError(f'"{name}" must hold {"objects" if items is dict else "texts"} only')


def _check_date(name: str, value: str) -> None:
    with suppress(ValueError):
        # Alone it takes 20260701 and 2026-W27 too; and a time must be one in every zone.
        if _USUAL.match(value) and 1 < datetime.fromisoformat(value).year < 9999:
            return
    raise ValueError(f'"{name}" is "{value}", not a date like 2026-07-01 or 2026-07-01T12:00:00Z')


def unfold(rows: Iterable[dict[str, Any]], timezone: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return threads and acts that fold into these contributions again; days are those of the time zone."""
    # The author's own row says most about a thread, so it comes first.
    ordered = sorted(rows, key=lambda row: casefold_id(row["actor"]) != casefold_id(_author(row) or ""))
    # A list a column takes a fraction of what a dict a row does.
    known = pd.DataFrame({name: [row.get(name) for row in ordered] for name in THREADS})
    threads = known.assign(**pd.DataFrame(map(_thread, ordered), columns=_OF_THREAD))
    acts = pd.DataFrame([act for row in ordered for act in _acts(row)], columns=_OF_ACT).assign(source="records")
    acts["whole_day"] = is_day(acts["at"].astype("str"))
    return conform(threads, THREADS, timezone), conform(acts, ACTS, timezone)


def _author(row: dict[str, Any]) -> str | None:
    return row.get("author") or (row["actor"] if row["kind"] in _OF_AUTHORS else None)


def _thread(row: dict[str, Any]) -> tuple[str | None, ...]:
    """Return what a row tells of its thread in other words than a thread has: the columns `_OF_THREAD`."""
    kind: str | None = row["kind"]
    if kind in (Kind.REVIEW, Kind.COMMENT, Kind.TRIAGE):  # the kind of the thread itself is in its address
        fallback = "pull_request" if kind == Kind.REVIEW else None
        kind = next((thread for place, thread in _PAGES.items() if place in (row.get("url") or "")), fallback)
    state = row.get("state")
    if state is None and row["kind"] == Kind.PULL_REQUEST and row.get("merged_at"):
        state = "merged"
    merged_at = row.get("merged_at") if state == "merged" else None
    return _author(row), kind, state, merged_at


def _acts(row: dict[str, Any]) -> Iterator[tuple[Any, ...]]:
    """Yield the acts of a row, in the columns `_OF_ACT`: as many as it has different dates, the count on the first."""
    first, last = row.get("happened_at"), row.get("last_at")
    act = _ACTS[row["kind"]]
    later = "commented" if act == "opened" else act
    named = (("opened", "opened_at"), ("merged", "merged_at")) if act == "opened" else ()
    moments: dict[tuple[str, Any], int] = {(name, row[time]): 1 for name, time in named if row.get(time)}
    if not moments:
        moments[act, first or last] = 1
    for moment in filter(None, (first, last)):
        # A time is known already as it is, and a day by a time on it.
        if not any(at == moment or (len(moment) == 10 and str(at).startswith(moment)) for _, at in moments):
            moments[later, moment] = 1
    # Times of one form, or days: what sorts as text; "~" comes behind every time of a day.
    inside = [moment for moment in moments if not first or (first <= (moment[1] or first) <= (last or first) + "~")]
    start = inside[0] if inside else next(iter(moments))
    moments[start] += max(0, (row.get("acts") or 1) - len(inside))
    common, words = tuple(map(row.get, _ALIKE)), ("\n\n".join(row.get("remarks") or []) or None, row.get("hours"))
    for moment, count in moments.items():
        yield *common, *moment, count, *(words if moment == start else (None, None))
