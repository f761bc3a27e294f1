"""Any number of contributions: the same answers in parts, on processes and clusters, and what happens in trouble."""

import json
import os
import signal
import threading
from collections.abc import Iterator
from pathlib import Path

import dask.dataframe as dd
import pandas as pd
import pytest
from click.testing import CliRunner
from distributed import Client, LocalCluster
from joblib import parallel_config

from contribkit import ContribkitError, Labels, Organisation, classify, classify_files
from contribkit.classifiers import evidence, parts
from contribkit.classifiers.parts import Layout
from contribkit.cli import main
from contribkit.parquet import read_parquet, write_parquet
from contribkit.tables import CONTRIBUTIONS, JUDGED, REASONS, REFERENCES, Judged, conform
from tests.helpers import crowd

ORG = crowd.organisation()


@pytest.fixture(scope="module")
def tables() -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return invented contributions and references, some linked with threads of other repositories."""
    rows, told = crowd.contributions(400, ORG), crowd.references(120, ORG)
    rows["body"], rows["private"] = rows["body"].str[:300], rows.index % 50 == 0
    zone = ORG.timezone
    return conform(rows, CONTRIBUTIONS, zone), conform(told, REFERENCES, zone)


@pytest.fixture(scope="module")
def labels(tables: tuple[pd.DataFrame, pd.DataFrame]) -> Labels:
    """Return so many labels that a model is tried, which say something else than the rules."""
    ids = tables[0]["id"][::4]
    leads = ["individual" if ":review" in name else "upstream" for name in ids]
    return Labels([
        {"v": 1, "id": f"{n:026}", "at": "2026-10-01T00:00:00Z", "by": "ada-example", "op": "label"}
        | {"item": item, "lead": lead}
        for n, (item, lead) in enumerate(zip(ids, leads, strict=True))
    ])  # fmt: skip


@pytest.fixture(scope="module")
def cluster() -> Iterator[LocalCluster]:
    """Start a cluster of two processes on this machine."""
    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=":0") as made:
        yield made


def assert_same(one: Judged, other: Judged) -> None:
    """Check that every column of every row and reason is the same, and so are the notes."""
    pd.testing.assert_frame_equal(one.contributions, other.contributions)
    pd.testing.assert_frame_equal(one.reasons, other.reasons)
    assert one.notes == other.notes


def written(folder: Path, rows: pd.DataFrame, told: pd.DataFrame, files: int = 3) -> tuple[list[Path], list[Path]]:
    """Write tables as Parquet, the rows dealt out to files one by one."""
    for number in range(files):
        write_parquet(folder / f"c{number}.parquet", rows.iloc[number::files], CONTRIBUTIONS)
        write_parquet(folder / f"r{number}.parquet", told.iloc[number::files], REFERENCES)
    return sorted(folder.glob("c*.parquet")), sorted(folder.glob("r*.parquet"))


def read(folder: Path, like: pd.DataFrame) -> Judged:
    """Return what `classify_files` wrote, in the order of another table."""
    rows = pd.concat([read_parquet(p, CONTRIBUTIONS | JUDGED, "id") for p in (folder / "contributions").iterdir()])
    reasons = pd.concat([read_parquet(p, REASONS, "id") for p in (folder / "reasons").iterdir()])
    places = {name: place for place, name in enumerate(like["id"])}
    rows = rows.sort_values("id", key=lambda ids: ids.map(places), ignore_index=True)
    reasons = reasons.sort_values("id", key=lambda ids: ids.map(places), kind="stable", ignore_index=True)
    return Judged(rows, reasons, json.loads((folder / "notes.json").read_text()))


# The same answers.


@pytest.mark.parametrize("with_labels", [False, True])
def test_two_processes_answer_as_one(tables, labels, with_labels):
    known = labels if with_labels else None
    rows, told = tables
    alone = classify(rows, told, ORG, known)
    assert_same(classify(rows, told, ORG, known, n_jobs=2), alone)
    if with_labels:
        assert "model" in alone.notes[0]


def test_files_however_rows_are_dealt_out_give_the_same_answers(tables, labels, tmp_path, monkeypatch):
    monkeypatch.setattr(parts, "_ROWS", 60)  # so that there are many parts, and repositories are cut
    rows, told = tables
    alone = classify(rows, told, ORG, labels)
    for files in (1, 3):
        done = classify_files(
            *written(tmp_path / str(files), rows, told, files), ORG, labels, output=tmp_path / "judged",
            include_private=True,
        )  # fmt: skip
        assert (done.rows, done.private, done.broken) == (len(rows), 0, [])
        assert len([*(tmp_path / "judged" / "contributions").iterdir()]) > 3
        assert_same(read(tmp_path / "judged", rows), alone)


def pull(ref: str, actor: str = "ada-example", **more: object) -> dict[str, object]:
    """Return a pull request of which nothing is known but what is said."""
    row = {"kind": "pull_request", "actor": actor, "author": actor, "title": "Qwertz", "ref": ref}
    return (
        row | {"id": f"{ref}@{actor}:pull_request", "repo": ref.split("#")[0], "number": int(ref.split("#")[1])} | more
    )


def test_a_second_hop_reaches_into_another_part(tmp_path, monkeypatch):
    monkeypatch.setattr(parts, "_ROWS", 2)
    served = ORG.stakeholders[0].name
    linking = [pull(f"a-example/a{n}#1", links_out=[f"b-example/b{n}#2"]) for n in range(4)]
    served_ones = [pull(f"b-example/b{n}#2", "bela-example", body=f"Requested by {served}") for n in range(4)]
    told = [
        {"ref": "b-example/b0#2", "source": "example-collective/plans", "kind": "issue", "id": "1", "title": served}
    ]
    table, found = conform(pd.DataFrame(linking + served_ones), CONTRIBUTIONS), conform(pd.DataFrame(told), REFERENCES)
    alone = classify(table, found, ORG)
    assert "linked_thread" in set(alone.reasons["rule"])
    layout = Layout.of(parts.count(table["ref"]), 4)
    assert layout.part_of("a-example/a0#1") != layout.part_of("b-example/b0#2")
    classify_files(*written(tmp_path, table, found), ORG, output=tmp_path / "judged")
    assert_same(read(tmp_path / "judged", table), alone)


def test_colleagues_in_one_thread_are_seen_by_one_another_though_not_looked_at_together(monkeypatch):
    thread, served = "a-example/a#1", ORG.stakeholders[0].name
    asked = pull(thread, body=f"Requested by {served}")
    answer = pull(thread) | {"id": f"{thread}@bela-example:review", "kind": "review", "actor": "bela-example"}
    rows = pd.DataFrame([asked, *(pull(f"a-example/a#{number}") for number in range(2, 5)), answer])
    together = classify(rows, None, ORG)
    assert "colleague_in_thread" in set(together.reasons["rule"])
    monkeypatch.setattr(evidence, "_ROWS", 2)
    assert_same(classify(rows, None, ORG), together)


def test_a_thread_of_which_only_references_tell_is_asked_in_its_own_part(tmp_path, monkeypatch):
    monkeypatch.setattr(parts, "_ROWS", 2)
    words = {"title": f"For {ORG.stakeholders[0].name}", "text": "b-example/b#2"}
    told = {"ref": "B-example/b#2", "source": "example-collective/plans", "kind": "issue", "id": "1"} | words
    table = conform(
        pd.DataFrame([pull(f"a-example/a{n}#1", links_out=["b-example/b#2"]) for n in range(3)]), CONTRIBUTIONS
    )
    found = conform(pd.DataFrame([told]), REFERENCES)
    alone = classify(table, found, ORG)
    assert "linked_thread" in set(alone.reasons["rule"])
    classify_files(*written(tmp_path, table, found), ORG, output=tmp_path / "judged")
    assert_same(read(tmp_path / "judged", table), alone)


def test_rows_of_one_repository_lie_in_one_file_unless_they_are_many():
    refs = pd.Series([f"o/r{number % 7}#{number}" for number in range(70)] + ["activity_log:1"])
    layout = Layout.of(parts.count(refs), 5)
    by_repository = refs.map(layout.part_of).groupby(refs.str.split("#").str[0]).nunique()
    assert set(by_repository) == {1}
    assert set(refs.map(layout.part_of)) <= set(layout.parts)
    large = Layout.of(parts.count(refs) + parts.count(pd.Series([f"big/one#{n}" for n in range(200_000)])), 2)
    assert len({large.part_of(f"big/one#{n}") for n in range(2000)}) > 3
    assert large.part_of("Big/One#7") == large.part_of("big/one#7")


@pytest.mark.parametrize("set_of", ["realset", "realset_natural", "realset_opencraft"])
def test_real_contributions_in_parts_have_the_same_leads(realset, set_of):
    from benchmarks.leads import SETS
    from benchmarks.leads import read as read_set

    known = read_set(next(one for one in SETS if one.name == set_of))
    for labels in (None, known.labels):
        rows = (known.contributions, known.references, known.organisation, labels)
        assert_same(classify(*rows, n_jobs=2), classify(*rows))


# Dask.


def test_a_table_of_dask_gives_one_with_its_partitions_and_index(tables, labels):
    rows = tables[0].set_axis([f"row {number}" for number in range(len(tables[0]))])
    with dd_lists():
        lazy = dd.from_pandas(rows, npartitions=3, sort=False)
    judged, alone = classify(lazy, tables[1], ORG, labels), classify(rows, tables[1], ORG, labels)
    assert isinstance(judged.contributions, dd.DataFrame)
    assert judged.contributions.npartitions == lazy.npartitions
    assert judged.contributions.dtypes.to_dict() == alone.contributions.dtypes.to_dict()
    reasons = judged.reasons.compute().reset_index(drop=True)
    assert_same(Judged(judged.contributions.compute(), reasons, judged.notes), alone)


def test_lists_that_dask_made_text_of_are_named_with_the_fix(tables):
    with dd_lists(kept=False):
        lazy = dd.from_pandas(tables[0], npartitions=2)
    with pytest.raises(ContribkitError, match=r'does not hold list.*"dataframe.convert-string": False'):
        classify(lazy, None, ORG)


def dd_lists(kept: bool = True):
    """Return a setting of Dask that keeps lists or makes text of them."""
    import dask

    return dask.config.set({"dataframe.convert-string": not kept})


def test_a_cluster_answers_as_one_process(tables, labels, cluster):
    rows, told = tables
    with Client(cluster), parallel_config(backend="dask"):
        assert_same(classify(rows, told, ORG, labels, n_jobs=-1), classify(rows, told, ORG, labels))


def test_the_command_line_lets_a_cluster_work(tables, cluster, tmp_path):
    written(tmp_path, *tables)
    command = ["classify", "--config", Organisation.read_sample().path, "--contributions", tmp_path / "c*.parquet"]
    command += ["--references", tmp_path / "r*.parquet", "--output", tmp_path / "judged"]
    command += ["--scheduler", cluster.scheduler_address, "--scratch", tmp_path / "s"]
    result = CliRunner().invoke(main, [*map(str, command)])
    assert result.exit_code == 0, result.stderr
    private = int(tables[0]["private"].sum())
    assert f"judged: {len(tables[0]) - private} rows" in result.stdout
    assert f"{private} private contributions left out" in result.stderr
    assert not [*(tmp_path / "s").iterdir()]


def test_a_worker_that_is_killed_midway_loses_nothing(tables, tmp_path, monkeypatch):
    monkeypatch.setattr(parts, "_ROWS", 60)
    rows, told = written(tmp_path, *tables)
    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=":0") as made, Client(made) as client:
        pids = [*client.run(os.getpid).values()]
        begun = threading.Event()

        def kill() -> None:
            while not begun.wait(0.01):
                if [*tmp_path.glob("s/*/*/found")]:
                    begun.set()
            os.kill(pids[0], signal.SIGKILL)

        thread = threading.Thread(target=kill)
        thread.start()
        with parallel_config(backend="dask"):
            done = classify_files(
                rows, told, ORG, output=tmp_path / "judged", n_jobs=-1, scratch=tmp_path / "s", include_private=True
            )
        begun.set()
        thread.join()
        assert pids[0] not in client.run(os.getpid).values()
    assert done.rows == len(tables[0])
    assert_same(read(tmp_path / "judged", tables[0]), classify(tables[0], tables[1], ORG))


# What is wrong is said.


def test_a_scheduler_that_is_away_is_one_sentence(tables, tmp_path, monkeypatch):
    monkeypatch.setattr("contribkit.classifiers.at_scale._PATIENCE", 1)
    written(tmp_path, *tables)
    command = ["classify", "--config", Organisation.read_sample().path, "--contributions", tmp_path / "c*.parquet"]
    command += ["--output", tmp_path / "judged", "--scheduler", "tcp://127.0.0.1:9"]
    result = CliRunner().invoke(main, [*map(str, command)])
    assert result.exit_code == 1
    assert "tcp://127.0.0.1:9: no scheduler with workers answers there; start one with" in result.stderr
    assert not (tmp_path / "judged").exists()


def test_no_process_cannot_work():
    row = pd.DataFrame({"id": ["o/r#1@ada-example:issue"]})
    with pytest.raises(ContribkitError, match="n_jobs is 0, and no process would work"):
        classify(row, None, ORG, n_jobs=0)
