"""Render the reviews and plans of a period, each in a process of its own; a folder appears whole or not at all."""

import os
import shutil
import signal
import sys
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import get_context
from pathlib import Path
from typing import Any, NamedTuple, TypedDict, Unpack

from tqdm import tqdm

from contribkit.config.models import Team, Upstream
from contribkit.config.organisation import Organisation
from contribkit.errors import ContribkitError
from contribkit.io import handling
from contribkit.labels import Labels
from contribkit.loaders import check, fetch, load_needs
from contribkit.parquet import check_pyarrow
from contribkit.period import Period
from contribkit.plan import read_planned
from contribkit.plan.proposal import PROPOSAL
from contribkit.rendering.folder import beside, check_place, replace
from contribkit.rendering.notebook import NOTEBOOKS, check_parameters, execute, prepare, write_page, write_print
from contribkit.rendering.overview import Rendered, write_index, write_overview
from contribkit.review.review_data import project_slug

_AT_ONCE = 2  # processes; a kernel each besides
_GRACE = 10  # seconds that a worker has to remove what it was writing
_LAST = {"review": "summary.json", "plan": PROPOSAL}  # written at the end of a notebook: it tells a good rendering


class _Job(NamedTuple):
    """What a process needs to render one notebook."""

    stem: str  # review or plan: the name of the files, without what follows the dot
    notebook: Path
    name: str  # of a team or a project, in the page's title
    folder: Path
    own: dict[str, Any]  # parameters that tell what is rendered
    given: dict[str, Any]  # parameters that a person gave
    printable: bool = False


class RenderOptions(TypedDict, total=False):
    """Options of `render`."""

    parameters: dict[str, Any]
    notebook: str | Path | None
    printable: bool


def render(
    organisation: Organisation, period: Period, of: Sequence[Team] | Upstream | None = None,
    output: str | Path | None = None, **options: Unpack[RenderOptions],
) -> list[Rendered]:  # fmt: skip
    """Render the reviews of teams for a period, two at a time, or that of a project, and an index over all periods.

    Parameters
    ----------
    organisation, period
        Whose teams, and the days looked at.
    of
        Which teams; by default all, and then an index of the period too. Or an upstream project: what all teams did in
        it, for its maintainers, without names.
    output
        Folder of reviews, by default ``reviews`` beside contribkit.toml, and in it ``without-names`` for those.
    options
        `parameters`: further parameters of the notebook, such as ``without_names``, or ``parquet`` for
        ``contributions.parquet`` and ``reasons.parquet`` beside the CSV. `notebook`: the path of a copy of
        ``notebooks/review.ipynb`` (of a project: ``upstream.ipynb``) that a team changed. `printable`: write
        ``print.html`` too, unfolded, for A4 paper or a PDF.

    Returns
    -------
    list of Rendered
        One a team, in the order of the file; ``failure`` says at which cell a notebook stopped.

    Raises
    ------
    ContribkitError
        For sources that cannot be read, parameters that do not fit or a folder that cannot be written, before any
        notebook runs.
    """
    given, notebook = options.get("parameters", {}), options.get("notebook")
    parent = _parent(organisation.root / "reviews", period, output, given)
    if notebook is not None and not Path(notebook).is_file():
        raise ContribkitError(f"{notebook}: there is no such notebook")
    if isinstance(of, Upstream):
        usual, whose = "upstream.ipynb", [(of.name, project_slug(organisation, of), {"upstream": of.name})]
    else:
        teams = organisation.teams if of is None else of
        usual, whose = "review.ipynb", [(team.name, team.slug, {"team": team.slug}) for team in teams]
    source = NOTEBOOKS / usual if notebook is None else Path(notebook).absolute()
    further, printable = {"reviews": "../.."}, options.get("printable", False)
    jobs = [_Job("review", source, name, parent / slug, own | further, given, printable) for name, slug, own in whose]
    results = _run(organisation, period, jobs, lambda keep_going: fetch(organisation, period, keep_going))
    if of is None:
        write_index(organisation, period, parent, results)
    write_overview(organisation, parent.parent)
    return results


def render_plans(
    organisation: Organisation, period: Period, teams: list[Team] | None = None, output: str | Path | None = None,
    parameters: dict[str, Any] | None = None,
) -> list[Rendered]:  # fmt: skip
    """Render the plans of teams for a period, two at a time: a page, a notebook and a proposal as CSV each.

    A proposal never replaces a saved plan, which people save from the notebook into ``planned/``. What it returns and
    raises is as of `render`.

    Parameters
    ----------
    organisation, period, teams
        Whose plans, and for when; by default of all teams.
    output
        Folder of plans, by default ``plans`` beside contribkit.toml, and in it ``without-names`` for those.
    parameters
        Further parameters of ``notebooks/plan.ipynb``, such as ``without_names``.
    """
    given = parameters or {}
    parent = _parent(organisation.root / "plans", period, output, given)
    source, chosen = NOTEBOOKS / "plan.ipynb", organisation.teams if teams is None else teams
    jobs = [_Job("plan", source, one.name, parent / one.slug, {"team": one.slug}, given) for one in chosen]
    return _run(organisation, period, jobs, lambda keep_going: load_needs(organisation, keep_going))


