"""Run a notebook with papermill, with parameters that were checked before."""

import json
import logging
from pathlib import Path
from typing import Any

from contribkit.errors import ContribkitError, nearest
from contribkit.files import write_whole


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


def execute(source: Path, output: Path, parameters: dict[str, Any], progress: bool) -> str | None:
    """Run a notebook in the folder of its output; return what stopped it, if anything did.

    The output is written in either case; after a failure it ends where the notebook stopped.
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
