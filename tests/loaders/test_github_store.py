"""The store of the GitHub source: whole after anything, clear where it cannot be used."""

import os
import sqlite3
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import pytest

from contribkit.errors import ContribkitError
from contribkit.loaders.github import cache
from contribkit.loaders.github.cache import VERSION, CachedNode, Store
from tests.github.emulator import Emulator
from tests.github.whole import load_whole
from tests.github.workload import Workload

pytestmark = pytest.mark.usefixtures("github_schema")

THREAD = CachedNode("I_1", "issue", "2026-07-02T00:00:00Z", {"title": "漢 <b>"})


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A store that holds one thread."""
    path = tmp_path / "github.sqlite"
    with Store(path) as store, store.transaction():
        store.keep(THREAD)
    return path


def held(path: Path) -> CachedNode | None:
    with Store(path, read_only=True) as store:
        return store.get("I_1")


def test_what_is_kept_comes_back(path: Path) -> None:
    assert held(path) == THREAD


def test_a_node_is_held_only_as_new_as_asked(path: Path) -> None:
    with Store(path) as store:
        assert store.get("I_1", "2026-07-02T00:00:00Z")
        assert not store.get("I_1", "2026-07-03T00:00:00Z")
        store.keep(THREAD._replace(updated_at=""))  # a part of it is missing
        assert not store.get("I_1", "2026-07-02T00:00:00Z")


def test_a_load_is_complete_only_once_it_is_finished(path: Path) -> None:
    with Store(path) as store:
        assert store.told("searches", "load") == {}
        store.keep_told("searches", "load", dict.fromkeys("st", "2026-10-01T00:00:00Z"))
        store.keep_told("searches", "load", {"s": "2026-10-02T00:00:00Z"})
        assert store.told("searches", "load") == {"s": "2026-10-02T00:00:00Z"}
        assert store.told("searches", "another") == {}


def test_sizes_and_remarks_come_back(path: Path) -> None:
    with Store(path) as store:
        store.keep_rows("sizes", [("pull", 20, 50)])
        store.keep_rows("sizes", [("pull", 18.5, 50)])
        store.keep_told("remarks", "load", {"one": True})
        store.keep_told("remarks", "load", {"two": False})
        assert (store.rows("sizes"), store.told("remarks", "load")) == ([("pull", 18.5, 50)], {"two": False})


FORMER = """
CREATE TABLE things (
    id TEXT PRIMARY KEY, kind TEXT NOT NULL, updated_at TEXT NOT NULL, since TEXT NOT NULL, payload TEXT
) WITHOUT ROWID;
CREATE TABLE repositories (
    id TEXT PRIMARY KEY, name TEXT NOT NULL, configured TEXT, private INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE searches (load TEXT, search TEXT, covered TEXT, begun TEXT, PRIMARY KEY (load, search)) WITHOUT ROWID;
CREATE TABLE asks (number INTEGER PRIMARY KEY, load TEXT NOT NULL);
INSERT INTO things VALUES ('I_1', 'issue', '2026-07-02T00:00:00Z', '', '{"title": "old"}');
INSERT INTO things VALUES ('I_2', 'own_issue', '2026-07-02T00:00:00Z', '', '{}');
PRAGMA application_id = 1667983208;
PRAGMA user_version = 1;
"""


def test_a_store_of_the_former_schema_is_read_and_brought_up_to_date(tmp_path: Path) -> None:
    path = tmp_path / "github.sqlite"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(FORMER)
    with pytest.raises(ContribkitError, match="earlier version of contribkit; load once with a token"):
        Store(path, read_only=True)
    with Store(path) as store:
        assert store.get("I_1") == CachedNode("I_1", "issue", "", {"title": "old"})
        assert store.get("own I_2") is not None
        assert not store.get("I_1", "2026-07-02T00:00:00Z")
    assert held(path) is not None


def test_what_goes_wrong_in_a_transaction_leaves_nothing_of_it(path: Path) -> None:
    with Store(path) as store:
        with suppress(TypeError), store.transaction():
            store.keep(THREAD._replace(id="I_2"))
            store.keep(THREAD._replace(id="I_3", payload={"no JSON": object()}))
            raise AssertionError("it was kept")
        assert store.get("I_2") is None
        assert store.get("I_1") == THREAD


def test_there_is_no_write_ahead_log_and_nobody_else_may_read(path: Path) -> None:
    with Store(path) as store, store.transaction():
        store.keep(THREAD._replace(id="I_2"))
        assert {file.name for file in path.parent.iterdir()} <= {path.name, f"{path.name}-journal"}
    assert path.stat().st_mode & 0o077 == 0


def _from_the_future(path: Path) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute(f"PRAGMA user_version = {VERSION + 1}")


def _of_another_program(path: Path) -> None:
    path.unlink()
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE photos (id)")


def _no_database(path: Path) -> None:
    path.write_text("This is no database, though it is longer than a header of a hundred bytes. " * 9, encoding="utf-8")


def _cut(path: Path) -> None:
    data = path.read_bytes()
    path.write_bytes(data[:4096] + b"\xff" * (len(data) - 4096))


def _a_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


BROKEN: dict[str, tuple[Callable[[Path], None], str]] = {
    "future": (_from_the_future, f"written by a later version of contribkit (store {VERSION + 1}"),
    "another": (_of_another_program, "is no store of contribkit"),
    "no database": (_no_database, "is damaged or no SQLite file; move it away"),
    "damaged": (_cut, "is damaged"),
    "a folder": (_a_folder, "cannot be opened"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_store_that_cannot_be_used_is_named_with_what_to_do(path: Path, case: str) -> None:
    break_it, said = BROKEN[case]
    break_it(path)
    before = path.read_bytes() if path.is_file() else b""
    with pytest.raises(ContribkitError) as caught, Store(path) as store:
        [*store.of_kinds("issue")]
    assert said in str(caught.value)
    assert str(path) in str(caught.value)
    assert (path.read_bytes() if path.is_file() else b"") == before


def test_a_store_that_another_load_writes_for_long_is_said_to_be_locked(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("contribkit.loaders.github.cache._LOCK_WAIT", 0.1)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    with pytest.raises(ContribkitError, match="is being written by another load"):
        Store(path)
    other.execute("ROLLBACK")
    other.close()
    assert held(path) == THREAD


FULL = """
import resource, signal, sys
from pathlib import Path
from contribkit.errors import ContribkitError
from contribkit.loaders.github.cache import CachedNode, Store

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
with Store(Path(sys.argv[1])) as store:
    resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))
    try:
        for number in range(100):
            with store.transaction():
                store.keep(CachedNode(f"I_{number + 2}", "issue", "2026", {"body": "x" * 20_000}))
    except ContribkitError as error:
        sys.exit(str(error))
