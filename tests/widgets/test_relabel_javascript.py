"""The widget's modules without a browser: ``node --test`` runs tests/widgets/javascript."""

import shutil
import subprocess
from graphlib import CycleError
from pathlib import Path

import pytest

from contribkit.widgets import modules, pack
from contribkit.widgets.relabelling.relabel import Relabel
from tests.helpers.jupyterlab import not_here

STATIC = Path(__file__).parents[2] / "contribkit" / "widgets" / "relabelling" / "static"


def test_node_tests_pass():
    node = shutil.which("node") or not_here("no node: install Debian's npm to test the widget's modules")
    tests = sorted((Path(__file__).parent / "javascript").glob("*.test.js"))
    done = subprocess.run([node, "--test", *map(str, tests)], capture_output=True, text=True, check=False)
    print(done.stdout[-6000:])
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr
    # An empty run is green too.
    assert "# fail 0" in done.stdout
    assert int(done.stdout.split("# pass ")[1].split()[0]) >= len(tests)


def test_every_module_is_packed_after_those_that_it_needs():
    names = [name for name, _ in modules(STATIC, "widget")]
    assert set(names) == {path.stem for path in STATIC.glob("*.js")}
    assert names[-1] == "widget"
    assert names.index("rows") < names.index("board") < names.index("app")


def test_packing_the_same_modules_gives_the_same_text():
    assert pack(STATIC, "widget") == pack(STATIC, "widget")
    assert str(Relabel._esm) == pack(STATIC, "widget")


def test_modules_that_need_one_another_are_refused(tmp_path):
    (tmp_path / "a.js").write_text('import { b } from "./b.js";\nexport const a = 1;\n')
    (tmp_path / "b.js").write_text('import { a } from "./a.js";\nexport const b = 1;\n')
    with pytest.raises(CycleError):
        pack(tmp_path, "a")


def test_the_widget_asks_no_other_host_for_code():
    for path in STATIC.iterdir():
        text = path.read_text(encoding="utf-8")
        assert "import(" not in text
        for word in ("cdn", "unpkg", "fetch(", "XMLHttpRequest", "@import", "url("):
            assert word not in text, f"{path.name}: {word}"
