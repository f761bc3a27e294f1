"""The machine: versions, git, the kernel that runs notebooks, and time zones."""

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, metadata, requires, version
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

from contribkit.doctor.finding import Finding, doubtful, good, wrong

GIT = (2, 31)  # the first that knows --diff-merges=first-parent
KERNEL = "python3"
# What people ask about first; of the others only those are shown that do not fit.
_SHOWN = ("jupyterlab", "papermill", "pandas")
# The names for which Jupyter takes the Python that it runs in.
_THIS_PYTHON = {"python", f"python{sys.version_info[0]}", f"python{sys.version_info[0]}.{sys.version_info[1]}"}


def check_versions() -> Iterator[Finding]:
    """Compare Python and the installed packages with what contribkit's own metadata demands."""
    try:
        python, needed = metadata("contribkit")["Requires-Python"], requires("contribkit") or []
    except PackageNotFoundError:
        yield doubtful("contribkit", "is not installed, so that nothing says what it needs", "pip install it")
        return
    yield _fits("Python", SpecifierSet(python), ".".join(map(str, sys.version_info[:3])), "install that one")
    for requirement in map(Requirement, needed):
        if requirement.marker is None or requirement.marker.evaluate({"extra": ""}):
            yield from _check_package(requirement)


def _check_package(requirement: Requirement) -> Iterator[Finding]:
    fix = f'run: {sys.executable} -m pip install "{requirement.name}{requirement.specifier}"'
    try:
        found = version(requirement.name)
    except PackageNotFoundError:
        yield from wrong(requirement.name, "is not installed", fix)
        return
    finding = _fits(requirement.name, requirement.specifier, found, fix)
    if finding.fix or requirement.name in _SHOWN:
        yield finding


def _fits(name: str, wanted: SpecifierSet, found: str, fix: str) -> Finding:
    if wanted.contains(found, prereleases=True):
        return good(name, found)
    return wrong(name, f"is {found}, needed is {wanted}", fix)[0]


def check_git(needed: bool) -> list[Finding]:
    """Look for a git that knows what is asked of it.

    Parameters
    ----------
    needed
        Whether a source reads clones: without one, it is only said.
    """
    try:
        answer = subprocess.run(["git", "--version"], capture_output=True, text=True, check=False).stdout
    except OSError:
        fix = "install it, to read clones"
        return wrong("git", "is not installed", fix) if needed else [doubtful("git", "is not installed", fix)]
    return [judge_git(answer)]


def judge_git(answer: str) -> Finding:
    """Say whether what ``git --version`` prints is new enough.

    Examples
    --------
    >>> print(judge_git("git version 2.39.5 (Apple Git-154)"))
    ✓ git: 2.39.5
    >>> print(judge_git("git version 2.30.2"))
    ✗ git: is 2.30.2, needed is 2.31 or later; install that one
    """
    found = re.search(r"(\d+)\.(\d+)[.\d]*", answer)
    if found and (int(found[1]), int(found[2])) >= GIT:
        return good("git", found[0])
    known = found[0] if found else "of no known version"
    return wrong("git", f"is {known}, needed is {GIT[0]}.{GIT[1]} or later", "install that one")[0]


def check_kernel() -> list[Finding]:
    """Look for the kernel in which reviews run, and whether it is this very Python."""
    from jupyter_client.kernelspec import KernelSpecManager, NoSuchKernel

    subject = f"kernel {KERNEL}"
    install = f"run: {sys.executable} -m ipykernel install --sys-prefix --name {KERNEL}"
    try:
        spec = KernelSpecManager().get_kernel_spec(KERNEL)
    except (NoSuchKernel, OSError, ValueError) as error:
        return wrong(subject, f"cannot be used ({error})", install)
    program = spec.argv[0] if spec.argv else ""
    if program in _THIS_PYTHON or Path(program) == Path(sys.executable):
        return [good(subject, "runs this Python")]
    remove = f"take it away: jupyter kernelspec remove {KERNEL}, then {install}"
    if shutil.which(program) is None:
        return wrong(subject, f"{spec.resource_dir} names a program that is not there ({program})", remove)
    return [
        doubtful(subject, f"{spec.resource_dir} runs another Python ({program}), which may lack contribkit", remove)
    ]


def check_time_zones() -> list[Finding]:
    """Look for the data of time zones, which some systems lack."""
    try:
        ZoneInfo("Europe/Berlin")
    except ZoneInfoNotFoundError:
        return wrong("time zones", "there is no data about them", f"run: {sys.executable} -m pip install tzdata")
    return [good("time zones", "known")]
