"""The label log: events are replayed, and what holds is never settled silently."""

import json
import tempfile
from itertools import permutations
from pathlib import Path

import pytest

from contribkit.errors import ContribkitError
from contribkit.labels import Label, Labels
from tests.helpers.builders import jsonl
from tests.helpers.events import ITEM, event
from tests.labels.test_label_log import not_as_root


def label(*events: tuple) -> Label | None:
    """Return what holds after (by, op, lead) one after the other."""
    return Labels([event(number, *said) for number, said in enumerate(events)]).of(ITEM)


def settled(*events: tuple) -> tuple[str | None, str] | None:
    found = label(*events)
    return (found.lead, found.status) if found else None


def failing(folder: Path, *rows: dict | str) -> str:
    with pytest.raises(ContribkitError) as caught:
        Labels.read(jsonl(folder / "2026-Q3" / "ada.1.jsonl", *rows).parents[1])
    return str(caught.value).replace(f"{folder}/", "")


# Replay.


@pytest.mark.parametrize(
    ("events", "holds"),
    [
        ([("ada", "label", "upstream")], ("upstream", "unanimous")),
        ([("ada", "label", "upstream"), ("ada", "label", "individual")], ("individual", "unanimous")),
        ([("ada", "label", "upstream"), ("ada", "label", "individual"), ("ada", "undo")], ("upstream", "unanimous")),
        ([("ada", "label", "upstream"), ("ada", "undo")], None),
        ([("ada", "label", "upstream"), ("ada", "clear")], None),
        ([("ada", "label", "upstream"), ("ada", "clear"), ("ada", "undo")], ("upstream", "unanimous")),
        ([("ada", "label", "upstream"), ("ada", "clear"), ("ada", "label", "unclear")], ("unclear", "unanimous")),
        ([("ada", "label", "upstream"), ("ada", "undo"), ("ada", "undo")], None),
        ([("ada", "undo"), ("ada", "label", "upstream")], ("upstream", "unanimous")),
        ([("ada", "skip")], None),
        ([("ada", "label", "upstream"), ("ada", "skip")], ("upstream", "unanimous")),
        ([("ada", "label", "upstream"), ("bob", "undo")], ("upstream", "unanimous")),
        ([("ada", "label", "upstream"), ("bob", "clear")], ("upstream", "unanimous")),
        ([], None),
    ],
)
def test_a_persons_last_decision_stands_and_undo_takes_it_back(events: list[tuple], holds: tuple | None) -> None:
    assert settled(*events) == holds


def test_undoing_a_skip_keeps_the_label_before_it() -> None:
    assert settled(("ada", "label", "upstream"), ("ada", "skip"), ("ada", "undo")) == ("upstream", "unanimous")


# What holds when several people spoke.


def votes(*leads: str) -> list[tuple]:
    return [(f"person-{number}", "label", lead) for number, lead in enumerate(leads)]


@pytest.mark.parametrize(
    ("leads", "holds"),
    [
        (["upstream", "upstream"], ("upstream", "unanimous")),
        (["upstream", "upstream", "individual"], ("upstream", "majority")),
        (["upstream", "individual"], (None, "disputed")),
        (["upstream", "upstream", "individual", "stakeholder"], (None, "disputed")),  # a half is no majority
        (["upstream", "individual", "stakeholder"], (None, "disputed")),
        (["unclear", "unclear", "upstream"], ("unclear", "majority")),
    ],
)
def test_unanimous_then_majority_then_disputed_in_whatever_order(leads: list[str], holds: tuple) -> None:
    assert {settled(*votes(*order)) for order in permutations(leads)} == {holds}


def test_everybodys_opinion_is_kept() -> None:
    found = label(*votes("upstream", "individual"))
    assert found is not None
    assert found.opinions == {"person-0": "upstream", "person-1": "individual"}
    assert found.item == ITEM


def test_who_clears_has_no_vote_any_more() -> None:
    assert settled(*votes("upstream", "individual"), ("person-1", "clear")) == ("upstream", "unanimous")


def test_an_adjudication_wins_over_any_majority_and_the_last_over_the_first() -> None:
    crowd = votes("upstream", "upstream", "upstream")
    assert settled(*crowd, ("judge", "adjudicate", "individual")) == ("individual", "adjudicated")
    assert settled(("judge", "adjudicate", "individual"), *crowd) == ("individual", "adjudicated")
    both = [("judge", "adjudicate", "individual"), ("second", "adjudicate", "stakeholder")]
    assert settled(*crowd, *both) == ("stakeholder", "adjudicated")
    assert settled(*crowd, *both, ("second", "undo")) == ("individual", "adjudicated")
    assert settled(*crowd, both[0], ("judge", "clear")) == ("upstream", "unanimous")


def test_stakeholder_and_activity_come_from_those_who_agree() -> None:
    said = [
        event(1, "ada", "label", "upstream", activity="ci"),
        event(2, "bob", "label", "stakeholder", stakeholder="Earth", activity="feature"),
        event(3, "cem", "label", "stakeholder"),
    ]
    found = Labels(said).of(ITEM)
    assert found is not None
    assert (found.lead, found.stakeholder, found.activity) == ("stakeholder", "Earth", "feature")


