"""Take the pictures of the README and the docs anew, of the invented sample: ``python -m tests.helpers.pictures``."""

import shutil
import sys
import tempfile
from pathlib import Path
from subprocess import run
from typing import TYPE_CHECKING

from tests.helpers.jupyterlab import chromium, notebook, serve, visitor

if TYPE_CHECKING:
    from playwright.sync_api import Browser

ROOT = Path(__file__).parents[2]
PICTURES = ROOT / "docs" / "pictures"
_WIDTH, _HEIGHT = 1000, 1040


def take_pictures() -> list[Path]:
    """Render the sample and write each picture; return where they are."""
    PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for command in ("review", "plan"):
            words = [command, "--sample", "--team", "product", "--output", str(folder / command)]
            run([sys.executable, "-c", "from contribkit.cli import main; main()", *words], check=True)
        review, plan = sorted(folder.rglob("product/*.html"), reverse=True)
        with chromium() as browser:
            return [
                _page(browser, review, "", ROOT / "notebooks" / "review.png"),
                _page(browser, review, "details:has(details .reasons)", PICTURES / "reasons.png"),
                _page(browser, plan, "", PICTURES / "plan.png"),
                _relabelling(browser, folder, PICTURES / "relabel.png"),
            ]


def _page(browser: "Browser", page: Path, unfold: str, picture: Path) -> Path:
    """Take a picture of the top of a page, or of its first section of rows, unfolded."""
    with visitor(browser, _WIDTH, _HEIGHT) as visits:
        tab = visits.page()
        tab.goto(page.as_uri())
        if unfold:
            rows = tab.locator(unfold).first
            rows.locator("summary").first.click()
            rows.locator("details summary").first.click()
            rows.scroll_into_view_if_needed()
            rows.evaluate("rows => rows.scrollIntoView()")
        tab.screenshot(path=picture)
    return picture


def _relabelling(browser: "Browser", folder: Path, picture: Path) -> Path:
    """Take a picture of the relabelling widget in JupyterLab."""
    shutil.copy(ROOT / "notebooks" / "relabel.ipynb", folder)
    (folder / "home").mkdir()
    with (
        serve(folder, folder / "home") as server,
        notebook(browser, server, "relabel.ipynb", width=1440, height=_HEIGHT) as opened,
    ):
        opened.run_all()
        widget = opened.page.locator(".contribkit-relabel")
        widget.locator(".row.here").wait_for()
        widget.screenshot(path=picture)
    return picture


if __name__ == "__main__":
    print("\n".join(str(path.relative_to(ROOT)) for path in take_pictures()))
