"""How the upstream-led work is spread over activities and people, and whether it rotates."""

from typing import TYPE_CHECKING

from contribkit.review import figures, page
from contribkit.review.page import Section
from contribkit.review.sections.parts import dicts, picture, unfolding, verb
from contribkit.review.spread import FEWEST_PEOPLE
from contribkit.text import MISSING, pluralise
from contribkit.vocabulary import Activity, Lead

if TYPE_CHECKING:
    from contribkit.review.measures import Measures

_MOST_NAMES = 8
_HALF = (
    "“People behind half of it” is the smallest number of people who together did half (CHAOSS, Contributor Absence "
    "Factor)."
)
_EVENNESS = (
    "Evenness is Pielou's: 1 where all members did the same, 0 where one did all; "
    f"{MISSING} where there were fewer than two contributions."
)


def section(review: "Measures") -> Section:
    """Return how the upstream-led work is spread over activities and people."""
    title = f"Is the {review.words['upstream']} work shared?"
    sentence = _sentence(review)
    body = page.html(
        "sharing.html", title=title, sentence=sentence, picture=_picture(review, sentence),
        activities=[row | {"word": Activity(row["activity"]).word} for row in dicts(review.spread)],
        halves=_is_any(review, "absence_factor"), even=_is_any(review, "evenness"), before=_before(review),
        pairs=[] if review.without_names else _pairs(review), size=len(review.members),
        periods=int(review.spread["periods"].max()) if len(review.spread) else 0, notes=_notes(review),
        **unfolding(review, Lead.UPSTREAM),
    )  # fmt: skip
    return Section(title, sentence, body)


def _sentence(review: "Measures") -> str:
    table = review.activities
    if not len(table):
        return f"Nothing was {review.words['upstream']} in this period."
    people, total = int((table.sum() > 0).sum()), int(table.to_numpy().sum())
    several = [row for row in dicts(review.spread) if row["rows"] > 1]
    alone = [Activity(row["activity"]).word for row in several if row["people"] == 1]
    return (
        f"{people} of {pluralise(table.shape[1], 'member')} took part in {pluralise(total, 'contribution')}."
        + (f" One person did all of the work in: {', '.join(alone)}." if alone and table.shape[1] > 1 else "")
        + _released(**review.releases)
    )


def _before(review: "Measures") -> str | None:
    """Return the name of the period before, where anything of it is known."""
    known = len(review.periods) > 1 and len(review.periods[-2])
    return str(review.earlier[-1].period) if known else None


def _is_any(review: "Measures", column: str) -> bool:
    return bool(review.spread[column].notna().any())


def _notes(review: "Measures") -> list[str]:
    """Return what the table means, and why columns of it are left out."""
    said = ["These are properties of activities, not of people."]
    if _is_any(review, "absence_factor"):
        said.append(_HALF)
    if _is_any(review, "evenness"):
        said.append(_EVENNESS)
    elif len(review.members) < FEWEST_PEOPLE:
        said.append(f"Evenness says nothing of fewer than {FEWEST_PEOPLE} people.")
    else:
        said.append("Evenness is not shown: no activity has two contributions.")
    if _before(review) is None:
        said.append("Who did the same in the period before is not known.")
    prepared = review.spread.loc[review.spread["activity"] == Activity.RELEASE, "rows"].sum()
    if prepared > review.releases["rows"]:
        said.append("Release work includes what prepares a release, such as its changelog.")
    return said


def _released(rows: int, people: int) -> str:
    if not rows:
        return " There was no release."
    return f" {pluralise(rows, 'release')} {verb(rows)} made by {pluralise(people, 'person', 'people')}."


def _title(review: "Measures") -> str:
    """Return the finding of the plot: how many of its cells are empty."""
    table = review.activities
    empty, cells = int((table == 0).to_numpy().sum()), table.size
    word, activities = review.words["upstream"], pluralise(len(table), "activity", "activities")
    if review.without_names:
        return f"{pluralise(int(table.to_numpy().sum()), f'{word} contribution')} in {activities}"
    people = f"{int((table.sum() > 0).sum())} of {pluralise(table.shape[1], 'member')}"
    return f"{people} took part in {word} work; {empty} of {cells} cells are empty"


def _picture(review: "Measures", sentence: str) -> str:
    table = review.activities
    if not len(table):
        return ""
    title = _title(review)
    if review.without_names:
        counts = [Activity(name).word for name in table.index], [int(n) for n in table.sum(axis=1)]
        figure = figures.bar_figure(*counts, Lead.UPSTREAM, "contributions", title)
    else:
        figure = figures.heat_figure(table.rename(columns=review.members), title)
    return picture(figure, f"{title}. {sentence}")


def _pairs(review: "Measures") -> list[dict[str, str]]:
    """Return of each activity who never took part in the periods known, and who could show it; in the file's order."""
    table = []
    for activity in review.spread["activity"]:
        did = review.turns.loc[activity]
        could = [name for login, name in review.members.items() if did[login]]
        never = [name for login, name in review.members.items() if not did[login]]
        if never and could:
            table.append({"word": Activity(activity).word, "never": _names(never), "could": _names(could)})
    return table


def _names(names: list[str]) -> str:
    more = len(names) - _MOST_NAMES
    return ", ".join(names[:_MOST_NAMES]) + (f" and {more} more" if more > 0 else "")