def test_a_disputed_label_names_no_stakeholder_and_no_activity() -> None:
    said = [
        event(1, "ada", "label", "stakeholder", stakeholder="Earth", activity="ci"),
        event(2, "bob", "label", "upstream"),
    ]
    found = Labels(said).of(ITEM)
    assert found is not None
    assert (found.lead, found.stakeholder, found.activity) == (None, None, None)


def test_a_person_in_two_cases_has_one_vote() -> None:
    assert settled(("Ada", "label", "upstream"), ("ada", "label", "individual")) == ("individual", "unanimous")


def test_items_are_told_apart_and_found_in_any_case() -> None:
    labels = Labels(
        [event(1, "ada", "label", "upstream"), event(2, "ada", "label", "unclear", item="O/R#2@ada:review")]
    )
    assert [labels.of(item).lead for item in ("O/R#1@Ada:review", "o/r#2@ada:review")] == ["upstream", "unclear"]
    assert labels.of("o/r#1@ada:comment") is None
    assert set(labels.effective) == {ITEM, "o/r#2@ada:review"}


# Reading.


def test_all_logs_below_the_folder_count_and_time_orders_them_whatever_the_files_are_called(tmp_path: Path) -> None:
    jsonl(tmp_path / "2026-Q3" / "z.1.jsonl", event(1, "ada", "label", "upstream"))
    jsonl(
        tmp_path / "2026-Q2" / "deep" / "a.1.jsonl", event(2, "ada", "label", "individual"), "", event(3, "bob", "skip")
    )
    (tmp_path / "2026-Q3" / "notes.txt").write_text("not a log")
    labels = Labels.read(tmp_path)
    assert [event["op"] for event in labels.events] == ["label", "label", "skip"]
    assert labels.of(ITEM).lead == "individual"
    assert labels.of(ITEM).opinions == {"ada": "individual"}  # `by` decides, not the file


def test_the_same_event_twice_counts_once(tmp_path: Path) -> None:
    said = [event(1, "ada", "label", "upstream"), event(2, "ada", "label", "individual"), event(3, "ada", "undo")]
    jsonl(tmp_path / "ada.1.jsonl", *said)
    jsonl(tmp_path / ".ipynb_checkpoints" / "ada.1-checkpoint.jsonl", *said)
    labels = Labels.read(tmp_path)
    assert len(labels.events) == 3
    assert labels.of(ITEM).lead == "upstream"  # a second undo would have left nothing


def test_a_folder_that_is_not_there_holds_no_labels(tmp_path: Path) -> None:
    assert Labels.read(tmp_path / "none").events == []
    assert Labels().of(ITEM) is None


def test_a_link_to_a_folder_is_followed_and_one_that_leads_back_is_not(tmp_path: Path) -> None:
    jsonl(tmp_path / "other" / "a.jsonl", event(1, "ada", "label", "upstream"))
    (tmp_path / "labels").mkdir()
    (tmp_path / "labels" / "2026-Q3").symlink_to("../other")
    (tmp_path / "other" / "back").symlink_to(tmp_path / "labels")
    labels = Labels.read(tmp_path / "labels")
    assert labels.of(ITEM).lead == "upstream"
    assert set(labels.periods.values()) == {"2026-Q3"}


def test_a_folder_that_cannot_be_read_is_an_error() -> None:
    with tempfile.TemporaryDirectory() as name:  # one that everybody may enter, unlike pytest's own
        Path(name).chmod(0o755)
        jsonl(Path(name, "2026-Q1", "a.jsonl"), event(1, "ada", "label", "upstream"))
        Path(name, "2026-Q1").chmod(0)
        with (
            not_as_root(),
            pytest.raises(ContribkitError, match=r"2026-Q1: cannot be read \(Permission"),
        ):
            Labels.read(name)
        Path(name, "2026-Q1").chmod(0o700)


@pytest.mark.parametrize("kept", [1, 40, -1])
def test_a_torn_last_line_is_left_aside_with_a_warning(tmp_path: Path, kept: int) -> None:
    torn = json.dumps(event(2, "ada", "label", "individual", note="é"), ensure_ascii=False).encode()[:kept]
    path = jsonl(tmp_path / "ada.1.jsonl", event(1, "ada", "label", "upstream"))
    path.write_bytes(path.read_bytes() + torn)
    with pytest.warns(UserWarning, match=r"ada.1.jsonl:2: the last line is incomplete"):
        labels = Labels.read(tmp_path)
    assert labels.of(ITEM).lead == "upstream"


