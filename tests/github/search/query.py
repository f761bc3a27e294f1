"""Reads a search query as people write it: words, qualifiers, and in the advanced search AND, OR, NOT and brackets."""

import re
from dataclasses import dataclass

OPERATORS = ("AND", "OR", "NOT")
MOST_OPERATORS = 5
LONGEST = 256  # characters of free text: qualifiers and operators do not count
_PLACES = ("repo", "org", "user")


class RefusedError(ValueError):
    """GitHub refuses the query."""


@dataclass(frozen=True)
class Term:
    """One word; ``name`` is empty for free text."""

    name: str
    value: str


@dataclass(frozen=True)
class Group:
    """Parts of which all must hold, any one, or, for ``NOT``, none."""

    operator: str
    parts: "tuple[Term | Group, ...]"


Part = Term | Group


@dataclass(frozen=True)
class Query:
    """What is looked for, and in what order."""

    wanted: Group
    order: str

    @property
    def terms(self) -> list[Term]:
        """Every term, wherever it stands."""
        return _terms(self.wanted)


def _terms(part: Part) -> list[Term]:
    return [part] if isinstance(part, Term) else [term for one in part.parts for term in _terms(one)]


def read(text: str, advanced: bool, most_qualifiers: float = float("inf")) -> Query:
    """Return a query.

    Parameters
    ----------
    text
        As people write it into GitHub's search box.
    advanced
        Whether AND, OR, NOT and brackets are understood. Several places are then AND-ed like everything else, and OR-ed
        where it is not.
    most_qualifiers
        A query with more of them is refused.

    Raises
    ------
    RefusedError
        For too long a text, too many operators or qualifiers, or brackets that do not match.

    Examples
    --------
    >>> read("repo:a/b repo:a/c is:pr", advanced=False).wanted.parts[-1].operator
    'OR'
    >>> read("is:pr (repo:a/b OR repo:a/c)", advanced=True).wanted.parts[1].operator
    'OR'
    """
    words = re.findall(r'[()]|(?:[^\s"()]|"[^"]*")+', text) if advanced else re.findall(r'(?:[^\s"]|"[^"]*")+', text)
    if sum(word in OPERATORS for word in words) > MOST_OPERATORS:
        raise RefusedError(f"The search has more than {MOST_OPERATORS} AND, OR or NOT operators.")
    if sum(":" in word for word in words) > most_qualifiers:
        raise RefusedError("The search has too many qualifiers.")
    order = next((word.partition(":")[2] for word in words if word.startswith("sort:")), "created-desc")
    words = [word for word in words if not word.startswith("sort:")]
    query = Query(_Reader(words).everything() if advanced else _plain(words), order)
    if sum(len(term.value) for term in query.terms if not term.name) > LONGEST:
        raise RefusedError(f"The search is longer than {LONGEST} characters.")
    return query


def _plain(words: list[str]) -> Group:
    """Return words of which all must hold, and any one of the places."""
    parts = [_part(word) for word in words]
    places = tuple(part for part in parts if isinstance(part, Term) and part.name in _PLACES)
    others = tuple(part for part in parts if part not in places)
    return Group("AND", (*others, Group("OR", places)) if places else others)


def _part(word: str) -> Part:
    name, _, value = word.replace('"', "").partition(":")
    if not re.match(r"-?[a-z-]+:", word):
        return Term("", word.replace('"', ""))
    term = Term(name.removeprefix("-"), value)
    return Group("NOT", (term,)) if name.startswith("-") else term


class _Reader:
    """Reads the words of the advanced search; AND binds closer than OR, and stands where nothing is written."""

    def __init__(self, words: list[str]) -> None:
        self.words = words[::-1]

    def everything(self) -> Group:
        group = self._any()
        if self.words:
            raise RefusedError("The brackets of the search do not match.")
        return group if group.operator == "AND" else Group("AND", (group,))

    def _any(self) -> Group:
        parts = [self._all()]
        while self._takes("OR"):
            parts.append(self._all())
        return parts[0] if len(parts) == 1 else Group("OR", tuple(parts))

    def _all(self) -> Group:
        parts: list[Part] = []
        while self.words and self.words[-1] not in ("OR", ")"):
            if not self._takes("AND"):
                parts.append(self._one())
        return Group("AND", tuple(parts))

    def _one(self) -> Part:
        if self._takes("NOT"):
            return Group("NOT", (self._one(),))
        if self._takes("("):
            group = self._any()
            if not self._takes(")"):
                raise RefusedError("The brackets of the search do not match.")
            return group
        if not self.words:
            raise RefusedError("The search ends with an operator.")
        return _part(self.words.pop())

    def _takes(self, word: str) -> bool:
        if self.words and self.words[-1] == word:
            self.words.pop()
            return True
        return False
