"""What people said of contributions: a file of settled labels, or a folder of label logs."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pandas as pd

from contribkit.errors import ContribkitError, nearest
from contribkit.ids import casefold_id, parse_contribution_id
from contribkit.io import read_jsonl, report_problem
from contribkit.labels import Labels
from contribkit.text import pluralise
from contribkit.vocabulary import Lead

COLUMNS = ("id", "lead", "activity", "stakeholder")


@dataclass(frozen=True)
class Truth:
    """What is taken for true.

    Attributes
    ----------
    table
        One row a contribution: `id`, `lead` (one of `Lead`, `unclear` among them), `activity`, `stakeholder` (str or
        missing).
    labels
        The label logs it comes from, for the agreement between people and the audit; None for a file.
    notes
        Sentences on what was left out.

    Examples
    --------
    >>> Truth.of([{"id": "o/r#1@ada:review", "lead": "upstream"}]).table["lead"].tolist()
    ['upstream']
    """

    table: pd.DataFrame
    labels: Labels | None = None
    notes: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, rows: Iterable[dict[str, Any]]) -> "Truth":
        """Return the truth of rows with `id` and `lead`; of rows with one id the last counts."""
        last: dict[str, dict[str, Any]] = {}
        twice: list[str] = []
        for row in rows:
            if last.get(casefold_id(row["id"]), row)["lead"] != row["lead"]:
                twice.append(row["id"])
            last[casefold_id(row["id"])] = row
        table = [[row.get(name) for name in COLUMNS] for row in last.values()]
        notes = [f"labelled twice, so that the last counts: {', '.join(twice[:3])}"] if twice else []
        return cls(pd.DataFrame(table, columns=list(COLUMNS), dtype="str"), notes=notes)

    @classmethod
    def from_labels(cls, labels: Labels) -> "Truth":
        """Return what people agree on; what they dispute is no truth, and is said."""
        settled = [label for label in labels.effective.values() if label.lead is not None]
        disputed = [label for label in labels.effective.values() if label.lead is None]
        found = cls.of(
            [{name: getattr(label, name, None) for name in COLUMNS} | {"id": label.item} for label in settled]
        )
        notes = [*found.notes]
        if disputed:
            count = pluralise(len(disputed), "contribution")
            said = f"left out: {count} on which people disagree, such as {disputed[0].item}"
            notes.append(f"{said}; these are hard ones, so that figures flatter until they are settled")
        return cls(found.table, labels, notes)

    @classmethod
    def read(cls, path: Path, broken: list[str] | None = None) -> "Truth":
        """Read a file in the form of ``labels.jsonl``, or a folder of label logs.

        Parameters
        ----------
        path
            JSON lines with `id`, `lead` and, where known, `activity` and `stakeholder`; or a folder.
        broken
            Where given, wrong lines of a file are noted here and passed over.

        Raises
        ------
        ContribkitError
            For what cannot be read, or holds no label.
        """
        if path.is_dir():
            found = cls.from_labels(Labels.read(path))
        else:
            found = cls.of(row for line, row in read_jsonl(path, broken) if _is_label(row, f"{path}:{line}", broken))
        if not len(found.table):
            disputed = f" ({found.notes[0]})" if found.notes else ""
            raise ContribkitError(f"{path}: holds no label to compare with{disputed}")
        return found

    def known_in(self, ids: Iterable[str]) -> "Truth":
        """Return the truth of these contributions, under these ids; labels for others are said, not dropped silently.

        Raises
        ------
        ContribkitError
            Where none is for any of them.
        """
        ids = list(ids)
        if self.labels and self.labels.aliases:
            return Truth.from_labels(self.labels.spelled_as(ids)).known_in(ids)
        known = {casefold_id(item) for item in ids}
        here = self.table["id"].map(casefold_id).isin(known)
        others = self.table.loc[~here, "id"]
        if not here.any():
            first = f"; the first is for {others.iloc[0]}" if len(others) else ", and for no other"
            raise ContribkitError(f"no label is for any of these contributions{first}")
        if not len(others):
            return self
        said = f"left out: {pluralise(len(others), 'label')} for other contributions, such as {others.iloc[0]}"
        return replace(self, table=self.table[here].reset_index(drop=True), notes=[*self.notes, said])


def _is_label(row: dict[str, Any], place: str, broken: list[str] | None) -> bool:
    """Say whether a row is a label; a wrong one is an error, or noted."""
    try:
        if "op" in row and "item" in row:
            raise ContribkitError(
                f"{place}: is an event of a label log; name the folder of the logs instead of the file"
            )
        for name in COLUMNS:
            if not isinstance(row.get(name), str | None):
                raise ValueError(f'"{name}" is {row[name]!r}, not text')
        if row.get("lead") not in list(Lead):
            raise ValueError(f'"{row.get("lead")}" is no lead; {nearest(str(row.get("lead")), [str(x) for x in Lead])}')
        parse_contribution_id(row.get("id") or "")
    except ValueError as error:
        report_problem(f"{place}: {error}", broken)
        return False
    return True
