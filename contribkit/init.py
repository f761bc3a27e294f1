"""The folder with which a team starts: a commented contribkit.toml, and what lies beside it."""

import re
import tempfile
from contextlib import suppress
from pathlib import Path

from contribkit.errors import ContribkitError

TEMPLATES = Path(__file__).parent / "starter_files"
PLACEHOLDER = "CHANGE-ME"
"""Stands in contribkit.toml wherever a team has to write its own words."""

# A repository without a commit is as empty as a folder can be for somebody who starts from GitHub.
_HARMLESS = {".git"}


def start(folder: Path) -> list[Path]:
    """Fill an empty folder with everything that a team needs to start; whole, or not at all.

    Parameters
    ----------
    folder
        Where to; it is made where it is missing.

    Returns
    -------
    list of Path
        The files, in order.

    Raises
    ------
    ContribkitError
        For a folder that holds anything, or that cannot be written.

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
    """Return the templates by the name that each gets.

    A template called .gitignore would be obeyed where contribkit itself is developed: so a dot is written out.
    """
    paths = sorted(path for path in TEMPLATES.rglob("*") if path.is_file())
    return {re.sub("^dot-", ".", path.relative_to(TEMPLATES).as_posix()): path for path in paths}


def _check_free(folder: Path) -> None:
    if folder.exists() and not folder.is_dir():
        raise ContribkitError(f"{folder}: is a file; name a folder that is empty or not there yet")
    found = sorted(path.name for path in folder.iterdir()) if folder.exists() else []
    if in_the_way := [name for name in found if name not in _HARMLESS]:
        raise ContribkitError(
            f"{folder}: is not empty (it holds {in_the_way[0]}); name a folder that is empty or not there yet"
        )


def _remove(folders: list[Path]) -> None:
    """Remove empty folders, the innermost first, as far as they were made."""
    for folder in folders:
        with suppress(OSError):
            folder.rmdir()


def _fill(folder: Path) -> None:
    """Write everything beside its place, then put it there; where that fails, take back what was put.

    The folder itself is not replaced: a shell may stand in it.
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
