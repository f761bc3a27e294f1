"""Evidence: what rules say of each contribution of a part of a table, which need not know the other parts.

Three pure functions, which `contribkit.classify` calls in turn for the parts of one process, and
`contribkit.classifiers.at_scale` for parts on many: `survey` tells what all parts must know of one, `evidence` what
rules find in one, `linked` what references alone tell of threads to which other parts link.
"""

import pickle
import zlib
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain
from typing import Any, TypeVar

import pandas as pd

from contribkit.classifiers.activity import activity_of
from contribkit.classifiers.attribution import Aim, aim
from contribkit.classifiers.context import Context
from contribkit.classifiers.propagation import Links, Neighbour, Told, exchange, links_of, told_of
from contribkit.classifiers.rules import Failures, reasons_for
from contribkit.classifiers.stakeholder_mentions import Lookups
from contribkit.classifiers.votes import Reason, Weights, decide
from contribkit.config.organisation import Organisation
from contribkit.ids import casefold_id, owner_of_place
from contribkit.memory import release_unused
from contribkit.tables import (
    CONTRIBUTIONS,
    cells_of,
    conform,
    grouped,
    is_missing,
    of_trackers,
    rows_of,
    sort_references,
)
from contribkit.vocabulary import MAINTAINER, MAINTAINERS, Kind, Lead

Value = TypeVar("Value")
COLUMNS = ["id", "rule", "strength", *Reason._fields]
_REVIEWS = 2  # reviews of others' work in a project from which on somebody counts as one who maintains it

_ROWS = 2_500  # looked at together: what rules look at takes several times the memory of the rows


@dataclass(frozen=True)
class References:
    """References by case-folded thread, in the order of `sort_references`.

    They stay a table, from which rows are taken out as they are looked at: all as dicts would take twice the memory.
    """

    table: pd.DataFrame
    places: dict[str, list[int]]  # in the table, by thread

    @classmethod
    def of(cls, references: pd.DataFrame) -> "References":
        """Return a table of the schema `REFERENCES` by thread."""
        threads = map(casefold_id, cells_of(references["ref"]))
        return cls(references, grouped(threads, range(len(references))))

    def to(self, threads: Iterable[str]) -> dict[str, list[dict[str, Any]]]:
        """Return the rows of each of some threads that has any."""
        places = {thread: self.places[thread] for thread in threads if thread in self.places}
        rows = sort_references(self.table.iloc[[*chain(*places.values())]])
        return grouped(map(casefold_id, cells_of(rows["ref"])), rows_of(rows.astype(object).where(rows.notna(), None)))


@dataclass(frozen=True)
class Survey:
    """What all parts must know of one: it adds up with that of other parts."""

    spans: pd.DataFrame  # by tracker or repository of the own side: the first (`min`) and last (`max`) date
    maintainers: frozenset[tuple[str, str]]  # owner and login of who merges, releases or triages
    reviews: Counter[tuple[str, str]]  # how many reviews by owner and login
    issues: pd.DataFrame  # the references of which planned work is made

    @classmethod
    def together(cls, parts: Iterable["Survey"]) -> "Survey":
        """Return the survey of several parts as one."""
        parts = list(parts)
        spans = pd.concat([part.spans for part in parts]).groupby(level=0).agg({"min": "min", "max": "max"})
        reviews: Counter[tuple[str, str]] = Counter()
        for part in parts:
            reviews.update(part.reviews)
        maintainers = frozenset().union(*(part.maintainers for part in parts))
        return cls(spans, maintainers, reviews, pd.concat([part.issues for part in parts], ignore_index=True))


