"""Classify: who leads each contribution, and why."""

from collections import Counter
from collections.abc import Iterable
from typing import Any

import pandas as pd

from contribkit.classifiers import attribution
from contribkit.classifiers.context import Context
from contribkit.classifiers.model import in_order, learn
from contribkit.classifiers.propagation import Propagated, propagate
from contribkit.classifiers.rules import Failures, reasons_for
from contribkit.classifiers.stakeholder_mentions import StakeholderIndex
from contribkit.classifiers.votes import LABEL, Reason, decide
from contribkit.config.organisation import Organisation
from contribkit.ids import casefold_id
from contribkit.labels import Label, Labels
from contribkit.tables import CONTRIBUTIONS, JUDGED, REASONS, REFERENCES, Judged, conform, grouped, is_missing, rows_of
from contribkit.vocabulary import MAINTAINER, MAINTAINERS, Activity, Kind, Lead

_REVIEWS = 2  # reviews of others' work in a project from which on somebody counts as one who maintains it


def classify(
    contributions: pd.DataFrame,
    references: pd.DataFrame | None,
    organisation: Organisation,
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
    >>> name = "wicketlamp-example/lamp#1@ada-example:pull_request"
    >>> row = {"id": name, "kind": "pull_request", "title": "Fix the CI"}
    >>> judged = classify(pd.DataFrame([row]), None, Organisation.read_sample())
    >>> judged.contributions[["lead", "activity", "decided_by"]].iloc[0].tolist()
    ['upstream', 'ci', 'rules']
    >>> judged.reasons.loc[0, "rule"], float(judged.reasons.loc[0, "weight"])
    ('upkeep', 1.6)
    """
    table = conform(contributions, CONTRIBUTIONS, organisation.timezone).reset_index(drop=True)
    settled = labels.with_members(organisation).spelled_as(table["id"]).effective if labels else {}
    contexts = _contexts(table, conform(pd.DataFrame(references), REFERENCES, organisation.timezone), organisation)
    failures = Failures()
    propagated = propagate(contexts, [reasons_for(context, failures) for context in contexts])
    judged = _by_rules(table, contexts, propagated)
    notes: list[str] = []
    if settled:
        learning, judged = learn(judged, settled, organisation.word)
        judged = _with_labels(judged, settled)
        here = [label for item in table["id"] if (label := settled.get(casefold_id(item)))]
        notes = [learning.sentence, *_unknown_names(here, organisation)]
    attributed = _attributed(judged.contributions, contexts, propagated, settled).set_axis(contributions.index)
    return Judged(attributed, judged.reasons, [*notes, *failures.sentences])


def _contexts(table: pd.DataFrame, references: pd.DataFrame, organisation: Organisation) -> list[Context]:
    """Return what rules look at, row by row; references in the order of their dates, not of their files."""
    references = references.sort_values(["date", "source", "id"], kind="stable")
    told = [{name: None if is_missing(value) else value for name, value in row.items()} for row in rows_of(references)]
    by_thread = grouped(references["ref"].map(casefold_id), told)
    times, dates = table["happened_at"], references["date"].dropna()
    covered = (times >= dates.min()) & (times <= dates.max()) if len(dates) else pd.Series(False, index=table.index)
    days = times.dt.tz_convert(organisation.timezone).dt.date
    index = StakeholderIndex(organisation)
    rows = rows_of(table)
    roles = _maintainers(rows)
    speaking = {owner: frozenset(logins & organisation.speakers) for owner, logins in roles.items()}
    return [
        Context(
            row,
            index,
            by_thread.get(casefold_id(row["ref"]), []),
            bool(is_covered),
            None if pd.isna(day) else day,
            casefold_id(str(row["actor"])) in roles.get(_owner(row), ()),
            speaking.get(_owner(row), frozenset()),
        )
        for row, is_covered, day in zip(rows, covered, days, strict=True)
    ]


def _owner(row: dict[str, Any]) -> str:
    return casefold_id(str(row["ref"])).split("/")[0]


def _maintainers(rows: list[dict[str, Any]]) -> dict[str, set[str]]:
    """Return who maintains what, by the owner of its repositories: those who merge, release or triage there."""
    found: dict[str, set[str]] = {}
    reviewed: Counter[tuple[str, str]] = Counter()
    for row in rows:
        owner, actor = _owner(row), casefold_id(str(row["actor"]))
        people = found.setdefault(owner, set())
        if row["actor_role"] == MAINTAINER or row["kind"] in (Kind.RELEASE, Kind.TRIAGE):
            people.add(actor)
        if row["author_association"] in MAINTAINERS:
            people.add(casefold_id(str(row["author"])))
        if not is_missing(row["merged_by"]):
            people.add(casefold_id(str(row["merged_by"])))
        reviewed[owner, actor] += row["kind"] == Kind.REVIEW
    for (owner, actor), count in reviewed.items():
        if count >= _REVIEWS:
            found[owner].add(actor)
    return found


def _reason_table(ids: pd.Series, reasons: list[list[Reason]]) -> pd.DataFrame:
    """Return a table of the schema `REASONS`; of rows with one id those of the last."""
    last = {casefold_id(name): place for place, name in enumerate(ids)}
    rows = [
        (name, reason.rule, str(reason.lead), *reason[1:-1])
        for place, (name, why) in enumerate(zip(ids, reasons, strict=True))
        if last[casefold_id(name)] == place
        for reason in why
    ]
    return conform(pd.DataFrame(rows, columns=[*REASONS]), REASONS)


def _by_rules(table: pd.DataFrame, contexts: list[Context], propagated: list[Propagated]) -> Judged:
    """Return what the rules answer, without stakeholder, initiative and goal."""
    answers = [
        (str(lead), confidence, "rules", str(context.activity))
        for context, (lead, confidence) in zip(contexts, (decide(found.reasons) for found in propagated), strict=True)
    ]
    added = conform(pd.DataFrame(answers, columns=["lead", "confidence", "decided_by", "activity"]), JUDGED)
    return Judged(
        pd.concat([table, added], axis=1), _reason_table(table["id"], [found.reasons for found in propagated])
    )


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
    stated = [[_label_reason(label, lead)] for label, lead in zip(given.values(), leads, strict=True)]
    together = pd.concat([_reason_table(rows["id"].iloc[[*given]], stated), judged.reasons], ignore_index=True)
    return Judged(rows, in_order(together, rows["id"]), judged.notes)


def _attributed(
    rows: pd.DataFrame, contexts: list[Context], propagated: list[Propagated], labels: dict[str, Label]
) -> pd.DataFrame:
    """Return the contributions with stakeholder and initiative, or goal, as fits their lead."""
    found = []
    for context, neighbours, lead, activity in zip(contexts, propagated, rows["lead"], rows["activity"], strict=True):
        initiative = whom = goal = None
        if lead == Lead.STAKEHOLDER:
            initiative = attribution.initiative(context)
            label = labels.get(casefold_id(context.row["id"]))
            whom = _stakeholder(context, initiative, neighbours.neighbour_stakeholders, label)
        elif lead == Lead.UPSTREAM:
            goal = attribution.goal(context, Activity(activity))
        found.append((whom, initiative, goal))
    added = pd.DataFrame(found, columns=["stakeholder", "initiative", "goal"], index=rows.index, dtype="str")
    return rows.assign(**{str(name): column for name, column in added.items()})


def _stakeholder(context: Context, initiative: str | None, neighbours: list[str], label: Label | None) -> str | None:
    """Return the stakeholder: people's word first, also where contribkit.toml does not know it."""
    if label is not None and label.stakeholder:
        return attribution.as_configured(label.stakeholder, context.organisation) or label.stakeholder
    return attribution.stakeholder(context, initiative, neighbours)


def _unknown_names(labels: Iterable[Label], organisation: Organisation) -> list[str]:
    """Return a sentence on stakeholders that only people named; not their names, which may be of private work."""
    names = {label.stakeholder for label in labels if label.stakeholder}
    count = sum(attribution.as_configured(name, organisation) is None for name in names)
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


def _label_reason(label: Label, lead: Lead) -> Reason:
    """Return what people said as a reason, without their names: they are in the label log."""
    votes = list(label.opinions.values())
    counted = ", ".join(f"{votes.count(vote)} {vote}" for vote in dict.fromkeys(votes))
    return Reason(lead, 10.0, f"people labelled it ({label.status}: {counted})", rule=LABEL)
