"""The head of a plan: for whom and when, and what it says in one sentence."""

from typing import TYPE_CHECKING

from contribkit.review import page
from contribkit.review.page import Section
from contribkit.text import pluralise

if TYPE_CHECKING:
    from contribkit.review.plan import Plan


def section(plan: "Plan") -> Section:
    """Return the head of the page."""
    body = page.html(
        "plan_head.html", style=page.style(), organisation=plan.organisation.name, team=plan.team.name,
        period=plan.period, as_of=f"{plan.as_of:%Y-%m-%d}", sample=plan.organisation.sample, sentence=_sentence(plan),
        earlier=[str(span) for span, judged in plan.earlier.items() if len(judged)], notes=plan.notes,
    )  # fmt: skip
    return Section("", _sentence(plan), body)


def _sentence(plan: "Plan") -> str:
    lines = plan.rotation.lines
    paired = sum(line.is_paired for line in lines)
    is_are = "is" if paired == 1 else "are"
    pairs = f" {paired} {is_are} somebody's first, with a person beside them who has done it." if paired else ""
    waiting = int((~plan.ranked["by_bot"]).sum())
    return (
        f"A proposal of {pluralise(len(lines), 'line')} of upstream work for {plan.team.name}, to be talked over and "
        f"changed.{pairs} {pluralise(waiting, 'need')} {'waits' if waiting == 1 else 'wait'} upstream."
    )