def _parent(default: Path, period: Period, output: str | Path | None, given: dict[str, Any]) -> Path:
    """Return the folder of a period; pages without names never replace those with names."""
    default = default / ("without-names" if given.get("without_names") else "")
    return (Path(output) if output is not None else default).absolute() / str(period)


def _run(organisation: Organisation, period: Period, jobs: list[_Job], load: Callable[[bool], Any]) -> list[Rendered]:
    """Check all that can be checked, load once, then render; whatever ends this process ends the others."""
    keep_going = bool(jobs and jobs[0].given.get("keep_going"))
    if any("team" in job.own for job in jobs):
        read_planned(organisation, period, keep_going)
    for job in jobs:
        check_parameters(job.notebook, job.given)
        if job.given.get("parquet"):
            check_pyarrow()
    check(organisation, keep_going)
    Labels.read(organisation.root / "labels")
    for job in jobs:
        check_place(job.folder, job.stem)
    load(keep_going)  # the kernels of all notebooks find it in the store
    with handling(signal.SIGTERM, signal.default_int_handler):
        if len(jobs) == 1:
            return [_render(jobs[0], organisation.path, str(period), progress=True)]
        return _render_at_once(jobs, organisation.path, str(period))


def _render_at_once(jobs: list[_Job], config: Path, period: str) -> list[Rendered]:
    context = get_context("spawn")  # a fresh interpreter each: kernels, threads and locks of this one are not copied
    stop = context.Event()
    pool = ProcessPoolExecutor(_AT_ONCE, context, _watch_parent, (os.getpid(), stop))
    with pool:
        try:
            with handling(signal.SIGINT, signal.SIG_IGN):  # and so in the workers, from their first moment on
                waiting = [pool.submit(_render_unless_ending, job, config, period) for job in jobs]
            for _ in tqdm(as_completed(waiting), f"rendering {jobs[0].stem}s", len(jobs), unit="team", leave=False):
                pass
            return [future.result() for future in waiting]
        except BaseException:
            stop.set()
            pool.shutdown(cancel_futures=True)  # and wait: a worker that is starting still needs what it shares
            raise


def _watch_parent(parent: int, stop: Any) -> None:
    """Let a worker end with the process that started it: at Ctrl-C, at SIGTERM, and where that one is killed."""
    if stop.is_set():  # nothing is begun
        os._exit(1)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches all processes; the parent sets `stop`
    signal.signal(signal.SIGTERM, _end)

    def watch() -> None:
        while os.getppid() == parent and not stop.wait(1):
            pass
        os.kill(os.getpid(), signal.SIGTERM)  # the job removes what it was writing
        time.sleep(_GRACE)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def _end(*_: Any) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # nothing interrupts the removing of what was begun
    sys.exit(1)


def _render_unless_ending(*job: Any) -> Rendered:
    """Render in a worker; the pool would give one that ends its next job."""
    if signal.getsignal(signal.SIGTERM) == signal.SIG_IGN:
        os._exit(1)
    return _render(*job)


def _render(job: _Job, config: Path, period: str, progress: bool = False) -> Rendered:
    place = job.folder.resolve() if job.folder.is_symlink() else job.folder
    title = f"{job.name} · {period}"
    nameless = "upstream" in job.own or bool(job.given.get("without_names"))  # maintainers of a project see no names
    with beside(place) as folder:
        output, page_path = folder / f"{job.stem}.ipynb", folder / f"{job.stem}.html"
        # Relative, so that the notebook runs where it is and does not reveal paths of this machine.
        where = {"config": os.path.relpath(config, folder), "period": period}
        parameters = job.given | job.own | where | {"output": "."}
        failure = execute(job.notebook, output, parameters, progress, config.parent, nameless)
        write_page(output, page_path, title, failure)
        if job.printable:
            write_print(page_path, folder / "print.html", title)
        if job.stem == "review" and "team" in job.own:
            # The labels of the sample do not go into this folder, which the next rendering replaces.
            places = where | {"team": job.own["team"], "sample_labels": "../../sample-labels"}
            prepare(NOTEBOOKS / "relabel.ipynb", folder / "relabel.ipynb", places)
        # A good page is worth more than a new one that stopped: that one is kept beside it.
        failed = place.with_name(f"{place.name}.failed")
        kept = failed if failure is not None and (place / _LAST[job.stem]).exists() else place
        replace(folder, kept)
        if failure is None and (failed / f"{job.stem}.ipynb").exists():
            shutil.rmtree(failed, ignore_errors=True)
    return Rendered(job.name, job.folder.name, kept, failure, job.stem)
