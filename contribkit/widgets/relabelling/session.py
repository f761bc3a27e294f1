"""A relabelling session: what a person sees, says and takes back, without any widget."""

from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from contribkit.errors import ContribkitError
from contribkit.labels import Labels
from contribkit.labels.replay import Change
from contribkit.period import Period
from contribkit.tables import Judged, as_nested, records
from contribkit.widgets.relabelling.desk import Desk
from contribkit.widgets.relabelling.intake import words
from contribkit.widgets.relabelling.opinions import Opinions
from contribkit.widgets.relabelling.page import page_facts
from contribkit.widgets.relabelling.pen import Answer, Pen, Said
from contribkit.widgets.relabelling.rows import is_hidden
from contribkit.widgets.relabelling.worklist import Worklist

if TYPE_CHECKING:
    from contribkit.loaders import Data

BLIND = 0.25
"""The share of the queue for which the machine's answer is hidden: half of the audit sample, so that both parts are
large enough for a comparison early on."""


class Session(Desk):
    """A person looks at judged contributions and says who led them; what is shown is told by `Desk`.

    Every method that says something writes it into the log, and comes back when the disk has it.

    Parameters
    ----------
    judged
        What `contribkit.classify` gives.
    labels
        The label logs, read from the folder into which this session writes.
    person
        Who labels.
    data
        What was loaded: names, words and stakeholders come from its organisation, and `retrain` needs it.
    period
        For which period; by default that of `data`, else the quarter of the last contribution. Its name is the folder
        of the log.
    seed
        Of the random draws; by default the period's name, so that they are the same for everybody.
    blind
        The share of the queue for which the machine's answer is hidden, from 0 to 0.5.

    Raises
    ------
    ContribkitError
        For labels that were not read from a folder, a person without a name, and what is no share or period.

    Examples
    --------
    >>> import contribkit as ck, tempfile
    >>> rows = pd.DataFrame([{"id": "wicketlamp-example/lamp#1@ada-example:review", "kind": "review"}])
    >>> judged = ck.classify(rows, None, ck.Organisation.read_sample())
    >>> session = Session(judged, ck.Labels.read(tempfile.mkdtemp()), "ada-example", period="2026-Q3")
    >>> session.label(session.queue, "upstream")
    >>> session.label_of(session.queue[0]).lead
    'upstream'
    >>> session.undo()
    ['wicketlamp-example/lamp#1@ada-example:review']
    >>> session.label_of(session.queue[0])
    """

    def __init__(
        self,
        judged: Judged | pd.DataFrame,
        labels: Labels,
        person: str,
        data: "Data | None" = None,
        period: Period | str | None = None,
        seed: str | None = None,
        blind: float = BLIND,
    ) -> None:
        if labels.folder is None:
            raise ContribkitError("it is not known where labels go; read them with Labels.read(folder)")
        if not person.strip() or not person.isprintable():
            raise ContribkitError(f"{person!r} is no name of a person; give the login of whoever labels")
        if not 0 <= blind <= 0.5:
            raise ContribkitError(f"blind = {blind} is no share from 0 to 0.5")
        self.folder, self.person, self.data = labels.folder, labels.aliases.login(person.strip()), data
        meant = _period(period, data, as_nested(judged))
        self._draws = (str(meant) if seed is None else seed, blind)
        self._pen = Pen(self.folder, self.person, str(meant))
        super().__init__(*self._read(as_nested(judged), labels), meant)

    def _read(self, judged: pd.DataFrame, labels: Labels) -> tuple[Worklist, Opinions]:
        """Read judged contributions and label logs as they are now."""
        names = {m.login: m.word for m in self.data.organisation.members.values()} if self.data else {}
        worklist = Worklist(judged, names, labels.aliases, *self._draws)
        return worklist, Opinions(labels.spelled_as(worklist.ids), self.person, worklist.ids)

    @property
    def page(self) -> dict[str, Any]:
        """What the page says of the session as a whole.

        Returns
        -------
        dict
            `person`, `period`, `pace` (seconds for one answer, or None), `words` (by lead), `guideline`,
            `stakeholders` (names), `activities` (value, word), `temporary` (whether this machine is thrown away),
            `repository` (``owner/repo`` on GitHub that holds the folder of labels, or None), `path` (where in it the
            log belongs).
        """
        organisation = self.data.organisation if self.data else None
        own = {"person": self.person, "period": str(self.period), "pace": self.pace}
        return own | page_facts(organisation, self.folder, self._pen.log.path)

    @property
    def file(self) -> Path:
        """The session's log; it is there once something is saved."""
        return self._pen.log.path

    def export(self) -> str:
        """Return the session's log as it stands in its file, for a download."""
        return self.file.read_text(encoding="utf-8") if self.file.exists() else ""

    # What the person says.

    def label(
        self, items: str | Iterable[str], lead: str, stakeholder: str | None = None, activity: str | None = None,
        note: str | None = None,
    ) -> None:  # fmt: skip
        """Say who led contributions.

        Raises
        ------
        ContribkitError
            For what is no lead, activity or contribution here, and where it cannot be saved; then nothing is.
        """
        said = {"lead": lead, "stakeholder": stakeholder, "activity": activity, "note": note}
        self._say([("label", item, said) for item in _several(items)])

    def accept(self, items: str | Iterable[str]) -> None:
        """Give contributions the machine's answer.

        Raises
        ------
        ContribkitError
            Where the answer is hidden: what was not seen cannot be agreed with.
        """
        places = [self._worklist.place(item) for item in _several(items)]
        hidden = [place for place in places if is_hidden(self._worklist, self._opinions, place)]
        if hidden:
            raise ContribkitError(f"{self._worklist.ids[hidden[0]]}: the answer is hidden; say yourself who led it")
        self._say([("label", self._worklist.ids[place], self._worklist.answer(place)) for place in places])

    def skip(self, items: str | Iterable[str], note: str | None = None) -> None:
        """Leave contributions to others; they need this person's eyes no more."""
        self._say([("skip", item, {"note": note}) for item in _several(items)])

    def clear(self, items: str | Iterable[str]) -> None:
        """Take away the person's own opinion, however often it changed."""
        self._say([("clear", item, {}) for item in _several(items)])

    def adjudicate(self, item: str, lead: str, note: str | None = None) -> None:
        """Settle a contribution on which people disagree."""
        self._say([("adjudicate", item, {"lead": lead, "note": note})])

    def note(self, item: str, note: str) -> None:
        """Write a note beside what the person said, or beside a skip where they said nothing."""
        said = self._opinions.my_opinion(self._worklist.ids[self._worklist.place(item)])
        self._say([(said["op"], item, words(said) | {"note": note}) if said else ("skip", item, {"note": note})])

    def undo(self) -> list[str]:
        """Take the person's last gesture back, of whichever session, and return the ids that it was about."""
        gesture = self._opinions.gestures.last
        self._say([("undo", event["item"], {}) for event in reversed(gesture)])
        return [event["item"] for event in gesture]

    def redo(self) -> list[str]:
        """Do again what was taken back last, and return the ids that it was about."""
        gesture = self._opinions.gestures.last_taken_back
        self._say([(event["op"], event["item"], words(event)) for event in gesture])
        return [event["item"] for event in gesture]

    def _say(self, gesture: list[Said]) -> None:
        self._pen.say(gesture, self._worklist, self._opinions)

    def record(self, events: Iterable[dict[str, Any]]) -> Answer:
        """Save events, and say which are on the disk.

        Parameters
        ----------
        events
            Of the page: `id` (ULID) and `at`, made where the key was pressed; `op`, `item`, and where given `lead`,
            `stakeholder`, `activity`, `note` and `seen`. Who says it is the session's person, whatever an event says.
            One that is on the disk already counts as saved, and is not written again.

        Returns
        -------
        Answer
            What failed is in no file, and can be sent again.
        """
        return self._pen.record(events, self._worklist, self._opinions)

    def close(self) -> None:
        """Close the log; a further event starts another file."""
        self._pen.log.close()

    # What follows from it.

    def retrain(self) -> list[dict[str, Any]]:
        """Judge the contributions anew, with every label that is on the disk now.

        Returns
        -------
        list of dict
            The suggestions that changed and nobody settled; see `contribkit.classifiers.changes.changes`.

        Raises
        ------
        ContribkitError
            Where the session has no `data`.
        """
        if self.data is None:
            raise ContribkitError("nothing can be judged anew without what was loaded; give data=ck.load(…)")
        from contribkit.classifiers import classify
        from contribkit.classifiers.changes import changes as changed_leads

        before, labels = self._worklist.suggestion_table(), Labels.read(self.folder)
        after = classify(before, self.data.references, self.data.organisation, labels)
        self._worklist, self._opinions = self._read(after.nested(), labels)
        found = records(changed_leads(before, self._worklist.suggestion_table()))
        return [row for row in found if (label := self.label_of(row["id"])) is None or label.lead is None]

    def agreement(self) -> dict[str, Any]:
        """Return how far people agree with each other, and how far the machine's answer pulls them, as plain JSON.

        Returns
        -------
        dict
            `people`, see `contribkit.evaluation.agreement.Agreement`, and `pull` over the random draws, see
            `contribkit.evaluation.agreement.AnchoringBias`.
        """
        from contribkit.evaluation.agreement import agreement, anchoring_bias  # scikit-learn takes a second to load

        drawn = [self._worklist.ids[place] for place in self._worklist.queue.audit]
        return {"people": agreement(self.labels).as_json(), "pull": anchoring_bias(self.labels, drawn).as_json()}

    def changes(self, first: date | str, last: date | str) -> list[Change]:
        """Return who changed what on the days from the first to the last, both included."""
        return self.labels.changes(Period(f"{first}..{last}", self.period.timezone))


def _several(items: str | Iterable[str]) -> list[str]:
    return [items] if isinstance(items, str) else list(items)


def _period(period: Period | str | None, data: "Data | None", judged: pd.DataFrame) -> Period:
    """Return the period that is meant."""
    if period is None and data is not None:
        return data.period
    if period is not None:
        zone = data.organisation.timezone if data is not None else "UTC"
        return period if isinstance(period, Period) else Period(period, zone)
    last = judged["happened_at"].max() if "happened_at" in judged and len(judged) else None
    return Period("this quarter", today=None if last is None or pd.isna(last) else pd.Timestamp(last).date())
