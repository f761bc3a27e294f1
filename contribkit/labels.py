"""The label log: what people decided, as append-only events, and what holds in the end."""

import json
import warnings
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from contribkit.errors import ContribkitError
from contribkit.identifiers import key
from contribkit.vocabulary import Lead

VERSION = 1
_DECISIONS = ("label", "adjudicate", "clear", "skip")
_OPS = (*_DECISIONS, "undo")


@dataclass(frozen=True)
class Label:
    """What holds for one contribution.

    Attributes
    ----------
    item
        Id of the contribution.
    lead
        The lead people agree on; None where it is disputed.
    status
        ``adjudicated``, ``unanimous``, ``majority`` or ``disputed``.
    opinions
        Lead by person, as it stands.
    stakeholder, activity
        As the same people said, where they did.
    """

    item: str
    lead: str | None
    status: str
    opinions: dict[str, str]
    stakeholder: str | None = None
    activity: str | None = None


@dataclass(frozen=True)
class Labels:
    """All events of a folder of label logs, and the labels they add up to.

    Examples
    --------
    >>> event = {"v": 1, "id": "01", "at": "2026-10-01T10:00:00Z", "by": "ada", "op": "label",
    ...          "item": "o/r#1@ada:review", "lead": "upstream"}
    >>> Labels([event]).of("O/R#1@ada:review").lead
    'upstream'
    """

    events: list[dict[str, Any]] = field(default_factory=list)

    @classmethod
    def read(cls, folder: str | Path) -> "Labels":
        """Read all label logs below a folder; a folder that is not there holds none.

        Raises
        ------
        ContribkitError
            For a line that is no event, or one of an unknown version; with file and line.
        """
        events: dict[str, dict[str, Any]] = {}
        for path in sorted(Path(folder).rglob("*.jsonl")):
            for event in _read_log(path):
                events.setdefault(event["id"], event)
        return cls(sorted(events.values(), key=_when))

    def of(self, item: str) -> Label | None:
        """Return what holds for a contribution, None where nobody said anything."""
        return self.effective.get(key(item))

    @cached_property
    def effective(self) -> dict[str, Label]:
        """What holds, by case-folded id: adjudicated, then unanimous, then majority, else disputed."""
        return _effective(self.events)


def _when(event: dict[str, Any]) -> tuple[datetime, str]:
    at = datetime.fromisoformat(event["at"])
    return (at if at.tzinfo else at.replace(tzinfo=UTC)), event["id"]


def _read_log(path: Path) -> Iterator[dict[str, Any]]:
    lines = path.read_bytes().decode("utf-8", errors="replace").split("\n")
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            event = json.loads(line)
        except ValueError:
            if number == len(lines):
                warnings.warn(f"{path}:{number}: the last line is torn and left aside", stacklevel=2)
                continue
            raise ContribkitError(f"{path}:{number}: is no JSON; restore the line from git") from None
        yield _checked(event, f"{path}:{number}")


def _checked(event: Any, place: str) -> dict[str, Any]:
    if not isinstance(event, dict) or event.get("v") != VERSION:
        version = event.get("v") if isinstance(event, dict) else event
        raise ContribkitError(f"{place}: label events of version {version!r} are not known; update contribkit")
    missing = [name for name in ("id", "at", "by", "op", "item") if not isinstance(event.get(name), str)]
    if missing:
        raise ContribkitError(f'{place}: the event lacks "{missing[0]}"; restore the line from git')
    try:
        datetime.fromisoformat(event["at"])
    except ValueError:
        raise ContribkitError(f'{place}: "{event["at"]}" is no time; restore the line from git') from None
    if event["op"] not in _OPS:
        raise ContribkitError(f'{place}: "{event["op"]}" is no op; use one of {", ".join(_OPS)}')
    if event["op"] in ("label", "adjudicate") and event.get("lead") not in list(Lead):
        raise ContribkitError(f'{place}: "{event.get("lead")}" is no lead; use one of {", ".join(Lead)}')
    return event


def _effective(events: Iterable[dict[str, Any]]) -> dict[str, Label]:
    """Replay events: a person's last decision on an item stands, and an undo takes it back."""
    standing: dict[str, dict[str, list[dict[str, Any]]]] = defaultdict(lambda: defaultdict(list))
    for event in events:
        decisions = standing[key(event["item"])][key(event["by"])]
        if event["op"] in _DECISIONS:
            decisions.append(event)
        elif event["op"] == "undo" and decisions:
            decisions.pop()
    labels = {}
    for item, people in standing.items():
        # A skip decides nothing, but an undo may be meant for it.
        said = {by: [event for event in stack if event["op"] != "skip"] for by, stack in people.items()}
        last = {stack[-1]["by"]: stack[-1] for stack in said.values() if stack and stack[-1]["op"] != "clear"}
        if last:
            labels[item] = _settle(last)
    return labels


def _settle(last: dict[str, dict[str, Any]]) -> Label:
    opinions = {by: str(event["lead"]) for by, event in last.items()}
    settled = sorted((e for e in last.values() if e["op"] == "adjudicate"), key=_when)
    (lead, votes), *_ = Counter(opinions.values()).most_common(1)
    if settled:
        lead, status = str(settled[-1]["lead"]), "adjudicated"
    elif votes == len(opinions):
        status = "unanimous"
    else:
        status = "majority" if votes * 2 > len(opinions) else "disputed"
    agreeing = [event for event in last.values() if event["lead"] == lead] if status != "disputed" else []
    agreeing = settled[-1:] or agreeing
    return Label(
        item=next(iter(last.values()))["item"],
        lead=None if status == "disputed" else lead,
        status=status,
        opinions=opinions,
        stakeholder=next((e["stakeholder"] for e in agreeing if e.get("stakeholder")), None),
        activity=next((e["activity"] for e in agreeing if e.get("activity")), None),
    )
