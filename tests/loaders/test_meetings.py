"""The `meetings` source: notes in clones and files, and calendars."""

import sys
import traceback
from collections.abc import Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from time import monotonic
from typing import Any

import pandas as pd
import pytest

from contribkit.config.organisation import Organisation
from contribkit.errors import ContribkitError
from contribkit.ids import parse_contribution_id, repository_of
from contribkit.labels.aliases import Aliases
from contribkit.loaders import Data, check, load
from contribkit.loaders.meetings import diagnose
from contribkit.loaders.meetings.notes import find_day
from contribkit.period import Period
from contribkit.tables import rows_of
from tests.helpers.repositories import Invented

CONFIGURATION = """
[organisation]
name = "Test"
own = ["test-org"]
timezone = "Europe/Berlin"
[[teams]]
name = "One"
[[teams.members]]
login = "ada-example"
name = "Ada Example"
aliases = ["ada-old-example"]
names = { email = ["ada@test.example"] }
[[teams.members]]
login = "Bob-Example"
name = "Bob Example"
to = 2026-07-31
[[upstream]]
name = "Wicketlamp"
orgs = ["wicketlamp-example"]
[[upstream]]
name = "Saltreed"
repos = ["saltreed-example/compass"]
[sources.meetings]
clones = ["clones/*"]
"""
COMPASS = "wicketlamp-example+compass"
CAFE = """# 2026 Cafe Notes

## 2026-07-07

### Check-in 💁

* *Name (and pronouns if you'd like) / GitHub handle / affiliation*
* Ada (she/her) / @ada-example / Test Organisation / Berlin
* Sam Stranger / @sam-stranger / Elsewhere (might be 5 min late)
* Mia Miller / @test-org / Test Organisation

### Ice breaker

* Bob: thanks to @bob-example for the lamps

### Agenda

* Lamps: https://github.com/wicketlamp-example/lamp/pull/7
  * blocked by wicketlamp-example/lamp#3, see [the plan](https://github.com/test-org/plans/issues/1)

## Next actions

* @bob-example writes it down

## 2026-06-02

### Check-in

- Bob Example / @Bob-Example / Test
- Ada / @ada-old-example

## 2026-05-19

No meeting due to lack of attendees.
"""


def organisation(folder: Path, configuration: str = CONFIGURATION) -> Organisation:
    (folder / "contribkit.toml").write_text(configuration, encoding="utf-8")
    return Organisation.read(folder / "contribkit.toml")


def clone(folder: Path, name: str = COMPASS, **files: str) -> Invented:
    """Make a bare clone with files below docs/meetings, named with __ for a dot."""
    made = Invented(folder / "clones" / name, start="2026-09-01T10:00")
    made.main("Notes", files={f"docs/meetings/{path.replace('__', '.')}": text for path, text in files.items()})
    return made


def loaded(folder: Path, configuration: str = CONFIGURATION, period: str = "2026-Q3", keep_going: bool = False) -> Data:
    return load(organisation(folder, configuration), Period(period, "Europe/Berlin"), keep_going)


def did(folder: Path, notes: str, path: str = "notes.md", configuration: str = CONFIGURATION) -> list[tuple[str, ...]]:
    """Return who did what in a file of notes, by day."""
    made = Invented(folder / "clones" / COMPASS, start="2026-09-01T10:00")
    made.main("Notes", files={f"docs/meetings/{path}": notes})
    acts = loaded(folder, configuration).acts
    days = acts["at"].dt.tz_convert("Europe/Berlin").dt.strftime("%Y-%m-%d")
    return sorted(zip(days, acts["actor"], acts["act"], strict=True))


ADA = [("2026-07-07", "ada-example", "attended")]
BOTH = [("2026-07-07", "Bob-Example", "attended"), *ADA]


def test_a_meeting_is_a_thread_and_each_members_attendance_an_act(tmp_path: Path) -> None:
    clone(tmp_path, cafe__md=CAFE)
    data = loaded(tmp_path)
    (one,) = rows_of(data.contributions)
    ref = "notes:wicketlamp-example/compass/docs/meetings/cafe.md#2026-07-07"
    assert (one["ref"], one["id"], one["kind"]) == (ref, f"{ref}@ada-example:meeting", "meeting")
    assert (one["repo"], one["title"]) == ("wicketlamp-example/compass", "2026 Cafe Notes, 2026-07-07")
    page = "https://github.com/wicketlamp-example/compass/blob/HEAD/docs/meetings/cafe.md#2026-07-07"
    assert (one["url"], one["source"], one["acts"]) == (page, "meetings", 1)
    assert one["links_out"] == ["wicketlamp-example/lamp#7", "wicketlamp-example/lamp#3"]  # and none of our own plans
    assert pd.isna(one["hours"])
    assert one["happened_at"].isoformat() == "2026-07-06T22:00:00+00:00"
    assert sorted(loaded(tmp_path, period="2026-Q2").contributions["actor"]) == ["Bob-Example", "ada-example"]
    assert len(data.threads) == 2
    assert data.sources[0].notes == ["meetings are known only as far as notes name who came"]


