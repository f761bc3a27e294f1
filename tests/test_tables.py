"""The tables: types that hold, days in a time zone, and cells as JSON knows them."""

import json
from typing import Any

import numpy as np
import pandas as pd
import pytest

from contribkit import Organisation, Period, classify, load
from contribkit.errors import ContribkitError
from contribkit.tables import (
    ACTS,
    CONTRIBUTIONS,
    JUDGED,
    REASONS,
    REFERENCES,
    THREADS,
    Judged,
    combine,
    conform,
    empty,
    grouped,
    is_day,
    is_true,
    moments,
    plain,
    records,
    rows_of,
)

SCHEMAS = [THREADS, ACTS, REFERENCES, CONTRIBUTIONS, JUDGED, REASONS]


def table(**columns: list) -> pd.DataFrame:
    return conform(pd.DataFrame(columns), THREADS)


@pytest.mark.parametrize("schema", SCHEMAS)
def test_an_empty_table_has_every_column_with_its_type(schema: dict[str, str]) -> None:
    frame = empty(schema)
    assert list(frame) == list(schema)
    assert len(frame) == 0
    for name, kind in schema.items():
        assert str(frame[name].dtype) == ("object" if kind == "list" else kind)


@pytest.mark.parametrize("schema", SCHEMAS)
def test_a_table_conforms_to_its_schema_already(schema: dict[str, str]) -> None:
    once = conform(pd.DataFrame({"ref": ["o/r#1", None], "lead": [None, "upstream"]}), schema)
    pd.testing.assert_frame_equal(conform(once, schema), once)


def test_columns_that_lack_are_null_and_further_ones_go() -> None:
    frame = conform(pd.DataFrame({"ref": ["o/r#1"], "colour": ["red"]}, index=[7]), THREADS)
    assert list(frame) == list(THREADS)
    assert list(frame.index) == [7]
    assert all(frame[name].isna().all() for name, kind in THREADS.items() if kind != "list" and name != "ref")
    assert frame.loc[7, "labels"] == []


def test_empty_lists_are_not_one_list_that_rows_share() -> None:
    frame = conform(pd.DataFrame(index=[0, 1]), THREADS)
    frame.loc[0, "labels"].append("bug")
    assert frame.loc[1, "labels"] == []


def test_lists_come_from_lists_tuples_arrays_and_nothing() -> None:
    frame = table(labels=[["a"], ("b",), np.array(["c"]), None, float("nan"), pd.NA])
    assert frame["labels"].tolist() == [["a"], ["b"], ["c"], [], [], []]


@pytest.mark.parametrize(
    ("column", "values", "said"),
    [
        ("labels", ["bug"], "'bug' is not a list"),
        ("title", ["a", 3], "3 is not text"),
        ("number", [1.5], ""),
        ("number", ["one"], ""),
        ("opened_at", ["yesterday"], "yesterday"),
        ("opened_at", ["2026-02-30"], "day is out of range"),
        ("private", ["perhaps"], ""),
    ],
)
def test_a_value_that_does_not_fit_is_named_with_its_column(column: str, values: list, said: str) -> None:
    with pytest.raises(ContribkitError, match=f'column "{column}" does not hold') as caught:
        table(**{column: values})
    assert said in str(caught.value)


def test_a_number_too_large_for_its_column_is_named_too() -> None:
    with pytest.raises(ContribkitError, match='column "number"'):
        table(number=[10**30])


@pytest.mark.parametrize(
    ("text", "timezone", "moment"),
    [
        ("2026-07-01", "UTC", "2026-07-01T00:00:00Z"),
        ("2026-07-01", "Europe/Berlin", "2026-06-30T22:00:00Z"),
        ("2026-01-01", "Europe/Berlin", "2025-12-31T23:00:00Z"),
        ("2026-07-01", "America/Los_Angeles", "2026-07-01T07:00:00Z"),
        ("2018-11-04", "America/Sao_Paulo", "2018-11-04T03:00:00Z"),  # that day has no midnight
        ("2025-11-02", "America/Havana", "2025-11-02T04:00:00Z"),  # that day has two: the first counts
        ("2026-07-01T12:00:00Z", "Europe/Berlin", "2026-07-01T12:00:00Z"),  # a time with its zone needs no other
        ("2026-07-01T12:00:00+02:00", "America/Los_Angeles", "2026-07-01T10:00:00Z"),
        ("2026-07-01T12:00:00.123456Z", "UTC", "2026-07-01T12:00:00.123456Z"),
        (None, "Europe/Berlin", None),
    ],
)
def test_a_day_begins_where_the_organisation_is(text: str | None, timezone: str, moment: str | None) -> None:
    # Beside a row of the other sort, since a column holds both.
    times = moments(pd.Series([text, "2026-08-01", "2026-08-01T00:00:00Z"], dtype=object), timezone)
    assert plain(times[0]) == moment
    assert str(times.dtype) == "datetime64[us, UTC]"


