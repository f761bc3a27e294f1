"""The ground truth: what people said of contributions; and what was known at an earlier day."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pandas as pd

from contribkit.classifiers import classify
from contribkit.config.organisation import Organisation
from contribkit.errors import ContribkitError, nearest
from contribkit.ids import casefold_id, parse_contribution_id
from contribkit.io import read_jsonl, report_problem
from contribkit.labels import Labels
from contribkit.period import Period
from contribkit.tables import REASONS, Judged, combine
from contribkit.text import pluralise
from contribkit.vocabulary import Lead

GRACE = 30
"""Days after the end of a period in which a team still writes about it before the review."""
_COLUMNS = ["id", "lead", "activity", "stakeholder"]


@dataclass(frozen=True)
class Truth:
    """What people said of contributions: a file of settled labels, or a folder of label logs.

    Attributes
    ----------
    table
        One row per contribution: `id`, `lead` (one of `Lead`, `unclear` included), `activity`, `stakeholder` (str or
        missing).
    labels
        The label logs it comes from; None for a file.
    notes
        Sentences on what was left out. They name no contribution, since it may be private.

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
        """Return the truth of rows with `id` and `lead`; of rows with the same id the last one counts."""
        table = pd.DataFrame([[row.get(name) for name in _COLUMNS] for row in rows], columns=_COLUMNS, dtype="str")
        keys = table["id"].map(casefold_id)
        differ = int((table.groupby(keys)["lead"].nunique() > 1).sum())
        notes = [f"labelled differently more than once, the last label counts: {differ} contributions"]
        last = table[~keys.duplicated(keep="last")].reset_index(drop=True)
        return cls(last, notes=[note.removesuffix("s" * (differ == 1)) for note in notes] if differ else [])

    @classmethod
    def from_labels(cls, labels: Labels) -> "Truth":
        """Return what people agree on, and a note on how much they dispute."""
        settled = [label for label in labels.effective.values() if label.lead is not None]
        disputed = len(labels.effective) - len(settled)
        rows = [{"id": x.item, "lead": x.lead, "activity": x.activity, "stakeholder": x.stakeholder} for x in settled]
        note = (
            f"left out: {pluralise(disputed, 'contribution')} on which people disagree (contribkit labels list "
            "--disputed); they are hard ones, so the figures are too good until they are settled"
        )
        return cls(cls.of(rows).table, labels, [note] if disputed else [])

    @classmethod
    def read(cls, path: Path, broken: list[str] | None = None, organisation: Organisation | None = None) -> "Truth":
        """Read a file in the form of ``labels.jsonl``, or a folder of label logs.

        Parameters
        ----------
        path
            JSON lines with `id`, `lead` and, where known, `activity` and `stakeholder`; or a folder.
        broken
            If given, invalid lines of a file are noted here and skipped.
        organisation
            Whose members' aliases hold for the people in label logs.

        Raises
        ------
        ContribkitError
            For what cannot be read, or holds no label.
        """
        if path.is_dir():
            found = cls.from_labels(Labels.read(path, organisation))
        else:
            found = cls.of(row for line, row in read_jsonl(path, broken) if _is_label(row, f"{path}:{line}", broken))
        if not len(found.table):
            disputed = f" ({found.notes[0]})" if found.notes else ""
            raise ContribkitError(f"{path}: no label to compare with{disputed}")
        return found

    def restricted_to(self, ids: Iterable[str]) -> "Truth":
        """Return the truth of these contributions, under these ids, with a note on labels for others.

        Raises
        ------
        ContribkitError
            If no label is for any of them.
        """
        ids = list(ids)
        if self.labels and self.labels.aliases:
            return Truth.from_labels(self.labels.spelled_as(ids)).restricted_to(ids)
        is_here = self.table["id"].map(casefold_id).isin({casefold_id(item) for item in ids})
        others = int((~is_here).sum())
        if not is_here.any():
            raise ContribkitError(
                f"none of the {pluralise(others, 'label')} is for any of the {pluralise(len(ids), 'contribution')}; "
                "check that both write ids alike, such as owner/repo#719@ada:review"
            )
        notes = [f"left out: {pluralise(others, 'label')} for other contributions"] if others else []
        return replace(self, table=self.table[is_here].reset_index(drop=True), notes=[*self.notes, *notes])


def _is_label(row: dict[str, Any], place: str, broken: list[str] | None) -> bool:
    """Say whether a row is a label; an invalid one is an error, or noted."""
    try:
        if "op" in row and "item" in row:
            raise ContribkitError(f"{place}: an event of a label log; give the folder of the logs instead of the file")
        for name in _COLUMNS:
            if not isinstance(row.get(name), str | None):
                raise ValueError(f'"{name}" is {row[name]!r}, not text')
        lead = row.get("lead")
        if lead not in list(Lead):
            raise ValueError(f'invalid lead "{lead}"; {nearest(str(lead), [str(known) for known in Lead])}')
        parse_contribution_id(row.get("id") or "")
    except ValueError as error:
        report_problem(f"{place}: {error}", broken)
        return False
    return True


