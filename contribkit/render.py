"""Render reviews: papermill runs the notebook, nbconvert makes the page, and a folder appears whole or not at all."""

import json
import logging
import os
import shutil
import tempfile
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING, Any

from contribkit.errors import ContribkitError, nearest
from contribkit.files import write_whole
from contribkit.notebooks import NOTEBOOKS

if TYPE_CHECKING:
    from contribkit.configuration import Team
    from contribkit.organisation import Organisation
    from contribkit.period import Period

_AT_ONCE = 2  # processes; a kernel each besides
_PAGE = "review.html"
_NOTEBOOK = "review.ipynb"


@dataclass(frozen=True)
class Rendered:
    """One team's review: where it lies, and what stopped it, if anything did."""

    team: str
    slug: str
    folder: Path
    failure: str | None = None

    @property
    def page(self) -> Path:
        """The page to open."""
        return self.folder / _PAGE


def render(
    organisation: "Organisation",
    period: "Period",
    teams: "list[Team] | None" = None,
    output: str | Path | None = None,
    parameters: dict[str, Any] | None = None,
) -> list[Rendered]:
    """Render the reviews of teams for a period, two at a time, and an index over them.

    Parameters
    ----------
    organisation
        Whose teams.
    period
        The days looked at.
    teams
        Which teams; by default all, and then an index page too.
    output
        Folder of reviews, by default ``reviews`` beside contribkit.toml.
    parameters
        Further parameters of ``notebooks/review.ipynb``, such as ``without_names``.

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
    from contribkit.labels import Labels
    from contribkit.loaders import check

    chosen = teams if teams is not None else organisation.teams
    given = parameters or {}
    base = Path(output) if output is not None else organisation.root / "reviews"
    folder = base.absolute() / str(period)
    check_parameters(NOTEBOOKS / _NOTEBOOK, given)
    check(organisation, keep_going=bool(given.get("keep_going", False)))
    Labels.read(organisation.root / "labels")
    _check_writable(folder)
    jobs = [_Job(team.name, team.slug, folder / team.slug, organisation.path, str(period), given) for team in chosen]
    results = _run(jobs)
    if teams is None:
        write_index(organisation, period, folder, results)
    return results


@dataclass(frozen=True)
class _Job:
    """What a process needs to render one review."""

    team: str
    slug: str
    folder: Path
    config: Path
    period: str
    parameters: dict[str, Any]


def _run(jobs: list[_Job]) -> list[Rendered]:
    from tqdm import tqdm

    if len(jobs) == 1:
        return [_render_one(jobs[0], progress=True)]
    # A fresh interpreter each: kernels, threads and locks of this one are not copied.
    with ProcessPoolExecutor(_AT_ONCE, mp_context=get_context("spawn")) as pool:
        waiting = [pool.submit(_render_one, job) for job in jobs]
        for _ in tqdm(as_completed(waiting), "rendering reviews", len(jobs), unit="team", leave=False):
            pass
        return [future.result() for future in waiting]


def _render_one(job: _Job, progress: bool = False) -> Rendered:
    """Render one review beside its place, then put it there."""
    with _beside(job.folder) as folder:
        failure = _execute(job, folder, progress)
        _write_page(folder, f"{job.team} · {job.period}", failure)
        # A good review is worth more than a new one that stopped: that one is kept beside it.
        kept_good = failure is not None and (job.folder / "summary.json").exists()
        place = job.folder.with_name(f"{job.folder.name}.failed") if kept_good else job.folder
        _replace(folder, place)
    return Rendered(job.team, job.slug, place, failure)


@contextmanager
def _beside(folder: Path) -> Iterator[Path]:
    """Yield a new folder beside another, so that a rename puts it in its place and relative paths stay true."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    temporary = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
    temporary.chmod(0o755)
    try:
        yield temporary
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def _replace(new: Path, place: Path) -> None:
    """Put a folder in the place of another; where that fails, the old one is back."""
    old = place.with_name(f".{place.name}.old")
    shutil.rmtree(old, ignore_errors=True)
    if place.exists():
        place.rename(old)
    try:
        new.rename(place)
    except OSError:
        if old.exists():
            old.rename(place)
        raise
    shutil.rmtree(old, ignore_errors=True)


