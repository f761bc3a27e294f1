"""The sample organisation: made again to the byte, loaded, and with the traps of real data in it."""

import csv
import json
import os
import re
import tomllib
from collections import Counter, defaultdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import contribkit as ck
from contribkit.config.organisation import SAMPLE
from contribkit.loaders import Data
from tests.sample import generate

FOLDER = SAMPLE.parent
QUARTERS = ("2026-Q1", "2026-Q2", "2026-Q3")
REALSET = Path(os.environ.get("CONTRIBKIT_REALSET", Path(__file__).parents[3] / "shared" / "realset"))


@pytest.fixture(scope="module")
def org() -> ck.Organisation:
    return ck.Organisation.read_sample()


@pytest.fixture(scope="module")
def data(org: ck.Organisation) -> dict[str, Data]:
    return {quarter: ck.load(org, ck.Period(quarter, org.timezone)) for quarter in QUARTERS}


@pytest.fixture(scope="module")
def everything(data: dict[str, Data]) -> pd.DataFrame:
    return pd.concat([data[quarter].contributions for quarter in QUARTERS], ignore_index=True)


def lines(pattern: str) -> list[dict[str, Any]]:
    texts = [path.read_text("utf-8") for path in sorted(FOLDER.glob(pattern))]
    return [json.loads(line) for text in texts for line in text.split("\n") if line]


def titled(rows: pd.DataFrame, title: str) -> pd.DataFrame:
    return rows[rows.title.str.contains(title, regex=False)]


def test_the_script_writes_the_same_bytes_again(tmp_path: Path) -> None:
    generate.main(tmp_path)
    made = {path.relative_to(tmp_path) for path in tmp_path.rglob("*.jsonl")}
    assert made == {path.relative_to(FOLDER) for path in FOLDER.rglob("*.jsonl")}
    assert all((tmp_path / path).read_bytes() == (FOLDER / path).read_bytes() for path in made)


def test_it_is_small_and_says_that_it_is_invented(org: ck.Organisation) -> None:
    assert sum(path.stat().st_size for path in FOLDER.rglob("*") if path.suffix != ".pyc" and path.is_file()) < 400_000
    assert org.sample
    assert org.team("product").members[0].login == "ada-example"
    assert [len(team.members) for team in org.teams] == [6, 5]


@pytest.mark.parametrize("quarter", QUARTERS)
def test_each_quarter_has_enough_to_say(data: dict[str, Data], quarter: str) -> None:
    rows = data[quarter].contributions
    assert 90 <= len(rows) <= 110
    assert rows.id.is_unique
    assert [source.status for source in data[quarter].sources] == ["ok", "ok"]
    assert set(rows.kind) >= {"pull_request", "issue", "review", "comment", "triage", "release", "meeting", "mentoring"}


def test_every_kind_of_contribution_is_there(everything: pd.DataFrame) -> None:
    assert set(everything.kind) >= {"discussion", "repository", "other"}


def test_titles_are_not_repeated(everything: pd.DataFrame) -> None:
    online = everything[everything.source == "records"].drop_duplicates("url")
    assert online.title.value_counts().max() == 1


def test_a_renamed_login_and_one_in_other_case_fold_into_the_configured_one(everything: pd.DataFrame) -> None:
    written = {row["actor"] for row in lines("records/*.jsonl")}
    assert {"chidi-old-example", "emil-example", "Emil-Example"} <= written
    actors = set(everything.actor)
    assert {"chidi-example", "Emil-Example"} <= actors
    assert not actors & {"chidi-old-example", "emil-example"}
    assert "chidi-old-example" not in set(everything.author.dropna())


def test_who_left_is_not_looked_at_after_that_day(data: dict[str, Data], everything: pd.DataFrame) -> None:
    left = pd.Timestamp("2026-05-16", tz="Europe/Berlin")
    bela = everything[everything.actor == "bela-example"]
    assert len(bela)
    assert (bela.last_at < left).all()
    written = [row for row in lines("records/*.jsonl") if row["actor"] == "bela-example"]
    assert any(row.get("happened_at", "") > "2026-05-16" for row in written)
    assert all(data[q].left_out["by people on days on which they were not members"] for q in ("2026-Q2", "2026-Q3"))


def test_who_joined_has_nothing_before(everything: pd.DataFrame) -> None:
    joined = pd.Timestamp("2026-04-01", tz="Europe/Berlin")
    assert everything[everything.actor == "fenna-example"].happened_at.min() >= joined


@pytest.mark.parametrize("title", ["Export storage use as metrics", "Map grids straight from object storage"])
def test_a_pull_request_over_two_quarters_is_in_both_under_one_id(data: dict[str, Data], title: str) -> None:
    found = [titled(data[quarter].contributions, title) for quarter in QUARTERS]
    own = [rows[rows.kind == "pull_request"] for rows in found]
    assert [len(rows) for rows in own] == [1, 1, 0]
    assert own[0].id.item() == own[1].id.item()
    assert own[1].state.item() == "merged"


