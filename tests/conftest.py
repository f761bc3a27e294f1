"""What every test may ask for."""

import os
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def realset() -> Path:
    """Return the folder of the real set, which is no part of the repository."""
    beside = Path(__file__).parents[2] / "shared" / "realset"
    folder = Path(os.environ.get("CONTRIBKIT_REALSET") or beside)
    if not (folder / "contributions.jsonl").is_file():
        pytest.skip("the real set is not there: set CONTRIBKIT_REALSET")
    return folder
