"""Check that no notebook in git holds outputs: ``python -m tests.helpers.notebooks_without_outputs``."""

import json
import sys
from pathlib import Path


def with_outputs(folder: Path) -> list[Path]:
    """Return the notebooks that were saved with outputs."""
    found = []
    for path in sorted(folder.rglob("*.ipynb")):
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        if any(cell.get("outputs") or cell.get("execution_count") for cell in cells):
            found.append(path)
    return found


if __name__ == "__main__":
    dirty = with_outputs(Path(__file__).parents[2] / "notebooks")
    sys.exit("\n".join(f"{path}: holds outputs; clear them" for path in dirty) or None)
