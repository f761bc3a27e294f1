"""The label log is written: an event is on the disk or reported as failed, whatever the disk does."""

import errno
import json
import os
import resource
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from contribkit.errors import ContribkitError
from contribkit.labels import LabelLog, Labels
from contribkit.labels.exchange import to_csv
from tests.helpers.events import event
from tests.helpers.repositories import run_git


def line(event: dict[str, Any]) -> bytes:
    return json.dumps(event, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def log(folder: Path, person: str = "ada") -> LabelLog:
    return LabelLog(folder / "labels", person, "2026-Q3")


def label(number: int, **more: Any) -> dict[str, Any]:
    return event(number, "ada", "label", "upstream", item=f"o/r#{number}@ada:review") | more


def read(folder: Path) -> list[str]:
    return [event["id"] for event in Labels.read(folder / "labels").events]


def failing(made: LabelLog, *events: dict[str, Any]) -> str:
    with pytest.raises(ContribkitError) as caught:
        made.append(events)
    return str(caught.value)


@contextmanager
def files_no_longer_than(size: int) -> Iterator[None]:
    """Let the system cut off files at a size, as a full disk does."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_events_come_back_as_they_were_in_one_file_of_the_session(tmp_path: Path) -> None:
    made = log(tmp_path)
    assert not made.path.exists()
    made.append([label(1, note='line\nbreak, "quotes", é, 漢, \u2028')])
    made.append([label(2), label(3)])
    assert made.path.read_bytes().count(b"\n") == 3
    assert made.path.parent == tmp_path / "labels" / "2026-Q3"
    assert Labels.read(tmp_path / "labels").events[0] == label(1, note='line\nbreak, "quotes", é, 漢, \u2028')
    assert read(tmp_path) == [label(number)["id"] for number in (1, 2, 3)]


def test_half_a_surrogate_pair_in_a_note_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text(json.dumps(label(1, note="cut \ud83d")) + "\n")
    assert to_csv(Labels.read(tmp_path), with_notes=True).count("cut \N{REPLACEMENT CHARACTER}") == 1


def test_each_session_has_a_file_of_its_own(tmp_path: Path) -> None:
    paths = {log(tmp_path).path for _ in range(50)}
    assert len(paths) == 50


@pytest.mark.parametrize(
    ("person", "file"),
    [
        ("ada-example", "ada-example"),
        ("../../etc/passwd", "etc-passwd"),
        ("a/b\\c:d*e", "a-b-c-d-e"),
        (".hidden.", "hidden"),
        ("..", "somebody"),
        ("漢字", "somebody"),
        ("Zoë Łukasz", "Zo-ukasz"),
        ("x" * 300, "x" * 80),
        ("CON ", "CON"),
    ],
)
def test_a_persons_name_makes_a_safe_file_and_stays_as_it_is_in_the_events(
    tmp_path: Path, person: str, file: str
) -> None:
    made = log(tmp_path, person)
    made.append([label(1, by=person)])
    assert made.path.name.rsplit(".", 2)[0] == file
    assert [path.parent for path in tmp_path.rglob("*.jsonl")] == [tmp_path / "labels" / "2026-Q3"]
    assert Labels.read(tmp_path / "labels").events[0]["by"] == person


def test_a_period_between_two_days_is_a_folder_too(tmp_path: Path) -> None:
    made = LabelLog(tmp_path, "ada", "2026-07-01..2026-09-30")
    made.append([label(1)])
    assert made.path.parent.name == "2026-07-01..2026-09-30"


# Full disks.


def test_a_full_disk_is_said_and_the_rest_of_a_line_is_taken_back(tmp_path: Path) -> None:
    made = log(tmp_path)
    made.append([label(1)])
    first, size = made.path, made.path.stat().st_size
    with files_no_longer_than(size + 20):
        message = failing(made, label(2))
    assert message == f"{first}: cannot be written (File too large); free some disk space, then save again"
    assert first.stat().st_size == size
    made.append([label(2)])
    assert made.path != first
    assert read(tmp_path) == [label(1)["id"], label(2)["id"]]


@pytest.fixture
def tiny_disk(tmp_path: Path) -> Iterator[Path]:
    """Return a file system of its own with room for 16 kB, which only root may make."""
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=16k", "tmpfs", tmp_path], capture_output=True)
    if mounted.returncode:
        pytest.skip("no file system can be mounted here")
    yield tmp_path
    subprocess.run(["umount", "--lazy", tmp_path], check=True)


def test_a_disk_that_fills_up_keeps_what_was_saved_and_takes_the_rest_once_there_is_room(tiny_disk: Path) -> None:
    made = log(tiny_disk)

    def fill() -> None:
        for number in range(1000):
            made.append([label(number)])

    with pytest.raises(ContribkitError, match=r"No space left on device\); free some disk space, then save again"):
        fill()
    saved = len(read(tiny_disk))
    assert read(tiny_disk) == [label(number)["id"] for number in range(saved)]
    assert saved > 10
    failing(made, label(saved))
    subprocess.run(["mount", "-o", "remount,size=1m", tiny_disk], check=True)
    made.append([label(saved)])
    assert len(read(tiny_disk)) == saved + 1


def test_a_disk_that_became_read_only_is_said(tiny_disk: Path) -> None:
    made = log(tiny_disk)
    made.append([label(1)])
    subprocess.run(["mount", "-o", "remount,ro", tiny_disk], check=True)
    assert "Read-only file system); check its permissions" in failing(made, label(2))
    assert read(tiny_disk) == [label(1)["id"]]


def test_of_many_events_at_once_all_or_none_are_saved(tmp_path: Path) -> None:
    made = log(tmp_path)
    with files_no_longer_than(5 * len(line(label(1)))):
        failing(made, *(label(number) for number in range(8)))
    assert list(tmp_path.rglob("*.jsonl")) == []  # not even an empty file is left behind
    made.append([label(number) for number in range(8)])
    assert len(read(tmp_path)) == 8


def test_a_disk_that_is_full_from_the_start_gets_no_heap_of_empty_files(tmp_path: Path) -> None:
    made = log(tmp_path)
    with files_no_longer_than(0):
        for _ in range(5):
            failing(made, label(1))
    assert list(tmp_path.rglob("*.jsonl")) == []


def test_what_the_disk_could_not_confirm_is_not_saved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = log(tmp_path)
    made.append([label(1)])

    def broken(handle: int) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", broken)
        assert "Input/output error" in failing(made, label(2))
    made.append([label(2)])
    assert read(tmp_path) == [label(1)["id"], label(2)["id"]]


def test_no_lock_is_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import fcntl

    def none(*_: object) -> None:
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    for name in ("flock", "lockf"):
        monkeypatch.setattr(fcntl, name, none)
    log(tmp_path).append([label(1)])
    assert len(read(tmp_path)) == 1


@contextmanager
def not_as_root() -> Iterator[None]:
    """Give up root's right to write anywhere."""
    user = os.geteuid()
    try:
        if not user:
            os.seteuid(65534)
        yield
    finally:
        os.seteuid(user)


def test_a_folder_that_must_not_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "labels").mkdir()
    (tmp_path / "labels").chmod(0o500)
    with not_as_root():
        message = failing(log(tmp_path), label(1))
    assert "Permission denied); check its permissions" in message