def test_an_id_is_found_again_whatever_the_path_is(tmp_path: Path) -> None:
    made = Invented(tmp_path / "clones" / COMPASS, start="2026-09-01T10:00")
    made.main("Notes", files={"our notes@x#1.md": CAFE})
    (one,) = rows_of(loaded(tmp_path).contributions)
    assert parse_contribution_id(one["id"]) == (one["ref"], "ada-example", "meeting")
    assert repository_of(one["ref"]) is None
    assert Aliases(newer={"ada-example": "ada-new"}).newest(one["id"]) == one["id"].replace(
        "@ada-example:", "@ada-new:"
    )
    assert one["url"].endswith("/blob/HEAD/our%20notes%40x%231.md#2026-07-07")


def test_hours_stand_in_the_settings_or_nowhere(tmp_path: Path) -> None:
    clone(tmp_path, cafe__md=CAFE + "\n- Facilitator: @ada-example\n")
    assert loaded(tmp_path, CONFIGURATION + "hours = 1.5\n").contributions["hours"].tolist() == [1.5]


@pytest.mark.parametrize(
    ("heading", "path"),
    [
        ("2026-07-07", "notes.md"), ("July 7, 2026", "notes.md"), ("7 July 2026", "notes.md"),
        ("Jul 7th, 2026", "notes.md"), ("Tuesday 7th of July 2026", "notes.md"), ("7th Jul, 2026", "notes.md"),
        ("Team meeting 2026/07/07 in the evening", "notes.md"), ("July 7", "2026.md"), ("Meeting", "2026-07-07.md"),
        ("Meeting", "2026/07-07/notes.md"), ("Meeting", "2026_07_07_cafe.md"), ("Sept 31, 2026", "2026-07-07.md"),
    ],
)  # fmt: skip
def test_a_day_in_a_heading_or_the_name_of_the_file(tmp_path: Path, heading: str, path: str) -> None:
    if path == "2026/07-07/notes.md":
        path = "2026/07/07.md"
    assert did(tmp_path, f"# {heading}\n\n## Attendees\n\n- @ada-example\n", path) == ADA


@pytest.mark.parametrize(
    "line",
    ["**Date:** Tuesday 7th July 2026", "- **Date:** 2026-07-07\n- **Time:** 5PM", "Meeting Date: July 7, 2026 at 6pm"],
)
def test_a_line_with_the_date(tmp_path: Path, line: str) -> None:
    notes = f"# Team meeting\n\n{line}\n\n## Roll call\n\n* Ada | Test | @ada-example\n"
    assert did(tmp_path, notes) == ADA
    assert loaded(tmp_path).threads["title"].tolist() == ["Team meeting"]


@pytest.mark.parametrize("text", ["", "2026-13-01", "31 June 2026", "YYYY-MM-DD", "version 5.2026.7", "2026", "July"])
def test_what_is_no_day(text: str) -> None:
    assert find_day(text) is None


@pytest.mark.parametrize(
    "people",
    [
        "## Attendees\n- Ada / @ada-example / Test\n- Bob / @Bob-Example / Test",
        "## Check-in\n* Sam | Test | @sam-stranger\n* Ada | Test | @ada-example\n* Bob|Test|@bob-example",
        "## Welcome\n\nHello! Sign in below so we know who was here. Roll call:\n\n"
        "* name / institution / GitHub handle\n* Ada / Test / @ada-example\n* Bob / Test / @bob-example",
        "### Attending\n\n- Ada E / Test / ada-example\n- Bob / Test / bob-example\n\n**Apologies:**\n- @sam",
        "## Participants\n- [@ada-example](https://github.com/ada-example)\n- [Bob](https://github.com/bob-example)",
        "**Attendees**: @ada-example, @bob-example and Sam Stranger",
        "Attendees: Ada Example, Bob Example",
        "Attendees:\nAda Example,\nBob Example",
        "## Attendees\n\n@ada-example, @bob-example",
        "- **Attendees:**\n  - Ada Example\n  - Bob Example\n- **Agenda:**\n  - @sam-stranger",
        "## Attendees\n\n- [x] Ada Example (@ada-example)\n- [x] @bob-example\n- [ ] @sam-stranger",
        "## Present\n\n| Name | GitHub |\n|--|--|\n| Ada | @ada-example |\n| Bob | bob-example |",
        "| Attendee | Affiliation |\n|--|--|\n| Ada Example | Test |\n| Bob Example | Test |",
        "## Who is here?\n- Ada Example\n- Bob Example (leaving early)\n- Eve",
        "## Attendees\n- Remote:\n  - @ada-example\n- In person:\n  - @bob-example",
        "## Attendees\n\n- @ada-example, @bob-example, and Sam",
        "## Who's here?\n1. Ada :wave: @ada-example 🎉\n2. Bob — @bob-example!",
        "### Attendees:\n@ada-example\n@bob-example (Test)\n\nNot in attendance:\n- @sam-s\n",
        "## Attending\n- @ada-example\n\nAlso present:\n\n- prof. B. Example / @bob-example",
        "> ## Attendees\n>\n> - @ada-example\n> - @bob-example",
        "## Attendees\n- Ada / @ada-example\n- Ada / @ada-example\n\n## Attendance\n- @bob-example\n- Bob Example",
    ],
)
def test_people_who_attended_in_any_dialect(tmp_path: Path, people: str) -> None:
    assert did(tmp_path, f"# 2026-07-07\n\n{people}\n\n## Agenda\n\n- @sam-stranger brings cake\n") == BOTH