def test_a_last_line_that_only_lacks_its_end_counts(tmp_path: Path) -> None:
    (tmp_path / "ada.1.jsonl").write_text(json.dumps(event(1, "ada", "label", "upstream")))
    assert Labels.read(tmp_path).of(ITEM).lead == "upstream"


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("{torn", "is not JSON; restore the line from git"),
        (event(1, "ada", "label", "upstream", v=2), "unknown label event version 2; update contribkit"),
        (event(1, "ada", "label", "upstream", v="1"), "unknown label event version '1'"),
        ("[]", "unknown label event version []"),
        ({"op": "label"}, "unknown label event version None"),
        (event(1, "ada", "label", "upstream", id=None), 'the event has no "id"'),
        (event(1, "ada", "label", "upstream", item=7), 'the event has no "item"'),
        (event(1, "ada", "label", "upstraem"), 'invalid lead "upstraem"; use one of stakeholder, upstream, '),
        (event(1, "ada", "label"), 'invalid lead "None"'),
        (event(1, "ada", "adjudicate", ["upstream"]), 'invalid lead "[\'upstream\']"'),
        (event(1, "ada", "label", "upstream", at="soon"), 'invalid time "soon"; restore the line from git'),
        (event(1, "ada", "label", "upstream", at="9999-12-31T23:59:59-23:59"), 'invalid time "9999'),
        (event(1, " ", "label", "upstream"), 'the event has no "by"'),
        (event(1, "ada", "label", "upstream", activity="dosc"), 'invalid activity "dosc"; use one of release, '),
        (event(1, "ada", "label", "upstream", note=["x"]), '"note" is not text'),
        (event(1, "ada", "label", "upstream", seen="x"), '"seen" is not an object'),
    ],
)  # fmt: skip
def test_a_wrong_line_is_refused_with_file_and_line(tmp_path: Path, row: dict | str, said: str) -> None:
    message = failing(tmp_path, event(0, "ada", "skip"), row, event(9, "ada", "skip"))
    assert message.startswith(f"2026-Q3/ada.1.jsonl:2: {said}")


def test_an_unknown_op_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ContribkitError, match="lable"):
        Labels.read(jsonl(tmp_path / "a.jsonl", event(1, "ada", "lable", "upstream")).parent)


@pytest.mark.parametrize(
    ("earlier", "later"),
    [("2026-10-01T10:00:00Z", "2026-10-01T10:00:00.5Z"), ("2026-10-01T11:00:00+02:00", "2026-10-01T10:00:00Z")],
)
def test_events_are_ordered_by_time_however_it_is_written(tmp_path: Path, earlier: str, later: str) -> None:
    said = [event(1, "ada", "label", "upstream", at=earlier), event(2, "ada", "label", "individual", at=later)]
    assert Labels.read(jsonl(tmp_path / "a.jsonl", *said).parent).of(ITEM).lead == "individual"


def test_an_event_that_somebody_edited_in_one_of_two_copies_is_said_and_the_first_counts(tmp_path: Path) -> None:
    jsonl(tmp_path / "a.jsonl", event(1, "ada", "label", "upstream"))
    jsonl(tmp_path / "b.jsonl", event(1, "ada", "label", "individual"))
    with pytest.warns(UserWarning, match=r"b.jsonl: event 0+1 differs from the one in .*a.jsonl, which is used"):
        labels = Labels.read(tmp_path)
    assert labels.of(ITEM).lead == "upstream"


def test_marks_of_a_merge_conflict_are_named(tmp_path: Path) -> None:
    good = event(1, "ada", "label", "upstream")
    for mark in ("<<<<<<< HEAD", "=======", ">>>>>>> bob"):
        message = failing(tmp_path, good, mark, event(2, "bob", "skip"))
        assert message.endswith("ada.1.jsonl:2: is a merge conflict marker; keep the lines of both sides and "
                                "remove the markers")  # fmt: skip


def test_a_log_that_an_editor_saved_anew_still_counts(tmp_path: Path) -> None:
    said = [json.dumps(event(number, "ada", "label", "upstream", note="é")) for number in (1, 2)]
    (tmp_path / "a.jsonl").write_bytes(b"\xef\xbb\xbf" + "\r\n".join([*said, ""]).encode())
    assert len(Labels.read(tmp_path).events) == 2


def test_another_encoding_is_refused_rather_than_guessed(tmp_path: Path) -> None:
    said = [json.dumps(event(number, "zoë", "label", "upstream"), ensure_ascii=False) for number in (1, 2)]
    (tmp_path / "a.jsonl").write_bytes("\n".join([*said, ""]).encode("latin-1"))
    with pytest.raises(ContribkitError, match=r"a.jsonl:1: is not UTF-8; restore the line from git"):
        Labels.read(tmp_path)


def test_an_event_keeps_the_period_of_its_folder(tmp_path: Path) -> None:
    jsonl(tmp_path / "2026-Q2" / "deep" / "a.jsonl", event(1, "ada", "label", "upstream"))
    labels = Labels.read(tmp_path)
    assert labels.periods == {event(1, "", "")["id"]: "2026-Q2"}
    assert labels.folder == tmp_path


def test_labels_for_contributions_that_are_not_there_are_told(tmp_path: Path) -> None:
    labels = Labels([event(1, "ada", "label", "upstream"), event(2, "ada", "label", "unclear", item="o/r#2@x:issue")])
    assert [label.item for label in labels.missing(["O/R#1@ADA:review"])] == ["o/r#2@x:issue"]
