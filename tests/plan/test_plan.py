"""A plan as a whole: what it shows, writes and never tells, and how it is edited and saved."""

import csv
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pandas as pd
import pytest

import contribkit as ck
from contribkit.config.organisation import SAMPLE
from contribkit.plan.lines import PLANNED, read_lines, to_table
from contribkit.plan.outcome import Planned
from contribkit.tables import NEEDS, Judged, conform
from tests.helpers.builders import HEAD, TEAM, UPSTREAM, jsonl, organisation
from tests.review.test_review import NASTY, SCHEMA

Q4 = ck.Period("2026-Q4", "Europe/Berlin")
Sample = tuple[ck.Organisation, ck.Data, dict[ck.Period, Judged], ck.Needs]


@pytest.fixture(scope="module")
def sample() -> Sample:
    """Load and classify the sample once, for the plan after its last quarter."""
    org = ck.Organisation.read_sample()
    last = Q4.previous()
    data = ck.load(org, last)
    labels = ck.Labels.read(org.root / "labels")
    earlier = {p: ck.classify(data.fold(p), data.references, org, labels) for p in last.last(3)}
    return org, data, earlier, ck.load_needs(org)


def plan_of(
    sample: Sample, team: str = "product", period: ck.Period = Q4, waiting: ck.Needs | None = None, **options: Any
) -> ck.Plan:
    org, data, earlier, needs = sample
    return ck.Plan(earlier, waiting or needs, data, org.team(team), period, **options)


def needing(sample: Sample, **columns: object) -> ck.Needs:
    """Return the sample's needs with some columns changed."""
    return ck.Needs(sample[3].table.assign(**columns), {})


def everything(plan: ck.Plan, folder: Path) -> str:
    """Return all that a plan shows or writes, as one text."""
    plan.write(folder)
    shown = [section.html + repr(section) for section in (plan.head, plan.needs, plan.who)]
    return "\n".join([*shown, *(path.read_text() for path in sorted(Path(folder).iterdir()))])


def test_every_line_of_the_sample_is_taken_explained_and_not_repeated(sample: Sample) -> None:
    plan = plan_of(sample)
    assert len(plan.lines) > 10
    assert plan.lines["who"].notna().all()
    assert (plan.lines["why"].str.len() > 20).all()
    last = sample[2][Q4.previous()].contributions
    led = last[last["lead"] == "upstream"]
    org = sample[0]
    did = {(row["actor"], row["activity"], org.project_of(row)) for row in led.to_dict("records")}
    assert not did & set(zip(plan.lines["who"], plan.lines["activity"], plan.lines["upstream"], strict=True))
    assert "none repeats what the same person did" in plan.who.sentence


def test_who_left_is_asked_for_nothing_and_who_never_released_gets_company(sample: Sample) -> None:
    lines = plan_of(sample).lines
    assert "bela-example" not in set(lines["who"])
    releases = lines[lines["activity"] == "release"].set_index("who")
    assert releases.loc["fenna-example", "with"] in {"Emil-Example", "ada-example", "chidi-example"}


def test_two_teams_are_not_asked_for_the_same_need(sample: Sample) -> None:
    asked = [
        {ref for refs in plan_of(sample, team).lines["needs"] for ref in refs} for team in ("product", "community")
    ]
    assert not asked[0] & asked[1]
    assert asked[0] | asked[1] == set(plan_of(sample).first["ref"])


def test_the_proposal_is_written_as_a_plan_that_can_be_read(sample: Sample, tmp_path: Path) -> None:
    plan = plan_of(sample)
    plan.write(tmp_path)
    lines = read_lines(tmp_path / "proposal.csv", sample[0])
    pd.testing.assert_frame_equal(to_table(lines), plan.lines[list(PLANNED)])


def test_without_names_nobody_is_named(sample: Sample, tmp_path: Path) -> None:
    org = sample[0]
    people = {name for member in org.members.values() for name in (member.login, member.name, *member.aliases)}
    people |= set(sample[3].table["author"].dropna())
    text = everything(plan_of(sample, without_names=True), tmp_path)
    assert sorted(name for name in people if name in text) == []
    with (tmp_path / "proposal.csv").open(encoding="utf-8-sig") as file:
        assert next(csv.reader(file)) == ["activity", "upstream", "how many", "team"]
    assert "Ada" in everything(plan_of(sample), tmp_path)


