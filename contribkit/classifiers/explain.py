"""Explain one contribution: the case for and against its lead, as a maintainer would want to read it."""

from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import urlsplit

import pandas as pd

from contribkit.classifiers.votes import LABEL, decide
from contribkit.config.organisation import Organisation
from contribkit.errors import ContribkitError, nearest
from contribkit.ids import casefold_id, linked_refs, parse_contribution_id, place_of
from contribkit.labels import Labels
from contribkit.privacy import visible, without_private
from contribkit.tables import Judged, is_missing, records, rows_of
from contribkit.text import printable
from contribkit.vocabulary import LEADS, Activity, Kind, Lead

_LONGEST = 200  # characters of what was seen
_LISTED = 8  # ids named where none was meant


def why(
    judged: Judged, identifier: str, organisation: Organisation, labels: Labels | None = None,
    include_private: bool = False,
) -> list[str]:  # fmt: skip
    """Return the lines that explain one contribution, for a person at their own machine: `labels` name people.

    The id of a thread will do where it holds one contribution only; an unknown one is an error with the nearest.
    """
    rows = judged.contributions
    row = _find(rows, rows[visible(rows, include_private)], identifier)
    shown = without_private(judged.where(rows["id"] == row["id"]), include_private).reasons
    reasons = shown[shown["rule"] != LABEL]
    lines = [
        *_answer(row, reasons, organisation),
        *_sides(row, records(reasons), organisation),
        *_section("What would settle it", () if row["decided_by"] == "person" else _settles(row["lead"], reasons)),
        *_section("What people said", _said(row["id"], labels, organisation)),
    ]
    return [printable(line) for line in lines]


def thread_of(identifier: str) -> str:
    """Return the thread that is meant: by the id of a contribution in it, by its address, or by its own id."""
    if "://" in identifier:
        return next(iter(linked_refs(identifier, urlsplit(identifier).hostname or "")), identifier)
    try:
        return parse_contribution_id(identifier)[0]
    except ValueError:
        return identifier


def _find(rows: pd.DataFrame, shown: pd.DataFrame, identifier: str) -> dict[str, Any]:
    """Return the row that is meant, by its id or by that or the address of a thread with one contribution."""
    wanted = casefold_id(thread_of(identifier) if "://" in identifier else identifier)
    found = shown[shown["id"].map(casefold_id) == wanted]
    found = found if len(found) else shown[shown["ref"].map(casefold_id) == wanted]
    if len(found) == 1:
        return {name: None if is_missing(value) else value for name, value in rows_of(found)[0].items()}
    if len(found):
        some = ", ".join(found["id"][:_LISTED])
        raise ContribkitError(f"{identifier}: several people worked there; name one of: {some}")
    if wanted in set(rows["id"].map(casefold_id)):
        raise ContribkitError(f"{identifier}: is in a private thread; say --include-private to see it")
    raise ContribkitError(f"{identifier}: there is no such contribution; {_near(identifier, list(shown['id']))}")


def _near(identifier: str, ids: list[str]) -> str:
    """Return what was probably meant: other work in the same thread first, then a slip of the fingers."""
    thread = casefold_id(identifier.split("@")[0])
    place = place_of(thread) or thread
    same = [known for known in ids if place != thread and casefold_id(known).startswith(f"{thread}@")]
    if same:
        return "in the same thread: " + ", ".join(same[:_LISTED])
    if (hint := nearest(identifier, ids)).startswith("did"):
        return hint
    beside = [known for known in ids if casefold_id(known).startswith(place)]
    return f"{len(ids)} are known" + (f", such as {', '.join((beside or ids)[:3])}" if ids else "")


