"""The `records` source: JSON lines in, the same contributions out."""

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from click.testing import CliRunner

from contribkit.cli import main
from contribkit.config.organisation import Organisation
from contribkit.errors import ContribkitError
from contribkit.fold import fold
from contribkit.ids import parse_contribution_id
from contribkit.io import write_jsonl
from contribkit.loaders import Data, check, load
from contribkit.loaders.records import read_records
from contribkit.parquet import write_parquet
from contribkit.period import Period
from contribkit.tables import CONTRIBUTIONS, conform, records
from tests.helpers.builders import HEAD, SOURCES, TEAM, UPSTREAM, jsonl, organisation

BERLIN = HEAD + 'timezone = "Europe/Berlin"\nown = ["own"]\n' + TEAM + UPSTREAM + SOURCES
ID = "o/r#1@ada:pull_request"
REFERENCE = {"ref": "o/r#1", "source": "own/plans", "kind": "issue", "id": "own/plans#3", "date": "2026-07-01"}

Row = dict[str, Any] | str
Load = Callable[..., Data]


def written(folder: Path, rows: list[Row], references: list[Row], text: str = BERLIN) -> Organisation:
    jsonl(folder / "c.jsonl", *rows)
    jsonl(folder / "r.jsonl", *references)
    return organisation(folder, text)


@pytest.fixture
def loaded(tmp_path: Path) -> Load:
    """Return a function that loads rows, and references to them, from real files."""

    def read(
        *rows: Row, references: list[Row] | None = None, period: str = "2026-Q3", keep_going: bool = False
    ) -> Data:
        org = written(tmp_path, list(rows), references or [])
        return load(org, Period(period, org.timezone), keep_going)

    return read


def everything(data: Data) -> pd.DataFrame:
    """Return what everybody did whenever, with and without a date."""
    members = data.organisation.everybody
    return fold(data.threads, data.acts, None, members, data.organisation.timezone)


# The real set.


OF_THE_ROW = ["kind", "repo", "number", "url", "actor"]
OF_THE_THREAD = ["title", "body", "state", "labels", "files", "links_out", "links_in"]


def real_rows(realset: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (realset / "contributions.jsonl").read_text("utf-8").split("\n") if line]


def test_the_real_set_loads_as_it_is(realset: Path) -> None:
    org = Organisation.read(realset / "contribkit.toml")
    rows = real_rows(realset)
    data = load(org, Period("2022-01-01..2026-12-31", org.timezone))

    def is_member(row: dict[str, Any]) -> bool:
        return not row["happened_at"] or org.is_member_on(row["actor"], date.fromisoformat(row["happened_at"]))

    inside = [row["id"] for row in rows if is_member(row) and org.is_in_scope(row["repo"])]
    assert (len(rows), len(inside)) == (153, 148)
    assert sorted(everything(data)["id"]) == sorted(inside)
    # Two rows are in repositories of no upstream project, three of people after they had left.
    assert list(data.left_out.values()) == [2, 3]
    assert [(source.name, source.status) for source in data.sources] == [("records", "ok")]
    assert data.sources[0].references == 182
    assert len(data.undated()) == 5


def test_the_real_set_keeps_kinds_days_titles_and_lists(realset: Path) -> None:
    org = Organisation.read(realset / "contribkit.toml")
    known = {row["id"]: row for row in real_rows(realset)}
    threads = [parse_contribution_id(identifier)[0] for identifier in known]
    for found in records(everything(load(org, Period("2024-Q1", org.timezone)))):
        row = known[found["id"]]
        # Where two rows word their thread differently, one of them is believed, and lists grow.
        alone = threads.count(parse_contribution_id(row["id"])[0]) == 1
        for column in OF_THE_ROW + OF_THE_THREAD * alone:
            assert found[column] == row[column], (row["id"], column)
        assert found["acts"] == (row["acts"] or 1)
        assert (found["happened_at"] or "")[:10] == (row["happened_at"] or "")


