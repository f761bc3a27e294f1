"""The review's numbers, worked by hand, and what may leave the machine."""

import dataclasses
import io
import json
from itertools import chain
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import jsonschema
import pandas as pd
import pytest
from ipywidgets import Widget

import contribkit as ck
from contribkit import privacy
from contribkit.config.models import Goal, Initiative, Member, Stakeholder, Team
from contribkit.pipeline import summary_schema
from contribkit.review import page, question, shares
from contribkit.review.questions import changes, goals, leads, limits, sharing, stakeholders
from contribkit.review.review_data import ReviewData
from contribkit.review.summary import to_csv
from contribkit.tables import ACTS, NESTED, REFERENCES, Judged, conform, empty
from contribkit.vocabulary import Kind
from tests.helpers.builders import HEAD, TEAM, UPSTREAM, organisation

NASTY = "<script>alert(1)</script> [x](javascript:alert(2)) **b** \u202eevil =1+1"
SCHEMA = json.loads((Path(ck.__file__).parent / "review" / "summary.schema.json").read_text())


def judged(*rows):
    """Return judged contributions; each row names only what its test is about."""
    known = {"lead": "upstream", "decided_by": "rules", "confidence": 0.8, "activity": "docs", "reasons": []}
    filled = [
        known | {"id": f"o/r#{number}@ada:pull_request", "kind": "pull_request", "actor": "ada", "repo": "o/r"} | row
        for number, row in enumerate(rows, start=1)
    ]
    return conform(pd.DataFrame(filled), NESTED)


def data_of(rows: pd.DataFrame, **known: Any) -> Any:
    """Return what a question reads of a `ReviewData`: contributions, and what else a test is about."""
    return SimpleNamespace(**{"named_rows": rows, "rows": rows, "cache": {}, "acts": empty(ACTS)} | known)


def test_shares_are_of_the_three_leads_and_unclear_stands_beside():
    table = leads.lead_table(judged({}, {}, {"lead": "stakeholder", "decided_by": "person"}, {"lead": "unclear"}))
    assert list(table["rows"]) == [1, 2, 0, 1]
    assert list(table["by_people"]) == [1, 0, 0, 0]
    assert list(table["share"][:3]) == [0.333, 0.667, 0.0]
    assert pd.isna(table["share"][3])


def test_wilsons_interval_as_published():
    # Newcombe 1998, Statistics in Medicine 17:857, table I: 81 of 263, method 3 (score), 0.2553 to 0.3662.
    assert shares.share(81, 263)[3:] == (0.255, 0.366)


def test_the_policy_counts_upstream_of_upstream_and_stakeholder():
    part = shares.upstream_share(judged({}, {"lead": "stakeholder"}, {"lead": "individual"}, {"lead": "unclear"}))
    assert (part.part, part.whole, part.share) == (1, 2, 0.5)


def test_no_contribution_has_no_share():
    assert shares.upstream_share(judged({})[:0]).share is None


def test_merged_in_the_period_is_told_from_opened_in_it():
    period = ck.Period("2026-Q3")
    rows = judged(
        {"merged_at": "2026-08-01T00:00:00Z", "state": "merged"},
        {"merged_at": "2026-10-01T00:00:00Z", "state": "merged"},  # only after the period
        {"state": "merged"},
        {"state": "open"},
        {"kind": "review", "merged_at": "2026-08-01T00:00:00Z"},
    )
    counts = {name: int(mask.sum()) for name, mask in shares.pull_requests(rows, period).items()}
    assert counts == {"merged": 1, "merged_unknown_day": 1, "not_merged": 2}


def test_stakeholders_most_first_and_the_nameless_last():
    led = {"lead": "stakeholder"}
    rows = judged(led, led, led, led | {"stakeholder": "A"}, led | {"stakeholder": "B"}, {})
    org = SimpleNamespace(stakeholders=[Stakeholder(name="A", kind="client")])
    table = stakeholders.by_stakeholder(data_of(rows, organisation=org))
    assert list(table["stakeholder"]) == ["A", "B", "not named"]
    assert list(table["rows"]) == [1, 1, 3]
    assert table["kind"].fillna("unknown to the file").to_list() == ["client", *["unknown to the file"] * 2]


