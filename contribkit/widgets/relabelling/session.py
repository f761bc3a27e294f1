"""A relabelling session: the contributions that one person reviews, and the log that their decisions go to."""

import shutil
import tempfile
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

import pandas as pd

from contribkit.classifiers.classify import classify
from contribkit.config.organisation import SAMPLE
from contribkit.errors import ContribkitError
from contribkit.fold import Data
from contribkit.ids import casefold_id
from contribkit.labels import LabelLog, Labels
from contribkit.labels.events import DECISION_OPS, LEAD_OPS, OPS, Event, event_time, new_event, validate
from contribkit.labels.replay import opinion
from contribkit.loaders.git.repository import Repository
from contribkit.period import Period
from contribkit.tables import Judged, records
from contribkit.vocabulary import Lead
from contribkit.widgets.relabelling.worklist import IN_LIST, card, worklist

BLIND = 0.25
"""The share of the queue whose suggestion is hidden: half of the audit sample, so that both halves soon compare."""

_BREAK = 300.0  # seconds; a longer pause between two answers is not thinking time
_FEWEST_PAUSES = 5
_SHOWN = ("id", "at", "by", "op", "lead", "stakeholder", "activity", "note")
_WORDS = ("lead", "stakeholder", "activity", "note")
_UNDECIDED: dict[str, Any] = {"label": None, "mine": None, "opinions": [], "history": []}
_VALID_SEEN: dict[str, Callable[[Any], bool]] = {
    "lead": lambda value: value in list(Lead),
    "confidence": lambda value: type(value) in (int, float) and 0 <= value <= 1,
    "decided_by": lambda value: value in ("rules", "model"),
    "blind": lambda value: isinstance(value, bool),
}


class Recorded(NamedTuple):
    """What happened to events: ids of those on the disk, and the reason by the id of each that is not."""

    saved: list[str]
    failed: dict[str, str]