def test_a_real_pull_request_is_in_the_quarter_in_which_it_was_opened(realset: Path) -> None:
    org = Organisation.read(realset / "contribkit.toml")
    data = load(org, Period("2024-Q1", org.timezone))
    assert "jupyterhub/oauthenticator#719@yuvipanda:pull_request" in set(data.contributions["id"])


# What an id alone says.


@pytest.mark.parametrize(
    ("identifier", "repo", "number"),
    [
        ("o/r#1@ada:pull_request", "o/r", 1), ("o/r#1@ada:issue", "o/r", 1), ("o/r#1@ada:discussion", "o/r", 1),
        ("o/r#1@ada:review", "o/r", 1), ("o/r#1@ada:comment", "o/r", 1), ("o/r#1@ada:triage", "o/r", 1),
        ("o/r@pkg@1.0@ada:release", "o/r", None), ("o/new@ada:repository", "o/new", None),
        ("log:1@ada:meeting", None, None), ("log:2@ada:mentoring", None, None), ("log:3@ada:other", None, None),
    ],
)  # fmt: skip
def test_a_row_of_an_id_and_a_day_is_a_contribution(
    loaded: Load, identifier: str, repo: str | None, number: int | None
) -> None:
    (row,) = records(loaded({"id": identifier, "happened_at": "2026-07-08"}).contributions)
    assert (row["id"], row["repo"], row["number"]) == (identifier, repo, number)
    assert row["kind"] == parse_contribution_id(identifier)[2]
    assert row["happened_at"] == row["last_at"] == "2026-07-07T22:00:00Z"
    assert row["acts"] == 1


def test_aliases_and_other_case_become_the_configured_login(loaded: Load) -> None:
    data = loaded(
        {"id": "o/r#1@BOBBY:review", "happened_at": "2026-07-08"},
        {"id": "O/R#1@Bob:review", "happened_at": "2026-07-09"},
    )
    assert [row["id"] for row in records(data.contributions)] == ["o/r#1@bob:review"]
    assert data.contributions["acts"].tolist() == [2]


def test_a_day_is_a_day_of_the_organisation_and_decides_on_the_period(loaded: Load) -> None:
    rows = [
        {"id": f"o/r#{n}@ada:issue", "happened_at": day}
        for n, day in enumerate(("2026-06-30", "2026-07-01", "2026-09-30"))
    ]
    assert loaded(*rows).contributions["number"].tolist() == [1, 2]
    moments = ["2026-06-30T21:59:59Z", "2026-06-30T22:00:00Z", "2026-09-30T23:59:59+02:00", "2026-09-30T22:00:00Z"]
    rows = [{"id": f"o/r#{n}@ada:issue", "happened_at": moment} for n, moment in enumerate(moments)]
    assert loaded(*rows).contributions["number"].tolist() == [1, 2]


def test_a_pull_request_opened_in_one_quarter_and_merged_in_the_next_is_in_both(loaded: Load) -> None:
    row = {
        "id": ID,
        "state": "merged",
        "opened_at": "2026-06-20",
        "merged_at": "2026-07-08",
        "happened_at": "2026-06-20",
    }
    for period in ("2026-Q2", "2026-Q3"):
        (found,) = records(loaded(row | {"last_at": "2026-07-08"}, period=period).contributions)
        assert (found["id"], found["acts"], found["merged_at"]) == (ID, 1, "2026-07-07T22:00:00Z")
    assert len(loaded(row, period="2026-Q4").contributions) == 0


def test_a_row_without_a_date_is_in_no_period_but_is_counted(loaded: Load) -> None:
    data = loaded({"id": ID}, {"id": "o/r#2@ada:issue", "happened_at": None})
    assert len(data.contributions) == 0
    assert sorted(data.undated()["id"]) == [ID, "o/r#2@ada:issue"]
    assert len(data.undated(data.organisation.team("one"))) == 2