def test_without_names_a_title_that_names_somebody_is_masked(sample: Sample, tmp_path: Path) -> None:
    waiting = needing(sample, title="A fix for wren-example and @kittiwake")
    assert "wren-example" in plan_of(sample, waiting=waiting).needs.html
    text = everything(plan_of(sample, waiting=waiting, without_names=True), tmp_path)
    assert "wren-example" not in text
    assert "kittiwake" not in text


def test_private_needs_are_in_no_output_unless_asked_for(sample: Sample, tmp_path: Path) -> None:
    secret = sample[3].table.loc[sample[3].table["private"].fillna(False), "title"].item()
    assert secret not in everything(plan_of(sample), tmp_path)
    assert secret in plan_of(sample, include_private=True).needs.html


def test_titles_are_text_on_the_page_and_no_address_runs_code(sample: Sample) -> None:
    waiting = needing(sample, title=NASTY, url="javascript:alert(1)")
    plan = plan_of(sample, waiting=waiting)
    for section in (plan.needs, plan.who):
        assert "<script" not in section.html
        assert "&lt;script&gt;" in section.html
        assert 'href="javascript' not in section.html


def test_points_on_the_page_are_the_sum_of_the_reasons_beside_them(sample: Sample) -> None:
    first = plan_of(sample).first.iloc[0]
    assert first["score"] == sum(reason["points"] for reason in first["reasons"])
    said = " · ".join(f"{reason['points']:+g} {reason['because']}" for reason in first["reasons"])
    assert said.replace('"', "&#34;") in plan_of(sample).needs.html


def test_without_needs_and_without_history_the_page_still_reads_well(sample: Sample, tmp_path: Path) -> None:
    org, data, _, _ = sample
    plan = ck.Plan({}, ck.Needs(conform(pd.DataFrame(), NEEDS)), data, org.team("product"), Q4)
    assert "No need is known" in plan.needs.sentence
    assert "work so far: none is known" in plan.head.html
    assert len(plan.lines) > 0  # goals alone
    everything(plan, tmp_path)


def test_a_plan_for_a_period_that_is_over_says_so(sample: Sample) -> None:
    assert "2026-Q2 is over: this is what could have been planned." in plan_of(
        sample, period=ck.Period("2026-Q2", "Europe/Berlin")
    ).head.html  # fmt: skip
    assert "is over" not in plan_of(sample).head.html


def test_a_team_without_anything_to_hand_out_has_a_page(tmp_path: Path) -> None:
    jsonl(tmp_path / "c.jsonl")
    vague = '[[goals]]\nname = "Be kind"\n'
    org = organisation(tmp_path, HEAD + TEAM + UPSTREAM + vague + '[sources.records]\ncontributions = ["c.jsonl"]\n')
    plan = ck.Plan({}, ck.load_needs(org), ck.load(org, Q4), org.team(), Q4)
    assert plan.who.sentence == "There is nothing to plan."
    assert "There is nothing to plan: no goal applies" in plan.head.html
    assert "The goal &#34;Be kind&#34; has no activities" in plan.head.html
    everything(plan, tmp_path / "out")


def test_the_page_says_that_lines_are_shared_by_hours_and_how_many_do_not_fit(tmp_path: Path) -> None:
    jsonl(tmp_path / "c.jsonl")
    few = TEAM.replace('name = "One"\n', 'name = "One"\nhours = 2\n')
    goal = '[[goals]]\nname = "Reviews"\nactivities = ["review"]\ntarget = 4\n'
    org = organisation(tmp_path, HEAD + few + UPSTREAM + goal + '[sources.records]\ncontributions = ["c.jsonl"]\n')
    plan = ck.Plan({}, ck.load_needs(org), ck.load(org, Q4), org.team(), Q4)
    assert "Lines are shared by hours; nobody is ranked." in plan.who.sentence
    assert "The lines take about 4.0 hours; the team has 2.0." in plan.head.html
    assert plan.lines["hours"].tolist() == [2.0, 2.0]
    assert plan.lines["why"].str.startswith("Open: about 2.0 hours, more than anybody has left.").all()


def test_40_members_with_names_of_80_characters_have_a_page(tmp_path: Path) -> None:
    members = "".join(f'[[teams.members]]\nlogin = "m{n}"\nname = "{f"Member {n} " + "x" * 70}"\n' for n in range(40))
    goal = '[[goals]]\nname = "Reviews"\nactivities = ["review", "docs", "triage"]\ntarget = 90\n'
    jsonl(tmp_path / "c.jsonl")
    text = HEAD + '[[teams]]\nname = "Many"\n' + members + UPSTREAM + goal
    org = organisation(tmp_path, text + '[sources.records]\ncontributions = ["c.jsonl"]\n')
    plan = ck.Plan({}, ck.load_needs(org), ck.load(org, Q4), org.team(), Q4)
    counts = plan.lines["who"].value_counts()
    assert set(counts.index) == set(org.members)
    assert counts.max() - counts.min() <= 1
    everything(plan, tmp_path / "out")


