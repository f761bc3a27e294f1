"""At scale: contributions that no one process holds, judged part by part on several processes or a cluster.

joblib hands the parts out: to processes of this machine, or inside ``joblib.parallel_config(backend="dask")`` to a
cluster of Dask, and so for its other backends. `contribkit.classifiers.parts` says what is done with one part.
"""

import json
import re
import secrets
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd
from tqdm import tqdm

from contribkit.classifiers import parts
from contribkit.classifiers.evidence import Background, Survey
from contribkit.classifiers.judge import unknown_names
from contribkit.classifiers.model import learn, sort_reasons
from contribkit.classifiers.parts import Asked, Layout, Scratch
from contribkit.classifiers.propagation import Told
from contribkit.classifiers.rules import Failures
from contribkit.classifiers.votes import Weights, weights_of_rules
from contribkit.config.organisation import Organisation
from contribkit.errors import ContribkitError
from contribkit.io import write_whole
from contribkit.labels import Labels
from contribkit.loaders.records import read_tables_of
from contribkit.parquet import is_parquet, read_parquet, write_parquet
from contribkit.privacy import without_private
from contribkit.tables import CONTRIBUTIONS, JUDGED, REASONS, Judged, empty
from contribkit.text import pluralise

_PATIENCE = 15  # seconds
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
    at_least = 4 * _workers(n_jobs)
    with _scratch(scratch) as place, _replacing_folder(folder) as new:
        run = partial(run_tasks, n_jobs)
        counted = run(_count_file, [(path, organisation.timezone) for path in paths], "counting", "file")
        layout = Layout.of(sum(counted, Counter()), at_least)
        files = [("contributions", *one) for one in enumerate(paths)] + [
            ("references", *one) for one in enumerate(told)
        ]
        tasks = [(place, layout, name, number, path, organisation.timezone, keep_going) for name, number, path in files]
        broken = [sentence for said in run(_split_file, tasks, "reading", "file") for sentence in said]
        model, notes = judge_parts(place, layout, organisation, labels, None, run, True)
        outputs = [(place, part, model, new, include_private) for part in layout.parts]
        counts = run(_write, outputs, "writing", "part")
        if not any(shown for shown, _ in counts):
            _write_answers(new, layout.parts[0], Judged(empty(CONTRIBUTIONS | JUDGED), empty(REASONS)))
        write_whole(new / "notes.json", json.dumps(notes, indent=1, ensure_ascii=False) + "\n")
    return Written(sum(shown for shown, _ in counts), sum(hidden for _, hidden in counts), notes, broken)


def classify_table(
    contributions: pd.DataFrame, references: pd.DataFrame, organisation: Organisation, labels: Labels | None,
    weights: Weights | None, n_jobs: int,
) -> Judged:  # fmt: skip
    """Return what `contribkit.classify` returns, found by several processes."""
    with _scratch(None) as place:
        run, layout = partial(run_tasks, n_jobs), Layout.of(parts.count(contributions["ref"]), 4 * _workers(n_jobs))
        for name, table in (("contributions", contributions), ("references", references)):
            parts.split(place, layout, name, 0, table)
        model, notes = judge_parts(place, layout, organisation, labels, weights, run, False)
        answers = Judged.together(
            run(parts.complete, [(place, part, model) for part in layout.parts], "judging", "part")
        )
    rows = answers.contributions.sort_index()
    return Judged(rows.set_axis(contributions.index), sort_reasons(answers.reasons, rows["id"]), notes)


def judge_parts(
    place: Scratch, layout: Layout, organisation: Organisation, labels: Labels | None, weights: Weights | None,
    run: Callable[..., list[Any]], from_files: bool,
) -> tuple[Any, list[str]]:  # fmt: skip
    """Take the parts as far as the rules' answers, and return the model that is to answer too, and notes."""
    names, known = layout.parts, (labels or Labels()).with_members(organisation)
    seen = run(parts.survey, [(place, part, organisation, known, from_files) for part in names], "sorting", "part")
    if len({one.code for one in seen}) > 1:
        raise ContribkitError("workers have other versions of contribkit or of its plug-ins; install the same on all")
    ids = [item for one in seen for item in one.labelled]
    settled = known.spelled_as(ids).effective if labels else {}
    rules = weights_of_rules() if weights is None else weights
    place.put(settled, "labels")
    place.put(Background.of(organisation, rules, Survey.together(one.survey for one in seen)), "background")
    found = run(parts.find, [(place, part) for part in names], "finding evidence", "part")
    asked = {part: Asked(set(), set()) for part in names}
    for one, _ in found:
        for sort, refs in enumerate(one):
            for ref in refs:
                asked[layout.part_of(ref)][sort].add(ref)
    asking = [(place, part, asked[part]) for part in names if any(asked[part])]
    told: dict[str, list[Told]] = {}
    for one in (one for said in run(parts.tell, asking, "asking other parts", "part") for one in said):
        told.setdefault(one.thread, []).append(one)
    tasks = [
        (place, part, [known for ref in one.refs | one.posts for known in told.get(ref, ())])
        for part, (one, _) in zip(names, found, strict=True)
    ]
    samples = run(parts.answer, tasks, "judging", "part")
    twice = sum(one.twice for one in seen)
    notes = [f"{pluralise(twice, 'row')} left out: another has the same id"] if twice else []
    model = None
    if settled:
        learning, model = learn(Judged.together(samples), settled, organisation.word)
        notes += [learning.sentence, *unknown_names(ids, settled, organisation)]
    return model, [*notes, *Failures.together(failures for _, failures in found).sentences]


