"""Folders that appear whole or not at all."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from contribkit.errors import ContribkitError


@contextmanager
def beside(folder: Path) -> Iterator[Path]:
    """Yield a new folder beside another, so that a rename puts it in its place and relative paths stay true."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    temporary = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
    temporary.chmod(0o755)
    try:
        yield temporary
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def replace(new: Path, place: Path) -> None:
    """Put a folder in the place of another; where that fails, the old one is back."""
    old = place.with_name(f".{place.name}.old")
    shutil.rmtree(old, ignore_errors=True)
    if place.exists():
        place.rename(old)
    try:
        new.rename(place)
    except OSError:
        if old.exists():
            old.rename(place)
        raise
    shutil.rmtree(old, ignore_errors=True)


def check_writable(folder: Path) -> None:
    """Raise `ContribkitError` for a folder that cannot be made or written."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=folder).close()
    except OSError as error:
        raise ContribkitError(
            f"{folder}: cannot be written ({error.strerror}); choose another with --output"
        ) from error
