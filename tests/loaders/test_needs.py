"""What waits upstream, as somebody wrote it down."""

from pathlib import Path

import pytest

from contribkit import ContribkitError, Organisation, load_needs
from contribkit.tables import NEEDS
from tests.helpers.builders import HEAD, TEAM, UPSTREAM, jsonl, organisation

SOURCE = '[sources.records]\nneeds = ["n*.jsonl"]\n'
WAITING = {"kind": "pull_request", "ref": "o/r#7", "title": "A fix", "opened_at": "2026-07-01", "checks": "success"}


def written(folder: Path, *rows: dict | str) -> Organisation:
    jsonl(folder / "needs.jsonl", *rows)
    return organisation(folder, HEAD + TEAM + UPSTREAM + SOURCE)


def test_a_need_has_its_repository_and_number_from_its_ref(tmp_path: Path) -> None:
    table = load_needs(written(tmp_path, WAITING)).table
    assert list(table) == list(NEEDS)
    assert table.loc[0, ["repo", "number", "source"]].tolist() == ["o/r", 7, "records"]


def test_what_waits_elsewhere_is_left_out_and_a_need_told_twice_is_one(tmp_path: Path) -> None:
    rows = [WAITING, WAITING | {"ref": "O/R#7"}, WAITING | {"ref": "other/thing#1"}]
    assert load_needs(written(tmp_path, *rows)).table["ref"].tolist() == ["o/r#7"]


def test_a_source_without_needs_has_none(tmp_path: Path) -> None:
    jsonl(tmp_path / "c.jsonl", {"id": "o/r#1@ada:pull_request"})
    org = organisation(tmp_path, HEAD + TEAM + UPSTREAM + '[sources.records]\ncontributions = ["c.jsonl"]\n')
    assert load_needs(org).table.empty


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"ref": "o/r#7"}, '"kind" is missing'),
        (WAITING | {"kind": "pul_request"}, 'unknown kind of need "pul_request"; did you mean "pull_request"'),
        (WAITING | {"opened_at": "yesterday"}, '"opened_at" is "yesterday", not a date'),
        ("{", "needs.jsonl:2"),
    ],
)
def test_a_wrong_line_is_named_and_passed_over_on_request(tmp_path: Path, row: dict | str, said: str) -> None:
    org = written(tmp_path, WAITING, row)
    with pytest.raises(ContribkitError, match=said):
        load_needs(org)
    needs = load_needs(org, keep_going=True)
    assert len(needs.table) == 1
    assert said in needs.notes["records"][0]
