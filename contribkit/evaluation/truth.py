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

GRACE = timedelta(days=30)  # for how long after the end of a period a team still writes about it before the review
_COLUMNS = ["id", "lead", "activity", "stakeholder"]
_NOBODY = ""  # who gave the labels of a file


def settled_labels(rows: Iterable[dict[str, Any]]) -> Labels:
    """Return labels of which only the outcome is known; of rows with the same id the last one counts."""
    known = {"v": 1, "at": "1970-01-01T00:00:00Z", "by": _NOBODY, "op": "label"}
    return Labels([known | row | {"id": f"{number:09}", "item": row["id"]} for number, row in enumerate(rows)])


def read_labels(path: Path, broken: list[str] | None = None, organisation: Organisation | None = None) -> Labels:
    """Read settled labels from a file, of which invalid lines are noted in `broken`, or a folder of label logs."""
    if path.is_dir():
        return Labels.read(path, organisation)
    rows = []
    for line, row in read_jsonl(path, broken):
        if "op" in row and "item" in row:
            fix = "give the folder of the logs instead of the file"
            raise ContribkitError(f"{path}:{line}: an event of a label log; {fix}")
        try:
            if wrong := [name for name in _COLUMNS if not isinstance(row.get(name), str | None)]:
                raise ValueError(f'"{wrong[0]}" is {row[wrong[0]]!r}, not text')
            if (lead := row.get("lead")) not in list(Lead):
                raise ValueError(f'invalid lead "{lead}"; {nearest(str(lead), [str(known) for known in Lead])}')
            parse_contribution_id(row.get("id") or "")
            rows.append({name: row.get(name) for name in _COLUMNS})
        except ValueError as error:
            report_problem(f"{path}:{line}: {error}", broken)
    return settled_labels(rows)


def truth_table(labels: Labels, ids: Iterable[str]) -> tuple[pd.DataFrame, list[str]]:
    """Return what people agree on, one row a label, and sentences on what was left out, which name no contribution."""
    ids = list(ids)
    labels, here = labels.spelled_as(ids), set(ids)
    settled = [label for label in labels.effective.values() if label.lead is not None]
    rows = [(x.item, x.lead, x.activity, x.stakeholder) for x in settled if x.item in here]
    notes = []
    if disputed := len(labels.effective) - len(settled):
        notes.append(
            f"left out: {pluralise(disputed, 'contribution')} on which people disagree (contribkit labels list "
            "--disputed); they are hard ones, so the figures are too good until they are settled"
        )
    if not settled:
        raise ContribkitError(f"no label to compare with{f' ({notes[0]})' if notes else ''}")
    if not rows:
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
    """Classify with the evidence that a team had at its review, and note what was removed; what has no date stays."""
    # The day is the last of the reviewed period; or "quarter": each contribution at the end of its own, next to those
    # known until then.
    zone, times = organisation.timezone, contributions["happened_at"]
    if day.casefold() != "quarter":
        try:
            last = date.fromisoformat(day)
        except ValueError:
            raise ContribkitError(f'--as-of: invalid date "{day}"; write 2026-09-30, or "quarter"') from None
        rows, found, notes = _known_on(contributions, references, last, zone)
        judged = classify(rows, found, organisation)
        return replace(judged, notes=[*notes, *judged.notes])
    judged = classify(contributions, references, organisation)
    ends = times.dt.tz_convert(zone).dt.tz_localize(None).dt.to_period("Q").dt.end_time.dt.date
    parts = [judged.where(ends.isna())]
    for end in sorted(ends.dropna().unique()):
        until = ends.notna() & (ends <= end)
        rows, found, _ = _known_on(contributions[until], references, end, zone)
        parts.append(classify(rows, found, organisation).where(ends[until] == end))
    together = pd.concat([part.contributions for part in parts if len(part.contributions)]).loc[contributions.index]
    notes = [f"each contribution was classified as of {GRACE.days} days after the end of its own quarter"]
    if changed := (together["lead"] != judged.contributions["lead"]).sum():
        notes.append(f"later references and links changed the lead of {changed} of {len(together)} contributions")
    return Judged(together, combine([part.reasons for part in parts], REASONS), [*notes, *judged.notes])


def _known_on(
    contributions: pd.DataFrame, references: pd.DataFrame, last: date, zone: str
) -> tuple[pd.DataFrame, pd.DataFrame, list[str]]:
    """Return the tables without what is more than the grace younger, and sentences on what was removed and kept."""
    limit, end = last + GRACE, start_of(last + GRACE + timedelta(days=1), zone)
    links = contributions["links_in"].explode().dropna()
    days = links.map(lambda link: link.get("date") or link.get("at") or "").astype("str")
    dates = pd.to_datetime(days, utc=True, errors="coerce", format="ISO8601")
    late, too_late = dates >= end, references["date"] >= end
    rows = contributions.assign(links_in=links[~late].groupby(level=0).agg(list))
    notes = [f"removed: {too_late.sum()} of {pluralise(len(references), 'reference')}, younger than {limit}"]
    if late.any():
        notes.append(f"removed: {pluralise(late.sum(), 'link')} from threads, younger than {limit}")
    undated = references["date"].isna().sum(), dates.isna().sum()
    if any(undated):
        told = f"{pluralise(undated[0], 'reference')}, {pluralise(undated[1], 'link')}"
        notes.append(f"kept, since without a date: {told}")
    if later := (contributions["happened_at"] >= start_of(last + timedelta(days=1), zone)).sum():
        notes.append(f"{pluralise(later, 'contribution')} younger than {last} classified all the same")
    return rows, references[~too_late], notes
