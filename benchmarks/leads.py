"""Measure how far the leads can be believed, on three labelled sets of real contributions.

``python -m benchmarks.leads`` prints every figure of each set; with ``--as-of quarter`` also as each team would have
seen them at the end of the quarter. Definitions: `contribkit.evaluation.scores.score_table`. No labels are used.
"""

import argparse
import math
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from benchmarks.figure import Figure
from contribkit.classifiers import classify
from contribkit.classifiers.votes import margins, tally
from contribkit.config.organisation import Organisation
from contribkit.evaluation.report import Evaluation, evaluate
from contribkit.evaluation.scores import OVERALL, is_decided
from contribkit.evaluation.truth import classify_as_of, read_labels
from contribkit.labels import Labels
from contribkit.loaders.records import read_tables
from contribkit.tables import Judged
from contribkit.text import format_decimal, format_interval
from contribkit.vocabulary import LEADS
from tests.helpers.repositories import NO_REALSET, REALSET


class LabelledSet(NamedTuple):
    """A folder of contributions and labels, with the files that say whose they are; all beside each other."""

    name: str
    organisation: str
    config: str
    references: tuple[str, ...]
    target: float
    """The macro-F1 wanted."""


class Known(NamedTuple):
    """What is read of a set."""

    organisation: Organisation
    contributions: pd.DataFrame
    references: pd.DataFrame
    labels: Labels


_OF_REALSET = ("realset/references.jsonl", "realset/references_cited.jsonl")  # what points at threads, and is cited

SETS = (
    LabelledSet("realset", "first", "realset/contribkit.toml", _OF_REALSET, 0.84),
    LabelledSet(
        "realset_natural", "first", "realset/contribkit.toml", (*_OF_REALSET, "realset_natural/references.jsonl"), 0.78
    ),
    LabelledSet(
        "realset_opencraft", "second", "realset_opencraft/contribkit.codes.toml",
        ("realset_opencraft/references.jsonl",), 0.78,
    ),
)  # fmt: skip

_COVERAGE = 0.85


@cache
def read(labelled: LabelledSet) -> Known | str:
    """Return what is known of a set, or why there is nothing."""
    beside = REALSET.parent
    folder = beside / labelled.name
    if not folder.is_dir():
        return f"{labelled.name} is not there: {NO_REALSET}"
    organisation = Organisation.read(beside / labelled.config)
    references = [beside / path for path in labelled.references]
    rows, found = read_tables(folder / "contributions.jsonl", references, organisation.timezone)
    return Known(organisation, rows, found, read_labels(folder / "labels.jsonl", organisation=organisation))


@cache
def classified(labelled: LabelledSet, as_of: str | None = None) -> tuple[Judged, Labels] | str:
    """Return the answers to a set and its labels, or why there are none."""
    known = read(labelled)
    if isinstance(known, str):
        return known
    organisation, rows, references, labels = known
    judged = (
        classify_as_of(rows, references, organisation, as_of) if as_of else classify(rows, references, organisation)
    )
    return judged, labels


@cache
def evaluation(labelled: LabelledSet, as_of: str | None = None) -> Evaluation | str:
    """Return the evaluation of a set, or why there is none."""
    found = classified(labelled, as_of)
    return found if isinstance(found, str) else evaluate(*found)


def accuracy_at(coverage: float, judged: Judged, pairs: pd.DataFrame) -> float:
    """Return how many leads are right where just so many are answered: those furthest ahead of the second lead.

    Where the package answers fewer, the lead that is ahead counts for those that it calls unclear, too.
    """
    decided = pairs[is_decided(pairs)].set_index("id")
    sums = tally(judged.reasons).reindex(decided.index).fillna(0.0)
    ahead = margins(sums).nlargest(math.ceil(coverage * len(decided))).index
    return float((sums.loc[ahead].idxmax(axis=1) == decided.loc[ahead, "truth"]).mean())


def figures(found: Evaluation, judged: Judged) -> Iterator[tuple[str, str]]:
    """Yield every figure with its name."""
    macro = found.figure("macro_f1")
    yield "rows", str(len(found.pairs))
    yield "macro-F1", format_decimal(macro["value"])
    yield "95 % interval", format_interval(macro["low"], macro["high"])
    for lead in LEADS:
        both = (format_decimal(found.figure(name, lead)["value"]) for name in ("precision", "recall"))
        yield f"{lead} P / R", " / ".join(both)
    for name in OVERALL:
        if name != "macro_f1":
            yield name.replace("_", " "), format_decimal(found.figure(name)["value"])
    yield f"accuracy at coverage {_COVERAGE}", format_decimal(accuracy_at(_COVERAGE, judged, found.pairs))


def _entry(labelled: LabelledSet) -> Callable[[Path], Figure | str]:
    def entry(folder: Path) -> Figure | str:
        found, answers = evaluation(labelled), classified(labelled)
        if isinstance(found, str) or isinstance(answers, str):
            return str(found)
        print(f"{labelled.name}: {', '.join(f'{name} {value}' for name, value in figures(found, answers[0]))}")
        macro = found.figure("macro_f1")["value"]
        return Figure(f"leads of {labelled.name}: macro-F1", macro, labelled.target, "", "higher")

    entry.__name__ = f"leads of {labelled.name}"
    return entry


ENTRIES = [_entry(labelled) for labelled in SETS]


def main(as_of: str | None = None) -> None:
    """Print every figure of each set, one column a set."""
    columns: dict[str, dict[str, str]] = {}
    for labelled in SETS:
        for when in dict.fromkeys((None, as_of)):
            found, answers = evaluation(labelled, when), classified(labelled, when)
            if isinstance(found, str) or isinstance(answers, str):
                print(f"skipped: {found}")
            else:
                columns[labelled.name + (f", as of {when}" if when else "")] = dict(figures(found, answers[0]))
    widths = {name: max(len(name), *map(len, column.values())) for name, column in columns.items()}
    print(f"{'':25}  " + "  ".join(name.rjust(width) for name, width in widths.items()))
    for figure in next(iter(columns.values()), {}):
        print(f"{figure:25}  " + "  ".join(columns[name][figure].rjust(width) for name, width in widths.items()))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m benchmarks.leads", description=__doc__)
    parser.add_argument("--as-of", metavar="DATE", help='as known 30 days after this day; or "quarter"')
    main(parser.parse_args().as_of)
