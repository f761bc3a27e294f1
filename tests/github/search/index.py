"""GitHub's search for pull requests, issues and discussions: qualifiers, sorting, and no more than 1,000 results.

``involves:`` finds authors, assignees, commenters and who is mentioned; it does not find who reviewed, labelled, closed
or merged. ``updated:`` compares with the time of the last touch, whenever that was.
"""

import re
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property

from tests.github.model import Discussion, Thread
from tests.github.search.query import Part, Query, Term, read
from tests.github.workload import Workload
from tests.github.world.involvement import roles

LIMIT = 1000
_ROLES = ("involves", "reviewed-by", "author", "commenter", "mentions", "assignee")
_TIMES = {"updated": "updated_at", "created": "created_at", "closed": "closed_at", "merged": "merged_at"}
_PLACES = ("repo", "org", "user")
_KINDS = ("is", "type")

Item = Thread | Discussion
Test = Callable[[Item], bool]


class UnknownQualifierError(ValueError):
    """A qualifier that this emulator does not know, so that nobody rests on a guess."""


@dataclass(frozen=True)
class Found:
    """All hits in order, and those that pages show: the first thousand, or fewer."""

    hits: list[Item]
    shown: list[Item]


@dataclass(frozen=True)
class Rules:
    """How GitHub's search behaves to whom asks now; the defaults are those of a good day.

    Parameters
    ----------
    all_places
        Whether several places are AND-ed, as in the advanced search, although that was not asked for.
    wants_kind
        Whether a search without ``is:`` counts and shows nothing.
    most_qualifiers
        A search with more of them is refused.
    unknown
        The share of hits that the index does not know yet: they are not counted either.
    hidden
        The share of hits that are counted and not shown; which, is another one with each `turn`.
    turn
        The number of the request.
    """

    all_places: bool = False
    wants_kind: bool = False
    most_qualifiers: float = float("inf")
    unknown: float = 0
    hidden: float = 0
    turn: int = 0


GOOD_DAY = Rules()


def _drawn(item: Item, share: float, salt: object) -> bool:
    """Say whether an item is among a share of all, the same one for the same salt."""
    return share > 0 and zlib.crc32(f"{salt} {item.serial}".encode()) / 2**32 < share


class Search:
    """A search index over a workload, as it is now."""

    def __init__(self, workload: Workload) -> None:
        self.workload = workload

    @cached_property
    def _roles(self) -> dict[int, dict[str, set[str]]]:
        return {id(one): roles(one) for one in self.workload.items}

    @cached_property
    def _by_role(self) -> dict[tuple[str, str], list[Item]]:
        """Every item by role and login: a person's search need not look at everybody's threads."""
        index: dict[tuple[str, str], list[Item]] = {}
        for item in self.workload.items:
            for role, logins in self._roles[id(item)].items():
                for login in logins:
                    index.setdefault((role, login), []).append(item)
        return index

    @cached_property
    def _private(self) -> set[str]:
        """The logins of accounts with a private profile: nobody's search finds them."""
        return {login for login, account in self.workload.accounts.items() if account.is_private}

    def find(
        self,
        text: str,
        discussions: bool,
        sees: Callable[[Item], bool],
        rules: Rules = GOOD_DAY,
        advanced: bool = False,
    ) -> Found:
        """Return what a query finds.

        Parameters
        ----------
        text
            As people write it into GitHub's search box.
        discussions
            Whether discussions are looked for, else pull requests and issues.
        sees
            Says of an item whether who asks may see it.
        rules
            How the search behaves.
        advanced
            Whether the query is one of the advanced search.

        Raises
        ------
        ValueError
            For a qualifier that is not known here, or a query that GitHub refuses.
        """
        query = read(text, advanced or rules.all_places, rules.most_qualifiers)
        test = self._whole(query.wanted)
        items = [one for one in self._candidates(query, discussions) if sees(one) and test(one)]
        hits = _sorted([one for one in items if not _drawn(one, rules.unknown, "index")], query.order)
        if rules.wants_kind and not discussions and not any(term.name in _KINDS for term in query.terms):
            return Found(hits, [])
        return Found(hits, [one for one in hits[:LIMIT] if not _drawn(one, rules.hidden, rules.turn)])

    def _candidates(self, query: Query, discussions: bool) -> list[Item]:
        """Return the fewest items that the index knows for a role that must hold, all where there is none."""
        items: list[Item] = list(self.workload.discussions if discussions else self.workload.threads)
        for part in query.wanted.parts:
            if isinstance(part, Term) and part.name in _ROLES:
                known = self._by_role.get((part.name, part.value.lower()), [])
                items = min(items, [one for one in known if isinstance(one, Discussion) is discussions], key=len)
        return items

    def _whole(self, part: Part) -> Test:
        """Return a test of whether a part of the query holds."""
        if isinstance(part, Term):
            return self._test(part.name, part.value)
        places = [one for one in part.parts if isinstance(one, Term) and one.name in _PLACES]
        if part.operator == "OR" and len(places) == len(part.parts):
            return _lies_in({(one.name, one.value.lower()) for one in places})
        tests = [self._whole(one) for one in part.parts]
        if part.operator == "OR":
            return lambda item: any(test(item) for test in tests)
        if part.operator == "NOT":
            return lambda item: not any(test(item) for test in tests)
        return lambda item: all(test(item) for test in tests)

    def _test(self, name: str, value: str) -> Test:
        if not name:
            return lambda item: value.lower() in f"{item.title} {item.body}".lower()
        if name in _PLACES:
            return _lies_in({(name, value.lower())})
        if name in _TIMES:
            return _time_test(_TIMES[name], value)
        if name in _ROLES:
            login = value.lower()
            return lambda item: login not in self._private and login in self._roles[id(item)][name]
        if name in ("is", "type", "state"):
            return _kind_test(value.lower())
        if name == "label":
            return lambda item: value.lower() in [label.lower() for label in getattr(item, "labels", [])]
        if name == "no" and value in ("label", "assignee"):
            return lambda item: not getattr(item, f"{value}s", [])
        if name == "archived" or (name == "in" and value in ("title", "body")):
            return lambda item: True
        raise UnknownQualifierError(f'the emulator does not know the qualifier "{name}:"')


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


def _lies_in(places: set[tuple[str, str]]) -> Test:
    """Return a test for any of some places, by the names that they have now: former ones are not found."""

    def test(item: Item) -> bool:
        owner = item.repository.owner.login.lower()
        return not places.isdisjoint({("repo", item.repository.ref.lower()), ("user", owner), ("org", owner)})

    return test


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
