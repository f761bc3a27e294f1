"""Lines of a plan: the file, read and written, and the lines of each team."""

from pathlib import Path
from typing import Any

import pytest

from contribkit import ContribkitError, Organisation, Period
from contribkit.plan.lines import PLANNED, Line, planned_path, read_lines, read_planned, to_table, write_lines
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


def line(**cells: Any) -> Line:
    return Line(**({"activity": "review", "upstream": "Up", "how_many": 1} | cells))


def test_a_plan_is_read_with_words_and_logins_as_configured(org: Organisation, tmp_path: Path) -> None:
    path = written(tmp_path, "\ufeff" + HEADER.replace(",", ";") + "BOBBY;Review;up;3\n;docs;Up;1\n\n")
    lines = read_lines(path, org)
    assert lines == [line(who="bob", how_many=3), line(activity="docs")]
    table = to_table(lines)
    assert list(table) == list(PLANNED)
    assert table["how many"].tolist() == [3, 1]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("who,activity,upstream\n", '2026-Q4.csv:1: the column "how many" is missing; the first line is who,activity'),
        (HEADER.replace("\n", ",wih\n"), 'csv:1: the column "wih" is not read; did you mean "with"?'),
        (HEADER + "adda,review,Up,1\n", '2026-Q4.csv:2: "adda" is not a member\'s login; did you mean "ada"?'),
        (HEADER + "ada,reviw,Up,1\n", 'unknown activity "reviw"; did you mean "review"?'),
        (HEADER + "ada,review,Upp,1\n", 'unknown upstream project "Upp"; did you mean "Up"?'),
        (HEADER + "ada,review,,1\n", '"upstream" is empty'),
        (HEADER + "ada,review,Up,-2\n", '"how many" must be a whole number from 1 to 9999, not "-2"'),
        (HEADER + "ada,review,Up,0\n", '"how many" must be a whole number from 1 to 9999, not "0"'),
        (HEADER + "ada,review,Up,1.5\n", '"how many" must be a whole number from 1 to 9999, not "1.5"'),
        (HEADER + "ada,review,Up,many\n", '"how many" must be a whole number from 1 to 9999, not "many"'),
        (HEADER + "ada,review,Up,²\n", '"how many" must be a whole number from 1 to 9999, not "²"'),
        (
            HEADER + "ada,review,Up,1,x\n",
            '2026-Q4.csv:2: 5 cells for 4 columns; put text that holds a comma in "quotes"',
        ),
        (HEADER.replace("\n", ",with\n") + "ada,review,Up,1,ada\n", '"ada" is in both "who" and "with"'),
        (HEADER.replace("\n", ",team\n") + "ada,review,Up,1,thre\n", 'unknown team "thre"; known: one, two'),
    ],
)
def test_a_wrong_line_is_named_with_its_fix_and_passed_over_on_request(
    org: Organisation, tmp_path: Path, text: str, said: str
) -> None:
    path = written(tmp_path, text)
    with pytest.raises(ContribkitError) as error:
        read_lines(path, org)
    assert said in str(error.value)
    broken: list[str] = []
    assert read_lines(path, org, broken) == []
    assert said in broken[0]


def test_a_plan_that_was_not_saved_is_none_and_one_that_cannot_be_read_is_said(
    org: Organisation, tmp_path: Path
) -> None:
    assert read_planned(org, Period("2026-Q4")) is None
    written(tmp_path, "").write_bytes(b"\xff\x00")
    with pytest.raises(ContribkitError, match="is not UTF-8"):
        read_planned(org, Period("2026-Q4"))


def test_what_is_written_is_read_again_and_nothing_in_it_is_a_formula(tmp_path: Path) -> None:
    evil = '=HYPERLINK("http://x.example","Up")'
    upstream = UPSTREAM.replace('"Up"', f"'{evil}'")
    org = organisation(tmp_path, HEAD + TEAM + upstream)
    plan = [line(who="ada", upstream=evil, partner="bob", team="one"), line(upstream=evil, how_many=3)]
    path = planned_path(org, Period("2026-Q4"))
    write_lines(path, plan)
    assert "\n=" not in path.read_text()
    assert ",=" not in path.read_text()
    assert "'=HYPERLINK" in path.read_text()
    assert read_lines(path, org) == plan


def test_a_file_stays_as_it_was_where_writing_fails(org: Organisation, tmp_path: Path) -> None:
    (tmp_path / "planned").write_text("in the way")
    with pytest.raises(ContribkitError, match="cannot be written"):
        write_lines(planned_path(org, Period("2026-Q4")), [line()])


def test_a_line_is_of_the_team_it_names_or_of_every_team_whose_member_takes_it(org: Organisation) -> None:
    lines = [line(who="cleo", team="two"), line(who="cleo"), line(who="ada"), line(team="one"), line()]
    assert [one.is_of(org.teams[0]) for one in lines] == [False, False, True, True, True]
    assert [one.is_of(org.teams[1]) for one in lines] == [True, True, False, False, True]