def test_initiatives_without_work_and_work_without_initiative_both_show():
    plans = [Initiative(name="Quotas", stakeholder="A"), Initiative(name="Idle")]
    rows = judged({"lead": "stakeholder", "initiative": "Quotas"}, {"lead": "stakeholder"})
    table = stakeholders.by_initiative(data_of(rows, initiatives=plans))
    assert list(table["rows"]) == [1, 0, 1]
    assert pd.isna(table["initiative"][2])


def test_goals_are_scaled_to_the_period_and_a_goal_without_target_shows_none():
    plans = [Goal(name="Reviews", target=20), Goal(name="Docs"), Goal(name="Old", to="2026-06-30")]
    rows = judged({"goal": "Reviews"}, {"goal": "Reviews", "actor": "bob"}, {"goal": "Docs"})
    for period, target in (("2026-Q3", 20), ("2026-H2", 40), ("2026-09", 6.6)):
        table = goals.goals(data_of(rows, goals=plans, period=ck.Period(period)))
        assert list(table["goal"]) == ["Reviews", "Docs"]
        assert (table["done"][0], table["people"][0], table["target"][0]) == (2, 2, target)
        assert pd.isna(table["target"][1])


def test_a_goal_of_work_that_no_source_tells_of_is_not_at_zero():
    plans = [Goal(name="Triage", target=20, activities=["triage"]), Goal(name="Docs", target=1, activities=["docs"])]
    words, period = {"upstream": "upstream-led"}, ck.Period("2026-Q3")
    for act, known in (("merged", 1), ("labelled", 2)):
        acts = pd.DataFrame({"act": [act]})
        data = data_of(judged({}), goals=plans, period=period, acts=acts, words=words)
        assert goals.goals(data)["done"].count() == goals.goals(data)["people"].count() == known
        assert goals.goals_reached(data) == (0, known)
        says = "No source tells of the work that these goals want: Triage." in goals.Goals().sentence(data)
        assert says == (known == 1)
        assert len(goals.Goals().figure(data).axes[0].texts) == 2
        assert [text.get_text() for text in goals.Goals().figure(data).axes[0].texts][1] == "0 of 1"
    assert goals.goals_reached(data_of(judged({}), goals=plans, period=period)) == (0, 2)  # nothing tells of acts


def test_members_keep_the_order_of_the_file_and_empty_cells_stay(sample):
    _, loaded, _ = sample
    team = Team(name="T", members=[Member(login="zoe"), Member(login="ada"), Member(login="gone", to="2026-06-30")])
    rows = judged(*({"activity": name, "happened_at": "2026-08-01T00:00:00Z"} for name in ("docs", "docs", "release")))
    table = sharing.activities(ReviewData(Judged.of(rows), loaded, team, ck.Period("2026-Q3"), {}))
    assert list(table.columns) == ["zoe", "ada"]
    assert table.loc["docs"].to_list() == [0, 2]
    assert list(table.index) == ["release", "docs"]


def test_cross_links_say_what_to_paste_where():
    org = ck.Organisation.read_sample()
    own = f"{org.own[0]}/plans"
    rows = judged(
        {"lead": "stakeholder", "links_out": [f"{own}#1"], "stakeholder": "Q", "url": "https://github.com/o/r/pull/1"},
        {"lead": "stakeholder"},
        {"lead": "stakeholder", "links_out": [f"{own}#1"]},
        {"lead": "stakeholder", "url": "https://github.com/o/r/pull/4"},
        {},
    )
    commit = {
        "ref": "o/r#2",
        "source": own,
        "kind": "commit",
        "id": "abc",
        "url": f"https://github.com/{own}/commit/abc",
    }
    found = [
        commit,
        {"ref": "O/R#2", "source": own, "kind": "issue", "id": "9", "url": f"https://github.com/{own}/issues/9"},
    ]
    references = conform(
        pd.DataFrame([*found, {"ref": "o/r#3", "source": own, "private": True, "url": "https://secret"}]), REFERENCES
    )
    data = data_of(rows, data=SimpleNamespace(references=references), organisation=org)
    assert stakeholders.sides(data)["inward"][2] == [""]
    table = stakeholders.cross_links(data)
    assert list(table["linked"]) == ["theirs", "ours", "both", "none"]
    assert table["paste_own"][0] == "Upstream: https://github.com/o/r/pull/1"
    assert f"https://github.com/{own}/issues/9" in table["paste_upstream"][1]
    assert "secret" not in table.to_string()
    assert table.loc[2, ["paste_own", "paste_upstream"]].isna().all()


