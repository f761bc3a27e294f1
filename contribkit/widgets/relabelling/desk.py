"""The contributions of a session and what people said of them: everything that is shown."""

from collections.abc import Iterable
from typing import Any

from contribkit.labels import Label, Labels
from contribkit.period import Period
from contribkit.widgets.relabelling.opinions import Opinions
from contribkit.widgets.relabelling.rows import brief, needs_eyes
from contribkit.widgets.relabelling.search import matching, sorted_by
from contribkit.widgets.relabelling.worklist import Worklist


class Desk:
    """What lies in front of a person: `Session` is a desk with a pen.

    Parameters
    ----------
    worklist
        The contributions.
    opinions
        What people said of them.
    period
        For which period.
    """

    def __init__(self, worklist: Worklist, opinions: Opinions, period: Period) -> None:
        self._worklist, self._opinions, self.period = worklist, opinions, period

    @property
    def queue(self) -> list[str]:
        """Ids in the order in which eyes are best spent: by turns the smallest margin and a random draw."""
        return [self._worklist.ids[place] for place in self._worklist.queue.order]

    @property
    def public(self) -> list[str]:
        """Ids in the order of the queue, without those of private threads."""
        listed, is_private = self._worklist, self._worklist.contents.is_private
        return [listed.ids[place] for place in listed.queue.order if not is_private(place)]

    @property
    def rows(self) -> list[dict[str, Any]]:
        """Every contribution as the page gets it, in the order of the queue; see `row`."""
        return [self.row(item) for item in self.queue]

    def listed(self, items: Iterable[str] | None = None) -> list[dict[str, Any]]:
        """Return what the list shows of contributions, by default of all in the order of the queue.

        It is `row` without what the card alone shows: texts, reasons, GitHub's labels, state, address, initiative and
        goal. Of ten thousand rows these would take their time, and a person sees those of a few.
        """
        order = self._worklist.queue.order
        places = order if items is None else [self._worklist.place(item) for item in items]
        return [brief(self._worklist, self._opinions, place, str(self.period)) for place in places]

    def details(self, item: str) -> dict[str, Any]:
        """Return what the card alone shows of a contribution."""
        return self._worklist.contents.details(self._worklist.place(item))

    def row(self, item: str) -> dict[str, Any]:
        """Return one contribution as the page gets it.

        Returns
        -------
        dict
            Plain JSON: the contribution's columns, its texts cut, and `kind_word`, `who` (a name), `lead`,
            `confidence`, `decided_by` and `reasons` (the machine's, whatever people said), `blind` (whether that is to
            be hidden), `audit` (a random draw), `queue` (its turn), `needs_eyes`, `label` (what holds: `lead`,
            `status`, `carried_over`), `mine` (the person's own: `lead`, `stakeholder`, `activity`, `note`,
            `skipped`), `opinions` and `history` (`id`, `at`, `by`, `op`, `lead`, `stakeholder`,
            `activity`, `note`).
        """
        return self.listed([item])[0] | self.details(item)

    @property
    def eyes(self) -> int:
        """How many contributions need eyes."""
        places = range(len(self._worklist.ids))
        return sum(needs_eyes(self._worklist, self._opinions, place) for place in places)

    def text(self, item: str) -> dict[str, Any]:
        """Return a contribution's `body` and `remarks` in full: rows hold their beginning."""
        cells = self._worklist.judged.iloc[self._worklist.place(item)]
        return {"body": cells["body"] if isinstance(cells["body"], str) else "", "remarks": list(cells["remarks"])}

    @property
    def pace(self) -> float | None:
        """The median of the person's seconds for one answer, None where too few are known."""
        return self._opinions.pace()

    def find(self, sort: str = "queue", **filters: Any) -> list[str]:
        """Return the ids of contributions that fit, in order.

        Parameters
        ----------
        sort
            One of `contribkit.widgets.relabelling.search.SORTS`; a minus in front turns it round.
        filters
            `lead`, `repository`, `person`, `kind`, `confidence`, `text`, `disputed`, `mine` and `needs_eyes`, as of
            `contribkit.widgets.relabelling.search.matching`.
        """
        return [row["id"] for row in sorted_by(matching(self.rows, **filters), sort)]

    def next(self, after: str | None = None) -> str | None:
        """Return the next contribution in the queue that needs eyes, from the start again at its end; None if none."""
        listed, order = self._worklist, self._worklist.queue.order
        turn = 0 if after is None else listed.turn[listed.place(after)] + 1
        for place in [*order[turn:], *order[:turn]]:
            if needs_eyes(listed, self._opinions, place):
                return listed.ids[place]
        return None

    def label_of(self, item: str) -> Label | None:
        """Return what holds for a contribution, None where nobody said anything."""
        return self._opinions.label(self._worklist.ids[self._worklist.place(item)])

    @property
    def labels(self) -> Labels:
        """The label logs as they were read, in the names of the table, and what this session added."""
        return self._opinions.labels()
