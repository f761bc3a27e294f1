"""The studies in `benchmarks` that need no labelled set: weights are fitted, and the commands say what is missing."""

from pathlib import Path

import pandas as pd
import pytest

from benchmarks import leads, weights
from contribkit.classifiers.votes import CONFIDENCE, WEIGHTS, weights_of_rules
from contribkit.config.organisation import Organisation
from contribkit.labels import Labels


def rows(count: int) -> weights.Rows:
    """Return a labelled set of one rule that weighs too little and of one that nobody needs."""
    ids = [f"up/app#{number}@ada:issue" for number in range(count)]
    seen = [(name, "new", "1", "upstream", 1.0) for name in ids] + [(ids[0], "idle", "2", "individual", 0.001)]
    reasons = pd.DataFrame(seen, columns=["id", "rule", "strength", "lead", "weight"])
    truth = pd.DataFrame({"id": ids, "lead": "upstream", "activity": None, "stakeholder": None})
    known = leads.Known(Organisation.read_sample(), truth, truth, Labels([]))
    return weights.Rows("invented", "first", known, reasons, truth)


def test_fitting_corrects_a_rule_that_weighs_too_little_and_leaves_what_no_row_tells() -> None:
    fitted, prior = weights.fit([rows(400)]), weights_of_rules("prior")
    assert fitted["new", "1"] > 1.3
    assert {name: fitted[name] for name in prior if name[0] != CONFIDENCE} == {
        name: weight for name, weight in prior.items() if name[0] != CONFIDENCE
    }
    assert fitted[CONFIDENCE, "base"] > prior[CONFIDENCE, "base"]  # all answers are right


def test_the_next_fit_writes_the_row_of_a_new_rule(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    copy = tmp_path / "weights.csv"
    copy.write_bytes(WEIGHTS.read_bytes())
    monkeypatch.setattr(weights, "WEIGHTS", copy)
    weights.write([rows(3)], weights.fit([rows(3)]))
    table = pd.read_csv(copy).set_index("rule")
    assert table.loc["new", ["strength", "lead", "prior", "rows_first"]].tolist() == ["1", "upstream", 1.0, 3]
    assert len(table) == len(pd.read_csv(WEIGHTS)) + 2


def test_the_table_of_the_package_is_what_the_fit_gives(realset: Path) -> None:
    sets = list(weights.labelled_rows())
    if len(sets) < len(leads.SETS):
        pytest.skip("a labelled set is missing")
    assert {**weights_of_rules()} == pytest.approx({**weights.fit(sets)}, abs=0.015)


def test_a_labelled_set_that_is_missing_is_skipped_with_a_word(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(leads, "REALSET", tmp_path / "realset")
    for cached in (leads.read, leads.classified, leads.evaluation):
        cached.cache_clear()
    leads.main()
    assert "skipped: realset_natural is not there" in capsys.readouterr().out
    assert list(weights.labelled_rows()) == []
    for cached in (leads.read, leads.classified, leads.evaluation):
        cached.cache_clear()
