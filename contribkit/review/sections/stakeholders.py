"""Whom the stakeholder-led work served, and whether it is cross-linked."""

from typing import TYPE_CHECKING

from contribkit.review import figures, links, page
from contribkit.review.page import Section
from contribkit.review.sections.parts import dicts, many, picture, unfolding
from contribkit.review.stakeholders import NOT_NAMED
from contribkit.vocabulary import Lead

if TYPE_CHECKING:
    from contribkit.review.review import Review


_MOST_BARS = 25


def section(review: "Review") -> Section:
    """Return whom the stakeholder-led work served, and whether it is cross-linked."""
    table, threads = review.by_stakeholder, review.cross_links
    word, title = review.words["stakeholder"], "Whom did the stakeholder-led work serve?"
    title = f"Whom did the {word} work serve?"
    states = threads["linked"].value_counts()
    served = table[table["stakeholder"] != NOT_NAMED]
    total = int(table["rows"].sum())
    if not total:
        sentence = f"Nothing was {word} in this period."
    else:
        most = f", most often {served['stakeholder'].iloc[0]} ({served['rows'].iloc[0]})" if len(served) else ""
        idle = [
            i for i, n in zip(review.by_initiative["initiative"], review.by_initiative["rows"], strict=True) if not n
        ]
        sentence = (
            f"{many(total, 'contribution')} served {many(len(served), 'stakeholder')} by name{most}. "
            f"{states.get('both', 0)} of {many(len(threads), 'upstream thread')} and our own side point at each "
            "other; "
            f"{len(threads) - int(states.get('both', 0))} lack a link on one side at least."
            + (f" {many(len(idle), 'initiative')} had no work." if idle else "")
        )
    chart = table[:_MOST_BARS]
    figure = None
    if len(table):
        bars = list(chart["stakeholder"]), list(chart["rows"])
        figure = figures.bar_figure(*bars, Lead.STAKEHOLDER, "contributions", f"{word} work by stakeholder")
    body = page.html(
        "stakeholders.html", title=title, sentence=sentence, picture=picture(figure, sentence),
        initiatives=dicts(review.by_initiative), threads=dicts(threads), states=links.STATES,
        **unfolding(review, Lead.STAKEHOLDER),
    )  # fmt: skip
    return Section(title, sentence, body)
