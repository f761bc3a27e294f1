"""The relabelling session without a widget: what is shown, what is recorded, and what is undone."""

import json
import os
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import contribkit as ck
from contribkit.config.organisation import SAMPLE
from contribkit.errors import ContribkitError
from contribkit.labels import Labels
from contribkit.labels.events import event_time, new_event, sort_key
from contribkit.tables import Judged
from contribkit.widgets.relabelling.relabel import guideline, page_facts
from contribkit.widgets.relabelling.session import Session
from contribkit.widgets.relabelling.worklist import suggestions
from tests.helpers.builders import jsonl
from tests.helpers.events import event
from tests.helpers.repositories import run_git

LEADS = ("stakeholder", "upstream", "individual", "unclear")


def item(number: int) -> str:
    return f"o/r#{number}@cy:pull_request"


def judged(count: int = 12, **more: Any) -> pd.DataFrame:
    """Return judged contributions; the higher the number, the higher the confidence."""
    return pd.DataFrame({
        "id": [item(number) for number in range(count)],
        "kind": "pull_request",
        "repo": "o/r",
        "number": range(count),
        "title": [f"Change {number}" for number in range(count)],
        "actor": "cy",
        "happened_at": "2026-08-01",
        "lead": "upstream",
        "confidence": [0.5 + number / (2 * count) for number in range(count)],
        "decided_by": "rules",
        "activity": "feature",
    } | more)  # fmt: skip


def open_session(folder: Path, person: str = "ada", rows: pd.DataFrame | Judged | None = None, **more: Any) -> Session:
    table = judged() if rows is None else rows
    return Session(
        table if isinstance(table, Judged) else Judged.of(table), Labels.read(folder), person, **{"blind": 0.0} | more
    )


def lead(session: Session, number: int) -> str | None:
    label = session.labels.of(item(number))
    return label.lead if label else None


def page_row(session: Session, name: str) -> dict[str, Any]:
    """Return all that the page gets of one contribution."""
    return session.rows([name])[0] | session.details(name)


def record(session: Session, op: str, *items: str, **words: Any) -> None:
    """Record one step, as a person would in Python."""
    failed = session.record([{"op": op, "item": name} | words for name in items]).failed
    assert not failed, failed


def label(session: Session, items: str | list[str], given: str, **words: Any) -> None:
    record(session, "label", *([items] if isinstance(items, str) else items), lead=given, **words)


def undo(session: Session) -> list[str]:
    """Undo the person's last step, as the page does, and return the contributions it was about."""
    stacks = [session.labels.decisions(item, session.person) for item in session.queue]
    last = sorted((stack[-1] for stack in stacks if stack), key=sort_key)
    items = [event["item"] for event in last if event_time(event) == event_time(last[-1])]
    assert not session.record([{"op": "undo", "item": item} for item in reversed(items)]).failed
    return items


def to_review(session: Session) -> list[str]:
    return [shown["id"] for shown in session.rows() if shown["needs_review"]]


def sent(number: int, op: str = "label", given: str | None = "upstream", **more: Any) -> dict[str, Any]:
    """Make an event as the page sends it."""
    made = new_event("", op, item(number), pd.Timestamp("2026-10-01", tz="UTC").to_pydatetime(), lead=given)
    return {name: made[name] for name in ("id", "at", "op", "item", "lead")} | more


# Recording and undoing.


def test_a_label_is_on_the_disk_when_record_returns(tmp_path: Path) -> None:
    session = open_session(tmp_path)
    label(session, item(3), "stakeholder", stakeholder="Marsh Lab", activity="docs", note="for their course")
    (row,) = map(json.loads, session.file.read_text().splitlines())
    assert {name: value for name, value in row.items() if name not in ("id", "at", "seen")} == {
        "v": 1, "by": "ada", "op": "label", "item": item(3), "lead": "stakeholder", "stakeholder": "Marsh Lab",
        "activity": "docs", "was": None, "note": "for their course",
    }  # fmt: skip
    assert row["seen"] == {"lead": "upstream", "confidence": 0.625, "decided_by": "rules", "blind": False}
    assert session.file.parent == tmp_path / "2026-Q3"
    assert session.export() == session.file.read_text()