def test_work_elsewhere_or_by_others_is_left_out_and_counted_without_names(tmp_path: Path) -> None:
    days = [("o/r#1", "ada"), ("else/r#1", "ada"), ("own/r#1", "ada"), ("o/r#1", "carl"), ("o/r#2", "bob")]
    rows: list[Row] = [{"id": f"{ref}@{who}:comment", "happened_at": "2026-07-08"} for ref, who in days]
    org = written(tmp_path, rows, [], BERLIN.replace('login = "bob"', 'login = "bob"\nto = 2026-07-07'))
    data = load(org, Period("2026-Q3", org.timezone))
    assert list(data.contributions["id"]) == ["o/r#1@ada:comment"]
    assert list(data.left_out.values()) == [2, 1]
    assert "bob" not in set(data.acts["actor"])


def test_references_are_read_with_their_days(loaded: Load) -> None:
    data = loaded(references=[REFERENCE | {"labels": ["x"], "private": True}, REFERENCE | {"ref": "else/r#1"}])
    (row,) = records(data.references)
    assert (row["ref"], row["id"], row["labels"], row["private"]) == ("o/r#1", "own/plans#3", ["x"], True)
    assert row["date"] == "2026-06-30T22:00:00Z"


# Wrong rows.

WRONG = [
    ({"happened_at": "2026-07-08"}, '"id" is missing or not text'),
    ({"id": 7}, '"id" is missing or not text'),
    ({"id": "o/r#1@ada"}, 'invalid contribution id "o/r#1@ada"; write thread@login:kind'),
    ({"id": "o/r#1@ada:reviw"}, 'unknown kind "reviw"; did you mean "review"?'),
    ({"id": ID, "title": 3}, '"title" is 3, not text'),
    ({"id": ID, "labels": "bug"}, "\"labels\" is 'bug', not a list"),
    ({"id": ID, "acts": "many"}, "\"acts\" is 'many', not a whole number"),
    ({"id": ID, "acts": 1.5}, '"acts" is 1.5, not a whole number'),
    ({"id": ID, "acts": True}, '"acts" is True, not a whole number'),
    ({"id": ID, "hours": "1"}, "\"hours\" is '1', not a number"),
    ({"id": ID, "private": 1}, '"private" is 1, not true or false'),
    ({"id": ID, "happened_at": 20260708}, '"happened_at" is 20260708, not a date'),
    ({"id": ID, "happened_at": "July"}, '"happened_at" is "July", not a date like 2026-07-01 or 2026-07-01T12:00:00Z'),
    ({"id": ID, "merged_at": "2026-02-30"}, '"merged_at" is "2026-02-30", not a date'),
    ({"id": ID, "last_at": ""}, '"last_at" is "", not a date'),
    ({"id": ID, "number": -5}, '"number" is less than 0'),
    ({"id": ID, "hours": -5}, '"hours" is -5, not between 0 and 100000'),
    ({"id": ID, "hours": 1e308}, '"hours" is 1e+308, not between'),
    ("{", "not JSON: "),
]  # fmt: skip


@pytest.mark.parametrize(("row", "said"), WRONG)
def test_a_wrong_row_is_named_with_file_and_line_before_any_work(tmp_path: Path, row: Row, said: str) -> None:
    org = written(tmp_path, [{"id": ID}, "", row, {"id": ID}], [])
    with pytest.raises(ContribkitError) as caught:
        check(org)
    assert str(caught.value).startswith(f"{tmp_path}/c.jsonl:3: {said}")


@pytest.mark.parametrize(("row", "said"), WRONG)
def test_keep_going_takes_the_rest_and_says_what_it_left(loaded: Load, row: Row, said: str) -> None:
    data = loaded({"id": ID, "happened_at": "2026-07-08"}, row, keep_going=True)
    assert list(data.contributions["id"]) == [ID]
    assert data.sources[0].status == "partial"
    assert [said in note for note in data.sources[0].notes] == [True]


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"source": "x"}, '"ref" is missing'),
        (REFERENCE | {"text": ["x"]}, "\"text\" is ['x'], not text"),
        ("[]", "not a JSON object"),
    ],
)
def test_a_wrong_reference_is_named_with_file_and_line(loaded: Load, row: Row, said: str) -> None:
    with pytest.raises(ContribkitError) as caught:
        loaded(references=[REFERENCE, row])
    assert f"r.jsonl:2: {said}" in str(caught.value)


