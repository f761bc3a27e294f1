"""Say of each contribution who leads it, and why."""

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pandas as pd

from contribkit.classifiers import names
from contribkit.classifiers.case import Case
from contribkit.classifiers.hops import with_second_hop
from contribkit.classifiers.model import in_order, learn
from contribkit.classifiers.reason import Reason
from contribkit.classifiers.rules import Failures, decide, reasons_for
from contribkit.ids import casefold_id
from contribkit.labels import Label, Labels
from contribkit.tables import CONTRIBUTIONS, JUDGED, REASONS, REFERENCES, TIME, Judged, conform, is_missing, rows_of
from contribkit.vocabulary import Activity, Lead

if TYPE_CHECKING:
    from contribkit.config.organisation import Organisation


def classify(
    contributions: pd.DataFrame,
    references: pd.DataFrame | None,
    organisation: "Organisation",
    labels: Labels | None = None,
) -> Judged:
    """Return the contributions with who leads each and why.

    Parameters
    ----------
    contributions
        A table of the schema `CONTRIBUTIONS`; missing columns count as empty.
    references
        A table of the schema `REFERENCES`, or None.
    organisation
        Whose contributions; its stakeholders, roadmap and goals are what rules look for.
    labels
        What people decided: it wins over the rules, and a model learns from it; see `Learning`.

    Returns
    -------
    Judged
        `contributions`: every row, in the same order, with the columns of `JUDGED` added: `lead` (str), `confidence`
        (0 to 1), `decided_by` (``rules``, ``model`` or ``person``), `activity`, `stakeholder`, `initiative`, `goal`
        (str or missing). `reasons`: a table of the schema `REASONS`, the strongest of each contribution first; of rows
        with one id those of the last. `notes`: whether rules or a model lead, and which rules failed.

    Examples
    --------
    >>> from contribkit import Organisation
    >>> name = "wicketlamp-example/lamp#1@ada-example:pull_request"
    >>> row = {"id": name, "kind": "pull_request", "title": "Fix the CI"}
    >>> judged = classify(pd.DataFrame([row]), None, Organisation.read_sample()).contributions
    >>> judged.lead[0], judged.activity[0], judged.decided_by[0]
    ('upstream', 'ci', 'rules')
    """
    table = conform(contributions, CONTRIBUTIONS, organisation.timezone).reset_index(drop=True)
    found = _by_thread(references)
    settled = labels.with_members(organisation).spelled_as(table["id"]).effective if labels else {}
    cases = [Case(row, organisation) for row in rows_of(table)]
    covered = _covered(table["happened_at"], references)
    cases = [
        replace(case, references=found.get(case.thread, []), covered=is_covered)
        for case, is_covered in zip(cases, covered, strict=True)
    ]
    failures = Failures()
    reasons = with_second_hop(cases, [reasons_for(case, failures) for case in cases])
    answers = pd.DataFrame([decide(why) for why in reasons], columns=["lead", "confidence"], index=table.index)
    answers = answers.assign(decided_by="rules", activity=[str(case.activity) for case in cases])
    added = conform(answers, JUDGED)
    judged = Judged(pd.concat([table, added], axis=1), _reason_table(table["id"], reasons))
    notes: list[str] = []
    if settled:
        learning, judged = learn(judged, settled, organisation.word)
        judged = _with_labels(judged, settled)
        here = [label for item in table["id"] if (label := settled.get(casefold_id(item)))]
        notes = [learning.sentence, *_not_known(here, organisation)]
    result = _attributed(judged.contributions, cases, settled).set_axis(contributions.index)
    return Judged(result, judged.reasons, [*notes, *failures.sentences])


def _reason_table(ids: pd.Series, reasons: list[list[Reason]]) -> pd.DataFrame:
    """Return a table of the schema `REASONS`; of rows with one id those of the last."""
    last = {casefold_id(name): place for place, name in enumerate(ids)}
    rows = [
        (name, reason.rule, str(reason.lead), *reason[2:])
        for place, (name, why) in enumerate(zip(ids, reasons, strict=True))
        if last[casefold_id(name)] == place
        for reason in why
    ]
    return conform(pd.DataFrame(rows, columns=[*REASONS]), REASONS)


