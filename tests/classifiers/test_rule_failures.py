"""A rule of a plug-in that fails is named, passed over, and said in the review: with real plug-ins on the path."""

import inspect
import logging

import pandas as pd
import pytest

import contribkit as ck
from contribkit.classifiers import rules
from contribkit.classifiers.evidence import Background, References, survey
from contribkit.classifiers.rules import all_rules
from contribkit.classifiers.votes import CONFIDENCE, WEIGHTS, Reason, weights_of_rules

CODE = """
from contribkit.classifiers.votes import Reason

def fails_late(case):
    yield Reason("individual", 9.0, "yielded before it failed")
    raise KeyError(case.text("title"))

def yields_words(case):
    yield "individual"

def yields_no_number(case):
    yield Reason("individual", float("nan"), "not a number")

def knows_better(case):
    yield Reason("bosses", 3.0, "no such lead")

def gives_nothing(case):
    return None

class Callable:
    def __call__(self, case):
        raise RuntimeError("no name")

nameless = Callable()

def works(case):
    if "plug" in case.text("title"):
        yield Reason("individual", 4.0, "the plug-in saw a plug")
"""
LAMP = "wicketlamp-example/lamp"
NAMES = [
    "fails_late",
    "yields_words",
    "yields_no_number",
    "knows_better",
    "gives_nothing",
    "nameless",
    "not_there",
    "works",
]


@pytest.fixture
def plugin(tmp_path, monkeypatch):
    """Install a distribution with these rules, as pip would, for one test."""
    (tmp_path / "plugged_rules.py").write_text(CODE)
    info = tmp_path / "plugged_rules-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: plugged-rules\nVersion: 1.0\n")
    points = "\n".join(f"{name} = plugged_rules:{name}" for name in NAMES)
    (info / "entry_points.txt").write_text(f"[contribkit.rules]\n{points}\ngone = no_such_module_at_all:rule\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    all_rules.cache_clear()
    yield
    all_rules.cache_clear()


def sample():
    """Return data of the sample, and what classify says of it."""
    org = ck.Organisation.read_sample()
    data = ck.load(org, ck.Period("2026-Q3", org.timezone))
    return data, ck.classify(data.contributions, data.references, org)


def test_every_failing_rule_is_passed_over_and_the_others_count(plugin, caplog):
    org = ck.Organisation.read_sample()
    rows = [
        {"id": f"{LAMP}#1@ada-example:pull_request", "repo": LAMP, "title": "Change the plug"},
        {"id": f"{LAMP}#2@ada-example:pull_request", "repo": LAMP, "title": "Fix the CI"},
    ]
    with caplog.at_level(logging.ERROR):
        judged = ck.classify(pd.DataFrame(rows).assign(kind="pull_request"), None, org)
    assert list(judged.contributions["lead"]) == ["individual", "upstream"]
    rules = set(judged.reasons["rule"])
    assert "works" in rules
    assert not {"fails_late", "yields_no_number", "knows_better"} & rules
    assert sorted(judged.notes) == sorted(
        f"the rule {name} failed ({error}) on 2 contributions and was passed over there; the log has the details"
        for name, error in (
            ("plugged_rules.fails_late", "KeyError"),
            ("plugged_rules.yields_words", "TypeError"),
            ("plugged_rules.yields_no_number", "TypeError"),
            ("plugged_rules.knows_better", "TypeError"),
            ("plugged_rules.gives_nothing", "TypeError"),
            ("plugged_rules.Callable", "RuntimeError"),
            ("plugged_rules.not_there", "ImportError"),
            ("no_such_module_at_all.gone", "ImportError"),
        )
    )
    assert len(caplog.records) == 8  # each once, however many contributions it failed on
    assert "Change the plug" not in caplog.text  # which may be private
    assert "in fails_late" in caplog.text


def test_the_review_says_so_without_the_words_of_the_error(plugin):
    data, judged = sample()
    review = ck.Review(judged, data, data.organisation.team("product"), data.period)
    assert "the rule plugged_rules.fails_late failed (KeyError) on" in review.not_seen.html
    assert "KeyError: " not in review.not_seen.html


def test_where_no_rule_fails_nothing_is_said():
    data, judged = sample()
    assert judged.notes == []
    review = ck.Review(judged, data, data.organisation.team("product"), data.period)
    assert "the rule " not in review.not_seen.html


def test_a_rule_finds_nothing_where_what_it_needs_is_missing():
    data, _ = sample()
    org, weights = data.organisation, weights_of_rules()
    background = Background.of(org, weights, survey(data.contributions, data.references, org))
    contexts = [*background.contexts(data.contributions, References.of(data.references))]
    needs = [(rule, rule.needs) for rule in all_rules().values() if hasattr(rule, "needs")]
    asked = [(rule, context) for rule, needed in needs for context in contexts if not context.has(needed)]
    assert asked
    assert not [reason for rule, context in asked for reason in rule(context)]


def test_every_rule_has_its_row_in_the_table_of_weights_and_no_row_is_without_a_rule():
    rows = pd.read_csv(WEIGHTS)
    code = {name: inspect.getsource(rule) for name, rule in all_rules().items()}
    of_neighbours = {"colleague_in_thread", "linked_thread"}
    assert set(rows["rule"]) == {*code, *of_neighbours, CONFIDENCE}
    by_activity = {"kind_of_act", "upkeep"}  # an activity is the name of the strength
    named = rows[rows["rule"].isin(code.keys() - by_activity)]
    assert [row.strength for row in named.itertuples() if f'"{row.strength}"' not in code[row.rule]] == []


def test_a_rule_without_a_row_weighs_what_its_author_guessed(monkeypatch):
    def new(case):
        yield Reason("individual", 2.5, "a guess")

    monkeypatch.setattr(rules, "all_rules", lambda: {"new": new})
    row = pd.DataFrame([{"id": f"{LAMP}#1@ada-example:pull_request", "kind": "pull_request"}])
    org, known = ck.Organisation.read_sample(), {**weights_of_rules()}
    assert ck.classify(row, None, org).reasons["weight"].tolist() == [2.5]
    fitted = ck.classify(row, None, org, weights=known | {("new", "2.5"): 2.0})
    assert fitted.reasons["weight"].tolist() == [2.0]