def test_what_stood_before_is_kept_with_the_next_event(tmp_path: Path) -> None:
    session = open_session(tmp_path)
    label(session, item(1), "upstream")
    label(session, item(1), "individual")
    record(session, "clear", item(1))
    label(session, item(1), "unclear")
    assert [event["was"] for event in Labels.read(tmp_path).events] == [None, "upstream", "individual", None]


def test_steps_are_undone_one_by_one_also_after_a_restart(tmp_path: Path) -> None:
    first = open_session(tmp_path)
    label(first, [item(1), item(2)], "upstream")
    label(first, item(1), "individual")
    record(first, "skip", item(2))
    record(first, "clear", item(1))
    held = []
    while items := undo(open_session(tmp_path)):
        held.append((items, lead(open_session(tmp_path), 1)))
    assert held == [
        ([item(1)], "individual"), ([item(2)], "individual"), ([item(1)], "upstream"), ([item(1), item(2)], None),
    ]  # fmt: skip


def test_a_note_is_recorded_with_a_label_or_with_a_skip(tmp_path: Path) -> None:
    session = open_session(tmp_path)
    label(session, item(1), "stakeholder", stakeholder="Marsh Lab", note="asked in the call")
    record(session, "skip", item(2), note="ask Bob", lead="upstream")
    mine = {"lead": "stakeholder", "stakeholder": "Marsh Lab", "activity": None, "note": "asked in the call"}
    assert page_row(session, item(1))["mine"] == mine | {"skipped": False}
    nothing = dict.fromkeys(("lead", "stakeholder", "activity")) | {"note": "ask Bob", "skipped": True}
    assert page_row(session, item(2))["mine"] == nothing


def test_an_adjudication_settles_what_people_dispute(tmp_path: Path) -> None:
    label(open_session(tmp_path, "bob"), item(1), "individual", note="own itch")
    session = open_session(tmp_path)
    label(session, item(1), "stakeholder")
    row = page_row(session, item(1))
    assert row["label"] == {"lead": None, "status": "disputed", "carried_over": False}
    assert {(said["by"], said["lead"], said["note"]) for said in row["opinions"]} == {
        ("bob", "individual", "own itch"), ("ada", "stakeholder", None),
    }  # fmt: skip
    record(open_session(tmp_path, "cem"), "adjudicate", item(1), lead="stakeholder")
    assert page_row(open_session(tmp_path), item(1))["label"]["status"] == "adjudicated"


def test_a_blind_row_is_hidden_until_its_person_labels_it(tmp_path: Path) -> None:
    session = open_session(tmp_path, blind=0.5)
    hidden = next(row["id"] for row in session.rows() if row["blind"])
    record(session, "skip", hidden)
    assert page_row(session, hidden)["blind"]
    label(session, hidden, "individual")
    label(session, hidden, "upstream")
    assert not page_row(session, hidden)["blind"]
    assert [event["seen"]["blind"] for event in session.labels.events] == [True, True, False]


def test_undo_takes_back_nothing_of_others_and_nothing_of_other_quarters(tmp_path: Path) -> None:
    jsonl(tmp_path / "2026-Q2" / "ada.1.jsonl", event(1, "ada", "label", "upstream", item="o/r#99@cy:issue"))
    label(open_session(tmp_path, "bob"), item(1), "upstream")
    assert undo(open_session(tmp_path)) == []


def test_many_are_labelled_and_undone_at_once(tmp_path: Path) -> None:
    session = open_session(tmp_path)
    label(session, item(0), "unclear")
    label(session, [shown["id"] for shown in session.rows() if shown["confidence"] >= 0.7], "individual")
    assert sum(lead(session, number) == "individual" for number in range(12)) == 7
    assert len(undo(session)) == 7
    assert [lead(session, number) for number in range(12)] == ["unclear"] + [None] * 11


