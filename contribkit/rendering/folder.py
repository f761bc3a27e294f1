"""Folders that appear whole or not at all, and never take the place of what contribkit did not write."""

import os
import secrets
import shutil
import socket
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from contribkit.errors import ContribkitError

WRITTEN = frozenset({
    "review.html", "review.ipynb", "plan.html", "plan.ipynb", "print.html", "relabel.ipynb", "contributions.csv",
    "contributions.parquet", "reasons.parquet", "summary.json", "proposal.csv",
})  # fmt: skip
"""Names of files that contribkit writes into a folder; whatever else is there, people put there."""


@contextmanager
def beside(folder: Path) -> Iterator[Path]:
    """Yield a new folder beside another, where relative paths stay true; first, put in order what killed runs left."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    if (old := _old(folder)).exists():
        _move_own(old, folder) if folder.exists() else old.rename(folder)
    mine = f".{folder.name}.{socket.gethostname()}"
    for left in folder.parent.glob(f"{mine}-*.????????"):
        if not _is_running(left.name.rpartition(".")[0].rpartition("-")[2]):
            shutil.rmtree(left, ignore_errors=True)
    temporary = folder.with_name(f"{mine}-{os.getpid()}.{secrets.token_hex(4)}")
    temporary.mkdir()
    try:
        yield temporary
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def _is_running(process: str) -> bool:
    try:
        os.kill(int(process), 0)
    except (ValueError, OSError) as error:
        return not isinstance(error, ProcessLookupError)
    return True


def replace(new: Path, place: Path) -> None:
    """Put a folder in the place of another, with the files that people put there; where that fails, the old is back."""
    old = _old(place)
    shutil.rmtree(old, ignore_errors=True)
    with ExitStack() as back:
        if place.exists():
            place.rename(old)
            back.callback(old.rename, place)
        new.rename(place)
        back.callback(place.rename, new)
        if old.exists():
            back.callback(_move_own, place, old)
            _move_own(old, place)
        back.pop_all()
    shutil.rmtree(old, ignore_errors=True)


def _move_own(source: Path, target: Path) -> None:
    """Move what people put into a folder to another; at each moment of it, one of the two holds each file."""
    for path in list(source.iterdir()):
        if path.name not in WRITTEN and not (target / path.name).exists():
            path.rename(target / path.name)


def _old(place: Path) -> Path:
    return place.with_name(f".{place.name}.old")


def check_place(folder: Path, stem: str) -> None:
    """Raise `ContribkitError` where a ``review`` or ``plan`` would replace something else, or cannot be written."""
    other = "plan" if stem == "review" else "review"
    names = sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []
    if folder.is_symlink() and not folder.exists():
        raise ContribkitError(f"{folder}: is a link to a folder that is not there; remove it")
    if folder.exists() and not folder.is_dir():
        raise ContribkitError(f"{folder}: is no folder; remove it, or choose another place with --output")
    if f"{other}.ipynb" in names:
        raise ContribkitError(f"{folder} holds a {other}; choose another folder for the {stem} with --output")
    if names and f"{stem}.ipynb" not in names:
        held = f"{folder}: holds no {stem} but other files, such as {names[0]}"
        raise ContribkitError(f"{held}; choose another place with --output")
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=folder.parent).close()
    except OSError as error:
        place = f"{folder.parent}: cannot be written ({error.strerror})"
        raise ContribkitError(f"{place}; choose another with --output") from error
