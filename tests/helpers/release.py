"""Check what `make release` built: ``python -m tests.helpers.release dist``."""

import sys
from pathlib import Path

import contribkit

ROOT = Path(__file__).parents[2]
MOST = 1_000_000  # bytes of a wheel


def problems(folder: Path) -> list[str]:
    """Return what keeps a release back, as sentences."""
    found = []
    wheels = sorted(folder.glob("*.whl"))
    if [wheel.name.split("-")[1] for wheel in wheels] != [contribkit.__version__]:
        found.append(f"{folder}: holds {[wheel.name for wheel in wheels]}, not one wheel of {contribkit.__version__}")
    found += [f"{one}: has {one.stat().st_size:,} bytes, over {MOST:,}" for one in wheels if one.stat().st_size > MOST]
    for name, words in (
        ("CHANGELOG.md", f"## {contribkit.__version__}"),
        ("CITATION.cff", f"version: {contribkit.__version__}"),
    ):
        if words not in (ROOT / name).read_text(encoding="utf-8"):
            found.append(f'{name}: does not say "{words}"')
    return found


if __name__ == "__main__":
    sys.exit("\n".join(problems(Path(sys.argv[1]))) or 0)
