"""No expression and no rule of the classifiers takes for ever, whatever somebody writes into a thread."""

import subprocess
import sys
from pathlib import Path


def test_every_expression_and_rule_comes_to_an_end_on_hostile_texts_of_60_kb():
    # In a process of its own: an expression that backtracks cannot be interrupted from within.
    command = [sys.executable, "-m", "tests.helpers.hostile"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=Path(__file__).parents[2])
    assert done.returncode == 0, done.stderr
    assert "contributions judged" in done.stdout