@pytest.mark.parametrize(
    "people",
    [
        "## Regrets\n- @bob-example",
        "**Absent:** @bob-example",
        "## Attendees\n- Bob / @bob-example (absent but thanks for the cake)",
        "## Attendees\n- Bob / @bob-example (cannot make it)",
        "## Attendees\n- ~~Bob / @bob-example~~",
        "## Attendees\n- [ ] Bob / @bob-example",
        "## Attendees\n- Bob / Test / @bob-exampel",
        "## Attendees\n- Bob\n- Example, Bob, Carol",
        "## Attendees\n- thanks to @bob-example for the cake\n- welcome to the friends of @bob-example",
        "## Attendees\n- Eve / @eve-example\n  - hello @bob-example\n  - Bob Example",
        "## Attendees\n- https://notes.example/@bob-example/x\n- bob@bob-example",
        "## Attendees of the summit\n- @bob-example",
        "## Attendees\n- @bob-example's friend\n- Eve @eve-example @bob-example\n- @bob-example? Are you there",
        "## Attendees (expected)\n- @bob-example",
        "Invited attendees: @bob-example",
        "### Tentative\n- @bob-example",
        "## Agenda\n- [name=Bob Example] Lamps\n- @bob-example: lamps\n- **Bob Example:** lamps\n- Bob / @bob-example",
        "## Attendees\n\nPlease add yourself, says @bob-example.",
        "## Actions\n\n| Who | What |\n|--|--|\n| @bob-example | lamps |",
        "## Attendees\n\n| Name | GitHub | Present |\n|--|--|--|\n| Bob | @bob-example | no |",
        "<!--\n## Attendees\n- @bob-example\n-->",
        "```\n## Attendees\n- @bob-example\n```",
        "## Attendees\n- Bob / @bob-example-two",
    ],
)
def test_whoever_did_not_attend_or_may_be_somebody_else(tmp_path: Path, people: str) -> None:
    assert did(tmp_path, f"# 2026-07-07\n\n## Check-in\n- @ada-example\n\n{people}\n") == ADA


@pytest.mark.parametrize(
    ("notes", "act"),
    [
        ("Facilitator: @ada-example", "facilitated"), ("- **Chair:** Ada Example", "facilitated"),
        ("Note taker: Ada", "took notes"), ("- Assign a notetaker\n  - Notetaker: @ada-example", "took notes"),
        ("## Facilitator\n\n@ada-example", "facilitated"), ("**Scribes**: Sam, Ada Example", "took notes"),
        ("### Check-in\n- Ada / @ada-example (facilitator)", "facilitated"),
        ("### Check-in\n- Ada / @ada-example / note taker", "took notes"),
    ],
)  # fmt: skip
def test_who_facilitated_and_who_took_notes(tmp_path: Path, notes: str, act: str) -> None:
    found = did(tmp_path, f"# 2026-07-07\n\n## Check-in\n- Ada / @ada-example\n\n{notes}\n")
    assert found == [*ADA, ("2026-07-07", "ada-example", act)]
    (row,) = rows_of(loaded(tmp_path).contributions)
    assert (row["kind"], row["acts"]) == ("meeting", 2)


@pytest.mark.parametrize(
    "item",
    ["**Ada (10m):** Lamps {}", "[name=Ada] Lamps {}", "@ada-example: Lamps\n  - {}", "Ada Example: Lamps {}"],
)
def test_an_item_of_the_agenda_is_a_remark_of_who_brought_it(tmp_path: Path, item: str) -> None:
    link = "https://github.com/test-org/plans/issues/1"
    notes = f"- {item.format(link)}\n- Bob: more cake\n- Eve: see {link}\n- Ada: no link\n"
    clone(tmp_path, a__md=f"# 2026-07-07\n## Check-in\n- Ada / @ada-example\n- Bob / @bob-example\n## Agenda\n{notes}")
    remarks = dict(zip((data := loaded(tmp_path).contributions)["actor"], data["remarks"], strict=True))
    assert remarks["Bob-Example"] == []
    (remark,) = remarks["ada-example"]
    assert "Lamps" in remark
    assert link in remark
    assert "no link" not in remark
    assert data["links_out"].tolist() == [[], []]


@pytest.mark.parametrize(
    "notes",
    ["Facilitator: TBD", "Note taker: Ada", "Next facilitator: @ada-example", "Host: Zoom", "Facilitator: Ada"],
)
def test_who_is_not_said_to_have_facilitated(tmp_path: Path, notes: str) -> None:
    twins = "## Check-in\n- Ada Example / @ada-example\n- Ada Other / @ada-other\n"
    assert did(tmp_path, f"# 2026-07-07\n\n{twins}\n{notes}\n") == ADA


def test_a_facilitator_who_is_in_no_list_was_there(tmp_path: Path) -> None:
    assert did(tmp_path, "# 2026-07-07\n\nFacilitator: @ada-example\n") == [(*ADA[0][:2], "facilitated")]


