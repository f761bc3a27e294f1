"""Explain one contribution: the case for and against its lead, as a maintainer would want to read it."""

from collections.abc import Iterator
from typing import Any

import pandas as pd

from contribkit.classifiers.votes import LABEL, Reason, decide
from contribkit.config.organisation import Organisation
from contribkit.errors import ContribkitError, nearest
from contribkit.ids import casefold_id, parse_contribution_id
from contribkit.labels import Labels
from contribkit.privacy import visible, without_private
from contribkit.tables import Judged, is_missing, rows_of
from contribkit.text import printable
from contribkit.vocabulary import LEADS, Activity, Kind, Lead

_LONGEST = 200  # characters of what was seen
_LISTED = 8  # ids named where none was meant


def why(
    judged: Judged,
    identifier: str,
    organisation: Organisation,
    labels: Labels | None = None,
    include_private: bool = False,
) -> list[str]:
    """Return the lines that explain one contribution.

    Parameters
    ----------
    judged
        What `contribkit.classify` returned.
    identifier
        Its id; that of its thread does where it holds one contribution only.
    organisation
        Whose contribution, and what it calls people and leads.
    labels
        What people said, with their names and notes: these lines are for a person at their own machine.
    include_private
        Whether private threads, and what was seen in private places, are shown.

    Raises
    ------
    ContribkitError
        Where there is no such contribution, with the nearest known ids; or where it is private and that was not asked.

    Examples
    --------
    >>> from contribkit import Organisation, classify
    >>> org = Organisation.read_sample()
    >>> row = {"id": "o/r#1@ada-example:pull_request", "kind": "pull_request", "title": "Fix the CI"}
    >>> print(*why(classify(pd.DataFrame([row]), None, org), "o/r#1", org)[:2], sep="\\n")
    Fix the CI
    o/r#1, pull request of Ada (ada-example)
    """
    rows = judged.contributions
    shown = rows[visible(rows, include_private)]
    row = _find(rows, shown, identifier)
    nested = without_private(judged.where(rows["id"] == row["id"]), include_private).nested()["reasons"].iloc[0]
    reasons = [
        Reason(why["lead"], why["weight"], why["because"], why["saw"] or "", why["where"], why["private"], why["rule"])
        for why in nested
        if why["rule"] != LABEL
    ]
    lines = [
        *_head(row, organisation),
        *_answer(row, reasons, organisation),
        *_sides(Lead(row["lead"]), [_without_title(reason, row) for reason in reasons], organisation),
        *_section("What would settle it", [] if row["decided_by"] == "person" else _settles(row["lead"], reasons)),
        *_section("What people said", _said(row["id"], labels, organisation)),
    ]
    return [printable(line) for line in lines]


def _find(rows: pd.DataFrame, shown: pd.DataFrame, identifier: str) -> dict[str, Any]:
    """Return the row that is meant, by its id or by that of a thread with one contribution."""
    ids = list(shown["id"])
    found = [place for place, known in enumerate(ids) if casefold_id(known) == casefold_id(identifier)]
    if not found:
        found = [n for n, ref in enumerate(shown["ref"]) if casefold_id(ref) == casefold_id(identifier)]
    if len(found) == 1:
        return {name: None if is_missing(value) else value for name, value in rows_of(shown.iloc[found])[0].items()}
    if found:
        some = ", ".join(ids[number] for number in found[:_LISTED])
        raise ContribkitError(f"{identifier}: several people worked there; name one of: {some}")
    if casefold_id(identifier) in set(rows["id"].map(casefold_id)):
        raise ContribkitError(f"{identifier}: is in a private thread; say --include-private to see it")
    raise ContribkitError(f"{identifier}: there is no such contribution; {_near(identifier, ids)}")


def _near(identifier: str, ids: list[str]) -> str:
    """Return what was probably meant: other work in the same thread first, then a slip of the fingers."""
    thread = casefold_id(identifier.split("@")[0])
    same = [known for known in ids if thread and casefold_id(known).startswith(f"{thread}@")]
    if same and "#" in thread:
        return "in the same thread: " + ", ".join(same[:_LISTED])
    hint = nearest(identifier, ids)
    if hint.startswith("did"):
        return hint
    repo = thread.split("#")[0]
    beside = [known for known in ids if casefold_id(known).startswith(repo)]
    return f"{len(ids)} are known" + (f", such as {', '.join((beside or ids)[:3])}" if ids else "")


def _without_title(reason: Reason, row: dict[str, Any]) -> Reason:
    """Return a reason that does not repeat the title, which stands above all."""
    return reason._replace(evidence="") if reason.evidence == row["title"] else reason


