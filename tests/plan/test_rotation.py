"""The rotation: who takes what, worked by hand, and what is said where it cannot be met."""

from collections.abc import Sequence
from itertools import combinations, product
from pathlib import Path
from random import Random
from typing import Any

import pandas as pd
import pytest

from contribkit import Period
from contribkit.plan.lines import Line
from contribkit.plan.ranking import first_of_each_kind, rank
from contribkit.plan.rotation import (
    WORK,
    Person,
    Rotation,
    apportion,
    assign,
    earlier_work,
    limit,
    lines_to_take,
    pair,
    people_of,
    propose,
)
from contribkit.tables import NEEDS, NESTED, conform, empty
from tests.helpers.builders import HEAD, UPSTREAM, organisation

Q4 = Period("2026-Q4")
NO_NEEDS = empty(NEEDS).assign(upstream=[], activity=[])


def team(*members: str) -> str:
    """Return a team of logins; further keys stand behind a login, as in ``ada capacity=0.5``."""
    text = '[[teams]]\nname = "One"\n'
    for member in members:
        login, *keys = member.split(" ")
        text += f'[[teams.members]]\nlogin = "{login}"\n' + "".join(f"{key}\n" for key in keys)
    return text


def goal(activity: str, target: int | None = None, name: str = "Goal") -> str:
    number = f"target = {target}\n" if target else ""
    return f'[[goals]]\nname = "{name}"\nupstream = ["Up"]\nactivities = ["{activity}"]\n{number}'


def work(*rows: tuple[Any, ...]) -> pd.DataFrame:
    """Make earlier work from (back, actor, activity) and, where wanted, upstream and lead."""
    filled = [(*row, *("Up", "upstream", 2.0)[len(row) - 3 :]) for row in rows]
    return pd.DataFrame(filled, columns=list(WORK)).astype(WORK)


def proposal(
    folder: Path,
    members: tuple[str, ...],
    goals: str,
    *done: tuple[Any, ...],
    period: Period = Q4,
) -> Rotation:
    org = organisation(folder, HEAD + team(*members) + UPSTREAM + goals)
    return propose(org, org.teams[0], period, work(*done), NO_NEEDS)


def takers(rotation: Rotation) -> list[str | None]:
    return [line.who for line in rotation.lines]


# What there is to hand out.


def test_a_target_becomes_lines_of_a_handful_at_most(tmp_path: Path) -> None:
    rotation = proposal(tmp_path, ("ada", "bob"), goal("review", 11))
    assert [(line.activity, line.upstream, line.how_many) for line in rotation.lines] == [
        ("review", "Up", 4), ("review", "Up", 4), ("review", "Up", 3),
    ]  # fmt: skip
    assert rotation.lines[0].because == 'goal "Goal" (11 of 11)'


def test_a_target_is_scaled_to_the_period(tmp_path: Path) -> None:
    rotation = proposal(tmp_path, ("ada",), goal("review", 12), period=Period("2026-10"))
    assert [line.how_many for line in rotation.lines] == [4]  # 31 of 91.3 days, of 12


def test_lines_are_shorter_where_else_somebody_would_have_none(tmp_path: Path) -> None:
    rotation = proposal(tmp_path, tuple("abcdef"), goal("review", 6))
    assert [line.how_many for line in rotation.lines] == [1] * 6
    assert sorted(filter(None, takers(rotation))) == list("abcdef")


def test_releases_are_one_a_line_so_that_several_people_make_one(tmp_path: Path) -> None:
    rotation = proposal(tmp_path, ("ada", "bob", "cleo"), goal("release", 3))
    assert set(takers(rotation)) == {"ada", "bob", "cleo"}


def test_a_goal_without_a_target_is_for_as_many_as_so_far_and_one_at_least(tmp_path: Path) -> None:
    done = [(back, "ada", "docs") for back in (1, 1, 2, 2, 2)]
    assert [line.how_many for line in proposal(tmp_path, ("ada",), goal("docs"), *done).lines] == [3]  # 2.5
    assert [line.how_many for line in proposal(tmp_path, ("ada",), goal("docs")).lines] == [1]


def test_what_was_done_so_far_goes_on_without_a_goal_but_features_do_not(tmp_path: Path) -> None:
    done = [(1, "ada", "triage"), (2, "ada", "triage"), (1, "ada", "ci"), (3, "bob", "feature"), (1, "bob", "feature")]
    rotation = proposal(tmp_path, ("ada", "bob"), "", *done, (2, "bob", "feature"))
    assert [(line.activity, line.because) for line in rotation.lines] == [
        ("triage", "about 1 per period so far"),  # 2 in 3 periods; one CI in three is below a half
    ]


