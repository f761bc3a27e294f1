"""Tables of Dask: contributions that are judged where they lie, partition by partition."""

import atexit
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

import pandas as pd

from contribkit.classifiers import parts
from contribkit.classifiers.at_scale import judge_parts, run_tasks
from contribkit.classifiers.model import sort_reasons
from contribkit.classifiers.parts import Layout, Scratch
from contribkit.classifiers.votes import Weights
from contribkit.config.organisation import Organisation
from contribkit.errors import ContribkitError
from contribkit.labels import Labels
from contribkit.tables import CONTRIBUTIONS, JUDGED, REASONS, REFERENCES, Judged, combine, conform, empty

_ANSWERS = CONTRIBUTIONS | JUDGED
_SCHEMAS = {"contributions": CONTRIBUTIONS, "references": REFERENCES}


def classify_dask(
    contributions: Any, references: Any, organisation: Organisation, labels: Labels | None, weights: Weights | None,
    n_jobs: int,
) -> Judged:  # fmt: skip
    """Return what `contribkit.classify` returns, as tables of Dask with the partitions and index of the contributions.

    The work is done at once, by the cluster that is connected, else by so many processes; the tables read the answers
    from scratch files, in Dask's ``temporary-directory``, which are there until the interpreter ends.
    """
    dask, dd = import_module("dask"), import_module("dask.dataframe")
    place = Scratch(Path(tempfile.mkdtemp(prefix="contribkit-", dir=dask.config.get("temporary-directory", None))))
    atexit.register(shutil.rmtree, place.root, ignore_errors=True)
    tables = {"contributions": _partitions(contributions), "references": _partitions(references)}
    counted = dask.compute(*(dask.delayed(_count_rows)(part) for part in tables["contributions"]))
    with _connected() as n_cluster:
        run, layout = partial(run_tasks, n_cluster or n_jobs), Layout.of(sum(counted, Counter()), len(counted))
        splitting = [
            dask.delayed(_split_rows)(place, layout, name, number, part, organisation.timezone)
            for name, found in tables.items()
            for number, part in enumerate(found)
        ]
        dask.compute(*splitting)
        model, notes = judge_parts(place, layout, organisation, labels, weights, run, False)
        run(_spread, [(place, part, model) for part in layout.parts], "completing", "part")
    with dask.config.set({"dataframe.convert-string": False}):  # else it makes text of lists
        rows, reasons = (
            dd.from_map(_answers_of, range(len(counted)), scratch=place, name=name, meta=empty(schema))
            for name, schema in (("rows", _ANSWERS), ("reasons", REASONS))
        )
    return Judged(rows, reasons, notes)


@contextmanager
def _connected() -> Iterator[int]:
    """Let the cluster work to which this process is connected, and give -1, or 0 where there is none."""
    from joblib import parallel_config

    try:
        from distributed import get_client

        get_client()
    except (ModuleNotFoundError, ValueError):
        yield 0
        return
    with parallel_config(backend="dask"):
        yield -1


def _partitions(table: Any) -> list[Any]:
    if table is None:
        return []
    return list(table.to_delayed()) if hasattr(table, "to_delayed") else [table]


def _count_rows(table: pd.DataFrame) -> Counter[str]:
    return parts.count(conform(table, {"id": "str", "ref": "str", "actor_role": "str"})["ref"])


def _split_rows(scratch: Scratch, layout: Layout, name: str, number: int, table: pd.DataFrame, timezone: str) -> None:
    """Write the rows of a partition to their parts, and its index."""
    scratch.put(table.index, "index", name, f"{number:08}")
    try:
        parts.split(scratch, layout, name, number, conform(table, _SCHEMAS[name], timezone))
    except ContribkitError as error:
        if "does not hold list" not in str(error):
            raise
        fix = 'dask.config.set({"dataframe.convert-string": False}) before the table is made keeps lists'
        raise ContribkitError(f"{error}; {fix}") from error


def _spread(scratch: Scratch, part: str, model: Any) -> None:
    """Write the answers of a part to the partitions from which its rows came."""
    judged = parts.complete(scratch, part, model)
    rows, numbers = judged.contributions, judged.contributions.index // parts.FILE
    of = dict(zip(rows["id"], numbers, strict=True))  # of rows with one id the last one's
    for name, table, places in (("rows", rows, numbers), ("reasons", judged.reasons, judged.reasons["id"].map(of))):
        for number, some in table.groupby(places):
            scratch.put(some, name, f"{int(number):08}", part)


def _answers_of(number: int, scratch: Scratch, name: str) -> pd.DataFrame:
    """Return the rows of a partition in their order, or their reasons."""
    rows: pd.DataFrame = pd.concat([empty(_ANSWERS), *scratch.pieces("rows", f"{number:08}")]).sort_index()
    if name == "rows":
        rows.index = scratch.get("index", "contributions", f"{number:08}")
        return rows
    return sort_reasons(combine([*scratch.pieces("reasons", f"{number:08}")], REASONS), rows["id"])