def _execute(job: _Job, folder: Path, progress: bool) -> str | None:
    """Run the notebook; return what stopped it, if anything did."""
    import papermill
    from nbclient.exceptions import DeadKernelError

    logging.getLogger("papermill").setLevel(logging.ERROR)
    output = folder / _NOTEBOOK
    parameters = job.parameters | {
        "config": os.path.relpath(job.config, folder),
        "team": job.slug,
        "period": job.period,
        "output": ".",
    }
    failure = None
    try:
        papermill.execute_notebook(
            NOTEBOOKS / _NOTEBOOK, output, parameters, cwd=folder, progress_bar=progress, kernel_name="python3",
            store_widget_state=False, extra_arguments=["--IPKernelApp.log_level=ERROR"],
        )  # fmt: skip
    except papermill.PapermillExecutionError as error:
        failure = f"Cell {error.exec_count} failed: {error.ename}: {error.evalue}"
    except DeadKernelError:
        failure = "The kernel died, most likely for want of memory"
    _scrub(output)
    return failure


def _scrub(path: Path) -> None:
    """Take out of a notebook what papermill notes about this machine."""
    notebook = json.loads(path.read_text(encoding="utf-8"))
    known = notebook["metadata"].get("papermill", {})
    for name in ("input_path", "output_path"):
        if name in known:
            known[name] = Path(known[name]).name
    write_whole(path, json.dumps(notebook, indent=1, ensure_ascii=False) + "\n")


def _write_page(folder: Path, title: str, failure: str | None) -> None:
    """Make the page of a notebook: outputs only, everything in one file."""
    import nbformat
    from markupsafe import Markup
    from nbconvert import HTMLExporter
    from nbconvert.preprocessors import TagRemovePreprocessor
    from traitlets.config import Config

    from contribkit.review import page

    config = Config()
    # A widget's view would ask other hosts for its code; its static HTML says the same.
    config.NbConvertBase.display_data_priority = [
        "text/html",
        "image/svg+xml",
        "image/png",
        "text/markdown",
        "text/plain",
    ]
    exporter = HTMLExporter(config=config, template_name="basic", exclude_input=True, exclude_output_prompt=True)
    exporter.register_preprocessor(TagRemovePreprocessor(remove_cell_tags={"not-on-the-page"}), enabled=True)
    notebook = nbformat.read(folder / _NOTEBOOK, as_version=4)
    for cell in notebook.cells:
        # What a failure printed names files of this machine; the page says what failed.
        cell["outputs"] = [o for o in cell.get("outputs", []) if o.output_type not in ("error", "stream")]
        if cell.cell_type != "code":
            cell.pop("outputs")
    notebook.cells = [
        cell for cell in notebook.cells if "papermill-error-cell-tag" not in cell.metadata.get("tags", [])
    ]
    body, _ = exporter.from_notebook_node(notebook)
    text = page.html("page.html", title=title, style=page.style(), body=Markup(body), failure=failure)
    write_whole(folder / _PAGE, text)


def check_parameters(notebook: Path, given: dict[str, Any]) -> None:
    """Raise `ContribkitError` for a parameter that a notebook does not have, or of another type.

    papermill itself passes over both with a printed line at most.
    """
    import papermill

    known = papermill.inspect_notebook(notebook)
    for name, value in given.items():
        if name not in known:
            raise ContribkitError(f'notebooks/{notebook.name} has no parameter "{name}"; {nearest(name, list(known))}')
        wanted = known[name]["inferred_type_name"]
        if wanted not in ("None", type(value).__name__):
            raise ContribkitError(f'the parameter "{name}" is {wanted}, not {type(value).__name__} ({value!r})')


def _check_writable(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=folder).close()
    except OSError as error:
        raise ContribkitError(
            f"{folder}: cannot be written ({error.strerror}); choose another with --output"
        ) from error


def write_index(organisation: "Organisation", period: "Period", folder: Path, results: list[Rendered]) -> None:
    """Write ``index.html`` over the reviews of all teams; what two teams share counts once."""
    from contribkit.review import page
    from contribkit.review.summary import count_leads

    teams: list[dict[str, Any]] = []
    unique: dict[str, dict[str, Any]] = {}
    for result in results:
        rows = None
        if result.failure is None:
            rows = json.loads((result.folder / "summary.json").read_text(encoding="utf-8"))["rows"]
            unique |= {row["id"].casefold(): row for row in rows}
        teams.append(
            {
                "name": result.team,
                "href": f"{result.folder.name}/{_PAGE}",
                "leads": count_leads(rows) if rows is not None else None,
                "rows": len(rows or []),
                "failure": result.failure,
            }
        )
    together = count_leads(list(unique.values()))
    words = {lead: organisation.word(lead) for lead in together}
    counted = "; ".join(f"{count} {words[lead]}" for lead, count in together.items())
    body = page.html(
        "index.html", organisation=organisation.name, period=str(period), sample=organisation.sample, words=words,
        teams=teams, together=together, rows=len(unique), sentence=f"{len(unique)} contributions: {counted}.",
    )  # fmt: skip
    title = f"{organisation.name} · {period}"
    text = page.html("page.html", title=title, style=page.style(), body=body, failure=None)
    write_whole(folder / "index.html", text)