# Events of the page.


def test_an_event_that_is_sent_again_is_saved_once(tmp_path: Path) -> None:
    session = open_session(tmp_path)
    events = [sent(1), sent(2)]
    assert session.record(events).saved == [event["id"] for event in events]
    answer = session.record([*events, sent(3)])
    assert (len(answer.saved), answer.failed) == (3, {})
    assert open_session(tmp_path).record(events).saved == [event["id"] for event in events]
    assert len(Labels.read(tmp_path).events) == 3
    twice = sent(4)
    assert session.record([twice, dict(twice)]).saved == [twice["id"]]
    assert len(Labels.read(tmp_path).events) == 4


def test_who_says_it_is_never_taken_from_the_page(tmp_path: Path) -> None:
    session = open_session(tmp_path)
    session.record([sent(1, by="bob", v=7, was="individual", more="x")])
    (row,) = Labels.read(tmp_path).events
    assert (row["by"], row["v"], row["was"]) == ("ada", 1, None)
    assert "more" not in row


def test_the_page_knows_what_was_in_sight(tmp_path: Path) -> None:
    session = open_session(tmp_path)
    shown = {"lead": "individual", "confidence": 0.4, "decided_by": "model", "blind": True}
    wrong = {"lead": "x", "confidence": 7, "decided_by": "<b>", "blind": "yes", "more": 1}
    sure = {"confidence": 1}  # JavaScript writes no 1.0
    session.record([sent(0, seen=shown), sent(1, seen=wrong), sent(2, seen="x"), sent(3, seen=sure)])
    first, *others = [event["seen"] for event in Labels.read(tmp_path).events]
    assert first == shown
    assert [round(seen["confidence"], 2) for seen in others] == [0.54, 0.58, 1]
    assert [seen["decided_by"] for seen in others] == ["rules"] * 3
    assert [(seen["lead"], seen["blind"]) for seen in others] == [("upstream", False)] * 3


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"item": "o/r#77@cy:issue"}, "is not among the 12 contributions"),
        ({"item": None}, "is not among the 12 contributions"),
        ({"op": "delete"}, 'invalid op "delete"; use one of label, adjudicate, clear, skip, undo'),
        ({"lead": "x"}, 'invalid lead "x"'),
        ({"id": None}, 'the event has no "id"'),
        ({"at": "now"}, 'invalid time "now"'),
        ({"at": "0001-01-01T00:00:00+23:59"}, 'invalid time "0001-01-01'),
        ({"note": 7}, '"note" is not text'),
        ({"stakeholder": ["x"]}, '"stakeholder" is not text'),
        ({"stakeholder": {}}, '"stakeholder" is not text'),
    ],
)
def test_a_wrong_event_fails_alone_and_is_said(tmp_path: Path, wrong: dict[str, Any], said: str) -> None:
    session = open_session(tmp_path)
    bad, good = sent(1) | wrong, sent(2)
    answer = session.record([bad, good])
    assert answer.saved == [good["id"]]
    assert said in answer.failed[str(bad["id"])]
    assert [event["item"] for event in Labels.read(tmp_path).events] == [item(2)]


@pytest.mark.parametrize("wrong", [None, 7, "event", ["x"], []])
def test_what_is_no_event_at_all_fails_alone(tmp_path: Path, wrong: Any) -> None:
    good = sent(2)
    answer = open_session(tmp_path).record([wrong, good])
    assert answer.saved == [good["id"]]
    (why,) = answer.failed.values()
    assert "is not an event" in why


def test_half_an_emoji_in_a_note_loses_no_label(tmp_path: Path) -> None:
    session = open_session(tmp_path)
    notes = ["cut \ud83d", "\x00\u2028 é 漢 😀"]
    answer = session.record([sent(number, note=note) for number, note in enumerate(notes)])
    assert len(answer.saved) == 2
    assert [event["note"] for event in Labels.read(tmp_path).events] == ["cut ?", notes[1]]