@pytest.mark.parametrize(
    "notes",
    [
        "# 2026-07-07\n\nNo meeting due to lack of attendees.\n\n## Attendees\n- @ada-example",
        "# 2026-07-07 (cancelled)\n\n## Attendees\n- @ada-example",
        "# 2026-07-07\n\nCancelled\nAttendees: @ada-example",
        "# Calls\n\n## 2026-07-06\n\nNothing\n\n## 2026-07-32\n\nAttendees: @ada-example",
        "# Next meeting: 2026-07-07\n\nFacilitator: @ada-example",
        "# 2999-07-07\n\n## Attendees\n- @ada-example",
        "# YYYY-MM-DD\n\n## Attendees\n- @ada-example",
        "# Meeting\n\n- **Date:**\n\n## Attendees\n- @ada-example",
        "# 2026\n\n## July\n\n### Attendees\n- @ada-example",
        "# 2026\n\n## 2026-07-07\n\nNothing\n\n## June\n\n### Attendees\n- @ada-example",
        "# 2026\n\n## 2026-07-07\n\nNothing\n\n# Template\n\n### Attendees\n- @ada-example",
    ],
)
def test_what_is_no_meeting(tmp_path: Path, notes: str) -> None:
    assert did(tmp_path, notes) == []


@pytest.mark.parametrize("top", ["# 2026-07-07\n\n#", "# Cafe since 2020-01-01\n\n## 2026-07-07\n\n##"])
def test_a_day_further_down_is_of_what_was_talked_about(tmp_path: Path, top: str) -> None:
    later = "".join(f"### Follow-up of 2026-07-0{day}\n- @bob-example\n" for day in (1, 2, 3))
    assert did(tmp_path, f"{top}# Attendees\n- @ada-example\n\n{later}") == ADA


def test_two_meetings_on_one_day_are_two_and_one_under_two_headings_is_one(tmp_path: Path) -> None:
    clone(
        tmp_path, a__md="".join(f"## 2026-07-07 {zone}\n### Attendees\n- @ada-example\n" for zone in ("EU", "US", "EU"))
    )
    data = loaded(tmp_path)
    ref = "notes:wicketlamp-example/compass/docs/meetings/a.md#2026-07-07"
    assert sorted(data.contributions["ref"]) == [ref, f"{ref}-2"]
    assert sorted(data.contributions["title"]) == ["2026-07-07 EU", "2026-07-07 US"]
    assert "1 further meeting on the same day in one file, each counted" in data.sources[0].notes[0]


def test_one_meeting_in_two_files_or_clones_counts_once(tmp_path: Path) -> None:
    notes = "# Lamps 2026-07-07\n## Attendees\n- @ada-example\n- @sam-stranger\n"
    clone(
        tmp_path, a__md=notes, b__md="# Archive\n## 2026-07-07\n### Check-in\n- @sam-stranger\n- Ada Example\n- Eve E\n"
    )
    clone(tmp_path, "wicketlamp-example+archive", c__md=notes + "- Facilitator: Ada Example\n")
    data = loaded(tmp_path)
    assert sorted(zip(data.acts["actor"], data.acts["act"], strict=True)) == [
        ("ada-example", "attended"), ("ada-example", "facilitated"),
    ]  # fmt: skip
    assert data.threads["ref"].nunique() == 1


def test_other_meetings_of_the_day_are_others(tmp_path: Path) -> None:
    clone(tmp_path, a__md="# 2026-07-07\n## Attendees\n- @ada-example\n- @sam-stranger\n")
    clone(tmp_path, "saltreed-example+compass", a__md="# 2026-07-07\n## Attendees\n- @ada-example\n- @sam-stranger\n")
    (tmp_path / "more.md").write_text("# HPC 2026-07-07\n## Attendees\n- @ada-example\n- @eve-example\n")
    settings = CONFIGURATION + 'files = ["*.md"]\nupstream = "wicketlamp"\n'
    data = loaded(tmp_path, settings)
    assert len(data.contributions) == 3
    (row,) = rows_of(data.contributions[data.contributions["repo"].isna()])
    assert (row["ref"], row["stated_upstream"]) == ("notes:more.md#2026-07-07", "Wicketlamp")


def test_days_after_leaving_and_those_of_outsiders_are_left_out(tmp_path: Path) -> None:
    notes = "# 2026-08-04\n## Attendees\n- @bob-example\n- @ada-example\n- @sam-stranger\n"
    assert did(tmp_path, notes) == [("2026-08-04", "ada-example", "attended")]


def test_notes_of_our_own_are_references(tmp_path: Path) -> None:
    clone(tmp_path, "test-org+plans", weekly__md=CAFE)
    data = loaded(tmp_path)
    assert data.acts.empty
    assert data.threads.empty
    first, second = rows_of(data.references.sort_values("ref"))
    assert (first["ref"], second["ref"]) == ("wicketlamp-example/lamp#3", "wicketlamp-example/lamp#7")
    assert (second["source"], second["id"]) == ("test-org/plans", "docs/meetings/weekly.md#2026-07-07")
    assert second["text"] == "Lamps: https://github.com/wicketlamp-example/lamp/pull/7"
    assert first["context"] == second["text"]
    assert second["date"].isoformat() == "2026-07-06T22:00:00+00:00"