def _covered(times: pd.Series, references: pd.DataFrame | None) -> list[bool]:
    """Say of each time whether the references reach from before it to after it."""
    known = conform(references, REFERENCES)["date"].dropna() if references is not None else pd.Series(dtype=TIME)
    return list((times >= known.min()) & (times <= known.max())) if len(known) else [False] * len(times)


def _by_thread(references: pd.DataFrame | None) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    if references is not None:
        for row in rows_of(conform(references, REFERENCES)):
            words = {name: None if is_missing(value) else value for name, value in row.items()}
            found.setdefault(casefold_id(row["ref"]), []).append(words)
    return found


def _with_labels(judged: Judged, labels: dict[str, Label]) -> Judged:
    """Return the contributions with people's decisions, each with a reason that says so."""
    rows = judged.contributions.copy()
    keys = enumerate(rows["id"].map(casefold_id))
    given = {place: labels[key] for place, key in keys if key in labels}
    leads = [Lead(label.lead or Lead.UNCLEAR) for label in given.values()]
    rows.loc[[*given], "lead"] = [str(lead) for lead in leads]
    rows.loc[[*given], "confidence"] = [_agreement(label) for label in given.values()]
    rows.loc[[*given], "decided_by"] = "person"
    activities = {place: label.activity for place, label in given.items() if label.activity}
    rows.loc[[*activities], "activity"] = [*activities.values()]
    said = [[_said(label, lead)] for label, lead in zip(given.values(), leads, strict=True)]
    together = pd.concat([_reason_table(rows["id"].iloc[[*given]], said), judged.reasons], ignore_index=True)
    return Judged(rows, in_order(together, rows["id"]), judged.notes)


def _attributed(rows: pd.DataFrame, cases: list[Case], labels: dict[str, Label]) -> pd.DataFrame:
    """Return the contributions with stakeholder and initiative, or goal, as fits their lead."""
    found = []
    for case, lead, activity in zip(cases, rows["lead"], rows["activity"], strict=True):
        planned = names.initiative(case) if lead == Lead.STAKEHOLDER else None
        label = labels.get(casefold_id(case.row["id"]))
        whom = _whom(case, planned, label) if lead == Lead.STAKEHOLDER else None
        found.append((whom, planned, names.goal(case, Activity(activity)) if lead == Lead.UPSTREAM else None))
    added = pd.DataFrame(found, columns=["stakeholder", "initiative", "goal"], index=rows.index, dtype="str")
    rows[[*added]] = added
    return rows


def _whom(case: Case, planned: str | None, label: Label | None) -> str | None:
    """Return the stakeholder: people's word first, also where contribkit.toml does not know it."""
    if label is not None and label.stakeholder:
        return names.as_written(label.stakeholder, case.organisation) or label.stakeholder
    return names.stakeholder(case, planned)


def _not_known(labels: Iterable[Label], organisation: "Organisation") -> list[str]:
    """Return a sentence on stakeholders that only people named; not their names, which may be of private work."""
    said = {label.stakeholder for label in labels if label.stakeholder}
    count = sum(names.as_written(name, organisation) is None for name in said)
    if not count:
        return []
    whom = "a stakeholder" if count == 1 else f"{count} stakeholders"
    return [f"labels name {whom} whom contribkit.toml does not know: `contribkit labels list` shows which"]


def _agreement(label: Label) -> float:
    """Return how sure people are: the share of those who agree, and all where somebody settled it."""
    if label.status in ("adjudicated", "unanimous"):
        return 1.0
    votes = list(label.opinions.values())
    return round(max(votes.count(vote) for vote in votes) / len(votes), 2)


def _said(label: Label, lead: Lead) -> Reason:
    """Return what people said as a reason, without their names: they are in the label log."""
    votes = list(label.opinions.values())
    counted = ", ".join(f"{votes.count(vote)} {vote}" for vote in dict.fromkeys(votes))
    because = f"people labelled it ({label.status}: {counted})"
    return Reason("label", lead, 10.0, because)