def test_stakeholder_led_work_is_no_habit_but_teaches(tmp_path: Path) -> None:
    done = [(1, "ada", "release", "Up", "stakeholder"), (1, "ada", "release", "Up", "stakeholder")]
    rotation = proposal(tmp_path, ("ada", "bob"), goal("release", 1), *done, (1, "bob", "comment"))
    assert [(line.who, line.partner) for line in rotation.lines] == [("bob", "ada")]
    assert proposal(tmp_path, ("ada", "bob"), "", *done).lines == []


def test_a_goal_that_does_not_hold_in_the_period_is_left_out(tmp_path: Path) -> None:
    assert proposal(tmp_path, ("ada",), goal("review", 5) + "to = 2026-09-30\n").lines == []


def test_teams_share_a_target_by_how_much_they_work_in_the_project(tmp_path: Path) -> None:
    two = team("ada") + team("bob").replace("One", "Two")
    org = organisation(tmp_path, HEAD + two + UPSTREAM + goal("review", 8))
    done = work((1, "ada", "docs"), (1, "ada", "ci"), (1, "ada", "docs"), (1, "bob", "triage"))
    amounts = [
        sum(line.how_many for line in lines_to_take(org, one, Q4, done, NO_NEEDS, 1) if line.activity == "review")
        for one in org.teams
    ]
    assert amounts == [6, 2]


def test_needs_join_what_is_planned_or_become_lines_of_their_own(tmp_path: Path) -> None:
    org = organisation(tmp_path, HEAD + team("ada") + UPSTREAM + goal("review", 1))
    rows = [
        {"kind": "pull_request", "ref": "o/r#1", "repo": "o/r", "author_association": "NONE"},
        {"kind": "pull_request", "ref": "o/r#2", "repo": "o/r", "author_association": "NONE"},
        {"kind": "branch", "ref": "o/r@main", "repo": "o/r", "checks": "failure"},
    ]
    ranked = rank(conform(pd.DataFrame(rows), NEEDS), org, pd.Timestamp("2026-10-01", tz="UTC"))
    first = first_of_each_kind(ranked, 9)
    assert [
        (line.cell, line.how_many, line.because, line.needs, line.priority)
        for line in lines_to_take(org, org.teams[0], Q4, work(), first, 1)
    ] == [
        (("review", "Up"), 2, 'goal "Goal" (1 of 1) and 2 of the needs to begin with', ("o/r#1", "o/r#2"), 0),
        (("ci", "Up"), 1, "1 of the needs to begin with", ("o/r@main",), 1),
    ]


# Who takes it.


def test_nobody_repeats_the_last_period_where_there_is_another_way(tmp_path: Path) -> None:
    goals = goal("review", 2, "a") + goal("docs", 2, "b")
    done = [(1, "ada", "review"), (1, "bob", "docs"), (2, "ada", "docs"), (2, "bob", "review")]
    rotation = proposal(tmp_path, ("ada", "bob"), goals, *done)
    assert [(line.who, line.activity) for line in rotation.lines] == [("bob", "review"), ("ada", "docs")]
    assert rotation.why(rotation.lines[0]) == "bob has reviewed before and knows Up; they did other work last period."


def test_who_has_never_done_it_learns_it_with_somebody_who_has(tmp_path: Path) -> None:
    rotation = proposal(tmp_path, ("ada", "bob"), goal("release", 1), (2, "ada", "release"), (2, "bob", "comment"))
    (line,) = rotation.lines
    assert (line.who, line.partner) == ("bob", "ada")
    assert rotation.why(line) == "bob is not known to have made a release yet; ada has, and pairs with them."
    other = proposal(tmp_path, ("ada", "bob"), goal("release", 1), (2, "bob", "release"), (2, "ada", "comment"))
    assert takers(other) == ["ada"]


