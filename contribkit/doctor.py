"""`contribkit doctor`: what is wrong with a set-up, and how to fix each thing."""

import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, metadata, requires, version
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

from contribkit.config.organisation import Organisation
from contribkit.config.toml import placeholders
from contribkit.errors import ContribkitError
from contribkit.labels.replay import read_and_warn
from contribkit.loaders.git import CLONE
from contribkit.loaders.source import Finding, errors, in_order, loader, ok, warning
from contribkit.text import pluralise

_FILE = "configuration"
_GIT = SpecifierSet(">=2.31")  # the first with --diff-merges=first-parent
_KERNEL = "python3"
_SHOWN = ("jupyterlab", "papermill", "pandas")  # others only where they do not fit
_THIS_PYTHON = {"python", f"python{sys.version_info[0]}", "python{}.{}".format(*sys.version_info)}  # for Jupyter


def examine(config: str | Path) -> list[Finding]:
    """Check the file, the sources, the folders and the machine, and return what is good as well; nothing is changed."""
    path = Path(config)
    try:
        organisation = Organisation.read(path)
    except ContribkitError as error:
        return [*errors(_FILE, error, "fix it there"), *_check_machine(needs_git=False)]
    counts = {"team": organisation.teams, "member": organisation.members, "upstream project": organisation.upstream}
    known = [pluralise(len(rows), word) for word, rows in (counts | {"source": organisation.sources}).items()]
    return [
        ok(_FILE, ", ".join(known)),
        *(errors(_FILE, left, "") if (left := placeholders(path)) else ()),
        *_check_configuration(organisation),
        *_check_sources(organisation),
        *_check_labels(organisation.root / "labels"),
        *check_writable(organisation.root / "labels"),
        *check_writable(organisation.root / "reviews"),
        *_check_machine(needs_git="git" in organisation.sources),
    ]


def _check_configuration(organisation: Organisation) -> Iterator[Finding]:
    if organisation.scope == "everywhere":
        sentence = 'scope = "everywhere" looks at all that people do on GitHub, their own projects too'
        fix = "remove it, so that only [[upstream]] projects are looked at, or make sure that everybody agreed"
        yield warning(_FILE, sentence, fix)
    elif not organisation.upstream:
        sentence = "there is no [[upstream]] project, so that no work on GitHub is looked at"
        yield warning(_FILE, sentence, 'add [[upstream]] with name = "JupyterHub" and orgs = ["jupyterhub"]')
    for caution in organisation.cautions:
        if not caution.startswith("scope"):  # which is said above
            yield warning(_FILE, caution, "fix it, or leave it so")
    if undated := dict.fromkeys(member.login for member in organisation.everybody if member.from_ is None):
        sentence = f'without "from", everything they ever did counts as the team\'s: {", ".join(undated)}'
        fix = "write from = and the first day in the team, such as from = 2024-01-15, below each login"
        yield warning(_FILE, sentence, fix)
    for plan in (*organisation.initiatives, *organisation.goals):
        if not (plan.refs or plan.from_issues):
            kind = type(plan).__name__.lower()
            sentence = f'the {kind} "{plan.name}" has no refs, so that no link can tie a contribution to it'
            yield warning(_FILE, sentence, 'write refs = ["owner/repo#1"], the threads where it is planned')
    for stakeholder in organisation.stakeholders:
        for person in filter(organisation.member, stakeholder.people):
            sentence = f"{person} speaks for {stakeholder.name} and is a member: on days of membership only that counts"
            fix = f"make sure that from and to of the membership are right, or remove {person} from people"
            yield warning(_FILE, sentence, fix)


def _check_sources(organisation: Organisation) -> Iterator[Finding]:
    """Ask each source, most trusted first, and report where none of them can see the organisation's own side."""
    if not organisation.sources:
        yield from errors("sources", "there is none", 'add [sources.git] with clones = ["clones/*"] to contribkit.toml')
    has_references = False
    for name in in_order([*organisation.sources]):
        subject = f"sources.{name}"
        try:
            source = loader(name)
            has_references = has_references or getattr(source, "has_references", lambda _: True)(organisation)
            if diagnose := getattr(source, "diagnose", None):
                yield from diagnose(organisation)
            else:
                source.check(organisation)
                yield ok(subject, "can be read")
        except ContribkitError as error:
            yield from errors(subject, error, f"run: {CLONE}" if name == "git" else "fix it there")
    if not has_references:
        first = "" if organisation.own else "write your GitHub organisations into own, and "
        fix = f"{first}clone those that plan your work: {CLONE}"
        sentence = "no own repository can be read, so that no evidence from the organisation's own side will be seen"
        yield warning("own side", sentence, fix)


