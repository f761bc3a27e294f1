"""`contribkit doctor`: real set-ups, healthy and broken; each thing is one line that says what to do."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from contribkit.config.organisation import SAMPLE
from contribkit.config.toml import PLACEHOLDER
from contribkit.doctor import check_kernel, check_versions, check_writable, examine
from contribkit.init import start
from contribkit.loaders.github.cache import Store
from contribkit.loaders.github.settings import Token
from contribkit.loaders.source import Finding, Level
from tests.helpers.repositories import Invented, run_git
from tests.test_cli import run

CONFIGURATION = """
[organisation]
name = "Test"
own = ["test-org"]
[[teams]]
name = "One"
[[teams.members]]
login = "ada-example"
from = 2020-01-01
[[upstream]]
name = "Wicketlamp"
orgs = ["wicketlamp-example"]
[[stakeholders]]
name = "Saltreed"
people = ["wren-example"]
[[initiatives]]
name = "Quotas"
refs = ["test-org/plans#1"]
[[goals]]
name = "Reviews"
refs = ["test-org/plans#2"]
[sources.git]
clones = ["clones/*"]
[sources.records]
contributions = ["c.jsonl"]
[sources.activity_log]
files = ["log.csv"]
"""
ROW = '{"id": "wicketlamp-example/lamp#1@ada-example:issue", "happened_at": "2026-08-01"}\n'
HEADER = "date,who,what,hours\n"
EVENT = {"v": 1, "id": "1", "at": "2026-10-01T00:00:00Z", "by": "ada", "op": "label", "item": "x/y#1@z:issue"}


@pytest.fixture
def home(tmp_path):
    """Make a healthy set-up: an upstream clone, one of our own, records, a log and a label."""
    (tmp_path / "contribkit.toml").write_text(CONFIGURATION)
    (tmp_path / "c.jsonl").write_text(ROW)
    (tmp_path / "log.csv").write_text(f"{HEADER}2026-07-01,ada-example,Ran a meeting,1\n")
    (tmp_path / "labels").mkdir()
    (tmp_path / "labels" / "a.jsonl").write_text(json.dumps(EVENT | {"lead": "upstream"}) + "\n")
    Invented(tmp_path / "clones" / "wicketlamp-example+lamp").main("Start")
    Invented(tmp_path / "clones" / "test-org+plans").main("Start")
    (tmp_path / "clones" / "README.md").write_text("no clone, and no harm")
    return tmp_path


def doctor(home):
    """Run the command; return its exit code and its lines."""
    code, out, err = run("doctor", "--config", home / "contribkit.toml")
    assert err == ""
    return code, out.splitlines()


def lines(home, sign):
    return [line for line in doctor(home)[1] if line.startswith(sign)]


def change(home, old, new):
    path = home / "contribkit.toml"
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new))


def test_a_healthy_set_up_is_all_good(home):
    before = sorted(home.rglob("*"))
    code, said = doctor(home)
    assert [line for line in said if not line.startswith("✓ ")] == []
    assert code == 0
    assert "✓ configuration: 1 team, 1 member, 1 upstream project, 3 sources" in said
    assert "✓ sources.git: 2 clones: 1 upstream project, 1 of our own" in said
    assert "✓ sources.records: 1 thread, 0 references" in said
    assert "✓ sources.activity_log: 1 thread, 0 references" in said
    assert "✓ labels: 1 contribution labelled" in said
    assert sorted(home.rglob("*")) == before  # it looks, and changes nothing


def test_the_versions_that_matter_are_shown(home):
    said = "\n".join(doctor(home)[1])
    for name in ("Python", "git", "jupyterlab", "papermill", "pandas"):
        assert re.search(rf"^✓ {name}: \d+\.\d+", said, re.MULTILINE)
    assert "✓ kernel python3: runs this Python" in said
    assert "✓ time zones: known" in said


def test_the_file_beside_us_is_looked_at_by_default(home):
    command = [str(Path(sys.executable).parent / "contribkit"), "doctor"]
    answer = subprocess.run(command, cwd=home, capture_output=True, text=True, check=False)
    assert (answer.returncode, answer.stderr) == (0, "")


def test_the_sample_is_fit_for_a_review():
    assert [finding for finding in examine(SAMPLE) if finding.level is Level.ERROR] == []


def test_init_then_doctor_says_what_is_left_to_do(tmp_path):
    start(tmp_path / "team")
    code, said = doctor(tmp_path / "team")
    assert code == 1
    wrong = [line for line in said if line.startswith("✗")]
    assert len(wrong) == 2
    assert f"{PLACEHOLDER} is still on lines " in wrong[0]
    assert wrong[1] == '✗ sources.git: no folder matches "clones/*"; run: contribkit clone OWNER/NAME'
    assert any("activities/activity_log.csv still holds the example row; replace it" in line for line in said)
    assert any(line.startswith("! own side: no own repository can be read, so that no evidence") for line in said)


def test_init_filled_in_is_good_as_it_is(tmp_path):
    start(tmp_path)
    text = (tmp_path / "contribkit.toml").read_text()
    text = text.replace(f'own = ["{PLACEHOLDER}"]', 'own = ["test-org"]').replace(PLACEHOLDER, "lamps")
    (tmp_path / "contribkit.toml").write_text(text)
    for name in ("lamps+lamp", "test-org+plans"):
        Invented(tmp_path / "clones" / name).main("Start")
    code, said = doctor(tmp_path)
    assert code == 0
    assert [line for line in said if not line.startswith("✓ ")] == [
        "! sources.activity_log: activities/activity_log.csv still holds the example row; "
        "replace it with a row of your own, or remove it"
    ]


def test_a_git_that_does_not_say_its_version_is_told_so(home, monkeypatch):
    (home / "bin").mkdir()
    fake = home / "bin" / "git"
    fake.write_text(
        f'#!/bin/sh\n[ "$1" = --version ] && echo "git version unknown" || exec {shutil.which("git")} "$@"\n'
    )
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", f"{home / 'bin'}{os.pathsep}{os.environ['PATH']}")
    assert "✗ git: does not say that it is >=2.31; install that one" in doctor(home)[1]


def shallow(home):
    made = Invented(home / "origin")
    made.main("One")
    made.main("Two")
    run_git("clone", "-q", "--bare", "--depth", "1", f"file://{home}/origin", home / "clones/wicketlamp-example+cut")


def nameless(home):
    Invented(home / "clones" / "lamp").main("Start")


def write(name, text):
    return lambda home: (home / name).write_text(text)


def unlink(name):
    return lambda home: (home / name).unlink()


def labelled(text):
    return lambda home: (home / "labels" / "a.jsonl").write_text(text)


def changed(old, new):
    return lambda home: change(home, old, new)


def a_file_for_a_folder(home):
    (home / "reviews").write_text("in the way")


GIT, RECORDS, LOG = "sources.git", "sources.records", "sources.activity_log"
WRONG = {
    "no clones": (changed('["clones/*"]', "[]"), GIT, "clones names no folder", 'write clones = ["clones/*"]'),
    "no file": (unlink("contribkit.toml"), "configuration", "cannot be read", "name the file with --config"),
    "no TOML": (changed("[[upstream]]", "[[upstream"), "configuration", "is not TOML", "(at line 10, column"),
    "unknown key": (changed("own =", "owns ="), "configuration", 'unknown key "organisation.owns"', "did you mean"),
    "no time zone": (changed('own = ["', 'timezone = "Berlin"\nown = ["'), "configuration", "", "write one like"),
    "unknown source": (changed("[sources.git]", "[sources.gti]"), "sources.gti", "no such source", "did you mean"),
    "unknown setting": (changed("clones =", "clone ="), GIT, 'unknown key "clone"', 'did you mean "clones"?'),
    "no source": (lambda home: (home / "contribkit.toml").write_text(CONFIGURATION.split("[sources")[0]), "sources",
                  "there is none", "add [sources.git]"),
    "no match": (changed("clones/*", "clone/*"), GIT, 'no folder matches "clone/*"', "run: contribkit clone"),
    "no such folder": (changed("clones/*", "clones/a+b"), GIT, "there is no such folder", "clone the repository there"),
    "no repository": (lambda home: (home / "clones/a+b").mkdir(), GIT, "a+b: is not a git repository", "clone it"),
    "shallow": (shallow, GIT, "+cut: is a shallow clone", "run: git -C "),
    "empty": (lambda home: Invented(home / "clones/a+b"), GIT, "a+b: is an empty repository", "clone it again"),
    "nameless": (nameless, GIT, "it is unknown which repository", "name the folder OWNER+NAME, or set its remote"),
    "no records": (unlink("c.jsonl"), RECORDS, "c.jsonl: cannot be read", "fix it there"),
    "broken line": (write("c.jsonl", ROW + "{\n" + ROW), RECORDS, "c.jsonl:2: not JSON", "fix the line"),
    "no kind": (write("c.jsonl", ROW.replace("issue", "isue")), RECORDS, 'c.jsonl:1: unknown kind "isue"', "did you"),
    "no column": (write("log.csv", "date,what\n"), LOG, 'the column "who" is missing', "the first line is date,who"),
    "no day": (write("log.csv", f"{HEADER}1.7.2026,ada-example,x,\n"), LOG, 'log.csv:2: "date" is "1.7.2026"', "fix"),
    "no member": (write("log.csv", f"{HEADER}2026-07-01,adda-example,x,\n"), LOG, "is not a member's login", "did you"),
    "negative": (write("log.csv", f"{HEADER}2026-07-01,ada-example,x,-1\n"), LOG, '"hours" is "-1"', "fix the line"),
    "unknown version": (labelled('{"v": 2}\n'), "labels", "a.jsonl:1: unknown label event version", "update"),
    "no label": (labelled("{\n\n"), "labels", "a.jsonl:1: is not JSON", "restore the line from git"),
    "unwritable": (a_file_for_a_folder, "reviews/", "reviews: is a file where a folder should be", "move it away"),
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG)
def test_whatever_is_wrong_is_one_line_with_what_to_do(home, case):
    spoil, subject, said, fix = WRONG[case]
    spoil(home)
    code, found = doctor(home)
    (line,) = [line for line in found if line.startswith("✗")]
    assert code == 1
    assert line.startswith(f"✗ {subject}: ")
    assert said in line
    assert fix in line
    assert "; " in line


def test_every_broken_clone_is_a_line_of_its_own_and_the_others_are_counted(home):
    (home / "clones" / "a+b").mkdir()
    nameless(home)
    shallow(home)
    assert len(lines(home, "✗ sources.git: ")) == 3
    assert lines(home, "✓ sources.git: ") == ["✓ sources.git: 2 clones: 1 upstream project, 1 of our own"]


def test_every_broken_row_is_a_line_of_its_own_up_to_a_score(home):
    (home / "log.csv").write_text(HEADER + 25 * "2026-07-01,nobody,x,\n")
    (home / "c.jsonl").write_text("{\n" + ROW + "[]\n")
    assert len(lines(home, "✗ sources.records: ")) == 2
    assert len(lines(home, "✗ sources.activity_log: ")) == 21
    assert "5 more like these; fix the first ones" in lines(home, "✗ sources.activity_log: ")[-1]


def test_nothing_in_a_file_steers_the_terminal(home):
    (home / "log.csv").write_text(HEADER + "2026-07-01,\x1b]0;PWN\x07,x,\n")
    assert '" ]0;PWN " is not a member' in lines(home, "✗ sources.activity_log: ")[0]


def test_every_mistake_in_the_file_is_a_line_of_its_own_and_the_machine_is_looked_at(home):
    change(home, "own =", "owns =")
    change(home, "people =", "persons =")
    assert len(lines(home, "✗ configuration: ")) == 2
    assert lines(home, "✓ git: ")


DOUBTFUL = {
    "nothing of our own": (
        changed('own = ["test-org"]', 'own = ["other-org"]'),
        ["test-org/plans is neither an upstream project nor our own: it is ignored; add it to [[upstream]]",
         "own side: no own repository can be read, so that no evidence from the organisation's own side will be seen; "
         "clone those that plan your work"],
    ),
    "no own at all": (
        changed('own = ["test-org"]', ""),
        ["neither an upstream", "write your GitHub organisations into own, and clone those that plan your work"],
    ),
    "another host": (
        lambda home: Invented(home / "clones" / "wicketlamp-example+lamp").remote("https://gitlab.com/o/lamp.git"),
        ["wicketlamp-example+lamp: o/lamp is on gitlab.com, not on GitHub: it is ignored"],
    ),
    "own and upstream": (
        changed('own = ["test-org"]', 'own = ["test-org", "Wicketlamp-Example"]'),
        ["wicketlamp-example is in own and in [[upstream]]: work there counts as your own, and is left out"],
    ),
    "twice at once": (
        changed("[[upstream]]", '[[teams.members]]\nlogin = "ada-example"\nfrom = 2024-01-01\n[[upstream]]'),
        ["ada-example is in One twice on the same days"],
    ),
    "no from": (changed("from = 2020-01-01", ""), ["counts as the team's: ada-example; write from = "]),
    "no refs of an initiative": (changed('refs = ["test-org/plans#1"]', ""), ['the initiative "Quotas" has no refs']),
    "no refs of a goal": (changed('refs = ["test-org/plans#2"]', ""), ['the goal "Reviews" has no refs']),
    "on both sides": (changed("wren-example", "Ada-Example"), ["Ada-Example speaks for Saltreed and is a member"]),
    "everywhere": (changed("own =", 'scope = "everywhere"\nown ='), ["looks at all that people do on GitHub"]),
    "no day": (write("c.jsonl", ROW.replace("happened_at", "other")), ["1 row without a date: in no period; write a"]),
    "a column too many": (write("log.csv", "date,who,what,hour\n"), ['"hour" is not read; did you mean "hours"?']),
    "torn": (labelled(json.dumps(EVENT | {"lead": "upstream"}) + '\n{"v'), ["a.jsonl:2: the last line is incomplete"]),
}  # fmt: skip


@pytest.mark.parametrize("case", DOUBTFUL)
def test_what_makes_a_review_poorer_is_said_and_no_error(home, case):
    spoil, said = DOUBTFUL[case]
    spoil(home)
    code, found = doctor(home)
    doubts = [line for line in found if not line.startswith("✓")]
    assert code == 0
    assert len(doubts) == len(said)
    for line, words in zip(doubts, said, strict=True):
        assert line.startswith("! ")
        assert words in line
        assert "; " in line


def test_who_looks_like_a_member_is_named_with_the_reason_and_the_alias_to_add(home):
    change(home, 'login = "ada-example"', 'login = "ada-example"\nname = "Ada Example"')
    lamp = Invented(home / "clones" / "wicketlamp-example+wick")
    trailer = "\n\nCo-authored-by: Ada <ada@laptop.example>"
    for name, mail in (
        ("A. Example", "ada@work.example"), ("ada  example", "ada@work.example"), ("Ada-Exämple", "x@y.example"),
        ("Nobody", "aexample@z.example"), ("Ida Other", "ida@elsewhere.example"),
    ):  # fmt: skip
        lamp.main(f"Work{trailer}", author=(name, mail))
    found = [line for line in lines(home, "! sources.git: ") if " may be " in line]
    assert sorted(re.sub(r"^.*?git: | may be ada-example", "", line) for line in found) == [
        'A. Example <ada@work.example> (1 commit): the same address; if so, add "ada@work.example" to their aliases',
        'Ada <ada@laptop.example> (5 commits): a first name alone; if so, add "ada@laptop.example" to their aliases',
        "Ada-Exämple <x@y.example> (1 commit): the same name, but for accents, spaces and signs; "
        'if so, add "x@y.example" to their aliases',
        "Nobody <aexample@z.example> (1 commit): the address is made of the login or the name; "
        'if so, add "aexample@z.example" to their aliases',
    ]


def test_references_among_the_records_are_evidence_too(home):
    text = CONFIGURATION.replace('[sources.git]\nclones = ["clones/*"]\n', "")
    (home / "contribkit.toml").write_text(text)
    assert len(lines(home, "! own side")) == 1
    (home / "r.jsonl").write_text('{"ref": "wicketlamp-example/lamp#1", "source": "test-org/plans"}\n')
    change(home, '["c.jsonl"]', '["c.jsonl"]\nreferences = ["r.jsonl"]')
    assert lines(home, "!") == []


def test_an_unwritable_place_is_wrong_whoever_asks():
    if not Path("/proc/self").is_dir():
        pytest.skip("there is no folder here that nobody may write to")
    (finding,) = check_writable(Path("/proc/self/reviews"))
    assert finding.level is Level.ERROR
    assert "cannot be written" in finding.sentence


def asked_elsewhere(home, **environment):
    """Ask from a process with another environment; return the lines."""
    code = "from contribkit.cli import main; main()"
    command = [sys.executable, "-c", code, "doctor", "--config", str(home / "contribkit.toml")]
    answer = subprocess.run(command, capture_output=True, text=True, check=False, env=os.environ | environment)
    assert answer.stderr == ""
    return answer.returncode, answer.stdout.splitlines()


def test_a_machine_without_git_is_told_so_once(home, tmp_path):
    (tmp_path / "bin").mkdir()
    code, found = asked_elsewhere(home, PATH=str(tmp_path / "bin"))
    assert code == 1
    wrong = [line for line in found if line.startswith("✗")]
    assert wrong == [
        "✗ sources.git: git is not installed; install it to read clones",
        "✗ git: is not installed; install it, to read clones",
    ]


def test_a_package_that_is_too_old_or_missing_is_named_with_the_command(home, tmp_path):
    folder = tmp_path / "packages" / "contribkit-9.dist-info"
    folder.mkdir(parents=True)
    head = "Metadata-Version: 2.1\nName: contribkit\nVersion: 9\nRequires-Python: >=3.99\n"
    needed = ["pandas>=99", "no-such-package>=1", "papermill>=2", 'ruff>=99; extra == "dev"']
    (folder / "METADATA").write_text(head + "".join(f"Requires-Dist: {line}\n" for line in needed))
    code, found = asked_elsewhere(home, PYTHONPATH=str(tmp_path / "packages"))
    assert code == 1
    python, pandas, missing = (line for line in found if line.startswith("✗"))
    assert python.startswith("✗ Python: is 3.")
    assert python.endswith(", needed is >=3.99; install that one")
    assert pandas.startswith("✗ pandas: is 3.")
    assert pandas.endswith('-m pip install "pandas>=99"')
    assert missing.startswith("✗ no-such-package: is not installed; run: ")
    assert any(line.startswith("✓ papermill: ") for line in found)


@pytest.mark.parametrize(
    ("program", "level", "said"),
    [
        ("python", Level.OK, "runs this Python"),
        (sys.executable, Level.OK, "runs this Python"),
        ("/no/such/python", Level.ERROR, "names a program that is not there (/no/such/python)"),
        ("/bin/sh", Level.WARNING, "runs another Python (/bin/sh), which may lack contribkit"),
    ],
)
def test_a_kernel_of_another_python_is_found(tmp_path, monkeypatch, program, level, said):
    folder = tmp_path / "kernels" / "python3"
    folder.mkdir(parents=True)
    spec = {"argv": [program, "-m", "ipykernel_launcher", "-f", "{connection_file}"], "display_name": "Python"}
    (folder / "kernel.json").write_text(json.dumps(spec))
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path))
    (finding,) = check_kernel()
    assert finding.level is level
    assert said in finding.sentence
    assert bool(finding.fix) == (level is not Level.OK)


@pytest.mark.parametrize("spec", ["{", "[]", '{"argv": 5}'])
def test_a_kernel_that_cannot_be_read_is_wrong(tmp_path, monkeypatch, spec):
    folder = tmp_path / "kernels" / "python3"
    folder.mkdir(parents=True)
    (folder / "kernel.json").write_text(spec)
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path))
    (finding,) = check_kernel()
    assert finding.level is Level.ERROR
    assert "ipykernel install" in finding.fix


def test_what_is_installed_here_fits():
    assert {finding.level for finding in check_versions()} == {Level.OK}


def test_a_finding_is_always_one_line():
    assert str(Finding(Level.WARNING, "labels", "one\ntwo", "three")) == "! labels: one two; three"


@pytest.mark.parametrize(
    ("token", "store", "level", "said"),
    [
        ("some-token", False, Level.WARNING, "GitHub does not answer (127.0.0.1 cannot be reached"),
        ("", True, Level.WARNING, "there is no token, so the store answers alone; set GITHUB_TOKEN"),
        ("", False, Level.ERROR, "there is no token: set GITHUB_TOKEN, or run: gh auth login"),
    ],
)
def test_github_is_asked_where_there_is_a_token(
    home: Path, monkeypatch: pytest.MonkeyPatch, token: str, store: bool, level: Level, said: str
) -> None:
    with (home / "contribkit.toml").open("a") as file:
        file.write('[sources.github]\napi_url = "http://127.0.0.1:9"\n')
    monkeypatch.setattr(
        "contribkit.loaders.github.settings.Settings.find_token", lambda self: Token(token) if token else None
    )
    if store:
        with Store(home / "github.sqlite"):
            pass
    findings = [one for one in examine(home / "contribkit.toml") if one.subject == "sources.github"]
    assert [one.level for one in findings] == [level]
    assert said in str(findings[0])
    assert "some-token" not in str(findings)