class Session:
    """One person reviews judged contributions and says who led them; what is decided is on the disk once recorded.

    `table` holds the contributions (see `worklist`), `labels` the label logs under their ids, with what was added.
    Parameters are those of `contribkit.Relabel`.
    """

    def __init__(
        self,
        judged: Judged,
        labels: Labels,
        person: str,
        data: Data | None = None,
        *,
        period: Period | str | None = None,
        blind: float = BLIND,
        include_private: bool = False,
        sample_labels: str | Path = "sample-labels",
    ) -> None:
        if labels.folder is None:
            raise ContribkitError("these labels were not read from a folder; read them with Labels.read(folder)")
        self.data, self.organisation = data, data.organisation if data else None
        members = self.organisation.members.values() if self.organisation else ()
        self.names = {member.login: member.word for member in members}  # as far as they are known
        self.words = {str(lead): self.organisation.word(lead) if self.organisation else lead.word for lead in Lead}
        self.is_from_git = not person
        person = person or _git_user(labels.folder)
        if not person.strip() or not person.isprintable():
            raise ContribkitError(f'invalid person "{person}"; write your GitHub login, as person = "LOGIN"')
        if not 0 <= blind <= 0.5:
            raise ContribkitError(f"invalid share blind = {blind}; give a number from 0 to 0.5")
        if labels.folder.resolve() == SAMPLE.parent / "labels":
            labels = Labels.read(_copied_once(labels.folder, Path(sample_labels).absolute()))
        self.folder: Path = labels.folder  # type: ignore[assignment]
        self.period = _period(period, data, judged)
        self._draws = (str(self.period), blind, include_private)  # the same for everybody
        self._open(judged, labels)
        known = self.organisation and self.is_from_git and self.organisation.member_by_name(person)
        self.person = self._aliases.login(known or person.strip())
        self._log = LabelLog(self.folder, self.person, str(self.period))

    def _open(self, judged: Judged, labels: Labels) -> None:
        labels = labels.with_members(self.organisation) if self.organisation else labels
        self._judged, self._aliases = judged, labels.aliases
        self.table = worklist(judged, self.names, *self._draws)
        self.left_out = judged.contributions["id"].nunique() - len(self.table)  # private ones
        self.labels = labels.spelled_as(self.table.index)
        self._hidden = set(self.table.index[self.table["hidden"]])
        self._doubtful = set(self.table.index[self.table["audit"] | self.table["unsure"]])
        # Ids in the order in which a review helps most: the smallest margin and a random draw in turns.
        self.queue: list[str] = self.table.index.tolist()
        self._rows = dict(zip(self.queue, records(self.table[IN_LIST]), strict=True))
        self._ids = {name(item): item for name in (labels.name, casefold_id) for item in self.queue}

    def _id(self, item: str) -> str:
        found = self._ids.get(casefold_id(item), self._ids.get(casefold_id(self._aliases.newest(item))))
        if found is None:
            raise ContribkitError(f"{item}: is not among the {len(self.table)} contributions of this session")
        return found

    def rows(self, items: Iterable[str] | None = None) -> list[dict[str, Any]]:
        """Return what the list shows of contributions and of people's decisions, by default of all, as JSON."""
        ids = self.queue if items is None else [self._id(item) for item in items]
        return [self._rows[item] | self._decided(item) for item in ids]

    def _decided(self, item: str) -> dict[str, Any]:
        flags = {"blind": self._is_hidden(item), "needs_review": self._needs_review(item)}
        history = self.labels.by_item.get(casefold_id(item))
        if not history:
            return _UNDECIDED | flags
        label, current, stack = self.labels.of(item), self.labels.standing(item), self._stack(item)
        last, own = _last(stack), opinion(stack) or {}
        carried_over = all(self.labels.periods.get(event["id"]) != str(self.period) for event in current)
        words = {name: own.get(name) for name in _WORDS[:-1]}
        return {
            "label": label and {"lead": label.lead, "status": label.status, "carried_over": carried_over},
            "mine": last and words | {"note": last.get("note"), "skipped": last["op"] == "skip"},
            "opinions": [{name: event.get(name) for name in _SHOWN} for event in current],
            "history": [{name: event.get(name) for name in _SHOWN} for event in history],
        } | flags

    def details(self, item: str) -> dict[str, Any]:
        """Return what only the card shows of a contribution, as JSON: texts, reasons, labels, state and address."""
        return card(records(self.table.loc[[self._id(item)]])[0])

    @property
    def to_review(self) -> int:
        """How many contributions need review."""
        return sum(map(self._needs_review, self.table.index))

    @property
    def pace(self) -> float | None:
        """The median of the person's seconds from one step to the next, without breaks; None for too few."""
        times = sorted({event_time(event) for event in self._own if event["op"] in DECISION_OPS})
        pauses = [(later - earlier).total_seconds() for earlier, later in pairwise(times)]
        thinking = [pause for pause in pauses if pause <= _BREAK]
        return median(thinking) if len(thinking) >= _FEWEST_PAUSES else None

    @property
    def file(self) -> Path:
        """The session's log, created with the first event."""
        return self._log.path

    def export(self) -> str:
        """Return the text of the session's log, for a download."""
        return self.file.read_text(encoding="utf-8") if self.file.exists() else ""

    def record(self, events: Iterable[Any]) -> Recorded:
        """Save events, and return which are on the disk; an invalid event fails alone, and failed ones are in no file.

        `by` is always the session's person. The page adds `id` and `at` when a key is pressed; an id that is on the
        disk already counts as saved. Without them, all events of a call are one step of now.
        """
        known = {event["id"] for event in self.labels.events}
        saved, failed, new, pending = list[str](), dict[str, str](), dict[str, Event](), dict[str, list[Event]]()
        # Later than the person's last event though a clock was set back: an undo comes after what it undoes.
        now = max([datetime.now(UTC), *(event_time(event) + timedelta(microseconds=1) for event in self._own[-1:])])
        for given in events:
            stamp = new_event(self.person, "", "", now)
            if not isinstance(given, dict):
                failed[stamp["id"]] = f"{given!r:.80}: is not an event"
                continue
            sent = {"id": stamp["id"], "at": stamp["at"]} | given
            name = str(sent["id"])
            if name in known:
                saved.append(name)
            elif name not in new:
                try:
                    new[name] = self._completed(sent, pending)
                except ContribkitError as error:
                    failed[name] = str(error)
        try:
            self._log.append(new.values())
        except ContribkitError as error:
            return Recorded(saved, failed | dict.fromkeys(new, str(error)))
        for event in new.values():
            self.labels.add(event, str(self.period))
        return Recorded([*saved, *new], failed)

    def _completed(self, sent: dict[str, Any], pending: dict[str, list[Event]]) -> Event:
        """Return an event as it goes into the log, and add it to the pending ones of its contribution."""
        item, op = self._id(str(sent.get("item"))), sent.get("op")
        if op not in OPS:
            raise ContribkitError(f'{item}: invalid op "{op}"; use one of {", ".join(OPS)}')
        own = opinion(self._stack(item, pending.get(item, [])))
        allowed = _WORDS if op in LEAD_OPS else ("note",) if op in DECISION_OPS else ()
        words = {name: _encodable(sent.get(name)) if name in allowed else None for name in _WORDS}
        # The suggestion as the person saw it: what the page says was on screen, else what it is here.
        seen = {name: self._rows[item][name] for name in ("lead", "confidence", "decided_by")}
        seen["blind"] = self._is_hidden(item)
        shown = sent["seen"] if isinstance(sent.get("seen"), dict) else {}
        seen |= {name: shown[name] for name, is_valid in _VALID_SEEN.items() if is_valid(shown.get(name))}
        made = {"v": 1, "id": sent["id"], "at": sent["at"], "by": self.person, "op": op, "item": item}
        event = validate(made | words | {"was": own["lead"] if own else None, "seen": seen}, item)
        pending.setdefault(item, []).append(event)
        return event

    def retrain(self) -> list[dict[str, Any]]:
        """Judge again with every label that is on the disk now; return suggestions that changed and nobody settled."""
        if self.data is None:
            raise ContribkitError("retraining needs the loaded data; give data=ck.load(…)")
        before, labels = self.table["lead"], Labels.read(self.folder, self.organisation)
        judged = classify(self._judged.contributions, self.data.references, self.data.organisation, labels)
        self._open(judged, labels)
        settled = [label.item for label in self.labels.effective.values() if label.lead]
        rows = self.table.assign(was=before).drop(index=settled, errors="ignore")
        return records(rows.loc[rows["lead"] != rows["was"], ["id", "was", "lead", "decided_by"]])

    def agreement(self) -> dict[str, Any]:
        """Return how far `people` agree with each other, and the `anchoring` by suggestions over the random draws."""
        from contribkit.evaluation.agreement import agreement, anchoring_bias  # scikit-learn takes a second to load

        drawn = self.table.index[self.table["audit"]]
        return {"people": agreement(self.labels).as_json(), "anchoring": anchoring_bias(self.labels, drawn).as_json()}

    @property
    def _own(self) -> list[Event]:
        return [event for event in self.labels.events if casefold_id(event["by"]) == casefold_id(self.person)]

    def _stack(self, item: str, pending: Iterable[Event] = ()) -> list[Event]:
        return self.labels.decisions(item, self.person, pending)

    def _is_hidden(self, item: str) -> bool:
        """Say whether the suggestion is hidden: it is until the person gave a lead."""
        return item in self._hidden and opinion(self._stack(item)) is None

    def _needs_review(self, item: str) -> bool:
        """Say whether the person can help: people disagree, or nobody decided and the suggestion may be wrong."""
        label = self.labels.of(item)
        is_open = label.lead is None if label else item in self._doubtful
        return is_open and _last(self._stack(item)) is None


