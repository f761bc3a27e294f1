"""Several sources become one set of tables: nothing twice, nothing lost."""

from pathlib import Path

import pandas as pd
import pytest

from contribkit.config.organisation import Organisation
from contribkit.fold import fold
from contribkit.ids import unidentified
from contribkit.loaders.union import in_scope, outside_membership, unite_acts, unite_references, unite_threads
from contribkit.period import Period
from contribkit.tables import ACTS, REFERENCES, THREADS, conform, empty, plain
from tests.helpers.builders import HEAD, PULL, TEAM, UPSTREAM, acts, organisation, references, threads

BERLIN = HEAD + 'timezone = "Europe/Berlin"\nown = ["own"]\nbots = ["robot"]\n' + TEAM + UPSTREAM
NOON = "2026-07-08T12:00:00Z"


@pytest.fixture
def org(tmp_path: Path) -> Organisation:
    return organisation(tmp_path, BERLIN)


def told(frame: pd.DataFrame) -> list[tuple]:
    return [(row.actor, row.act, plain(row.at)) for row in frame.itertuples()]


# Threads.


def test_two_sources_know_one_thread_and_the_first_is_believed(org: Organisation) -> None:
    one = threads(PULL | {"title": "First", "source": "records", "files": ["a.py"]})
    other = threads(
        {"ref": "O/R#1", "title": "Second", "body": "Body", "files": ["b.py"], "source": "git", "additions": 3}
    )
    row = unite_threads([one, other], org).iloc[0]
    assert (row["ref"], row["title"], row["body"], row["files"]) == ("o/r#1", "First", "Body", ["a.py"])
    assert (row["author"], row["additions"], row["source"]) == ("ada", 3, "records+git")


def test_other_threads_stay_apart_and_all_of_them_stay(org: Organisation) -> None:
    first = threads(PULL, {"ref": "o/r#2"})
    united = unite_threads([first, threads({"ref": "o/r#3"}, {"ref": "O/r#2"}), empty(THREADS)], org)
    assert sorted(united["ref"]) == ["o/r#1", "o/r#2", "o/r#3"]
    pd.testing.assert_frame_equal(united, conform(united, THREADS))


def test_lists_of_which_each_knows_a_part_grow_and_others_do_not(org: Organisation) -> None:
    here = {"ref": "o/r#1", "source": "a"}
    one = threads(here | {"links_out": ["o/r#2"], "labels": ["bug"], "files": [], "participants": ["Bobby", "ada"]})
    two = threads(
        here | {"links_out": ["O/R#2", "o/r#3"], "labels": ["Bug", "ci"], "files": ["x"], "participants": ["bob"]}
    )
    ins = (
        [{"ref": "own/p#1", "title": "One"}],
        [{"ref": "OWN/p#1", "title": "Again"}, {"ref": "own/p#2", "title": "Two"}],
    )
    one["links_in"], two["links_in"] = [ins[0]], [ins[1]]  # type: ignore[assignment]  # cells may hold lists
    row = unite_threads([one, two], org).iloc[0]
    assert (row["links_out"], row["labels"], row["files"]) == (["o/r#2", "o/r#3"], ["bug", "ci"], ["x"])
    assert row["participants"] == ["bob", "ada"]
    assert [link["title"] for link in row["links_in"]] == ["One", "Two"]
    assert row["source"] == "a"


@pytest.mark.parametrize(
    ("said", "private"),
    [((True, False), True), ((False, True), True), ((None, True), True), ((False, None), False), ((None, None), None)],
)
def test_a_thread_is_private_if_any_source_says_so(org: Organisation, said: tuple, private: bool | None) -> None:
    united = unite_threads([threads(PULL | {"private": word}) for word in said], org)
    assert plain(united["private"][0]) is private


def test_aliases_become_the_configured_login_and_bots_are_told(org: Organisation) -> None:
    rows = [{"ref": f"o/r#{n}", "author": who} for n, who in enumerate(("BOBBY", "Robot", "carl", None))]
    united = unite_threads(
        [threads(*rows, {"ref": "o/r#9", "author": "robot", "merged_by": "Ada", "author_is_bot": False})], org
    )
    assert united["author"].tolist()[:3] == ["bob", "Robot", "carl"]
    assert [plain(bot) for bot in united["author_is_bot"]] == [False, True, False, None, False]  # a source knows best
    assert united["merged_by"][4] == "ada"


def test_a_thread_that_one_source_saw_merged_is_merged(org: Organisation) -> None:
    united = unite_threads([threads(PULL | {"state": "open"}), threads(PULL | {"merged_at": NOON})], org)
    assert (united["state"][0], plain(united["merged_at"][0])) == ("merged", NOON)


