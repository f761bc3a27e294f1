"""Where the notebooks lie: beside the package in a checkout, inside it in an installed wheel."""

from pathlib import Path

_INSTALLED = Path(__file__).parent / "notebook_files"
NOTEBOOKS = _INSTALLED if _INSTALLED.is_dir() else Path(__file__).parent.parent / "notebooks"
"""The folder of the notebooks."""
