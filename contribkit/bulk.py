"""In bulk: contributions in files, judged and written as JSON lines, or as Parquet where they are many."""

import json
import re
import secrets
import shutil
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from contribkit.classifiers import classify, parts
from contribkit.classifiers.at_scale import judge_parts, new_scratch, run_tasks, workers_of
from contribkit.classifiers.parts import Layout, Scratch
from contribkit.config.organisation import Organisation
from contribkit.errors import ContribkitError
from contribkit.io import write_jsonl, write_whole
from contribkit.labels import Labels
from contribkit.loaders.records import contribution_table, read_records, read_tables_of_all
from contribkit.parquet import is_parquet, read_small, write_parquet
from contribkit.privacy import without_private
from contribkit.tables import CONTRIBUTIONS, JUDGED, REASONS, REFERENCES, Judged, conform, empty, records
from contribkit.text import pluralise

_SMALL = 1 << 20  # bytes of files that are read together
_PART = re.compile(r"\d{5}-\d{3}\.parquet")  # the name of a file with a part
_OURS = frozenset({"contributions", "reasons", "notes.json"})  # what `classify_files` writes


class Written(NamedTuple):
    """What `classify_files` wrote: how many rows, without how many private ones; notes, and what could not be read."""

    rows: int
    private: int
    notes: list[str]
    broken: list[str]


def classify_files(
    contributions: Sequence[str | Path],
    references: Sequence[str | Path],
    organisation: Organisation,
    labels: Labels | None = None,
    *,
    output: str | Path,
    n_jobs: int = 1,
    scratch: str | Path | None = None,
    keep_going: bool = False,
    include_private: bool = False,
) -> Written:
    """Judge contributions in files of any size, as `contribkit.classify` does, and write Parquet.

    Parameters
    ----------
    contributions, references
        Parquet files or JSON lines, in the columns of the tables of these names. How rows are shared out among files
        does not matter.
    organisation, labels
        As for `contribkit.classify`.
    output
        A folder, written whole or not at all: ``contributions`` and ``reasons`` with a file for each part of the work,
        in which the rows of a repository lie together, and ``notes.json``. One of an earlier run is replaced.
    n_jobs
        How many processes work, -1 for all cores. Inside ``joblib.parallel_config(backend="dask")`` the cluster works.
    scratch
        A folder for what lies between the steps, which every worker must see: 3 to 6 kB a row, removed at the end.
        Without it, a folder of this machine.
    keep_going
        Take what can be read, and return what could not; without it, that is a `ContribkitError`.
    include_private
        Write private rows too.

    Examples
    --------
    >>> import tempfile
    >>> org = Organisation.read_sample()
    >>> rows = [*map(str, sorted(org.root.glob("records/*.jsonl")))]
    >>> classify_files(rows[:1], [], org, output=f"{tempfile.mkdtemp()}/judged").rows > 0
    True
    """
    paths, told = (list(dict.fromkeys(Path(p).resolve() for p in files)) for files in (contributions, references))
    folder = Path(output).resolve()
    _check_output(folder, [*paths, *told])
    at_least = 4 * workers_of(n_jobs)
    with new_scratch(scratch) as place, _replacing_folder(folder) as new:
        run = partial(run_tasks, n_jobs)
        batches = {"contributions": _batches(paths), "references": _batches(told)}
        tasks = [(batch, organisation.timezone) for batch in batches["contributions"]]
        counted = run(_count, tasks, "counting", "batch")
        layout = Layout.of(sum(counted, Counter()), at_least)
        read = [
            (place, layout, name, number, batch, organisation.timezone, keep_going)
            for name, files in batches.items()
            for number, batch in enumerate(files)
        ]
        broken = [sentence for said in run(_split, read, "reading", "batch") for sentence in said]
        model, notes = judge_parts(place, layout, organisation, labels, None, run, True)
        outputs = [(place, part, model, new, include_private) for part in layout.parts]
        counts = run(_write, outputs, "writing", "part")
        if not any(shown for shown, _ in counts):
            _write_answers(new, layout.parts[0], Judged(empty(CONTRIBUTIONS | JUDGED), empty(REASONS)))
        write_whole(new / "notes.json", json.dumps(notes, indent=1, ensure_ascii=False) + "\n")
    return Written(sum(shown for shown, _ in counts), sum(hidden for _, hidden in counts), notes, broken)


def classify_lines(
    contributions: Sequence[Path], references: Sequence[Path], organisation: Organisation, labels: Labels, output: Path,
    keep_going: bool = False, include_private: bool = False,
) -> Written:  # fmt: skip
    """Judge JSON lines, and write each with what was found of it, in the same order, as JSON lines."""
    broken: list[str] | None = [] if keep_going else None
    rows = [row for path in contributions for row in read_records(path, "contributions", broken)]
    found = pd.DataFrame([row for path in references for row in read_records(path, "references", broken)])
    unknown = labels.missing(row["id"] for row in rows)  # which may be private, so they are not named
    notes = [f"{pluralise(len(unknown), 'label')} for other contributions left out"] if unknown else []
    if twice := len(rows) - len({row["id"].casefold() for row in rows}):
        notes.append(f"{pluralise(twice, 'row')} with the id of another row")
    table = contribution_table(rows, organisation.timezone)
    told = conform(found, REFERENCES, organisation.timezone)
    judged = classify(table, told, organisation, labels)
    shown = without_private(judged, include_private).nested()
    answers = zip(shown.index, records(shown[[*JUDGED, "reasons"]]), shown["links_in"], strict=True)
    written = [
        rows[place] | answer | ({"links_in": links} if rows[place].get("links_in") else {})
        for place, answer, links in answers
    ]
    count = write_jsonl(output, written)
    return Written(count, len(rows) - len(shown), [*notes, *judged.notes], broken or [])