def test_what_cannot_be_saved_stays_with_the_page_and_is_taken_later(tmp_path: Path) -> None:
    (tmp_path / "2026-Q3").write_text("a file in the way")
    session = open_session(tmp_path)
    events = [sent(1), sent(2)]
    answer = session.record(events)
    assert answer.saved == []
    assert set(answer.failed) == {event["id"] for event in events}
    assert all("cannot be written" in why for why in answer.failed.values())
    assert lead(session, 1) is None
    (reason,) = session.record([{"op": "label", "item": item(3), "lead": "upstream"}]).failed.values()
    assert "cannot be written" in reason
    (tmp_path / "2026-Q3").unlink()
    assert session.record(events).saved == [event["id"] for event in events]
    assert lead(session, 1) == "upstream"


def test_an_event_that_comes_late_takes_its_place_in_time(tmp_path: Path) -> None:
    session = open_session(tmp_path)
    early, late = sent(1, given="individual"), sent(1, given="upstream", at="2026-10-01T00:00:01Z")
    session.record([late])
    session.record([early])
    assert lead(session, 1) == "upstream"
    assert [said["lead"] for said in page_row(session, item(1))["history"]] == ["individual", "upstream"]
    undo(session)
    assert lead(session, 1) == lead(open_session(tmp_path), 1) == "individual"


def test_an_undo_comes_after_what_it_takes_back_though_a_clock_was_put_back(tmp_path: Path) -> None:
    session = open_session(tmp_path)
    session.record([sent(1, at="2099-01-01T00:00:00Z")])
    undo(session)
    assert lead(open_session(tmp_path), 1) is None


# What is shown.


def test_rows_are_plain_json_in_the_order_of_the_queue(tmp_path: Path) -> None:
    session = open_session(tmp_path)
    rows = json.loads(json.dumps(session.rows(), allow_nan=False))
    assert [row["id"] for row in rows] == session.queue
    assert [row["queue"] for row in rows] == list(range(12))
    assert set(rows[0] | session.details(rows[0]["id"])) == {
        "id", "kind", "kind_word", "repo", "number", "url", "title", "actor", "who", "author", "state", "happened_at",
        "labels", "body", "remarks", "private", "lead", "confidence", "decided_by", "activity", "stakeholder",
        "initiative", "goal", "reasons", "blind", "audit", "queue", "needs_review", "label", "mine", "opinions",
        "history",
    }  # fmt: skip


def test_only_addresses_of_pages_are_links(tmp_path: Path) -> None:
    reasons = [
        {"rule": "x", "lead": "upstream", "weight": 1.0, "because": "b", "saw": "s", "where": where, "private": False}
        for where in ("javascript:alert(1)", "https://a.example/1", None, "o/r@abc")
    ]
    rows = judged(4, url=["javascript:alert(1)", "https://a.example", "HTTP://a.example", None], reasons=[reasons] * 4)
    session = open_session(tmp_path, rows=rows)
    shown = [page_row(session, item(number)) for number in range(4)]
    assert [row["url"] for row in shown] == [None, "https://a.example", "HTTP://a.example", None]
    assert [reason["url"] for reason in shown[0]["reasons"]] == [None, "https://a.example/1", None, None]


def test_a_table_without_texts_is_shown(tmp_path: Path) -> None:
    ids = ["log:2026-1@ada:meeting", "o/r@pkg@1.0@ada:release", "o/r#1@a'b\"<c>:issue", "O/R#2@é漢:other"]
    session = open_session(tmp_path, rows=pd.DataFrame({"id": ids}), period="2026-Q3")
    assert sorted(session.queue) == sorted(ids)
    assert all(
        (row["title"], row["body"], row["remarks"], row["lead"]) == (None, "", [], "unclear")
        for row in (page_row(session, name) for name in ids)
    )
    label(session, ids, "upstream")
    assert all(Labels.read(tmp_path).of(name).lead == "upstream" for name in ids)


