"""The `activity_log` source on real files."""

from pathlib import Path

import pytest

from contribkit.config.organisation import Organisation
from contribkit.errors import ContribkitError
from contribkit.loaders import Data, check, load
from contribkit.loaders.activity_log import EXAMPLE
from contribkit.period import Period

CONFIGURATION = """
[organisation]
name = "Test"
timezone = "Europe/Berlin"
[[teams]]
name = "One"
[[teams.members]]
login = "ada-example"
name = "Ada"
aliases = ["ada-old-example"]
[[teams.members]]
login = "Emil-Example"
to = 2026-07-10
[[upstream]]
name = "Wicketlamp"
orgs = ["wicketlamp-example"]
[sources.activity_log]
files = ["activities/*.csv"]
"""
HEADER = "date,who,what,activity,upstream,lead,hours,link,outcome\n"


def organisation(folder: Path, log: str | bytes, configuration: str = CONFIGURATION) -> Organisation:
    (folder / "contribkit.toml").write_text(configuration, encoding="utf-8")
    (folder / "activities").mkdir(exist_ok=True)
    content = log if isinstance(log, bytes) else log.encode("utf-8")
    (folder / "activities" / "log.csv").write_bytes(content)
    return Organisation.read(folder / "contribkit.toml")


def loaded(folder: Path, log: str | bytes, keep_going: bool = False) -> Data:
    return load(organisation(folder, log), Period("2026-Q3", "Europe/Berlin"), keep_going)


def failing(folder: Path, log: str | bytes) -> str:
    with pytest.raises(ContribkitError) as caught:
        check(organisation(folder, log))
    return str(caught.value).replace(str(folder), "")


def test_a_row_becomes_a_contribution_with_what_the_person_said(tmp_path: Path) -> None:
    row = "2026-07-08,ADA-old-example,Ran the meeting,meeting,wicketlamp,Upstream,1.5,https://notes.example/7,Good\n"
    data = loaded(tmp_path, HEADER + row)
    one = data.contributions.iloc[0]
    assert len(data.contributions) == 1
    assert one.kind == "meeting"
    assert one.actor == "ada-example"
    assert one.title == "Ran the meeting"
    assert one.body == "Good"
    assert one.url == "https://notes.example/7"
    assert one.hours == 1.5
    assert (one.stated_activity, one.stated_lead, one.stated_upstream) == ("meeting", "upstream", "Wicketlamp")
    assert one.labels == []
    assert one.id.startswith("activity_log:")
    assert one.id.endswith("@ada-example:meeting")
    assert one.happened_at.isoformat() == "2026-07-07T22:00:00+00:00"
    assert bool(data.acts.whole_day.all())


@pytest.mark.parametrize(
    ("activity", "kind", "act"),
    [
        ("meeting", "meeting", "attended"),
        ("onboarding", "mentoring", "mentored"),
        ("mentoring", "mentoring", "mentored"),
        ("strategy", "other", "contributed"),
        ("", "other", "contributed"),
    ],
)
def test_the_activity_decides_the_kind(tmp_path: Path, activity: str, kind: str, act: str) -> None:
    data = loaded(tmp_path, f"date,who,what,activity\n2026-07-08,ada-example,Something,{activity}\n")
    assert list(data.contributions.kind) == [kind]
    assert list(data.acts.act) == [act]


def test_three_columns_are_enough(tmp_path: Path) -> None:
    data = loaded(tmp_path, "date,who,what\n2026-07-08,ada-example,Talk\n")
    assert data.contributions.hours.isna().all()
    assert data.contributions.url.isna().all()
    assert data.contributions[["stated_lead", "stated_upstream", "stated_activity"]].isna().all(axis=None)


def test_an_id_does_not_change_when_other_rows_or_cells_do(tmp_path: Path) -> None:
    row = "2026-07-08,ada-example,Talk,,,,{},,\n"
    before = loaded(tmp_path, HEADER + row.format("")).contributions.id[0]
    after = loaded(tmp_path, HEADER + "2026-07-01,ada-example,First,,,,,,\n" + row.format("2")).contributions.id
    assert before in set(after)