def _last(stack: list[Event]) -> Event | None:
    """Return a person's last decision, also a skip; None where there is none, or it was cleared."""
    return stack[-1] if stack and stack[-1]["op"] != "clear" else None


def _encodable(value: Any) -> Any:
    """Return a text without lone surrogates, such as of an emoji that was cut: no file can hold them."""
    return value.encode(errors="replace").decode() if isinstance(value, str) else value


def root_of(folder: Path) -> Path | None:
    """Return the repository that a folder is in, None outside of any."""
    places = (folder.absolute(), *folder.absolute().parents)
    return next((place for place in places if (place / ".git").exists()), None)


def _git_user(folder: Path) -> str:
    """Return git's user.name in a folder, empty where git does not tell one."""
    try:
        return Repository(root_of(folder) or Path(folder.absolute().anchor)).git("config", "user.name").decode().strip()
    except ContribkitError:
        return ""


def _copied_once(source: Path, place: Path) -> Path:
    """Copy a folder unless the copy is there already; it appears whole or not at all."""
    if not place.exists():
        place.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=f".{place.name}.", dir=place.parent) as temporary:
            shutil.copytree(source, Path(temporary, "labels")).rename(place)
    return place


def _period(period: Period | str | None, data: Data | None, judged: Judged) -> Period:
    if period is not None:
        return Period(str(period), data.organisation.timezone if data else "UTC")
    if data is not None:
        return data.period
    days = judged.contributions.get("happened_at", pd.Series(dtype=object)).dropna()
    return Period("this quarter", today=pd.Timestamp(days.max()).date() if len(days) else None)
