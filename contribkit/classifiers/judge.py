"""Judge: from the evidence on contributions, what their neighbours tell, and people's labels to the answer."""

from collections import Counter
from collections.abc import Iterable, Mapping

import pandas as pd

from contribkit.classifiers import attribution
from contribkit.classifiers.attribution import Aim
from contribkit.classifiers.evidence import Background, Evidence, References, all_reasons, shared, slices
from contribkit.classifiers.model import Model, sort_reasons
from contribkit.classifiers.propagation import Told, neighbours
from contribkit.classifiers.votes import LABEL, Reason, decide
from contribkit.config.organisation import Organisation
from contribkit.ids import casefold_id
from contribkit.labels import Label
from contribkit.tables import CONTRIBUTIONS, JUDGED, REASONS, Judged, cells_of, conform
from contribkit.vocabulary import Lead


def judge(
    table: pd.DataFrame, found: Iterable[Evidence], answers: Mapping[str, list[Told]], background: Background
) -> Judged:
    """Return the rules' answer for a table: the evidence on each of its `slices`, and what threads next to it told.

    Two columns are added: `served`, whom the threads next to it served, and `first_hand`, the lead, activity and aim by
    its own evidence. Of rows with one id the last has the reasons.
    """
    named = _last_of_each_id(table)
    parts = zip(slices(table), found, strict=True)
    judged = Judged.together(_judge(part, named, one, answers, background) for part, one in parts)
    return Judged(table.join(judged.contributions), judged.reasons)


def _last_of_each_id(table: pd.DataFrame) -> pd.Series:
    """Return the ids of a table by its index: of rows with one id, the last one's."""
    ids = table["id"]
    # Hashes first: all ids case-folded at once would take more memory than the answer.
    hashes = [hash(casefold_id(name)) for part in slices(table) for name in cells_of(part["id"])]
    alike = ids[pd.Series(hashes, ids.index).duplicated(keep=False)]
    return ids.drop(alike.index[alike.map(casefold_id).duplicated(keep="last")])


def _judge(
    part: pd.DataFrame, named: pd.Series, found: Evidence, answers: Mapping[str, list[Told]], background: Background
) -> Judged:
    """Return the columns that `judge` adds to a slice, and its reasons."""
    beside = [neighbours(links, answers) for links in found.links]
    reasons = all_reasons(found, part.index, beside, background.weights)
    leads = decide(reasons, part.index, background.weights)[["lead", "confidence"]]
    rows = conform(leads.assign(decided_by="rules", activity=found.activities), JUDGED)
    served = [tuple(other.stakeholder for other in others if other.stakeholder) for others in beside]
    stated = reasons.assign(id=reasons["id"].map(named)).dropna(subset="id")
    first_hand = zip(zip(found.leads, found.activities, strict=True), found.aims, strict=True)
    rows["served"] = pd.Series(served, rows.index, dtype=object)
    rows["first_hand"] = pd.Series(shared(first_hand), rows.index, dtype=object)
    return Judged(rows, sort_reasons(conform(stated, REASONS), part["id"]))


def finish(
    judged: Judged, references: References, labels: Mapping[str, Label], model: Model | None, background: Background
) -> Judged:
    """Return the rules' answers with those of a model and of people, and whom or what each contribution is for.

    `labels` are by case-folded id; the columns that `judge` added go.
    """
    if model is not None:
        judged = model.answer(judged, labels)
    if labels:
        given = [labels.get(casefold_id(name)) for name in judged.contributions["id"]]
        judged = _with_labels(judged, {place: label for place, label in enumerate(given) if label})
    rows = judged.contributions
    # One table in the end: small ones of each slice, kept between what is let go, would hold much memory.
    aims = [aim for part in slices(rows) for aim in _attributed(part, references, labels, background)]
    attributed = pd.DataFrame(aims, columns=Aim._fields, index=rows.index).astype("str")
    return Judged(rows.drop(columns=["served", "first_hand"]).assign(**attributed), judged.reasons)


def _with_labels(judged: Judged, given: dict[int, Label]) -> Judged:
    """Return the contributions with people's decisions, by place, each with a reason that says so."""
    rows, said = judged.contributions.copy(), [*map(_said, given.values())]
    places = rows.index[[*given]]
    reasons = pd.DataFrame([reason for _, reason in said], columns=Reason._fields)
    rows.loc[places, "lead"], rows.loc[places, "decided_by"] = reasons["lead"].to_numpy(), "person"
    rows.loc[places, "confidence"] = [agreement for agreement, _ in said]
    activities = {place: label.activity for place, label in zip(places, given.values(), strict=True) if label.activity}
    rows.loc[[*activities], "activity"] = [*activities.values()]
    stated = conform(reasons.assign(id=rows["id"].loc[places].to_numpy(), rule=LABEL), REASONS)
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


def _attributed(
    rows: pd.DataFrame, references: References, labels: Mapping[str, Label], background: Background
) -> list[Aim]:
    """Return stakeholder and initiative, or goal, of contributions, as fits their lead."""
    cells = zip(*(cells_of(rows[name]) for name in ("lead", "activity", "served", "first_hand")), strict=True)
    # What its own evidence tells holds where neither neighbours nor a label or a model say otherwise.
    known = [aim if (lead, activity) == said and not served else None for lead, activity, served, (said, aim) in cells]
    others = rows[pd.Series([aim is None for aim in known], rows.index, dtype=bool)]
    contexts = background.contexts(others[[*CONTRIBUTIONS]], references)
    asked = zip(contexts, others["lead"], others["activity"], others["served"], strict=True)
    further = (attribution.aim(context, lead, activity, served) for context, lead, activity, served in asked)
    aims = [aim or next(further) for aim in known]
    for place, (name, lead) in enumerate(zip(rows["id"], rows["lead"], strict=True)) if labels else ():
        label = labels.get(casefold_id(name))
        if lead == Lead.STAKEHOLDER and label and label.stakeholder:
            # People's word comes first, also where contribkit.toml does not know it.
            whom = attribution.as_configured(label.stakeholder, background.organisation) or label.stakeholder
            aims[place] = aims[place]._replace(stakeholder=whom)
    return aims


def unknown_names(ids: Iterable[str], labels: Mapping[str, Label], organisation: Organisation) -> list[str]:
    """Return a sentence on stakeholders that only people named; not their names, which may be of private work."""
    given = filter(None, (labels.get(casefold_id(name)) for name in ids))
    names = {label.stakeholder for label in given if label.stakeholder}
    count = sum(attribution.as_configured(name, organisation) is None for name in names)
    whom = "a stakeholder" if count == 1 else f"{count} stakeholders"
    told = f"labels name {whom} whom contribkit.toml does not know: `contribkit labels list` shows which"
    return [told] if count else []