def test_disputes_come_first_among_what_waits():
    pulled = [
        {"rule": rule, "lead": lead, "weight": 1.0, "private": False}
        for rule, lead in (("a", "upstream"), ("b", "stakeholder"))
    ]
    rows = judged(
        {"lead": "unclear"}, {"lead": "unclear", "reasons": pulled}, {"lead": "unclear", "decided_by": "person"}, {}
    )
    table = limits.review_queue(rows)
    assert [identifier[4] for identifier in table["id"]] == ["3", "2", "1"]
    assert table["settles"].str.len().min() > 20


def test_csv_holds_no_formula_and_neither_bodies_nor_remarks():
    rows = judged(
        {"title": "=HYPERLINK(1)", "body": "BODY", "remarks": ["REMARK"]}, {"title": "  @x"}, {"title": 'a,\n"b"'}
    )
    text = to_csv(rows)
    table = pd.read_csv(io.StringIO(text))
    assert list(table["title"]) == ["'=HYPERLINK(1)", "'  @x", 'a,\n"b"']
    assert "BODY" not in text
    assert "REMARK" not in text


def test_numbers_in_csv_stay_whole():
    assert ",7," in to_csv(judged({"number": 7}, {"number": None}))


def test_ids_without_names_keep_apart_what_several_people_did():
    org = ck.Organisation.read_sample()
    rows = judged({"id": "o/r#1@ada:review"}, {"id": "o/r#1@bob:review"}, {"id": "o/r#2@bob:review"})
    assert list(privacy.without_names(Judged.of(rows), org).contributions["id"]) == [
        "o/r#1@1:review",
        "o/r#1@2:review",
        "o/r#2@1:review",
    ]


@pytest.fixture(scope="module")
def sample():
    """Return the sample's organisation, data of its last quarter, and what the classifier says."""
    org = ck.Organisation.read_sample()
    data = ck.load(org, ck.Period("2026-Q3", org.timezone))
    return (
        org,
        data,
        ck.classify(data.contributions, data.references, org, ck.Labels.read(org.root / "labels")).nested(),
    )


def review_of(sample, **options):
    """Return the review of the sample's first team."""
    org, data, rows = sample
    return ck.Review(Judged.of(rows), data, org.teams[0], data.period, **options)


def everything(review, folder):
    """Return all that a review shows or writes, as one text."""
    review.write(folder)
    shown = [section.html + repr(section) for section in review.sections.values()]
    return "\n".join([*shown, *(path.read_text() for path in sorted(Path(folder).iterdir()))])


def test_the_summary_follows_its_schema_and_counts_its_own_rows(sample):
    summary = review_of(sample).summary
    jsonschema.validate(summary, SCHEMA)
    assert (
        sum(lead["rows"] for lead in summary["leads"]) == len(summary["rows"]) == summary["contributions"]["rows"] > 0
    )
    assert sum(row["rows"] for row in summary["activities"]) == summary["leads"][1]["rows"]
    assert sum(row["rows"] for row in summary["stakeholders"]) == summary["leads"][0]["rows"]
    assert sum(row["rows"] for row in summary["initiatives"]) == summary["leads"][0]["rows"]


def at(pointer, summary):
    """Return the number that a JSON pointer names."""
    for part in pointer.split("/")[1:]:
        summary = summary[int(part) if isinstance(summary, list) else part]
    return summary


def rows_behind(chosen, summary):
    """Return the rows that a filter of the summary names."""
    mark, fields = chosen.get("counts_for"), {k: v for k, v in chosen.items() if k not in ("of", "counts_for")}
    return [
        row
        for row in summary["rows"]
        if all(row[name] == value for name, value in fields.items()) and (mark is None or mark in row["counts_for"])
    ]


def test_every_number_that_counts_rows_leads_to_them(sample):
    org, data, _ = sample
    earlier = {p: ck.classify(data.fold(p), data.references, org) for p in data.period.last(2)[:-1]}
    review = review_of(sample, earlier=earlier)
    summary = review.summary
    actor = {row["id"]: row["id"].rpartition("@")[2].partition(":")[0] for row in summary["rows"]}
    for pointer, chosen in summary["counted"].items():
        found = rows_behind(chosen, summary)
        people = {actor[row["id"]] for row in found}
        count = {"ref": {row["ref"] for row in found}, "people": people}.get(chosen.get("of"), found)
        assert len(count) == at(pointer, summary), pointer
    tables = ("leads", "stakeholders", "initiatives", "goals", "activities")
    assert all(f"/{name}/{n}/" in " ".join(summary["counted"]) for name in tables for n in range(len(summary[name])))
    assert sum(at(pointer, summary) > 0 for pointer in summary["counted"]) > 30