# Editing.


@pytest.fixture
def edits(sample: Sample, tmp_path: Path) -> ck.PlanTable:
    return ck.PlanTable(plan_of(sample), tmp_path / "mine")


def test_editing_begins_with_the_proposal_and_goes_back_to_it_step_by_step(edits: ck.PlanTable) -> None:
    assert edits.state["said"].startswith("This is the proposal, not saved yet.")
    first = edits.lines[0]
    edits.change(0, "who", "CHIDI-OLD-example")
    edits.change(0, "how many", 3)
    assert (edits.lines[0].who, edits.lines[0].how_many) == ("chidi-example", 3)
    edits.undo()
    assert edits.lines[0].how_many == first.how_many
    edits.reset()
    assert edits.lines == edits.proposal
    edits.undo()  # the way back to the proposal is a step too
    assert edits.lines[0].who == "chidi-example"
    edits.undo()
    edits.undo()
    assert edits.lines == edits.proposal


@pytest.mark.parametrize(
    ("place", "column", "value", "said"),
    [
        (99, "who", "ada-example", "there is no line 100"),
        (-1, "who", "ada-example", "there is no line 0"),
        (0, "who", "adda-example", 'not a member\'s login; did you mean "ada-example"'),
        (0, "how many", -1, "a whole number from 0 to 9999"),
        (0, "how many", None, '"how many" is empty'),
        (0, "how many", True, "a whole number from 0"),
        (0, "activity", "docs", '"activity" cannot be changed'),
    ],
)
def test_a_wrong_change_changes_nothing(edits: ck.PlanTable, place: int, column: str, value: object, said: str) -> None:
    before = edits.lines
    with pytest.raises(ck.ContribkitError, match=said):
        edits.change(place, column, value)
    assert edits.lines == before
    assert not edits._before


def test_nobody_goes_along_with_themselves(edits: ck.PlanTable) -> None:
    edits.change(0, "with", "ada-example")
    with pytest.raises(ck.ContribkitError, match="nobody can pair with themselves"):
        edits.change(0, "who", "ada-example")


def test_what_is_saved_is_found_again_without_lines_for_none(
    sample: Sample, edits: ck.PlanTable, tmp_path: Path
) -> None:
    edits.change(0, "who", "")
    edits.change(1, "how many", 0)
    edits.add("strategy", "Spoolrun")
    assert edits.save() == len(edits.lines) - 1
    again = ck.PlanTable(plan_of(sample), tmp_path / "mine")
    assert again.state["said"].startswith("This is the saved plan.")
    assert again.lines == [line for line in edits.lines if line.how_many]
    assert again.lines[0].who is None
    assert again.lines[-1].activity == "strategy"


def test_a_line_of_unknown_words_is_not_added(edits: ck.PlanTable) -> None:
    with pytest.raises(ck.ContribkitError, match='unknown upstream project "Spolrun"; did you mean "Spoolrun"'):
        edits.add("docs", "Spolrun")
    with pytest.raises(ck.ContribkitError, match='"activity" is empty'):
        edits.add("", "")


def test_saving_keeps_the_other_team_and_refuses_what_somebody_changed_meanwhile(
    sample: Sample, edits: ck.PlanTable, tmp_path: Path
) -> None:
    other = ck.PlanTable(plan_of(sample, "community"), tmp_path / "mine")
    edits.save()
    other.save()
    saved = read_lines(edits.path, sample[0])
    assert list(dict.fromkeys(line.team for line in saved)) == ["product", "community"]
    edits.save()  # the other team's lines are no change of these
    late = ck.PlanTable(plan_of(sample), tmp_path / "mine")
    edits.change(0, "how many", 7)
    edits.save()
    with pytest.raises(ck.ContribkitError, match="was changed since it was read; run the cell again"):
        late.save()


