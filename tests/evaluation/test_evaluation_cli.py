"""`contribkit evaluate`: what it prints and writes, and one clear sentence for whatever is wrong."""

import json

import pytest

from contribkit.evaluation.truth import read_labels, truth_table
from tests.helpers.builders import jsonl
from tests.review.test_render import write_organisation
from tests.test_cli import run

ROWS = [
    {"id": f"up-example/app#{n}@ada-example:review", "author": "nora-example", "happened_at": f"2026-0{n}-02"}
    for n in range(1, 7)
]
TRUTH = [{"id": row["id"], "lead": lead} for row, lead in zip(ROWS, ["upstream"] * 5 + ["unclear"], strict=True)]


def event(number, by, lead, **more):
    start = {"v": 1, "id": f"{number}{by}", "at": "2026-10-01T00:00:00Z", "by": by, "op": "label"}
    return start | {"item": ROWS[number]["id"], "lead": lead} | more


@pytest.fixture
def home(tmp_path):
    """Write a small organisation with six reviews and their labels, and return its folder."""
    write_organisation(tmp_path, ROWS)
    jsonl(tmp_path / "labels.jsonl", *TRUTH)
    return tmp_path


def evaluate(home, *more, labels="labels.jsonl"):
    arguments = ["--config", home / "contribkit.toml", "--contributions", home / "c.jsonl"]
    return run("evaluate", *arguments, "--labels", home / labels, *more)


def test_help_shows_an_example():
    code, out, _ = run("evaluate", "--help")
    assert code == 0
    assert "Example:" in out
    assert "contribkit evaluate --contributions" in out


def test_it_prints_tables_and_writes_json_and_a_plot(home):
    code, out, err = evaluate(home, "--json", home / "out" / "e.json", "--plot", home / "out" / "e.svg")
    assert (code, err) == (0, "")
    assert out.startswith("6 labelled contributions in 6 threads; 5 led by somebody")
    assert "truth down, answer across" in out
    assert "no row is labelled stakeholder or individual" in out
    assert max(map(len, out.splitlines())) <= 110
    written = json.loads((home / "out" / "e.json").read_text())
    assert written["rows"] == 6
    assert written["figures"]["upstream"]["n"] == 5
    assert written["confusion"]["unclear"].keys() == {"stakeholder", "upstream", "individual", "unclear"}
    assert {"split", "part", "n"} <= written["folds"][0].keys()
    assert written["agreement"]["reason"] == "fewer than two people gave labels"
    assert (home / "out" / "e.svg").read_text().startswith("<?xml")


def test_the_real_set_as_of_each_quarter(realset):
    files = ["--contributions", realset / "contributions.jsonl", "--labels", realset / "labels.jsonl"]
    pointing = ["--references", realset / "references.jsonl", "--references", realset / "references_cited.jsonl"]
    arguments = ["--config", realset / "contribkit.toml", *files, *pointing]
    code, out, err = run("evaluate", *arguments, "--as-of", "quarter")
    assert (code, err) == (0, "")
    assert "153 labelled contributions in 139 threads" in out
    assert "classified as of 30 days after the end of its own quarter" in out


def test_label_logs_tell_how_far_people_agree(home):
    jsonl(home / "labels/2026-Q3/ada.1.jsonl", *(event(n, "ada", "upstream") for n in range(4)))
    jsonl(home / "labels/2026-Q3/bob.1.jsonl", event(0, "bob", "upstream"), event(1, "bob", "stakeholder"))
    code, out, _ = evaluate(home, labels="labels")
    assert code == 0
    assert "3 labelled contributions" in out
    assert "left out: 1 contribution on which people disagree" in out
    assert "app#2@" not in out
    assert "2 people agree on 0.500 of 2 contributions that two or more labelled" in out
    assert "ada and bob" in out


def test_labels_for_other_contributions_are_said(home):
    jsonl(home / "labels.jsonl", *TRUTH, {"id": "x/y#1@ada:review", "lead": "upstream"})
    code, out, _ = evaluate(home)
    assert code == 0
    assert "left out: 1 label for other contributions" in out
    assert "x/y" not in out  # perhaps private
    assert out.startswith("6 labelled contributions")


def test_the_last_of_two_labels_for_one_id_counts_and_is_said(home):
    jsonl(
        home / "labels.jsonl", *TRUTH, TRUTH[0] | {"lead": "individual", "id": TRUTH[0]["id"].upper()[:-6] + "review"}
    )
    code, out, _ = evaluate(home)
    assert code == 0
    assert out.startswith("6 labelled contributions")
    assert "labelled differently more than once, the last label counts: 1 contribution" in out


def test_as_of_takes_away_what_is_younger(home):
    plain: dict[str, str | None] = {
        "ref": "up-example/app#1",
        "source": "quay-example/plans",
        "kind": "document",
        "id": "a.md",
    }
    days: list[str | None] = ["2026-07-30", "2026-07-31", None]
    jsonl(home / "r.jsonl", *(plain | {"date": day} for day in days))
    links = [
        {"ref": "quay-example/x#1", "date": "2026-12-01"},
        {"ref": "quay-example/x#2", "at": "2026-01-01T00:00:00Z"},
    ]
    jsonl(home / "c.jsonl", ROWS[0] | {"links_in": [*links, {"ref": "quay-example/x#3", "date": "soon"}]}, *ROWS[1:])
    code, out, _ = evaluate(home, "--references", home / "r.jsonl", "--as-of", "2026-06-30")
    assert code == 0
    assert "removed: 1 of 3 references, younger than 2026-07-30" in out
    assert "removed: 1 link from threads, younger than 2026-07-30" in out
    assert "kept, since without a date: 1 reference, 1 link" in out
    code, out, _ = evaluate(home, "--references", home / "r.jsonl", "--as-of", "2026-03-31")
    assert "3 contributions younger than 2026-03-31 classified all the same" in out


