"""The studies in `benchmarks` that need no labelled set: weights are fitted, and the commands say what is missing."""

from pathlib import Path

import pandas as pd
import pytest

from benchmarks import leads, weights


def test_fitting_corrects_a_rule_that_weighs_too_little() -> None:
    columns = pd.MultiIndex.from_tuples([("shy", "upstream"), ("loud", "stakeholder")])
    votes = pd.DataFrame([[0.3, 0.0], [0.0, 2.0]] * 400, columns=columns)
    fitted = weights.fit(votes, pd.Series(["upstream", "stakeholder"] * 400))
    assert fitted.factors["shy", "upstream"] > 1
    assert weights.answer(votes[:2], fitted).tolist() == ["upstream", "stakeholder"]
    unknown = pd.DataFrame([[1.5]], columns=pd.MultiIndex.from_tuples([("new", "individual")]))
    assert weights.answer(unknown, fitted).tolist() == ["individual"]


def test_a_labelled_set_that_is_missing_is_skipped_with_a_word(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(leads, "REALSET", tmp_path / "realset")
    leads.classified.cache_clear()
    leads.evaluation.cache_clear()
    leads.main()
    assert "skipped: realset_natural is not there" in capsys.readouterr().out
    assert list(weights.labelled_rows()) == []
    leads.classified.cache_clear()
    leads.evaluation.cache_clear()
