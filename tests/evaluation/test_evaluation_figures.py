"""The figures of an evaluation, against numbers worked by hand and against the real set's own script."""

import json
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from markupsafe import escape

from contribkit.classifiers import classify
from contribkit.config.organisation import Organisation
from contribkit.evaluation import evaluate, read_labels, settled_labels
from contribkit.evaluation.scores import (
    calibration_table,
    compare,
    confusion,
    nested,
    part_table,
    rule_table,
    score_table,
    thread_weights,
)  # fmt: skip
from contribkit.io import write_jsonl
from contribkit.loaders.records import read_records
from contribkit.tables import CONTRIBUTIONS, REASONS, REFERENCES, Judged, conform, empty, records
from contribkit.vocabulary import Lead
from tests.helpers.builders import evaluation_section

WORDS = {"s": "stakeholder", "u": "upstream", "i": "individual", "?": "unclear", "-": None}


def ids(count):
    return [f"o/r#{number}@ada:review" for number in range(count)]


def answers(table):
    """Make answers from a table, without reasons."""
    return Judged(table, empty(REASONS))


def paired(said, **more):
    """Make pairs from a text like "su s? uu": truth and answer of each row."""
    both = [(WORDS[pair[0]], WORDS[pair[1]]) for pair in said.split()]
    table = pd.DataFrame(both, columns=["truth", "lead"]).assign(id=ids(len(both)), **more)
    truth = table.assign(lead=table["truth"], stakeholder=more.get("whom"), activity=more.get("what"))
    return compare(table, truth[["id", "lead", "stakeholder", "activity"]])


def calibration_error(pairs):
    return score_table(pairs, draws=0).set_index("figure").at["calibration_error", "value"]


def figures(said, **answers):
    return nested(score_table(paired(said, **answers), draws=0))


@pytest.fixture(scope="module")
def judged(realset):
    """Return what the rules say of the real set."""
    org = Organisation.read(realset / "contribkit.toml")
    rows = conform(pd.DataFrame(list(read_records(realset / "contributions.jsonl", "contributions"))), CONTRIBUTIONS)
    files = [realset / "references.jsonl", realset / "references_cited.jsonl"]
    references = conform(pd.DataFrame([row for file in files for row in read_records(file, "references")]), REFERENCES)
    return classify(rows, references, org)


def test_the_real_set_scores_as_its_own_script_says(realset, judged, tmp_path):
    write_jsonl(
        tmp_path / "p.jsonl", records(judged.contributions[["id", "lead", "confidence", "stakeholder", "activity"]])
    )
    command = [sys.executable, realset / "score.py", tmp_path / "p.jsonl", realset / "labels.jsonl", "--json"]
    theirs = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    found = evaluate(judged, read_labels(realset / "labels.jsonl"))
    ours = nested(found.scores)
    for lead in ("stakeholder", "upstream", "individual"):
        assert ours.pop(lead) == pytest.approx(theirs[lead], abs=0.0011)
    assert ours == pytest.approx({name: theirs[name] for name in ours}, abs=0.0011)
    for name, (low, high) in theirs["intervals"].items():  # other draws, so not the same to the last digit
        row = found.figure(name)
        assert (row["low"], row["high"]) == pytest.approx((low, high), abs=0.04)


def test_figures_by_hand():
    # stakeholder: 3 rows, 2 answered so and right, 1 upstream row taken for it; upstream: 2 rows, 1 right;
    # individual: 1 row, not answered; 2 unclear rows, one answered
    found = figures("ss ss su us uu i? ?? ?u")
    assert found["stakeholder"] == {"precision": 0.667, "recall": 0.667, "f1": 0.667, "n": 3}
    assert found["upstream"] == {"precision": 0.5, "recall": 0.5, "f1": 0.5, "n": 2}
    assert found["individual"] == {"precision": None, "recall": 0.0, "f1": 0.0, "n": 1}
    assert found["macro_f1"] == round((2 / 3 + 1 / 2 + 0) / 3, 3)
    assert found["coverage"] == round(5 / 6, 3)
    assert found["accuracy_where_answered"] == round(3 / 5, 3)
    assert found["abstention"] == 0.5


def test_an_answer_that_is_missing_counts_as_unclear():
    assert figures("s- uu") == figures("s? uu")
    truth = pd.DataFrame([{"id": "x/y#1@ada:review", "lead": "unclear", "activity": None, "stakeholder": None}])
    pairs = compare(pd.DataFrame({"id": ids(1), "lead": ["upstream"]}), truth)
    assert pairs["answer"].tolist() == ["unclear"]


