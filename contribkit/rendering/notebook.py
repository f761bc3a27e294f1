"""Run a notebook with papermill, with parameters that were checked before."""

import json
import logging
from pathlib import Path
from typing import Any

from contribkit.errors import ContribkitError, nearest
from contribkit.io import write_whole
from contribkit.privacy import without_paths


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


def execute(
    source: Path, output: Path, parameters: dict[str, Any], progress: bool, root: Path, nameless: bool
) -> str | None:
    """Run a notebook in the folder of its output; return what stopped it, if anything did.

    The output is written in either case; after a failure it ends where the notebook stopped. Folders below `root`, and
    without names the words of errors, are taken out.
    """
    import papermill
    from nbclient.exceptions import DeadKernelError

    logging.getLogger("papermill").setLevel(logging.ERROR)
    failure = None
    try:
        papermill.execute_notebook(
            source, output, parameters, cwd=output.parent, progress_bar=progress, kernel_name="python3",
            store_widget_state=False, extra_arguments=["--IPKernelApp.log_level=ERROR"],
        )  # fmt: skip
    except papermill.PapermillExecutionError as error:
        words = "" if nameless else f": {without_paths(str(error.evalue), root)}"
        failure = f"Cell {error.exec_count} failed: {error.ename}{words}"
    except DeadKernelError:
        failure = "The kernel died, most likely for want of memory"
    _scrub(output, root, nameless)
    return failure


def prepare(source: Path, output: Path, parameters: dict[str, Any]) -> None:
    """Fill parameters into a notebook and do not run it: a widget in one that ran is dead when it is opened."""
    import nbformat
    from papermill.iorw import load_notebook_node
    from papermill.parameterize import parameterize_notebook

    notebook = parameterize_notebook(load_notebook_node(str(source)), parameters)
    notebook.metadata.pop("papermill")
    write_whole(output, nbformat.writes(notebook) + "\n")


def _scrub(path: Path, root: Path, nameless: bool) -> None:
    """Take out of a notebook where on this machine it ran; without names also what an error or a warning said."""
    notebook = json.loads(path.read_text(encoding="utf-8").replace(json.dumps(f"{root}/")[1:-1], ""))
    for cell in notebook["cells"]:
        if nameless and "outputs" in cell:
            cell["outputs"] = [output for output in cell["outputs"] if output["output_type"] not in ("stream", "error")]
    known = notebook["metadata"].get("papermill", {})
    for name in ("input_path", "output_path"):
        if name in known:
            known[name] = Path(known[name]).name
    write_whole(path, json.dumps(notebook, indent=1, ensure_ascii=False) + "\n")
