"""How far each goal got."""

from typing import TYPE_CHECKING

from contribkit.review import figures, page
from contribkit.review.page import Section
from contribkit.review.sections.parts import dicts, many, picture

if TYPE_CHECKING:
    from contribkit.review.review import Review


def section(review: "Review") -> Section:
    """Return how far each goal got."""
    table, title = review.goals, "How far did each goal get?"
    with_target = table[table["target"].notna()]
    reached = int((with_target["done"] >= with_target["target"]).sum())
    sentence = (
        f"{reached} of {many(len(with_target), 'goal')} with a target reached it; "
        f"{int(table['done'].sum())} {review.words['upstream']} contributions count for a goal."
        if len(table)
        else "No goal holds in this period; add [[goals]] to contribkit.toml to plan upstream work."
    )
    figure = (
        figures.goal_figure(table, "contributions", f"{reached} of {many(len(with_target), 'goal')} reached")
        if len(table)
        else None
    )
    body = page.html(
        "goals.html", title=title, sentence=sentence, picture=picture(figure, sentence), goals=dicts(table)
    )
    return Section(title, sentence, body)