@dataclass(frozen=True)
class Background:
    """What is the same for every contribution: the organisation, the weights, and what the survey of all parts told."""

    organisation: Organisation
    weights: Weights
    spans: pd.DataFrame
    maintainers: dict[str, set[str]]  # case-folded logins by owner

    @classmethod
    def of(cls, organisation: Organisation, weights: Weights, told: Survey) -> "Background":
        """Return the background from the survey of all parts."""
        often = {pair for pair, count in told.reviews.items() if count >= _REVIEWS}
        pairs = sorted(told.maintainers | often)
        by_owner = {owner: set(logins) for owner, logins in grouped(*zip(*pairs, strict=True)).items()} if pairs else {}
        return cls(organisation.with_issues(told.issues), weights, told.spans, by_owner)

    @cached_property
    def lookups(self) -> Lookups:
        """Where rules look up what they ask of the organisation."""
        return Lookups(self.organisation)

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in self.__dict__.items() if name != "lookups"}  # each process makes its own

    def contexts(self, table: pd.DataFrame, references: References) -> Iterator[Context]:
        """Return what rules look at, row by row."""
        times = table["happened_at"]
        within = [times.between(first, last) for first, last in zip(self.spans["min"], self.spans["max"], strict=True)]
        covered = pd.concat([pd.Series(False, table.index), *within], axis=1).any(axis=1)
        days = times.dt.tz_convert(self.organisation.timezone).dt.date
        speakers, owners = self.organisation.speakers, _owners(table)
        told = references.to(threads := [*map(casefold_id, cells_of(table["ref"]))])
        speaking = {owner: frozenset(logins & speakers) for owner, logins in self.maintainers.items()}
        # In a pass of its own, which takes less time than one thing after the other for each row.
        activities = [*map(activity_of, rows := rows_of(table))]
        cells = zip(rows, activities, threads, owners, covered, days, strict=True)
        return (
            Context(
                row, self.lookups, told.get(thread, []), bool(is_covered),
                None if is_missing(day) else day, casefold_id(str(row["actor"])) in self.maintainers.get(owner, ()),
                speaking.get(owner, frozenset()), activity,
            )
            for row, activity, thread, owner, is_covered, day in cells
        )  # fmt: skip


def _owners(table: pd.DataFrame) -> list[str]:
    return [casefold_id(owner_of_place(ref)) for ref in cells_of(table["ref"])]


def survey(table: pd.DataFrame, references: pd.DataFrame, organisation: Organisation) -> Survey:
    """Return what all parts must know of one: who maintains what, and over which days the own side was read."""
    maintainers: set[tuple[str, str]] = set()
    reviews: Counter[tuple[str, str]] = Counter()
    for part in slices(table):
        owners = pd.Series(_owners(part), part.index, dtype="str")
        actors, authors, mergers = (part[name].str.casefold() for name in ("actor", "author", "merged_by"))
        acts = (part["actor_role"] == MAINTAINER) | part["kind"].isin([Kind.RELEASE, Kind.TRIAGE])
        people = pd.concat([actors[acts], authors[part["author_association"].isin(MAINTAINERS)], mergers]).dropna()
        maintainers.update(zip(cells_of(owners.loc[people.index]), cells_of(people), strict=True))
        is_review = (part["kind"] == Kind.REVIEW) & owners.notna() & actors.notna()
        reviews.update(zip(cells_of(owners[is_review]), cells_of(actors[is_review]), strict=True))
    read = of_trackers(references[["kind", "direction", "source", "date"]]).groupby("source")["date"]
    spans = read.agg(["min", "max"]).dropna()
    return Survey(spans, frozenset(maintainers), reviews, organisation.planned_issues(references))


def shared(values: Iterable[Value]) -> list[Value]:
    """Return values, of which equal ones are one object: few differ, and one for each row takes much memory."""
    known: dict[Value, Value] = {}
    return [known.setdefault(value, value) for value in values]


def slices(table: pd.DataFrame) -> Iterator[pd.DataFrame]:
    """Yield a table in parts of so many rows as are looked at together; an empty one as it is."""
    for first in range(0, max(len(table), 1), _ROWS):
        yield table.iloc[first : first + _ROWS]
        release_unused()


@dataclass(frozen=True)
class Evidence:
    """What rules found in a part, and what its contributions ask and tell of the threads next to them."""

    reasons: pd.DataFrame  # of the schema `REASONS`, with a column `strength`; `id` is the index of the row
    leads: list[str]  # by its own evidence, row by row
    aims: list[Aim]  # with that lead, row by row
    activities: list[str]  # row by row
    links: list[Links]  # what each contribution asks about, row by row


def evidence(
    table: pd.DataFrame, references: References, background: Background, failures: Failures
) -> tuple[Evidence, list[Told]]:
    """Return the evidence on each contribution of a part of the table, by itself, and what those tell that are sure.

    Which rules failed is noted.
    """
    contexts = [*background.contexts(table, references)]
    reasons, leads, aims, told = _first_hand(contexts, table.index, background, failures)
    activities = shared(str(context.activity) for context in contexts)
    return Evidence(reasons, leads, aims, activities, [*map(links_of, contexts)]), told


