"""Run a notebook with papermill, and make pages of it with nbconvert: each is one file that loads nothing by itself."""

import json
import logging
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

from markupsafe import Markup

from contribkit.errors import ContribkitError, nearest
from contribkit.io import write_whole
from contribkit.privacy import without_paths
from contribkit.review import page

_PACKAGE = Path(__file__).parents[1]
_INSTALLED = _PACKAGE / "notebook_files"
NOTEBOOKS = _INSTALLED if _INSTALLED.is_dir() else _PACKAGE.parent / "notebooks"
"""The folder of the notebooks: inside the package in an installed wheel, beside it in a checkout."""

_START = 300  # seconds that a kernel may take to start: a network disk is slow
_NO_START = (RuntimeError, ValueError, TypeError, KeyError, FileNotFoundError, PermissionError)
_KERNEL = (
    "--IPKernelApp.log_level=ERROR", "--IPKernelApp.exec_PYTHONSTARTUP=False", "--HistoryManager.enabled=False",
    f"--Contribkit.{page.RENDERED}=True",
    # Python's collector would look through all rows again and again, and nothing among them is cyclic.
    "--IPKernelApp.exec_lines=['import gc; gc.set_threshold(100_000)']",
)  # fmt: skip


def check_parameters(notebook: Path, given: dict[str, Any]) -> None:
    """Raise `ContribkitError` for a parameter that a notebook does not have, or of another type: papermill does not."""
    import papermill

    known = papermill.inspect_notebook(notebook)
    for name, value in given.items():
        if name not in known:
            raise ContribkitError(f'{notebook.name} has no parameter "{name}"; {nearest(name, list(known))}')
        wanted = known[name]["inferred_type_name"]
        if wanted not in ("None", type(value).__name__):
            raise ContribkitError(f'the parameter "{name}" is {wanted}, not {type(value).__name__} ({value!r})')


def execute(
    source: Path, output: Path, parameters: dict[str, Any], progress: bool, root: Path, nameless: bool
) -> str | None:
    """Run a notebook in the folder of its output, which ends where a failure stopped it; return what did, or None."""
    import papermill
    from nbclient.exceptions import DeadKernelError
    from traitlets import TraitError

    logging.getLogger("papermill").setLevel(logging.ERROR)
    failure = None
    # Nothing of the user's own IPython reaches the kernel: no profile, no startup file, no history.
    with tempfile.TemporaryDirectory(prefix="contribkit.", ignore_cleanup_errors=True) as profile:
        try:
            papermill.execute_notebook(
                source, output, parameters, cwd=output.parent, progress_bar=progress, kernel_name="python3",
                start_timeout=_START, store_widget_state=False, extra_arguments=[*_KERNEL, f"--ipython-dir={profile}"],
                shutdown_kernel="immediate", engine_name=_engine(),
            )  # fmt: skip
        except papermill.PapermillExecutionError as error:
            words = "" if nameless else f": {without_paths(str(error.evalue), root)}"
            failure = f"Cell {error.exec_count} failed: {error.ename}{words}"
        except DeadKernelError:
            failure = "The kernel died, most likely because memory ran out"
        except (*_NO_START, TraitError) as error:
            failure = f"The kernel did not start ({without_paths(str(error), root)}); run: contribkit doctor"
        except OSError as error:  # papermill names no file
            raise ContribkitError(f"{output.parent.parent}: cannot be written ({error.strerror})") from error
    _scrub(output, root, nameless)
    return failure


@cache
def _engine() -> str:
    """Register an engine that saves a notebook at its end, and return its name: papermill's own does at each cell."""
    from papermill.engines import NBClientEngine, papermill_engines

    class SavingOnce(NBClientEngine):  # type: ignore[misc]  # papermill has no types
        @classmethod
        def execute_managed_notebook(cls, manager: Any, *args: Any, **options: Any) -> None:
            path, manager.output_path = manager.output_path, None
            try:
                super().execute_managed_notebook(manager, *args, **options)
            finally:  # papermill saves it now, whatever happened
                manager.output_path = path

    papermill_engines.register("contribkit", SavingOnce)
    return "contribkit"


def prepare(source: Path, output: Path, parameters: dict[str, Any]) -> None:
    """Fill parameters into a notebook and do not run it: a widget in one that ran is dead when it is opened."""
    import nbformat
    from papermill.iorw import load_notebook_node
    from papermill.parameterize import parameterize_notebook

    notebook = parameterize_notebook(load_notebook_node(str(source)), parameters)
    notebook.metadata.pop("papermill")
    write_whole(output, nbformat.writes(notebook) + "\n")


def _scrub(path: Path, root: Path, nameless: bool) -> None:
    """Take out of a notebook where it ran, and what was printed, which may hold private words; without names errors."""
    notebook = json.loads(path.read_text(encoding="utf-8").replace(json.dumps(f"{root}/")[1:-1], ""))
    cut = ("stream", "error") if nameless else ("stream",)
    for cell in (cell for cell in notebook["cells"] if "outputs" in cell):
        cell["outputs"] = [output for output in cell["outputs"] if output["output_type"] not in cut]
        for output in cell["outputs"]:
            if "traceback" in output:
                output["traceback"] = [without_paths(line, root) for line in output["traceback"]]
    known = notebook["metadata"].get("papermill", {})
    known.update({name: Path(known[name]).name for name in ("input_path", "output_path") if name in known})
    write_whole(path, json.dumps(notebook, indent=1, ensure_ascii=False) + "\n")


def write_page(source: Path, output: Path, title: str, failure: str | None) -> None:
    """Make the page of a notebook that ran: outputs only, everything in one file; `failure` is what stopped it."""
    import nbformat
    from nbconvert import HTMLExporter
    from nbconvert.filters import Highlight2HTML
    from traitlets.config import Config

    # A widget's view would ask other hosts for its code; its static HTML says the same.
    kinds = ["text/html", "image/svg+xml", "image/png", "text/markdown", "text/plain"]
    hidden = {"enabled": True, "remove_cell_tags": {"not-on-the-page", "papermill-error-cell-tag"}}
    config = Config(NbConvertBase={"display_data_priority": kinds}, TagRemovePreprocessor=hidden)
    exporter = HTMLExporter(config=config, template_name="basic", exclude_input=True, exclude_output_prompt=True)
    notebook = nbformat.read(source, as_version=4)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            # What a failure printed names files of this machine; the page says what failed.
            cell["outputs"] = [o for o in cell.get("outputs", []) if o.output_type not in ("error", "stream")]
    exporter.register_filter("highlight_code", Highlight2HTML(parent=exporter))
    # Not HTMLExporter's own, which parses the whole page once more: pictures here have their words already.
    body, _ = super(HTMLExporter, exporter).from_notebook_node(notebook)
    write_whole(output, page.document(title, Markup(body), failure))


def write_print(source: Path, output: Path, title: str) -> None:
    """Make the page to print of a page: everything unfolded, and its title and page numbers on each sheet."""
    # Whatever strangers wrote is escaped: what is left of tags is ours.
    text = source.read_text(encoding="utf-8").replace("<details>", "<details open>")
    letters = "".join(f"\\{ord(sign):x} " for sign in title)  # in a string of CSS nothing can end it
    sheet = page.html("print.css", title=Markup(f'"{letters}"'))
    write_whole(output, text.replace("</head>", f"<style>{sheet}</style>\n</head>", 1))
