"""Files: whole or not at all, and JSON lines that say where they are broken."""

import math
import re
from pathlib import Path

import pytest

from contribkit.errors import ContribkitError
from contribkit.io import read_jsonl, read_rows, report_problem, write_jsonl, write_whole
from contribkit.text import as_text, from_text

GOOD = '{"id": "a"}\n'


def read(path: Path, content: str | bytes, broken: list[str] | None = None) -> list[tuple[int, dict]]:
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return list(read_jsonl(path, broken))


def failing(path: Path, content: str | bytes) -> str:
    with pytest.raises(ContribkitError) as caught:
        read(path, content)
    return str(caught.value).replace(f"{path.parent}/", "")


def test_a_file_is_written_with_its_folders_and_its_text_to_the_byte(tmp_path: Path) -> None:
    path = tmp_path / "a" / "b" / "c.txt"
    write_whole(path, "één\r\nlijn\u2028\n")
    assert path.read_bytes() == "één\r\nlijn\u2028\n".encode()


def test_a_file_may_be_read_by_whoever_the_mask_lets(tmp_path: Path) -> None:
    # mkstemp alone would leave it to its owner, and a shared review unreadable.
    write_whole(tmp_path / "ours", "x")
    (tmp_path / "plain").write_text("x")
    assert (tmp_path / "ours").stat().st_mode == (tmp_path / "plain").stat().st_mode


def test_a_row_that_is_no_json_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    write_jsonl(path, [{"id": "old"}])
    with pytest.raises(TypeError):
        write_jsonl(path, [{"id": "new"}, {"id": object()}])
    assert path.read_text() == '{"id": "old"}\n'
    assert [file.name for file in tmp_path.iterdir()] == ["rows.jsonl"]


def test_a_text_that_cannot_be_encoded_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    write_whole(path, "old")
    with pytest.raises(UnicodeEncodeError):
        write_whole(path, "new \ud83d")
    assert path.read_text() == "old"
    assert [file.name for file in tmp_path.iterdir()] == ["page.html"]


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ContribkitError, match=r"out.txt: cannot be written \(.+\); choose another place"):
        write_whole(tmp_path / "file" / "out.txt", "x")


def test_a_folder_in_the_place_of_the_file_is_said(tmp_path: Path) -> None:
    (tmp_path / "out.jsonl").mkdir()
    with pytest.raises(ContribkitError, match="cannot be written"):
        write_whole(tmp_path / "out.jsonl", "x")


def test_rows_come_back_as_they_were(tmp_path: Path) -> None:
    rows = [{"id": "a", "title": 'tab\t "q" \u2028 é 🎉', "n": None}, {"id": "b", "list": [1, {"x": 0.5}]}]
    path = tmp_path / "rows.jsonl"
    assert write_jsonl(path, iter(rows)) == 2
    assert list(read_jsonl(path)) == [(1, rows[0]), (2, rows[1])]


def test_no_rows_make_an_empty_file(tmp_path: Path) -> None:
    assert write_jsonl(tmp_path / "rows.jsonl", []) == 0
    assert list(read_jsonl(tmp_path / "rows.jsonl")) == []


def test_blank_lines_and_windows_line_ends_count_but_say_nothing(tmp_path: Path) -> None:
    assert read(tmp_path / "r", '\r\n{"id": "a"}\r\n  \n{"id": "b"}') == [(2, {"id": "a"}), (4, {"id": "b"})]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('{"id": "a"', "not JSON: Expecting ',' delimiter at column 11"),
        ("{'id': 'a'}", "not JSON: Expecting property name enclosed in double quotes at column 2"),
        ("[1]", "not a JSON object"),
        ('"text"', "not a JSON object"),
        ("null", "not a JSON object"),
        ('{"n": ' + "9" * 5000 + "}", "Exceeds the limit"),
    ],
)
def test_a_broken_line_is_named_with_file_line_and_the_way_out(tmp_path: Path, line: str, said: str) -> None:
    message = failing(tmp_path / "rows.jsonl", f"{GOOD}\n{line}\n{GOOD}")
    assert message.startswith(f"rows.jsonl:3: {said}")
    assert message.endswith("; fix the line, or take the rest with --keep-going")


def test_keep_going_takes_the_rest_and_notes_each_broken_line(tmp_path: Path) -> None:
    broken: list[str] = []
    assert read(tmp_path / "r", f"x\n{GOOD}[]\n{GOOD}", broken) == [(2, {"id": "a"}), (4, {"id": "a"})]
    assert [sentence.replace(f"{tmp_path}/", "") for sentence in broken] == [
        "r:1: not JSON: Expecting value at column 1",
        "r:3: not a JSON object",
    ]


