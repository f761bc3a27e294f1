"""One load: whose work, which days, where it is kept, and what was found on the way."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from contribkit.config.organisation import Organisation
from contribkit.ids import casefold_id
from contribkit.loaders.github.cache import Store
from contribkit.loaders.github.queries import Query
from contribkit.loaders.github.settings import Settings
from contribkit.period import Period

Payload = dict[str, Any] | None


@dataclass
class LoadContext:
    """What every part of a load needs to know."""

    organisation: Organisation
    period: Period
    settings: Settings
    store: Store
    start: str = field(init=False)  # the first second of the period, as GitHub writes it
    end: str = field(init=False)  # the first second after it
    key: str = field(init=False)  # the name of the load in the store
    looks_for_triage: bool = field(init=False)
    remarks: dict[str, bool] = field(default_factory=dict)  # what a reader should know, and whether it is an error
    found: dict[str, str] = field(default_factory=dict)  # every thread that a search showed, and its last touch
    touched: dict[str, dict[str, Any]] = field(default_factory=dict)  # what a search for all that was touched showed
    hits: Counter[str] = field(default_factory=Counter)  # how many threads the searches of each member showed
    searches: list[Query] = field(default_factory=list)
    anded: set[str] = field(default_factory=set)  # types of search in which several places are all wanted at once
    unknown: set[str] = field(default_factory=set)  # logins of members that GitHub does not know
    blind: set[str] = field(default_factory=set)  # members that GitHub's search does not find
    lacking: list[str] = field(default_factory=list)  # fields and events that the server's schema does not have

    def __post_init__(self) -> None:
        self.start, self.end = github_time(self.period.start), github_time(self.period.end)
        self.key = f"{self.start}/{self.end}"
        # Everywhere, that is too much.
        self.looks_for_triage = self.settings.triage_only and self.organisation.scope != "everywhere"

    def remark(self, said: str, is_wrong: bool = False) -> None:
        """Note something for the reader; what is wrong makes the load one in part."""
        self.remarks[said] = is_wrong

    def unknown_name(self, name: str, key: str, fix: str) -> None:
        """Note that GitHub knows no such account or repository."""
        said = f"{self.line_of(name, key)}: GitHub knows no {name}, or the token may not see it; {fix}"
        self.remark(said, is_wrong=True)

    def line_of(self, name: str, key: str) -> str:
        """Return the file and line of contribkit.toml on which a key has a value."""
        path = self.organisation.path
        lines = path.read_text(encoding="utf-8-sig").split("\n")
        found = [number for number, line in enumerate(lines, 1) if f'"{casefold_id(name)}"' in casefold_id(line)]
        with_key = [number for number in found if key in lines[number - 1]]
        return f"{path}:{(with_key or found or [1])[0]}"


def github_time(moment: datetime) -> str:
    """Return a moment as GitHub writes it, such as 2026-06-30T22:00:00Z; such texts sort by time."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def nodes(payload: Any, name: str) -> list[dict[str, Any]]:
    """Return what stands in a connection, without what may not be seen."""
    return [node for node in ((payload or {}).get(name) or {}).get("nodes") or [] if node]


def next_page(query: Query, page: Payload) -> Iterator[Query]:
    """Yield the query for the page behind one, where there is one; with it goes how much there is and was shown."""
    end = (page or {}).get("pageInfo") or {}
    if page and end.get("hasNextPage"):
        counts = (page[name] for name in ("count", "issueCount", "totalCount") if name in page)
        shown = query.argument.get("shown", 0) + len(page["nodes"])
        yield query.replace(after=end["endCursor"], shown=shown, count=query.argument.get("count", next(counts, 0)))