def test_private_threads_are_in_no_output_unless_asked_for(sample, tmp_path):
    _, data, rows = sample
    secret = rows[rows["private"].fillna(False)]
    words = [*secret["title"], *data.references.loc[data.references["private"].fillna(False), "title"]]
    assert words
    text = everything(review_of(sample), tmp_path / "a")
    assert [word for word in words if word in text] == []
    assert review_of(sample).data.hidden == review_of(sample).summary["contributions"]["hidden"]


def test_private_threads_show_where_they_are_asked_for(sample, tmp_path):
    org, data, rows = sample
    secret = rows[rows["private"].fillna(False)].iloc[0]
    team = next(team for team in org.teams if secret["actor"] in {member.login for member in team.members})
    review = ck.Review(Judged.of(rows), data, team, data.period, include_private=True)
    assert secret["title"] in json.dumps(review.rows["title"].tolist())
    assert review.data.hidden == 0
    assert ck.Review(Judged.of(rows), data, team, data.period).data.hidden == 1


def test_bodies_and_remarks_are_in_no_output(sample, tmp_path):
    _, _, rows = sample
    words = [
        text for text in [*rows["body"].dropna(), *(r for cell in rows["remarks"] for r in cell)] if len(text) > 40
    ]
    assert len(words) > 20
    text = everything(review_of(sample), tmp_path / "a")
    assert [word for word in words if word in text] == []


def test_without_names_no_output_names_anybody(sample, tmp_path):
    org, _, rows = sample
    people = {name for member in org.members.values() for name in (member.login, *member.aliases)}
    people |= {login for login in [*rows["author"].dropna(), *(p for cell in rows["participants"] for p in cell)]}
    text = everything(review_of(sample, without_names=True), tmp_path / "a")
    assert sorted(name for name in people if f"{name}" in text) == []
    jsonschema.validate(review_of(sample, without_names=True).summary, SCHEMA)
    named = review_of(sample).summary
    assert review_of(sample, without_names=True).summary["leads"] == named["leads"]


def test_titles_are_text_on_the_page(sample):
    org, data, rows = sample
    rows = rows.assign(title=NASTY)
    review = ck.Review(Judged.of(rows), data, org.teams[0], data.period)
    for section in (review.stakeholders, review.sharing, review.outside, review.needs_review):
        assert "<script" not in section.html
        assert "&lt;script&gt;" in section.html
        assert 'href="javascript' not in section.html


def test_a_section_of_many_rows_shows_the_first_and_the_csv_has_all(sample, tmp_path):
    org, data, rows = sample
    (led,) = (row for _, row in rows[rows["lead"] == "stakeholder"].head(1).iterrows())
    refs = [f"{led['repo']}#{number}" for number in range(1000, 1400)]
    many = pd.DataFrame([led] * len(refs)).assign(ref=refs, id=[f"{ref}@{led['actor']}:{led['kind']}" for ref in refs])
    review = ck.Review(Judged.of(many), data, org.teams[0], data.period)
    everything(review, tmp_path)
    html = review.stakeholders.html
    link = 'The first 300 of 400; <a href="contributions.csv">contributions.csv</a> has all.'
    assert "the 400 contributions, each with its reasons (the first 300)</summary>" in html
    assert html.count("data-lead=") == 300
    assert html.count(link) == 2  # that of threads too
    assert review.summary["stakeholders"][0]["threads"] == 400
    assert (tmp_path / "contributions.csv").read_text().count(f"{led['repo']}#1") == 400


def test_an_address_that_is_no_page_becomes_no_link(sample):
    org, data, rows = sample
    review = ck.Review(Judged.of(rows.assign(url="javascript:alert(1)")), data, org.teams[0], data.period)
    assert "javascript:" not in review.sharing.html + review.stakeholders.html.replace(
        "Upstream: javascript:alert(1)", ""
    )


def test_a_quarter_without_contributions_still_reads_well(sample, tmp_path):
    org, data, rows = sample
    review = ck.Review(Judged.of(rows[:0]), data, org.teams[0], ck.Period("2020-Q1", org.timezone))
    assert "No contribution" in review.leads.sentence
    jsonschema.validate(review.summary, SCHEMA)
    assert "Nothing was" in everything(review, tmp_path)


