"""The Binder badge: ``python -m tests.helpers.badge`` prints it, with the repository that pyproject.toml names."""

from importlib import metadata
from urllib.parse import quote, urlsplit

from contribkit.errors import ContribkitError

START = "notebooks/start.ipynb"
"""The notebook that the badge opens."""

_BINDER = "https://mybinder.org"
_FIX = 'write Repository = "https://…" under [project.urls] of pyproject.toml, and install contribkit again'


def repository() -> str:
    """Return the address of the repository, as pyproject.toml has it; no network is asked.

    Raises
    ------
    ContribkitError
        Where the installed contribkit knows none.
    """
    for line in metadata.metadata("contribkit").get_all("Project-URL") or []:
        name, _, address = line.partition(",")
        if name.strip() == "Repository":
            return str(address.strip().rstrip("/"))
    raise ContribkitError(f"contribkit does not know its repository: {_FIX}")


def binder_url(address: str, notebook: str = START) -> str:
    """Return the address at which Binder opens a notebook of a repository in JupyterLab.

    Parameters
    ----------
    address
        The repository: on GitHub, or any other that git can clone.
    notebook
        The notebook's path in it.

    Examples
    --------
    >>> binder_url("https://github.com/example-org/tool", "notebooks/two words.ipynb")
    'https://mybinder.org/v2/gh/example-org/tool/HEAD?urlpath=lab/tree/notebooks/two%20words.ipynb'
    >>> binder_url("https://git.example.org/tool", "a.ipynb")
    'https://mybinder.org/v2/git/https%3A%2F%2Fgit.example.org%2Ftool/HEAD?urlpath=lab/tree/a.ipynb'
    """
    return f"{_BINDER}/v2/{_provider(address)}/HEAD?urlpath={quote(f'lab/tree/{notebook}')}"


def _provider(address: str) -> str:
    """Return how Binder names a repository: GitHub's by owner and name, others by their whole address."""
    parts = urlsplit(address)
    path = parts.path.strip("/").removesuffix(".git")
    if parts.hostname == "github.com":
        if path.count("/") != 1:
            raise ContribkitError(f"{address}: is no repository on GitHub; {_FIX}")
        return f"gh/{quote(path)}"
    return f"git/{quote(address, safe='')}"


def badge() -> str:
    """Return the Markdown of the badge that opens the sample on Binder."""
    return f"[![Try it on Binder]({_BINDER}/badge_logo.svg)]({binder_url(repository())})"


if __name__ == "__main__":
    print(badge())
