"""The saved plan: its file, and planned against done, worked by hand."""

from pathlib import Path

import pandas as pd
import pytest

from contribkit import ContribkitError, Organisation, Period
from contribkit.review.planned import (
    PLANNED,
    planned_against_done,
    planned_path,
    read_plan_file,
    read_planned,
    replace_lines_of,
    unplanned,
    write_planned,
)
from contribkit.tables import CONTRIBUTIONS, JUDGED, conform, records
from tests.helpers.builders import HEAD, TEAM, UPSTREAM, organisation

HEADER = "who,activity,upstream,how many\n"
SECOND = '[[teams]]\nname = "Two"\n[[teams.members]]\nlogin = "cleo"\n'


@pytest.fixture
def org(tmp_path: Path) -> Organisation:
    return organisation(tmp_path, HEAD + TEAM + SECOND + UPSTREAM)


def written(folder: Path, text: str) -> Path:
    path = folder / "planned" / "2026-Q4.csv"
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def lines(*rows: dict[str, object]) -> pd.DataFrame:
    known = {"activity": "review", "upstream": "Up", "how many": 1}
    return conform(pd.DataFrame([known | row for row in rows]), PLANNED)


def test_a_plan_is_read_with_words_and_logins_as_configured(org: Organisation, tmp_path: Path) -> None:
    path = written(tmp_path, "\ufeff" + HEADER.replace(",", ";") + "BOBBY;Review;up;3\n;docs;Up;1\n\n")
    table = read_plan_file(path, org)
    assert list(table) == list(PLANNED)
    assert [list(row.values()) for row in records(table)] == [
        ["bob", "review", "Up", 3, None, None], [None, "docs", "Up", 1, None, None],
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("who,activity,upstream\n", '2026-Q4.csv:1: the column "how many" is missing; the first line is who,activity'),
        (HEADER.replace("\n", ",wih\n"), 'csv:1: the column "wih" is not read; did you mean "with"?'),
        (HEADER + "adda,review,Up,1\n", '2026-Q4.csv:2: "adda" is not a member\'s login; did you mean "ada"?'),
        (HEADER + "ada,reviw,Up,1\n", '"reviw" is no activity; did you mean "review"?'),
        (HEADER + "ada,review,Upp,1\n", '"Upp" is no upstream project; did you mean "Up"?'),
        (HEADER + "ada,review,,1\n", '"upstream" is empty'),
        (HEADER + "ada,review,Up,-2\n", '"how many" is "-2", not a whole number from 1 on'),
        (HEADER + "ada,review,Up,0\n", '"how many" is "0"'),
        (HEADER + "ada,review,Up,1.5\n", '"how many" is "1.5"'),
        (HEADER + "ada,review,Up,many\n", '"how many" is "many"'),
        (HEADER + "ada,review,Up,²\n", '"how many" is "²"'),
        (
            HEADER + "ada,review,Up,1,x\n",
            '2026-Q4.csv:2: 5 cells for 4 columns; put text that holds a comma in "quotes"',
        ),
        (HEADER.replace("\n", ",with\n") + "ada,review,Up,1,ada\n", '"ada" stands under "who" and under "with"'),
        (HEADER.replace("\n", ",team\n") + "ada,review,Up,1,thre\n", '"thre" is no team; known: one, two'),
    ],
)
def test_a_wrong_line_is_named_with_its_fix_and_passed_over_on_request(
    org: Organisation, tmp_path: Path, text: str, said: str
) -> None:
    path = written(tmp_path, text)
    with pytest.raises(ContribkitError) as error:
        read_plan_file(path, org)
    assert said in str(error.value)
    broken: list[str] = []
    assert read_plan_file(path, org, broken).empty
    assert said in broken[0]


def test_a_plan_that_was_not_saved_is_none_and_one_that_cannot_be_read_is_said(
    org: Organisation, tmp_path: Path
) -> None:
    assert read_planned(org, Period("2026-Q4")) is None
    written(tmp_path, "").write_bytes(b"\xff\xfe")
    with pytest.raises(ContribkitError, match="is not UTF-8"):
        read_planned(org, Period("2026-Q4"))


def test_what_is_written_is_read_again_and_nothing_in_it_is_a_formula(tmp_path: Path) -> None:
    evil = '=HYPERLINK("http://x.example","Up")'
    upstream = UPSTREAM.replace('"Up"', f"'{evil}'")
    org = organisation(tmp_path, HEAD + TEAM + upstream)
    plan = lines({"who": "ada", "upstream": evil, "with": "bob", "team": "one"}, {"upstream": evil, "how many": 3})
    path = planned_path(org, Period("2026-Q4"))
    write_planned(path, plan)
    assert "\n=" not in path.read_text()
    assert ",=" not in path.read_text()
    assert "'=HYPERLINK" in path.read_text()
    pd.testing.assert_frame_equal(read_plan_file(path, org), plan)


def test_a_file_stays_as_it_was_where_writing_fails(org: Organisation, tmp_path: Path) -> None:
    (tmp_path / "planned").write_text("in the way")
    with pytest.raises(ContribkitError, match="cannot be written"):
        write_planned(planned_path(org, Period("2026-Q4")), lines({}))


def test_saving_one_teams_lines_keeps_those_of_the_others(org: Organisation) -> None:
    old = lines({"who": "cleo", "team": "two"}, {"who": "cleo"}, {"who": "ada"}, {"team": "one"}, {})
    new = replace_lines_of(org.teams[0], old, lines({"who": "bob", "team": "one"}))
    assert [(row["who"], row["team"]) for row in records(new)] == [("cleo", "two"), ("cleo", None), ("bob", "one")]
    assert len(replace_lines_of(org.teams[0], None, lines({}, {}))) == 2


def done(*rows: dict[str, object]) -> pd.DataFrame:
    known = {"repo": "o/r", "activity": "review", "lead": "upstream", "actor": "ada"}
    filled = [known | {"id": f"o/r#{number}@ada:review"} | row for number, row in enumerate(rows)]
    return conform(pd.DataFrame(filled), CONTRIBUTIONS | JUDGED)


def test_planned_against_done_by_hand(org: Organisation) -> None:
    plan = lines(
        {"who": "ada", "how many": 3}, {"how many": 2}, {"who": "bob", "activity": "release", "with": "ada"},
        {"who": "cleo", "activity": "docs"},
    )  # fmt: skip
    rows = done({}, {"actor": "bob"}, {"lead": "stakeholder"}, {"repo": "x/y"}, {"activity": "triage"})
    table = planned_against_done(plan, rows, org, org.teams[0])
    assert table.astype(object).to_numpy().tolist() == [
        ["release", "Up", 1, 0, ["ada", "bob"], []],
        ["review", "Up", 5, 3, ["ada"], ["ada", "bob"]],
    ]
    beside = unplanned(plan, rows, org, org.teams[0])
    assert beside.astype(object).to_numpy().tolist() == [["triage", "Up", 1, ["ada"]]]


def test_stakeholder_led_work_without_a_plan_did_not_come_unplanned_it_is_on_the_roadmap(org: Organisation) -> None:
    assert unplanned(lines({}), done({"activity": "ci", "lead": "stakeholder"}), org, org.teams[0]).empty


def test_nothing_planned_and_nothing_done_are_empty_tables(org: Organisation) -> None:
    nothing = lines({})[:0]
    assert planned_against_done(nothing, done({})[:0], org, org.teams[0]).empty
    assert unplanned(nothing, done({})[:0], org, org.teams[0]).empty
    assert len(unplanned(nothing, done({}), org, org.teams[0])) == 1