def test_earlier_periods_stand_beside_oldest_first(sample):
    org, data, _ = sample
    earlier = {p: ck.classify(data.fold(p), data.references, org) for p in data.period.last(4)[:-1]}
    history = review_of(sample, earlier=earlier).changes.table
    assert list(history["period"]) == ["2026-Q1", "2026-Q2", "2026-Q3"]  # the sample knows nothing of 2025-Q4


def test_earlier_periods_come_from_their_reviews_where_sources_know_nothing_of_them(sample):
    org, data, _ = sample
    before = data.period.last(2)[0]
    there = ck.classify(data.fold(before), data.references, org).nested()
    then = ck.Review(Judged.of(there), data, org.teams[0], before).summary
    review = review_of(sample, earlier={before: Judged.of(there[:0])}, summaries={str(before): then})
    told, now = page.dicts(review.changes.table)
    assert (told["from"], now["from"]) == ("summary", "sources")
    assert {name: told[name] for name in then["history"][-1] if name != "from"} == {
        name: value for name, value in then["history"][-1].items() if name != "from"
    }
    assert "(from its review)" in review.changes.html
    jsonschema.validate(review.summary, SCHEMA)
    rest = {"individual": 0, "unclear": 2, "upstream_share": 0.25, "low": 0.046, "high": 0.699}
    older = {"history": [{"period": str(before), "stakeholder": 3, "upstream": 1} | rest]}  # knew less
    review = review_of(sample, earlier={before: Judged.of(there[:0])}, summaries={str(before): older | {"rows": []}})
    assert pd.isna(review.changes.table["reviewed"][0])
    assert "–" in review.changes.html
    jsonschema.validate(review.summary, SCHEMA)


def test_a_share_of_a_period_that_no_source_covered_is_missing_with_the_reason(sample):
    _, data, _ = sample
    blind = (sample[0], dataclasses.replace(data, references=data.references[:0]), sample[2])
    before = data.period.last(2)[0]
    then = ck.classify(data.fold(before), None, sample[0])
    review = review_of(blind, earlier={before: then})
    covered = "no source of our own side covers it"
    assert [row["no_share"] for row in review.summary["history"]] == [covered] * 2
    assert review_of(sample).summary["history"][-1]["no_share"] is None
    assert changes.history_shown(review.data)[["upstream_share", "low", "high"]].isna().all(axis=None)
    assert f"No share is given for {before}, {data.period}: {covered}." in review.changes.html
    jsonschema.validate(review.summary, SCHEMA)
    # An older version wrote the share down all the same.
    entry = {
        "period": str(before),
        "stakeholder": 1,
        "upstream": 1,
        "individual": 0,
        "unclear": 0,
        "upstream_share": 0.5,
    }
    older = {"rows": [], "history": [entry], "sources": [{"name": "git", "references": 0}]}
    review = review_of(blind, earlier={before: Judged.of(then.nested()[:0])}, summaries={str(before): older})
    assert review.summary["history"][0]["upstream_share"] is None


def test_days_on_the_page_are_those_of_the_organisations_time_zone(sample):
    org, data, rows = sample
    late = rows[rows["happened_at"].dt.strftime("%Y-%m-%dT%H") == "2026-06-30T22"]  # 1 July in Berlin
    review = ck.Review(Judged.of(late), data, org.teams[0], data.period)
    assert len(review.rows) == 1
    page = review.stakeholders.html + review.sharing.html + review.needs_review.html + review.outside.html
    assert '<td class="n">2026-07-01</td>' in page


def test_leads_that_changed_since_the_last_rendering_are_listed(sample):
    before = review_of(sample).summary
    first, second = before["rows"][0], before["rows"][1]
    was = "individual" if first["lead"] != "individual" else "upstream"
    then = {**before, "rows": [first | {"lead": was, "decided_by": "rules"}, second]}
    review = review_of(sample, summaries={"2026-Q3": then})
    assert list(review.changes.tables["leads"]["was"]) == [was]
    assert list(review.changes.tables["leads"]["period"]) == ["2026-Q3"]
    assert "1 lead changed" in review.changes.html
    assert review.summary["changed"] == 1
    assert "Since reviews were last rendered" not in review_of(sample, summaries={"2026-Q3": before}).changes.sentence
    assert review_of(sample).summary["changed"] == 0