def _head(row: dict[str, Any], organisation: Organisation) -> Iterator[str]:
    ref, login, _ = parse_contribution_id(row["id"])
    member = organisation.members.get(organisation.member(login) or "")
    person = f"{member.name} ({login})" if member and member.name else login
    day = row["happened_at"].tz_convert(organisation.timezone).date() if row["happened_at"] is not None else None
    kind = Kind(row["kind"]).word if row["kind"] in list(Kind) else row["kind"] or "contribution"
    facts = [f"{ref}, {kind} of {person}", row["state"], day and str(day)]
    yield row["title"] or "(no title)"
    yield ", ".join(fact for fact in facts if fact)
    if row["url"]:
        yield row["url"]
    yield ""


def _answer(row: dict[str, Any], reasons: list[Reason], organisation: Organisation) -> Iterator[str]:
    lead = Lead(row["lead"])
    sure = "" if lead is Lead.UNCLEAR and row["decided_by"] != "person" else f", {row['confidence']:.0%} sure"
    yield f"{lead.shape} {organisation.word(lead)}{sure.replace('%', ' %')}, decided by {_decided_by(row)}"
    if row["decided_by"] == "person" and (alone := decide(reasons))[0] != lead:
        yield f"  (the rules alone: {organisation.word(alone[0])})"
    yield f"  activity: {Activity(row['activity']).word if row['activity'] in list(Activity) else row['activity']}"
    for name in ("stakeholder", "initiative", "goal"):
        if row[name]:
            yield f"  {name}: {row[name]}"


def _decided_by(row: dict[str, Any]) -> str:
    words = {"person": "people", "model": "a model that learned from people's labels"}
    return words.get(row["decided_by"], "rules")


def _sides(lead: Lead, reasons: list[Reason], organisation: Organisation) -> Iterator[str]:
    """Yield the case for and against the lead; where none was found, the case for each of the three."""
    if lead is Lead.UNCLEAR:
        for each in LEADS:
            mine = [reason for reason in reasons if reason.lead == each]
            if mine:
                yield from _section(f"For and against {organisation.word(each)}", _lines(mine, "", organisation))
        if not reasons:
            yield from _section("For and against", ["nothing was found that speaks for any lead"])
        return
    # What speaks against another lead speaks for this one.
    speaks = [(reason, (reason.lead == lead) == (reason.weight > 0)) for reason in reasons]
    for title, side in (("For it", True), ("Against it", False)):
        lines = list(_lines([reason for reason, is_for in speaks if is_for is side], lead, organisation))
        yield from _section(title, lines or ["nothing was found"])


def _lines(reasons: list[Reason], lead: str, organisation: Organisation) -> Iterator[str]:
    """Yield each reason: its weight and sentence, what it saw, and where; `lead` need not be named."""
    for reason in reasons:
        towards = "against" if reason.weight < 0 else "for"
        named = f" ({towards} {organisation.word(reason.lead)})" if lead and reason.lead in list(Lead) else ""
        yield f"{reason.weight:+.1f}  {reason.sentence}{named if reason.lead != lead or reason.weight < 0 else ''}"
        if reason.evidence and reason.evidence not in reason.sentence:
            yield f"      saw: {_short(reason.evidence)}"
        if reason.url:
            yield f"      {reason.url}"


def _settles(lead: str, reasons: list[Reason]) -> list[str]:
    leads = {reason.lead for reason in reasons if reason.weight > 0}
    lines = []
    if Lead.STAKEHOLDER not in leads:
        lines.append("a link from our tracker, or an initiative, would tie it to a stakeholder")
    elif lead != Lead.STAKEHOLDER:
        lines.append("our own place is linked: naming the stakeholder there, or saying whom it served, would decide")
    if len(leads) > 1:
        lines.append("reasons pull both ways: a person who knows can say which weighs more, and label it")
    if lead == Lead.UNCLEAR:
        lines.append("the author can say why they did it, and label it")
    elif not lines:
        lines.append("nothing is open; who knows better can label it")
    return lines


def _said(identifier: str, labels: Labels | None, organisation: Organisation) -> list[str]:
    label = labels.of(identifier) if labels else None
    if label is None or labels is None:
        return ["nobody has labelled it"]
    lead = "nobody has settled it" if label.lead is None else organisation.word(label.lead)
    lines = [f"{label.status}: {lead}"]
    for event in labels.standing(identifier):
        note = f" ({_short(event['note'])})" if event.get("note") else ""
        lines.append(f"  {event['by']}: {organisation.word(event['lead'])}{note}")
    return lines


def _section(title: str, lines: Any) -> Iterator[str]:
    lines = list(lines)
    if lines:
        yield ""
        yield title
        yield from (f"  {line}" for line in lines)


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