def test_a_place_that_is_nobodys_gives_nothing_and_is_named(tmp_path: Path) -> None:
    clone(tmp_path, "elsewhere+compass", a__md=CAFE)
    data = loaded(tmp_path)
    assert data.acts.empty
    (note,) = data.sources[0].notes
    assert note.startswith(
        "elsewhere/compass is neither an upstream project nor our own: its notes are ignored; add it"
    )


def said(folder: Path, configuration: str = CONFIGURATION) -> list[str]:
    return [str(finding).replace(str(folder), "") for finding in diagnose(organisation(folder, configuration))]


def test_doctor_names_notes_without_days_and_with_names_only(tmp_path: Path) -> None:
    clone(
        tmp_path, a__md="# Meeting\n## Attendees\n- @ada-example\n", b__md="# 2026-07-07\nAttendees: Ada Example, Sam\n"
    )
    undated, names, _ = said(tmp_path)
    assert undated.startswith(
        "! sources.meetings: wicketlamp-example/compass/docs/meetings/a.md: 1 attendee of meetings "
    )
    assert undated.endswith("without a day; write the day into the heading above them, such as 2026-06-02")
    assert "1 meeting without logins, where members are found by their full names only" in names
    assert names.endswith("; write logins, such as @ada-example")


WRONG: dict[str, tuple[str, str]] = {
    'clones = ["clone/*"]': ('no file matches "clone/*"', ""),
    'clones = ["clones/none"]': ("there is no such folder", "clone the repository there"),
    'clones = ["contribkit.toml"]': ("there is no such folder", "clone"),
    'clones = ["empty"]': ("is not a git repository", "clone it again"),
    "": ("names no notes", 'write clones = ["clones/*team-compass"]'),
    'files = ["*.md"]': ("says not whose meetings files are of", 'write upstream = "JupyterHub"'),
    'files = ["*.md"]\nupstream = "Wicket"': ('there is no upstream project "Wicket"', "did you mean"),
    'files = ["none.md"]\nupstream = "Saltreed"': ("none.md: cannot be read", ""),
    'clone = ["clones/*"]': ('unknown key "clone"', 'did you mean "clones"?'),
    'clones = ["clones/*"]\nhours = -1': ("hours: must be at least 0", ""),
}


@pytest.mark.parametrize("settings", WRONG)
def test_what_is_wrong_is_said_with_the_fix(tmp_path: Path, settings: str) -> None:
    clone(tmp_path, a__md=CAFE)
    (tmp_path / "empty").mkdir()
    wrong = organisation(tmp_path, CONFIGURATION.replace('clones = ["clones/*"]\n', settings + "\n"))
    (tmp_path / "a.md").write_text("# Notes\n")
    with pytest.raises(ContribkitError) as caught:
        check(wrong)
    sentence, fix = WRONG[settings]
    assert sentence in str(caught.value)
    assert fix in str(caught.value)
    assert "\n" not in str(caught.value)


def test_no_file_where_notes_are_looked_for(tmp_path: Path) -> None:
    clone(tmp_path, a__md=CAFE)
    (note,) = loaded(tmp_path, CONFIGURATION + 'paths = ["minutes/**/*.md"]\n').sources[0].notes
    assert note.startswith(
        'wicketlamp-example/compass: no Markdown file matches paths = ["minutes/**/*.md"]; say there'
    )
    assert len(loaded(tmp_path, CONFIGURATION + 'paths = ["docs/**/*.md"]\n').contributions) == 1


def test_keep_going_takes_the_other_clones(tmp_path: Path) -> None:
    clone(tmp_path, a__md=CAFE)
    (tmp_path / "clones" / "broken").mkdir()
    data = loaded(tmp_path, keep_going=True)
    assert (data.sources[0].status, len(data.contributions)) == ("partial", 1)


@pytest.mark.parametrize(
    "notes",
    [
        "[" * 100_000,
        "- " * 50_000 + "x",
        "> " * 5_000 + "x",
        "*_" * 50_000,
        "| a " * 20_000 + "\n|-",
        "(" * 300_000,
        "# may" + "!" * 300_000 + "x",
        "- a / " + "@ab, " * 60_000,
    ],
)
def test_notes_that_are_no_notes_end_soon(tmp_path: Path, notes: Any) -> None:
    assert did(tmp_path, f"# 2026-07-07\n\n## Attendees\n\n- @ada-example\n\n## Agenda\n\n{notes}\n") == ADA


# Calendars

ICS = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{}END:VCALENDAR\r\n"
BERLIN = ";TZID=Europe/Berlin"


def event(*lines: str, uid: str = "cafe@wicketlamp.example", title: str = "Cafe") -> str:
    """Return an event: Tuesday, 7 July 2026, from 9:00 to 10:30 in Berlin, if no line says otherwise."""
    named = {line.partition(":")[0].partition(";")[0] for line in lines}
    start, end = f"DTSTART{BERLIN}:20260707T090000", f"DTEND{BERLIN}:20260707T103000"
    usual = [*([] if "DTSTART" in named else [start]), *([] if named & {"DTSTART", "DTEND", "DURATION"} else [end])]
    inside = [f"UID:{uid}", f"SUMMARY:{title}", *usual, *lines]
    return "\r\n".join(["BEGIN:VEVENT", *inside, "END:VEVENT", ""])


