"""Making and refreshing the mirrors that contribkit.toml names: the only code that lets git use the network."""

import os
import subprocess
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

from contribkit.config.organisation import Organisation
from contribkit.config.patterns import find_paths, matches
from contribkit.errors import ContribkitError
from contribkit.ids import casefold_id, repository_of
from contribkit.loaders.git.repository import Repository

# What `git clone --bare` and `--mirror` write, by which nothing can run; a clone with more is its owner's to fetch.
_WRITTEN = {
    *(f"core.{key}" for key in ("repositoryformatversion", "filemode", "bare", "ignorecase", "precomposeunicode")),
    *(f"remote.origin.{key}" for key in ("url", "fetch", "mirror", "promisor", "partialclonefilter")),
    "core.symlinks", "extensions.partialclone",
}  # fmt: skip
_REFS = ("+refs/heads/*:refs/heads/*", "+refs/tags/*:refs/tags/*")  # and not those of pull requests, which are many


def named_repositories(organisation: Organisation) -> list[str]:
    """Return the repositories, not patterns or whole organisations, that contribkit.toml names as places to read."""
    names = [
        *(repo for upstream in organisation.upstream for repo in upstream.repos),
        *(repository_of(ref) for initiative in organisation.initiatives for ref in initiative.refs),
        *(repository_of(ref) for goal in organisation.goals for ref in goal.refs),
        *(repo for one in organisation.stakeholders for repo in (*one.repos, *one.trackers)),
        *organisation.signals.stakeholder_trackers,
    ]
    return [*{casefold_id(name): name for name in names if name and name == repository_of(name)}.values()]


def mirrored_repositories(organisation: Organisation) -> list[str]:
    """Return the repositories whose mirrors are there, by the names of their folders."""
    folder = mirror_folder(organisation)
    names = [path.name.replace("+", "/", 1) for path in sorted(folder.iterdir())] if folder.is_dir() else []
    return [name for name in names if name == repository_of(name)]


def mirror_folder(organisation: Organisation) -> Path:
    """Return the folder that holds the clones: that of the first pattern of ``[sources.git]`` which ends in ``/*``."""
    patterns = organisation.sources.get("git", {}).get("clones", [])
    folder = next((pattern[:-2] for pattern in patterns if isinstance(pattern, str) and pattern.endswith("/*")), None)
    if not folder or set(folder) & set("*?["):
        raise ContribkitError('contribkit.toml: [sources.git] names no folder of clones; write clones = ["clones/*"]')
    return find_paths(organisation.root, folder)[0]


def mirror(organisation: Organisation, repo: str) -> Path:
    """Make the mirror of a repository, or refresh it; of upstream projects without contents, but for meeting notes."""
    api = urlsplit(str(organisation.sources.get("github", {}).get("api_url", ""))).hostname or "api.github.com"
    if repo != repository_of(repo):
        raise ContribkitError(f'"{repo}" is not OWNER/NAME, such as jupyterhub/oauthenticator')
    url, place = f"https://{api.removeprefix('api.')}/{repo}", mirror_folder(organisation) / repo.replace("/", "+")
    if place.exists():
        if other := _own_settings(place, url):
            fix = f"fetch it yourself: git -C {place} fetch"
            raise ContribkitError(f"{place}: has settings that contribkit does not write ({other}); {fix}")
        _run("-C", str(place), "fetch", "--quiet", "--prune", "origin", *_REFS)
    else:
        patterns = organisation.sources.get("meetings", {}).get("clones", [])
        notes = [str(organisation.root / pattern) for pattern in patterns if isinstance(pattern, str)]
        is_read = organisation.is_own_side(repo) or matches(notes, str(place))
        filtered = [] if is_read else ["--filter=blob:none"]
        _run("clone", "--quiet", "--bare", *filtered, url, str(place))
    with suppress(ContribkitError):  # the one file of an upstream project whose contents are read, where it has one
        _run("-C", str(place), "cat-file", "-e", "HEAD:.mailmap")
    return place


def _own_settings(place: Path, url: str) -> str:
    """Return the first setting of a clone that contribkit would not have written, empty where there is none."""
    lines = Repository(place).git("config", "--local", "--null", "--list").decode(errors="replace").split("\0")
    settings = dict(line.partition("\n")[::2] for line in lines if line)
    if (address := settings.get("remote.origin.url", "none")).removesuffix(".git") != url:
        return f"remote.origin.url is {address}"
    return next((name for name in settings if name not in _WRITTEN), "")


def _run(*arguments: str) -> None:
    environment = {name: value for name, value in os.environ.items() if name not in ("GIT_DIR", "GIT_WORK_TREE")}
    command = ["git", "-c", "core.hooksPath=/dev/null", "-c", "protocol.ext.allow=never", *arguments]
    answer = subprocess.run(command, stderr=subprocess.PIPE, env=environment, check=False)
    if answer.returncode:
        reason = " ".join(answer.stderr.decode(errors="replace").split()) or f"exit code {answer.returncode}"
        raise ContribkitError(f"git {arguments[0]} {arguments[-1]}: {reason}")
