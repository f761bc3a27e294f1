"""How the upstream-led work is distributed over activities and people, and whether it rotates."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import pandas as pd
from markupsafe import Markup

from contribkit.review import figures, page
from contribkit.review.question import PEOPLE, Filter, Question, array, each, frame, obj, of, row_details
from contribkit.review.review_data import ReviewData, once
from contribkit.review.shares import FEWEST_PEOPLE, absence_factor, evenness
from contribkit.text import pluralise
from contribkit.vocabulary import Activity, Kind, Lead

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_MOST_NAMES = 8
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
    schema = {"activities": _ACTIVITIES, "releases": obj("Releases, whoever led them.", rows="count", people="count")}

    def sentence(self, data: ReviewData) -> str:
        table, (made, people) = activities(data), releases(data.named_rows).values()
        if not len(table):
            return f"Nothing was {data.words['upstream']} in this period."
        total, alone = pluralise(int(table.to_numpy().sum()), "contribution"), ", ".join(of_one_person(data))
        members = f"{(table.sum() > 0).sum()} of {pluralise(table.shape[1], 'member')}"
        by_people = f"{page.verb(made)} made by {pluralise(people, 'person', 'people')}"
        return page.told({
            f"{members} took part in {total}.": True,
            f"One person did all of the work in: {alone}.": alone,
            f"{pluralise(made, 'release')} {by_people}.": made, "There was no release.": not made,
        })  # fmt: skip

    def tables(self, data: ReviewData) -> dict[str, pd.DataFrame]:
        named = {} if data.without_names else {"activity_by_member": activities(data)}
        return {"activities": distribution(data)} | named

    def figure(self, data: ReviewData) -> "Figure | None":
        table, word, names = activities(data), data.words["upstream"], None if data.without_names else data.members
        total = pluralise(int(table.to_numpy().sum()), f"{word} contribution")
        title = f"{total} in {pluralise(len(table), 'activity', 'activities')}"
        took_part = f"{(table.sum() > 0).sum()} of {pluralise(table.shape[1], 'member')} took part in {word} work"
        return figures.activity_figure(table, names, "contributions", title, took_part)

    def rows(self, data: ReviewData) -> dict[str, pd.Series]:
        return {"release": data.named_rows["kind"] == Kind.RELEASE}

    def numbers(self, data: ReviewData) -> dict[str, Any]:
        return super().numbers(data) | {"releases": releases(data.named_rows)}

    def filters(self, data: ReviewData) -> dict[str, Filter]:
        named = [{"lead": str(Lead.UPSTREAM), "activity": name} for name in distribution(data)["activity"]]
        released: Filter = {"counts_for": "release"}
        made = {"/releases/rows": released, "/releases/people": released | PEOPLE}
        return each("activities", named, rows={}, people=PEOPLE) | made

    def body(self, data: ReviewData) -> Iterable[Markup]:
        if len(distribution(data)):
            yield _distributed(data)
        if not data.without_names:
            yield page.details("who could pair with whom", _pairs(data))
        yield row_details(data, Lead.UPSTREAM)


def _distributed(data: ReviewData) -> Markup:
    """Return the table of activities without columns of which nothing is known, and below it what it means."""
    table, size, before = distribution(data), len(data.members), data.earlier[-1].period if data.earlier else ""
    periods, is_known = int(table["periods"].max()), table.notna().any()
    people, ever_did = (page.numbers(table[name].map(f"{{}} of {size}".format)) for name in ("people", "ever"))
    even = page.numbers(table["evenness"].map("{:.2f}".format, na_action="ignore"))
    columns: dict[str, Any] = {
        "activity": [Activity(name).word for name in table["activity"]],
        "contributions": table["rows"],
        "people": people,
        "people behind half of it": table["absence_factor"] if is_known["absence_factor"] else None,
        "evenness": even if is_known["evenness"] else None,
        f"people over {periods} periods": ever_did if periods > 1 else None,
        f"also in {before}": table["repeats"] if is_known["repeats"] else None,
    }
    prepares = table.loc[table["activity"] == Activity.RELEASE, "rows"].sum() > releases(data.named_rows)["rows"]
    shown = page.table({name: cells for name, cells in columns.items() if cells is not None})
    return shown + page.html(
        "sharing.html", known=is_known, members=size, fewest=FEWEST_PEOPLE, prepares_releases=prepares
    )


def _pairs(data: ReviewData) -> Markup:
    """Return of each activity who never took part in the periods known, and who could show it; in the file's order."""
    known, took_part, table = sum(len(rows) > 0 for rows in data.periods), ever(data) > 0, []
    for activity in distribution(data)["activity"]:
        did = took_part.loc[activity]
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
    index, columns, led = list(map(str, Activity)), list(data.members), map(_led, data.periods)
    return [pd.crosstab(rows["activity"], rows["actor"]).reindex(index, columns=columns, fill_value=0) for rows in led]


def _led(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.loc[rows["lead"] == Lead.UPSTREAM, ["activity", "actor"]]


def ever(data: ReviewData) -> pd.DataFrame:
    """Return upstream-led contributions of all periods by activity, all of `Activity`, and member."""
    return pd.concat(turns(data)).groupby(level=0).sum()


@once
def activities(data: ReviewData) -> pd.DataFrame:
    """Return those of the period, of activities with any work; members in the order of the file, so no ranking."""
    table = turns(data)[-1]
    return table[table.index.isin(_led(data.named_rows)["activity"].unique())]


def of_one_person(data: ReviewData) -> list[str]:
    """Return the activities of which one of several members did all, and more than once."""
    table = activities(data)
    is_alone = (table.sum(axis=1) > 1) & ((table > 0).sum(axis=1) == 1) & (table.shape[1] > 1)
    return [Activity(name).word for name in table.index[is_alone]]


@once
def distribution(data: ReviewData) -> pd.DataFrame:
    """Return how evenly each activity is distributed over the members of this period, and whether it rotates."""
    # There is no published metric for rotation: it counts what a rotation wants, that everybody has had a turn.
    periods, now = data.periods, turns(data)[-1]
    led = {name for rows in periods for name in _led(rows)["activity"].unique()}
    before = turns(data)[-2] if len(periods) > 1 and len(periods[-2]) else None
    took_part, table = ever(data) > 0, []
    for activity in now.index[now.index.isin(led)]:
        counts = now.loc[activity]
        table.append({
            "activity": activity, "rows": counts.sum(), "people": (counts > 0).sum(),
            "members": {} if data.without_names else counts.to_dict(),
            "evenness": evenness(counts.tolist()), "absence_factor": absence_factor(counts.tolist()),
            "periods": sum(len(rows) > 0 for rows in periods), "ever": took_part.loc[activity].sum(),
            "repeats": None if before is None else ((before.loc[activity] > 0) & (counts > 0)).sum(),
        })  # fmt: skip
    return frame(_ACTIVITIES, table)


def releases(rows: pd.DataFrame) -> dict[str, int]:
    """Return how many releases there were (CHAOSS, Release Frequency), and by how many people."""
    people = rows.loc[rows["kind"] == Kind.RELEASE, "actor"]
    return {"rows": len(people), "people": people.nunique()}
