"""Events as the page sends them, made ready for the log: who, on what, and what was seen."""

from collections.abc import Callable
from typing import Any

from contribkit.errors import ContribkitError
from contribkit.labels.events import DECISION_OPS, LEAD_OPS, OPS, VERSION, Event, validate
from contribkit.vocabulary import Lead
from contribkit.widgets.relabelling.opinions import Opinions
from contribkit.widgets.relabelling.rows import is_hidden
from contribkit.widgets.relabelling.worklist import Worklist

WORDS = ("lead", "stakeholder", "activity", "note")
"""What a person says with a label."""

_FITS: dict[str, Callable[[Any], bool]] = {
    "lead": lambda value: value in list(Lead),
    "confidence": lambda value: type(value) in (int, float) and 0 <= value <= 1,
    "decided_by": lambda value: value in ("rules", "model"),
    "blind": lambda value: isinstance(value, bool),
}
"""What the page may say that it showed."""


def words(event: dict[str, Any]) -> dict[str, Any]:
    """Return what a person says with an event."""
    return {name: _whole(event.get(name)) for name in WORDS}


def _whole(value: Any) -> Any:
    """Return a text without halves of signs, such as of an emoji that was cut: no file holds them."""
    return value.encode(errors="replace").decode() if isinstance(value, str) else value


def completed(
    sent: dict[str, Any], person: str, worklist: Worklist, opinions: Opinions, staged: dict[str, list[Event]]
) -> Event:
    """Return an event as it goes into the log.

    Parameters
    ----------
    sent
        `id`, `at`, `op`, `item`, and where given `lead`, `stakeholder`, `activity`, `note` and `seen`; anything else
        is left out.
    person
        Who says it.
    worklist, opinions
        The contributions, and what was said of them.
    staged
        Events by contribution that come before it and are not taken in yet; this one is put to them.

    Raises
    ------
    ContribkitError
        For what is no event on one of the contributions.
    """
    place = worklist.place(str(sent.get("item")))
    item, op = worklist.ids[place], sent.get("op")
    if op not in OPS:
        raise ContribkitError(f'{item}: "{op}" is no op; use one of {", ".join(OPS)}')
    said = opinions.my_opinion(item, staged.get(item, []))
    spoken = words(sent)
    if op not in LEAD_OPS:
        spoken = dict.fromkeys(WORDS) | ({"note": spoken["note"]} if op in DECISION_OPS else {})
    event = {
        "v": VERSION, "id": sent.get("id"), "at": sent.get("at"), "by": person, "op": op, "item": item, **spoken,
        "was": said["lead"] if said else None, "seen": _seen(worklist, opinions, place, sent.get("seen")),
    }  # fmt: skip
    staged.setdefault(item, []).append(validate(event, item))
    return event


def _seen(worklist: Worklist, opinions: Opinions, place: int, sent: Any) -> dict[str, Any]:
    """Return what the machine showed: as the page says, which knows what was in sight, else as it stands here."""
    answer, given = worklist.suggested[place], sent if isinstance(sent, dict) else {}
    here: dict[str, Any] = {"lead": answer.lead, "confidence": answer.confidence, "decided_by": answer.decided_by}
    here["blind"] = is_hidden(worklist, opinions, place)
    return here | {name: given[name] for name, fits in _FITS.items() if name in given and fits(given[name])}
