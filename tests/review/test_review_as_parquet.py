"""A review's tables as Parquet: the rows of its CSV, no more of anybody than that, and files that others read."""

import csv
import json
import sys

import pytest
from click.testing import CliRunner

import contribkit as ck
from contribkit.cli import main
from contribkit.parquet import read_parquet
from contribkit.rendering.notebook import NOTEBOOKS
from contribkit.tables import CONTRIBUTIONS, JUDGED, REASONS, Judged, records
from tests.review.test_render import TEAM, write_organisation
from tests.review.test_review import review_of, sample

NAMES = ["contributions.parquet", "reasons.parquet"]

__all__ = ["sample"]  # the fixture


def written(review, folder):
    """Write a review with Parquet; return the rows of its CSV and the two tables."""
    review.write(folder, parquet=True)
    lines = list(csv.DictReader((folder / "contributions.csv").read_text("utf-8-sig").splitlines()))
    rows = read_parquet(folder / "contributions.parquet", CONTRIBUTIONS | JUDGED, "id")
    return lines, rows, read_parquet(folder / "reasons.parquet", REASONS, "id")


@pytest.fixture(params=[{}, {"include_private": True}, {"without_names": True}, "project"])
def review(request, sample):
    """Return a team's review in each of its forms, and that of a project."""
    org, data, rows = sample
    if request.param == "project":
        return ck.Review(Judged.of(rows), data, org.project("Wicketlamp"), data.period)
    return review_of(sample, **request.param)


def test_parquet_has_the_rows_and_reasons_of_the_csv_in_its_order(review, tmp_path):
    lines, rows, reasons = written(review, tmp_path)
    assert list(rows["id"]) == [line["id"] for line in lines]
    assert len(rows) > 5
    for name in ("lead", "activity", "stakeholder", "initiative", "goal", "actor", "author"):
        if name in lines[0]:
            assert list(rows[name].fillna("")) == [line[name] for line in lines]
        else:
            assert rows[name].isna().all()
    said = [f"{one.id} {one.lead} {one.weight:+.1f}: {one.sentence}" for one in reasons.itertuples()]
    assert said == [f"{line['id']} {why}" for line in lines for why in line["why"].split("; ") if why]
    assert rows["private"].fillna(False).any() == review.data.include_private
    assert reasons.loc[reasons["private"], "evidence"].isna().all()


def test_parquet_is_the_same_each_time_and_goes_where_it_is_not_asked_for(review, tmp_path):
    review.write(tmp_path, parquet=True)
    first = [(tmp_path / name).read_bytes() for name in NAMES]
    review.write(tmp_path, parquet=True)
    assert [(tmp_path / name).read_bytes() for name in NAMES] == first
    review.write(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["contributions.csv", "summary.json"]
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / NAMES[0]).write_text("of somebody else")
    review.write(tmp_path / "mine")
    assert (tmp_path / "mine" / NAMES[0]).read_text() == "of somebody else"


def test_parquet_without_names_holds_no_name_in_any_cell(sample, tmp_path):
    org, _, rows = sample
    people = {name for member in org.members.values() for name in (member.login, *member.aliases)}
    people |= {login for login in [*rows["author"].dropna(), *(p for cell in rows["participants"] for p in cell)]}
    _, shown, reasons = written(review_of(sample, without_names=True), tmp_path)
    text = json.dumps([records(shown), records(reasons)])
    assert [name for name in people if name in text] == []
    assert not shown["files"].astype(bool).any()


def test_no_parquet_of_a_review_holds_bodies_remarks_or_the_words_around_links(sample, tmp_path):
    org, data, rows = sample
    link = {"ref": "wicketlamp-example/lamp#1", "title": "A title", "text": "words around it", "private": False}
    rows = rows.assign(body="a body", remarks=[["a remark"]] * len(rows), links_in=[[link]] * len(rows))
    _, shown, reasons = written(ck.Review(Judged.of(rows), data, org.teams[0], data.period), tmp_path)
    text = json.dumps([records(shown), records(reasons)])
    assert "A title" in text
    assert not any(words in text for words in ("a body", "a remark", "words around it"))


@pytest.mark.parametrize("nameless", [[], ["--without-names"]])
def test_what_a_review_wrote_is_read_by_classify_and_by_the_source_of_records(tmp_path, nameless):
    org = write_organisation(tmp_path)
    command = ["review", "--config", str(org.path), "--period", "2026-Q3", "--output", str(tmp_path / "out"), *nameless]
    folder = tmp_path / "out" / "2026-Q3" / "quay"
    assert CliRunner().invoke(main, [*command, "--parquet"]).exit_code == 0
    assert {*NAMES} < {path.name for path in folder.iterdir()}
    then = read_parquet(folder / NAMES[0], CONTRIBUTIONS | JUDGED, "id")
    judge = ["classify", "--config", org.path, "--contributions", folder / NAMES[0], "--output", tmp_path / "judged"]
    result = CliRunner().invoke(main, [*map(str, judge)])
    assert result.exit_code == 0, result.output
    (answers,) = (tmp_path / "judged" / "contributions").iterdir()
    now = read_parquet(answers, CONTRIBUTIONS | JUDGED, "id")
    assert sorted(now["id"]) == sorted(then["id"])
    if not nameless:  # whose pull request was reviewed is not told without names
        assert dict(zip(now["id"], now["lead"], strict=True)) == dict(zip(then["id"], then["lead"], strict=True))
    text = org.path.read_text().replace("c.jsonl", f"out/2026-Q3/quay/{NAMES[0]}")
    (tmp_path / "again.toml").write_text(text)
    again = ck.load(ck.Organisation.read(tmp_path / "again.toml"), "2026-Q3")
    assert set(again.contributions["id"]) == (set() if nameless else set(then["id"]))  # a number is no member
    # The next rendering without the option leaves none of it.
    assert CliRunner().invoke(main, command).exit_code == 0
    assert not {*NAMES} & {path.name for path in folder.iterdir()}


def test_without_pyarrow_a_sentence_says_so_before_anything_is_loaded(tmp_path, monkeypatch):
    org = write_organisation(tmp_path, teams=(TEAM,))
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    monkeypatch.setattr("contribkit.rendering.jobs.fetch", lambda *_: pytest.fail("it loaded"))
    result = CliRunner().invoke(main, ["review", "--config", str(org.path), "--period", "2026-Q3", "--parquet"])
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == "contribkit: Parquet needs pyarrow; install it with: pip install contribkit[scale]\n"
    assert not (tmp_path / "reviews").exists()
    with pytest.raises(ck.ContribkitError, match="Parquet needs pyarrow"):
        ck.render(org, ck.Period("2026-Q3"), parameters={"parquet": True})


def test_a_copy_of_the_notebook_from_before_says_that_it_writes_no_parquet(tmp_path):
    org = write_organisation(tmp_path)
    notebook = json.loads((NOTEBOOKS / "review.ipynb").read_text())
    for cell in notebook["cells"]:
        cell["source"] = "\n".join(line for line in "".join(cell["source"]).split("\n") if "parquet" not in line)
    (tmp_path / "old.ipynb").write_text(json.dumps(notebook))
    with pytest.raises(ck.ContribkitError, match=r'old.ipynb has no parameter "parquet"'):
        ck.render(org, ck.Period("2026-Q3"), notebook=tmp_path / "old.ipynb", parameters={"parquet": True})