# Acts.


def test_an_act_that_two_sources_tell_is_one(org: Organisation) -> None:
    one = acts(("o/r#1", "Bobby", "commented", NOON, {"source": "records"}))
    two = acts(
        ("O/R#1", "bob", "commented", NOON, {"source": "git"}), ("o/r#1", "bob", "commented", "2026-07-08T13:00:00Z")
    )
    united = unite_acts([one, two], org)
    assert told(united) == [("bob", "commented", NOON), ("bob", "commented", "2026-07-08T13:00:00Z")]
    assert united["source"].tolist()[0] == "records"


@pytest.mark.parametrize("act", ["opened", "merged", "released", "created"])
def test_what_happens_once_is_one_act_even_at_other_seconds(org: Organisation, act: str) -> None:
    two = [acts(("o/r#1", "ada", act, "2026-07-08T12:00:03Z")), acts(("o/r#1", "ADA", act, NOON))]
    assert told(unite_acts(two, org)) == [("ada", act, "2026-07-08T12:00:03Z")]


def test_of_what_happens_once_a_time_wins_over_a_day_though_it_is_believed_less(org: Organisation) -> None:
    two = [acts(("o/r#1", "ada", "opened", "2026-07-07")), acts(("o/r#1", "ada", "opened", NOON))]
    assert told(unite_acts(two, org)) == [("ada", "opened", NOON)]


def test_a_day_gives_way_to_the_times_of_the_same_person_act_and_local_day(org: Organisation) -> None:
    # A day in Berlin: half past midnight there is still the day before in UTC.
    day = conform(pd.DataFrame([{"ref": "o/r#1", "actor": "bob", "act": "commented", "at": "2026-07-08", "count": 5,
                                 "whole_day": True}]), ACTS, "Europe/Berlin")  # fmt: skip
    early = acts(("o/r#1", "bob", "commented", "2026-07-07T22:30:00Z"))
    assert told(unite_acts([day, early], org)) == [("bob", "commented", "2026-07-07T22:30:00Z")]
    assert told(unite_acts([early, day], org)) == [("bob", "commented", "2026-07-07T22:30:00Z")]
    day_before = acts(("o/r#1", "bob", "commented", "2026-07-07T21:30:00Z"))
    assert len(unite_acts([day, day_before], org)) == 2


@pytest.mark.parametrize(
    "other", [("o/r#2", "bob", "commented"), ("o/r#1", "ada", "commented"), ("o/r#1", "bob", "closed")]
)
def test_a_day_stays_beside_the_times_of_others(org: Organisation, other: tuple[str, str, str]) -> None:
    assert len(unite_acts([acts(("o/r#1", "bob", "commented", "2026-07-08")), acts((*other, NOON))], org)) == 2


def test_acts_without_an_actor_go_and_those_without_a_date_stay(org: Organisation) -> None:
    united = unite_acts([acts(("o/r#1", None, "commented", NOON), ("o/r#1", "bob", "commented", None))], org)
    assert told(united) == [("bob", "commented", None)]


def test_the_order_of_the_sources_is_kept_and_the_table_conforms(org: Organisation) -> None:
    rows = [
        ("o/r#1", "ada", "opened", "2026-07-08"),
        ("o/r#1", "bob", "merged", NOON),
        ("o/r#2", "bob", "closed", NOON),
    ]
    united = unite_acts([acts(*rows[:2]), acts(rows[2]), empty(ACTS)], org)
    assert united["act"].tolist() == ["opened", "merged", "closed"]
    pd.testing.assert_frame_equal(united, conform(united, ACTS))


def test_the_same_source_twice_changes_nothing(org: Organisation) -> None:
    frame = acts(
        ("o/r#1", "ada", "opened", NOON), ("o/r#1", "bob", "merged", "2026-07-09"), ("o/r#1", "bob", "closed", NOON)
    )
    once = unite_acts([frame], org)
    pd.testing.assert_frame_equal(unite_acts([frame, frame], org), once)
    pd.testing.assert_frame_equal(unite_acts([once, frame], org), once)


def test_an_act_that_sums_up_several_gives_way_to_them(org: Organisation) -> None:
    hours = [f"2026-07-08T{hour}:00:00Z" for hour in (10, 11, 12)]
    summed = acts(("o/r#1", "bob", "commented", hours[0], {"count": 2}), ("o/r#1", "bob", "commented", hours[2]))
    united = unite_acts([summed, acts(*[("o/r#1", "bob", "commented", hour) for hour in hours])], org)
    assert int(united["count"].fillna(1).sum()) == 3


