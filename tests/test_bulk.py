"""Files of contributions, many or few: what is wrong with one is named, and Parquet holds what JSON lines hold."""

import pandas as pd
import pytest
from click.testing import CliRunner

from contribkit import ContribkitError, Organisation, classify, classify_files, open_review
from contribkit.cli import main
from contribkit.parquet import read_parquet, write_parquet
from contribkit.tables import CONTRIBUTIONS, JUDGED, REASONS, REFERENCES, conform
from tests.helpers import crowd

ORG = crowd.organisation()


@pytest.fixture(scope="module")
def tables() -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return invented contributions and references."""
    rows, told = crowd.contributions(100, ORG, characters=300), crowd.references(30, ORG)
    return conform(rows, CONTRIBUTIONS, ORG.timezone), conform(told, REFERENCES, ORG.timezone)


def test_a_broken_row_is_named_and_the_rest_goes_on(tables, tmp_path):
    rows, told = tables
    bad = rows.copy()
    bad.loc[3, "id"], bad.loc[4, "hours"] = "no id", -1.0
    write_parquet(tmp_path / "c0.parquet", bad, CONTRIBUTIONS)
    write_parquet(tmp_path / "r0.parquet", told, REFERENCES)
    files = [tmp_path / "c0.parquet"], [tmp_path / "r0.parquet"]
    with pytest.raises(ContribkitError, match=r'c0.parquet:4: invalid contribution id "no id".*--keep-going'):
        classify_files(*files, ORG, output=tmp_path / "judged", n_jobs=2)
    assert not (tmp_path / "judged").exists()
    done = classify_files(*files, ORG, output=tmp_path / "judged", keep_going=True, include_private=True)
    assert [sentence.partition(": ")[0].rpartition("/")[2] for sentence in done.broken] == [
        "c0.parquet:4",
        "c0.parquet:5",
    ]
    assert done.rows == len(rows) - 2


def test_what_a_parquet_file_has_wrong_is_named(tmp_path):
    def failing(name: str, table: pd.DataFrame) -> str:
        table.to_parquet(tmp_path / name)
        with pytest.raises(ContribkitError) as caught:
            classify_files([tmp_path / name], [], ORG, output=tmp_path / "judged")
        return str(caught.value)

    one = pd.DataFrame({"id": ["o/r#1@ada-example:issue"], "title": ["Tide"]})
    renamed, texts = one.rename(columns={"id": "name"}), one.assign(labels="bug").astype({"labels": "str"})
    assert 'the column "id" is missing; its columns are: name, title' in failing("a.parquet", renamed)
    assert "; write it as list<" in failing("b.parquet", texts)
    assert 'the column "title" is int64; write it as string' in failing("c.parquet", one.assign(title=3))
    links = one.assign(links_in=pd.Series([[3]]))
    assert 'the column "links_in" is list<' in failing("links.parquet", links)
    with pytest.raises(ContribkitError, match=r"none.parquet: there is no such file"):
        classify_files([tmp_path / "none.parquet"], [], ORG, output=tmp_path / "judged")
    (tmp_path / "d.parquet").write_bytes(b"PAR1 cut")
    with pytest.raises(ContribkitError, match=r"d.parquet: cannot be read as Parquet .*; write it anew"):
        classify_files([tmp_path / "d.parquet"], [], ORG, output=tmp_path / "judged")


def test_empty_partitions_and_very_many_are_read(tmp_path):
    row = conform(pd.DataFrame({"id": ["o/r#1@ada-example:issue"]}), CONTRIBUTIONS)
    write_parquet(tmp_path / "c0.parquet", row.iloc[:0], CONTRIBUTIONS)
    for number in range(1, 200):
        ref = f"o/r#{number}"
        write_parquet(
            tmp_path / f"c{number}.parquet", row.assign(id=f"{ref}@ada-example:issue", ref=ref), CONTRIBUTIONS
        )
    assert classify_files(sorted(tmp_path.glob("c*.parquet")), [], ORG, output=tmp_path / "judged").rows == 199
    assert classify_files([tmp_path / "c0.parquet"], [], ORG, output=tmp_path / "judged").rows == 0


def test_one_broken_file_among_many_small_ones_is_named_and_the_rest_goes_on(tmp_path):
    for number in range(40):
        ref = f"o/r#{number}"
        row = conform(pd.DataFrame({"id": [f"{ref}@ada-example:issue"], "ref": ref, "title": "Tide"}), CONTRIBUTIONS)
        write_parquet(tmp_path / f"c{number:02}.parquet", row, CONTRIBUTIONS)
    files = sorted(tmp_path.glob("c*.parquet"))
    assert classify_files(files, [], ORG, output=tmp_path / "judged").rows == 40
    row.assign(id="no id").to_parquet(files[7])
    pd.DataFrame({"id": ["o/r#9@ada-example:issue"], "title": [3]}).to_parquet(files[9])
    with pytest.raises(ContribkitError, match=r'c07.parquet:1: invalid contribution id "no id"'):
        classify_files(files, [], ORG, output=tmp_path / "judged")
    done = classify_files(files, [], ORG, output=tmp_path / "judged", keep_going=True)
    assert done.rows == 38
    assert [sentence.rpartition("/")[2].partition(":")[0] for sentence in done.broken] == ["c07.parquet", "c09.parquet"]


def test_only_what_an_earlier_run_wrote_is_replaced(tmp_path):
    row = conform(pd.DataFrame({"id": ["o/r#1@ada-example:issue"]}), CONTRIBUTIONS)
    files = [tmp_path / "mine" / "contributions" / "c.parquet"]
    write_parquet(files[0], row, CONTRIBUTIONS)
    for output, said in (("mine", "holds files that are read"), ("mine/contributions", "holds files that are read")):
        with pytest.raises(ContribkitError, match=said):
            classify_files(files, [], ORG, output=tmp_path / output)
    (tmp_path / "other" / "contributions").mkdir(parents=True)  # of which no run wrote notes.json
    with pytest.raises(ContribkitError, match="other: holds other files; name an empty folder"):
        classify_files(files, [], ORG, output=tmp_path / "other")
    with pytest.raises(ContribkitError, match=r"c.parquet: is a file; name a folder for --scratch"):
        classify_files(files, [], ORG, output=tmp_path / "judged", scratch=files[0])
    (tmp_path / "link").symlink_to(tmp_path / "judged")
    for _ in range(2):
        assert classify_files(files, [], ORG, output=tmp_path / "link").rows == 1
    assert (tmp_path / "link").is_symlink()
    assert {path.name for path in tmp_path.iterdir()} == {"mine", "other", "link", "judged"}
    assert files[0].exists()


def test_rows_that_are_there_twice_count_once_and_a_note_says_so(tmp_path):
    row = conform(pd.DataFrame({"id": ["o/r#1@ada-example:issue", "o/r#2@ada-example:issue"]}), CONTRIBUTIONS)
    write_parquet(tmp_path / "a.parquet", row, CONTRIBUTIONS)
    upper = {"id": ["O/R#1@ada-example:issue"], "ref": ["O/R#1"], "title": ["Later"]}
    write_parquet(tmp_path / "b.parquet", conform(pd.DataFrame(upper), CONTRIBUTIONS), CONTRIBUTIONS)
    files = [tmp_path / "a.parquet", tmp_path / "b.parquet", tmp_path / "." / "a.parquet"]
    done = classify_files(files, [], ORG, output=tmp_path / "judged")
    assert (done.rows, done.notes) == (2, ["1 row left out: another has the same id"])
    found = pd.read_parquet(tmp_path / "judged" / "contributions")
    assert set(found["id"]) == {"O/R#1@ada-example:issue", "o/r#2@ada-example:issue"}


def test_an_organisation_without_references_follows_the_guide(tmp_path):
    sample = Organisation.read_sample()
    text = sample.path.read_text().partition("[sources.")[0] + '[sources.records]\ncontributions = ["none.jsonl"]\n'
    (tmp_path / "contribkit.toml").write_text(text)
    (tmp_path / "none.jsonl").write_text("")
    config = ["--config", tmp_path / "contribkit.toml"]
    load = ["load", *config, "--period", "2026-Q3", "--parquet", "--output", tmp_path / "data"]
    judge = ["classify", *config, "--contributions", tmp_path / "data" / "contributions"]
    judge += ["--references", tmp_path / "data" / "references", "--output", tmp_path / "judged"]
    (tmp_path / "data" / "references").mkdir(parents=True)
    (tmp_path / "data" / "references" / "mine.txt").write_text("kept")
    result = CliRunner().invoke(main, [*map(str, load)])
    assert "references: holds other files; name another folder for --output" in result.stderr
    assert [path.name for path in (tmp_path / "data").rglob("*.*")] == ["mine.txt"]
    (tmp_path / "data" / "references" / "mine.txt").unlink()
    for command in (load, load, judge):
        result = CliRunner().invoke(main, [*map(str, command)])
        assert result.exit_code == 0, result.stderr
    assert pd.read_parquet(tmp_path / "judged" / "reasons").empty


def test_parquet_goes_into_a_folder_and_a_pattern_matches_something(tmp_path):
    sample = Organisation.read_sample()
    records = sample.root / "records" / "*.jsonl"
    command = ["classify", "--config", sample.path, "--contributions"]
    for arguments, sentence in (
        ([records, "--workers", 2, "--output", tmp_path / "p.jsonl"], "Parquet is written into a folder; name one"),
        ([tmp_path / "no*.parquet", "--output", tmp_path / "p"], "no file matches it"),
        ([tmp_path, "--output", tmp_path / "p"], "a folder without .parquet files"),
    ):
        result = CliRunner().invoke(main, [*map(str, [*command, *arguments])])
        assert (result.exit_code, sentence in result.stderr) == (2, True)


# Parquet holds what JSON lines hold.


def test_every_schema_comes_back_from_parquet_as_it_was(tables, tmp_path):
    rows, told = tables
    first = [{"ref": "o/p#1", "title": "t", "labels": ["a", "b"], "private": True}, {"ref": "o/p#2"}]
    links = pd.Series([first, *([] for _ in rows.index[1:])], rows.index, dtype=object)
    rows = rows.assign(links_in=links)
    judged = classify(rows, told, ORG)
    for name, table, schema in (
        ("c", judged.contributions, CONTRIBUTIONS | JUDGED), ("r", told, REFERENCES), ("w", judged.reasons, REASONS),
    ):  # fmt: skip
        write_parquet(tmp_path / f"{name}.parquet", table, schema)
        found = read_parquet(tmp_path / f"{name}.parquet", schema, "ref" if name == "r" else "id")
        pd.testing.assert_frame_equal(found, table)
    # What pandas reads itself, with arrays in place of lists, is judged the same.
    plain = classify(pd.read_parquet(tmp_path / "c.parquet"), pd.read_parquet(tmp_path / "r.parquet"), ORG)
    pd.testing.assert_frame_equal(plain.reasons, judged.reasons)


def test_a_review_reads_what_load_wrote_as_parquet(tmp_path):
    sample = Organisation.read_sample()
    command = ["load", "--config", sample.path, "--period", "2026-Q3", "--parquet", "--include-private"]
    assert CliRunner().invoke(main, [*map(str, [*command, "--output", tmp_path])]).exit_code == 0
    text = sample.path.read_text().partition("[sources.")[0]
    text += '[sources.records]\ncontributions = ["contributions/*.parquet"]\nreferences = ["references/*.parquet"]\n'
    (tmp_path / "contribkit.toml").write_text(text)
    one, other = (open_review(path, "product", "2026-Q3").data for path in (sample.path, tmp_path / "contribkit.toml"))
    assert set(one.rows["id"]) == set(other.rows["id"]) | set(one.rows["id"][one.rows["source"] == "activity_log"])
    (tmp_path / "references" / "bad.parquet").write_bytes(b"no")
    with pytest.raises(ContribkitError, match=r"bad.parquet: cannot be read as Parquet"):
        open_review(tmp_path / "contribkit.toml", "product", "2026-Q3")
