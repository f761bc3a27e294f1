"""Labels for tests, from a process of its own: ``python -m tests.helpers.label_writer FOLDER PERSON COUNT``.

It labels one contribution after the other, and prints the number of each once it is saved.
"""

import sys

import pandas as pd

from contribkit.labels import Labels
from contribkit.tables import Judged
from contribkit.widgets.relabelling.session import Session


def judged(count: int) -> Judged:
    """Return that many contributions judged upstream-led, without any texts."""
    ids = [f"o/r#{number}@ada:review" for number in range(count)]
    table = pd.DataFrame({"id": ids, "kind": "review", "lead": "upstream", "confidence": 0.9, "decided_by": "rules"})
    return Judged.of(table)


def main(folder: str, person: str, count: str) -> None:
    """Label contributions, and say which are saved."""
    session = Session(judged(int(count)), Labels.read(folder), person, period="2026-Q3")
    print("ready", flush=True)
    for number in range(int(count)):
        item = f"o/r#{number}@ada:review"
        assert session.record([{"op": "label", "item": item, "lead": "individual"}]).saved
        print(number, flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