ACCEPTED = "ATTENDEE;PARTSTAT=ACCEPTED;CN=Ada:mailto:Ada@test.example"
IN_CALENDAR = CONFIGURATION.replace('clones = ["clones/*"]\n', "")
OF_FILE = '[[sources.meetings.calendars]]\nfile = "team.ics"\nupstream = "Wicketlamp"\nprivate = false\n'
NOTES = "# 2026\n## 2026-07-07\n### Attendees\n- Ada / @ada-example\n"


def calendar(folder: Path, *events: str, settings: str = IN_CALENDAR + OF_FILE, period: str = "2026-Q3") -> Data:
    (folder / "team.ics").write_text(ICS.format("".join(events)), encoding="utf-8", newline="")
    return loaded(folder, settings, period)


def days(data: Data) -> list[str]:
    return data.contributions["happened_at"].dt.strftime("%Y-%m-%d %H:%M").tolist()


def test_an_event_that_a_member_accepted_is_a_meeting(tmp_path: Path) -> None:
    (one,) = rows_of(calendar(tmp_path, event(ACCEPTED)).contributions)
    assert (one["actor"], one["kind"], one["title"], one["hours"]) == ("ada-example", "meeting", "Cafe", 1.5)
    assert (one["stated_upstream"], one["source"], one["acts"]) == ("Wicketlamp", "meetings", 1)
    assert one["happened_at"].isoformat() == "2026-07-07T07:00:00+00:00"
    assert one["ref"].startswith("calendar:")
    assert one["ref"].endswith("#2026-07-07")
    assert "cafe@" not in one["ref"]


@pytest.mark.parametrize(
    "line",
    [
        "ATTENDEE;PARTSTAT=DECLINED:mailto:ada@test.example", "ATTENDEE;PARTSTAT=TENTATIVE:mailto:ada@test.example",
        "ATTENDEE:mailto:ada@test.example", "ATTENDEE;PARTSTAT=NEEDS-ACTION:mailto:ada@test.example",
        "ATTENDEE;PARTSTAT=ACCEPTED:mailto:sam@test.example", "ORGANIZER:mailto:ada@test.example", "COMMENT:Ada",
        f"{ACCEPTED}\r\nCLASS:PRIVATE", f"{ACCEPTED}\r\nCLASS:confidential", f"{ACCEPTED}\r\nSTATUS:CANCELLED",
        f"{ACCEPTED}\r\nDTSTART:29990707T090000Z",
    ],
)  # fmt: skip
def test_who_did_not_accept_and_what_is_private_or_cancelled_is_not_there(tmp_path: Path, line: str) -> None:
    data = calendar(tmp_path, event(*line.split("\r\n")))
    assert data.contributions.empty
    assert data.threads.empty
    assert data.sources[0].notes == []


def test_what_repeats_is_left_out_moved_and_cancelled(tmp_path: Path) -> None:
    weekly = event(ACCEPTED, "RRULE:FREQ=WEEKLY", f"EXDATE{BERLIN}:20260714T090000")
    moved = event(ACCEPTED, f"RECURRENCE-ID{BERLIN}:20260721T090000", "DTSTART:20260722T150000Z", "DURATION:PT2H")
    off = event(
        ACCEPTED, f"RECURRENCE-ID{BERLIN}:20260728T090000", "STATUS:CANCELLED", f"DTSTART{BERLIN}:20260728T090000"
    )
    found = calendar(tmp_path, weekly, moved, off, period="2026-07")
    assert days(found) == ["2026-07-07 07:00", "2026-07-22 15:00"]
    assert found.contributions["hours"].tolist() == [1.5, 2.0]


def test_time_zones_and_whole_days(tmp_path: Path) -> None:
    winter = event(ACCEPTED, "DTSTART;TZID=America/New_York:20260105T230000", "DURATION:PT1H", uid="a")
    floating = event(ACCEPTED, "DTSTART:20260202T090000", "DURATION:PT30M", uid="b")
    whole = event(ACCEPTED, "DTSTART;VALUE=DATE:20260303", uid="c")
    found = calendar(tmp_path, winter, floating, whole, period="2026-Q1")
    assert days(found) == ["2026-01-06 04:00", "2026-02-02 08:00", "2026-03-02 23:00"]
    assert found.contributions["hours"].isna().tolist() == [False, False, True]
    assert found.acts["whole_day"].tolist() == [False, False, True]


def test_of_notes_and_a_calendar_the_notes_say_who_and_the_calendar_how_long(tmp_path: Path) -> None:
    clone(tmp_path, cafe__md=NOTES)
    bob = "ATTENDEE;PARTSTAT=ACCEPTED:mailto:bob-example"
    (one,) = rows_of(calendar(tmp_path, event(bob), settings=CONFIGURATION + OF_FILE).contributions)
    assert (one["actor"], one["title"], one["hours"]) == ("ada-example", "Cafe", 1.5)
    assert one["ref"].startswith("notes:")