def test_a_lead_changes_through_a_label_through_new_evidence_or_else():
    rows = judged({"decided_by": "person"}, {}, {}, {})
    then = {"lead": "unclear", "decided_by": "rules"}
    before = [then | {"id": f"o/r#{number}@ada:pull_request", "counts_for": []} for number in (1, 2, 3)]
    older = [then | {"id": "o/r#4@ada:pull_request"}]  # written by a version that did not know
    table = changes.changed_leads(rows, pd.Series([True, True, False, True]), {"rows": before + older})
    assert list(table["through"]) == ["a label", "new evidence", "evidence or rules", "evidence or rules"]


def test_labels_that_people_changed_since_are_told_from_the_log():
    rows = judged({}, {}, {}, {})
    event = {"v": 1, "op": "label", "by": "ada", "lead": "upstream"}
    told = [
        event | {"id": "1", "item": rows["id"][0], "at": "2026-10-01T00:00:00Z"},  # before, and still so
        event | {"id": "2", "item": rows["id"][1], "at": "2026-10-01T00:00:00Z"},
        event | {"id": "3", "item": rows["id"][1], "at": "2026-10-03T00:00:00Z", "lead": "individual"},
        event | {"id": "4", "item": rows["id"][2], "at": "2026-10-03T00:00:00Z"},
    ]
    before = {"as_of": "2026-10-02T00:00:00Z"}
    period = ck.Period("2026-Q3")
    data = data_of(rows, labels=ck.Labels(told), period=period, summaries={"2026-Q3": before})
    table = changes.label_changes(data)
    assert table[["was", "label"]].fillna("none").to_numpy().tolist() == [
        ["upstream", "individual"],
        ["none", "upstream"],
    ]
    assert len(changes.label_changes(data_of(rows, labels=ck.Labels(told), period=period, summaries={}))) == 0


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"rows": 3}'])
def test_a_damaged_earlier_summary_is_left_out_and_said(sample, tmp_path, text):
    path = tmp_path / "2026-Q3" / "product" / "summary.json"
    path.parent.mkdir(parents=True)
    path.write_text(text)
    found = ck.read_summaries(tmp_path, "product", [ck.Period("2026-Q3")])
    assert found == {}
    assert "2026-Q3 is left out" in found.notes[0]
    assert "is no summary of a review" in found.notes[0]
    shown = review_of(sample, summaries=found).not_seen.html
    assert "2026-Q3 is left out" in shown
    assert str(tmp_path) not in shown
    assert ck.read_summaries(tmp_path, "product", [ck.Period("2026-Q2")]) == {}


def test_a_reason_from_a_private_place_tells_only_that_it_exists(sample):
    _, _, rows = sample
    secret = {"rule": "own issue", "lead": "stakeholder", "weight": 3.0, "because": "says SECRET", "saw": "SECRET",
              "where": "https://secret.example", "private": True}  # fmt: skip
    told = Judged.of(rows.assign(reasons=[[secret] for _ in rows.index]))
    assert "secret" not in privacy.without_private(told).reasons.to_csv().casefold()
    assert "SECRET" in privacy.without_private(told, True).reasons.to_csv()


def test_labels_addresses_first_names_and_mail_addresses_name_nobody(tmp_path):
    org = organisation(tmp_path, HEAD + TEAM.replace('"ada"', '"zorblax"\nname = "Zora Blaxton"') + UPSTREAM)
    row = {
        "labels": ["zorblax", "owner: zorblax"],
        "url": "https://github.com/zorblax/fork/pull/1",
        "title": "Zora fixes it, mail zora.blaxton@example.org",
    }
    masked = privacy.without_names(Judged.of(judged(row)), org).contributions.iloc[0]
    assert masked["labels"] == ["somebody", "owner: somebody"]
    assert pd.isna(masked["url"])
    assert masked["title"] == "somebody fixes it, mail somebody"


def test_hidden_rows_are_counted_like_rows_that_are_shown(sample):
    _, data, _ = sample
    left = Team(name="T", members=[Member(login="ada", to="2026-07-31")])
    row = {"happened_at": "2026-07-20T00:00:00Z", "last_at": "2026-08-20T00:00:00Z"}
    for private, counts in ((True, (0, 1)), (False, (1, 0))):
        review = ck.Review(Judged.of(judged(row | {"private": private})), data, left, data.period)
        assert (len(review.rows), review.data.hidden) == counts