def test_a_file_where_a_folder_should_be_is_said(tmp_path: Path) -> None:
    (tmp_path / "labels").write_text("not a folder")
    assert "cannot be written" in failing(log(tmp_path), label(1))


# What happens beside a session.


def test_a_file_that_was_taken_away_meanwhile_is_written_anew_with_all_of_the_session(tmp_path: Path) -> None:
    made = log(tmp_path)
    made.append([label(1)])
    made.append([label(2)])
    made.path.unlink()  # as `git stash --include-untracked` does
    made.append([label(3)])
    assert read(tmp_path) == [label(number)["id"] for number in (1, 2, 3)]


def test_a_file_taken_away_on_a_full_disk_is_not_forgotten(tmp_path: Path) -> None:
    made = log(tmp_path)
    made.append([label(1)])
    made.path.unlink()
    with files_no_longer_than(30):
        failing(made, label(2))
    made.append([label(2)])
    assert read(tmp_path) == [label(1)["id"], label(2)["id"]]


def test_a_torn_log_of_an_earlier_session_is_never_continued(tmp_path: Path) -> None:
    earlier = log(tmp_path)
    earlier.append([label(1)])
    torn = earlier.path.read_bytes() + line(label(2))[:30]
    earlier.path.write_bytes(torn)
    log(tmp_path).append([label(3)])
    assert earlier.path.read_bytes() == torn
    with pytest.warns(UserWarning, match="the last line is incomplete and was ignored"):
        assert read(tmp_path) == [label(1)["id"], label(3)["id"]]


