"""The documentation builds without a warning, and what it shows works as a plug-in."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "docs" / "examples"

FORUM = "day,login,topic,url\n2026-07-02,ada-example,How do I log in?,https://forum.example.org/t/1\n"
LOAD = """
import contribkit as ck, pathlib, shutil
org = ck.Organisation.read_sample()
root = pathlib.Path("org"); shutil.copytree(org.root, root)
toml = root / "contribkit.toml"
toml.write_text(toml.read_text() + '\\n[sources.forum]\\nfile = "answers.csv"\\n')
(root / "answers.csv").write_text(ANSWERS)
org = ck.Organisation.read(toml)
data = ck.load(org, ck.Period("2026-Q3", org.timezone))
row = data.contributions.query("source == 'forum'").iloc[0]
assert (row["actor"], row["title"]) == ("ada-example", "How do I log in?"), row
"""
RULE = """
import contribkit as ck, pandas as pd
org = ck.Organisation.read_sample()
row = {"id": "example-lamps/lamp#1@ada-example:pull_request", "kind": "pull_request", "labels": [["PyCon Sprint"]]}
judged = ck.classify(pd.DataFrame(row | {"title": "Colour"}), None, org)
(reason,) = judged.reasons.query("rule == 'sprint'").to_dict("records")
assert reason["evidence"] == "PyCon Sprint" and reason["lead"] == "upstream", reason
"""
QUESTION = """
import contribkit as ck
review = ck.open_review(team="product", period="2026-Q3")
assert review.projects.sentence.startswith("The work went to "), review.projects.sentence
assert review.summary["plug_ins"]["projects"]["repositories"][0]["contributions"] > 0
assert "To which projects did the work go?" in review.projects.html
"""


@pytest.mark.parametrize(
    ("name", "code"),
    [("forum", f"ANSWERS = {FORUM!r}\n{LOAD}"), ("sprint", RULE), ("projects", QUESTION)],
)
def test_an_example_works_once_it_is_installed(name: str, code: str, tmp_path: Path) -> None:
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", str(tmp_path / "site")]
    subprocess.run([*pip, str(EXAMPLES / name)], check=True)
    plugged = {"PYTHONPATH": f"{tmp_path / 'site'}:{ROOT}"}
    result = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env={**os.environ} | plugged,
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stderr


@pytest.mark.parametrize("name", ["forum", "sprint", "projects"])
def test_an_example_is_short(name: str) -> None:
    assert len((EXAMPLES / name / f"contribkit_{name}.py").read_text().splitlines()) <= 32


def test_the_pages_build_without_a_warning(tmp_path: Path) -> None:
    build = [sys.executable, "-m", "sphinx", "-W", "--keep-going", "-q", str(ROOT / "docs"), str(tmp_path)]
    result = subprocess.run(build, env={**os.environ}, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    page = (tmp_path / "reference" / "contribkit_toml.html").read_text()
    assert "[[teams.members]]" in page
    assert "decides in which quarter an act at its edge falls" in page
    assert "of 60 contributions were stakeholder-led" in (tmp_path / "guide" / "review.html").read_text()
