"""Classify: who leads each contribution, and why."""

import gc
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

import pandas as pd

from contribkit.classifiers import attribution
from contribkit.classifiers.context import Context
from contribkit.classifiers.model import learn, sort_reasons
from contribkit.classifiers.propagation import neighbours
from contribkit.classifiers.rules import Failures, reasons_for
from contribkit.classifiers.stakeholder_mentions import StakeholderIndex
from contribkit.classifiers.votes import LABEL, Reason, Weights, decide, weights_of_rules
from contribkit.config.organisation import Organisation
from contribkit.ids import casefold_id, owner_of_place
from contribkit.labels import Label, Labels
from contribkit.tables import CONTRIBUTIONS, JUDGED, REASONS, REFERENCES, Judged, conform, grouped, of_trackers, rows_of
from contribkit.vocabulary import MAINTAINER, MAINTAINERS, Activity, Kind, Lead

_EVIDENCE = ["id", "rule", "strength", *Reason._fields]
# Of references: by date, then by place and words, so that the order of files and rows decides nothing.
_ORDER = ["date", "source", "id", "direction", "kind", "title", "text", "context", "ref"]
_REVIEWS = 2  # reviews of others' work in a project from which on somebody counts as one who maintains it


def classify(
    contributions: pd.DataFrame,
    references: pd.DataFrame | None,
    organisation: Organisation,
    labels: Labels | None = None,
    weights: Weights | None = None,
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
    weights
        What the rules' reasons weigh, where it is not what ``contribkit/classifiers/weights.csv`` says.

    Returns
    -------
    Judged
        `contributions`: every row, in the same order, with the columns of `JUDGED` added: `lead` (str), `confidence`
        (0 to 1), `decided_by` (``rules``, ``model`` or ``person``), `activity`, `stakeholder`, `initiative`, `goal`
        (str or missing). `reasons`: a table of the schema `REASONS`, the strongest of each contribution first; of rows
        with one id those of the last. `notes`: whether rules or a model lead, and which rules failed.

    Examples
    --------
    >>> row = {"id": "o/r#1@ada-example:pull_request", "kind": "pull_request", "title": "Fix the CI"}
    >>> judged = classify(pd.DataFrame([row]), None, Organisation.read_sample())
    >>> judged.contributions[["lead", "activity", "decided_by"]].iloc[0].tolist()
    ['upstream', 'ci', 'rules']
    """
    table = conform(contributions, CONTRIBUTIONS, organisation.timezone).reset_index(drop=True)
    settled = labels.with_members(organisation).spelled_as(table["id"]).effective if labels else {}
    known = weights_of_rules() if weights is None else weights
    told = conform(pd.DataFrame(references), REFERENCES, organisation.timezone).sort_values(_ORDER, kind="stable")
    organisation = organisation.with_issues(told)
    with _collector_paused():
        found = evidence(table, told, organisation, known)
    answers = decide(found.reasons, table.index, known)[["lead", "confidence"]]
    activities = [str(context.activity) for context in found.contexts]
    rows = table.join(conform(answers.assign(decided_by="rules", activity=activities), JUDGED))
    # Of rows with one id the reasons of the last.
    keys = table["id"].map(casefold_id)
    names = table["id"][~keys.duplicated(keep="last")]
    reasons = found.reasons.assign(id=found.reasons["id"].map(names)).dropna(subset="id")
    reasons = sort_reasons(conform(reasons, REASONS), table["id"])
    judged, notes = Judged(rows, reasons), []
    given = [*map(settled.get, keys)]
    if settled:
        learning, judged = learn(judged, settled, organisation.word)
        judged = _with_labels(judged, {place: label for place, label in enumerate(given) if label})
        notes = [learning.sentence, *_unknown_names(given, organisation)]
    attributed = _attributed(judged.contributions, found, given).set_axis(contributions.index)
    return Judged(attributed, judged.reasons, [*notes, *found.failures.sentences])


@contextmanager
def _collector_paused() -> Iterator[None]:
    """Pause the garbage collector: it would look through all rows again and again, and nothing there is cyclic."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


class Evidence(NamedTuple):
    """What is known of each contribution: what rules look at, its reasons, and whom its neighbours served."""

    contexts: list[Context]
    reasons: pd.DataFrame  # of the schema `REASONS`, with a column `strength`; `id` is a place among the contexts
    neighbour_stakeholders: list[list[str]]
    failures: Failures


def evidence(table: pd.DataFrame, references: pd.DataFrame, organisation: Organisation, weights: Weights) -> Evidence:
    """Return the evidence on each contribution of a table: its own, and that of the threads next to it."""
    contexts = _contexts(table, references, organisation)
    linked = _contexts(_linked(table, references), references, organisation)
    failures, elsewhere = Failures(), Failures()
    rows = [
        (place, rule, strength, *reason)
        for place, context in enumerate([*contexts, *linked])
        for rule, strength, reason in reasons_for(context, failures if place < len(contexts) else elsewhere, weights)
    ]
    own = pd.DataFrame(rows, columns=_EVIDENCE)
    first = decide(own, range(len(contexts) + len(linked)), weights)
    beside = neighbours([*contexts, *linked], first, set(own.loc[own["private"].astype(bool), "id"]))[: len(contexts)]
    # Where its own evidence decides for a stakeholder, linked threads only add which one it served.
    further = [
        (place, rule, reason.weight, *reason._replace(weight=weights[rule, str(reason.weight)]))
        for place, (lead, others) in enumerate(zip(first["lead"], beside, strict=False))
        for rule, reason, _ in (others if lead != Lead.STAKEHOLDER else ())
    ]
    reasons = pd.DataFrame([*(row for row in rows if row[0] < len(contexts)), *further], columns=_EVIDENCE)
    whom = [[other.stakeholder for other in others if other.stakeholder] for others in beside]
    return Evidence(contexts, reasons, whom, failures)


def _contexts(table: pd.DataFrame, references: pd.DataFrame, organisation: Organisation) -> list[Context]:
    """Return what rules look at, row by row."""
    told = rows_of(references.astype(object).where(references.notna(), None))
    by_thread = grouped(references["ref"].map(casefold_id), told)
    covered = _covered(table["happened_at"], references)
    days = table["happened_at"].dt.tz_convert(organisation.timezone).dt.date
    index = StakeholderIndex(organisation)
    owners, roles = _maintainers(table)
    speaking = {owner: frozenset(logins & organisation.speakers) for owner, logins in roles.items()}
    return [
        Context(
            row, index, by_thread.get(casefold_id(row["ref"]), []), bool(is_covered), None if pd.isna(day) else day,
            casefold_id(str(row["actor"])) in roles.get(owner, ()), speaking.get(owner, frozenset()),
        )
        for row, owner, is_covered, day in zip(rows_of(table), owners, covered, days, strict=True)
    ]  # fmt: skip


def _linked(table: pd.DataFrame, references: pd.DataFrame) -> pd.DataFrame:
    """Return a row for each thread that is only linked with contributions, and of which our own side says something."""
    inward = table["links_in"].explode().dropna().map(lambda link: link.get("ref") or "")
    linked = pd.concat([table["links_out"].explode().dropna(), inward]).map(casefold_id)
    threads = references.loc[references["direction"] != "out", "ref"].drop_duplicates()
    keys = threads.map(casefold_id)
    wanted = threads[keys.isin(linked) & ~keys.isin(table["ref"].map(casefold_id))]
    return conform(pd.DataFrame({"id": wanted + "@:other", "ref": wanted}), CONTRIBUTIONS)


def _covered(times: pd.Series, references: pd.DataFrame) -> pd.Series:
    """Return which times lie between the first and last reference of one tracker or repository, which would know."""
    spans = of_trackers(references).groupby("source")["date"].agg(["min", "max"]).dropna()
    within = [times.between(first, last) for first, last in zip(spans["min"], spans["max"], strict=True)]
    return pd.concat([pd.Series(False, times.index), *within], axis=1).any(axis=1)


def _maintainers(table: pd.DataFrame) -> tuple[pd.Series, dict[str, set[str]]]:
    """Return the owner of each row's repository, and who maintains what there: who merges, releases or triages."""
    owners = table["ref"].map(owner_of_place).str.casefold()
    actors, authors, mergers = (table[name].str.casefold() for name in ("actor", "author", "merged_by"))
    reviews = (table["kind"] == Kind.REVIEW).groupby([owners, actors]).transform("sum")
    acts = (table["actor_role"] == MAINTAINER) | table["kind"].isin([Kind.RELEASE, Kind.TRIAGE]) | (reviews >= _REVIEWS)
    people = pd.concat([actors[acts], authors[table["author_association"].isin(MAINTAINERS)], mergers]).dropna()
    return owners, {owner: set(logins) for owner, logins in grouped(owners.loc[people.index], people).items()}


def _with_labels(judged: Judged, given: dict[int, Label]) -> Judged:
    """Return the contributions with people's decisions, by place, each with a reason that says so."""
    rows, places, said = judged.contributions.copy(), [*given], [*map(_said, given.values())]
    reasons = pd.DataFrame([reason for _, reason in said], columns=Reason._fields)
    rows.loc[places, "lead"], rows.loc[places, "decided_by"] = reasons["lead"].to_numpy(), "person"
    rows.loc[places, "confidence"] = [agreement for agreement, _ in said]
    activities = {place: label.activity for place, label in given.items() if label.activity}
    rows.loc[[*activities], "activity"] = [*activities.values()]
    stated = conform(reasons.assign(id=rows["id"].iloc[places].to_numpy(), rule=LABEL), REASONS)
    # Of rows with one id the last one's.
    together = pd.concat([stated.drop_duplicates("id", keep="last"), judged.reasons], ignore_index=True)
    return Judged(rows, sort_reasons(together, rows["id"]), judged.notes)


def _said(label: Label) -> tuple[float, Reason]:
    """Return how sure people are, and what they said as a reason without their names: those are in the label log."""
    counts = Counter(label.opinions.values())
    is_settled = label.status in ("adjudicated", "unanimous")
    agreement = 1.0 if is_settled else round(max(counts.values()) / counts.total(), 2)
    counted = ", ".join(f"{count} {vote}" for vote, count in counts.items())
    return agreement, Reason(str(label.lead or Lead.UNCLEAR), 10.0, f"people labelled it ({label.status}: {counted})")


def _unknown_names(labels: list[Label | None], organisation: Organisation) -> list[str]:
    """Return a sentence on stakeholders that only people named; not their names, which may be of private work."""
    names = {label.stakeholder for label in labels if label and label.stakeholder}
    count = sum(attribution.as_configured(name, organisation) is None for name in names)
    whom = "a stakeholder" if count == 1 else f"{count} stakeholders"
    told = f"labels name {whom} whom contribkit.toml does not know: `contribkit labels list` shows which"
    return [told] if count else []


def _attributed(rows: pd.DataFrame, known: Evidence, labels: list[Label | None]) -> pd.DataFrame:
    """Return the contributions with stakeholder and initiative, or goal, as fits their lead."""
    found = []
    cells = zip(known.contexts, known.neighbour_stakeholders, labels, rows["lead"], rows["activity"], strict=True)
    for context, whom_else, label, lead, activity in cells:
        initiative = attribution.initiative(context) if lead == Lead.STAKEHOLDER else None
        whom, goal = label.stakeholder if label and lead == Lead.STAKEHOLDER else None, None
        if whom:  # people's word comes first, also where contribkit.toml does not know it
            whom = attribution.as_configured(whom, context.organisation) or whom
        elif lead == Lead.STAKEHOLDER:
            whom = attribution.stakeholder(context, initiative, whom_else)
        elif lead == Lead.UPSTREAM:
            goal = attribution.goal(context, Activity(activity))
        found.append((whom or None, initiative, goal))
    columns = ["stakeholder", "initiative", "goal"]
    added = pd.DataFrame(found, columns=columns, index=rows.index).astype("str")
    return rows.assign(**{name: added[name] for name in columns})
