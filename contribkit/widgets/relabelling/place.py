"""Where a session's labels go: whether this machine keeps them, and which repository they belong to."""

import os
from pathlib import Path

from contribkit.errors import ContribkitError
from contribkit.loaders.git.repository import GITHUB_HOSTS, Repository

_BINDER = ("BINDER_SERVICE_HOST", "BINDER_LAUNCH_HOST")


def is_temporary() -> bool:
    """Say whether this machine is thrown away after the session, as on Binder."""
    return any(os.environ.get(name) for name in _BINDER)


def repository_of_folder(folder: Path) -> tuple[str | None, str]:
    """Return the repository on GitHub that a folder is in, and its path there.

    Returns
    -------
    tuple
        ``owner/repo``, or None where the folder is in no clone of a repository there; and the path with slashes, of
        which the last part alone is known where there is no clone.
    """
    place = folder.absolute()
    root = next((parent for parent in (place, *place.parents) if (parent / ".git").exists()), None)
    if root is None:
        return None, place.name
    path = place.relative_to(root).as_posix()
    try:
        remotes = Repository(root).remotes
    except ContribkitError:  # no git here
        remotes = []
    # A proposal is made there, by whoever may: upstream's own, where the clone is a fork's.
    return next((remote.name for remote in remotes if remote.host in GITHUB_HOSTS), None), path