def test_of_two_meetings_of_a_day_the_title_says_which(tmp_path: Path) -> None:
    lamps = NOTES.replace("## 2026-07-07", "## Lamp maintainers 2026-07-07")
    clone(
        tmp_path,
        cafe__md=NOTES.replace("# 2026", "# Cafe notes", 1) + "- Sam / @sam-s\n",
        lamps__md=f"{lamps}- Eve / @eve-e\n- Bob / @bob-example\n",
    )
    clone(tmp_path, "saltreed-example+compass", other__md=NOTES)
    events = event(title="Wicketlamp Lamps: maintainers"), event("DURATION:PT1H", uid="x", title="Something else")
    data = calendar(tmp_path, *events, settings=CONFIGURATION + OF_FILE)
    known = data.contributions.dropna(subset=["hours"])
    assert len(data.contributions) == 4
    assert {*zip(known["title"], known["hours"], strict=True)} == {("Wicketlamp Lamps: maintainers", 1.5)}


def test_a_calendar_is_private_if_nothing_else_is_said(tmp_path: Path) -> None:
    private = IN_CALENDAR + OF_FILE.replace("private = false\n", "")
    (one,) = rows_of(calendar(tmp_path, event(ACCEPTED), settings=private).contributions)
    assert one["private"]
    clone(tmp_path, cafe__md="# 2026\n## 2026-07-07\n" + "### Attendees\n- Sam / @sam-s\n- Ada / @ada-example\n")
    settings = private.replace("[sources.meetings]", '[sources.meetings]\nclones = ["clones/*"]')
    (noted,) = rows_of(calendar(tmp_path, event(ACCEPTED, title="Secret"), settings=settings).contributions)
    assert (noted["private"], noted["hours"], noted["title"]) == (False, 1.5, "Meeting, 2026-07-07")


def test_one_event_in_two_calendars_counts_once(tmp_path: Path) -> None:
    second = OF_FILE.replace("team.ics", "second.ics")
    (tmp_path / "second.ics").write_text(ICS.format(event(ACCEPTED)), newline="")
    assert calendar(tmp_path, event(ACCEPTED), settings=IN_CALENDAR + OF_FILE + second).acts["hours"].tolist() == [1.5]


def test_a_large_calendar_with_rules_without_end_is_read_soon(tmp_path: Path) -> None:
    old = [event(ACCEPTED, "DTSTART:20100101T090000Z", f"DESCRIPTION:{'x' * 400}", uid=str(n)) for n in range(4_000)]
    endless = event(ACCEPTED, "RRULE:FREQ=DAILY", "DTSTART:20000101T090000Z", "DURATION:PT1H")
    began = monotonic()
    data = calendar(tmp_path, endless, *old, period="2026-07")
    assert (tmp_path / "team.ics").stat().st_size > 2_000_000
    assert len(data.contributions) == 31
    assert len(data.threads) < 150
    assert monotonic() - began < 30


BROKEN = {
    "RRULE:FREQ=SECONDLY": '"Cafe" cannot be read: it repeats more than once a day, or by a rule that is not known',
    "RRULE:FREQ=WEEKLY;INTERVAL=0": '"Cafe" cannot be read',
    "RRULE:FREQ=DAILY;BYHOUR=1,2,3;BYMINUTE=1,2": '"Cafe" cannot be read',
    "RRULE:FREQ=FORTNIGHTLY": '"Cafe" cannot be read',
    "DTSTART:yesterday": '"Cafe" cannot be read: its start, end or rule is wrong; correct it there',
}


@pytest.mark.parametrize("line", BROKEN)
def test_an_event_that_cannot_be_read_is_named_and_the_others_are_taken(tmp_path: Path, line: str) -> None:
    (tmp_path / "team.ics").write_text(ICS.format(event(ACCEPTED, line) + event(ACCEPTED, uid="b")), newline="")
    data = loaded(tmp_path, IN_CALENDAR + OF_FILE, keep_going=True)
    assert BROKEN[line] in data.sources[0].notes[0]
    assert data.sources[0].status == "partial"
    assert len(data.contributions) == 1


@pytest.mark.parametrize("content", ["", "<html>Sign in</html>", ICS.format(event())[:-30], event(), "\0" * 50])
def test_what_is_no_calendar(tmp_path: Path, content: str) -> None:
    (tmp_path / "team.ics").write_text(content, newline="")
    with pytest.raises(ContribkitError, match=r"^team.ics: is no calendar \(iCalendar\), or cut off; export it again"):
        loaded(tmp_path, IN_CALENDAR + OF_FILE)