CASES = {
    "no labels": (lambda home: (home / "labels.jsonl").unlink(), "labels.jsonl: cannot be read (No such file"),
    "empty labels": (lambda home: (home / "labels.jsonl").write_text("\n"), "no label to compare with"),
    "no lead": (
        lambda home: jsonl(home / "labels.jsonl", {"id": ROWS[0]["id"], "lead": "upstreem"}),
        'mean "upstream"',
    ),
    "null lead": (
        lambda home: jsonl(home / "labels.jsonl", {"id": ROWS[0]["id"]}),
        'labels.jsonl:1: invalid lead "None"',
    ),
    "no id": (
        lambda home: jsonl(home / "labels.jsonl", {"id": "x", "lead": "upstream"}),
        "invalid contribution id",
    ),
    "no text": (lambda home: jsonl(home / "labels.jsonl", TRUTH[0] | {"activity": 3}), '"activity" is 3, not text'),
    "no JSON": (lambda home: jsonl(home / "labels.jsonl", "{"), "labels.jsonl:1: not JSON"),
    "a log": (lambda home: jsonl(home / "labels.jsonl", event(0, "a", "upstream")), "give the folder of the logs"),
    "others": (
        lambda home: jsonl(home / "labels.jsonl", {"id": "x/y#1@a:review", "lead": "upstream"}),
        "none of 1 label is for any of 6 contributions; check that both write ids alike",
    ),
    "no contributions": (lambda home: (home / "c.jsonl").write_text(""), "c.jsonl: no contributions"),
    "broken row": (lambda home: jsonl(home / "c.jsonl", "{"), "c.jsonl:1: not JSON"),
    "no config": (lambda home: (home / "contribkit.toml").unlink(), "contribkit.toml: cannot be read"),
}


@pytest.mark.parametrize("case", CASES)
def test_whatever_is_wrong_is_one_clear_sentence(home, case):
    spoil, said = CASES[case]
    spoil(home)
    code, out, err = evaluate(home)
    assert (code, out) == (1, "")
    assert said in err
    assert err.count("\n") == 1


def test_logs_that_hold_only_disputes_say_so(home):
    jsonl(home / "labels/a.jsonl", event(0, "ada", "upstream"), event(0, "bob", "stakeholder"))
    code, _, err = evaluate(home, labels="labels")
    assert code == 1
    assert "no label to compare with (left out: 1 contribution on which people disagree" in err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--as-of", "soon"], '--as-of: invalid date "soon"; write 2026-09-30'),
        (["--plot", "plot.png"], "plot.png: the plot is written as SVG"),
    ],
)
def test_wrong_words_are_said(home, arguments, said):
    code, _, err = evaluate(home, *arguments)
    assert code == 1
    assert said in err


def test_keep_going_takes_the_rest(home):
    jsonl(home / "labels.jsonl", "{", *TRUTH)
    assert evaluate(home)[0] == 1
    code, out, err = evaluate(home, "--keep-going")
    assert code == 1
    assert out.startswith("6 labelled contributions")
    assert "labels.jsonl:1: not JSON" in err


def test_the_words_of_a_folder_and_a_file_are_read_alike(home):
    jsonl(home / "labels/a.jsonl", *(event(n, "ada", row["lead"]) for n, row in enumerate(TRUTH)))
    file, logs = (
        truth_table(read_labels(home / name), [row["id"] for row in ROWS]) for name in ("labels.jsonl", "labels")
    )
    assert file[0].values.tolist() == logs[0].values.tolist()
    assert (file[1], logs[1]) == ([], [])


def test_several_sets_are_evaluated_one_after_the_other(home):
    jsonl(home / "c2.jsonl", *ROWS[:2])
    jsonl(home / "l2.jsonl", *TRUTH[:2])
    more = ["--contributions", home / "c2.jsonl", "--labels", home / "l2.jsonl"]
    code, out, _ = evaluate(home, *more, "--json", home / "e.json")
    assert code == 0
    first, second = out.split(f"{home / 'l2.jsonl'}\n")
    assert "6 labelled contributions" in first
    assert "2 labelled contributions" in second
    sets = json.loads((home / "e.json").read_text())["sets"]
    assert [found["rows"] for found in sets.values()] == [6, 2]
    code, _, err = evaluate(home, "--labels", home / "l2.jsonl")
    assert code == 2
    assert "equally often" in err


def test_what_could_steer_a_terminal_does_not_reach_it(home):
    item = ROWS[0]["id"].replace("ada", "ada\u001b]0;PWN\u0007")
    jsonl(home / "c.jsonl", ROWS[0] | {"id": item, "actor": None})
    jsonl(home / "labels.jsonl", {"id": item, "lead": "upstream"})
    jsonl(
        home / "labels/a.jsonl",
        event(0, "ada\u001b]0;PWN\u0007", "upstream", item=item),
        event(0, "bob", "upstream", item=item),
    )
    for labels in ("labels.jsonl", "labels"):
        code, out, err = evaluate(home, labels=labels)
        assert code == 0, err
        assert "\u001b" not in out + err