def _check_labels(folder: Path) -> list[Finding]:
    try:
        labels, warnings = read_and_warn(folder)
    except ContribkitError as error:
        return errors("labels", error, "restore the file from git")
    torn = [warning("labels", sentence, "finish the line, or remove it") for sentence in warnings]
    return [*torn, ok("labels", f"{pluralise(len(labels.effective), 'contribution')} labelled")]


def check_writable(folder: Path) -> list[Finding]:
    """Report whether files can be written to a folder, or to where it would be made; nothing stays behind."""
    subject = f"{folder.name}/"
    place = next(path for path in (folder, *folder.parents) if path.exists())
    if not place.is_dir():
        return errors(subject, f"{place}: is a file where a folder should be", "move it away")
    try:
        tempfile.TemporaryFile(dir=place).close()  # without a name where the system has such: nobody ever sees it
    except OSError as error:
        sentence = f"{place}: cannot be written ({error.strerror})"
        return errors(subject, sentence, "give yourself permission to write there, or move everything elsewhere")
    return [ok(subject, "can be written")]


def _check_machine(needs_git: bool) -> list[Finding]:
    try:
        ZoneInfo("Europe/Berlin")
        zones = [ok("time zones", "known")]
    except ZoneInfoNotFoundError:  # some systems lack them
        zones = errors("time zones", "there is no data about them", f"run: {sys.executable} -m pip install tzdata")
    return [*check_versions(), *_check_git(needs_git), *check_kernel(), *zones]


def check_versions() -> Iterator[Finding]:
    """Compare Python and the installed packages with what contribkit's own metadata requires."""
    try:
        python, needed = metadata("contribkit")["Requires-Python"], requires("contribkit") or []
    except PackageNotFoundError:
        yield warning("contribkit", "is not installed, so that its requirements are not known", "pip install it")
        return
    yield from _fits("Python", SpecifierSet(python), ".".join(map(str, sys.version_info[:3])), "install that one")
    for requirement in map(Requirement, needed):
        if requirement.marker is None or requirement.marker.evaluate({"extra": ""}):
            fix = f'run: {sys.executable} -m pip install "{requirement.name}{requirement.specifier}"'
            try:
                found = _fits(requirement.name, requirement.specifier, version(requirement.name), fix)
            except PackageNotFoundError:
                found = errors(requirement.name, "is not installed", fix)
            yield from (finding for finding in found if finding.fix or requirement.name in _SHOWN)


def _fits(name: str, wanted: SpecifierSet, found: str, fix: str) -> list[Finding]:
    if wanted.contains(found, prereleases=True):
        return [ok(name, found)]
    return errors(name, f"is {found}, needed is {wanted}", fix)


def _check_git(needed: bool) -> list[Finding]:
    """Look for git; where no source reads clones, a missing one is only a warning."""
    try:
        answer = subprocess.run(["git", "--version"], capture_output=True, text=True, check=False).stdout
    except OSError:
        fix = "install it, to read clones"
        return errors("git", "is not installed", fix) if needed else [warning("git", "is not installed", fix)]
    found = re.search(r"\d+(\.\d+)+", answer)  # git version 2.39.5 (Apple Git-154), 2.50.1.windows.1
    fix = "install that one"
    return _fits("git", _GIT, found[0], fix) if found else errors("git", f"does not say that it is {_GIT}", fix)


def check_kernel() -> list[Finding]:
    """Look for the kernel in which reviews run, and whether it runs this Python."""
    from jupyter_client.kernelspec import KernelSpecManager, NoSuchKernel  # slow to import
    from traitlets import TraitError

    subject = f"kernel {_KERNEL}"
    install = f"run: {sys.executable} -m ipykernel install --sys-prefix --name {_KERNEL}"
    try:
        spec = KernelSpecManager().get_kernel_spec(_KERNEL)
    except (NoSuchKernel, OSError, ValueError, TypeError, TraitError) as error:
        return errors(subject, f"cannot be used ({error})", install)
    program = spec.argv[0] if spec.argv else ""
    if program in _THIS_PYTHON or Path(program) == Path(sys.executable):
        return [ok(subject, "runs this Python")]
    remove = f"remove it: jupyter kernelspec remove {_KERNEL}, then {install}"
    if shutil.which(program) is None:
        return errors(subject, f"{spec.resource_dir} names a program that is not there ({program})", remove)
    return [warning(subject, f"{spec.resource_dir} runs another Python ({program}), which may lack contribkit", remove)]
