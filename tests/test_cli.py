"""The command line: what it prints, what it writes, and one clear sentence for whatever is wrong."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

import contribkit as ck
from contribkit.cli import main
from contribkit.config.organisation import SAMPLE as SAMPLE_CONFIG
from tests.review.test_render import ROWS, write_organisation

RECORDS = "[sources.records]"


def run(*arguments):
    """Run the command in this process; return exit code, standard output, standard error."""
    result = CliRunner().invoke(main, [str(argument) for argument in arguments])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.stdout, result.stderr


def lines(path):
    """Return the objects of a JSON lines file."""
    return [json.loads(line) for line in Path(path).read_text().splitlines()]


@pytest.fixture
def home(tmp_path):
    """Write a small organisation, and return its folder."""
    write_organisation(tmp_path)
    return tmp_path


def test_the_module_is_the_command_line_where_scripts_are_not_on_the_path():
    done = subprocess.run([sys.executable, "-m", "contribkit", "--version"], capture_output=True, text=True, check=True)
    assert done.stdout == f"contribkit, version {ck.__version__}\n"


@pytest.mark.parametrize("command", [[], ["review"], ["plan"], ["load"], ["classify"]])
def test_help_shows_an_example(command):
    code, out, _ = run(*command, "--help")
    assert code == 0
    assert "Example:" in out
    assert "contribkit " in out


@pytest.mark.parametrize("further", [["--team", "quay"], ["--without-names"], ["--include-private"]])
def test_a_page_for_maintainers_is_of_all_teams_and_never_with_names(home, further):
    code, _, said = run("review", "--config", home / "contribkit.toml", "--upstream", "Up", *further)
    assert code == 2
    assert "--upstream is of all teams" in said


def test_help_imports_nothing_heavy():
    code = "import sys, contribkit.cli; print({'pandas', 'matplotlib', 'papermill', 'pydantic'} & set(sys.modules))"
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "set()"


def test_classify_keeps_every_row_in_order_and_all_it_held(home, tmp_path):
    rows = [row | {"extra": {"kept": number}} for number, row in enumerate([*ROWS, ROWS[0]])]
    (tmp_path / "in.jsonl").write_text("\n".join(map(json.dumps, rows)))
    arguments = ["--config", home / "contribkit.toml", "--contributions", tmp_path / "in.jsonl"]
    code, out, _ = run("classify", *arguments, "--output", tmp_path / "out.jsonl")
    assert (code, out.strip()) == (0, f"{tmp_path / 'out.jsonl'}: 4 rows")
    written = lines(tmp_path / "out.jsonl")
    assert [row["id"] for row in written] == [row["id"] for row in rows]
    assert [row["extra"] for row in written] == [row["extra"] for row in rows]
    added = {"lead", "confidence", "decided_by", "reasons", "activity", "stakeholder", "initiative", "goal"}
    assert all(added <= set(row) for row in written)


def test_classify_says_which_labels_are_for_nothing(home, tmp_path):
    event = {"v": 1, "id": "1", "at": "2026-10-01T00:00:00Z", "by": "ada", "op": "label", "item": "x/y#1@z:issue"}
    (tmp_path / "labels").mkdir()
    (tmp_path / "labels" / "a.jsonl").write_text(json.dumps(event | {"lead": "upstream"}))
    arguments = ["--config", home / "contribkit.toml", "--contributions", home / "c.jsonl"]
    code, _, err = run("classify", *arguments, "--labels", tmp_path / "labels", "--output", tmp_path / "o.jsonl")
    assert code == 0
    assert "1 label for other contributions left out" in err
    assert "x/y" not in err


def test_load_writes_what_the_records_source_reads_again(home, tmp_path):
    code, out, _ = run("load", "--config", home / "contribkit.toml", "--period", "2026-Q3", "--output", tmp_path / "l")
    assert code == 0
    assert "contributions.jsonl: 2 rows" in out
    again = tmp_path / "again"
    write_organisation(again, lines(tmp_path / "l" / "contributions.jsonl"))
    run("load", "--config", again / "contribkit.toml", "--period", "2026-Q3", "--output", tmp_path / "l2")
    assert lines(tmp_path / "l2" / "contributions.jsonl") == lines(tmp_path / "l" / "contributions.jsonl")


SECRET = {"ref": "up-example/app#1", "source": "quay-example/hush", "id": "hush.md", "text": "Hushed", "private": True}
LINK = {"ref": "quay-example/hush#1", "title": "Hushed", "private": True}


@pytest.fixture
def secrets(home):
    """Let the first row of the small organisation point from a private place, and the second be private itself."""
    first, second, third = ROWS
    links = [LINK, {"ref": "up-example/app#2", "title": "Open"}]
    rows = [first | {"links_in": links}, second | {"title": "Hushed", "private": True}, third]
    (home / "c.jsonl").write_text("\n".join(map(json.dumps, rows)))
    (home / "r.jsonl").write_text(json.dumps(SECRET))
    broken(home, '["c.jsonl"]', '["c.jsonl"]\nreferences = ["r.jsonl"]')
    return home


def test_load_leaves_private_rows_out_and_says_how_many(secrets, tmp_path):
    arguments = [
        "load",
        "--config",
        secrets / "contribkit.toml",
        "--period",
        "2026-Q3",
        "--output",
        tmp_path / "l",
    ]
    code, _, err = run(*arguments)
    assert code == 0
    assert "1 private contribution left out; --include-private includes them" in err
    assert "1 private reference left out" in err
    written = [(tmp_path / "l" / f"{name}.jsonl").read_text() for name in ("contributions", "references")]
    assert "hush" not in "".join(written).lower()
    assert [link["title"] for link in lines(tmp_path / "l" / "contributions.jsonl")[0]["links_in"]] == ["Open"]
    _, out, err = run(*arguments, "--include-private")
    assert "contributions.jsonl: 2 rows" in out
    assert "left out" not in err
    assert len(lines(tmp_path / "l" / "references.jsonl")) == 1
    assert lines(tmp_path / "l" / "contributions.jsonl")[0]["links_in"][0] == LINK


def test_classify_leaves_private_rows_out_and_what_was_seen_in_private_places(secrets, tmp_path):
    broken(secrets, "[[upstream]]", '[[stakeholders]]\nname = "Hushed Lab"\nkind = "client"\n[[upstream]]')
    (secrets / "r.jsonl").write_text(json.dumps(SECRET | {"text": "Hushed Lab needs up-example/app#1"}))
    arguments = ["classify", "--config", secrets / "contribkit.toml", "--contributions", secrets / "c.jsonl"]
    arguments += ["--references", secrets / "r.jsonl", "--output", tmp_path / "o.jsonl"]
    code, out, err = run(*arguments)
    assert (code, out.strip()) == (0, f"{tmp_path / 'o.jsonl'}: 2 rows")
    assert "1 private contribution left out; --include-private includes them" in err
    shown = lines(tmp_path / "o.jsonl")
    assert [row["id"] for row in shown] == [ROWS[0]["id"], ROWS[2]["id"]]
    assert "hush.md" not in json.dumps(shown)
    assert "a private place" in json.dumps(shown[0]["reasons"])
    assert [link["title"] for link in shown[0]["links_in"]] == ["Open"]
    assert run(*arguments, "--include-private")[2] == ""
    everything = lines(tmp_path / "o.jsonl")
    assert [row["id"] for row in everything] == [row["id"] for row in ROWS]
    assert everything[0]["links_in"][0] == LINK
    assert "hush.md" in json.dumps(everything[0]["reasons"])


def test_classify_takes_a_thread_that_one_row_calls_private_as_private(home, tmp_path):
    other = ROWS[0] | {"id": f"{ROWS[0]['id'].split('@')[0].upper()}@nora-example:review", "title": "Hushed"}
    (home / "c.jsonl").write_text("\n".join(map(json.dumps, [ROWS[0] | {"private": True}, other, *ROWS[1:]])))
    arguments = ["--config", home / "contribkit.toml", "--contributions", home / "c.jsonl"]
    _, _, err = run("classify", *arguments, "--output", tmp_path / "o.jsonl")
    assert "2 private contributions left out" in err
    assert "Hushed" not in (tmp_path / "o.jsonl").read_text()


def broken(home, old, new):
    """Change the small organisation's file."""
    path = home / "contribkit.toml"
    path.write_text(path.read_text().replace(old, new))