"""


def test_a_disk_that_is_full_is_said_and_what_was_written_stays(path: Path) -> None:
    done = subprocess.run([sys.executable, "-c", FULL, str(path)], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "free some space and load again: what was loaded stays" in done.stderr
    assert held(path) == THREAD
    with Store(path) as store:
        assert store.get("I_2") is not None


@contextmanager
def as_somebody_else(path: Path) -> Iterator[Path]:
    """Give a store that may only be read; root would write it all the same."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o555)
        copy = Path(folder) / path.name
        copy.write_bytes(path.read_bytes())
        copy.chmod(0o444)
        me = os.geteuid()
        if me == 0:
            os.seteuid(65534)
        try:
            yield copy
        finally:
            os.seteuid(me)


def test_a_store_that_may_only_be_read_is_said_to_be_and_answers_alone(path: Path) -> None:
    with as_somebody_else(path) as readable:
        with pytest.raises(ContribkitError, match="cannot be written; make it writable"):
            Store(readable)
        assert held(readable) == THREAD


def test_a_store_on_a_file_system_without_locks_is_locked_by_a_folder(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    connect = cache._connect

    def without_locks(path: Path, read_only: bool, more: str) -> sqlite3.Connection:
        if not more:
            raise sqlite3.OperationalError("disk I/O error")
        return connect(path, read_only, more)

    monkeypatch.setattr(cache, "_connect", without_locks)
    with Store(path) as store, store.transaction():
        store.keep(THREAD._replace(id="I_2"))
        assert (path.parent / f"{path.name}.lock").exists()
    assert not (path.parent / f"{path.name}.lock").exists()
    assert held(path) == THREAD


def test_two_loads_at_once_harm_nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_TOKEN", Emulator.token)
    workload = Workload.small()
    answers = []
    with Emulator(workload) as github:
        org = workload.organisation(tmp_path, github.url)
        loads = [threading.Thread(target=lambda: answers.append(load_whole(org, workload.period))) for _ in "ab"]
        for one in loads:
            one.start()
        for one in loads:
            one.join()
        again = load_whole(org, workload.period)
    assert [len(answer.acts) for answer in answers] == [len(again.acts)] * 2
    assert not again.broken