def test_a_problem_is_raised_or_noted() -> None:
    broken: list[str] = []
    report_problem("f:1: wrong", broken)
    assert broken == ["f:1: wrong"]
    with pytest.raises(ContribkitError, match="f:1: wrong; fix the line"):
        report_problem("f:1: wrong", None)


def test_a_file_that_is_not_there_or_a_folder_is_said(tmp_path: Path) -> None:
    with pytest.raises(ContribkitError, match=r"none.jsonl: cannot be read \(No such file"):
        list(read_jsonl(tmp_path / "none.jsonl"))
    with pytest.raises(ContribkitError, match="cannot be read"):
        list(read_jsonl(tmp_path))


def test_what_is_not_utf_8_is_said_with_the_fix(tmp_path: Path) -> None:
    assert re.search(r"is not UTF-8 \(byte \d+\); save it as UTF-8", failing(tmp_path / "r", GOOD.encode() + b"\xff\n"))


def test_keep_going_takes_the_rest_of_a_file_with_one_line_in_another_encoding(tmp_path: Path) -> None:
    broken: list[str] = []
    assert read(tmp_path / "r", GOOD.encode() + b'{"id": "caf\xe9"}\n' + GOOD.encode(), broken) == [
        (1, {"id": "a"}),
        (3, {"id": "a"}),
    ]
    assert len(broken) == 1
    assert ":2: " in broken[0]


def test_brackets_nested_too_deep_are_a_broken_line(tmp_path: Path) -> None:
    assert "rows.jsonl:1: " in failing(tmp_path / "rows.jsonl", "[" * 100_000)


def test_a_number_that_json_does_not_know_is_a_broken_line(tmp_path: Path) -> None:
    rows = read(tmp_path / "r", '{"hours": Infinity}\n', [])
    assert not any(math.isinf(row["hours"]) for _, row in rows)


@pytest.mark.parametrize("number", ["1e400", "-1e999", "NaN", "Infinity"])
def test_a_number_that_is_not_finite_is_a_broken_line(tmp_path: Path, number: str) -> None:
    broken: list[str] = []
    assert read(tmp_path / "r", f'{{"hours": {number}}}\n', broken) == []
    assert f"not JSON: {number}" in broken[0]


def test_half_a_surrogate_pair_is_replaced_and_a_whole_one_stays(tmp_path: Path) -> None:
    row = '{"title": "cut \\ud83d", "labels": ["\\uD83D\\uDE00"]}\n'
    assert read(tmp_path / "r", row) == [(1, {"title": "cut \ufffd", "labels": ["\U0001f600"]})]


def rows(path: Path, text: str, broken: list[str] | None = None) -> list[tuple[int, dict[str, str]]]:
    path.write_text(text, encoding="utf-8")
    return list(read_rows(path, ("a", "b"), ("a",), None, broken))


def test_a_quotation_mark_that_is_never_closed_is_an_error_with_its_line(tmp_path: Path) -> None:
    text = 'a,b\n1,2\n3,"four\n5,6\n7,8\n'
    with pytest.raises(ContribkitError, match=r":3: its quotation mark is never closed"):
        rows(tmp_path / "c.csv", text)
    broken: list[str] = []
    assert rows(tmp_path / "c.csv", text, broken) == [(2, {"a": "1", "b": "2"})]
    assert ":3: its quotation mark is never closed" in broken[0]


def test_a_cell_of_any_length_is_read_and_rows_behind_a_broken_one_too(tmp_path: Path) -> None:
    long = "x" * 200_000
    broken: list[str] = []
    found = rows(tmp_path / "c.csv", f'a,b\n{long},1\n"quoted" badly,2\n3,4\n', broken)
    assert found == [(2, {"a": long, "b": "1"}), (4, {"a": "3", "b": "4"})]
    assert len(broken) == 1


def test_two_columns_of_one_name_are_an_error(tmp_path: Path) -> None:
    with pytest.raises(ContribkitError, match=':1: duplicate column "b"; rename one'):
        rows(tmp_path / "c.csv", "a,b,B\n1,2,3\n")


def test_no_cell_is_a_formula_and_every_text_comes_back() -> None:
    cells = ("=1+1", "'=1", ["a", "b"], "a\rb", "é\x0b\x1b]0;a\x07 漢 🙂", 3)
    assert [as_text(cell) for cell in cells] == ["'=1+1", "''=1", "a; b", "a\nb", "é  ]0;a  漢 🙂", 3]
    texts = ["=1+1", "'=1", "it's", "'"]
    assert [from_text(as_text(text)) for text in texts] == texts