def test_only_a_day_is_a_day() -> None:
    texts = pd.Series(["2026-07-01", "2026-07-01T00:00:00Z", "2026-07", "20260701", None], dtype="str")
    assert is_day(texts).tolist() == [True, False, False, False, False]


def test_times_in_another_zone_become_utc() -> None:
    local = pd.Series(pd.to_datetime(["2026-07-01 00:00"])).dt.tz_localize("Asia/Tokyo")
    assert plain(table(opened_at=local)["opened_at"][0]) == "2026-06-30T15:00:00Z"


def test_tables_are_put_one_below_the_other() -> None:
    one, other = table(ref=["a#1"]), table(ref=["b#2", "b#3"])
    assert combine([one, empty(THREADS), other], THREADS)["ref"].tolist() == ["a#1", "b#2", "b#3"]
    assert combine([one, other], THREADS).index.tolist() == [0, 1, 2]
    pd.testing.assert_frame_equal(combine([], THREADS), empty(THREADS))


@pytest.mark.parametrize(
    ("value", "wanted"),
    [
        (None, None), (pd.NA, None), (pd.NaT, None), (float("nan"), None), (np.float64("nan"), None),
        (np.int64(3), 3), (np.bool_(True), True), (0, 0), (False, False), ("", ""), ([], []), ([None], [None]),
        ({"a": 1}, {"a": 1}), (pd.Timestamp("2026-07-01T12:00:00.5+02:00"), "2026-07-01T12:00:00.500000+02:00"),
    ],
)  # fmt: skip
def test_a_cell_is_as_json_knows_it(value: object, wanted: object) -> None:
    assert plain(value) == wanted
    assert type(plain(value)) is type(wanted)
    json.dumps(plain(value))


@pytest.mark.parametrize("schema", SCHEMAS)
def test_records_keep_every_row_column_and_order_and_read_back(schema: dict[str, str]) -> None:
    samples = {
        "str": "é", "Int64": 3, "Float64": 0.5, "boolean": False, "list": ["x"],
        "datetime64[us, UTC]": "2026-07-01T12:00:00Z",
    }  # fmt: skip
    full = {name: {"id": "o/r#1@ada:issue", "ref": "o/r#1"}.get(name, samples[kind]) for name, kind in schema.items()}
    nothing: dict[str, Any] = {name: [] if kind == "list" else None for name, kind in schema.items()}
    frame = conform(pd.DataFrame([full, nothing, full]), schema)
    assert json.loads(json.dumps(records(frame))) == [full, nothing, full]
    pd.testing.assert_frame_equal(conform(pd.DataFrame(records(frame)), schema), frame)


def test_only_a_cell_that_is_true_is_true() -> None:
    cells = (True, np.True_, False, np.False_, None, pd.NA, float("nan"))
    assert [is_true(cell) for cell in cells] == [True, True, False, False, False, False, False]


def test_values_are_grouped_in_the_order_of_their_keys() -> None:
    assert list(grouped("bab", [1, 2, 3]).items()) == [("b", [1, 3]), ("a", [2])]


def test_no_rows_are_no_records() -> None:
    assert records(empty(THREADS)) == rows_of(empty(THREADS)) == []


