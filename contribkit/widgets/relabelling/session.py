"""A relabelling session: the contributions that one person reviews, and the log that their decisions go to."""

import shutil
import tempfile
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from contribkit.classifiers.classify import classify
from contribkit.config.organisation import SAMPLE
from contribkit.errors import ContribkitError
from contribkit.labels import LabelLog, Labels
from contribkit.labels.events import DECISION_OPS, LEAD_OPS, OPS, Event, event_time, new_event, validate
from contribkit.loaders.data import Data
from contribkit.period import Period
from contribkit.tables import Judged
from contribkit.vocabulary import Lead
from contribkit.widgets.relabelling.opinions import Opinions, pace
from contribkit.widgets.relabelling.worklist import Worklist

BLIND = 0.25
"""The share of the queue whose suggestion is hidden: half of the audit sample, so that both halves soon compare."""

_WORDS = ("lead", "stakeholder", "activity", "note")
_VALID_SEEN: dict[str, Callable[[Any], bool]] = {
    "lead": lambda value: value in list(Lead),
    "confidence": lambda value: type(value) in (int, float) and 0 <= value <= 1,
    "decided_by": lambda value: value in ("rules", "model"),
    "blind": lambda value: isinstance(value, bool),
}


class Recorded(NamedTuple):
    """What happened to events.

    Attributes
    ----------
    saved
        Ids of events that are on the disk.
    failed
        The reason, by the id of each event that is not.
    """

    saved: list[str]
    failed: dict[str, str]


