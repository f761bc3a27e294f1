"""What Binder makes of the repository: read from repo2docker, and done in a clean environment without Docker."""

import re
import shlex
import shutil
import subprocess
import sys
import venv
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from contribkit.errors import ContribkitError
from tests.helpers import badge
from tests.helpers.jupyterlab import chromium, not_here, notebook, serve

ROOT = Path(__file__).parents[2]
BADGE = "<!-- badge -->"
# What Binder's image has before it looks at binder/, and what would be slow to install twice.
BASE = ("jupyterlab", "ipykernel", "ipywidgets", "notebook", "jupyter_server", "nbconvert")


@pytest.fixture(scope="module")
def clone(tmp_path_factory):
    """Copy what git would have, uncommitted work too, into a clean folder."""
    folder = tmp_path_factory.mktemp("clone") / "repository"
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, check=False)
    if done.returncode:
        not_here("no git checkout: Binder starts from one")
    for name in filter(None, done.stdout.decode().split("\0")):
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)
    return folder


@pytest.fixture(scope="module")
def dockerfile(clone):
    """Ask repo2docker for the Dockerfile that it would build."""
    if find_spec("repo2docker") is None:
        not_here("no repo2docker: pip install -e '.[dev]' to see what Binder does")
    command = [sys.executable, "-m", "repo2docker", "--no-build", "--debug", "."]
    done = subprocess.run(command, cwd=clone, capture_output=True, text=True, check=True)
    return done.stdout + done.stderr


def pip_lines(dockerfile):
    """Return the arguments of every ``pip install`` of a Dockerfile."""
    return [shlex.split(found) for found in re.findall(r"/bin/pip install (.*)$", dockerfile, re.MULTILINE)]


def base_versions():
    """Return the versions that repo2docker's image for Python 3.11 has before it looks at binder/."""
    # Not imported: it warns of what it imports itself.
    lock = Path(find_spec("repo2docker").origin).parent / "buildpacks/conda/environment.py-3.11-linux-64.lock"
    found = dict(re.findall(r"/([a-z][\w.-]*?)-(\d[\w.]*)-[^/]+\.(?:conda|tar\.bz2)", lock.read_text()))
    return {name: found[{"nbconvert": "nbconvert-core"}.get(name, name)] for name in BASE}


def test_repo2docker_takes_python_3_11_and_the_project_itself(dockerfile, clone):
    assert "Building conda environment for python=3.11" in dockerfile
    assert pip_lines(dockerfile) == [["--no-cache-dir", "-r", "binder/requirements.txt"]]
    # "-e ." means the repository only where pip runs in its root, after the copy.
    copied, installed = dockerfile.index("COPY --chown=0:0 src/ ${REPO_DIR}/"), dockerfile.index("/bin/pip install")
    assert copied < installed
    lines = [line for line in (clone / "binder/requirements.txt").read_text().splitlines() if line[:1] != "#"]
    assert lines == ["-e ."]


def test_nothing_takes_the_place_of_requirements(dockerfile, clone):
    assert "environment.yml" not in dockerfile
    assert [path for path in clone.rglob("environment.y*ml") if path.parent in (clone, clone / "binder")] == []
    assert {path.name for path in (clone / "binder").iterdir()} == {"requirements.txt", "runtime.txt"}


def test_binder_asks_for_no_token(clone):
    for path in (clone / "binder").iterdir():
        assert "token" not in path.read_text().casefold()


def test_the_repository_stands_once(clone):
    address = badge.repository()
    places = [path for path in clone.rglob("*") if path.is_file() and address.encode() in path.read_bytes()]
    assert [path.relative_to(clone).as_posix() for path in places] == ["pyproject.toml"]


def test_the_badge_of_the_readme_is_the_one_that_is_made(clone):
    text = (clone / "README.md").read_text(encoding="utf-8")
    assert text.count(BADGE) == 2, f"README.md holds the badge between two lines {BADGE}"
    _, shown, _ = text.split(BADGE)
    assert shown.strip() == badge.badge(), "run python -m tests.helpers.badge, and put what it prints into README.md"


def test_links_says_what_to_do_where_no_address_is_known(monkeypatch):
    class Nothing:
        def get_all(self, name):
            return ["Documentation, https://docs.example.org"]

    monkeypatch.setattr(metadata, "metadata", lambda name: Nothing())
    with pytest.raises(ContribkitError, match=r"\[project.urls\] of pyproject.toml"):
        badge.repository()


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("https://github.com/o/n.git", "/v2/gh/o/n/HEAD?"),
        ("https://github.com/o", None),
        ("https://gitlab.com/o/sub/n", "/v2/git/https%3A%2F%2Fgitlab.com%2Fo%2Fsub%2Fn/HEAD?"),
    ],
)
def test_binder_urls(address, said):
    if said is None:
        with pytest.raises(ContribkitError, match="is no repository on GitHub"):
            badge.binder_url(address)
    else:
        assert said in badge.binder_url(address)


@pytest.fixture(scope="module")
def python(clone, dockerfile, tmp_path_factory):
    """Install as Binder does, over the versions that its image has, into a new environment; return its interpreter."""
    folder = tmp_path_factory.mktemp("binder") / "venv"
    venv.create(folder, with_pip=False)
    interpreter = folder / "bin" / "python"
    for arguments in [[f"{name}=={version}" for name, version in base_versions().items()], *pip_lines(dockerfile)]:
        install(interpreter, [word for word in arguments if word != "--no-cache-dir"], clone)
    return interpreter


def install(interpreter, arguments, folder):
    """Install with uv where it is present; with pip where it is not, or does not find the machine's certificates."""
    uv = shutil.which("uv") or shutil.which("uv", path=str(Path(sys.executable).parent))
    commands = [[uv, "pip", "install", "--quiet", "--python", str(interpreter), *arguments]] if uv else []
    # The tests' own pip, as the new environment needs none: its own would take seconds to put there.
    commands.append([sys.executable, "-m", "pip", "--python", str(interpreter), "install", "--quiet", *arguments])
    done = [subprocess.run(commands[0], cwd=folder, capture_output=True, text=True, check=False)]
    if done[0].returncode and len(commands) > 1:
        done.append(subprocess.run(commands[1], cwd=folder, capture_output=True, text=True, check=False))
    if done[-1].returncode:
        not_here(f"cannot install {' '.join(arguments)}: {done[-1].stderr.strip()[-500:]}")


def test_the_badge_opens_start_and_it_runs(clone, python, tmp_path):
    versions = "from importlib.metadata import version; import sys; print(*map(version, sys.argv[1:]))"
    done = subprocess.run([python, "-c", versions, *BASE], capture_output=True, text=True, check=True)
    # A floor above Binder's image would install JupyterLab a second time at every build.
    assert dict(zip(BASE, done.stdout.split(), strict=True)) == base_versions()
    address = urlsplit(re.search(r"\]\((https[^)]*)\)$", badge.badge())[1])
    (path,) = parse_qs(address.query)["urlpath"]
    with chromium() as browser, serve(clone, tmp_path, python) as server, notebook(browser, server, path) as shown:
        shown.run_all()
        shown.screenshot(tmp_path / "binder.png")
        shown.screenshot(tmp_path / "binder-whole.png", whole=True)
        assert shown.errors() == []
        assert "the organisation, its people and their work are invented" in shown.text()
        shown.page.locator(".jp-Notebook").get_by_role("link", name="README").click()
        shown.page.get_by_role("tab", name="README.md").wait_for()
        assert shown.visitor.foreign == []
