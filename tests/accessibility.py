"""axe-core, which checks pages for accessibility."""

import json
import shutil
import subprocess
import tarfile
from pathlib import Path

from tests.jupyterlab import not_here

AXE = "4.14.1"
UNFOLD = "open => document.querySelectorAll('.contribkit details').forEach(folded => { folded.open = open; })"


def axe_core(place: Path) -> str:
    """Return axe-core as text, fetched once into a folder that is kept."""
    script = place / f"axe-{AXE}.min.js"
    if not script.exists():
        npm = shutil.which("npm") or not_here("no npm: install Debian's npm to check pages for accessibility")
        command = [npm, "pack", f"axe-core@{AXE}", "--silent", "--pack-destination", str(place)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            not_here(f"npm could not fetch axe-core {AXE}: {done.stderr.strip()[-300:]}")
        with tarfile.open(place / f"axe-core-{AXE}.tgz") as archive:
            script.write_bytes(archive.extractfile("package/axe.min.js").read())
    return script.read_text(encoding="utf-8")


def violations(page, axe, part=None):
    """Return what axe-core finds on a page, or in the parts of it that a selector names, with everything unfolded."""
    page.evaluate(UNFOLD, True)
    page.evaluate(axe)
    options = {"resultTypes": ["violations"]}
    if part:
        # Rules for whole pages, such as landmarks, do not fit a part; success criteria do.
        options["runOnly"] = ["wcag2a", "wcag2aa", "wcag21aa"]
    found = page.evaluate("([part, options]) => axe.run(part ?? document, options)", [part, options])
    assert len(found["passes"]) > 5, "axe looked at nothing"
    return [f"{v['id']}: {v['help']}: {json.dumps(v['nodes'][0]['html'])[:300]}" for v in found["violations"]]
