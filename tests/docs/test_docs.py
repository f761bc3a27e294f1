"""The documentation builds without a warning, and what it shows works as a plug-in."""

import os
import re
import runpy
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.helpers.repositories import run_git

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
    build = [sys.executable, "-m", "sphinx", "-W", "--keep-going", "-q", "-t", "published"]
    build += [str(ROOT / "docs"), str(tmp_path)]
    result = subprocess.run(build, env={**os.environ}, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    page = (tmp_path / "reference" / "contribkit_toml.html").read_text()
    assert "[[teams.members]]" in page
    assert "decides in which quarter an act at its edge falls" in page
    assert "of 60 contributions were stakeholder-led" in (tmp_path / "guide" / "review.html").read_text()
    assert '<a href="../">Other versions</a>' in (tmp_path / "index.html").read_text()


def listed(site: Path) -> list[str]:
    return re.findall(r'href="([^"]+)/"', (site / "index.html").read_text())


def test_each_tag_is_published_below_its_version_and_the_latest_release_as_latest(tmp_path: Path) -> None:
    publish = runpy.run_path(str(ROOT / "docs" / "versions.py"))["publish"]
    built, site = tmp_path / "built", tmp_path / "site"
    for ref in ("v0.9.0", "v0.10.0", "v0.9.1", "v0.11.0rc1", "main"):
        built.mkdir(exist_ok=True)
        (built / "index.html").write_text(ref)
        publish(built, site, ref)
    assert listed(site) == ["latest", "0.11.0rc1", "0.10.0", "0.9.1", "0.9.0", "development"]
    assert (site / "latest" / "index.html").read_text() == "v0.10.0"
    assert (site / ".nojekyll").exists()


def test_the_workflow_puts_the_pages_on_a_branch_of_their_own(tmp_path: Path) -> None:
    origin, clone = tmp_path / "origin.git", tmp_path / "clone"
    run_git("init", "--quiet", "--bare", "--initial-branch=main", origin)
    run_git("clone", "--quiet", origin, clone)
    (clone / "docs" / "_build").mkdir(parents=True)
    (clone / "docs" / "versions.py").write_bytes((ROOT / "docs" / "versions.py").read_bytes())
    (clone / "docs" / "_build" / "index.html").write_text("pages")
    run_git("-C", clone, "add", "docs/versions.py")
    run_git("-C", clone, "-c", "user.name=A", "-c", "user.email=a@example.org", "commit", "--quiet", "-m", "Start")
    workflow = yaml.safe_load((ROOT / ".github" / "workflows" / "docs.yml").read_text())
    step = workflow["jobs"]["publish"]["steps"][-1]["run"]
    path = {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    for ref in ("v0.1.0", "main"):
        command = ["bash", "-e", "-o", "pipefail", "-c", f"rm -rf site; git worktree prune; {step}"]
        subprocess.run(command, cwd=clone, env=os.environ | path | {"GITHUB_REF_NAME": ref}, check=True)
    names = set(run_git("-C", origin, "ls-tree", "-r", "--name-only", "gh-pages").decode().split())
    assert names == {".nojekyll", "index.html", "0.1.0/index.html", "latest/index.html", "development/index.html"}
