"""The code and the look of widgets: several ES modules in one text, without a bundler, and one style sheet."""

import base64
import gzip
import json
import re
from graphlib import TopologicalSorter
from pathlib import Path

_THEME = Path(__file__).parent / "theme.css"
_IMPORT = re.compile(r'from "\./(\w+)\.js"')
_LOADER = Path(__file__).parent / "loader.js"


def pack(folder: Path, entry: str) -> str:
    """Return one ES module that loads an entry module and all that it imports, and exports by default what it does."""
    # anywidget has one text for the code of a widget, which cannot import others by path: the loader gives each module
    # a blob's address and puts these into their imports. Notebooks save the text, so it is compressed; without a time
    # in it, the same modules give the same text.
    packed = gzip.compress(json.dumps(modules(folder, entry)).encode(), mtime=0)
    loader = _LOADER.read_text(encoding="utf-8").replace("ENTRY", entry)
    return loader.replace("PACKED", base64.b64encode(packed).decode())


def modules(folder: Path, entry: str) -> list[tuple[str, str]]:
    """Return name and source of a module and of all that it imports, each after those that it needs."""
    sources, needs, waiting = dict[str, str](), dict[str, list[str]](), [entry]
    for name in waiting:  # it grows
        if name not in sources:
            sources[name] = (folder / f"{name}.js").read_text(encoding="utf-8")
            needs[name] = _IMPORT.findall(sources[name])
            waiting += needs[name]
    return [(name, sources[name]) for name in TopologicalSorter(needs).static_order()]


def style(own: Path) -> str:
    """Return the common theme, then a widget's own style sheet; its root has the class ``contribkit-widget``."""
    return "\n".join(path.read_text(encoding="utf-8") for path in (_THEME, own))
