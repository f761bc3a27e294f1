"""Parts of a table of contributions, each judged by itself: what one worker does with one part, step by step.

The steps are those of `contribkit.classify`. Between them a part lies in scratch files, so that no worker holds more
than one, and one that is killed loses nothing: a step that runs again writes the same once more.
"""

import pickle
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple
from zlib import crc32

import pandas as pd

from contribkit.classifiers.evidence import Background, Found, References, Survey, linked
from contribkit.classifiers.evidence import survey as survey_of
from contribkit.classifiers.judge import finish, judge
from contribkit.classifiers.model import Model, examples
from contribkit.classifiers.propagation import Told, exchange
from contribkit.classifiers.rules import Failures, all_rules
from contribkit.config.organisation import Organisation
from contribkit.errors import ContribkitError
from contribkit.ids import casefold_id, place_of
from contribkit.io import replacing
from contribkit.labels import Label, Labels
from contribkit.memory import collector_paused
from contribkit.privacy import with_private_threads
from contribkit.tables import CONTRIBUTIONS, REFERENCES, Judged, combine, empty

_ROWS = 25_000  # of a part
_MOST = 10_000  # parts
FILE = 1 << 40  # the index of a row is the number of its file, times this, and its place there


@dataclass(frozen=True)
class Scratch:
    """The folder in which the parts of one run lie; every worker must see it, and nobody else may."""

    root: Path

    def put(self, value: Any, *names: str) -> None:
        """Write a value under a name."""
        try:
            with replacing(self.root.joinpath(*names)) as path, path.open("xb") as file:
                pickle.dump(value, file, protocol=pickle.HIGHEST_PROTOCOL)
        except ContribkitError as error:
            raise ContribkitError(
                f"{self.root.parent}: no scratch files can be written; name another with --scratch"
            ) from error

    def get(self, *names: str) -> Any:
        """Return what `put` wrote; it is only ever read in the run that wrote it."""
        with self.root.joinpath(*names).open("rb") as file:
            return pickle.load(file)

    def pieces(self, *names: str) -> Iterator[Any]:
        """Yield everything below a name, in the order of names."""
        folder = self.root.joinpath(*names)
        for path in sorted(folder.iterdir()) if folder.is_dir() else ():
            yield self.get(*names, path.name)


class Layout(NamedTuple):
    """Which part a thread is in: by its repository, and those of large ones by the thread itself."""

    buckets: int
    cuts: dict[int, int]  # into how many parts a bucket with too many rows is cut

    @classmethod
    def of(cls, rows: Counter[str], at_least: int) -> "Layout":
        """Return a layout for so many rows by place."""
        buckets = min(max(at_least, rows.total() // _ROWS + 1), _MOST)
        in_bucket: Counter[int] = Counter()
        for place, count in rows.items():
            in_bucket[crc32(place.encode()) % buckets] += count
        return cls(buckets, {one: -(-count // _ROWS) for one, count in in_bucket.items() if count > 2 * _ROWS})

    @property
    def parts(self) -> list[str]:
        """The names of all parts."""
        return [f"{one:05}-{cut:03}" for one in range(self.buckets) for cut in range(self.cuts.get(one, 1))]

    def part_of(self, ref: str) -> str:
        """Return the part of a thread."""
        bucket = crc32(_place(ref).encode()) % self.buckets
        return f"{bucket:05}-{crc32(casefold_id(ref).encode()) % self.cuts.get(bucket, 1):03}"


def _place(ref: str) -> str:
    return casefold_id(place_of(ref) or ref)


def count(refs: pd.Series) -> Counter[str]:
    """Return how many rows each place has, from the threads of rows."""
    return Counter(map(_place, refs.dropna()))


def split(scratch: Scratch, layout: Layout, name: str, number: int, table: pd.DataFrame, first: int = 0) -> None:
    """Write rows of one file (`contributions` or `references`), from its row `first` on, to their parts."""
    start = number * FILE + first
    table = table.set_axis(pd.RangeIndex(start, start + len(table)))
    for part, rows in table.groupby(table["ref"].map(layout.part_of)):
        scratch.put(rows, str(part), name, f"{start:020}")


class Seen(NamedTuple):
    """What a worker reports of its part: its survey, ids that have labels, rows left out, and which code it runs."""

    survey: Survey
    labelled: list[str]
    twice: int
    code: tuple[str, tuple[str, ...]]


def survey(scratch: Scratch, part: str, organisation: Organisation, labels: Labels, from_files: bool) -> Seen:
    """Put a part together, and return what all others must know of it."""
    table = pd.concat([*scratch.pieces(part, "contributions")] or [empty(CONTRIBUTIONS)]).sort_index()
    count = len(table)
    if from_files:  # of rows with one id, such as of a file that was copied, the last
        table = with_private_threads(table[~table["id"].map(casefold_id).duplicated(keep="last")])
    references = combine([*scratch.pieces(part, "references")], REFERENCES)
    scratch.put(table, part, "table")
    scratch.put(references, part, "told")
    labelled = [item for item in table["id"] if labels.name(item) in labels.by_item] if labels.events else []
    return Seen(
        survey_of(table, references, organisation),
        labelled,
        count - len(table),
        (version("contribkit"), tuple(all_rules())),
    )


class Asked(NamedTuple):
    """The threads about which a part asks others: those that contributions link with, and those that posts name too."""

    refs: set[str]
    posts: set[str]


def find(scratch: Scratch, part: str) -> tuple[Asked, Failures]:
    """Find the evidence on each contribution of a part, and return about which threads it asks."""
    background: Background = scratch.get("background")
    with collector_paused():
        found = Found.of(scratch.get(part, "table"), References.of(scratch.get(part, "told")), background)
    scratch.put(found, part, "found")
    return Asked(found.refs - found.threads, found.posts - found.threads), found.failures


def tell(scratch: Scratch, part: str, asked: Asked) -> list[Told]:
    """Return what a part knows of threads about which parts ask, those included of which only references tell."""
    found: Found = scratch.get(part, "found")
    with collector_paused():
        references = References.of(scratch.get(part, "told"))
        only_linked = linked(references, asked.refs, found.threads, scratch.get("background"))
    return [*found.told(*asked), *only_linked]


def answer(scratch: Scratch, part: str, told: list[Told]) -> Judged | None:
    """Judge a part by the rules, with what parts told, and return the examples for a model if there are labels."""
    background: Background = scratch.get("background")
    labels: dict[str, Label] = scratch.get("labels")
    found: Found = scratch.get(part, "found")
    with collector_paused():
        own = found.told(found.several, found.refs, found.posts)
        answers = exchange([*own, *(one for one in told if one.thread not in found.threads)])
        judged = judge(scratch.get(part, "table"), found.evidence, answers, background)
    scratch.put(judged, part, "judged")
    return examples(judged, labels) if labels else None


def complete(scratch: Scratch, part: str, model: Model | None) -> Judged:
    """Return a part with the answers of a model and of people, and whom each contribution served."""
    with collector_paused():
        references = References.of(scratch.get(part, "told"))
        return finish(scratch.get(part, "judged"), references, scratch.get("labels"), model, scratch.get("background"))