def test_the_suggestion_is_shown_where_people_decided(tmp_path: Path) -> None:
    org = ck.Organisation.read_sample()
    rows = pd.DataFrame([{"id": "wicketlamp-example/lamp#1@ada-example:pull_request", "kind": "pull_request",
                          "title": "Fix the CI"}])  # fmt: skip
    alone = ck.classify(rows, None, org).nested()
    said = [event(1, "ada", "label", "individual", item=rows["id"][0])]
    jsonl(tmp_path / "ada.1.jsonl", *said)
    session = open_session(tmp_path, rows=ck.classify(rows, None, org, Labels(said)))
    row = page_row(session, rows["id"][0])
    assert (row["lead"], row["confidence"], row["decided_by"]) == (alone.lead[0], alone.confidence[0], "rules")
    assert [reason["sentence"] for reason in row["reasons"]] == [reason["because"] for reason in alone.reasons[0]]
    assert row["label"]["lead"] == "individual"


def test_a_label_from_an_earlier_period_is_carried_over(tmp_path: Path) -> None:
    jsonl(tmp_path / "2026-Q2" / "bob.1.jsonl", event(1, "bob", "label", "individual", item=item(1)))
    session = open_session(tmp_path)
    assert page_row(session, item(1))["label"] == {"lead": "individual", "status": "unanimous", "carried_over": True}
    label(session, item(1), "individual")
    assert page_row(session, item(1))["label"]["carried_over"] is False


def test_labels_of_old_names_show_in_the_session(tmp_path: Path) -> None:
    (tmp_path / "aliases.csv").write_text("old,new\nold-o/r,o/r\no/r#1,o/moved#7\nada-old,ada\n")
    jsonl(tmp_path / "ada.1.jsonl", event(1, "ada-old", "label", "individual", item="Old-O/r#0@cy:pull_request"))
    rows = judged(2, id=[item(0), "o/moved#7@cy:pull_request"])
    session = open_session(tmp_path, rows=rows)
    assert page_row(session, item(0))["mine"]["lead"] == "individual"
    assert page_row(open_session(tmp_path, "Ada-Old", rows), item(0))["mine"]["lead"] == "individual"
    assert undo(session) == [item(0)]
    assert session.record([sent(1)]).failed == {}  # the page's name is an old one
    assert session.labels.of("o/moved#7@cy:pull_request").lead == "upstream"
    assert page_row(open_session(tmp_path, rows=rows), item(0))["mine"] is None


def test_long_texts_are_cut(tmp_path: Path) -> None:
    rows = judged(1, body=["x" * 9000], remarks=[["y" * 3000, "z" * 3000, "w"]])
    shown = open_session(tmp_path, rows=rows).details(item(0))
    assert (len(shown["body"]), [len(remark) for remark in shown["remarks"]]) == (4000, [3000, 1000])


def test_no_rows_at_all_are_no_error(tmp_path: Path) -> None:
    session = open_session(tmp_path, rows=judged(0))
    assert (session.rows(), session.queue, undo(session), session.to_review) == ([], [], [], 0)


# The queue.


def test_several_reasons_of_one_rule_count_once_so_that_the_closest_calls_come_first(tmp_path: Path) -> None:
    def reasons(*weights: float) -> list[dict[str, Any]]:
        known = {"because": "b", "saw": "s", "where": None, "private": False}
        stakeholder = [{"rule": "mention", "lead": "stakeholder", "weight": weight} | known for weight in weights]
        return [*stakeholder, {"rule": "upkeep", "lead": "upstream", "weight": 1.0} | known]

    rows = judged(2, lead="unclear", confidence=0.5, reasons=[reasons(1.2, 0.9, 0.75), reasons(1.3)])
    close, clearer = suggestions(Judged.of(rows))["margin"]
    assert round(close, 2) == 0.10  # all three added up would be 0.73
    assert round(clearer, 2) == 0.15
    many = pd.concat([rows.assign(id=[item(2 * number), item(2 * number + 1)]) for number in range(6)])
    queue = open_session(tmp_path, rows=many).rows()
    margins = [row["id"] for row in queue if not row["audit"]]
    assert margins == sorted(margins, key=lambda name: int(name.split("#")[1].split("@")[0]) % 2)