@pytest.mark.parametrize("day", ["2026-07-08", "2026-07-08T12:00:03Z"])
def test_a_merge_that_one_source_tells_of_its_author_and_another_of_its_merger_is_one_act_of_each(
    org: Organisation, day: str
) -> None:
    united = unite_acts([acts(("o/r#1", "ada", "merged", day)), acts(("o/r#1", "bob", "merged", NOON))], org)
    rows = fold(threads(PULL), united, Period("2026-Q3"), org.teams[0])
    assert dict(zip(rows["actor"], rows["acts"], strict=True)) == {"ada": 1, "bob": 1}


# References.


def test_who_is_known_by_address_only_counts_unless_another_source_names_them(org: Organisation) -> None:
    nameless = unidentified("Nora", "nora@lab.example")
    git = acts(("o/r#1", nameless, "merged", NOON, {"source": "git"}), ("o/r#2", nameless, "merged", NOON))
    github = acts(("o/r#1", "nora-example", "merged", NOON, {"source": "github"}))
    assert [(row.ref, row.actor) for row in unite_acts([github, git], org).itertuples()] == [
        ("o/r#1", "nora-example"), ("o/r#2", nameless)
    ]  # fmt: skip


def test_a_pair_of_place_and_thread_is_one_reference(org: Organisation) -> None:
    one = references({"title": "One", "by": "Bobby"}, {"id": "b.md"}, {"ref": "o/r#2"})
    two = references({"ref": "O/R#1", "source": "OWN/Plans", "title": "Again"}, {"source": "own/other"})
    united = unite_references([one, two], org)
    assert list(zip(united["ref"], united["source"], united["id"], strict=True)) == [
        ("o/r#1", "own/plans", "a.md"),
        ("o/r#1", "own/plans", "b.md"),
        ("o/r#2", "own/plans", "a.md"),
        ("o/r#1", "own/other", "a.md"),
    ]
    assert (united["title"][0], united["by"][0]) == ("One", "bob")
    pd.testing.assert_frame_equal(united, conform(united, REFERENCES))


def test_references_to_threads_that_nobody_looks_at_go(org: Organisation) -> None:
    assert unite_references([references({"ref": "else/where#1"}, {"ref": "own/plans#1"}, {})], org)["ref"].tolist() == [
        "o/r#1"
    ]
    assert len(unite_references([empty(REFERENCES)], org)) == 0


def test_a_reference_is_private_if_any_source_says_so(org: Organisation) -> None:
    united = unite_references([references({"private": False}), references({"private": True})], org)
    assert united["private"].tolist() == [True]


def test_two_places_without_an_id_are_told_apart_by_their_address(org: Organisation) -> None:
    two = references({"id": None, "url": "https://x.example/1"}, {"id": None, "url": "https://x.example/2"})
    assert len(unite_references([two], org)) == 2


def test_two_paragraphs_of_one_place_about_one_thread_are_one_reference_with_the_words_of_both(
    org: Organisation,
) -> None:
    united = unite_references([references({"text": "For Earth."}, {"text": "The fix itself."})], org)
    assert united["text"].tolist() == ["For Earth.\n\nThe fix itself."]


def test_the_same_issue_from_two_sources_is_one_reference_with_the_earlier_date(org: Organisation) -> None:
    issue = {"kind": "issue", "date": "2026-07-02", "by": "some[bot]"}
    one, two = (
        references(issue | {"id": "7"}),
        references(issue | {"id": "own/plans#7", "date": "2026-07-01T12:00:00Z"}),
    )
    united = unite_references([one, two], org)
    assert united["id"].tolist() == ["own/plans#7"]
    assert united["date"][0].isoformat() == "2026-07-01T12:00:00+00:00"
    assert (united["direction"][0], bool(united["by_is_bot"][0])) == ("in", True)


# What is looked at.


def test_scope_is_asked_once_for_each_thread(org: Organisation) -> None:
    refs = pd.Series(["o/r#1", "O/x@v1", "else/x#1", "own/x#1", "activity_log:1", "o/r#1"])
    assert in_scope(refs, org).tolist() == [True, True, False, False, True, True]
    assert in_scope(pd.Series([], dtype="str"), org).tolist() == []


def test_only_members_can_be_outside_their_membership(tmp_path: Path) -> None:
    org = organisation(tmp_path, BERLIN.replace('login = "ada"', 'login = "ada"\nfrom = 2026-07-08'))
    rows = [("ada", "2026-07-07T21:59:59Z"), ("ada", "2026-07-07T22:00:00Z"), ("carl", "2026-07-01"), ("ada", None)]
    frame = acts(*[("o/r#1", who, "commented", at) for who, at in rows])
    assert outside_membership(frame, org).tolist() == [True, False, False, False]