def test_the_tables_have_the_columns_of_the_design() -> None:
    wanted = {
        "id", "ref", "kind", "repo", "number", "url", "actor", "author", "author_association", "happened_at", "last_at",
        "acts", "state", "labels", "files", "links_out", "links_in", "title", "body", "remarks", "participants",
        "additions", "deletions", "hours", "private", "source",
    }  # fmt: skip
    assert wanted <= set(CONTRIBUTIONS)
    assert {"ref", "actor", "act", "at", "state", "text", "hours", "url", "source"} <= set(ACTS)
    assert list(JUDGED) == [
        "lead", "confidence", "decided_by", "activity", "stakeholder", "initiative", "goal",
    ]  # fmt: skip
    assert list(REFERENCES) == [
        "ref", "source", "kind", "id", "url", "date", "by", "by_is_bot", "title", "labels", "text", "context",
        "private", "direction", "milestone", "form", "parents",
    ]  # fmt: skip
    threads = {
        "ref", "kind", "repo", "number", "url", "title", "body", "author", "author_association", "author_is_bot",
        "labels", "files", "additions", "deletions", "state", "opened_at", "merged_at", "closed_at", "merged_by",
        "participants", "first_response_at", "links_out", "private", "source",
    }  # fmt: skip
    assert threads <= set(THREADS)


LINK = {"ref": "our/plans#1", "title": "Quotas", "labels": ["a", "b"]}


def test_a_contribution_names_its_thread_from_its_id_where_it_does_not_say() -> None:
    rows = conform(
        pd.DataFrame({"id": ["o/r@pkg@1.2@ada:release", "O/R#1@ada:issue"], "ref": [None, "o/r#1"]}), CONTRIBUTIONS
    )
    assert rows["ref"].tolist() == ["o/r@pkg@1.2", "o/r#1"]


def test_an_id_without_a_thread_is_an_error_that_names_it() -> None:
    with pytest.raises(ContribkitError, match="nobody"):
        conform(pd.DataFrame({"id": ["nobody"]}), CONTRIBUTIONS)


def test_lists_inside_lists_come_back_from_parquet_as_lists() -> None:
    arrays = [np.array([LINK | {"labels": np.array(["a", "b"], dtype=object)}], dtype=object)]
    rows = conform(pd.DataFrame({"id": ["o/r#1@ada:issue"], "links_in": arrays}), CONTRIBUTIONS)
    assert rows["links_in"].tolist() == [[LINK]]


def as_parquet_gives(cell: Any) -> Any:
    """Return a cell as pandas reads it from Parquet: arrays in place of lists, at every depth."""
    if isinstance(cell, dict):
        return {name: as_parquet_gives(value) for name, value in cell.items()}
    if not isinstance(cell, list):
        return cell
    array = np.empty(len(cell), dtype=object)
    array[:] = [as_parquet_gives(item) for item in cell]
    return array


def test_tables_from_parquet_are_judged_as_those_that_were_written() -> None:
    org = Organisation.read_sample()
    data = load(org, Period("2026-Q3", org.timezone))
    for table, schema in ((data.threads, THREADS), (data.acts, ACTS), (data.references, REFERENCES)):
        assert records(conform(table.map(as_parquet_gives), schema)) == records(table)
    links = [[{"ref": "example-collective/infrastructure#1", "labels": ["planned"], "private": None}]]
    rows = data.contributions.assign(links_in=links * len(data.contributions))
    judged = classify(rows, data.references, org)
    other = classify(rows.map(as_parquet_gives), data.references.map(as_parquet_gives), org)
    assert records(other.contributions) == records(judged.contributions)
    assert records(other.reasons) == records(judged.reasons)


def test_judged_contributions_and_their_reasons_are_one_table_in_json_lines_and_back() -> None:
    reason = {"rule": "upkeep", "lead": "upstream", "weight": 1.2, "because": "…", "saw": "", "where": None,
              "private": False}  # fmt: skip
    rows = pd.DataFrame([
        {"id": "o/r#1@ada:issue", "lead": "upstream", "reasons": [reason]}, {"id": "o/r#2@ada:issue", "reasons": []}
    ])  # fmt: skip
    judged = Judged.of(rows, ["a note"])
    assert judged.nested()["reasons"].tolist() == [[reason], []]
    assert list(judged.reasons) == list(REASONS)
    assert judged.notes == ["a note"]
    assert len(judged.where(judged.contributions["id"] == "o/r#2@ada:issue").reasons) == 0


def test_a_day_lies_in_the_time_zone_and_what_is_missing_is_null_or_an_empty_list() -> None:
    table = conform(pd.DataFrame({"ref": ["o/r#1"], "opened_at": ["2026-07-01"]}), THREADS, "Europe/Berlin")
    assert str(table["opened_at"][0]) == "2026-06-30 22:00:00+00:00"
    assert (table["labels"][0], table["title"].isna()[0]) == ([], True)