def run_tasks(
    n_jobs: int, function: Callable[..., Any], tasks: list[tuple[Any, ...]], what: str, unit: str
) -> list[Any]:
    """Return what a function gives for each task, in order; joblib says where it runs."""
    from joblib import Parallel, delayed
    from joblib.externals.loky.process_executor import TerminatedWorkerError

    try:
        # Arguments are small: what is large lies in scratch files.
        pool = Parallel(n_jobs=n_jobs, return_as="generator", max_nbytes=None)
        answers = pool(delayed(function)(*task) for task in tasks)
        return [*tqdm(answers, what, len(tasks), unit=unit, delay=2, leave=False)]
    except TerminatedWorkerError as error:
        fix = "give fewer --workers, which need less memory together"
        raise ContribkitError(f"a worker was killed, perhaps because memory ran out; {fix}") from error
    except Exception as error:
        if not type(error).__module__.startswith("distributed"):
            raise
        raise ContribkitError(
            f"the cluster was lost ({type(error).__name__}); start it again, and then this"
        ) from error


def _workers(n_jobs: int) -> int:
    from joblib import effective_n_jobs

    if n_jobs == 0:
        raise ContribkitError("n_jobs is 0, and no process would work; give 1 or more, or -1 for all cores")
    return int(effective_n_jobs(n_jobs))


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
def _scratch(folder: str | Path | None) -> Iterator[Scratch]:
    """Give a new folder for one run, which nobody else may read: it may hold private rows."""
    if folder is not None and Path(folder).exists() and not Path(folder).is_dir():
        raise ContribkitError(f"{folder}: is a file; name a folder for --scratch")
    if folder is not None:
        Path(folder).mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="contribkit-", dir=folder, ignore_cleanup_errors=True) as place:
        yield Scratch(Path(place).resolve())


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


def _count_file(path: Path, timezone: str) -> Counter[str]:
    """Return how many rows each place has; what cannot be read is reported when the file is split."""
    if not is_parquet(path):
        return sum(
            (parts.count(rows["ref"]) for rows in read_tables_of(path, "contributions", timezone, [])), Counter()
        )
    with suppress(ContribkitError):
        table = read_parquet(path, {"id": "str", "ref": "str"}, "id")
        return parts.count(table["ref"].fillna(table["id"].str.replace(r"@[^@]*$", "", regex=True)))
    return Counter()


def _split_file(
    scratch: Scratch, layout: Layout, name: str, number: int, path: Path, timezone: str, keep_going: bool
) -> list[str]:
    """Write the rows of a file to their parts, and return what of it is broken."""
    broken: list[str] | None = [] if keep_going else None
    first = 0
    for rows in read_tables_of(path, name, timezone, broken):
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


@contextmanager
def cluster(address: str) -> Iterator[None]:
    """Let the workers of a Dask scheduler work, at an address such as ``tcp://host:8786``."""
    try:
        client_of = import_module("distributed").Client
    except ModuleNotFoundError as error:
        raise ContribkitError("a cluster needs Dask; install it with: pip install contribkit[scale]") from error
    from joblib import parallel_config

    with ExitStack() as stack:
        try:
            client = stack.enter_context(client_of(address, timeout=_PATIENCE))
            client.wait_for_workers(1, timeout=_PATIENCE)
        except (OSError, ValueError) as error:
            fix = "start one with `dask scheduler`, and workers with `dask worker ADDRESS`"
            raise ContribkitError(f"{address}: no scheduler with workers answers there; {fix}") from error
        stack.enter_context(parallel_config(backend="dask"))
        yield
