"""Pairs of what people said and what was answered: the table that every figure is made from."""

from typing import Any

import numpy as np
import pandas as pd

from contribkit.ids import casefold_id, parse_contribution_id, repository_of
from contribkit.tables import is_missing, moments
from contribkit.vocabulary import LEADS, Lead

_ASKED = ("lead", "confidence", "stakeholder", "activity", "happened_at", "decided_by")


def pairs_of(judged: pd.DataFrame, truth: pd.DataFrame) -> pd.DataFrame:
    """Return one row a labelled contribution: what is true, beside what was answered.

    Parameters
    ----------
    judged
        What `contribkit.classify` says without labels, or any table with `id` and `lead`; `confidence`,
        `stakeholder`, `activity` and `happened_at` are read where they are there. Of rows with one id the last counts.
    truth
        `Truth.table`: `id`, `lead`, `activity`, `stakeholder`.

    Returns
    -------
    pandas.DataFrame
        In the order of the truth: `id`, `thread` (what rows are grouped by), `repository` (or the source of a thread
        outside GitHub), `happened_at`, `truth`, `answer` (leads; a labelled id that was not judged counts as
        `unclear`), `confidence` (float, NaN where missing), `has_name`, `name_right`, `has_activity`, `activity_right`
        (bool). A name or activity is right in either case of letters; a missing one is wrong.

    Examples
    --------
    >>> judged = pd.DataFrame([{"id": "o/r#1@ada:review", "lead": "upstream"}])
    >>> said = {"id": "O/R#1@ada:review", "lead": "upstream", "activity": "review", "stakeholder": None}
    >>> truth = pd.DataFrame([said])
    >>> pairs_of(judged, truth)[["thread", "truth", "answer"]].iloc[0].tolist()
    ['o/r#1', 'upstream', 'upstream']
    """
    answers = _answers(judged)
    rows = [
        _pair(item, lead, name, activity, answers.get(casefold_id(item), {}))
        for item, lead, name, activity in zip(
            truth["id"], truth["lead"], truth["stakeholder"], truth["activity"], strict=True
        )
    ]
    frame = pd.DataFrame(rows, columns=list(_pair("a@b:c", None, None, None, {})))
    frame["happened_at"] = moments(frame["happened_at"])
    flags = dict.fromkeys(("has_name", "name_right", "has_activity", "activity_right"), bool)
    return frame.astype({"confidence": float, **flags})


def _answers(judged: pd.DataFrame) -> dict[str, dict[str, Any]]:
    known = [name for name in _ASKED if name in judged]
    columns = (judged[name] for name in ("id", *known))
    return {casefold_id(item): dict(zip(known, cells, strict=True)) for item, *cells in zip(*columns, strict=True)}


def _pair(item: str, lead: Any, name: Any, activity: Any, answer: dict[str, Any]) -> dict[str, Any]:
    ref = parse_contribution_id(item)[0]
    said = answer.get("lead")
    return {
        "id": item,
        "thread": casefold_id(ref),
        "repository": casefold_id(repository_of(ref) or ref.split(":")[0]),
        "happened_at": answer.get("happened_at"),
        "truth": lead,
        "answer": str(Lead.UNCLEAR) if is_missing(said) else said,
        "confidence": np.nan if is_missing(answer.get("confidence")) else answer["confidence"],
        "has_name": bool(_folded(name)),
        "name_right": _folded(name) == _folded(answer.get("stakeholder")),
        "has_activity": bool(_folded(activity)),
        "activity_right": _folded(activity) == _folded(answer.get("activity")),
    }


def _folded(value: Any) -> str:
    return value.casefold() if isinstance(value, str) else ""


def is_decided(pairs: pd.DataFrame) -> pd.Series:
    """Say of which rows the truth is one of the three leads."""
    return pairs["truth"].isin(LEADS)


def is_answered(pairs: pd.DataFrame) -> pd.Series:
    """Say which of the decided rows were answered with one of the three leads."""
    return is_decided(pairs) & pairs["answer"].isin(LEADS)