def write_parts(tables: Mapping[Path, tuple[pd.DataFrame, Mapping[str, str]]]) -> None:
    """Write tables with a column `ref` into folders, all or none, the rows of a repository into one file."""
    with ExitStack() as stack:
        for folder, (table, schema) in tables.items():
            names = [path.name for path in folder.iterdir()] if folder.is_dir() else []
            if not all(_PART.fullmatch(name) for name in names):
                raise ContribkitError(f"{folder}: holds other files; name another folder for --output")
            new, layout = stack.enter_context(_replacing_folder(folder)), Layout.of(parts.count(table["ref"]), 1)
            for part, rows in table.groupby(table["ref"].map(layout.part_of).astype("str")):
                write_parquet(new / f"{part}.parquet", rows, schema)
            if table.empty:  # so that whoever reads the folder finds a table
                write_parquet(new / f"{layout.parts[0]}.parquet", table, schema)


@contextmanager
def _replacing_folder(folder: Path) -> Iterator[Path]:
    """Give a folder to fill in the place of another, of which nothing is left once that is done."""
    new, old = (folder.with_name(f".{folder.name}.{secrets.token_hex(4)}") for _ in range(2))
    try:
        new.mkdir(parents=True)
        yield new
        if folder.exists():
            folder.rename(old)
        try:
            new.rename(folder)
        except OSError:
            old.rename(folder)
            raise
    except OSError as error:
        raise ContribkitError(f"{folder}: cannot be written ({error.strerror}); choose another place") from error
    finally:
        for left in (new, old):
            shutil.rmtree(left, ignore_errors=True)


def _batches(paths: list[Path]) -> list[list[Path]]:
    """Return files in their order, small ones together: each by itself would cost more than its rows."""
    batches: list[list[Path]] = []
    size = 0
    for path in paths:
        length = path.stat().st_size if path.is_file() else _SMALL
        if batches and size + length <= _SMALL:
            batches[-1].append(path)
            size += length
        else:
            batches.append([path])
            size = length
    return batches


def _count(paths: list[Path], timezone: str) -> Counter[str]:
    """Return how many rows each place has; what cannot be read is reported when the files are split."""
    with suppress(ContribkitError):
        if all(map(is_parquet, paths)):
            table = read_small(paths, {"id": "str", "ref": "str"}, "id", timezone)
            return parts.count(table["ref"].fillna(table["id"].str.replace(r"@[^@]*$", "", regex=True)))
    if len(paths) > 1:
        return sum((_count([path], timezone) for path in paths), Counter())
    tables = read_tables_of_all(paths, "contributions", timezone, [])
    return sum((parts.count(rows["ref"]) for rows in tables), Counter())


def _split(
    scratch: Scratch, layout: Layout, name: str, number: int, paths: list[Path], timezone: str, keep_going: bool
) -> list[str]:
    """Write the rows of files to their parts, and return what of them is broken."""
    broken: list[str] | None = [] if keep_going else None
    first = 0
    for rows in read_tables_of_all(paths, name, timezone, broken):
        parts.split(scratch, layout, name, number, rows, first)
        first += len(rows)
    return broken or []


def _write_answers(folder: Path, part: str, judged: Judged) -> None:
    write_parquet(folder / "contributions" / f"{part}.parquet", judged.contributions, CONTRIBUTIONS | JUDGED)
    write_parquet(folder / "reasons" / f"{part}.parquet", judged.reasons, REASONS)


def _check_output(folder: Path, inputs: list[Path]) -> None:
    """Raise an error where a folder may not be replaced: it holds what this run reads, or what no run wrote."""
    if any(path.is_relative_to(folder) for path in inputs):
        raise ContribkitError(f"{folder}: holds files that are read; name another folder for --output")
    if folder.exists() and not folder.is_dir():
        raise ContribkitError(f"{folder}: is a file; name a folder for --output")
    names = {path.name for path in folder.iterdir()} if folder.exists() else set()
    if names and not (names <= _OURS and "notes.json" in names):
        raise ContribkitError(f"{folder}: holds other files; name an empty folder, or one that does not exist")


def _write(scratch: Scratch, part: str, model: Any, folder: Path, include_private: bool) -> tuple[int, int]:
    """Write a part, and return how many rows are in it and how many private ones are not."""
    judged = parts.complete(scratch, part, model)
    shown = without_private(judged, include_private)
    if len(shown.contributions):
        _write_answers(folder, part, shown)
    return len(shown.contributions), len(judged.contributions) - len(shown.contributions)
