"""``summary.json``: every number of a review, for the next review, for an index, and for other programs."""

import json
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from contribkit.errors import ContribkitError
from contribkit.period import Period
from contribkit.review.question import DEFINITIONS, Question, Schema, array, obj, of
from contribkit.review.review_data import ReviewData, Summaries
from contribkit.tables import records
from contribkit.vocabulary import Lead

VERSION = 1
"""Version of the schema; it grows when a program that reads a summary would have to change."""

_COLUMNS = ["id", "ref", "kind", "lead", "confidence", "decided_by", "activity", "stakeholder", "initiative", "goal"]
_TEXT: Schema = {"type": "string"}
_HEAD: dict[str, Schema] = {
    "schema_version": {"const": VERSION},
    "contribkit": _TEXT | {"description": "The version that wrote it."},
    "as_of": _TEXT | {"description": "When it was written, UTC.", "format": "date-time"},
    "organisation": _TEXT,
    "sample": {"description": "Whether the organisation is invented.", "type": "boolean"},
    "team": obj(
        name=_TEXT, slug=_TEXT, members=of("count", "People who belonged to it on a day of the period.")
    ),
    "period": obj(
        name=_TEXT, first_day=_TEXT | {"format": "date"},
        last_day=_TEXT | {"format": "date", "description": "Belongs to the period."}, timezone=_TEXT,
    ),
    "words": {"description": "The word people see for each lead.", "type": "object",
              "propertyNames": of("lead"), "additionalProperties": _TEXT},
    "without_names": {"type": "boolean"},
    "rows": array(
        "Every contribution that a number counts.",
        id=_TEXT, ref=_TEXT | {"description": "The thread."}, kind=_TEXT, lead=of("lead"), confidence=of("fraction"),
        decided_by={"enum": ["rules", "model", "person"]}, activity=_TEXT, stakeholder=of("name"),
        initiative=of("name"), goal=of("name"),
        counts_for={"description": "What else it counts for, such as evidence, merged, self-merged, reactive.",
                    "type": "array", "items": _TEXT},
    ),
    "counted": {
        "description": "By JSON pointer to a number, the rows that it counts: those that hold what the filter says "
                       "(counts_for: a mark among theirs). With of = ref the number counts their threads, with "
                       "of = people those who did them.",
        "type": "object", "propertyNames": {"pattern": "^/"}, "additionalProperties": {"type": "object"},
    },
}  # fmt: skip


def summarise(data: ReviewData, questions: Sequence[Question], plug_ins: Collection[str] = ()) -> dict[str, Any]:
    """Return every number of a review.

    Parameters
    ----------
    data
        What is looked at.
    questions
        What is asked: each adds its keys.
    plug_ins
        Names of questions whose numbers go below ``plug_ins``, so that no two take one key.
    """
    from contribkit import __version__

    org, period = data.organisation, data.period
    numbers = {question.name: question.numbers(data) for question in questions}
    own = [found for name, found in numbers.items() if name not in plug_ins]
    further = {name: found for name, found in numbers.items() if name in plug_ins}
    return {
        "schema_version": VERSION,
        "contribkit": __version__,
        "as_of": data.as_of.isoformat(timespec="seconds").replace("+00:00", "Z"),
        "organisation": org.name,
        "sample": org.sample,
        "team": {"name": data.team.name, "slug": data.team.slug, "members": len(data.members)},
        "period": {
            "name": str(period),
            "first_day": str(period.first_day),
            "last_day": str(period.last_day),
            "timezone": period.timezone,
        },
        "words": data.words,
        "without_names": data.without_names,
        **{key: value for found in own for key, value in found.items()},
        **({"plug_ins": further} if further else {}),
        "rows": _rows(data, questions),
        "counted": {key: value for question in questions for key, value in question.filters(data).items()},
    }


def _rows(data: ReviewData, questions: Sequence[Question]) -> list[dict[str, Any]]:
    """Return the contributions, each with the names of what it counts for."""
    marks = {name: list(mask) for question in questions for name, mask in question.rows(data).items()}
    return [
        row | {"counts_for": [name for name, counts in marks.items() if counts[place]]}
        for place, row in enumerate(records(data.rows[_COLUMNS]))
    ]


def schema_of(required: Sequence[Question], optional: Sequence[Question]) -> Schema:
    """Return the JSON schema of summaries.

    Parameters
    ----------
    required
        Questions whose keys every summary has.
    optional
        Questions whose keys are there where they were asked.
    """
    needed = _HEAD | {key: schema for question in required for key, schema in question.schema.items()}
    further = {key: schema for question in optional for key, schema in question.schema.items()}
    plug_ins = {"description": "What questions of plug-ins add, by name.", "type": "object",
                "additionalProperties": {"type": "object"}}  # fmt: skip
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "contribkit summary",
        "description": "Every number of one team's review of one period, or of one upstream project's. schema_version "
        "grows when a program that reads it would have to change; further keys may be added without that.",
        "type": "object",
        "additionalProperties": False,
        "required": list(needed),
        "$defs": DEFINITIONS,
        "properties": needed | further | {"plug_ins": plug_ins},
    }


class _Row(BaseModel):
    id: str
    lead: Lead
    decided_by: str
    counts_for: list[str] | None = None


class _Headline(BaseModel, extra="allow"):
    period: str
    __pydantic_extra__: dict[str, str | float | None]


class _Summary(BaseModel):
    """What a later review reads of a summary; one of an older version may hold less."""

    as_of: datetime
    rows: list[_Row]
    history: list[_Headline] = []


def read_summary(path: str | Path) -> dict[str, Any] | None:
    """Return an earlier summary, None where there is none.

    Raises
    ------
    ContribkitError
        For a file that is no summary, with the fix.
    """
    try:
        text = Path(path).read_text(encoding="utf-8")
        _Summary.model_validate_json(text)
        summary: dict[str, Any] = json.loads(text)
        return summary
    except FileNotFoundError:
        return None
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(map(str, first["loc"]))
        reason = f"{where}: {first['msg']}" if where else first["msg"]
    except (ValueError, OSError, RecursionError) as error:
        reason = str(error)
    raise ContribkitError(f"{path}: is no summary of a review ({reason}); remove it, or restore it")


def read_summaries(reviews: str | Path, slug: str, periods: Iterable[Period]) -> Summaries:
    """Return the summaries that earlier renderings left in a folder of reviews, by period.

    A damaged one is left out, and a note says so: it must not stop the review of another period.

    Parameters
    ----------
    reviews
        The folder that holds ``2026-Q3/<slug>/summary.json`` and the like.
    slug
        Whose reviews.
    periods
        Which periods; those without a summary are left out.
    """
    found = Summaries()
    for period in map(str, periods):
        try:
            summary = read_summary(Path(reviews) / period / slug / "summary.json")
        except ContribkitError as error:
            found.notes.append(f"what an earlier rendering found for {period} is left out: {error}")
        else:
            found |= {} if summary is None else {period: summary}
    return found
