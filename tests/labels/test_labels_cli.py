"""`contribkit labels`: what people decided is listed, merged, written as CSV and taken in again."""

import csv
import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from contribkit import Labels
from contribkit.cli import main
from contribkit.config.organisation import SAMPLE
from contribkit.labels.exchange import COLUMNS
from tests.helpers.builders import HEAD, SOURCES, TEAM, UPSTREAM, jsonl, organisation
from tests.helpers.events import event

NASTY = ["=1+1", "'=1+1", "+a\nb", "@x", " -1", "＝1", 'say "x", y', "it's", "\ttab", "-", "<b>é漢</b>",
         "first\rsecond", "a\r\nb\x0b", "x" * 140_000]  # fmt: skip


def item(number: int) -> str:
    return f"o/r#{number}@cy:issue"


def run(*arguments: str | Path, code: int = 0) -> Result:
    result = CliRunner().invoke(main, ["labels", *map(str, arguments)], catch_exceptions=False)
    assert result.exit_code == code, result.output
    return result


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder in which Ada and Bob agree on one contribution, and not on another."""
    said = [
        event(1, "ada", "label", "upstream", item=item(1), activity="ci"),
        event(2, "bob", "label", "upstream", item=item(1)),
        event(3, "ada", "label", "stakeholder", item=item(2), stakeholder="Marsh Lab", note="=asked in the call"),
        event(4, "bob", "label", "individual", item=item(2), at="2026-10-02T10:00:00Z"),
        event(5, "ada", "label", "individual", item=item(3), at="2026-10-03T10:00:00Z"),
        event(6, "ada", "undo", item=item(3), at="2026-10-03T10:01:00Z"),
    ]
    for name, person in (("2026-Q2", "ada"), ("2026-Q3", "bob")):
        jsonl(tmp_path / "labels" / name / f"{person}.1.jsonl", *(each for each in said if each["by"] == person))
    return tmp_path / "labels"


def edited(path: Path, change: Any) -> Path:
    """Let a person change the rows of a CSV."""
    with path.open(newline="", encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    change(rows)
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


def exported(folder: Path, *options: str) -> Path:
    path = folder.parent / "labels.csv"
    run("export", "--labels", folder, "--output", path, *options)
    return path


# List, history, agreement.


def test_list_says_what_holds_and_who_said_what(folder: Path) -> None:
    result = run("list", "--labels", folder)
    first, second = result.stdout.splitlines()
    assert first.split() == ["●", "upstream", "unanimous", item(1), "(ada:", "upstream,", "bob:", "upstream)", "ci"]
    assert "disputed" in second
    assert "(ada: stakeholder, bob: individual)" in second
    assert result.stderr == "contribkit: 2 of 2 labelled contributions, 1 of them disputed\n"


@pytest.mark.parametrize(
    ("options", "shown"),
    [
        (["--disputed"], [2]),
        (["--lead", "Upstream"], [1]),
        (["--person", "BOB"], [1, 2]),
        (["--person", "cem"], []),
        (["--period", "2026-q2"], [1, 2]),
        (["--period", "2026-Q1"], []),
        (["--period", "2026-Q3", "--disputed"], [2]),
    ],
)
def test_list_filters(folder: Path, options: list[str], shown: list[int]) -> None:
    lines = run("list", "--labels", folder, *options).stdout.splitlines()
    assert [int(line.split("#")[1].split("@")[0]) for line in lines] == shown


def test_a_contribution_that_vanished_from_a_load_is_listed_and_keeps_its_label(tmp_path: Path, folder: Path) -> None:
    organisation(tmp_path, HEAD + TEAM + UPSTREAM + SOURCES)
    row = {"id": "o/r#1@bob:issue", "kind": "issue", "repo": "o/r", "actor": "bob", "happened_at": "2026-08-01"}
    jsonl(tmp_path / "c1.jsonl", row)
    jsonl(tmp_path / "r1.jsonl")
    jsonl(folder / "2026-Q3" / "cem.1.jsonl", event(9, "cem", "label", "upstream", item=row["id"]))
    config = tmp_path / "contribkit.toml"
    loaded = run("list", "--config", config, "--missing", "--period", "2026-Q3").stdout
    assert (item(1) in loaded, item(2) in loaded, row["id"] in loaded) == (True, True, False)
    from_file = run("list", "--labels", folder, "--missing", "--contributions", tmp_path / "c1.jsonl").stdout
    assert from_file == loaded
    assert "name a --period to load, or a file" in run("list", "--labels", folder, "--missing", code=1).stderr
    assert len(Labels.read(folder).effective) == 3


def test_history_tells_who_changed_what_between_two_days(folder: Path) -> None:
    said = run("history", "--labels", folder, "--from", "2026-10-02", "--to", "2026-10-03").stdout.splitlines()
    assert said == [
        f"2026-10-02 10:00:00  bob  label individual  {item(2)}  (stakeholder → disputed)",
        f"2026-10-03 10:00:00  ada  label individual  {item(3)}  (nothing → individual)",
        f"2026-10-03 10:01:00  ada  undo  {item(3)}  (individual → nothing)",
    ]
    rows = json.loads(run("history", "--labels", folder, "--from", "2026-10-02", "--to", "2026-10-03", "--json").stdout)
    assert [row["before"] for row in rows] == ["stakeholder", "nothing", "individual"]
    assert [(row["op"], row["item"]) for row in rows][-1] == ("undo", item(3))
    days = ("--from", "2026-10-01", "--to", "2026-10-03")
    assert len(run("history", "--labels", folder, *days, "--person", "bob").stdout.splitlines()) == 2
    assert (
        "it ends before it begins"
        in run("history", "--labels", folder, *days[2:], "--from", "2027-01-01", code=1).stderr
    )


def test_agreement_between_people_and_with_the_machine(folder: Path) -> None:
    shown, hidden = ({"lead": "upstream", "blind": blind} for blind in (False, True))
    said = [event(100 + n, "cem", "label", "upstream", item=item(100 + n), seen=shown) for n in range(20)]
    said += [event(200 + n, "cem", "label", "individual", item=item(200 + n), seen=hidden) for n in range(20)]
    jsonl(folder / "2026-Q3" / "cem.1.jsonl", *said)
    text = run("agreement", "--labels", folder).stdout
    assert "3 people agree on 0.500 of 2 contributions that two or more labelled: Krippendorff's alpha 0.400" in text
    assert "  ada and bob: 2 contributions, raw 0.500, kappa 0.333\n" in text
    assert "agree with 20 of 20 answers that they saw and 0 of 20 that were hidden: 100 points more (77 to 100)" in text
    told = json.loads(run("agreement", "--labels", folder, "--json").stdout)
    assert (told["agreement"]["people"], told["agreement"]["pairs"][0]["kappa"]) == (3, 0.333)
    assert told["anchoring"]["difference"] == 1.0


def test_odd_signs_in_a_log_do_not_steer_the_terminal(folder: Path) -> None:
    jsonl(folder / "x.jsonl", event(7, "a\x1b[31m", "label", "upstream", item="o/r#1\x07@cy:issue", note="\x1b]0;x"))
    for command in (["list"], ["history", "--from", "2026-10-01", "--to", "2026-10-01"]):
        text = run(command[0], "--labels", folder, *command[1:]).stdout
        assert "\x1b" not in text
        assert "\x07" not in text


def test_odd_signs_in_an_error_do_not_steer_the_terminal(folder: Path) -> None:
    jsonl(folder / "x.jsonl", event(7, "ada", "label", "upstream", at="\x1b]0;PWN\x07"))
    stderr = run("list", "--labels", folder, code=1).stderr
    assert "invalid time" in stderr
    assert "\x1b" not in stderr
    assert "\x07" not in stderr


def test_aliases_of_members_in_the_configuration_hold_for_labels_too(tmp_path: Path, folder: Path) -> None:
    org = organisation(tmp_path, HEAD + TEAM + UPSTREAM)  # bobby is Bob
    said = event(8, "bobby", "label", "individual", item="o/r#9@BOBBY:issue")
    jsonl(folder / "x.jsonl", said, said | {"id": "9" * 26, "by": "bob", "lead": "upstream", "item": "o/r#9@bob:issue"})
    listed = run("list", "--config", tmp_path / "contribkit.toml", "--person", "Bobby").stdout
    assert "(bob: upstream)" in listed
    assert len(Labels.read(folder, org).effective) == 3
    assert len(Labels.read(folder).effective) == 4


# Merge.


def test_merge_takes_each_event_once_and_keeps_periods(tmp_path: Path, folder: Path) -> None:
    other = tmp_path / "other"
    first = run("merge", folder, "--labels", other)
    assert "new events: 6; known already: 0" in first.stderr
    assert len(first.stdout.splitlines()) == 2
    again = run("merge", folder, other, "--labels", other)
    assert "new events: 0; known already: 6" in again.stderr
    assert again.stdout == ""
    ours, theirs = Labels.read(folder), Labels.read(other)
    assert (ours.events, ours.periods) == (theirs.events, theirs.periods)


def test_a_downloaded_file_needs_a_period(tmp_path: Path, folder: Path) -> None:
    download = jsonl(tmp_path / "Downloads" / "cem.1.jsonl", event(8, "cem", "label", "upstream"))
    assert (
        f"{download}: is in no folder of a period; name one with --period"
        in run("merge", download, "--labels", folder, code=1).stderr
    )
    run("merge", download, "--labels", folder, "--period", "2026-Q3")
    assert Labels.read(folder).periods[event(8, "", "")["id"]] == "2026-Q3"


def test_a_merge_that_stops_names_the_files_that_it_wrote(tmp_path: Path, folder: Path) -> None:
    (tmp_path / "new").mkdir()
    (tmp_path / "new" / "2026-Q3").write_text("a file in the way")
    result = run("merge", folder, "--labels", tmp_path / "new", code=1)
    (written,) = result.stdout.splitlines()
    assert Path(written).parent == tmp_path / "new" / "2026-Q2"
    assert "2026-Q3" in result.stderr
    (tmp_path / "new" / "2026-Q3").unlink()
    assert "new events: 2; known already: 4" in run("merge", folder, "--labels", tmp_path / "new").stderr


def test_one_wrong_line_and_nothing_is_merged(tmp_path: Path, folder: Path) -> None:
    wrong = jsonl(tmp_path / "2026-Q3" / "x.jsonl", event(8, "cem", "label", "upstream"), event(9, "cem", "lable"))
    result = run("merge", wrong, tmp_path / "2026-Q3", "--labels", tmp_path / "new", code=1)
    assert f'{wrong}:2: invalid op "lable"' in result.stderr
    assert not (tmp_path / "new").exists()
    assert "no such file or folder" in run("merge", tmp_path / "none", "--labels", folder, code=1).stderr


# Export and import.


def test_an_export_holds_no_formula_and_no_notes_unless_they_are_asked_for(folder: Path) -> None:
    text = exported(folder).read_text(encoding="utf-8-sig")
    assert text.splitlines()[0] == ",".join(name for name in COLUMNS if name != "note")
    assert "asked in the call" not in text
    with_notes = exported(folder, "--with-notes").read_text()
    assert ",'=asked in the call," in with_notes


def test_an_export_without_names_names_nobody_and_tells_rows_apart(folder: Path) -> None:
    text = exported(folder, "--without-names", "--with-notes").read_text(encoding="utf-8-sig")
    assert [row["item"] for row in csv.DictReader(text.splitlines())] == ["o/r#1@1:issue"] * 2 + ["o/r#2@1:issue"] * 2
    for forbidden in ("ada", "bob", "@cy", "asked in the call"):
        assert forbidden not in text, forbidden


def test_an_export_imports_again_and_changes_nothing(folder: Path) -> None:
    said = [event(10 + n, "cem", "label", "stakeholder", item=item(50 + n), stakeholder=text, note=text)
            for n, text in enumerate(NASTY)]  # fmt: skip
    jsonl(folder / "2026-Q3" / "cem.1.jsonl", *said)
    before = Labels.read(folder).events
    for options in ([], ["--with-notes"]):
        result = run("import", exported(folder, *options), "--labels", folder)
        assert (result.stdout, result.stderr) == ("", f"contribkit: 0 of {4 + len(NASTY)} rows changed\n")
    assert Labels.read(folder).events == before
    csv.field_size_limit(1 << 20)  # the longest note is longer than a cell of Python's own reader
    with exported(folder, "--with-notes").open(newline="") as file:
        assert not any(cell.lstrip(" ").startswith(tuple("=+-@\t＝")) for row in csv.reader(file) for cell in row)


def test_an_export_fills_an_empty_folder_with_the_same_labels(tmp_path: Path, folder: Path) -> None:
    run("import", exported(folder, "--with-notes"), "--labels", tmp_path / "new", "--period", "2026-Q3")
    ours, theirs = Labels.read(folder), Labels.read(tmp_path / "new")
    assert ours.effective == theirs.effective
    assert [e.get("note") for e in ours.opinions] == [e.get("note") for e in theirs.opinions]


def test_what_was_changed_in_the_file_becomes_an_event(folder: Path) -> None:
    def change(rows: list[dict[str, str]]) -> None:
        rows[0] |= {"lead": "Individual", "activity": ""}  # Ada's on 1
        rows[1]["lead"] = ""  # Bob's on 1
        rows[2]["by"] = "ADA"  # another way to write the same

    path = edited(exported(folder), change)
    trial = run("import", path, "--labels", folder, "--dry-run")
    assert "2 of 4 rows would change" in trial.stderr
    assert len(Labels.read(folder).events) == 6
    result = run("import", path, "--labels", folder, "--period", "2026-Q3")
    assert f"ada: label individual  {item(1)} (was upstream)\n" in result.stdout
    assert f"bob: clear  {item(1)} (was upstream)\n" in result.stdout
    labels = Labels.read(folder)
    found = labels.of(item(1))
    assert found is not None
    assert (found.opinions, found.activity) == ({"ada": "individual"}, None)
    assert labels.standing(item(2))[0]["note"] == "=asked in the call"  # the file had no notes, so they stay
    assert "0 of 4 rows changed" in run("import", path, "--labels", folder).stderr


def test_a_person_imports_their_own_rows_and_new_ones(folder: Path) -> None:
    def change(rows: list[dict[str, str]]) -> None:
        rows[1]["lead"] = "individual"  # Bob's
        rows.append(dict.fromkeys(rows[0], "") | {"item": item(7), "by": "ada", "lead": "unclear"})
        rows.append(dict.fromkeys(rows[0], "") | {"item": item(8), "by": "ada"})  # not filled in yet

    result = run("import", edited(exported(folder), change), "--labels", folder, "--person", "Ada")
    assert "1 of 4 rows changed; rows of other people skipped: 2" in result.stderr
    labels = Labels.read(folder)
    assert (labels.of(item(7)).lead, labels.of(item(8)), labels.of(item(1)).status) == ("unclear", None, "unanimous")


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ({"lead": "upstraem"}, ':4: invalid lead "upstraem"'),
        ({"activity": "dosc"}, ':4: invalid activity "dosc"'),
        ({"by": ""}, ":4: has no contribution or no person"),
        ({"item": " "}, ":4: has no contribution or no person"),
        ({"item": "second"}, ':4: invalid contribution id "second"; write thread@login:kind'),
        ({"by": "a\x1b[31m"}, ':4: invalid person "a [31m"'),
    ],
)
def test_a_wrong_row_is_named_and_nothing_is_imported(folder: Path, cells: dict[str, str], said: str) -> None:
    def change(rows: list[dict[str, str]]) -> None:
        rows[0]["lead"] = "individual"
        rows[2] |= cells

    result = run("import", edited(exported(folder), change), "--labels", folder, code=1)
    assert f"labels.csv{said}" in result.stderr
    assert len(Labels.read(folder).events) == 6


def test_a_file_is_read_as_spreadsheets_write_it(folder: Path) -> None:
    path = exported(folder)
    semicolons = path.read_text(encoding="utf-8-sig").replace(",", ";").replace("\n", ";\r\n")
    padded = f"sep=;\r\n{semicolons}" + ";" * semicolons.partition("\n")[0].count(";") + "\r\n"
    tabs = semicolons.replace(";", "\t")
    for content in (b"\xef\xbb\xbf" + padded.encode(), tabs.encode("utf-16"), tabs.replace("\r\n", "\r").encode()):
        path.write_bytes(content)
        assert "0 of 4 rows changed" in run("import", path, "--labels", folder).stderr


@pytest.mark.parametrize("encoding", ["cp1252", "mac_roman"])
def test_text_that_was_opened_in_the_wrong_encoding_does_not_enter_the_log(folder: Path, encoding: str) -> None:
    path = exported(folder)
    text = path.read_text(encoding="utf-8-sig") + "o/r#9@cy:issue,ada,label,upstream,Café,,,,\n"
    path.write_bytes(text.encode().decode(encoding).encode())
    assert "was opened in the wrong encoding" in run("import", path, "--labels", folder, code=1).stderr


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"item,lead\n", 'the column "by" is missing'),
        (b"", 'the column "item" is missing'),
        (b"\xff\xff", "save it as UTF-8"),
        (b'item,by,lead\n"o/r#1@a:issue,a,upstream\n', "is never closed"),
    ],
)
def test_a_file_that_is_no_such_table_is_refused(folder: Path, content: bytes, said: str) -> None:
    (folder.parent / "x.csv").write_bytes(content)
    assert said in run("import", folder.parent / "x.csv", "--labels", folder, code=1).stderr


def test_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    assert "no such folder of label logs" in run("list", "--labels", tmp_path / "x", code=1).stderr
    assert "contribkit.toml" in run("list", "--config", tmp_path / "contribkit.toml", code=1).stderr


def test_a_torn_last_line_is_said_as_a_sentence(folder: Path) -> None:
    log = folder / "2026-Q3" / "bob.1.jsonl"
    log.write_bytes(log.read_bytes() + b'{"v": 1, "id"')
    stderr = run("list", "--labels", folder).stderr
    assert f"contribkit: {log}:3: the last line is incomplete and was ignored\n" in stderr
    assert "UserWarning" not in stderr


def test_the_samples_labels_are_found_beside_its_file(tmp_path: Path) -> None:
    for name in ("contribkit.toml", "labels"):
        source = SAMPLE.parent / name
        (shutil.copytree if source.is_dir() else shutil.copy)(source, tmp_path / name)
    assert "37 of 37 labelled" in run("list", "--config", tmp_path / "contribkit.toml").stderr