def test_who_works_in_a_project_comes_before_others_who_are_said_to_be_new_to_it(tmp_path: Path) -> None:
    done = [(1, "ada", "docs"), (2, "bob", "release", "Elsewhere")]
    rotation = proposal(tmp_path, ("ada", "bob"), goal("docs", 1), *done)
    (line,) = rotation.lines
    assert line.who == "ada"  # although they did the same in the last period
    assert "because nobody else who has time is known to work there" in rotation.why(line)
    both = proposal(tmp_path, ("ada", "bob"), goal("docs", 1) + goal("release", 1, "b"), *done)
    assert takers(both) == ["ada", "bob"]  # each their share
    assert rotation_said(both, 1) == (
        "bob is not known to have written docs yet; ada has, and pairs with them. They are new to Up as far as the "
        "sources tell; those who know it have their share of other work."
    )
    nobody = proposal(tmp_path, ("ada",), goal("docs", 1))
    assert "They are new to Up as far as the sources tell; so is everybody who has time." in rotation_said(nobody, 0)


def rotation_said(rotation: Rotation, number: int) -> str:
    return rotation.why(rotation.lines[number])


# What fits the hours that there are.


def test_lines_are_weighed_by_the_hours_of_the_review_and_what_does_not_fit_is_open(tmp_path: Path) -> None:
    reviews = proposal(tmp_path, ("ada hours=5",), goal("review", 8))  # an hour each, by [effort]
    assert [(line.hours, line.who) for line in reviews.lines] == [(4.0, "ada"), (4.0, None)]
    assert rotation_said(reviews, 1) == "Open: about 4.0 hours, more than anybody has left."
    assert reviews.notes()[1:3] == [
        "The lines take about 8.0 hours; the team has 5.0.",
        "1 of 2 lines are open: they do not fit the team's time.",
    ]
    twice = proposal(tmp_path, ("ada hours=5",), goal("review", 4), (1, "ada", "review", "Up", "upstream", 2.0))
    assert [(line.hours, line.who) for line in twice.lines] == [(8.0, None)]  # two hours each, as written down


def test_hours_of_a_team_are_divided_by_time_and_scaled_to_the_period(tmp_path: Path) -> None:
    members = team("ada", "bob capacity=0.5", "cleo hours=9").replace('"One"', '"One"\nhours = 30')
    org = organisation(tmp_path, HEAD + members + UPSTREAM)
    quarter, half = (people_of(org.teams[0], Period(name), work()) for name in ("2026-Q4", "2026-H2"))
    assert [person.hours for person in quarter] == [20.0, 10.0, 9.0]
    assert [person.time for person in quarter] == [1.0, 0.5, 0.45]
    assert [person.hours for person in half] == [40.0, 20.0, 18.0]


def test_nobody_takes_more_than_their_hours_however_lines_are_swapped(tmp_path: Path) -> None:
    done = [(1, login, activity) for login in ("ada", "bob") for activity in ("docs", "review", "ci")]
    goals = goal("docs", 2, "a") + goal("review", 6, "b") + goal("ci", 1, "c")
    rotation = proposal(tmp_path, ("ada hours=9", "bob hours=6"), goals, *done)
    for person in rotation.people:
        assert sum(line.hours for line in rotation.lines if line.who == person.login) <= (person.hours or 0)


def test_nobody_learns_two_things_at_once_where_there_is_another_way(tmp_path: Path) -> None:
    goals = goal("release", 1, "a") + goal("review", 1, "b")
    done = [(2, "ada", "release"), (2, "ada", "review")]
    assert sorted(takers(proposal(tmp_path, ("ada", "bob"), goals, *done))) == ["ada", "bob"]


def test_capacity_and_time_away_decide_how_many_lines_somebody_has(tmp_path: Path) -> None:
    members = ("ada", "bob capacity=0.5", 'cleo away=["2026-10-01..2026-11-15"]')  # 46 of 92 days: half, too
    rotation = proposal(tmp_path, members, goal("release", 8))
    assert [takers(rotation).count(login) for login in ("ada", "bob", "cleo")] == [4, 2, 2]
    assert any("cleo is away for 46 days, which counts." in rotation.why(line) for line in rotation.lines)


def test_who_leaves_before_or_comes_after_the_period_has_nothing_and_part_of_it_counts(tmp_path: Path) -> None:
    members = ("ada", "bob to=2026-09-30", "cleo from=2027-01-01", "dan from=2026-11-16")
    org = organisation(tmp_path, HEAD + team(*members) + UPSTREAM)
    people = people_of(org.teams[0], Q4, work())
    assert [(person.login, person.time) for person in people] == [("ada", 1.0), ("dan", 0.5)]


