"""contribkit why: the case for and against one contribution, and what must not be shown."""

import json

import pandas as pd
import pytest

from contribkit import ContribkitError, Labels, Organisation, classify
from contribkit.classifiers.explain import why
from tests.classifiers.test_classifiers import event, organisation, reference
from tests.review.test_render import ROWS
from tests.test_cli import home, run  # noqa: F401

ADA = {"id": "up/app#1@ada:pull_request", "kind": "pull_request", "repo": "up/app", "actor": "ada", "author": "ada"}
LINK = {"ref": "our-example/plans#1", "title": "Quotas for everybody"}


def explain(identifier="up/app#1@ada:pull_request", rows=(ADA,), references=(), labels=None, **options):
    """Return the lines on one of a few contributions."""
    org = organisation()
    table = pd.DataFrame([{"happened_at": "2026-08-01"} | row for row in rows])
    judged = classify(table, pd.DataFrame(list(references)) if references else None, org, labels)
    return why(judged, identifier, org, labels, **options)


def under(lines, title):
    """Return the lines of a section."""
    rest = lines[lines.index(title) + 1 :]
    return rest[: rest.index("") if "" in rest else None]


def test_it_tells_what_who_where_lead_and_the_case_with_addresses():
    lines = explain(rows=[ADA | {"title": "Fix a typo in the docs", "links_in": [LINK], "state": "merged"}])
    assert lines[:2] == ["Fix a typo in the docs", "up/app#1, pull request of ada, merged, 2026-08-01"]
    assert any(line.startswith("◆ stakeholder-led, ") and line.endswith(" % sure, decided by rules") for line in lines)
    assert {"  activity: docs", "  stakeholder: Marsh Lab", "  initiative: Quotas"} <= set(lines)
    assert under(lines, "For it")[:3] == [
        '  +3.5  the initiative "Quotas" is tied to it',
        "        saw: our-example/plans#1: Quotas for everybody",
        "        https://github.com/our-example/plans/issues/1",
    ]
    assert under(lines, "Against it")[0].endswith("docs serves the project itself (for upstream-led)")
    assert under(lines, "What people said") == ["  nobody has labelled it"]


def test_what_is_unclear_shows_each_case_and_what_would_settle_it():
    lines = explain(rows=[ADA | {"title": "Add a scheduler"}])
    assert "? unclear, decided by rules" in lines
    assert "For and against upstream-led" in lines
    settled = under(lines, "What would settle it")
    assert settled[0] == "  a link from our tracker, or an initiative, would tie it to a stakeholder"
    assert settled[-1] == "  the author can say why they did it, and label it"


def test_what_people_said_stands_with_their_notes_beside_what_rules_alone_say():
    labels = Labels([event("ada", "individual", 1, note="my own \x1b[31mhub"), event("bob", "upstream", 2)])
    lines = explain(rows=[ADA | {"title": "x", "links_in": [LINK]}], labels=labels)
    assert "? unclear, 50 % sure, decided by people" in lines
    assert "  (the rules alone: stakeholder-led)" in lines
    assert under(lines, "What people said") == [
        "  disputed: nobody has settled it",
        "    ada: individual-led (my own  [31mhub)",
        "    bob: upstream-led",
    ]
    assert "What would settle it" not in lines


def test_a_thread_in_which_one_person_worked_is_name_enough_and_case_is_none():
    assert explain("UP/App#1")[1].startswith("up/app#1, pull request of ada")
    with pytest.raises(
        ContribkitError, match="several people worked there; name one of: up/app#1@ada:pull_request, up"
    ):
        explain("up/app#1", rows=[ADA, ADA | {"id": "up/app#1@bob:review", "kind": "review"}])


@pytest.mark.parametrize(
    ("identifier", "said"),
    [
        ("up/app#1@bob:review", "in the same thread: up/app#1@ada:pull_request"),
        ("up/ap#1@ada:pull_request", 'did you mean "up/app#1@ada:pull_request"?'),
        ("x", "1 are known, such as up/app#1@ada:pull_request"),
        ("", "1 are known"),
    ],
)
def test_an_unknown_id_is_an_error_that_names_the_nearest(identifier, said):
    with pytest.raises(ContribkitError, match="there is no such contribution; ") as error:
        explain(identifier)
    assert said in str(error.value)