def test_late_on_the_last_evening_is_the_next_quarter_in_berlin(data: dict[str, Data]) -> None:
    title = "Number chapters across repositories"
    assert titled(pd.DataFrame(lines("records/2026-Q2.jsonl")), title).opened_at.item() == "2026-06-30T22:30:00Z"
    assert len(titled(data["2026-Q2"].contributions, title)) == 0
    pull = titled(data["2026-Q3"].contributions, title)
    assert "pull_request" in set(pull.kind)
    assert len(titled(data["2026-Q3"].fold(ck.Period("2026-Q2", "UTC")), title)) > 0


def test_two_rows_without_a_date_are_in_no_quarter_but_counted(data: dict[str, Data], everything: pd.DataFrame) -> None:
    undated = data["2026-Q3"].undated()
    assert len(undated) == 2
    assert not set(undated.id) & set(everything.id)


def test_some_days_have_no_time(everything: pd.DataFrame) -> None:
    days = [row for row in lines("records/*.jsonl") if len(row.get("happened_at", "")) == 10]
    assert days
    known = set(everything.url)
    assert any(row["url"] in known for row in days)


def test_one_row_and_one_reference_are_private(data: dict[str, Data], everything: pd.DataFrame) -> None:
    assert everything[everything.private.fillna(False)].url.nunique() == 1
    assert data["2026-Q3"].references.private.sum() == 1


@pytest.mark.parametrize("sign", ["<script>", "*stars*", "=HYPERLINK(", "\u202e"])
def test_awkward_titles_come_through_as_they_are(data: dict[str, Data], sign: str) -> None:
    assert len(titled(data["2026-Q3"].contributions, sign))


def test_what_bots_open_and_members_merge_is_triage(everything: pd.DataFrame) -> None:
    bots = everything[everything.author_is_bot.fillna(False)]
    assert set(bots.author) == {"deps-example[bot]", "lockstep-example"}
    assert set(bots.kind) == {"triage"}


def test_work_elsewhere_is_left_out_and_counted(data: dict[str, Data], everything: pd.DataFrame) -> None:
    assert not everything.repo.str.startswith("elsewhere", na=False).any()
    assert sum(data[quarter].left_out["outside the upstream projects"] for quarter in QUARTERS) > 0


def test_somebody_in_two_teams_is_in_both(data: dict[str, Data], org: ck.Organisation) -> None:
    both = [set(data["2026-Q3"].fold(team=team).id) for team in org.teams]
    shared = both[0] & both[1]
    assert shared
    assert all("@dara-example:" in name for name in shared)
    assert both[0] | both[1] == set(data["2026-Q3"].contributions.id)


def test_evidence_of_every_sort_is_there(data: dict[str, Data], everything: pd.DataFrame, org: ck.Organisation) -> None:
    pointing = {link["ref"] for links in everything.links_in for link in links}
    pointed = {link for links in everything.links_out for link in links}
    words = " ".join(everything.body.dropna())
    references = data["2026-Q3"].references
    assert 50 <= len(references) <= 75
    assert set(references.kind) == {"issue", "commit", "document"}
    assert {label for labels in references.labels for label in labels} == {"contract-deliverable", "upstream-plan"}
    assert {"example-collective/platform#212", "example-collective/upstream-plans#11"} <= pointing
    assert "example-collective/platform#240" in pointed
    assert any("desk.collective.example" in link for link in pointed)
    assert any(link.startswith("saltreed-example/hub-requests#") for link in pointed)
    assert "Requested by" in words
    assert "Funded by the Pellworth Fund" in words
    people = {login for stakeholder in org.stakeholders for login in stakeholder.people}
    assert people & {login for logins in everything.participants for login in logins}
    assert "spoolrun-example/sediment-tools" in set(everything.repo)


def test_look_alikes_have_no_evidence(everything: pd.DataFrame, data: dict[str, Data]) -> None:
    major = titled(everything, "for administrators")
    assert len(major)
    assert not any(major.links_in.tolist())
    assert not set(major.id.str.partition("@")[0]) & set(data["2026-Q3"].references.ref)
    assert "tarn-terminal" in set(everything.title)


def test_every_release_thanks_the_funders(everything: pd.DataFrame) -> None:
    releases = everything[everything.kind == "release"]
    assert releases.body.str.contains("Thanks to the Pellworth Fund and the Saltreed Network").all()


def test_one_initiative_has_no_work_and_one_goal_no_target(org: ck.Organisation) -> None:
    records = "".join(path.read_text("utf-8") for path in FOLDER.rglob("*.jsonl"))
    named = [any(f'"{ref}"' in records for ref in initiative.refs) for initiative in org.initiatives]
    assert named.count(False) == 1
    assert [goal.target for goal in org.goals].count(None) == 1


def test_newcomers_come_for_the_first_time_and_some_again(everything: pd.DataFrame) -> None:
    reviews = everything[everything.kind == "review"]
    first = reviews[reviews.author_association == "FIRST_TIME_CONTRIBUTOR"]
    again = reviews[(reviews.author_association == "CONTRIBUTOR") & reviews.author.isin(first.author)]
    assert len(first) > 8
    assert len(again) > 8