def test_two_spans_of_one_person_are_one_person(tmp_path: Path) -> None:
    members = ("ada to=2026-10-23", "ada from=2026-11-30")  # 23 and 32 of 92 days
    org = organisation(tmp_path, HEAD + team(*members) + UPSTREAM)
    (person,) = people_of(org.teams[0], Q4, work())
    assert person.time == pytest.approx(55 / 92)


def line(activity: str, upstream: str = "Up") -> Line:
    return Line(activity, upstream, 1)


def one(login: str, has_done: str = "", did_last: str = "", knows: str = "") -> Person:
    cells = {(activity, "Up") for activity in did_last.split()}
    return Person(login, login, 1.0, 0, frozenset(has_done.split()), frozenset(knows.split()), frozenset(cells))


def repetitions(lines: list[Line], answer: Sequence[Person | None]) -> int:
    return sum(taker is not None and line.cell in taker.did_last for line, taker in zip(lines, answer, strict=True))


@pytest.mark.parametrize("seed", range(20))
def test_no_other_answer_of_all_there_are_repeats_less(seed: int) -> None:
    random = Random(seed)
    activities = ["release", "review", "docs", "ci"]
    people = [
        one(login, " ".join(activities), " ".join(random.sample(activities, random.randint(1, 3)))) for login in "abc"
    ]
    lines = [line(random.choice(activities)) for _ in range(5)]
    fewest = min(
        repetitions(lines, answer)
        for answer in product(people, repeat=5)
        if all(answer.count(person) <= limit(person, people, 5) for person in people)
    )
    assert repetitions(lines, assign(lines, people)) == fewest


@pytest.mark.parametrize("seed", range(10))
def test_no_swap_of_two_lines_leaves_fewer_repetitions_or_second_lines(seed: int) -> None:
    random = Random(seed)
    activities = ["release", "review", "docs", "ci", "triage"]
    people = [one(login, " ".join(activities), " ".join(random.sample(activities, 2))) for login in "abcd"]
    lines = [line(random.choice(activities)) for _ in range(9)]
    answer = assign(lines, people)
    for mine, theirs in combinations(range(9), 2):
        swapped = answer.copy()
        swapped[mine], swapped[theirs] = answer[theirs], answer[mine]
        assert strain(lines, answer) <= strain(lines, swapped)


def strain(lines: list[Line], answer: Sequence[Person | None]) -> tuple[int, int]:
    different = {(line.activity, taker and taker.login) for line, taker in zip(lines, answer, strict=True)}
    return repetitions(lines, answer), len(lines) - len(different)


def test_somebody_who_knows_the_project_comes_first_of_equals() -> None:
    friend = one("b", "docs", knows="Up")
    assert assign([line("docs")], [one("a", "docs"), friend]) == [friend]


def test_pairs_are_spread_over_those_who_can_help() -> None:
    people = [one("a", "ci"), one("b", "ci"), one("c"), one("d")]
    lines = [line("ci"), line("ci")]
    partners = pair(lines, [people[2], people[3]], people)
    assert {partner.login for partner in partners if partner} == {"a", "b"}
    assert pair(lines[:1], [one("a", "ci")], people) == [None]


def test_the_same_input_gives_the_same_answer_for_40_members_and_120_lines() -> None:
    activities = ["release", "review", "onboarding", "ci", "docs", "meeting", "triage", "bugfix", "maintenance"]
    people = [
        Person(f"m{n}", f"m{n}", (1.0, 0.5, 0.2, 0.0)[n % 4], 0, frozenset(activities[n % 5 : n % 5 + 3]),
               frozenset({f"U{n % 6}"}), frozenset({(activities[n % 9], f"U{n % 6}")}))
        for n in range(40)
    ]  # fmt: skip
    lines = [line(activities[n % 9], f"U{n % 6}") for n in range(120)]
    answer = assign(lines, people)
    assert answer == assign(lines, people)
    assert None not in answer
    able = [person for person in people if person.time]
    assert all(answer.count(person) <= limit(person, able, 120) for person in able)
    assert not any(answer.count(person) for person in people if not person.time)
    assert repetitions(lines, answer) == 0


# What cannot be met, with a word.


def test_a_team_of_one_takes_everything_and_is_told(tmp_path: Path) -> None:
    rotation = proposal(tmp_path, ("ada",), goal("review", 5), (1, "ada", "review"))
    assert takers(rotation) == ["ada"]
    assert "they did the same last period, because nobody else has time" in rotation.why(rotation.lines[0])
    assert rotation.notes() == ["Only one person has time, so nothing can rotate and nobody can pair."]