def git(folder, *arguments):
    """Run git in a folder, with an identity of its own."""
    identity = ["-c", "user.name=A", "-c", "user.email=a@example.org"]
    subprocess.run(["git", "-C", str(folder), *identity, *arguments], check=True, capture_output=True)


def shallow_clone(home):
    git(home, "init", "-q", "origin")
    for number in (1, 2):
        git(home / "origin", "commit", "--allow-empty", "-qm", str(number))
    git(home, "clone", "-q", "--depth", "1", f"file://{home}/origin", "up-example+app")


CASES = {
    "no file": (lambda home: (home / "contribkit.toml").unlink(), "contribkit.toml: cannot be read"),
    "no TOML": (lambda home: broken(home, "[[upstream]]", "[[upstream"), "is not TOML"),
    "unknown key": (
        lambda home: broken(home, "own =", "owns ="),
        'contribkit.toml:3: unknown key "organisation.owns"',
    ),
    "no source": (lambda home: broken(home, RECORDS + '\ncontributions = ["c.jsonl"]', ""), "names no source"),
    "unknown source": (lambda home: broken(home, RECORDS, "[sources.recods]"), 'did you mean "records"?'),
    "no records": (lambda home: (home / "c.jsonl").unlink(), "c.jsonl: cannot be read (No such file"),
    "no match": (lambda home: broken(home, "c.jsonl", "c*.json"), 'no file matches "c*.json"'),
    "broken line": (lambda home: (home / "c.jsonl").write_text('{"id": 1}\n{'), "c.jsonl:1:"),
    "broken label": (lambda home: labelled(home, "{}\n{}"), "a.jsonl:1: unknown label event version None"),
    "no clone": (lambda home: cloned(home, "clones/*"), 'no folder matches "clones/*"'),
    "no repository": (lambda home: (cloned(home, "x+y"), (home / "x+y").mkdir()), "x+y: is not a git repository"),
    "shallow": (lambda home: (cloned(home, "up-example+app"), shallow_clone(home)), "is a shallow clone"),
    "empty": (lambda home: (cloned(home, "x+y"), git(home, "init", "-q", "x+y")), "x+y: is an empty repository"),
}