@pytest.mark.parametrize(
    "row",
    [
        {"id": ID, "kind": "reviw"},
        {"id": ID, "kind": "review"},
        {"id": ID, "actor": "bob"},
        {"id": ID, "remarks": [1]},
        {"id": ID, "participants": [None]},
        {"id": ID, "labels": [None]},
        {"id": ID, "links_in": ["own/plans#3"]},
        {"id": ID, "happened_at": "2026-W27-1"},
        {"id": ID, "happened_at": "20260701"},
        {"id": ID, "happened_at": "9999-12-31T23:59:59-08:00"},
        {"id": ID, "happened_at": "2026-07-08", "additions": 10**30},
        {"id": "o/r#99999999999999999999@ada:issue"},
    ],
    ids=lambda row: str(list(row.items())[-1])[:50],
)
def test_a_row_that_contradicts_itself_or_holds_the_wrong_items_is_named(loaded: Load, row: Row) -> None:
    with pytest.raises(ContribkitError, match=r"c.jsonl:2: "):
        loaded({"id": ID}, row)


def test_a_file_that_is_not_there_and_an_unknown_setting_are_named(tmp_path: Path) -> None:
    for settings, said in (
        ('contributions = ["none.jsonl"]', "none.jsonl: cannot be read (No such file or directory)"),
        ('contributions = ["none/*.jsonl"]', 'no file matches "none/*.jsonl"'),
        ('contribution = ["c.jsonl"]', '[sources.records] unknown key "contribution"; did you mean "contributions"?'),
        ('contributions = "c.jsonl"', "[sources.records] contributions: must be a list in brackets"),
    ):
        org = organisation(tmp_path, HEAD + TEAM + f"[sources.records]\n{settings}\n")
        with pytest.raises(ContribkitError) as caught:
            check(org)
        assert said in str(caught.value)


def test_no_source_and_an_unknown_source_are_named(tmp_path: Path) -> None:
    with pytest.raises(ContribkitError, match="names no source; add"):
        check(organisation(tmp_path))
    with pytest.raises(ContribkitError, match=r'\[sources.recrds\]: there is no such source; did you mean "records"\?'):
        check(organisation(tmp_path, HEAD + TEAM + "[sources.recrds]\n"))


def test_the_authors_own_row_tells_most_of_a_thread_wherever_it_stands(loaded: Load) -> None:
    review = {"id": "o/r#1@bob:review", "happened_at": "2026-07-09", "title": "Re: Fix", "author": "ada"}
    own = {"id": ID, "happened_at": "2026-07-08", "title": "Fix", "state": "open"}
    assert set(loaded(review, own).contributions["title"]) == {"Fix"}
    assert list(loaded(review, own).contributions["id"]) == [ID, "o/r#1@bob:review"]


def test_a_row_with_a_merge_and_no_state_is_merged(loaded: Load) -> None:
    (row,) = records(loaded({"id": ID, "merged_at": "2026-07-08"}).contributions)
    assert (row["state"], row["merged_at"]) == ("merged", "2026-07-07T22:00:00Z")


def test_a_day_and_a_time_on_it_are_one_moment(loaded: Load) -> None:
    row = {
        "id": ID,
        "happened_at": "2026-07-08",
        "last_at": "2026-07-08",
        "opened_at": "2026-07-08T10:00:00Z",
        "acts": 1,
    }
    assert loaded(row).contributions["acts"].tolist() == [1]


def test_a_comment_does_not_make_an_issue_of_a_pull_request(loaded: Load) -> None:
    comment = {"id": "o/r#1@bob:comment", "happened_at": "2026-07-08"}
    review = {"id": "o/r#1@ada:review", "happened_at": "2026-07-09", "author": "carl"}
    assert loaded(comment, review).threads["kind"].tolist() == ["pull_request"]


# Round trip: what `contribkit load` writes, the records source reads as the same.