def test_where_no_source_of_the_own_side_covers_the_period_the_headline_gives_no_share(sample):
    org, data, rows = sample
    unseen = dataclasses.replace(data, references=data.references[:0])
    review = ck.Review(Judged.of(rows), unseen, org.teams[0], data.period)
    assert "No source of our own side covers the period" in review.leads.sentence
    assert " %" not in review.leads.sentence + review.leads.figure.get_suptitle()
    assert len(review.leads.figure.axes) == 1
    assert "share of decided (not given: no source of our own side covers the period)" in review.leads.html
    seen = review_of(sample).leads
    assert "No source of our own side" not in seen.sentence
    assert len(seen.figure.axes) == 2
    assert "single click" in seen.html


def test_shares_are_compared_only_where_the_own_side_was_read(sample):
    org, data, _ = sample
    earlier = {data.period.previous(): ck.classify(data.fold(data.period.previous()), data.references, org)}
    compared = review_of(sample, earlier=earlier).changes
    assert "The upstream-led share is not clearly different from 2026-Q2: +" in compared.sentence
    unseen = dataclasses.replace(data, references=data.references[:0])
    changes = ck.Review(Judged.of(sample[2]), unseen, org.teams[0], data.period, earlier=earlier).changes
    assert "no source of our own side covers 2026-Q2 and 2026-Q3, so that no share is given." in changes.sentence
    assert " %</td>" not in changes.html.replace("\N{NO-BREAK SPACE}", " ")
    assert " %</td>" in compared.html.replace("\N{NO-BREAK SPACE}", " ")


def test_the_schema_in_the_package_is_made_from_the_questions():
    assert summary_schema() == SCHEMA


def test_a_section_has_its_tables_its_figure_and_the_rows_behind_its_numbers(sample):
    review = review_of(sample)
    assert list(review.leads.table["lead"]) == ["stakeholder", "upstream", "individual", "unclear"]
    assert review.leads.figure.get_suptitle()
    assert set(review.leads.rows["evidence"]["id"]) <= set(review.rows["id"])
    assert repr(review.leads) == review.leads.sentence
    with pytest.raises(AttributeError, match="no attribute 'lead'"):
        _ = review.lead


def test_a_question_of_ones_own_is_on_the_page_in_the_summary_and_in_the_csv(sample, tmp_path):
    class Wednesdays(ck.Question):
        name, title = "wednesdays", "What was done on {upstream} Wednesdays?"

        def sentence(self, data):
            return f"{len(data.rows)} <b>"

        def tables(self, data):
            return {"all": data.rows[["kind"]].value_counts().reset_index(name="rows")}

        def rows(self, data):
            return {"on a Wednesday": data.named_rows["happened_at"].dt.day_name() == "Wednesday"}

    review = review_of(sample, questions=[Wednesdays()])
    assert '<h2 id="wednesdays">1 What was done on upstream-led Wednesdays?</h2>' in review.wednesdays.html
    assert "&lt;b&gt;" in review.wednesdays.html
    assert sum(row["rows"] for row in review.summary["wednesdays"]["all"]) == len(review.rows)
    assert "on a Wednesday" in {name for row in review.summary["rows"] for name in row["counts_for"]}
    review.write(tmp_path)
    assert "counts_for_on_a_Wednesday" in (tmp_path / "contributions.csv").read_text().splitlines()[0]


def test_a_project_names_an_initiative_only_where_something_public_does(sample):
    org, data, rows = sample
    plan = org.initiatives[0].name
    led = {"lead": "stakeholder", "stakeholder": "SECRET", "initiative": plan, "repo": "tarngrid-example/x"}
    told = {"rule": "own issue", "lead": "stakeholder", "weight": 3.0, "sentence": "names SECRET", "private": True}
    project = org.project("Tarngrid")
    inside = next(repo for repo in rows["repo"].dropna() if org.upstream_of(repo) == project)
    for private in (True, False):
        reasons = [told | {"private": private, "sentence": "public" if not private else told["sentence"]}]
        row = led | {"actor": "ada-example", "repo": inside, "happened_at": "2026-08-01", "reasons": reasons}
        review = ck.Review(Judged.of(judged(row)), data, project, data.period)
        text = json.dumps(review.summary) + review._repr_html_()
        assert len(review.rows) == 1
        assert ("SECRET" in text) is (plan in text) is not private