def labelled(home, text):
    (home / "labels").mkdir()
    (home / "labels" / "a.jsonl").write_text(text)


def cloned(home, pattern):
    broken(home, RECORDS, f'[sources.git]\nclones = ["{pattern}"]\n{RECORDS}')


@pytest.mark.parametrize("case", CASES)
def test_whatever_is_wrong_is_one_clear_error_before_any_work(home, case):
    spoil, said = CASES[case]
    spoil(home)
    code, out, err = run("review", "--config", home / "contribkit.toml", "--period", "2026-Q3")
    assert (code, out) == (1, "")
    assert said in err
    assert "; " in err or case == "no TOML"  # how to fix it, for which the parser's words have to do
    assert "Traceback" not in err
    assert not list(home.glob("reviews/*/*"))


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--period", "2026-Q5"], 'invalid period "2026-Q5"; write 2026-Q3'),
        (["--period", "2026-Q3", "--team", "quai"], 'no team is called "quai"; did you mean "quay"'),
        (["--period", "2026-Q3", "-p", "without_names", "3"], 'the parameter "without_names" is bool, not int'),
        (["--period", "2026-Q3", "-p", "colour", "red"], 'no parameter "colour"'),
    ],
)
def test_wrong_words_are_said_with_what_would_be_right(home, arguments, said):
    code, _, err = run("review", "--config", home / "contribkit.toml", *arguments)
    assert code == 1
    assert said in err