WRONG_CALENDARS = {
    'file = "none.ics"\nupstream = "Wicketlamp"': ("none.ics: cannot be read", "name a file that is there"),
    'file = "team.ics"\nupstream = "Wicket"': ('no upstream project "Wicket"', "did you mean"),
    'upstream = "Wicketlamp"': ("needs a file or an address", 'file = "meetings.ics"'),
    'file = "team.ics"\nurl = "https://a.example/b"\nupstream = "Wicketlamp"': ("needs a file or an address", ""),
    'file = "team.ics"': ('"calendars.upstream" is missing', ""),
    'url = "http://calendar.example/SECRET"\nupstream = "Wicketlamp"': ("calendar.example has no https address", ""),
    'url = "webcal://calendar.example/SECRET"\nupstream = "Wicketlamp"': ("has no https address", "https:// in front"),
    'url = "$SECRET_CALENDAR"\nupstream = "Wicketlamp"': ("has no SECRET_CALENDAR", "set it to the address"),
    'url = "https://calendar.example/SECRET"\nup = "Wicketlamp"': ('unknown key "calendars.up"', "known: file"),
}  # fmt: skip


@pytest.mark.parametrize("table", WRONG_CALENDARS)
def test_what_is_wrong_with_a_calendar_is_said_without_its_address(tmp_path: Path, table: str) -> None:
    with pytest.raises(ContribkitError) as caught:
        check(organisation(tmp_path, f"{IN_CALENDAR}[[sources.meetings.calendars]]\n{table}\n"))
    sentence, fix = WRONG_CALENDARS[table]
    assert sentence in str(caught.value)
    assert fix in str(caught.value)
    trace = "".join(traceback.format_exception(caught.value))
    assert "SECRET" not in trace.replace("SECRET_CALENDAR", "")


def test_without_the_packages_one_sentence_says_how_to_get_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "recurring_ical_events", None)
    with pytest.raises(ContribkitError, match=r"not installed; run: pip install contribkit\[calendars\]$"):
        calendar(tmp_path, event(ACCEPTED))
    clone(tmp_path, cafe__md=NOTES)
    assert len(loaded(tmp_path).contributions) == 1


class _Host(BaseHTTPRequestHandler):
    """A host of calendars: what it answers is in the address."""

    def do_GET(self) -> None:
        status = int(self.path.split("/")[1])
        self.send_response(status)
        if status == 302:
            self.send_header("Location", "http://localhost:9/SECRET")
        self.end_headers()
        with suppress(OSError):  # whoever asks hangs up
            self.wfile.write(b"x" * 20_000_000 if "large" in self.path else ICS.format(event(ACCEPTED)).encode())

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


@pytest.fixture
def host() -> Iterator[str]:
    with ThreadingHTTPServer(("localhost", 0), _Host) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://localhost:{server.server_port}"
        server.shutdown()


def remote(address: str) -> str:
    return f'{IN_CALENDAR}[[sources.meetings.calendars]]\nurl = "{address}"\nupstream = "Wicketlamp"\n'


def test_a_calendar_at_an_address_which_may_be_in_the_environment(
    tmp_path: Path, host: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert len(loaded(tmp_path, remote(f"{host}/200/SECRET")).contributions) == 1
    monkeypatch.setenv("TEAM_CALENDAR", f"{host}/200/SECRET")
    assert len(loaded(tmp_path, remote("$TEAM_CALENDAR")).contributions) == 1


@pytest.mark.parametrize(
    ("path", "sentence"),
    [
        ("/404/SECRET", "the calendar at localhost: answers 404; look whether the address is right"),
        ("/302/SECRET", "the calendar at localhost: answers 302; write the address to which it leads"),
        ("/200/SECRET/large", "the calendar at localhost: is larger than 10 MB"),
        ("", "the calendar at localhost: cannot be reached; try again later"),
    ],
)
def test_an_address_that_gives_no_calendar(
    tmp_path: Path, host: str, path: str, sentence: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    address = host + path if path else "http://localhost:9/SECRET"
    with pytest.raises(ContribkitError) as caught:
        loaded(tmp_path, remote(address))
    assert str(caught.value).startswith(sentence)
    assert "SECRET" not in "".join(traceback.format_exception(caught.value)) + caplog.text
    assert loaded(tmp_path, remote(address), keep_going=True).sources[0].status == "failed"
    assert any(sentence in line for line in said(tmp_path, remote(address)))


def test_a_check_asks_no_host(tmp_path: Path) -> None:
    check(organisation(tmp_path, remote("https://calendar.invalid/SECRET")))


# The same meeting in the activity log


def test_what_the_activity_log_has_of_a_person_project_and_day_counts_once(tmp_path: Path) -> None:
    both = "".join(f"## {name} 2026-07-07\n### Attendees\n- @ada-example\n- @bob-example\n" for name in ("One", "Two"))
    clone(tmp_path, cafe__md=both)
    clone(tmp_path, "saltreed-example+compass", other__md=NOTES)
    rows = "2026-07-07,ada-example,Ran it,meeting,Wicketlamp,2\n2026-07-08,ada-example,Another,meeting,Wicketlamp,1\n"
    (tmp_path / "log.csv").write_text(f"date,who,what,activity,upstream,hours\n{rows}")
    data = loaded(tmp_path, CONFIGURATION + '[sources.activity_log]\nfiles = ["log.csv"]\n')
    mine = data.contributions[data.contributions["actor"] == "ada-example"]
    assert sorted(mine["title"]) == ["Another", "Meeting, 2026-07-07", "Ran it", "Two 2026-07-07"]
    assert len(data.contributions) == 6