def test_half_of_the_queue_is_the_smallest_margin_and_half_a_random_draw(tmp_path: Path) -> None:
    session = open_session(tmp_path, rows=judged(100))
    rows = session.rows()
    assert [row["audit"] for row in rows] == [False, True] * 50
    sure = [row["confidence"] for row in rows if not row["audit"]]
    assert sure == sorted(sure)
    drawn = [row["confidence"] for row in rows if row["audit"]]
    assert drawn != sorted(drawn)


def test_random_draws_know_nothing_of_the_machine_and_are_the_same_for_everybody(tmp_path: Path) -> None:
    mirrored = judged(100).assign(confidence=lambda rows: rows["confidence"].to_numpy()[::-1])
    one, other = open_session(tmp_path, "ada", judged(100)), open_session(tmp_path, "bob", mirrored)
    assert [row["id"] for row in one.rows() if row["audit"]] == [row["id"] for row in other.rows() if row["audit"]]
    elsewhere = open_session(tmp_path, "ada", judged(100), period="2026-Q2")
    assert [row["id"] for row in one.rows() if row["audit"]] != [row["id"] for row in elsewhere.rows() if row["audit"]]


def test_a_further_row_leaves_the_order_of_the_draws_as_it_is(tmp_path: Path) -> None:
    fewer, more = (open_session(tmp_path, rows=judged(count)) for count in (60, 61))
    drawn = [[row["id"] for row in session.rows() if row["audit"]] for session in (fewer, more)]
    known = [name for name in drawn[1] if name != item(60)]
    assert known == drawn[0][: len(known)]


def test_blind_rows_are_a_share_of_the_queue_and_all_random_draws(tmp_path: Path) -> None:
    rows = open_session(tmp_path, rows=judged(400), blind=0.25).rows()
    assert all(row["audit"] for row in rows if row["blind"])
    assert 70 <= sum(row["blind"] for row in rows) <= 130
    assert not any(row["blind"] for row in open_session(tmp_path, rows=judged(400), blind=0).rows())
    assert sum(row["blind"] for row in open_session(tmp_path, rows=judged(400), blind=0.5).rows()) == 200


def test_labels_of_blind_rows_correct_the_shares_of_a_review(tmp_path: Path) -> None:
    from contribkit.evaluation import blind_sample, corrected_shares

    table = judged(300)
    session = open_session(tmp_path, rows=table, blind=0.5)
    for number, name in enumerate(session.queue):
        label(session, name, "individual" if number % 4 == 1 else "upstream")
    sample = blind_sample(Labels.read(tmp_path))
    assert set(sample["id"]) == {row["id"] for row in session.rows() if row["audit"]}
    found = corrected_shares(table, sample, draws=50)
    assert found.table is not None
    assert found.table.set_index("lead")["corrected"]["individual"] == pytest.approx(0.5)


def test_what_was_cleared_needs_review_again(tmp_path: Path) -> None:
    session = open_session(tmp_path)
    label(session, item(0), "upstream")
    record(session, "clear", item(0))
    row = page_row(session, item(0))
    assert (row["mine"], row["needs_review"], row["label"]) == (None, True, None)
    record(session, "skip", item(0))
    record(session, "clear", item(0))
    assert page_row(session, item(0))["needs_review"]
    undo(session)
    assert page_row(session, item(0))["mine"]["skipped"]


def test_what_others_settled_needs_no_review_and_what_they_dispute_does(tmp_path: Path) -> None:
    bob = open_session(tmp_path, "bob")
    label(bob, [item(0), item(1)], "upstream")
    label(open_session(tmp_path, "cem"), item(1), "individual")
    waiting = to_review(open_session(tmp_path))
    assert item(0) not in waiting
    assert item(1) in waiting


