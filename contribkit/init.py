"""`contribkit init`: the folder that a team starts with, with a commented contribkit.toml."""

import re
import tempfile
from contextlib import suppress
from pathlib import Path

from contribkit.errors import ContribkitError

TEMPLATES = Path(__file__).parent / "starter_files"
PLACEHOLDER = "CHANGE-ME"
"""Marks in contribkit.toml what a team has to fill in."""

# A repository without a commit counts as empty: people may have made it on GitHub first.
_HARMLESS = {".git"}


def start(folder: Path) -> list[Path]:
    """Fill an empty folder with everything that a team needs to start: all of it, or nothing.

    Parameters
    ----------
    folder
        It is made where it is missing.

    Returns
    -------
    list of Path
        The files, in order.

    Raises
    ------
    ContribkitError
        For a folder that is not empty, or that cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp()) / "team"
    >>> [path.name for path in start(folder) if path.parent == folder]
    ['.gitattributes', '.gitignore', 'README.md', 'contribkit.toml']
    """
    try:
        _check_free(folder)
        missing = [path for path in (folder, *folder.parents) if not path.exists()]
        try:
            folder.mkdir(parents=True, exist_ok=True)
            _fill(folder)
        except BaseException:
            _remove(missing)
            raise
    except OSError as error:
        raise ContribkitError(f"{folder}: cannot be written ({error.strerror}); name another folder") from error
    return sorted(folder / name for name in _files())


def _files() -> dict[str, Path]:
    """Return the templates by the name that each gets; a leading dot is spelled out, since git would obey it here."""
    paths = sorted(path for path in TEMPLATES.rglob("*") if path.is_file())
    return {re.sub("^dot-", ".", path.relative_to(TEMPLATES).as_posix()): path for path in paths}


def _check_free(folder: Path) -> None:
    if folder.exists() and not folder.is_dir():
        raise ContribkitError(f"{folder}: is a file; name an empty or a new folder")
    found = sorted(path.name for path in folder.iterdir()) if folder.exists() else []
    if in_the_way := [name for name in found if name not in _HARMLESS]:
        raise ContribkitError(f"{folder}: is not empty (it holds {in_the_way[0]}); name an empty or a new folder")


def _remove(folders: list[Path]) -> None:
    """Remove the folders that were made, innermost first, where they are empty."""
    for folder in folders:
        with suppress(OSError):
            folder.rmdir()


def _fill(folder: Path) -> None:
    """Write everything to a temporary folder, then move it; where that fails, move it back.

    The folder itself is not replaced: it may be a shell's current folder.
    """
    put: list[Path] = []
    with tempfile.TemporaryDirectory(prefix=".contribkit.", dir=folder) as name:
        for place, template in _files().items():
            path = Path(name, place)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(template.read_bytes())
        try:
            for path in sorted(Path(name).iterdir()):
                put.append(folder / path.name)
                path.rename(put[-1])
        except BaseException:
            for path in put:
                _put_back(path, Path(name) / path.name)
            raise


def _put_back(path: Path, place: Path) -> None:
    if path.exists() and not place.exists():
        path.rename(place)