def _first_hand(
    contexts: list[Context], index: pd.Index, background: Background, failures: Failures
) -> tuple[pd.DataFrame, list[str], list[Aim], list[Told]]:
    """Return the reasons of contexts, the leads and aims that follow, and what these tell of threads next to them."""
    rows = [
        (place, rule, strength, *reason)
        for place, found in zip(index, reasons_for(contexts, failures, background.weights), strict=True)
        for rule, strength, reason in found
    ]
    reasons = pd.DataFrame(rows, columns=COLUMNS)
    first = decide(reasons, index, background.weights)
    private = index.isin(reasons.loc[reasons["private"].astype(bool), "id"])
    leads = shared(cells_of(first["lead"]))
    aims = shared(aim(context, lead, context.activity) for context, lead in zip(contexts, leads, strict=True))
    return reasons, leads, aims, told_of(contexts, first, aims, private)


def linked(
    references: References, asked: Collection[str], threads: Collection[str], background: Background
) -> list[Told]:
    """Return what threads tell to which contributions only link, and of which our own side says something.

    `asked` are the threads linked to, `threads` those with contributions, both case-folded.
    """
    known = references.to(thread for thread in references.places if thread in asked and thread not in threads)
    inward = ([row["ref"] for row in rows if row["direction"] != "out"] for rows in known.values())
    refs = [ref for told in inward for ref in told[:1]]
    table = conform(pd.DataFrame({"id": [f"{ref}@:other" for ref in refs], "ref": refs}), CONTRIBUTIONS)
    contexts = [*background.contexts(table, references)]
    return _first_hand(contexts, table.index, background, Failures())[-1]


def _packed(value: Any) -> bytes:
    return zlib.compress(pickle.dumps(value, protocol=pickle.HIGHEST_PROTOCOL), level=1)


def _unpacked(packed: bytes) -> Any:
    return pickle.loads(zlib.decompress(packed))


@dataclass(frozen=True)
class Found:
    """The evidence on a table, slice by slice, and what its contributions tell and ask of the threads next to them.

    Both are packed until everything is found: they take a tenth of the memory then.
    """

    threads: set[str] = field(default_factory=set)  # those of its contributions
    several: set[str] = field(default_factory=set)  # those of several of them
    refs: set[str] = field(default_factory=set)  # those that its contributions link with
    posts: set[str] = field(default_factory=set)  # those that posts name together with its own
    failures: Failures = field(default_factory=Failures)
    _evidence: list[bytes] = field(default_factory=list)
    _told: list[bytes] = field(default_factory=list)

    @classmethod
    def of(cls, table: pd.DataFrame, references: References, background: Background) -> "Found":
        """Return what is found in a table of the schema `CONTRIBUTIONS`."""
        found = cls()
        for part in slices(table):
            one, told = evidence(part, references, background, found.failures)
            for links in one.links:
                (found.several if links.thread in found.threads else found.threads).add(links.thread)
                found.refs.update(links.refs)
                found.posts.update(links.posts)
            found._evidence.append(_packed(one))
            found._told.append(_packed(told))
        return found

    @property
    def evidence(self) -> Iterator[Evidence]:
        """The evidence on each of the `slices` of the table."""
        return map(_unpacked, self._evidence)

    def told(self, *asked: Collection[str]) -> list[Told]:
        """Return what its contributions tell of threads that are in one of the collections."""
        told = chain.from_iterable(map(_unpacked, self._told))
        return [one for one in told if any(one.thread in threads for threads in asked)]

    def told_to_all(self, references: References, background: Background) -> dict[str, list[Told]]:
        """Return what all contributions tell by thread, with the threads to which they only link."""
        told = self.told(self.several, self.refs, self.posts)
        return exchange([*told, *linked(references, self.refs, self.threads, background)])


def all_reasons(found: Evidence, index: pd.Index, beside: list[list[Neighbour]], weights: Weights) -> pd.DataFrame:
    """Return the reasons of a part with those that neighbours give."""
    # Where its own evidence decides for a stakeholder, linked threads only add which one it served.
    rows = [
        (place, rule, reason.weight, *reason._replace(weight=weights[rule, str(reason.weight)]))
        for place, lead, others in zip(index, found.leads, beside, strict=True)
        for rule, reason, _ in (others if lead != Lead.STAKEHOLDER else ())
    ]
    return pd.concat([found.reasons, pd.DataFrame(rows, columns=COLUMNS)], ignore_index=True) if rows else found.reasons
