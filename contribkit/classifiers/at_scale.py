"""At scale: contributions that no one process holds, judged part by part on several processes or a cluster.

joblib hands the parts out: to processes of this machine, or inside ``joblib.parallel_config(backend="dask")`` to a
cluster of Dask, and so for its other backends. `contribkit.classifiers.parts` says what is done with one part.
"""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

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
from contribkit.labels import Labels
from contribkit.tables import Judged
from contribkit.text import pluralise

_PATIENCE = 15  # seconds


def classify_table(
    contributions: pd.DataFrame, references: pd.DataFrame, organisation: Organisation, labels: Labels | None,
    weights: Weights | None, n_jobs: int,
) -> Judged:  # fmt: skip
    """Return what `contribkit.classify` returns, found by several processes."""
    with new_scratch(None) as place:
        run, layout = partial(run_tasks, n_jobs), Layout.of(parts.count(contributions["ref"]), 4 * workers_of(n_jobs))
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


def workers_of(n_jobs: int) -> int:
    """Return how many processes work, as joblib counts them."""
    from joblib import effective_n_jobs

    if n_jobs == 0:
        raise ContribkitError("n_jobs is 0, and no process would work; give 1 or more, or -1 for all cores")
    return int(effective_n_jobs(n_jobs))


@contextmanager
def new_scratch(folder: str | Path | None) -> Iterator[Scratch]:
    """Give a new folder for one run, which nobody else may read: it may hold private rows."""
    if folder is not None and Path(folder).exists() and not Path(folder).is_dir():
        raise ContribkitError(f"{folder}: is a file; name a folder for --scratch")
    if folder is not None:
        Path(folder).mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="contribkit-", dir=folder, ignore_cleanup_errors=True) as place:
        yield Scratch(Path(place).resolve())


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
