"""axe-core, which checks pages for accessibility."""

import json

from tests.helpers.jupyterlab import from_npm

AXE = "4.14.1"
UNFOLD = "open => document.querySelectorAll('.contribkit details').forEach(folded => { folded.open = open; })"


def axe_core() -> str:
    """Return axe-core as text."""
    return from_npm("axe-core", AXE, "axe.min.js").decode()


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