def test_spreadsheets_write_marks_semicolons_blank_rows_and_decimal_commas(tmp_path: Path) -> None:
    log = '\ufeffDate;Who;What;Hours\r\n2026-07-08;ada-example;"Talk; with slides\r\nand a film";1,5\r\n;;;\r\n\r\n'
    data = loaded(tmp_path, log)
    assert list(data.contributions.title) == ["Talk; with slides\r\nand a film"]
    assert list(data.contributions.hours) == [1.5]


def test_formulas_are_text_and_only_web_links_are_links(tmp_path: Path) -> None:
    log = HEADER + '2026-07-08,ada-example,"=SUM(1,2)",,,,,javascript:alert(1),"=HYPERLINK(""x"")"\n'
    one = loaded(tmp_path, log).contributions.iloc[0]
    assert one.title == "=SUM(1,2)"
    assert one.body == '=HYPERLINK("x")'
    assert one.url != one.url or one.url is None
    assert one.links_out == []


def test_threads_and_pages_that_a_row_names_are_links_out(tmp_path: Path) -> None:
    log = HEADER + "2026-07-08,ada-example,Paired on wicketlamp-example/lamp#7,,,,,https://desk.example/3,\n"
    assert loaded(tmp_path, log).contributions.links_out[0] == ["wicketlamp-example/lamp#7", "https://desk.example/3"]


def test_days_after_leaving_are_left_out_and_counted(tmp_path: Path) -> None:
    data = loaded(tmp_path, HEADER + "2026-07-10,emil-example,Last day,,,,,,\n2026-07-11,Emil-Example,After,,,,,,\n")
    assert list(data.contributions.title) == ["Last day"]
    assert data.left_out["by people on days on which they were not members"] == 1


def test_the_same_row_twice_counts_once_and_is_noted(tmp_path: Path) -> None:
    data = loaded(tmp_path, HEADER + "2026-07-08,ada-example,Talk,,,,1,,\n" * 2)
    assert list(data.contributions.hours) == [1]
    assert "log.csv:3: same date, who and what as in another row" in data.sources[0].notes[0]
    assert data.sources[0].status == "ok"


def test_a_column_that_is_not_known_is_noted(tmp_path: Path) -> None:
    data = loaded(tmp_path, "date,who,what,hour\n2026-07-08,ada-example,Talk,1\n")
    assert 'the column "hour" is not read; did you mean "hours"?' in data.sources[0].notes[0]


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("08.07.2026,ada-example,Talk,,,,,,", '"date" is "08.07.2026", not a day like 2026-07-01'),
        ("2026-02-30,ada-example,Talk,,,,,,", '"date" is "2026-02-30", not a day'),
        ("20260708,ada-example,Talk,,,,,,", '"date" is "20260708", not a day'),
        (",ada-example,Talk,,,,,,", '"date" is empty'),
        ("2026-07-08,,Talk,,,,,,", '"who" is empty'),
        ("2026-07-08,ada-example,,,,,,,", '"what" is empty'),
        ("2026-07-08,ada-exmple,Talk,,,,,,", 'is not a member\'s login; did you mean "ada-example"?'),
        ("2026-07-08,ada-example,Talk,,,,-1,,", '"hours" is "-1", not a number'),
        ("2026-07-08,ada-example,Talk,,,,two,,", '"hours" is "two", not a number'),
        ("2026-07-08,ada-example,Talk,,,,nan,,", '"hours" is "nan", not a number'),
        ("2026-07-08,ada-example,Talk,,,,inf,,", '"hours" is "inf", not a number'),
        ("2026-07-08,ada-example,Talk,meting,,,,,", 'unknown activity "meting"; did you mean "meeting"?'),
        ("2026-07-08,ada-example,Talk,,,upsteam,,,", 'unknown lead "upsteam"; did you mean "upstream"?'),
        (
            "2026-07-08,ada-example,Talk,,Wicketlmp,,,,",
            'project "Wicketlmp"; did you mean "Wicketlamp"?',
        ),
        (
            "2026-07-08,ada-example,Talk, with a comma,,,,,,",
            '10 cells for 9 columns; put text that holds a comma in "quotes"',
        ),
    ],
)
def test_a_wrong_row_names_file_line_and_fix(tmp_path: Path, row: str, said: str) -> None:
    message = failing(tmp_path, HEADER + "2026-07-01,ada-example,Good,,,,,,\n" + row + "\n")
    assert message.startswith("/activities/log.csv:3: ")
    assert said in message
    assert "--keep-going" in message
    assert "\n" not in message


