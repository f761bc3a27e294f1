"""What came of a plan: planned against done, worked by hand."""

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from contribkit import Organisation
from contribkit.plan.lines import Line
from contribkit.plan.outcome import planned_and_done
from contribkit.tables import NESTED, conform
from tests.helpers.builders import HEAD, TEAM, UPSTREAM, organisation


@pytest.fixture
def org(tmp_path: Path) -> Organisation:
    return organisation(tmp_path, HEAD + TEAM + UPSTREAM)


def line(activity: str = "review", how_many: int = 1, **cells: Any) -> Line:
    return Line(activity, "Up", how_many, **cells)


def done(*rows: dict[str, object]) -> pd.DataFrame:
    known = {"repo": "o/r", "activity": "review", "lead": "upstream", "actor": "ada"}
    filled = [known | {"id": f"o/r#{number}@ada:review"} | row for number, row in enumerate(rows)]
    return conform(pd.DataFrame(filled), NESTED)


def test_planned_against_done_by_hand(org: Organisation) -> None:
    plan = [line(how_many=3, who="ada"), line(how_many=2), line("release", who="bob", partner="ada")]
    rows = done({}, {"actor": "bob"}, {"lead": "stakeholder"}, {"repo": "x/y"}, {"activity": "triage"})
    tables = planned_and_done(plan, rows, org, org.teams[0])
    assert tables["lines"].astype(object).to_numpy().tolist() == [
        ["release", "Up", 1, 0, ["ada", "bob"], []],
        ["review", "Up", 5, 3, ["ada"], ["ada", "bob"]],
    ]
    assert tables["unplanned"].astype(object).to_numpy().tolist() == [["triage", "Up", 1, ["ada"]]]


def test_stakeholder_led_work_without_a_plan_did_not_come_unplanned_it_is_on_the_roadmap(org: Organisation) -> None:
    tables = planned_and_done([line()], done({"activity": "ci", "lead": "stakeholder"}), org, org.teams[0])
    assert tables["unplanned"].empty


def test_nothing_planned_and_nothing_done_are_empty_tables(org: Organisation) -> None:
    nothing = planned_and_done([], done({})[:0], org, org.teams[0])
    assert nothing["lines"].empty
    assert nothing["unplanned"].empty
    assert len(planned_and_done([], done({}), org, org.teams[0])["unplanned"]) == 1
