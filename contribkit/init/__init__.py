"""`contribkit init`: the folder that a team starts with, with a commented contribkit.toml."""

import re
import tempfile
from contextlib import ExitStack, suppress
from pathlib import Path

from contribkit.errors import ContribkitError

TEMPLATES = Path(__file__).parents[1] / "starter_files"
STARTER_CONFIG = TEMPLATES / "contribkit.toml"


def start(folder: Path) -> list[Path]:
    """Fill an empty or new folder with all that a team needs to start, everything or nothing; return the files."""
    try:
        if folder.exists() and not folder.is_dir():
            raise ContribkitError(f"{folder}: is a file; name an empty or a new folder")
        # A repository without a commit counts as empty: people may have made it on GitHub first.
        if found := sorted({path.name for path in folder.iterdir()} - {".git"}) if folder.exists() else []:
            raise ContribkitError(f"{folder}: is not empty (it holds {found[0]}); name an empty or a new folder")
        missing = [path for path in (folder, *folder.parents) if not path.exists()]
        try:
            folder.mkdir(parents=True, exist_ok=True)
            return _fill(folder)
        except BaseException:
            for path in missing:  # innermost first, where they are empty
                with suppress(OSError):
                    path.rmdir()
            raise
    except OSError as error:
        raise ContribkitError(f"{folder}: cannot be written ({error.strerror}); name another folder") from error


def _fill(folder: Path) -> list[Path]:
    """Move everything in from a temporary folder, or back: the folder may be a shell's, so it is not replaced."""

    def put_back(path: Path) -> None:
        if not path.exists():
            (folder / path.name).rename(path)

    with tempfile.TemporaryDirectory(prefix=".contribkit.", dir=folder) as name, ExitStack() as moves:
        for template in filter(Path.is_file, TEMPLATES.rglob("*")):
            # A leading dot is spelled out there, since git would obey it.
            path = Path(name, re.sub("^dot-", ".", template.relative_to(TEMPLATES).as_posix()))
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(template.read_bytes())
        made = [folder / path.relative_to(name) for path in Path(name).rglob("*") if path.is_file()]
        for path in sorted(Path(name).iterdir()):
            moves.callback(put_back, path)
            path.rename(folder / path.name)
        moves.pop_all()
    return sorted(made)