class Session:
    """One person reviews judged contributions and says who led them.

    Filters and orders are the page's, which works while the kernel is busy. What is decided goes through `record`, from
    the page as from Python, and is on the disk when `record` returns.

    Parameters
    ----------
    judged
        What `contribkit.classify` returns.
    labels
        The label logs, read from the folder that this session writes to. The labels of the sample are copied to
        `sample_labels` first, once: they are inside the installed package.
    person
        Who labels; a login.
    data
        The loaded data: names, words and stakeholders come from its organisation, and `retrain` needs it.
    period
        By default that of `data`, else the quarter of the last contribution. Its name is the folder of the log.
    seed
        Of the random draws; by default the period's name, so that everybody has the same.
    blind
        The share of the queue whose suggestion is hidden, from 0 to 0.5.
    sample_labels
        The folder that labels of the sample go to.

    Raises
    ------
    ContribkitError
        For labels that were not read from a folder, a missing or unprintable person, an invalid share or period.

    Examples
    --------
    >>> import contribkit as ck, tempfile
    >>> row = {"id": "wicketlamp-example/lamp#1@ada-example:review", "kind": "review", "happened_at": "2026-08-01"}
    >>> judged = ck.classify(pd.DataFrame([row]), None, ck.Organisation.read_sample())
    >>> session = Session(judged, ck.Labels.read(tempfile.mkdtemp()), "ada-example")
    >>> recorded = session.record([{"op": "label", "item": row["id"], "lead": "upstream"}])
    >>> len(recorded.saved), session.file.parent.name, session.labels.of(row["id"]).lead
    (1, '2026-Q3', 'upstream')
    >>> session.undo()
    ['wicketlamp-example/lamp#1@ada-example:review']
    """

    def __init__(
        self,
        judged: Judged,
        labels: Labels,
        person: str,
        data: Data | None = None,
        *,
        period: Period | str | None = None,
        seed: str | None = None,
        blind: float = BLIND,
        sample_labels: str | Path = "sample-labels",
    ) -> None:
        if labels.folder is None:
            raise ContribkitError("these labels were not read from a folder; read them with Labels.read(folder)")
        if not person.strip() or not person.isprintable():
            raise ContribkitError(f'invalid person "{person}"; give a GitHub login')
        if not 0 <= blind <= 0.5:
            raise ContribkitError(f"invalid share blind = {blind}; give a number from 0 to 0.5")
        if labels.folder.resolve() == SAMPLE.parent / "labels":
            labels = Labels.read(_copied_once(labels.folder, Path(sample_labels).absolute()))
        self.data = data
        self.folder: Path = labels.folder  # type: ignore[assignment]
        self.period = _period(period, data, judged)
        labels = self._labels_of_members(labels)
        self.person = labels.aliases.login(person.strip())
        self._draws = (str(self.period) if seed is None else seed, blind)
        self._log = LabelLog(self.folder, self.person, str(self.period))
        self._open(judged, labels)

    def _labels_of_members(self, labels: Labels) -> Labels:
        return labels.with_members(self.data.organisation) if self.data else labels

    def _open(self, judged: Judged, labels: Labels) -> None:
        """Start from judged contributions and label logs as they are now."""
        names = {m.login: m.word for m in self.data.organisation.members.values()} if self.data else {}
        self._worklist = Worklist(judged, names, labels.aliases, *self._draws)
        self._opinions = Opinions(labels.spelled_as(self._worklist.ids), self.person, str(self.period))

    @property
    def queue(self) -> list[str]:
        """Ids in the order in which a review helps most: the smallest margin and a random draw in turns."""
        return [self._worklist.ids[place] for place in self._worklist.queue.order]

    @property
    def public(self) -> list[str]:
        """The queue without private threads."""
        order, is_private = self._worklist.queue.order, self._worklist.is_private
        return [self._worklist.ids[place] for place in order if not is_private(place)]

    def rows(self, items: Iterable[str] | None = None) -> list[dict[str, Any]]:
        """Return what the list shows of contributions, by default of the whole queue.

        Returns
        -------
        list of dict
            JSON: columns of the contribution and `who` (a name), `lead`, `confidence` and `decided_by` (of the
            suggestion, however people decided), `blind` (whether it is hidden), `audit` (a random draw), `queue` (its
            turn), `needs_review`, `label` (`lead`, `status`, `carried_over`), `mine` (the person's `lead`,
            `stakeholder`, `activity`, `note`, `skipped`), `opinions` and `history` (events).
        """
        places = self._worklist.queue.order if items is None else map(self._worklist.place, items)
        return [
            self._worklist.in_list(place)
            | self._opinions.shown(self._worklist.ids[place])
            | {"blind": self._is_hidden(place), "needs_review": self._needs_review(place)}
            for place in places
        ]

    def details(self, item: str) -> dict[str, Any]:
        """Return what only the card shows of a contribution, as JSON: texts, reasons, labels, state and address."""
        return self._worklist.in_card(self._worklist.place(item))

    @property
    def to_review(self) -> int:
        """How many contributions need review."""
        return sum(map(self._needs_review, range(len(self._worklist.ids))))

    @property
    def pace(self) -> float | None:
        """The median of the person's seconds for one answer, None where too few are known."""
        return pace(self._opinions.own)

    @property
    def labels(self) -> Labels:
        """The label logs under the ids of the table, with what this session added."""
        return self._opinions.labels()

    @property
    def file(self) -> Path:
        """The session's log; it is created with the first event."""
        return self._log.path

    def export(self) -> str:
        """Return the text of the session's log, for a download."""
        return self.file.read_text(encoding="utf-8") if self.file.exists() else ""

    def close(self) -> None:
        """Close the log; a further event starts another file."""
        self._log.close()

    def record(self, events: Iterable[Any]) -> Recorded:
        """Save events, and return which are on the disk.

        Parameters
        ----------
        events
            Dicts with `op`, `item` and, where given, `lead`, `stakeholder`, `activity`, `note` and `seen`; `by` is
            always the session's person. The page adds `id` (ULID) and `at` when a key is pressed. Without them, all
            events of a call are one step of now. An event whose id is on the disk already counts as saved.

        Returns
        -------
        Recorded
            An invalid event fails alone. Failed events are in no file, and can be sent again.
        """
        saved: list[str] = []
        failed: dict[str, str] = {}
        new: dict[str, Event] = {}
        by_item: dict[str, list[Event]] = {}
        now = self._now()
        for given in events:
            sent = {key: value for key, value in new_event("", "", "", now).items() if key in ("id", "at")}
            name = str(sent["id"])
            try:
                if not isinstance(given, dict):
                    raise ContribkitError(f"{given!r:.80}: is not an event")
                sent |= given
                name = str(sent["id"])
                if name in self._opinions.event_ids:
                    saved.append(name)
                elif name not in new:
                    new[name] = self._completed(sent, by_item)
            except ContribkitError as error:
                failed[name] = str(error)
        try:
            self._log.append(new.values())
        except ContribkitError as error:
            return Recorded(saved, failed | dict.fromkeys(new, str(error)))
        for event in new.values():
            self._opinions.add(event)
        return Recorded([*saved, *new], failed)

    def _completed(self, sent: dict[str, Any], by_item: dict[str, list[Event]]) -> Event:
        """Return an event as it goes into the log, and add it to the pending ones of its contribution."""
        place = self._worklist.place(str(sent.get("item")))
        item, op = self._worklist.ids[place], sent.get("op")
        if op not in OPS:
            raise ContribkitError(f'{item}: invalid op "{op}"; use one of {", ".join(OPS)}')
        opinion = self._opinions.opinion(item, by_item.get(item, []))
        allowed = _WORDS if op in LEAD_OPS else ("note",) if op in DECISION_OPS else ()
        event = {
            "v": 1, "id": sent.get("id"), "at": sent.get("at"), "by": self.person, "op": op, "item": item,
            **{name: _encodable(sent.get(name)) if name in allowed else None for name in _WORDS},
            "was": opinion["lead"] if opinion else None, "seen": self._seen(place, sent.get("seen")),
        }  # fmt: skip
        by_item.setdefault(item, []).append(validate(event, item))
        return event

    def _seen(self, place: int, sent: Any) -> dict[str, Any]:
        """Return the suggestion as the person saw it: what the page says was on screen, else what it is here."""
        lead, confidence, decided_by, *_ = self._worklist.suggestions[place]
        here = {"lead": lead, "confidence": confidence, "decided_by": decided_by, "blind": self._is_hidden(place)}
        shown = sent if isinstance(sent, dict) else {}
        return here | {name: shown[name] for name, is_valid in _VALID_SEEN.items() if is_valid(shown.get(name))}

    def undo(self) -> list[str]:
        """Undo the person's last step, also one of an earlier session, and return the contributions it was about.

        Raises
        ------
        ContribkitError
            Where that cannot be saved.
        """
        items = self._opinions.last_step(self._worklist.ids)
        if failed := self.record({"op": "undo", "item": item} for item in reversed(items)).failed:
            raise ContribkitError(next(iter(failed.values())))
        return items

    def retrain(self) -> list[dict[str, Any]]:
        """Judge the contributions again, with every label that is on the disk now.

        Returns
        -------
        list of dict
            Suggestions that changed and are not settled by people: `id`, `was` (lead before), `lead`, `decided_by`.

        Raises
        ------
        ContribkitError
            Where the session has no `data`.
        """
        if self.data is None:
            raise ContribkitError("retraining needs the loaded data; give data=ck.load(…)")
        before, labels = self._worklist, self._labels_of_members(Labels.read(self.folder))
        table = before.judged.contributions
        self._open(classify(table, self.data.references, self.data.organisation, labels), labels)
        both = zip(before.ids, before.suggestions, self._worklist.suggestions, strict=True)
        return [
            {"id": item, "was": old.lead, "lead": new.lead, "decided_by": new.decided_by}
            for item, old, new in both
            if old.lead != new.lead and not self._is_settled(item)
        ]

    def agreement(self) -> dict[str, Any]:
        """Return how far `people` agree with each other, and the `anchoring` by suggestions over the random draws."""
        from contribkit.evaluation.agreement import agreement, anchoring_bias  # scikit-learn takes a second to load

        drawn = [self._worklist.ids[place] for place in self._worklist.queue.audit]
        return {"people": agreement(self.labels).as_json(), "anchoring": anchoring_bias(self.labels, drawn).as_json()}

    def _is_hidden(self, place: int) -> bool:
        """Say whether the suggestion is hidden: it is until the person gave a lead."""
        return place in self._worklist.queue.blind and self._opinions.opinion(self._worklist.ids[place]) is None

    def _needs_review(self, place: int) -> bool:
        """Say whether the person can help: people disagree, or nobody decided and the suggestion may be wrong."""
        item = self._worklist.ids[place]
        if self._is_settled(item) or self._opinions.decision(item) is not None:
            return False
        return place in self._worklist.needs_review or self._opinions.label(item) is not None

    def _is_settled(self, item: str) -> bool:
        label = self._opinions.label(item)
        return label is not None and label.lead is not None

    def _now(self) -> datetime:
        """Return the time, later than the person's last event though a clock was set back: an undo comes after."""
        last = [event_time(event) + timedelta(microseconds=1) for event in self._opinions.own[-1:]]
        return max([datetime.now(UTC), *last])


def _encodable(value: Any) -> Any:
    """Return a text without lone surrogates, such as of an emoji that was cut: no file can hold them."""
    return value.encode(errors="replace").decode() if isinstance(value, str) else value


def _copied_once(source: Path, place: Path) -> Path:
    """Copy a folder unless the copy is there already; it appears whole or not at all."""
    if not place.exists():
        place.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=f".{place.name}.", dir=place.parent) as temporary:
            shutil.copytree(source, Path(temporary, "labels")).rename(place)
    return place


def _period(period: Period | str | None, data: Data | None, judged: Judged) -> Period:
    if isinstance(period, Period):
        return period
    if period is not None:
        return Period(period, data.organisation.timezone if data else "UTC")
    if data is not None:
        return data.period
    days = judged.contributions.get("happened_at", pd.Series(dtype=object)).dropna()
    return Period("this quarter", today=pd.Timestamp(days.max()).date() if len(days) else None)