def _answer(row: dict[str, Any], reasons: pd.DataFrame, organisation: Organisation) -> Iterator[str]:
    """Yield what it is, and the answer."""
    ref, login, _ = parse_contribution_id(row["id"])
    member = organisation.members.get(organisation.member(login) or "")
    person = f"{member.name} ({login})" if member and member.name else login
    day = row["happened_at"].tz_convert(organisation.timezone).date() if row["happened_at"] is not None else None
    kind = Kind(row["kind"]).word if row["kind"] in list(Kind) else row["kind"] or "contribution"
    facts = filter(None, (f"{ref}, {kind} of {person}", row["state"], day and str(day)))
    yield from filter(None, (row["title"] or "(no title)", ", ".join(facts), row["url"]))
    yield ""
    lead, by_people = Lead(row["lead"]), row["decided_by"] == "person"
    sure = "" if lead is Lead.UNCLEAR and not by_people else f", {row['confidence']:.0%} sure".replace("%", " %")
    words = {"person": "people", "model": "a model that learned from people's labels"}
    yield f"{lead.shape} {organisation.word(lead)}{sure}, decided by {words.get(row['decided_by'], 'rules')}"
    (alone,) = decide(reasons, [row["id"]])["lead"]
    if by_people and alone != lead:
        yield f"  (the rules alone: {organisation.word(alone)})"
    yield f"  activity: {Activity(row['activity']).word if row['activity'] in list(Activity) else row['activity']}"
    yield from (f"  {name}: {row[name]}" for name in ("stakeholder", "initiative", "goal") if row[name])


def _sides(row: dict[str, Any], reasons: list[dict[str, Any]], organisation: Organisation) -> Iterator[str]:
    """Yield the case for and against the lead; where none was found, the case for each of the three."""
    lead = Lead(row["lead"])
    if lead is Lead.UNCLEAR:
        word, nothing = organisation.word, "nothing was found that speaks for any lead"
        sides = {f"For and against {word(each)}": [one for one in reasons if one["lead"] == each] for each in LEADS}
        sides = {heading: mine for heading, mine in sides.items() if mine} or {"For and against": []}
    else:  # what speaks against another lead speaks for this one
        pro, nothing = [one for one in reasons if (one["lead"] == lead) == (one["weight"] > 0)], "nothing was found"
        sides = {"For it": pro, "Against it": [one for one in reasons if one not in pro]}
    for heading, mine in sides.items():
        yield from _section(heading, [line for one in mine for line in _lines(one, row, organisation)] or [nothing])


def _lines(reason: dict[str, Any], row: dict[str, Any], organisation: Organisation) -> Iterator[str]:
    """Yield a reason: its weight and sentence, what it saw, and where; lead and title need not be said again."""
    weight, sentence, saw = reason["weight"], reason["sentence"], reason["evidence"]
    if row["lead"] != Lead.UNCLEAR and (reason["lead"] != row["lead"] or weight < 0):
        sentence += f" ({'against' if weight < 0 else 'for'} {organisation.word(reason['lead'])})"
    yield f"{weight:+.1f}  {sentence}"
    if saw and saw != row["title"] and saw not in reason["sentence"]:
        yield f"      saw: {_short(saw)}"
    if reason["url"]:
        yield f"      {reason['url']}"


def _settles(lead: str, reasons: pd.DataFrame) -> Iterator[str]:
    leads = {*reasons.loc[reasons["weight"] > 0, "lead"]}
    if Lead.STAKEHOLDER not in leads:
        yield "a link from our tracker, or an initiative, would tie it to a stakeholder"
    elif lead != Lead.STAKEHOLDER:
        yield "our own place is linked: naming the stakeholder there, or saying whom it served, would decide"
    if len(leads) > 1:
        yield "reasons pull both ways: a person who knows can say which weighs more, and label it"
    if lead == Lead.UNCLEAR:
        yield "the author can say why they did it, and label it"
    if leads == {Lead.STAKEHOLDER} and lead == Lead.STAKEHOLDER:
        yield "nothing is open; who knows better can label it"


def _said(identifier: str, labels: Labels | None, organisation: Organisation) -> Iterator[str]:
    if labels is None or (label := labels.of(identifier)) is None:
        yield "nobody has labelled it"
        return
    yield f"{label.status}: {'nobody has settled it' if label.lead is None else organisation.word(label.lead)}"
    for event in labels.standing(identifier):
        note = f" ({_short(event['note'])})" if event.get("note") else ""
        yield f"  {event['by']}: {organisation.word(event['lead'])}{note}"


def _section(title: str, lines: Iterable[str]) -> list[str]:
    indented = [f"  {line}" for line in lines]
    return ["", title, *indented] if indented else []


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
