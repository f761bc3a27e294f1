"""GitHub's search for pull requests, issues and discussions: qualifiers, sorting, and no more than 1,000 results.

``involves:`` finds authors, assignees, commenters and who is mentioned; it does not find who reviewed, labelled, closed
or merged. ``updated:`` compares with the time of the last touch, whenever that was.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property

from tests.github.involvement import roles
from tests.github.model import Discussion, Thread
from tests.github.workload import Workload

LIMIT = 1000
_LONGEST = 256  # characters of free text
_ROLES = ("involves", "reviewed-by", "author", "commenter", "mentions", "assignee")
_TIMES = {"updated": "updated_at", "created": "created_at", "closed": "closed_at", "merged": "merged_at"}
_PLACES = ("repo", "org", "user")

Item = Thread | Discussion
Test = Callable[[Item], bool]


class UnknownQualifierError(ValueError):
    """A qualifier that this emulator does not know, so that nobody rests on a guess."""


@dataclass(frozen=True)
class Found:
    """All hits in order; `shown` are those that pages reach."""

    hits: list[Item]

    @property
    def shown(self) -> list[Item]:
        return self.hits[:LIMIT]


class Search:
    """A search index over a workload, as it is now."""

    def __init__(self, workload: Workload) -> None:
        self.workload = workload

    @cached_property
    def _roles(self) -> dict[int, dict[str, set[str]]]:
        return {id(one): roles(one) for one in (*self.workload.threads, *self.workload.discussions)}

    @cached_property
    def _by_role(self) -> dict[tuple[str, str], list[Item]]:
        """Every item by role and login: a person's search need not look at everybody's threads."""
        index: dict[tuple[str, str], list[Item]] = {}
        for item in (*self.workload.threads, *self.workload.discussions):
            for role, logins in self._roles[id(item)].items():
                for login in logins:
                    index.setdefault((role, login), []).append(item)
        return index

    def find(self, query: str, discussions: bool, sees: Callable[[Item], bool]) -> Found:
        """Return what a query finds.

        Parameters
        ----------
        query
            As people write it into GitHub's search box.
        discussions
            Whether discussions are looked for, else pull requests and issues.
        sees
            Says of an item whether who asks may see it.

        Raises
        ------
        ValueError
            For a qualifier that is not known here, or text that is too long.
        """
        tests: list[Test] = [sees]
        places: list[str] = []
        text: list[str] = []
        items: list[Item] = list(self.workload.discussions if discussions else self.workload.threads)
        order = "created-desc"
        for word in re.findall(r'(?:[^\s"]|"[^"]*")+', query):
            name, colon, value = word.replace('"', "").partition(":")
            if not colon:
                text.append(name.lower())
            elif name in _PLACES:
                places.append(f"{name}:{value.lower()}")
            elif name == "sort":
                order = value
            elif name.startswith("-"):
                tests.append(_no(self._test(name[1:], value)))
            else:
                tests.append(self._test(name, value))
                items = self._narrowed(items, name, value.lower(), discussions)
        if sum(map(len, text)) > _LONGEST:
            raise ValueError(f"The search is longer than {_LONGEST} characters.")
        if places:
            tests.append(lambda item: _lies_in(item, places))
        if text:
            tests.append(lambda item: all(part in f"{item.title} {item.body}".lower() for part in text))
        return Found(_sorted([item for item in items if all(test(item) for test in tests)], order))

    def _narrowed(self, items: list[Item], role: str, login: str, discussions: bool) -> list[Item]:
        """Return the fewer of these items and those that the index knows for a role."""
        if role not in _ROLES:
            return items
        known = [one for one in self._by_role.get((role, login), []) if isinstance(one, Discussion) is discussions]
        return known if len(known) < len(items) else items

    def _test(self, name: str, value: str) -> Test:
        if name in _TIMES:
            return _time_test(_TIMES[name], value)
        if name in _ROLES:
            return lambda item: value.lower() in self._roles[id(item)][name]
        if name in ("is", "type", "state"):
            return _kind_test(value.lower())
        if name == "label":
            return lambda item: value.lower() in [label.lower() for label in getattr(item, "labels", [])]
        if name == "no" and value in ("label", "assignee"):
            return lambda item: not getattr(item, f"{value}s", [])
        if name == "archived" or (name == "in" and value in ("title", "body")):
            return lambda item: True
        raise UnknownQualifierError(f'the emulator does not know the qualifier "{name}:"')


def _no(test: Test) -> Test:
    return lambda item: not test(item)


def _kind_test(value: str) -> Test:
    if value in ("pr", "pull-request"):
        return lambda item: isinstance(item, Thread) and item.is_pull_request
    if value == "issue":
        return lambda item: isinstance(item, Thread) and not item.is_pull_request
    if value == "merged":
        return lambda item: isinstance(item, Thread) and item.merged_at is not None
    if value == "unmerged":
        return lambda item: isinstance(item, Thread) and item.is_pull_request and item.merged_at is None
    if value == "open":
        return lambda item: not getattr(item, "closed_at", None)
    if value == "closed":
        return lambda item: bool(getattr(item, "closed_at", None))
    if value in ("public", "private"):
        return lambda item: item.repository.private is (value == "private")
    raise UnknownQualifierError(f'the emulator does not know "is:{value}"')


def _lies_in(item: Item, places: list[str]) -> bool:
    repository = item.repository
    names = {repository.ref.lower(), f"{repository.owner.login}/{repository.former_name}".lower()}
    owner = repository.owner.login.lower()
    return any(place in (f"org:{owner}", f"user:{owner}") or place.removeprefix("repo:") in names for place in places)


def _sorted(items: list[Item], order: str) -> list[Item]:
    field, _, direction = order.partition("-")
    if field not in ("created", "updated"):
        raise UnknownQualifierError(f'the emulator does not sort by "{order}"')
    return sorted(items, key=lambda item: (getattr(item, _TIMES[field]), item.serial), reverse=direction != "asc")


def _time_test(attribute: str, value: str) -> Test:
    """Return a test of a time against ``a..b``, ``>=a``, ``>a``, ``<=b``, ``<b`` or a day; ranges hold both ends."""
    low, high = _bounds(value)

    def test(item: Item) -> bool:
        at = getattr(item, attribute, None)
        return at is not None and low <= at < high

    return test


_FIRST, _LAST = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)


def _bounds(value: str) -> tuple[datetime, datetime]:
    if ".." in value:
        low, _, high = value.partition("..")
        return (_FIRST if low == "*" else _span(low)[0]), (_LAST if high == "*" else _span(high)[1])
    match = re.fullmatch(r"(>=|<=|>|<|)(.+)", value)
    assert match
    start, end = _span(match[2])
    return {">=": (start, _LAST), ">": (end, _LAST), "<=": (_FIRST, end), "<": (_FIRST, start), "": (start, end)}[
        match[1]
    ]


def _span(text: str) -> tuple[datetime, datetime]:
    """Return the first moment of a day or second, and the first one after it; a day is one of UTC."""
    at = datetime.fromisoformat(text)
    length = timedelta(seconds=1) if "T" in text else timedelta(days=1)
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return at.astimezone(UTC), at.astimezone(UTC) + length