def classify_as_of(
    contributions: pd.DataFrame, references: pd.DataFrame, organisation: Organisation, day: str
) -> Judged:
    """Classify with the evidence that a team had at the time of its review.

    References, and `links_in` with a `date` or `at`, that are more than 30 days younger than the day are removed. What
    has no date stays, and is counted in the notes.

    Parameters
    ----------
    contributions, references
        Tables of the schemas `CONTRIBUTIONS` and `REFERENCES`.
    organisation
        Whose contributions.
    day
        The last day of the reviewed period as 2026-09-30; or "quarter": each contribution at the end of its own
        quarter, next to those known until then, and contributions without a date with all evidence.

    Raises
    ------
    ContribkitError
        For another text.

    Examples
    --------
    >>> from contribkit.tables import CONTRIBUTIONS, REFERENCES, conform
    >>> rows = pd.DataFrame([{"id": "o/r#1@ada-example:pull_request", "kind": "pull_request"}])
    >>> late = pd.DataFrame([{"ref": "o/r#1", "date": "2026-12-24"}])
    >>> judged = classify_as_of(conform(rows, CONTRIBUTIONS), conform(late, REFERENCES), Organisation.read_sample(),
    ...                         "2026-09-30")
    >>> judged.notes[0]
    'removed: 1 of 1 reference, younger than 2026-10-30'
    """
    if day.casefold() == "quarter":
        return _at_quarter_ends(contributions, references, organisation)
    try:
        last = date.fromisoformat(day)
    except ValueError:
        raise ContribkitError(f'--as-of: invalid date "{day}"; write 2026-09-30, or "quarter"') from None
    rows, found = _known_on(contributions, references, last, organisation.timezone)
    links = [sum(map(len, table["links_in"])) for table in (contributions, rows)]
    limit = last + timedelta(days=GRACE)
    total = pluralise(len(references), "reference")
    notes = [f"removed: {len(references) - len(found)} of {total}, younger than {limit}"]
    if links[0] > links[1]:
        notes.append(f"removed: {pluralise(links[0] - links[1], 'link')} from threads, younger than {limit}")
    undated = sum(pd.isna(_date_of(link)) for cell in rows["links_in"] for link in cell)
    if undated or references["date"].isna().any():
        kept = pluralise(int(references["date"].isna().sum()), "reference")
        notes.append(f"kept, since without a date: {kept}, {pluralise(undated, 'link')}")
    later = int((contributions["happened_at"] >= _midnight(last, organisation.timezone, 1)).sum())
    if later:
        notes.append(f"{pluralise(later, 'contribution')} younger than {last} classified all the same")
    judged = classify(rows, found, organisation)
    return replace(judged, notes=[*notes, *judged.notes])


def _at_quarter_ends(contributions: pd.DataFrame, references: pd.DataFrame, organisation: Organisation) -> Judged:
    zone = organisation.timezone
    judged = classify(contributions, references, organisation)
    moment = contributions["happened_at"].dt.tz_convert(zone)
    quarters = moment.dt.year * 4 + moment.dt.quarter - 1
    parts = [judged.where(quarters.isna())]
    for quarter in sorted(quarters.dropna().unique()):
        last = Period(f"{int(quarter) // 4}-Q{int(quarter) % 4 + 1}", zone).last_day
        until = (quarters <= quarter).to_numpy()
        rows, found = _known_on(contributions[until], references, last, zone)
        parts.append(classify(rows, found, organisation).where(quarters[until] == quarter))
    together: pd.DataFrame = pd.concat([part.contributions for part in parts if len(part.contributions)])
    together = together.loc[contributions.index]
    changed = int((together["lead"] != judged.contributions["lead"]).sum())
    notes = [f"each contribution was classified as of {GRACE} days after the end of its own quarter"]
    if changed:
        notes.append(f"later references and links changed the lead of {changed} of {len(contributions)} contributions")
    undated = int(references["date"].isna().sum())
    if undated:
        notes.append(f"kept, since without a date: {pluralise(undated, 'reference')}")
    reasons = combine([part.reasons for part in parts], REASONS)
    return Judged(together, reasons, [*notes, *judged.notes])


def _midnight(day: date, zone: str, days: int) -> pd.Timestamp:
    return pd.Timestamp(day + timedelta(days=days)).tz_localize(zone)


def _known_on(
    contributions: pd.DataFrame, references: pd.DataFrame, day: date, zone: str
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the tables without what is more than the days of grace younger."""
    end = _midnight(day, zone, GRACE + 1)
    links = [[link for link in cell if not _date_of(link) >= end] for cell in contributions["links_in"]]
    rows = contributions.assign(links_in=pd.Series(links, index=contributions.index, dtype=object))
    return rows, references[~(references["date"] >= end)]


def _date_of(link: dict[str, Any]) -> Any:
    """Return when a link was made; NaT where unknown or no date."""
    moment: Any = pd.to_datetime(link.get("date") or link.get("at") or "", utc=True, errors="coerce", format="ISO8601")
    return moment
