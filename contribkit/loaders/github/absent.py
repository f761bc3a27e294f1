"""Names in contribkit.toml of which GitHub tells nothing or a part, with the line on which they stand."""

from contribkit.ids import casefold_id
from contribkit.loaders.github.loading import Loading


def absent(loading: Loading, name: str, word: str, fix: str) -> str:
    """Return that GitHub knows no such account or repository, with the line that names it."""
    return f"{_place(loading, name, word)}: GitHub knows no {name}, or the token may not see it; {fix}"


def unseen(loading: Loading, name: str) -> str:
    """Return that a place of plans may not be seen: by its line, since a private name is in no published review."""
    return f"{_place(loading, name, 'refs')}: what is named here cannot be seen; is the name right, and may the token?"


def only_latest(loading: Loading, name: str, count: int) -> str:
    """Return that a repository of plans is read in part."""
    read = f"issues and pull requests touched last are read, at most {count} of each"
    return f"{_place(loading, name, 'refs')}: of the repository named here the {read}"


def _place(loading: Loading, name: str, word: str) -> str:
    path = loading.organisation.path
    return f"{path}:{_line(path.read_text(encoding='utf-8-sig'), name, word)}"


def _line(text: str, name: str, word: str) -> int:
    """Return the line of contribkit.toml on which a key has a value."""
    lines = text.split("\n")
    found = [number for number, line in enumerate(lines, 1) if f'"{casefold_id(name)}"' in casefold_id(line)]
    with_key = [number for number in found if word in lines[number - 1]]
    return (with_key or found or [1])[0]
