"""How the upstream-led work is distributed over activities and people, and whether it rotates."""

from collections.abc import Iterable
from typing import Any

import pandas as pd
from markupsafe import Markup
from matplotlib.figure import Figure

from contribkit.review import figures, page
from contribkit.review.page import verb
from contribkit.review.question import PEOPLE, Filter, Question, array, each, frame, led_by, obj, of, row_details
from contribkit.review.review_data import ReviewData, once
from contribkit.review.shares import FEWEST_PEOPLE, absence_factor, evenness
from contribkit.text import MISSING, pluralise
from contribkit.vocabulary import Activity, Kind, Lead

_MOST_NAMES = 8
_HALF = (
    "“People behind half of it” is the smallest number of people who together did half (CHAOSS, Contributor Absence "
    "Factor)."
)
_EVENNESS = (
    "Evenness is Pielou's: 1 where all members did the same, 0 where one did all; "
    f"{MISSING} where there were fewer than two contributions."
)
_ACTIVITIES = array(
    "Upstream-led contributions by activity, those of earlier periods among them; members in the order of the file, "
    "empty without names.",
    activity="text", rows="count", people="count", members={"type": "object", "additionalProperties": of("count")},
    evenness=of("fraction", "Pielou's J over all members; null for fewer than four, or fewer than two rows."),
    absence_factor=of("perhaps", "CHAOSS, Contributor Absence Factor: the fewest people who did half."),
    periods=of("count", "Of how many periods anything is known."),
    ever=of("count", "Members who took part in any of them."),
    repeats=of("perhaps", "Members who took part in this period and in the one before."),
)  # fmt: skip


class Sharing(Question):
    name, title = "sharing", "Is the {upstream} work shared?"
    schema = {
        "activities": _ACTIVITIES,
        "releases": obj("Releases, whoever led them.", rows="count", people="count"),
    }

    def sentence(self, data: ReviewData) -> str:
        table, made = activities(data), releases(data.named_rows)
        if not len(table):
            return f"Nothing was {data.words['upstream']} in this period."
        people, rows, total = (table > 0).sum(axis=1), table.sum(axis=1), int(table.to_numpy().sum())
        alone = [Activity(name).word for name in table.index[(rows > 1) & (people == 1)]]
        did = f"{(table.sum() > 0).sum()} of {pluralise(table.shape[1], 'member')}"
        by = f"{verb(made['rows'])} made by {pluralise(made['people'], 'person', 'people')}"
        return (
            f"{did} took part in {pluralise(total, 'contribution')}."
            + (f" One person did all of the work in: {', '.join(alone)}." if alone and table.shape[1] > 1 else "")
            + (f" {pluralise(made['rows'], 'release')} {by}." if made["rows"] else " There was no release.")
        )

    def tables(self, data: ReviewData) -> dict[str, pd.DataFrame]:
        named = {} if data.without_names else {"activity_by_member": activities(data)}
        return {"activities": distribution(data)} | named

    def figure(self, data: ReviewData) -> Figure | None:
        table, word = activities(data), data.words["upstream"]
        if not len(table):
            return None
        if data.without_names:
            counts = table.sum(axis=1)
            total = pluralise(int(counts.sum()), f"{word} contribution")
            title = f"{total} in {pluralise(len(table), 'activity', 'activities')}"
            names = [Activity(name).word for name in table.index]
            return figures.bar_figure(names, counts.tolist(), Lead.UPSTREAM, "contributions", title)
        people = f"{(table.sum() > 0).sum()} of {pluralise(table.shape[1], 'member')}"
        empty = f"{(table == 0).to_numpy().sum()} of {table.size} cells are empty"
        return figures.heat_figure(table.rename(columns=data.members), f"{people} took part in {word} work; {empty}")

    def rows(self, data: ReviewData) -> dict[str, pd.Series]:
        return {"release": data.named_rows["kind"] == Kind.RELEASE}

    def numbers(self, data: ReviewData) -> dict[str, Any]:
        return super().numbers(data) | {"releases": releases(data.named_rows)}

    def filters(self, data: ReviewData) -> dict[str, Filter]:
        named = [{"lead": str(Lead.UPSTREAM), "activity": name} for name in distribution(data)["activity"]]
        released = {"counts_for": "release"}
        return {
            **each("activities", named, rows={}, people=PEOPLE),
            "/releases/rows": released,
            "/releases/people": released | PEOPLE,
        }

    def body(self, data: ReviewData) -> Iterable[Markup]:
        if len(distribution(data)):
            yield from _distributed(data)
        if not data.without_names:
            yield page.details("who could pair with whom", _pairs(data))
        yield row_details(data, led_by(data, Lead.UPSTREAM))


