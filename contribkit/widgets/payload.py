"""The rows of a session as the page gets them: plain JSON, made column by column."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pandas as pd

from contribkit.tables import is_missing, is_true, plain
from contribkit.vocabulary import Kind
from contribkit.widgets.machine import Suggestion

LONGEST = 4000
"""Characters of a body, and of all remarks together, that go to the page at once."""

_TEXTS = ("id", "kind", "repo", "title", "actor", "author", "state", "activity", "stakeholder", "initiative", "goal")
_KINDS = {str(kind): kind.word for kind in Kind}


def contents(judged: pd.DataFrame, suggested: Sequence[Suggestion], names: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return what of each row no label changes, in the order of the table.

    Parameters
    ----------
    judged
        Judged contributions.
    suggested
        The machine's answers for them.
    names
        People's names by login.
    """
    columns: dict[str, Iterable[Any]] = {name: _plain(judged[name]) for name in _TEXTS}
    columns |= {
        "kind_word": [_KINDS.get(kind, kind or "contribution") for kind in columns["kind"]],
        "number": [None if is_missing(value) else int(value) for value in judged["number"].tolist()],
        "url": [web(value) for value in judged["url"].tolist()],
        "who": [names.get(login, login) for login in columns["actor"]],
        "happened_at": [plain(value) for value in judged["happened_at"]],
        "labels": judged["labels"].tolist(),
        "body": [_cut(value) for value in judged["body"].tolist()],
        "remarks": [_cut_all(cell) for cell in judged["remarks"]],
        "private": [is_true(value) for value in judged["private"].tolist()],
        "lead": [suggestion.lead for suggestion in suggested],
        "confidence": [suggestion.confidence for suggestion in suggested],
        "decided_by": [suggestion.decided_by for suggestion in suggested],
        "reasons": [[_reason(reason) for reason in suggestion.reasons] for suggestion in suggested],
    }
    return [dict(zip(columns, cells, strict=True)) for cells in zip(*columns.values(), strict=True)]


def web(value: Any) -> str | None:
    """Return an address only where a browser would open it as a page: it comes from strangers.

    Examples
    --------
    >>> web("https://github.com/o/r"), web("javascript:alert(1)"), web(None)
    ('https://github.com/o/r', None, None)
    """
    is_page = isinstance(value, str) and value.casefold().startswith(("https://", "http://"))
    return value if is_page else None


def _plain(column: pd.Series) -> list[Any]:
    return [None if is_missing(value) else value for value in column.tolist()]


def _cut(value: Any) -> str:
    return value[:LONGEST] if isinstance(value, str) else ""


def _cut_all(remarks: list[str]) -> list[str]:
    """Return the first remarks, as many as fit."""
    kept, room = [], LONGEST
    for remark in remarks:
        if room <= 0:
            break
        kept.append(str(remark)[:room])
        room -= len(kept[-1])
    return kept


def _reason(reason: dict[str, Any]) -> dict[str, Any]:
    where = reason.get("where")
    return {
        "lead": str(reason["lead"]), "weight": reason["weight"], "sentence": reason["because"], "saw": reason["saw"],
        "url": web(where), "where": where, "private": bool(reason.get("private")),
    }  # fmt: skip