SAME = [
    "id",
    "kind",
    "repo",
    "number",
    "actor",
    "author",
    "happened_at",
    "last_at",
    "acts",
    "merged_at",
    "state",
    "title",
]
TEN = "T10:00:00Z"


def pull(number: int, opened: str, merged: str) -> dict[str, Any]:
    times = {"opened_at": opened + TEN, "merged_at": merged + TEN, "happened_at": opened + TEN, "last_at": merged + TEN}
    return {"id": f"o/r#{number}@ada:pull_request", "state": "merged", "acts": 2} | times


def row(identifier: str, day: str, **more: object) -> dict[str, Any]:
    return {"id": identifier, "happened_at": day, **more}


ROUND = [
    row(ID, "2026-07-08", title='Tab\t "é" 🎉 \u2028', labels=["bug"], acts=3, url="https://github.com/o/r/pull/1"),
    row("o/r#1@bob:review", f"2026-07-09{TEN}", last_at=f"2026-07-20{TEN}", acts=7, author="ada"),
    pull(2, "2026-06-30", "2026-07-04"),
    pull(3, "2026-09-30", "2026-10-04"),
    row("o/r#4@bob:comment", "2026-07-01", url="https://github.com/o/r/discussions/4", remarks=["Yes"]),
    row("o/r#5@bob:triage", "2026-07-01", acts=2, url="https://github.com/o/r/issues/5"),
    row("o/r@pkg@1.0@ada:release", f"2026-08-01{TEN}"),
    row("o/r#6@ada:issue", "2026-07-02", last_at="2026-08-02", acts=4, state="closed", private=True),
    row("log:1@ada:meeting", "2026-07-01", hours=1.5),
]