def test_the_line_of_a_row_below_a_row_of_several_lines(tmp_path: Path) -> None:
    log = 'date,who,what\n2026-07-01,ada-example,"one\ntwo\nthree"\n2026-07-32,ada-example,Talk\n'
    assert failing(tmp_path, log).startswith("/activities/log.csv:5: ")


@pytest.mark.parametrize("log", ["", "date,what\n2026-07-08,Talk\n", "\n\n"])
def test_a_missing_column_says_what_the_first_line_is(tmp_path: Path, log: str) -> None:
    message = failing(tmp_path, log)
    assert message.startswith("/activities/log.csv:1: the column ")
    assert "the first line is date,who,what,activity,upstream,lead,hours,link,outcome" in message


def test_a_file_in_another_encoding(tmp_path: Path) -> None:
    log = "date,who,what\n2026-07-08,ada-example,Gespräch\n".encode("cp1252")
    assert "is not UTF-8 (byte " in failing(tmp_path, log)


def test_no_file_and_a_wrong_key(tmp_path: Path) -> None:
    org = organisation(tmp_path, "date,who,what\n")
    (tmp_path / "activities" / "log.csv").unlink()
    with pytest.raises(ContribkitError, match=r"\[sources.activity_log\]: no file matches"):
        check(org)
    wrong = organisation(tmp_path, "date,who,what\n", CONFIGURATION.replace("files =", "file ="))
    with pytest.raises(ContribkitError, match=r'unknown key "file"; did you mean "files"'):
        check(wrong)


def test_keep_going_takes_the_rest_and_notes_what_it_passed_over(tmp_path: Path) -> None:
    log = HEADER + "2026-07-08,ada-example,Good,,,,,,\nyesterday,ada-example,Bad,,,,,,\n2026-07-09,bob,Bad,,,,,,\n"
    data = loaded(tmp_path, log, keep_going=True)
    assert list(data.contributions.title) == ["Good"]
    assert data.sources[0].status == "partial"
    assert ["log.csv:3" in data.sources[0].notes[0], "log.csv:4" in data.sources[0].notes[1]] == [True, True]


def test_keep_going_passes_over_a_file_without_its_columns(tmp_path: Path) -> None:
    data = loaded(tmp_path, "when,who,what\n2026-07-08,ada-example,Talk\n", keep_going=True)
    assert len(data.contributions) == 0
    assert data.sources[0].status == "failed"


def test_an_empty_log_is_no_error(tmp_path: Path) -> None:
    assert len(loaded(tmp_path, HEADER).contributions) == 0


def test_an_unclosed_quotation_mark_swallows_no_row_silently(tmp_path: Path) -> None:
    log = 'date,who,what\n2026-07-01,ada-example,"Team meeting\n2026-07-02,ada-example,Release call\n'
    assert "log.csv:2: its quotation mark is never closed" in failing(tmp_path, log)


def test_a_thousand_with_a_comma_is_not_one_hour(tmp_path: Path) -> None:
    assert "which may be a thousand or one" in failing(tmp_path, HEADER + '2026-07-08,ada-example,Talk,,,,"1,000",,\n')
    data = loaded(tmp_path, HEADER + '2026-07-08,ada-example,Talk,,,,"0,125",,\n')
    assert list(data.contributions.hours) == [0.125]


def test_the_example_row_that_was_left_in_is_no_work_and_no_error(tmp_path: Path) -> None:
    row = f'2000-01-01,who-is-this,"{EXAMPLE}: ran a meeting",meeting,,,1,,'
    message = failing(tmp_path, HEADER + row + "\n2026-07-01,nobody,Good,,,,,,\n")
    assert message.startswith("/activities/log.csv:3: ")
