"""Prints the acts that our own loader brings back: ``python ours.py CONFIG PERIOD``."""

import json
import sys
from pathlib import Path

from contribkit import Organisation, Period, load
from contribkit.tables import records


def main(config: str, period: str) -> None:
    """Load once, with an empty store."""
    organisation = Organisation.read(Path(config))
    acts = load(organisation, Period(period, organisation.timezone)).acts
    for act in records(acts[["ref", "actor", "act", "at"]]):
        print("ACT", json.dumps(act))


if __name__ == "__main__":
    main(*sys.argv[1:])