def written_by_load(org: Organisation, output: Path, period: str) -> Path:
    arguments = ["load", "--config", str(org.path), "--period", period, "--output", str(output), "--include-private"]
    result = CliRunner().invoke(main, arguments, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return output


def reread(output: Path, text: str, period: str) -> Data:
    """Load again, with what `contribkit load` wrote as the only source."""
    settings = '[sources.records]\ncontributions = ["contributions.jsonl"]\nreferences = ["references.jsonl"]\n'
    org = organisation(output, text.replace(SOURCES, settings))
    return load(org, Period(period, org.timezone))


@pytest.mark.parametrize("period", ["2026-Q3", "2026-Q2", "2026-H2", "2026-07", "2026"])
def test_a_round_trip_changes_nothing(tmp_path: Path, period: str) -> None:
    org = written(tmp_path, list(ROUND), [REFERENCE, REFERENCE | {"id": "b", "labels": ["é"], "private": True}])
    before = load(org, Period(period, org.timezone))
    after = reread(written_by_load(org, tmp_path / "out", period), BERLIN, period)
    assert len(before.contributions) > 0
    pd.testing.assert_frame_equal(after.contributions[SAME], before.contributions[SAME])
    for column in ("labels", "remarks", "hours", "private"):
        assert after.contributions[column].tolist() == before.contributions[column].tolist()
    pd.testing.assert_frame_equal(after.references, before.references)
    pd.testing.assert_frame_equal(conform(after.contributions, CONTRIBUTIONS), after.contributions)


def test_a_round_trip_of_the_sample_changes_nothing(tmp_path: Path) -> None:
    org = Organisation.read_sample()
    before = load(org, Period("2026-Q3", org.timezone))
    text = org.path.read_text("utf-8").partition("[sources.")[0] + SOURCES
    after = reread(written_by_load(org, tmp_path, "2026-Q3"), text, "2026-Q3")
    pd.testing.assert_frame_equal(after.contributions[SAME], before.contributions[SAME])


def test_a_round_trip_of_the_real_set_changes_nothing(realset: Path, tmp_path: Path) -> None:
    org = Organisation.read(realset / "contribkit.toml")
    period = "2022-01-01..2026-12-31"
    before = load(org, Period(period, org.timezone))
    text = org.path.read_text("utf-8").partition("[sources.")[0] + SOURCES
    after = reread(written_by_load(org, tmp_path, period), text, period)
    assert len(before.contributions) == 143  # those above without the five that have no date
    pd.testing.assert_frame_equal(after.contributions[SAME], before.contributions[SAME])
    # 182, of which 59 point elsewhere and 5 are a second paragraph of one post about one thread.
    assert len(after.references) == len(before.references) == 118


def test_what_the_activity_log_stated_in_files_of_earlier_versions_is_read(tmp_path: Path) -> None:
    row = {"id": "activity_log:1@ada:meeting", "labels": ["lead: upstream", "upstream: Up"], "source": "activity_log"}
    write_jsonl(tmp_path / "c.jsonl", [row, row | {"id": "o/r#1@ada:issue", "source": "github"}])
    log, github = read_records(tmp_path / "c.jsonl", "contributions")
    assert (log["stated_lead"], log["stated_upstream"]) == ("upstream", "Up")
    assert "stated_lead" not in github


def test_parquet_and_json_lines_of_one_setting_load_as_json_lines_alone(tmp_path: Path) -> None:
    rows = [
        pull(1, "2026-07-01", "2026-07-04") | {"files": ["a.py"], "remarks": ["Done"], "hours": 0.5},
        row("o/r#1@bob:review", f"2026-07-09{TEN}", last_at="2026-07-20T10:00:00.250000Z", acts=7, author="ada"),
        row("log:1@ada:meeting", f"2026-07-02{TEN}", links_in=[{"ref": "own/plans#3"}]),
    ]
    org = written(tmp_path, [*rows[::2], rows[1]], [REFERENCE])
    expected = load(org, Period("2026-Q3", org.timezone))
    for number, table in enumerate((rows[1:2], rows[::2])):
        frame = conform(pd.DataFrame(table), CONTRIBUTIONS)
        write_parquet(tmp_path / f"{number}.parquet", frame, CONTRIBUTIONS)
    jsonl(tmp_path / "half.jsonl", *rows[::2])
    for names in (["half.jsonl", "0.parquet"], ["1.parquet", "0.parquet"]):
        sources = BERLIN.replace('["c*.jsonl"]', json.dumps(names))
        found = load(organisation(tmp_path, sources), "2026-Q3")
        for name in ("threads", "acts", "contributions"):
            pd.testing.assert_frame_equal(getattr(found, name), getattr(expected, name))


def test_wrong_rows_of_parquet_are_named_before_any_work_and_can_be_left_out(tmp_path: Path) -> None:
    rows = [{"id": ID}, {"id": ID, "hours": -5.0}, {"id": "o/r#2@ada:issue"}, {"id": "o/r#3@ada", "acts": 2}]
    write_parquet(tmp_path / "c.parquet", conform(pd.DataFrame(rows), CONTRIBUTIONS, fill_refs=False), CONTRIBUTIONS)
    jsonl(tmp_path / "r.jsonl")
    org = organisation(tmp_path, BERLIN.replace("c*.jsonl", "c.parquet"))
    with pytest.raises(ContribkitError, match=r'c.parquet:2: "hours" is -5.0, not between 0 and 100000'):
        check(org)
    data = load(org, "2026-Q3", keep_going=True)
    assert sorted(data.undated()["id"]) == [ID, "o/r#2@ada:issue"]
    assert [note.partition(": ")[2][:20] for note in data.sources[0].notes] == [
        '"hours" is -5.0, not',
        "invalid contribution",
    ]


def test_the_first_wrong_line_is_named_whatever_is_wrong_with_it(tmp_path: Path) -> None:
    rows: list[Row] = [{"id": ID}, {"id": "o/r#1@ada:reviw"}, "{", {"id": ID, "title": 3}]
    with pytest.raises(ContribkitError, match=r'c.jsonl:2: unknown kind "reviw"'):
        check(written(tmp_path, rows, []))
    with pytest.raises(ContribkitError, match=r'c.jsonl:2: "title" is 3'):
        check(written(tmp_path, [rows[0], *rows[:0:-1]], []))