def test_names_count_only_where_stakeholder_led_is_right_and_activities_everywhere():
    found = figures(
        "ss ss su ss ?u",
        whom=["GESIS", "GESIS", "GESIS", None, None], stakeholder=["gesis", None, "GESIS", "GESIS", None],
        what=["docs", "ci", "ci", None, "ci"], activity=["DOCS", "docs", "ci", "ci", None],
    )  # fmt: skip
    assert found["named"] == 0.5
    assert found["activity"] == 0.5


def test_empty_wholes_are_missing_and_never_nought():
    found = figures("?? ?u")
    assert (found["coverage"], found["accuracy_where_answered"], found["named"]) == (None, None, None)
    assert found["macro_f1"] is None
    assert found["calibration_error"] is None
    empty = score_table(paired(""), draws=5)
    overall = empty[~empty["figure"].isin(["f1"])]
    assert overall["value"].isna().all()


def test_the_confusion_matrix_has_the_truth_down_and_answers_across():
    table = confusion(paired("su su ?s"))
    assert table.loc["stakeholder", "upstream"] == 2
    assert table.loc["unclear", "stakeholder"] == 1
    assert table.to_numpy().sum() == 3
    assert confusion(paired("")).to_numpy().sum() == 0


def test_calibration_error_by_hand():
    # five bins of two: means 0.55, 0.65, 0.75, 0.85, 0.95 against 0.5, 0.5, 1, 1, 1
    confidence = [0.5, 0.6, 0.6, 0.7, 0.7, 0.8, 0.8, 0.9, 0.9, 1.0]
    pairs = paired("uu us us uu uu uu uu uu uu uu", confidence=confidence)
    assert calibration_error(pairs) == pytest.approx((0.05 + 0.15 + 0.25 + 0.15 + 0.05) / 5)
    table = calibration_table(pairs)
    assert table["n"].tolist() == [2] * 5
    assert table["right"].tolist() == [0.5, 0.5, 1, 1, 1]
    assert np.isnan(calibration_error(paired("u? ?u", confidence=[0.9, 0.9])))


def test_calibration_does_not_depend_on_the_order_of_rows():
    pairs = paired("uu us uu us uu us uu", confidence=[0.8] * 7)
    assert calibration_error(pairs) == pytest.approx(calibration_error(pairs[::-1]))


def test_the_bootstrap_draws_whole_threads():
    threads = pd.Series(["a", "b", "a", "c", "c", "c"])
    for weights in thread_weights(threads, draws=50):
        assert weights[0] == weights[2]
        assert weights[3] == weights[4] == weights[5]
        assert weights[0] + weights[1] + weights[3] == 3
    assert not list(thread_weights(pd.Series([], dtype="str"), draws=50))


def test_rows_of_one_thread_give_a_wider_interval_than_as_many_threads():
    apart = paired(" ".join(["uu", "us"] * 20))
    together = apart.assign(thread=[f"t{number // 10}" for number in range(40)]).sort_values("truth")
    together = together.assign(answer=["upstream"] * 20 + ["stakeholder"] * 20)
    spans = [score_table(pairs).set_index("figure").loc["accuracy_where_answered"] for pairs in (apart, together)]
    widths = [row["high"] - row["low"] for row in spans]
    assert widths[1] > 2 * widths[0]


def test_all_right_is_not_surely_right():
    row = score_table(paired("uu uu uu uu")).set_index("figure").loc["accuracy_where_answered"]
    assert row["value"] == row["high"] == 1
    assert row["low"] == pytest.approx(0.51, abs=0.005)  # Wilson's bound of 4 of 4


def votes(*rows):
    """Make a table of reasons from the place of the contribution, rule, lead and weight."""
    return pd.DataFrame(
        [(ids(9)[place], rule, WORDS[lead], weight) for place, rule, lead, weight in rows],
        columns=["id", "rule", "lead", "weight"],
    )