def test_keep_going_takes_the_rest_and_says_what_it_left(home, tmp_path):
    text = (home / "c.jsonl").read_text().replace("\n", "\n{broken\n", 1)
    (home / "c.jsonl").write_text(text)
    arguments = ["load", "--config", home / "contribkit.toml", "--period", "2026-Q3", "--output", tmp_path / "l"]
    assert run(*arguments)[0] == 1
    assert not (tmp_path / "l").exists()
    code, out, err = run(*arguments, "--keep-going")
    assert code == 1
    assert "contributions.jsonl: 2 rows" in out
    assert "c.jsonl:2: not JSON" in err


def test_the_command_renders_a_review_and_prints_where_it_lies(home):
    command = [str(Path(sys.executable).parent / "contribkit"), "review", "--period", "2026-Q3", "--team", "quay"]
    answer = subprocess.run(command, cwd=home, capture_output=True, text=True, check=False)
    assert answer.returncode == 0, answer.stderr
    page = Path(answer.stdout.strip())
    assert page == home / "reviews" / "2026-Q3" / "quay" / "review.html"
    assert page.is_file()


def test_programs_get_json_and_quiet_people_no_notes(home, monkeypatch):
    monkeypatch.setenv("TQDM_DISABLE", "0")  # which the command changes, so that it is put back
    code, out, err = run("--quiet", "labels", "list", "--labels", SAMPLE_CONFIG.parent / "labels", "--json")
    assert (code, err) == (0, "")
    assert {"item", "lead", "status", "opinions"} <= json.loads(out)[0].keys()
    code, out, err = run("doctor", "--config", SAMPLE_CONFIG, "--json")
    assert (code, err) == (0, "")
    assert {finding["level"] for finding in json.loads(out)} == {"✓", "!"}
    code, out, err = run("--quiet", "doctor", "--config", home / "none.toml", "--json")
    assert code == 1
    assert next(finding["level"] for finding in json.loads(out)) == "✗"


@pytest.mark.parametrize("command", ["init", "load", "labels list", "labels history", "labels agreement", "why"])
def test_quiet_holds_for_every_command(tmp_path, command, monkeypatch):
    monkeypatch.setenv("TQDM_DISABLE", "0")
    options = {
        "init": [tmp_path / "new"],
        "load": ["--output", tmp_path, "--period", "2026-Q3"],
        "why": ["quirefold-example/quire#379@chidi-example:pull_request", "--period", "2026-Q3"],
    }
    known = [] if command == "init" else ["--config", SAMPLE_CONFIG]
    code, _, err = run("--quiet", *command.split(), *options.get(command, []), *known)
    assert (code, err) == (0, "")


def test_commands_about_labels_take_the_last_quarter_and_the_folder_beside_the_file(tmp_path):
    shutil.copytree(SAMPLE_CONFIG.parent, tmp_path / "sample")
    config = tmp_path / "sample" / "contribkit.toml"
    code, out, _ = run("evaluate", "--config", config, "--period", "2026-Q3")
    assert code == 0
    assert "labelled contributions in" in out
    assert run("labels", "history", "--config", config)[:2] == (0, "")  # the sample's are older than a month


def test_steps_take_paths_and_names_as_people_write_them():
    data = ck.load(SAMPLE_CONFIG, "2026-Q3")
    judged = ck.classify(data.contributions, data.references, data.organisation)
    assert ck.Review(judged, data, "Product", "2026-Q3").data.team.slug == "product"
    with pytest.raises(ck.ContribkitError, match='no team is called "produkt"; did you mean "product"'):
        ck.Review(judged, data, "produkt", "2026-Q3")