def test_two_people_have_never_reviewed(everything: pd.DataFrame) -> None:
    assert not set(everything[everything.kind == "review"].actor) & {"ines-example", "jun-example"}


def test_labels_are_events_of_three_people_on_contributions_that_exist(everything: pd.DataFrame) -> None:
    events = lines("labels/*/*.jsonl")
    assert 80 <= len(events) <= 105
    assert {event["by"] for event in events} == {"ada-example", "dara-example", "hana-example"}
    assert Counter(event["op"] for event in events if event["op"] != "label") == {"undo": 1, "skip": 1, "adjudicate": 1}
    assert {event["item"] for event in events} <= set(everything.id)
    fields = ["v", "id", "at", "by", "op", "item", "lead", "stakeholder", "activity", "was", "seen", "note"]
    assert all(list(event) == fields for event in events)
    assert all(list(event["seen"]) == ["lead", "confidence", "decided_by", "blind"] for event in events)
    assert len({event["id"] for event in events}) == len(events)
    assert all(re.fullmatch(r"[0-7][0-9A-HJKMNP-TV-Z]{25}", event["id"]) for event in events)


def test_a_label_file_is_one_persons_session_in_the_order_of_time() -> None:
    for path in FOLDER.glob("labels/*/*.jsonl"):
        events = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
        assert {event["by"] for event in events} == {path.name.split(".")[0]}
        assert re.fullmatch(r"[a-z-]+\.[0-9a-f]{8}\.jsonl", path.name)
        times = [event["at"] for event in events]
        assert times == sorted(times)
        for event in events:
            value = 0
            for sign in event["id"][:10]:
                value = value << 5 | "0123456789ABCDEFGHJKMNPQRSTVWXYZ".index(sign)
            assert datetime.fromtimestamp(value / 1000, UTC) == datetime.fromisoformat(event["at"])


def test_people_disagree_here_and_there() -> None:
    said: dict[str, dict[str, str]] = defaultdict(dict)
    for event in lines("labels/*/*.jsonl"):
        if event["op"] == "label":
            said[event["item"]][event["by"]] = event["lead"]
    differing = [item for item, leads in said.items() if len(set(leads.values())) > 1]
    assert 6 <= len(differing) <= 10


def test_the_activity_log_is_loaded(everything: pd.DataFrame) -> None:
    log = everything[everything.source == "activity_log"]
    assert 20 <= len(log) <= 30
    assert {"meeting", "mentoring", "other"} == set(log.kind)
    assert log.title.str.startswith("=").any()


def test_planned_work_names_members_activities_and_projects(org: ck.Organisation) -> None:
    with (FOLDER / "planned" / "2026-Q3.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {row["who"] for row in rows} <= set(org.members)
    assert {row["upstream"] for row in rows} <= {upstream.name for upstream in org.upstream}
    assert all(int(row["how many"]) > 0 for row in rows)


def test_needs_of_every_kind_wait_and_some_are_traps(org: ck.Organisation) -> None:
    table = ck.load_needs(org).table
    assert set(table.kind) == {"pull_request", "issue", "release", "branch"}
    assert table.ref.is_unique
    assert table[table.kind != "branch"].title.is_unique
    assert table[["draft", "private", "author_is_bot"]].any().all()
    assert not table.mergeable.dropna().all()
    assert table.title.str.contains("<b>", regex=False).any()


def test_every_name_is_invented(org: ck.Organisation) -> None:
    rows = lines("records/*.jsonl") + lines("needs/*.jsonl")
    logins = {row[name] for row in rows for name in ("actor", "author", "merged_by") if name in row}
    logins |= {login for row in rows for login in row.get("participants", [])}
    assert all(login.casefold().removesuffix("[bot]").endswith("-example") for login in logins)
    assert all("example" in (row.get("repo") or row["ref"]).split("/")[0] for row in rows)
    assert all("example" in owner for upstream in org.upstream for owner in upstream.orgs)


def test_nobody_and_nothing_of_the_real_set_is_in_it() -> None:
    if not REALSET.is_dir():
        pytest.skip(f"no real set at {REALSET}; set CONTRIBKIT_REALSET")
    real = tomllib.loads((REALSET / "contribkit.toml").read_text("utf-8"))
    names = {member["login"] for team in real["teams"] for member in team["members"]}
    for stakeholder in real["stakeholders"]:
        names |= {stakeholder["name"], *stakeholder.get("aliases", []), *stakeholder.get("people", [])}
    names |= {owner for upstream in real["upstream"] for owner in upstream.get("orgs", [])}
    files = [path for path in FOLDER.rglob("*") if path.suffix in {".jsonl", ".toml", ".csv", ".psv", ".py"}]
    words = "\n".join(path.read_text("utf-8") for path in files)
    found = [name for name in names if re.search(rf"(?<!\w){re.escape(name)}(?!\w)", words)]
    assert not found
