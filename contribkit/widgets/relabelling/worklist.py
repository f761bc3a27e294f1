"""The contributions of a session: what the machine says of each, and in which order they are looked at."""

from collections.abc import Mapping

import pandas as pd

from contribkit.errors import ContribkitError
from contribkit.ids import casefold_id
from contribkit.labels.aliases import Aliases
from contribkit.tables import NESTED, conform
from contribkit.vocabulary import Activity, Lead
from contribkit.widgets.relabelling.machine import suggestions
from contribkit.widgets.relabelling.payload import Contents
from contribkit.widgets.relabelling.queue import make_queue


class Worklist:
    """What of a session no label changes; rows are named by their place in the table.

    Parameters
    ----------
    judged
        Judged contributions; of rows with one id the last counts.
    names
        People's names by login.
    aliases
        What is called otherwise now, so that a row is found by each of its names.
    seed, blind
        See `contribkit.widgets.relabelling.queue.make_queue`.

    Attributes
    ----------
    judged
        With the columns of `CONTRIBUTIONS` and `JUDGED`.
    ids
        In the order of the table.
    suggested
        The machine's answers.
    contents
        What the page shows of each, without what people said.
    queue
        Which rows are looked at when, and which are random draws.
    turn
        The turn in the queue, by place.
    doubtful
        Places that need eyes as long as nobody says anything: random draws, and where the machine may well err.
    """

    def __init__(
        self, judged: pd.DataFrame, names: Mapping[str, str], aliases: Aliases, seed: str, blind: float
    ) -> None:
        self.judged = conform(judged, NESTED).drop_duplicates("id", keep="last", ignore_index=True)
        self.ids: list[str] = self.judged["id"].tolist()
        self.suggested = suggestions(self.judged)
        self.contents = Contents(self.judged, self.suggested, names)
        self.queue = make_queue(self.ids, [answer.margin for answer in self.suggested], seed, blind)
        self.turn = {place: turn for turn, place in enumerate(self.queue.order)}
        unsure = (place for place, answer in enumerate(self.suggested) if answer.is_unsure)
        self.doubtful = self.queue.audit.union(unsure)
        self._aliases = aliases
        self._places = {casefold_id(item): place for place, item in enumerate(self.ids)}
        self._today = (
            {casefold_id(aliases.newest(item)): place for place, item in enumerate(self.ids)} if aliases else {}
        )

    def place(self, item: str) -> int:
        """Return the place of a contribution, by any of its names.

        Raises
        ------
        ContribkitError
            Where it is none of these.
        """
        place = self._places.get(casefold_id(item), self._today.get(casefold_id(self._aliases.newest(item))))
        if place is None:
            raise ContribkitError(f"{item}: is none of the {len(self.ids)} contributions of this session")
        return place

    def holds(self, item: str) -> bool:
        """Say whether a contribution is one of these, under the name that the table uses."""
        return casefold_id(item) in self._places

    def answer(self, place: int) -> dict[str, str | None]:
        """Return the machine's answer as the words of a label."""
        row = self.contents.brief(place)
        agrees = row["lead"] == Lead.STAKEHOLDER and self.judged["lead"].iloc[place] == row["lead"]
        return {
            "lead": row["lead"],
            "stakeholder": row["stakeholder"] if agrees else None,
            "activity": row["activity"] if row["activity"] in list(Activity) else None,
        }

    def suggestion_table(self) -> pd.DataFrame:
        """Return the judged table with the machine's answers in it, whatever people said."""
        said = pd.DataFrame(self.suggested, columns=["lead", "confidence", "decided_by", "reasons", "margin"])
        return self.judged.assign(**{name: said[name] for name in ("lead", "confidence", "decided_by", "reasons")})
