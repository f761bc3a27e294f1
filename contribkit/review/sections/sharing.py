"""How the upstream-led work is spread over activities and people."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pandas as pd

from contribkit.review import figures, page
from contribkit.review.page import Section
from contribkit.review.sections.parts import many, picture, unfolding
from contribkit.vocabulary import Activity, Lead

if TYPE_CHECKING:
    from contribkit.review.review import Review


def section(review: "Review") -> Section:
    """Return how the upstream-led work is spread over activities and people."""
    table, names = review.activities, {m.login: m.word for m in review.team.members}
    title = f"Is the {review.words['upstream']} work shared?"
    people = int((table.sum() > 0).sum())
    alone = [name.word for name, row in _by_activity(table) if (row > 0).sum() == 1 and row.sum() > 1]
    sentence = (
        f"{people} of {many(table.shape[1], 'member')} took part in {int(table.to_numpy().sum())} contributions."
        + (f" One person alone did all of: {', '.join(alone)}." if alone and table.shape[1] > 1 else "")
        if len(table)
        else f"Nothing was {review.words['upstream']} in this period."
    )
    figure = None
    if len(table) and not review.without_names:
        figure = figures.heat_figure(
            table.rename(columns=names), f"{review.words['upstream']} contributions by activity and member"
        )
    elif len(table):
        counts = [Activity(name).word for name in table.index], [int(n) for n in table.sum(axis=1)]
        figure = figures.bar_figure(
            *counts, Lead.UPSTREAM, "contributions", f"{review.words['upstream']} work by activity"
        )
    activities = [
        {
            "activity": activity.word,
            "rows": int(row.sum()),
            "people": int((row > 0).sum()),
            "never": ", ".join(names[login] for login in table.columns if not row[login]) or page.MISSING,
        }
        for activity, row in _by_activity(table)
    ]
    body = page.html(
        "sharing.html", title=title, sentence=sentence, picture=picture(figure, sentence), activities=activities,
        size=table.shape[1], **unfolding(review, Lead.UPSTREAM),
    )  # fmt: skip
    return Section(title, sentence, body)


def _by_activity(table: pd.DataFrame) -> Iterator[tuple[Activity, pd.Series]]:
    for name, row in table.iterrows():
        yield Activity(str(name)), row