def test_a_pace_is_told_from_the_persons_own_answers(tmp_path: Path) -> None:
    times = [0, 4, 8, 13, 18, 24, 3000, 3006]
    said = [event(second, "ada", "label", "upstream", item=item(n)) for n, second in enumerate(times)]
    jsonl(tmp_path / "ada.1.jsonl", *said)
    assert open_session(tmp_path).pace == 5.0
    assert open_session(tmp_path, "bob").pace is None


# What follows.


def test_retraining_learns_from_the_labels_and_tells_what_changed(tmp_path: Path) -> None:
    from tests.classifiers.test_model import contributions, truth

    org, period = ck.Organisation.read_sample(), ck.Period("2026-Q3")
    data = ck.load(org, period)
    table = contributions(40)
    rows = ck.classify(table, None, org)
    session = Session(rows, Labels.read(tmp_path), "ada-example", data=data, blind=0)
    for number, (name, said) in enumerate(zip(table["id"], truth(table), strict=True)):
        if number % 40 < 30:  # of each sort
            label(session, name, said)
    changed = session.retrain()
    assert len(changed) == 10
    assert {(row["was"], row["lead"], row["decided_by"]) for row in changed} == {("upstream", "individual", "model")}
    assert sum(bool(shown["mine"]) for shown in session.rows()) == 90
    assert page_row(session, changed[0]["id"])["lead"] == "individual"
    assert session.retrain() == []


def test_retraining_without_what_was_loaded_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ContribkitError, match="give data="):
        open_session(tmp_path).retrain()


def test_agreement_and_anchoring_bias_count_what_was_just_said(tmp_path: Path) -> None:
    rows = judged(200)
    bob = open_session(tmp_path, "bob", rows, blind=0.25)
    for row in bob.rows():
        # Bob agrees with every suggestion that he sees.
        label(bob, row["id"], "individual" if row["blind"] else "upstream")
    found = json.loads(json.dumps(bob.agreement()))
    assert found["people"]["reason"] == "fewer than two people gave labels"
    assert found["anchoring"]["difference"] == 1.0
    assert found["anchoring"]["hidden"]["part"] == 0
    assert found["anchoring"]["low"] > 0.8
    assert "answers that they saw and 0 of" in found["anchoring"]["sentence"]
    ada = open_session(tmp_path, "ada", rows)
    label(ada, ada.queue, "upstream")
    assert ada.agreement()["people"]["rows"] == 200


# The page, and how a session starts.


def test_the_page_speaks_the_organisations_words(tmp_path: Path) -> None:
    org = ck.Organisation.read_sample()
    data = ck.load(org, ck.Period("2026-Q3"))
    rows = ck.classify(data.contributions, data.references, org)
    session = Session(rows, Labels.read(tmp_path), "ada-example", data=data)
    page = json.loads(json.dumps(page_facts(session)))
    assert {lead: shown["word"] for lead, shown in page["leads"].items()} == {lead: org.word(lead) for lead in LEADS}
    assert [step["word"] for step in page["guideline"]["steps"]] == [org.word(lead) for lead in LEADS]
    assert page["stakeholders"] == [stakeholder.name for stakeholder in org.stakeholders]
    assert (page["person"], page["period"], page["repository"]) == ("ada-example", "2026-Q3", None)
    assert {row["who"] for row in session.rows()} <= {member.word for member in org.members.values()}


def test_the_guideline_names_leads_in_the_organisations_words_alone() -> None:
    words = {"stakeholder": "DIRECTED", "upstream": "FOUNDATIONAL", "individual": "OWN", "unclear": "OPEN"}
    texts = guideline(words)
    assert [step["word"] for step in texts["steps"]] == list(words.values())
    everything = " ".join([texts["opening"], *texts["cautions"], *(step["text"] for step in texts["steps"])])
    assert "DIRECTED" in everything
    assert "{" not in everything
    assert "-led" not in everything


