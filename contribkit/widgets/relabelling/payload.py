"""What of the rows of a session no label changes, as the page gets it: plain JSON."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

import pandas as pd

from contribkit.tables import plain
from contribkit.vocabulary import Kind
from contribkit.widgets.relabelling.machine import Suggestion

LONGEST = 4000
"""Characters of a body, and of all remarks together, that go to the page at once."""

_BRIEF = ("id", "kind", "repo", "number", "title", "actor", "author", "activity", "stakeholder")
_ON_THE_CARD = ("state", "initiative", "goal")
_KINDS = {str(kind): kind.word for kind in Kind}


class Contents:
    """What of each contribution no label changes, by its place in the table.

    The list needs little of every row, and the card much of one: that little is read column by column, and the rest
    where it is asked for.

    Parameters
    ----------
    judged
        Judged contributions.
    suggested
        The machine's answers for them.
    names
        People's names by login.
    """

    def __init__(self, judged: pd.DataFrame, suggested: Sequence[Suggestion], names: Mapping[str, str]) -> None:
        self._judged, self._suggested, self._names = judged, suggested, names

    @cached_property
    def _columns(self) -> dict[str, list[Any]]:
        known = {name: _plain(self._judged[name]) for name in _BRIEF}
        return known | {
            "who": [self._names.get(login, login) for login in known["actor"]],
            "happened_at": [plain(value) for value in self._judged["happened_at"]],
            "private": self._judged["private"].fillna(False).astype(bool).tolist(),
        }

    def brief(self, place: int) -> dict[str, Any]:
        """Return what the list, the filters and the keys need of a row."""
        lead, confidence, decided_by, _, _ = self._suggested[place]
        cells = {name: column[place] for name, column in self._columns.items()}
        return cells | {"lead": lead, "confidence": confidence, "decided_by": decided_by}

    def details(self, place: int) -> dict[str, Any]:
        """Return what the card alone shows of a row."""
        cells = self._judged.iloc[place]
        return {name: plain(cells[name]) for name in _ON_THE_CARD} | {
            "kind_word": _KINDS.get(cells["kind"], plain(cells["kind"]) or "contribution"),
            "url": web(cells["url"]),
            "labels": cells["labels"],
            "body": cells["body"][:LONGEST] if isinstance(cells["body"], str) else "",
            "remarks": _cut(cells["remarks"]),
            "reasons": [_reason(reason) for reason in self._suggested[place].reasons],
        }


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
    cells: list[Any] = column.astype(object).where(column.notna(), None).tolist()
    return cells


def _cut(remarks: list[str]) -> list[str]:
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