# Several writers.


def writer(folder: Path, person: str, count: int) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "tests.helpers.label_writer", str(folder), person, str(count)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2])


def test_two_people_and_one_person_in_two_sessions_lose_nothing(tmp_path: Path) -> None:
    people = ("ada", "ada", "bob", "cem")
    processes = [writer(tmp_path, person, 500) for person in people]
    said = [process.communicate(timeout=600)[0].split() for process in processes]
    assert all(len(lines) == 501 for lines in said)
    labels = Labels.read(tmp_path)
    assert Counter(event["by"] for event in labels.events) == {"ada": 1000, "bob": 500, "cem": 500}
    assert len(list(tmp_path.rglob("*.jsonl"))) == 4
    assert {label.opinions["bob"] for label in labels.effective.values()} == {"individual"}
    assert len(labels.effective) == 500


@pytest.mark.filterwarnings("ignore:.*the last line is incomplete:UserWarning")
@pytest.mark.parametrize("after", [1, 57, 200])
def test_every_acknowledged_event_is_in_the_file_of_a_process_that_was_killed(tmp_path: Path, after: int) -> None:
    process = writer(tmp_path, "ada", 5000)
    assert process.stdout is not None
    saved = [process.stdout.readline() for _ in range(after + 1)][1:]
    process.kill()
    saved += process.stdout.readlines()
    process.wait(timeout=600)
    process.stdout.close()
    numbers = [int(said) for said in saved if said.endswith("\n")]
    assert len(numbers) >= after
    items = [event["item"] for event in Labels.read(tmp_path).events]
    assert set(items) >= {f"o/r#{number}@ada:review" for number in numbers}
    assert len(items) <= len(numbers) + 1  # the one that was not acknowledged yet may be there


def test_people_on_two_branches_merge_without_a_conflict(tmp_path: Path) -> None:
    def git(*arguments: str) -> None:
        identity = ("-c", "user.name=Ada", "-c", "user.email=ada@example.org", "-c", "commit.gpgsign=false")
        run_git("-C", tmp_path, *identity, *arguments)

    run_git("init", "--quiet", "--initial-branch=main", tmp_path)
    ada = log(tmp_path)
    ada.append([label(1)])
    git("add", ".")
    git("commit", "--quiet", "--message", "Start")
    git("checkout", "--quiet", "-b", "bob")
    log(tmp_path, "bob").append([label(2, by="bob")])
    log(tmp_path, "ada").append([label(3)])  # Ada at another machine
    git("add", ".")
    git("commit", "--quiet", "--message", "Bob")
    git("checkout", "--quiet", "main")
    ada.append([label(4)])
    git("add", ".")
    git("commit", "--quiet", "--message", "Ada")
    git("merge", "--quiet", "--no-edit", "bob")
    assert read(tmp_path) == [label(number)["id"] for number in (1, 2, 3, 4)]
    assert all(json.loads(row) for path in tmp_path.rglob("*.jsonl") for row in path.read_text().splitlines())
