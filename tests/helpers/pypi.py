"""Packages from PyPI that stay out of our environment, of pinned versions, installed once beside pytest's cache."""

import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.helpers import npm
from tests.helpers.npm import NotFetchedError

CACHE = npm.CACHE.with_name("pypi")


def installed(*wanted: str, cache: Path = CACHE) -> Path:
    """Return a folder that holds packages and all they need, to be put into PYTHONPATH.

    Parameters
    ----------
    wanted
        Such as ``github-to-sqlite==2.9.1``.
    cache
        The folder that keeps such folders.

    Raises
    ------
    NotFetchedError
        Where the packages are not kept and cannot be installed.
    """
    # What is compiled fits one version of Python.
    folder = cache / "-".join([*wanted, str(sys.implementation.cache_tag)]).replace("==", "-")
    if not folder.is_dir():
        cache.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=cache) as name:
            packages = Path(name) / "packages"
            _install(wanted, packages)
            packages.replace(folder)
    return folder


def _install(wanted: tuple[str, ...], target: Path) -> None:
    environment = os.environ | {"PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_RETRIES": "1"}
    said = ["there is neither uv nor pip"]
    for installer in _installers(target.with_name("pip")):
        command = [*installer, "install", "--quiet", "--target", str(target), *wanted]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        if done.returncode == 0:
            return
        said = done.stderr.strip().splitlines() or said
    raise NotFetchedError(f"{' and '.join(wanted)} could not be installed from PyPI: {said[-1].strip()}")


def _installers(folder: Path) -> Iterator[list[str]]:
    """Yield what may install, in the order of the Makefile; an environment made by uv has no pip, so one is made."""
    if uv := shutil.which("uv"):
        yield [uv, "pip", "--python", sys.executable]
    if importlib.util.find_spec("pip"):
        yield [sys.executable, "-m", "pip"]
    elif subprocess.run([sys.executable, "-m", "venv", str(folder)], capture_output=True, check=False).returncode == 0:
        yield [str(folder / "bin" / "python"), "-m", "pip"]
