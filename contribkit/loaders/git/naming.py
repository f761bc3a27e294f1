"""Which repository of GitHub a clone is."""

import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from contribkit.errors import ContribkitError
from contribkit.ids import OWNER, REPOSITORY
from contribkit.loaders.git.repository import Repository

if TYPE_CHECKING:
    from contribkit.config.organisation import Organisation

GITHUB_HOSTS = ("github.com", "www.github.com", "ssh.github.com")


def name_of(repository: Repository, organisation: "Organisation") -> str:
    """Return which repository a clone is: of its remotes the one that is looked at, else the first.

    Where no remote is on a host at all, a folder named OWNER+NAME tells it.

    Raises
    ------
    ContribkitError
        Where nothing tells it.
    """
    hosts = _hosts(organisation)
    names = [remote.name for remote in repository.remotes if remote.host in hosts]
    for name in names:
        if organisation.is_own(name) or organisation.upstream_of(name):
            return name
    folder = repository.path.name.removesuffix(".git")
    if not repository.remotes and re.fullmatch(rf"{OWNER}\+{REPOSITORY}", folder):
        return folder.replace("+", "/", 1)
    if not names:
        raise ContribkitError(
            f"{repository.path}: nothing tells which repository this is; name the folder OWNER+NAME, "
            "or set its remote: git remote add origin https://github.com/OWNER/NAME"
        )
    return names[0]


def elsewhere(repository: Repository, organisation: "Organisation") -> str | None:
    """Return a sentence about a clone whose remotes are all on other hosts than GitHub's, else None."""
    hosts = _hosts(organisation)
    if not repository.remotes or any(remote.host in hosts for remote in repository.remotes):
        return None
    host, name = repository.remotes[0]
    return (
        f"{repository.path.name}: {name} is on {host}, not on GitHub: not looked at; of a mirror, "
        f"write GitHub's address: git remote set-url origin https://github.com/{name}"
    )


def _hosts(organisation: "Organisation") -> set[str]:
    """Return the hosts of GitHub: its own, and that of the API which contribkit.toml names."""
    api = urlsplit(str(organisation.sources.get("github", {}).get("api_url", ""))).hostname or ""
    return {*GITHUB_HOSTS, api.removeprefix("api.")}
