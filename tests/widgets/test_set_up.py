"""The form in which a visitor sets up their own organisation: from GitHub, from files, and home as a zip."""

import base64
import io
import re
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

import contribkit as ck
from tests.github.emulator import Emulator
from tests.github.workload import Workload
from tests.helpers.builders import HEAD, TEAM, UPSTREAM

FILE = HEAD + TEAM + UPSTREAM


def upload(name: str, content: bytes) -> dict[str, Any]:
    """Return a file as the upload button holds it."""
    return {
        "name": name,
        "type": "",
        "size": len(content),
        "content": memoryview(content),
        "last_modified": datetime.now(UTC),
    }


def zipped(**files: str) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, text in files.items():
            archive.writestr(name.replace("_dot_", ".").replace("_in_", "/"), text)
    return packed.getvalue()


def names(link: str) -> list[str]:
    """Return what the zip behind a link holds."""
    data = re.search(r"base64,([^\"]+)", link)
    assert data
    return zipfile.ZipFile(io.BytesIO(base64.b64decode(data[1]))).namelist()


def test_what_github_proposes_is_ticked_and_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Emulator(Workload.small()) as github:
        monkeypatch.setenv("GITHUB_TOKEN", github.token)
        form = ck.SetUp(tmp_path / "mine", github.url)
        form.ask_github("ferncollective-example")
    ticked = [box.description.partition(":")[0] for box in form._choices if box.value]
    assert ticked == ["teams.members · cato-example", "upstream · wicketlamp-example"]
    assert form.accept().endswith("1 members, 1 upstream projects, 0 stakeholders")
    assert github.token not in "".join(path.read_text() for path in form.folder.rglob("*") if path.is_file())
    assert "contribkit.toml" in names(form.take_home())


def test_nothing_is_asked_or_rendered_before_there_is_something(tmp_path: Path) -> None:
    form = ck.SetUp(tmp_path / "mine")
    assert "between the quotation marks" in form.ask_github("").value
    assert "Nothing is set up yet" in form.review().value
    with pytest.raises(ck.ContribkitError, match=r"paste a contribkit\.toml"):
        form.use_files()
    assert not form.folder.exists()


def test_a_pasted_file_and_a_zip_are_taken_and_go_home_without_clones(tmp_path: Path) -> None:
    form = ck.SetUp(tmp_path / "mine")
    form.pasted.value = FILE
    form.uploaded.value = (upload("all.zip", zipped(records_in_c_dot_jsonl="{}", clones_in_x="clone")),)
    assert form.use_files().startswith("2 members, 1 upstream")
    assert (form.folder / "records" / "c.jsonl").read_text() == "{}"
    home = names(form.take_home())
    assert "records/c.jsonl" in home
    assert not [name for name in home if name.startswith("clones/")]


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [("a.zip", b"no zip", "is not a zip file"), ("contribkit.toml", b"[organisation", "is not TOML")],
)
def test_a_broken_file_is_told_below_the_form(tmp_path: Path, name: str, content: bytes, said: str) -> None:
    form = ck.SetUp(tmp_path / "mine")
    form.uploaded.value = (upload(name, content),)
    form._button("Use these files", form.use_files).click()
    assert said in form.message.value


def test_a_zip_writes_nowhere_else(tmp_path: Path) -> None:
    form = ck.SetUp(tmp_path / "mine")
    form.pasted.value = FILE
    form.uploaded.value = (upload("all.zip", zipped(**{"../outside.txt": "x", "/root.txt": "y"})),)
    form.use_files()
    assert not (tmp_path / "outside.txt").exists()
    assert {path.name for path in tmp_path.iterdir()} == {"mine"}