def test_private_threads_and_what_was_seen_in_private_places_are_shown_only_where_asked():
    secret = reference(text="Brings in what Marsh Lab asked for", title="Secret plan", private=True)
    lines = explain(references=[secret], rows=[ADA | {"title": "x"}])
    assert not any("Secret" in line for line in lines)
    assert any(line.endswith("  seen in a private place") for line in lines)
    assert any("Secret plan" in line for line in explain(references=[secret], include_private=True))
    hidden = [ADA | {"title": "Hidden", "private": True}, ADA | {"id": "up/app#2@ada:issue", "kind": "issue"}]
    with pytest.raises(ContribkitError, match="is in a private thread; say --include-private to see it"):
        explain(rows=hidden)
    with pytest.raises(ContribkitError) as error:
        explain("up/app#1@bob:issue", rows=hidden)
    assert "app#1@ada" not in str(error.value)
    assert explain(rows=hidden, include_private=True)[0] == "Hidden"


def test_nothing_in_a_title_steers_the_terminal():
    assert explain(rows=[ADA | {"title": "a\x1b]0;evil\x07\u202eb\nc"}])[0] == "a ]0;evil  b c"


def test_rows_of_which_little_is_known_are_explained():
    lines = explain("log:1@ada:other", rows=[{"id": "log:1@ada:other", "happened_at": None}])
    assert lines[:2] == ["(no title)", "log:1, contribution of ada"]


def test_the_command_reads_files_or_loads_the_sources(home, tmp_path):  # noqa: F811
    (tmp_path / "in.jsonl").write_text("\n".join(map(json.dumps, ROWS)))
    config = ["--config", home / "contribkit.toml"]
    code, out, err = run("why", ROWS[0]["id"], *config, "--contributions", tmp_path / "in.jsonl")
    assert (code, err) == (0, "")
    assert out.startswith(ROWS[0]["title"])
    loaded = run("why", ROWS[0]["id"], *config, "--period", "2026-Q3")[1]
    assert loaded.splitlines()[:2] == out.splitlines()[:2]
    code, out, err = run("why", "nobody/nothing#1", *config, "--period", "2026-Q3")
    assert (code, out) == (1, "")
    assert "nobody/nothing#1: there is no such contribution" in err
    code, _, err = run("why", ROWS[0]["id"], *config, "--labels", tmp_path / "none")
    assert code == 1
    assert "there is no such folder of label logs" in err


def test_a_thread_of_any_quarter_is_found_by_its_address(home):  # noqa: F811
    config = ["--config", home / "contribkit.toml"]
    ref = ROWS[0]["id"].partition("@")[0]
    url = f"https://github.com/{ref.replace('#', '/pull/')}#issuecomment-1"
    code, out, _ = run("why", url, *config)
    assert code == 0
    assert run("why", ROWS[0]["id"], *config, "--period", "2026-Q3")[1] == out
    assert "no such contribution" in run("why", url, *config, "--period", "2020-Q1")[2]


def test_a_thread_that_one_row_calls_private_is_not_explained(home, tmp_path):  # noqa: F811
    rows = [ROWS[0], ROWS[0] | {"id": ROWS[0]["id"].rsplit("@", 1)[0] + "@nora-example:comment", "private": True}]
    (tmp_path / "in.jsonl").write_text("\n".join(map(json.dumps, rows)))
    config = ["--config", home / "contribkit.toml"]
    code, out, err = run("why", ROWS[0]["id"], *config, "--contributions", tmp_path / "in.jsonl")
    assert (code, out) == (1, "")
    assert "is in a private thread; say --include-private to see it" in err


def test_the_sample_is_explained_with_the_labels_beside_it():
    sample = Organisation.read_sample()
    labels = Labels.read(sample.root / "labels")
    code, out, _ = run("why", "wicketlamp-example/lamp@4.3.0", "--config", sample.path, "--period", "2026-Q3")
    assert code == 0
    assert "release" in out
    assert labels.events
