"""What waits upstream: the needs in order, every point with its reason."""

from typing import TYPE_CHECKING, Any

import pandas as pd

from contribkit.review import figures, page
from contribkit.review.page import Section
from contribkit.review.sections.parts import dicts, picture
from contribkit.text import pluralise
from contribkit.vocabulary import Lead

if TYPE_CHECKING:
    from contribkit.review.plan import Plan

_WORDS = {
    "pull_request": ("pull request", "pull requests"),
    "issue": ("untriaged issue", "untriaged issues"),
    "release": ("overdue release", "overdue releases"),
    "branch": ("red branch", "red branches"),
}
_OTHER = "elsewhere"


def section(plan: "Plan") -> Section:
    """Return what waits upstream."""
    ranked, title = plan.ranked, "What waits upstream, and what comes first?"
    people = ranked[~ranked["by_bot"]]
    counts = people["upstream"].fillna(_OTHER).value_counts()
    figure, finding = None, ""
    if len(people):
        finding = f"{counts.iloc[0]} of {pluralise(len(people), 'need')} wait in {counts.index[0]}"
        bars = [str(name) for name in counts.index], [int(count) for count in counts]
        figure = figures.bar_figure(*bars, Lead.UPSTREAM, "needs, without those that bots opened", finding)
    rest = people.drop(plan.first.index)
    body = page.html(
        "needs.html", title=title, sentence=_sentence(people), picture=picture(figure, f"{finding}."),
        first=_shown(plan.first), rest=_shown(rest), bots=_shown(ranked[ranked["by_bot"]]), notes=plan.source_notes,
    )  # fmt: skip
    return Section(title, _sentence(people), body)


def _sentence(needs: pd.DataFrame) -> str:
    if not len(needs):
        return "Nothing is known to wait; a source with needs, such as records, would tell."
    kinds = needs["kind"].value_counts()
    named = ", ".join(pluralise(int(kinds[kind]), *words) for kind, words in _WORDS.items() if kind in kinds)
    new = sum(any(reason["reason"] == "newcomer" for reason in cell) for cell in needs["reasons"])
    newcomers = f" Newcomers wait in {new} of them." if new else ""
    waits = "waits" if len(needs) == 1 else "wait"
    return f"{named} {waits} in {pluralise(needs['upstream'].nunique(), 'project')}.{newcomers}"


def _shown(needs: pd.DataFrame) -> list[dict[str, Any]]:
    return [row | {"word": _WORDS[row["kind"]][0], "name": name_of(row)} for row in dicts(needs)]


def name_of(need: dict[str, Any]) -> str:
    """Return what a need is called: its title; a release and a branch alone have none that says what waits.

    Examples
    --------
    >>> name_of({"kind": "branch", "ref": "o/lamp@main", "repo": "o/lamp", "title": "main"})
    'lamp: main is red'
    """
    project, title = str(need["repo"]).partition("/")[2], str(need["title"] or need["ref"])
    said = {"release": f"{project}: the release after {title}", "branch": f"{project}: {title} is red"}
    return said.get(need["kind"], title)
