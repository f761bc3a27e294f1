"""The contributions of a session: their suggestions, their order, and what the page shows whatever people decide."""

from collections.abc import Mapping
from typing import Any

from contribkit.errors import ContribkitError
from contribkit.ids import casefold_id
from contribkit.labels.aliases import Aliases
from contribkit.tables import CONTRIBUTIONS, JUDGED, Judged, conform, is_true, plain
from contribkit.vocabulary import Kind
from contribkit.widgets.relabelling.suggestions import make_queue, suggestions

LONGEST = 4000
"""Characters of a body, and of all remarks together, that are sent to the page."""

_IN_LIST = (
    "id", "kind", "repo", "number", "title", "actor", "author", "happened_at", "private", "activity", "stakeholder",
)  # fmt: skip
_IN_CARD = ("kind", "state", "initiative", "goal", "url", "labels", "body", "remarks")


class Worklist:
    """What no label changes; contributions are addressed by their place in the table.

    The list needs little of every contribution, and the card much of one. Both are built when they are asked for: all
    of ten thousand rows would keep a person waiting.

    Parameters
    ----------
    judged
        Judged contributions; of rows with one id the last counts.
    names
        People's names by login.
    aliases
        Renamed repositories, threads and logins: a contribution is found by each of its ids.
    seed, blind
        See `contribkit.widgets.relabelling.suggestions.make_queue`.
    """

    def __init__(self, judged: Judged, names: Mapping[str, str], aliases: Aliases, seed: str, blind: float) -> None:
        table = conform(judged.contributions, CONTRIBUTIONS | JUDGED)
        table = table.drop_duplicates("id", keep="last", ignore_index=True)
        self.judged = Judged(table, judged.reasons, judged.notes)
        self.ids: list[str] = table["id"].tolist()
        self.suggestions = suggestions(self.judged)
        self.queue = make_queue(self.ids, [suggestion.margin for suggestion in self.suggestions], seed, blind)
        self.turn = {place: turn for turn, place in enumerate(self.queue.order)}
        # Places to review as long as nobody labels them.
        unsure = {place for place, suggestion in enumerate(self.suggestions) if suggestion.is_unsure}
        self.needs_review = self.queue.audit | unsure
        self._cells = {name: table[name].tolist() for name in (*_IN_LIST, *_IN_CARD)}
        self._names, self._aliases = names, aliases
        self._places = {casefold_id(item): place for place, item in enumerate(self.ids)}
        self._newest = {casefold_id(aliases.newest(item)): place for place, item in enumerate(self.ids)}

    def place(self, item: str) -> int:
        """Return the place of a contribution, by any of its ids.

        Raises
        ------
        ContribkitError
            Where it is not among these.
        """
        place = self._places.get(casefold_id(item), self._newest.get(casefold_id(self._aliases.newest(item))))
        if place is None:
            raise ContribkitError(f"{item}: is not among the {len(self.ids)} contributions of this session")
        return place

    def is_private(self, place: int) -> bool:
        """Say whether a contribution may be in no published file."""
        return is_true(self._cells["private"][place])

    def in_list(self, place: int) -> dict[str, Any]:
        """Return what list, filters and keys need of a contribution, as JSON."""
        lead, confidence, decided_by, *_ = self.suggestions[place]
        cells = {name: plain(self._cells[name][place]) for name in _IN_LIST}
        return cells | {
            "who": self._names.get(cells["actor"], cells["actor"]), "private": self.is_private(place),
            "lead": lead, "confidence": confidence, "decided_by": decided_by,
            "audit": place in self.queue.audit, "queue": self.turn[place],
        }  # fmt: skip

    def in_card(self, place: int) -> dict[str, Any]:
        """Return what only the card shows of a contribution, as JSON; texts are cut to `LONGEST`."""
        cells = {name: plain(self._cells[name][place]) for name in _IN_CARD}
        kind = cells.pop("kind") or "contribution"
        return cells | {
            "kind_word": Kind(kind).word if kind in list(Kind) else kind,
            "url": web_url(cells["url"]),
            "body": (cells["body"] or "")[:LONGEST],
            "remarks": _cut(cells["remarks"]),
            "reasons": [reason | {"url": web_url(reason["url"])} for reason in self.suggestions[place].reasons],
        }


def web_url(value: Any) -> str | None:
    """Return an address that browsers open as a page, None for any other: addresses come from strangers.

    Examples
    --------
    >>> web_url("https://github.com/o/r"), web_url("javascript:alert(1)"), web_url(None)
    ('https://github.com/o/r', None, None)
    """
    is_page = isinstance(value, str) and value.casefold().startswith(("https://", "http://"))
    return value if is_page else None


def _cut(remarks: list[str]) -> list[str]:
    """Return the first remarks, `LONGEST` characters in all."""
    kept: list[str] = []
    for remark in remarks:
        room = LONGEST - sum(map(len, kept))
        if room <= 0:
            break
        kept.append(str(remark)[:room])
    return kept
