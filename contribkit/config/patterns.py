"""Patterns of names, in which ``*[bot]`` means just that, and of files; and signs for which texts are searched."""

import re
from collections.abc import Iterable, Iterator, Mapping
from fnmatch import fnmatchcase
from functools import lru_cache
from pathlib import Path

import re2

from contribkit.errors import ContribkitError

_WILDCARDS = re.compile(r"[*?[]")
_MEMORY = 64 << 20  # bytes at the most for the states of a search, of which a long list of names makes many
_NONE: frozenset[str] = frozenset()


@lru_cache(maxsize=64)
def compile_patterns(patterns: tuple[str, ...]) -> re.Pattern[str]:
    """Return one expression for several patterns, in any case."""
    escaped = (re.escape(re.sub(r"\*+", "*", pattern)) for pattern in patterns)  # "**" would backtrack on long texts
    parts = (pattern.replace(r"\*", ".*").replace(r"\?", ".") for pattern in escaped)
    return re.compile("|".join(parts) or r"(?!)", re.IGNORECASE | re.DOTALL)


def matches(patterns: list[str], text: str) -> bool:
    """Return whether a text as a whole fits one of the patterns."""
    return bool(compile_patterns(tuple(patterns)).fullmatch(text))


class Signs:
    """Expressions for which a text is searched in one pass, by RE2: most texts have none, and need no closer look.

    Its classes such as ``\\w`` are those of ASCII.

    >>> Signs({"client": "(?i)client|customer", "hub": any_of(["our hub"])}).found_in("For a Customer")
    frozenset({'client'})
    """

    def __init__(self, expressions: Mapping[str, str]) -> None:
        options = re2.Options()
        options.max_mem = _MEMORY
        self._names, self._set = [*expressions], re2.Set.SearchSet(options)
        for expression in expressions.values():
            self._set.Add(expression)
        self._set.Compile()

    def found_in(self, text: str) -> frozenset[str]:
        """Return the names of the expressions that match somewhere in a text."""
        found = self._set.Match(text.encode("utf-8", "replace"))
        return frozenset([self._names[number] for number in found]) if found else _NONE


def any_of(words: Iterable[str]) -> str:
    """Return an expression for any of some words, as they are written."""
    return "|".join(map(re.escape, words)) or r"[^\x00-\x{10FFFF}]"


def find_paths(root: Path, pattern: str) -> list[Path]:
    """Return what a pattern such as ``data/**/*.db`` matches, sorted; a folder that cannot be read is an error."""
    if "\0" in pattern:
        raise ContribkitError("contribkit.toml: a path holds a null character; remove it")
    try:
        path = Path(pattern).expanduser()
        if not _WILDCARDS.search(pattern):
            return [root / path]
        start, parts = (Path(path.anchor), path.parts[1:]) if path.is_absolute() else (root, path.parts)
        return sorted(set(_walk(start, parts)))
    except RuntimeError as error:
        raise ContribkitError(f'contribkit.toml: "{pattern}" names an unknown user; write the whole path') from error
    except OSError as error:
        fix = "allow it, or leave the folder out of the pattern"
        raise ContribkitError(f"{error.filename}: cannot be read ({error.strerror}); {fix}") from error


def _walk(folder: Path, parts: tuple[str, ...]) -> Iterator[Path]:
    if not parts:
        yield folder
        return
    part, rest = parts[0], parts[1:]
    children = folder.iterdir() if _WILDCARDS.search(part) and folder.is_dir() else ()
    if part == "**":
        yield from _walk(folder, rest)
        found, rest = [child for child in children if child.is_dir() and not child.is_symlink()], parts
    elif _WILDCARDS.search(part):
        found = [child for child in children if fnmatchcase(child.name, part) and (not rest or child.is_dir())]
    else:
        found = [folder / part] if (folder / part).exists() else []
    for child in found:
        yield from _walk(child, rest)