@pytest.mark.parametrize("key", ['away=["2026"]', "capacity=0.0", "to=2026-09-30"])
def test_where_nobody_has_time_all_lines_are_open(tmp_path: Path, key: str) -> None:
    rotation = proposal(tmp_path, (f"ada {key}", f"bob {key}"), goal("review", 5))
    assert takers(rotation) == [None]
    assert rotation.why(rotation.lines[0]) == "Open: nobody has time left."
    assert rotation.notes()[0].startswith("Nobody has time in this period")


def test_what_nobody_has_done_is_for_somebody_with_the_projects_maintainers(tmp_path: Path) -> None:
    rotation = proposal(tmp_path, ("ada", "bob"), goal("release", 1))
    assert rotation.lines[0].partner is None
    assert "nor is anybody else who has time: ask the project's maintainers to help" in rotation.why(rotation.lines[0])
    assert "As far as the sources tell, nobody who has time has made a release before." in rotation.notes()


def test_everybody_repeats_where_all_did_the_only_thing_there_is(tmp_path: Path) -> None:
    done = [(1, "ada", "review"), (1, "bob", "review")]
    rotation = proposal(tmp_path, ("ada", "bob"), goal("review", 2), *done)
    assert all(
        "they did the same last period, as did everybody who has time" in rotation.why(line) for line in rotation.lines
    )


def test_more_than_fits_is_for_nobody_and_goals_come_before_habits(tmp_path: Path) -> None:
    done = [(1, "ada", activity) for activity in ("ci", "docs", "triage")]
    rotation = proposal(tmp_path, ("ada",), goal("release", 7), *done)
    assert [line.activity for line in rotation.lines if line.who is None] != []
    assert all(line.who for line in rotation.lines if line.activity == "release")
    assert "2 of 10 lines are open: they do not fit the team's time." in rotation.notes()


def test_nothing_to_hand_out_is_said(tmp_path: Path) -> None:
    assert proposal(tmp_path, ("ada",), "").notes()[0].startswith("There is nothing to plan")


def test_who_has_no_line_is_said_with_names_and_without(tmp_path: Path) -> None:
    rotation = proposal(tmp_path, ("ada", "bob", "cleo capacity=0.0"), goal("release", 2))
    assert "No line for cleo." in rotation.notes()
    assert "1 of 3 people have no line." in rotation.notes(without_names=True)


def test_without_names_nobody_is_named(tmp_path: Path) -> None:
    members = ("ada-example", "bob-example capacity=0.5")
    done = [(1, "ada-example", "release"), (1, "bob-example", "comment")]
    rotation = proposal(tmp_path, members, goal("release", 2) + goal("ci", 1, "b"), *done)
    said = [*(rotation.why(line, without_names=True) for line in rotation.lines), *rotation.notes(without_names=True)]
    assert [sentence for sentence in said if "ada" in sentence or "bob" in sentence] == []
    assert "Somebody is not known to have made a release yet; somebody has, and pairs with them." in said


def test_earlier_work_knows_the_projects_of_repositories_and_of_the_log(tmp_path: Path) -> None:
    org = organisation(tmp_path, HEAD + team("ada") + UPSTREAM)
    rows = [
        {"id": "o/r#1@ada:review", "actor": "ada", "repo": "o/r", "activity": "review", "lead": "upstream"},
        {"id": "x/r#1@ada:review", "actor": "ada", "repo": "x/r", "activity": "review", "lead": "upstream"},
        {"id": "activity_log:1@ada:meeting", "actor": "ada", "activity": "meeting", "lead": "upstream",
         "source": "activity_log", "stated_upstream": "Up"},
    ]  # fmt: skip
    judged = conform(pd.DataFrame(rows), NESTED)
    found = earlier_work({Period("2026-Q2"): judged[:0], Period("2026-Q3"): judged}, org)
    assert found[["back", "activity", "upstream"]].to_numpy().tolist() == [[1, "review", "Up"], [1, "meeting", "Up"]]
    assert earlier_work({}, org).empty


def test_a_total_is_divided_by_the_largest_remainders_and_equal_ones_in_order() -> None:
    assert (apportion(15, [2, 1, 1]), apportion(3, [0, 0]), apportion(2, [])) == ([7, 4, 4], [2, 1], [])
