"""Whom the stakeholder-led work served, whether it is cross-linked, and the coordination around it."""

from typing import TYPE_CHECKING

import pandas as pd

from contribkit.review import figures, links, page
from contribkit.review.page import Section, number
from contribkit.review.sections.parts import dicts, picture, unfolding, verb
from contribkit.review.stakeholders import NOT_NAMED
from contribkit.text import pluralise
from contribkit.vocabulary import Lead

if TYPE_CHECKING:
    from contribkit.review.measures import Measures

_MOST_BARS = 25
_FEW_THREADS = 8  # shown at once; the others unfold


def section(review: "Measures") -> Section:
    """Return whom the stakeholder-led work served, and whether it is cross-linked."""
    table, title = review.by_stakeholder, f"Whom did the {review.words['stakeholder']} work serve?"
    sentence, threads = _sentence(review), review.cross_links
    is_linked = threads["linked"] == "both"
    body = page.html(
        "stakeholders.html", title=title, sentence=sentence, picture=_picture(review, sentence),
        stakeholders=dicts(table), not_named=NOT_NAMED, initiatives=dicts(review.by_initiative),
        threads=dicts(threads), states=links.STATES, few=_FEW_THREADS, many=pluralise,
        missing=dicts(threads[~is_linked]), linked=dicts(threads[is_linked]), coordination=dicts(review.coordination),
        around=_around(review), **unfolding(review, Lead.STAKEHOLDER),
    )  # fmt: skip
    return Section(title, sentence, body)


def _sentence(review: "Measures") -> str:
    table, threads, word = review.by_stakeholder, review.cross_links, review.words["stakeholder"]
    total, served = int(table["rows"].sum()), table[table["stakeholder"] != NOT_NAMED]
    if not total:
        return f"Nothing was {word} in this period."
    often = len(served) and served["rows"].iloc[0] > 1
    most = f", most often {served['stakeholder'].iloc[0]} ({served['rows'].iloc[0]})" if often else ""
    both = int((threads["linked"] == "both").sum())
    idle = int((review.by_initiative["rows"] == 0).sum())
    without = int(review.by_initiative.loc[review.by_initiative["initiative"].isna(), "rows"].sum())
    return (
        f"{_named(total, int(served['rows'].sum()))} {pluralise(len(served), 'stakeholder')} by name{most}. "
        f"{both} of {pluralise(len(threads), 'upstream thread')} and our own side point at each other; "
        f"{len(threads) - both} {verb(len(threads) - both, 'lacks', 'lack')} a link on one side at least."
        + (f" {without} of {total} {verb(without, 'belongs', 'belong')} to no initiative." if without else "")
        + (f" {pluralise(idle, 'initiative')} had no work." if idle else "")
    )


def _named(total: int, named: int) -> str:
    return (
        f"{pluralise(total, 'contribution')} served" if named == total else f"{named} of {total} contributions served"
    )


def _picture(review: "Measures", sentence: str) -> str:
    table, word = review.by_stakeholder, review.words["stakeholder"]
    if not len(table):
        return ""
    chart, named = table[:_MOST_BARS], int((table["stakeholder"] != NOT_NAMED).sum())
    total = int(table["rows"].sum())
    shown = f"; the {_MOST_BARS} with most are shown" if len(table) > _MOST_BARS else ""
    title = (
        _finding(table, word) or f"{pluralise(total, f'{word} contribution')}, for {pluralise(named, 'stakeholder')}"
    )
    title += shown
    bars = list(chart["stakeholder"]), list(chart["rows"])
    return picture(figures.bar_figure(*bars, Lead.STAKEHOLDER, "contributions", title), f"{title}. {sentence}")


def _finding(table: pd.DataFrame, word: str) -> str | None:
    """Return who was served most, where one stands out."""
    served = table[table["stakeholder"] != NOT_NAMED]
    total = int(table["rows"].sum())
    if len(served) < 2 or served["rows"].iloc[0] == served["rows"].iloc[1] or served["rows"].iloc[0] < total / 4:
        return None
    most = served.iloc[0]
    return f"{most['rows']} of {pluralise(total, f'{word} contribution')} served {most['stakeholder']}"


def _around(review: "Measures") -> str:
    """Return a sentence on the coordination, and on whether stakeholder-led work goes at upstream's pace."""
    ours, theirs = dicts(review.coordination)
    if not ours["threads"]:
        return ""
    acts = [(ours["comments"], "comment"), (ours["reviews"], "review")]
    wrote = " and ".join(pluralise(count, word) for count, word in acts if count)
    inside = f"in {pluralise(ours['threads'], 'thread')}"
    silent = f"No source tells of a comment or a review by the team {inside}."
    said = f"Around it the team wrote {wrote} {inside}." if wrote else silent
    if ours["days"] is None:
        return f"{said} How long its pull requests waited for their merge is not known."
    pace, word = theirs["days"], review.words["upstream"]
    beside = f", against {number(pace)} for {word} work" if pace is not None else ""
    known = f" (known for {ours['known']} of {ours['merged']})"
    return f"{said} Half of its merged pull requests were merged within {number(ours['days'])} days{known}{beside}."
