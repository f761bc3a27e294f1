"""What of the rows of a session no label changes, as the page gets it: plain JSON."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from contribkit.tables import is_true, plain
from contribkit.vocabulary import Kind
from contribkit.widgets.relabelling.machine import Suggestion

LONGEST = 4000
"""Characters of a body, and of all remarks together, that go to the page at once."""

_KINDS = {str(kind): kind.word for kind in Kind}
_BRIEF = (
    "id", "kind", "repo", "number", "title", "actor", "author", "happened_at", "private", "activity", "stakeholder",
)  # fmt: skip
_ON_THE_CARD = ("state", "initiative", "goal", "url", "labels", "body", "remarks")


class Contents:
    """What of each contribution no label changes, by its place in the table.

    The list needs little of every row, and the card much of one. Both are made where they are asked for, as all of ten
    thousand rows would keep a person waiting.

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
        self._cells = {name: judged[name].tolist() for name in (*_BRIEF, *_ON_THE_CARD)}
        self._suggested, self._names = suggested, names

    def is_private(self, place: int) -> bool:
        """Say whether a thread is to be in no published file."""
        return is_true(self._cells["private"][place])

    def brief(self, place: int) -> dict[str, Any]:
        """Return what the list, the filters and the keys need of a row."""
        lead, confidence, decided_by, _, _ = self._suggested[place]
        cells = {name: plain(self._cells[name][place]) for name in _BRIEF}
        return cells | {
            "who": self._names.get(cells["actor"], cells["actor"]), "private": self.is_private(place),
            "lead": lead, "confidence": confidence, "decided_by": decided_by,
        }  # fmt: skip

    def details(self, place: int) -> dict[str, Any]:
        """Return what the card alone shows of a row."""
        cells = {name: plain(self._cells[name][place]) for name in _ON_THE_CARD}
        return cells | {
            "kind_word": self._kind_word(place),
            "url": web(cells["url"]),
            "body": (cells["body"] or "")[:LONGEST],
            "remarks": _cut(cells["remarks"]),
            "reasons": [_reason(reason) for reason in self._suggested[place].reasons],
        }

    def _kind_word(self, place: int) -> str:
        kind = plain(self._cells["kind"][place]) or "contribution"
        return _KINDS.get(kind, kind)


def web(value: Any) -> str | None:
    """Return an address only where a browser would open it as a page: it comes from strangers.

    Examples
    --------
    >>> web("https://github.com/o/r"), web("javascript:alert(1)"), web(None)
    ('https://github.com/o/r', None, None)
    """
    is_page = isinstance(value, str) and value.casefold().startswith(("https://", "http://"))
    return value if is_page else None


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