def test_rules_are_counted_as_snorkel_does():
    reasons = votes(
        (0, "a", "u", 1), (0, "b", "u", 1),
        (1, "a", "u", 1), (1, "b", "s", 1), (1, "c", "u", -1),
        (2, "a", "u", 0.5), (2, "a", "s", 2.0), (2, "label", "u", 10),
    )  # fmt: skip
    truth = pd.DataFrame({"id": ids(4), "lead": ["upstream", "stakeholder", "unclear", "upstream"]})
    table = rule_table(reasons, 4, truth).set_index("rule")
    assert set(table.index) == {"a", "b", "c"}
    shares = ["coverage", "overlap", "conflict"]
    assert table.loc["a", shares].tolist() == [0.75, 0.5, 0.25]
    assert table.loc["b", shares].tolist() == [0.5, 0.5, 0.25]
    assert table.loc["c", shares].tolist() == [0.25, 0.25, 0.25]  # against what a speaks for
    assert table.loc["a", "leads"] == "stakeholder, upstream"
    assert table.loc[["a", "b", "c"], "accuracy"].tolist() == [0.5, 1.0, 1.0]
    assert table.loc["a", "labelled"] == 2  # the truly unclear row has no right vote


def test_a_rule_whose_rows_nobody_labelled_has_no_accuracy():
    nobody = pd.DataFrame({"id": [], "lead": []}, dtype="str")
    assert rule_table(votes((0, "a", "u", 1)), 1, nobody)["accuracy"].isna().all()
    assert not len(rule_table(votes(), 1, nobody))


def test_parts_by_thread_hold_every_row_once_and_never_split_a_thread():
    pairs = paired(" ".join(["uu"] * 40)).assign(thread=[f"o/r#{number % 7}" for number in range(40)])
    parts = part_table(pairs).query("split == 'threads'")
    assert parts["part"].tolist() == [f"part {number} of 5" for number in range(1, 6)]
    assert parts["n"].sum() == 40
    assert set(parts["n"]) <= {5, 6, 11, 12}  # one or two of the seven threads
    assert "threads" not in set(part_table(pairs.assign(thread="o/r#1"))["split"])


def test_a_thread_that_lives_on_is_newer_with_all_its_rows():
    times = pd.to_datetime(pd.Series([f"2026-{month:02}-01" for month in range(1, 11)] + [None]), utc=True)
    pairs = paired(" ".join(["uu"] * 11)).assign(thread=[*"abcdefghia", "k"], happened_at=times)
    parts = part_table(pairs).query("split == 'time'")
    assert parts["part"].tolist() == ["older than 2026-08-01", "from 2026-08-01 on"]
    assert parts["n"].tolist() == [6, 4]  # the row without a date is in neither


def test_small_repositories_are_counted_together():
    pairs = paired("uu uu uu uu uu us").assign(repository=["a"] * 5 + ["b"])
    table = part_table(pairs)
    parts = table[table["split"] == "repository"]
    assert parts["part"].tolist() == ["a", "others (1)"]
    assert parts["accuracy_where_answered"].tolist() == [1.0, 0.0]
    assert "time" not in set(table["split"])  # no row has a date


def test_the_section_shows_figures_plot_and_nobodys_name(judged, realset):
    found = evaluation_section(judged, read_labels(realset / "labels.jsonl"))
    assert "153 labelled contributions" in found.sentence
    assert "data:image/svg+xml;base64," in found.html
    assert "macro-F1 over the three leads" in found.html
    assert "yuvipanda" not in found.html


def test_a_section_without_anything_to_compare_says_why():
    table = pd.DataFrame({"id": ids(1), "lead": ["upstream"]})
    found = evaluation_section(answers(table), settled_labels([{"id": "x/y#1@ada:review", "lead": "upstream"}]))
    assert "No contribution here has a label on which people agree" in found.sentence
    assert "ada" not in found.html
    assert str(escape(found.sentence)) in found.html


def test_what_people_decided_is_no_answer():
    table = pd.DataFrame({"id": ids(2), "lead": ["upstream"] * 2, "decided_by": ["rules", "person"]})
    found = evaluate(answers(table), settled_labels(records(table[["id", "lead"]])), draws=5)
    assert len(found.pairs) == 1
    assert "1 contribution that people decided" in found.notes[-1]


@pytest.mark.parametrize(
    ("said", "note"),
    [
        ("uu uu us", "no row is labelled stakeholder or individual"),
        ("?? ?u", "no row is labelled as led by anybody"),
        ("uu ss ii", "3 labelled rows are few"),
    ],
)
def test_what_a_figure_cannot_tell_is_said(said, note):
    pairs = paired(said)
    judged = answers(pairs[["id"]].assign(lead=pairs["answer"]))
    found = evaluate(judged, settled_labels(records(pairs[["id"]].assign(lead=pairs["truth"]))), draws=5)
    assert any(note in sentence for sentence in found.notes)
    json.dumps(found.as_json(), allow_nan=False)


def test_every_lead_has_a_column():
    assert list(confusion(paired("uu")).columns) == [str(lead) for lead in Lead]
