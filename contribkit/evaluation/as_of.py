"""As of a day: what a team that reviews then does not know yet is taken away."""
# ruff: noqa: E501

from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pandas as pd

from contribkit.classifiers import classify
from contribkit.errors import ContribkitError
from contribkit.period import Period
from contribkit.tables import moments
from contribkit.text import pluralise

if TYPE_CHECKING:
    from contribkit.config.organisation import Organisation

GRACE = 30
"""Days after the period's end in which a team still writes about it before it reviews."""
QUARTER = "quarter"


def classify_as_of(
    contributions: pd.DataFrame, references: pd.DataFrame, organisation: "Organisation", day: date | None
) -> tuple[pd.DataFrame, list[str]]:
    """Return what `classify` says with no later evidence than a team had, and sentences on what was taken away.

    References younger than 30 days after the day are dropped, and so are `links_in` whose `date` (or `at`) is known
    to be younger. What has no date stays, and is counted.

    Parameters
    ----------
    contributions, references
        Tables of the schemas `CONTRIBUTIONS` and `REFERENCES`.
    organisation
        Whose contributions.
    day
        The day of the review. None: each row at the end of its own quarter, beside the rows known until then; rows
        without a date with everything.

    Examples
    --------
    >>> from contribkit import Organisation
    >>> from contribkit.tables import CONTRIBUTIONS, REFERENCES, conform
    >>> rows = pd.DataFrame([{"id": "o/r#1@ada-example:pull_request", "kind": "pull_request"}])
    >>> late = pd.DataFrame([{"ref": "o/r#1", "date": "2026-12-24"}])
    >>> _, notes = classify_as_of(conform(rows, CONTRIBUTIONS), conform(late, REFERENCES), Organisation.read_sample(),
    ...                           date(2026, 9, 30))
    >>> notes[0]
    'taken away: 1 of 1 reference, younger than 2026-10-30'
    """
    if day is not None:
        dropped: Counter[str] = Counter()
        rows, found = _known(contributions, references, day, organisation.timezone, dropped)
        later = int((contributions["happened_at"] >= _midnight(day, organisation.timezone, 1)).sum())
        notes = _notes(f"{day + timedelta(days=GRACE)}", len(references), dropped, references)
        if later:
            notes.append(f"{pluralise(later, 'contribution')} younger than {day} judged all the same")
        return classify(rows, found, organisation), notes
    return _at_quarter_ends(contributions, references, organisation)


def _at_quarter_ends(
    contributions: pd.DataFrame, references: pd.DataFrame, organisation: "Organisation"
) -> tuple[pd.DataFrame, list[str]]:
    zone = organisation.timezone
    judged = classify(contributions, references, organisation)
    moment = contributions["happened_at"].dt.tz_convert(zone)
    quarters = moment.dt.year * 4 + moment.dt.quarter - 1
    parts = [judged[quarters.isna().to_numpy()]]
    for quarter in sorted(quarters.dropna().unique()):
        last = Period(f"{int(quarter) // 4}-Q{int(quarter) % 4 + 1}", zone).last_day
        until = (quarters <= quarter).to_numpy()
        rows, found = _known(contributions[until], references, last, zone, Counter())
        parts.append(classify(rows, found, organisation)[(quarters[until] == quarter).to_numpy()])
    # pandas would rather not join empty tables: which dtypes they have is no news.
    together = pd.concat([part for part in parts if len(part)]).loc[contributions.index]
    changed = int((together["lead"] != judged["lead"]).sum())
    notes = [f"each contribution was judged as of {GRACE} days after the end of its own quarter"]
    if changed:
        notes.append(f"later references and links changed the lead of {changed} of {len(judged)} contributions")
    undated = int(references["date"].isna().sum())
    return together, notes + ([f"kept, since without a date: {pluralise(undated, 'reference')}"] if undated else [])


def _midnight(day: date, zone: str, days: int) -> pd.Timestamp:
    return pd.Timestamp(day + timedelta(days=days)).tz_localize(zone)


def _known(
    contributions: pd.DataFrame, references: pd.DataFrame, day: date, zone: str, dropped: Counter[str]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the tables without what is younger, and count what that was."""
    end = _midnight(day, zone, GRACE + 1)
    young = references["date"] >= end
    dropped["references"] += int(young.sum())
    links = [list(_older(cell, end, zone, dropped)) for cell in contributions["links_in"]]
    rows = contributions.assign(links_in=pd.Series(links, index=contributions.index, dtype=object))
    return rows, references[~young]


def _older(
    links: list[dict[str, Any]], end: pd.Timestamp, zone: str, dropped: Counter[str]
) -> Iterator[dict[str, Any]]:
    for link in links:
        at = _moment(link.get("date") or link.get("at"), zone)
        dropped["links"] += at is not None and at >= end
        dropped["undated links"] += at is None
        if at is None or at < end:
            yield link


def _moment(text: Any, zone: str) -> Any:
    try:
        return moments(pd.Series([text], dtype="str"), zone)[0] if isinstance(text, str) else None
    except ValueError:  # no date that can be read: as if there were none
        return None


def _notes(limit: str, total: int, dropped: Counter[str], references: pd.DataFrame) -> list[str]:
    undated = int(references["date"].isna().sum())
    said = [f"taken away: {dropped['references']} of {pluralise(total, 'reference')}, younger than {limit}"]
    if dropped["links"]:
        said.append(f"taken away: {pluralise(dropped['links'], 'link')} from threads, younger than {limit}")
    if undated or dropped["undated links"]:
        said.append(
            f"kept, since without a date: {pluralise(undated, 'reference')}, {pluralise(dropped['undated links'], 'link')}"
        )
    return said


def day_of(text: str) -> date | None:
    """Return the day of ``--as-of``; None for the word "quarter".

    Examples
    --------
    >>> day_of("2026-09-30"), day_of("quarter")
    (datetime.date(2026, 9, 30), None)
    """
    if text.casefold() == QUARTER:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ContribkitError(f'--as-of: "{text}" is no day; write 2026-09-30, or "quarter"') from None
