"""What a review leaves in files."""

import json
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from contribkit.io import write_whole
from contribkit.review.csv import to_csv
from contribkit.review.measures import Measures
from contribkit.review.page import Section
from contribkit.review.sortable import Sortable
from contribkit.review.summary import summarise


class Written(Measures):
    """Measures that can be written down."""

    @cached_property
    def summary(self) -> dict[str, Any]:
        """Every number of the page; its schema is ``contribkit/review/summary.schema.json``."""
        return summarise(self)

    @property
    def sortable(self) -> Sortable:
        """The contributions as a table to sort and search in a notebook."""
        rows = self.rows
        columns = {
            "who led": rows["lead"].map(self.words),
            "title": rows["title"],
            "kind": rows["kind"],
            "activity": rows["activity"],
            "for": rows["stakeholder"],
            "initiative or goal": rows["initiative"].fillna(rows["goal"]),
            "who": rows["actor"].replace(self.members),
            "day": rows["happened_at"].dt.tz_convert(self.period.timezone).dt.strftime("%Y-%m-%d"),
            "thread": rows["id"].str.rsplit("@", n=1).str[0],
        }
        chosen = {name: column for name, column in columns.items() if name != "who" or not self.without_names}
        return Sortable(pd.DataFrame(chosen).reset_index(drop=True))

    def write(self, folder: str | Path, *further: Section) -> None:
        """Write ``contributions.csv`` and ``summary.json`` into a folder, each whole or not at all.

        Parameters
        ----------
        folder
            Where to.
        further
            Sections of the same page that were made elsewhere, whose `numbers` go into the summary.
        """
        summary = self.summary | {name: value for section in further for name, value in section.numbers.items()}
        write_whole(Path(folder) / "contributions.csv", to_csv(self.rows, self.without_names))
        write_whole(Path(folder) / "summary.json", json.dumps(summary, indent=1, ensure_ascii=False) + "\n")
