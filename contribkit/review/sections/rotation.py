"""Who could take what: the proposal, line by line, each with its why."""

from typing import TYPE_CHECKING, Any

import pandas as pd

from contribkit.review import figures, page
from contribkit.review.page import Section
from contribkit.review.sections.needs import name_of
from contribkit.review.sections.parts import dicts, picture
from contribkit.text import pluralise
from contribkit.vocabulary import Activity, Lead

if TYPE_CHECKING:
    from contribkit.review.plan import Plan


def section(plan: "Plan") -> Section:
    """Return who could take what."""
    title, sentence = f"Who could take what in {plan.period}?", _sentence(plan)
    body = page.html(
        "rotation.html", title=title, sentence=sentence, picture=picture(_figure(plan), sentence),
        lines=_lines(plan), names=None if plan.without_names else plan.names,
    )  # fmt: skip
    return Section(title, sentence, body)


def _sentence(plan: "Plan") -> str:
    lines = plan.rotation.lines
    taken = sum(line.is_taken for line in lines)
    if not lines:
        return "There is nothing to hand out."
    again = sum(line.repeats for line in lines)
    return (
        f"{taken} of {pluralise(len(lines), 'line')} {'has' if taken == 1 else 'have'} somebody to take them; "
        f"{'none repeats' if not again else f'{again} repeat' + ('s' if again == 1 else '')} what the same person did "
        "in the period before. Lines go by capacity and days there; nobody is ranked."
    )


def _figure(plan: "Plan") -> Any:
    lines = plan.lines
    if not len(lines):
        return None
    activities = [str(activity) for activity in Activity if (lines["activity"] == activity).any()]
    if plan.without_names:
        counts = lines["activity"].value_counts()
        words = [Activity(activity).word for activity in activities]
        title = f"{pluralise(len(lines), 'line')} in {len(activities)} activities"
        return figures.bar_figure(words, [int(counts[a]) for a in activities], Lead.UPSTREAM, "lines", title)
    table = pd.crosstab(lines["activity"], lines["who"])
    table = table.reindex(index=activities, columns=_people(plan), fill_value=0)
    free = int((table == 0).to_numpy().sum())
    title = f"Lines by activity and person; {free} of {table.size} cells stay free"
    return figures.heat_figure(table.rename(columns=plan.names), title)


def _people(plan: "Plan") -> list[str]:
    first, last = plan.period.first_day, plan.period.last_day
    return list(dict.fromkeys(m.login for m in plan.team.members if m.holds_between(first, last)))


def _lines(plan: "Plan") -> list[dict[str, Any]]:
    known = {row["ref"]: row for row in dicts(plan.ranked)}
    return [
        row
        | {
            "word": Activity(row["activity"]).word,
            "how_many": row["how many"],
            "who_word": plan.names.get(row["who"] or "", row["who"]),
            "with_word": plan.names.get(row["with"] or "", row["with"]),
            "begin": [known[ref] | {"name": name_of(known[ref])} for ref in row["needs"]],
        }
        for row in dicts(plan.lines)
    ]