def test_what_json_does_not_know_is_missing(sample, tmp_path):
    _, _, rows = sample
    review = ck.Review(Judged.of(rows.assign(hours=float("inf"))), sample[1], sample[0].teams[0], sample[1].period)
    review.write(tmp_path)
    assert "Infinity" not in (tmp_path / "summary.json").read_text()


@pytest.mark.parametrize("broken", [{"as_of": "x", "rows": []}, {"rows": []}, {"history": 5}, {"rows": [{"id": 1}]}])
def test_a_damaged_summary_is_told_from_a_good_one(tmp_path, broken):
    path = tmp_path / "2026-Q3" / "t" / "summary.json"
    path.parent.mkdir(parents=True)
    good = {"as_of": "2026-10-01T00:00:00Z", "rows": []}
    for text, is_good in (
        (json.dumps(good), True),
        (json.dumps(good | broken if "as_of" in broken else broken), False),
        ('{"rows": ' + "[" * 100_000, False),
    ):
        path.write_text(text)
        found = ck.read_summaries(tmp_path, "t", [ck.Period("2026-Q3")])
        assert (list(found) == ["2026-Q3"]) is is_good
        assert is_good or "is no summary of a review" in found.notes[0]


def test_the_login_of_a_member_is_masked_inside_a_longer_name():
    mask = privacy.mask_of(ck.Organisation.read_sample(), ["bob"])
    assert mask("merge ada-example-patch-1, bob-cat") == "merge somebody-patch-1, bob-cat"


def test_names_addresses_and_folders_are_masked_and_releases_are_not():
    mask = privacy.Mask(["ada-l", "Ada Lovelace"], ["Ada"])
    masked = mask("Ada fixes it, says ada-l (ada@example.org), with @grace")
    assert masked == "somebody fixes it, says somebody (somebody), with @somebody"
    for tag in ("tarn-io@0.9.2", "@tarn/io@0.9.2"):
        release = f"https://github.com/tarn-example/tarn/releases/tag/{tag}"
        assert privacy.Mask([]).address(release) == release
    text = "/srv/a/c.jsonl:2: wrong, as in /home/ada/x.csv; see https://a.example/b/c"
    assert privacy.without_paths(text, Path("/srv/a")) == "c.jsonl:2: wrong, as in x.csv; see https://a.example/b/c"


def test_tables_of_the_page_are_escaped_and_have_the_types_of_their_schema():
    schema = question.array(goal="text", done="count", target="number")
    table = question.frame(schema, [("<b>", 3, None)])
    assert table.dtypes.astype(str).tolist() == ["str", "Int64", "Float64"]
    assert '<td>&lt;b&gt;</td><td class="n">3</td><td class="n">–</td>' in page.table(table)


@pytest.mark.parametrize("whole", [1, 7, 100, 98_765])
def test_the_interval_of_a_share_is_that_of_scipy(whole):
    from scipy.stats import binomtest

    for part in (0, 1, whole // 3, whole):
        interval = binomtest(part, whole).proportion_ci(method="wilson")
        assert shares.share(part, whole)[3:] == (round(float(interval.low), 3), round(float(interval.high), 3))


def test_the_interval_of_a_difference_as_published():
    # The first example of Newcombe 1998: 0.0524 to 0.3339.
    assert shares.difference(shares.share(56, 70), shares.share(48, 80)) == (0.2, 0.052, 0.334)


def test_titles_in_the_table_to_sort_are_links_and_whatever_strangers_wrote_is_text(sample):
    review, hostile = review_of(sample), "<img src=x onerror=alert(1)>"
    rows = review.rows
    review.data.rows = rows.assign(
        title=[hostile, *rows["title"].iloc[1:]],
        stakeholder=hostile,
        url=["javascript:alert(1)", *rows["url"].iloc[1:]],
    )
    view = review.sortable._repr_mimebundle_()["application/vnd.jupyter.widget-view+json"]
    live = json.loads(Widget.get_manager_state()["state"][view["model_id"]]["state"]["_dt_args"]["data_json"])
    for shown in (review.sortable._repr_html_(), " ".join(chain.from_iterable(live))):
        assert "<img" not in shown
        assert "javascript:" not in shown
        assert "&lt;img src=x" in shown
        assert f'href="{rows["url"].iloc[1]}"' in shown
    assert set(review.sortable.table["kind"]) <= {kind.word for kind in Kind}
