"""The ground truth: what people said, from a file or from label logs; and what was known at an earlier day."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pandas as pd

from contribkit.classifiers import classify
from contribkit.config.organisation import Organisation
from contribkit.errors import ContribkitError, nearest
from contribkit.ids import parse_contribution_id
from contribkit.io import read_jsonl, report_problem
from contribkit.labels import Labels
from contribkit.period import start_of
from contribkit.tables import REASONS, Judged, combine
from contribkit.text import pluralise
from contribkit.vocabulary import Lead

GRACE = 30
"""Days after the end of a period in which a team still writes about it before the review."""
_COLUMNS = ["id", "lead", "activity", "stakeholder"]
_NOBODY = ""  # who gave the labels of a file


def settled_labels(rows: Iterable[dict[str, Any]]) -> Labels:
    """Return labels of which only the outcome is known; of rows with the same id the last one counts.

    Examples
    --------
    >>> settled_labels([{"id": "o/r#1@ada:review", "lead": "upstream"}]).of("O/R#1@ada:review").lead
    'upstream'
    """
    known = {"v": 1, "at": "1970-01-01T00:00:00Z", "by": _NOBODY, "op": "label"}
    return Labels([known | row | {"id": f"{number:09}", "item": row["id"]} for number, row in enumerate(rows)])


def read_labels(path: Path, broken: list[str] | None = None, organisation: Organisation | None = None) -> Labels:
    """Read a file of settled labels, or a folder of label logs.

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
        For what cannot be read.
    """
    if path.is_dir():
        return Labels.read(path, organisation)
    rows = (row for line, row in read_jsonl(path, broken) if _is_label(row, f"{path}:{line}", broken))
    return settled_labels({name: row.get(name) for name in _COLUMNS} for row in rows)


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


def truth_table(labels: Labels, ids: Iterable[str]) -> tuple[pd.DataFrame, list[str]]:
    """Return what people agree on for some contributions, and sentences on what was left out.

    Returns
    -------
    tuple
        A table with `id`, `lead` (`unclear` included), `activity` and `stakeholder`, one row per label; and sentences,
        which name no contribution, since it may be private.

    Raises
    ------
    ContribkitError
        If there is no label that people agree on, or none for any of the contributions.
    """
    ids = list(ids)
    labels = labels.spelled_as(ids)
    missing = {label.item for label in labels.missing(ids)}
    settled = [label for label in labels.effective.values() if label.lead is not None]
    rows = [(x.item, x.lead, x.activity, x.stakeholder) for x in settled if x.item not in missing]
    notes = []
    if disputed := len(labels.effective) - len(settled):
        notes.append(
            f"left out: {pluralise(disputed, 'contribution')} on which people disagree (contribkit labels list "
            "--disputed); they are hard ones, so the figures are too good until they are settled"
        )
    if not rows:
        if not settled:
            raise ContribkitError(f"no label to compare with{f' ({notes[0]})' if notes else ''}")
        raise ContribkitError(
            f"none of {pluralise(len(settled), 'label')} is for any of {pluralise(len(ids), 'contribution')}; "
            "check that both write ids alike, such as owner/repo#719@ada:review"
        )
    unsigned = [events for events in labels.by_item.values() if events[0]["by"] == _NOBODY]
    if differ := sum(len({event["lead"] for event in events}) > 1 for events in unsigned):
        notes.append(f"labelled differently more than once, the last label counts: {pluralise(differ, 'contribution')}")
    if len(settled) > len(rows):
        notes.append(f"left out: {pluralise(len(settled) - len(rows), 'label')} for other contributions")
    return pd.DataFrame(rows, columns=_COLUMNS, dtype="str"), notes


def classify_as_of(
    contributions: pd.DataFrame, references: pd.DataFrame, organisation: Organisation, day: str
) -> Judged:
    """Classify with the evidence that a team had at the time of its review, and note what was removed.

    References, and `links_in` with a `date` or `at`, that are more than 30 days younger than the day are removed. What
    has no date stays.

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
    """
    zone = organisation.timezone
    if day.casefold() != "quarter":
        try:
            last = date.fromisoformat(day)
        except ValueError:
            raise ContribkitError(f'--as-of: invalid date "{day}"; write 2026-09-30, or "quarter"') from None
        rows, found = _known_on(contributions, references, last, zone)
        judged = classify(rows, found, organisation)
        return replace(judged, notes=[*_removed(contributions, references, rows, found, last, zone), *judged.notes])
    judged = classify(contributions, references, organisation)
    ends = contributions["happened_at"].dt.tz_convert(zone).dt.tz_localize(None).dt.to_period("Q").dt.end_time.dt.date
    parts = [judged.where(ends.isna())]
    for end in sorted(ends.dropna().unique()):
        until = ends.notna() & (ends <= end)
        rows, found = _known_on(contributions[until], references, end, zone)
        parts.append(classify(rows, found, organisation).where(ends[until] == end))
    together = pd.concat([part.contributions for part in parts if len(part.contributions)]).loc[contributions.index]
    changed = int((together["lead"] != judged.contributions["lead"]).sum())
    notes = [f"each contribution was classified as of {GRACE} days after the end of its own quarter"]
    if changed:
        notes.append(f"later references and links changed the lead of {changed} of {len(together)} contributions")
    return Judged(together, combine([part.reasons for part in parts], REASONS), [*notes, *judged.notes])


def _known_on(
    contributions: pd.DataFrame, references: pd.DataFrame, day: date, zone: str
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the tables without what is more than the days of grace younger."""
    end = start_of(day + timedelta(days=GRACE + 1), zone)
    links = [[link for link in cell if not _date_of(link) >= end] for cell in contributions["links_in"]]
    rows = contributions.assign(links_in=pd.Series(links, index=contributions.index, dtype=object))
    return rows, references[~(references["date"] >= end)]


def _date_of(link: dict[str, Any]) -> Any:
    """Return when a link was made; NaT where unknown or no date."""
    return pd.to_datetime(link.get("date") or link.get("at") or "", utc=True, errors="coerce", format="ISO8601")


def _removed(
    contributions: pd.DataFrame, references: pd.DataFrame, rows: pd.DataFrame, found: pd.DataFrame, last: date,
    zone: str,
) -> list[str]:  # fmt: skip
    """Return what was removed as sentences, and what has no date."""
    limit, links = last + timedelta(days=GRACE), [link for cell in rows["links_in"] for link in cell]
    total, gone = pluralise(len(references), "reference"), sum(map(len, contributions["links_in"])) - len(links)
    notes = [f"removed: {len(references) - len(found)} of {total}, younger than {limit}"]
    if gone:
        notes.append(f"removed: {pluralise(gone, 'link')} from threads, younger than {limit}")
    undated = [int(found["date"].isna().sum()), sum(pd.isna(_date_of(link)) for link in links)]
    if any(undated):
        kept = f"{pluralise(undated[0], 'reference')}, {pluralise(undated[1], 'link')}"
        notes.append(f"kept, since without a date: {kept}")
    later = int((contributions["happened_at"] >= start_of(last + timedelta(days=1), zone)).sum())
    if later:
        notes.append(f"{pluralise(later, 'contribution')} younger than {last} classified all the same")
    return notes
