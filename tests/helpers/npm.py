"""Files of npm packages, each of a pinned version, fetched once and kept beside pytest's cache."""

import shutil
import subprocess
import tarfile
import tempfile
from pathlib import Path

CACHE = Path(__file__).parents[2] / ".pytest_cache" / "d" / "npm"


class NotFetchedError(Exception):
    """A package is not here: what fetches it is missing, or could not reach its registry."""


def read(package: str, version: str, member: str, cache: Path = CACHE) -> bytes:
    """Return one file of a package.

    Parameters
    ----------
    package, version
        Such as ``axe-core`` and ``4.14.1``.
    member
        The path of the file in the package.
    cache
        The folder that keeps packages.

    Raises
    ------
    NotFetchedError
        Where the package is not kept and cannot be fetched.
    """
    archive = cache / f"{package.removeprefix('@').replace('/', '-')}-{version}.tgz"
    if not archive.exists():
        _fetch(package, version, archive)
    with tarfile.open(archive) as opened:
        found = opened.extractfile(f"package/{member}")
        assert found, f"{member} is no file of {package}"
        return found.read()


def _fetch(package: str, version: str, archive: Path) -> None:
    npm = shutil.which("npm")
    if npm is None:
        raise NotFetchedError(f"no npm: install Debian's npm to fetch {package}")
    archive.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=archive.parent) as folder:
        command = [npm, "pack", f"{package}@{version}", "--silent", "--pack-destination", folder]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise NotFetchedError(f"npm could not fetch {package} {version}: {done.stderr.strip()[-300:]}")
        # Two runs may fetch it at once: each moves a whole file to its place.
        (Path(folder) / archive.name).replace(archive)