def test_a_plan_of_the_sample_is_saved_below_the_current_folder_and_never_in_the_package(
    sample: Sample, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    before = sorted(SAMPLE.parent.rglob("*"))
    ck.PlanTable(plan_of(sample)).save()
    assert (tmp_path / "planned" / "2026-Q4.csv").is_file()
    assert sorted(SAMPLE.parent.rglob("*")) == before


def test_a_plan_without_names_is_not_edited(sample: Sample) -> None:
    with pytest.raises(ck.ContribkitError, match="without names cannot be edited"):
        ck.PlanTable(plan_of(sample, without_names=True))


def test_the_table_does_what_the_page_asks_and_says_what_it_refuses(sample: Sample, tmp_path: Path) -> None:
    table = ck.PlanTable(plan_of(sample), tmp_path)
    table._receive(table, {"do": "change", "place": 0, "column": "how many", "value": 4}, [])
    assert (table.state["lines"][0]["how many"], table.state["undo"]) == (4, True)
    for message in ({"do": "change", "place": 0, "column": "who", "value": "x"}, {"do": "fly"}, {}):
        table._receive(table, message, [])
        assert table.state["wrong"]
    table._receive(table, {"do": "save"}, [])
    assert table.state["said"] == f"Saved {len(table.lines)} lines to {tmp_path.name}/2026-Q4.csv."
    assert str(tmp_path) not in json.dumps(table.state)


def test_where_the_table_cannot_live_it_is_plain_html(sample: Sample, tmp_path: Path) -> None:
    plan = plan_of(sample)
    data, _ = ck.PlanTable(plan, tmp_path)._repr_mimebundle_()
    assert data["text/html"].count("<tr>") == len(plan.lines) + 1
    assert "<script" not in data["text/html"]
    assert "application/vnd.jupyter.widget-view+json" in data


# Planned against done, in the review.


def review_of(sample: Sample, team: str = "product", **options: Any) -> ck.Review:
    org, data, earlier, _ = sample
    last = Q4.previous()
    return ck.Review(earlier[last], data, org.team(team), last, **options)


def test_the_review_says_what_came_of_the_plan_and_its_summary_has_the_numbers(sample: Sample, tmp_path: Path) -> None:
    saved = ck.read_planned(sample[0], Q4.previous())
    review = review_of(sample, "community", questions=[Planned(saved)])
    section = review.planned
    assert section.sentence.startswith("3 of 5 planned pieces of work got as far as planned. Nothing came of: docs in ")
    review.write(tmp_path)
    summary = json.loads((tmp_path / "summary.json").read_text())
    jsonschema.validate(summary, SCHEMA)
    lines = {(line["activity"], line["upstream"]): line for line in summary["planned"]["lines"]}
    assert lines["docs", "Quirefold"]["planned"] == 4  # as the file says
    assert lines["docs", "Quirefold"]["done"] == 0
    unplanned = sum(row["done"] for row in summary["planned"]["unplanned"])
    assert f"{unplanned} upstream-led contributions came unplanned." in section.sentence


def test_without_a_plan_there_is_no_section_and_null_in_the_summary(sample: Sample, tmp_path: Path) -> None:
    review = review_of(sample, questions=[Planned(None)])
    assert (review.planned.html, review.planned.sentence) == ("", "")
    review.write(tmp_path)
    summary = json.loads((tmp_path / "summary.json").read_text())
    jsonschema.validate(summary, SCHEMA)
    assert summary["planned"] is None


def test_a_plan_shows_names_only_where_the_review_does(sample: Sample) -> None:
    planned = ck.read_planned(sample[0], Q4.previous())
    assert "Fenna" in ck.planned_section(review_of(sample), planned).html
    text = ck.planned_section(review_of(sample, without_names=True), planned).html
    assert [member.word for member in sample[0].members.values() if member.word in text] == []


@pytest.mark.parametrize("nameless", [False, True])
def test_a_broken_line_of_the_plan_is_said_without_folders_and_without_names(sample: Sample, nameless: bool) -> None:
    planned = ck.read_planned(sample[0], Q4.previous())
    place = f"{sample[0].root}/planned/2026-Q3.csv"
    planned = replace(planned, notes=[f'{place}:2: "wren-example" is not a member\'s login'])
    text = ck.planned_section(review_of(sample, without_names=nameless), planned).html
    assert str(sample[0].root) not in text
    assert ("wren-example" in text) is not nameless
    assert ("could not be read: 1 line of the plan" in text) is nameless


def test_a_plan_of_which_another_team_has_all_lines_reads_well(sample: Sample) -> None:
    planned = ck.read_planned(sample[0], Q4.previous())
    planned = replace(planned, lines=[replace(line, team="community") for line in planned.lines])
    section = ck.planned_section(review_of(sample), planned)
    assert section.sentence == "The plan of this period has no line for this team."