def test_a_rendered_sample_finds_its_labels_again(tmp_path: Path) -> None:
    org = ck.Organisation.read_sample()
    labels = Labels.read(SAMPLE.parent / "labels")
    data = ck.load(org, ck.Period("2026-Q2"))
    judged = ck.classify(data.contributions, data.references, org, labels)
    session = Session(judged, labels, "dara-example", data=data, sample_labels=tmp_path / "labels")
    assert any(shown["mine"] for shown in session.rows())
    assert not session.file.exists()


@pytest.mark.parametrize("variable", ["BINDER_SERVICE_HOST", "BINDER_LAUNCH_HOST"])
def test_binder_is_said_to_be_temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, variable: str) -> None:
    assert page_facts(open_session(tmp_path))["temporary"] is bool(os.environ.get(variable))
    monkeypatch.setenv(variable, "https://mybinder.example")
    assert page_facts(open_session(tmp_path))["temporary"] is True


def test_a_clone_tells_where_labels_are_proposed(tmp_path: Path) -> None:
    run_git("init", "--quiet", tmp_path)
    folder = tmp_path / "reviews" / "labels"
    assert page_facts(open_session(folder))["repository"] is None
    run_git("-C", tmp_path, "remote", "add", "origin", "https://github.com/example-collective/reviews.git")
    session = open_session(folder)
    assert page_facts(session)["repository"] == "example-collective/reviews"
    assert page_facts(session)["path"] == f"reviews/labels/2026-Q3/{session.file.name}"


def test_a_clone_from_elsewhere_proposes_nothing_on_github(tmp_path: Path) -> None:
    run_git("init", "--quiet", tmp_path)
    run_git("-C", tmp_path, "remote", "add", "origin", "https://git.example.org/collective/reviews.git")
    assert page_facts(open_session(tmp_path / "labels"))["repository"] is None


@pytest.mark.parametrize("person", ["", "  ", "a\nb", "a\x00b"])
def test_a_person_needs_a_name(tmp_path: Path, person: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    with pytest.raises(ContribkitError, match=r"(?s)invalid person .*; write your GitHub login, as person = "):
        open_session(tmp_path, person)


def test_without_a_person_the_member_of_gits_user_name_labels_and_the_page_says_so(tmp_path: Path) -> None:
    org = ck.Organisation.read_sample()
    data = ck.load(org, ck.Period("2026-Q3"))
    rows = ck.classify(data.contributions, data.references, org)
    run_git("init", "--quiet", tmp_path)
    login, member = next(iter(org.members.items()))
    for name, person in ((member.name, login), ("Somebody Else", "Somebody Else")):
        run_git("-C", tmp_path, "config", "user.name", name)
        session = Session(rows, Labels.read(tmp_path / "labels"), "", data=data)
        assert (session.person, page_facts(session)["person_from_git"]) == (person, True)
    assert page_facts(open_session(tmp_path / "labels"))["person_from_git"] is False


@pytest.mark.parametrize("blind", [-0.1, 0.6, float("nan")])
def test_a_share_is_one(tmp_path: Path, blind: float) -> None:
    with pytest.raises(ContribkitError, match="invalid share"):
        open_session(tmp_path, blind=blind)


def test_labels_that_came_from_nowhere_are_refused_before_anything_is_said() -> None:
    with pytest.raises(ContribkitError, match=r"read them with Labels\.read"):
        Session(judged(), Labels(), "ada")


@pytest.mark.parametrize(
    ("given", "period"),
    [("2026-h1", "2026-H1"), (ck.Period("2026-07"), "2026-07"), (None, "2026-Q3")],
)
def test_the_period_is_the_one_given_or_that_of_the_contributions(tmp_path: Path, given: Any, period: str) -> None:
    assert str(open_session(tmp_path, period=given).period) == period


def test_a_text_that_is_no_period_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ContribkitError, match="invalid period"):
        open_session(tmp_path, period="soon")