def _distributed(data: ReviewData) -> Iterable[Markup]:
    """Yield the table of activities, and below it what it means and why columns of it are left out."""
    table, size, notes = distribution(data), len(data.members), ["These are properties of activities, not of people."]
    periods = int(table["periods"].max())
    columns: dict[str, Any] = {
        "activity": [Activity(name).word for name in table["activity"]],
        "contributions": table["rows"],
        "people": page.numbers(table["people"].map(f"{{}} of {size}".format)),
    }
    if table["absence_factor"].notna().any():
        columns["people behind half of it"] = table["absence_factor"]
        notes.append(_HALF)
    if table["evenness"].notna().any():
        columns["evenness"] = page.numbers(table["evenness"].map("{:.2f}".format, na_action="ignore"))
        notes.append(_EVENNESS)
    else:
        few = f"Evenness says nothing of fewer than {FEWEST_PEOPLE} people."
        notes.append(few if size < FEWEST_PEOPLE else "Evenness is not shown: no activity has two contributions.")
    if periods > 1:
        columns[f"people over {periods} periods"] = page.numbers(table["ever"].map(f"{{}} of {size}".format))
    if table["repeats"].notna().any():
        columns[f"also in {data.earlier[-1].period}"] = table["repeats"]
    else:
        notes.append("Who did the same in the period before is not known.")
    if table.loc[table["activity"] == Activity.RELEASE, "rows"].sum() > releases(data.named_rows)["rows"]:
        notes.append("Release work includes what prepares a release, such as its changelog.")
    yield page.table(columns)
    yield page.paragraph(" ".join(notes), quiet=True)


def _pairs(data: ReviewData) -> Markup:
    """Return of each activity who never took part in the periods known, and who could show it; in the file's order."""
    known = sum(len(rows) > 0 for rows in data.periods)
    table = []
    for activity in distribution(data)["activity"]:
        did = ever(data).loc[activity] > 0
        could, never = ([data.members[login] for login in did.index[did == took]] for took in (True, False))
        if never and could:
            table.append((Activity(activity).word, _names(never), _names(could)))
    columns = ["activity", f"not yet, in {pluralise(known, 'period')}", "could show it"]
    return page.table(pd.DataFrame(table, columns=columns))


def _names(names: list[str]) -> str:
    more = len(names) - _MOST_NAMES
    return ", ".join(names[:_MOST_NAMES]) + (f" and {more} more" if more > 0 else "")


@once
def turns(data: ReviewData) -> list[pd.DataFrame]:
    """Return upstream-led contributions by activity, all of `Activity`, and member; a table a period, oldest first."""
    led = [rows[rows["lead"] == Lead.UPSTREAM] for rows in data.periods]
    index, columns = list(map(str, Activity)), list(data.members)
    return [pd.crosstab(rows["activity"], rows["actor"]).reindex(index, columns=columns, fill_value=0) for rows in led]


@once
def ever(data: ReviewData) -> pd.DataFrame:
    """Return upstream-led contributions of all periods by activity, all of `Activity`, and member."""
    return pd.concat(turns(data)).groupby(level=0).sum()


@once
def activities(data: ReviewData) -> pd.DataFrame:
    """Return upstream-led contributions of the period by activity and member, empty cells among them.

    Only activities with any work, in the order of `Activity`; members (logins) in the order of the file, so that no
    ranking appears.
    """
    led = set(data.named_rows.loc[data.named_rows["lead"] == Lead.UPSTREAM, "activity"])
    table = turns(data)[-1]
    return table[table.index.isin(led)]


@once
def distribution(data: ReviewData) -> pd.DataFrame:
    """Return how evenly each activity is distributed over the members, and whether it rotates.

    There is no published metric for rotation: it counts what a rotation wants, that everybody has had a turn. Members
    are those of this period: who left is not counted, and who joined lately had fewer turns.
    """
    periods, now = data.periods, turns(data)[-1]
    led = {name for rows in periods for name in rows.loc[rows["lead"] == Lead.UPSTREAM, "activity"]}
    before = turns(data)[-2] if len(periods) > 1 and len(periods[-2]) else None
    table = []
    for activity in now.index[now.index.isin(led)]:
        counts = now.loc[activity]
        table.append({
            "activity": activity, "rows": counts.sum(), "people": (counts > 0).sum(),
            "members": {} if data.without_names else counts.to_dict(),
            "evenness": evenness(counts.tolist()), "absence_factor": absence_factor(counts.tolist()),
            "periods": sum(len(rows) > 0 for rows in periods), "ever": (ever(data).loc[activity] > 0).sum(),
            "repeats": None if before is None else ((before.loc[activity] > 0) & (counts > 0)).sum(),
        })  # fmt: skip
    return frame(_ACTIVITIES, table)


def releases(rows: pd.DataFrame) -> dict[str, int]:
    """Return how many releases there were, and by how many people.

    Source: CHAOSS, Release Frequency, with the people beside it, since a release that one person alone can make waits
    for that person.
    """
    made = rows[rows["kind"] == Kind.RELEASE]
    return {"rows": len(made), "people": made["actor"].nunique()}
