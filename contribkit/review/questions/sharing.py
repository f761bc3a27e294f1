"""How the upstream-led work is distributed over activities and people, and whether it rotates."""

from collections.abc import Iterable, Sequence
from typing import Any

import pandas as pd
from markupsafe import Markup
from matplotlib.figure import Figure

from contribkit.review import figures, page
from contribkit.review.page import verb
from contribkit.review.question import Filter, Question, array, each, led_by, obj, of, row_details
from contribkit.review.review_data import ReviewData, once
from contribkit.review.shares import FEWEST_PEOPLE, absence_factor, evenness
from contribkit.tables import records
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


class Sharing(Question):
    """How the upstream-led work is distributed over activities and people."""

    name = "sharing"
    title = "Is the {upstream} work shared?"
    schema = {
        "activities": array(
            "Upstream-led contributions by activity, those of earlier periods among them; members in the order of the "
            "file, empty without names.",
            activity={"type": "string"}, rows=of("count"), people=of("count"),
            members={"type": "object", "additionalProperties": of("count")},
            evenness=of("fraction", "Pielou's J over all members; null for fewer than four, or fewer than two rows."),
            absence_factor=of("perhaps", "CHAOSS, Contributor Absence Factor: the fewest people who did half."),
            periods=of("count", "Of how many periods anything is known."),
            ever=of("count", "Members who took part in any of them."),
            repeats=of("perhaps", "Members who took part in this period and in the one before."),
        ),
        "releases": obj("Releases, whoever led them.", rows=of("count"), people=of("count")),
    }  # fmt: skip

    def sentence(self, data: ReviewData) -> str:
        table = activities(data)
        if not len(table):
            return f"Nothing was {data.words['upstream']} in this period."
        people, total = int((table.sum() > 0).sum()), int(table.to_numpy().sum())
        several = [row for row in page.dicts(distribution(data)) if row["rows"] > 1]
        alone = [Activity(row["activity"]).word for row in several if row["people"] == 1]
        return (
            f"{people} of {pluralise(table.shape[1], 'member')} took part in {pluralise(total, 'contribution')}."
            + (f" One person did all of the work in: {', '.join(alone)}." if alone and table.shape[1] > 1 else "")
            + _released(**releases(data.named_rows))
        )

    def tables(self, data: ReviewData) -> dict[str, pd.DataFrame]:
        named = {} if data.without_names else {"activity_by_member": activities(data)}
        return {"activities": distribution(data)} | named

    def figure(self, data: ReviewData) -> Figure | None:
        table, word = activities(data), data.words["upstream"]
        if not len(table):
            return None
        if data.without_names:
            total = pluralise(int(table.to_numpy().sum()), f"{word} contribution")
            title = f"{total} in {pluralise(len(table), 'activity', 'activities')}"
            counts = [Activity(name).word for name in table.index], [int(count) for count in table.sum(axis=1)]
            return figures.bar_figure(*counts, Lead.UPSTREAM, "contributions", title)
        people = f"{int((table.sum() > 0).sum())} of {pluralise(table.shape[1], 'member')}"
        empty = f"{int((table == 0).to_numpy().sum())} of {table.size} cells are empty"
        return figures.heat_figure(table.rename(columns=data.members), f"{people} took part in {word} work; {empty}")

    def rows(self, data: ReviewData) -> dict[str, pd.Series]:
        return {"release": is_release(data.named_rows)}

    def numbers(self, data: ReviewData) -> dict[str, Any]:
        logins = [] if data.without_names else list(activities(data))
        counts = activities(data).reindex(distribution(data)["activity"], fill_value=0)
        members = [{login: int(row[login]) for login in logins} for row in counts.to_dict("records")]
        rows = records(distribution(data))
        return {
            "activities": [row | {"members": mine} for row, mine in zip(rows, members, strict=True)],
            "releases": releases(data.named_rows),
        }

    def filters(self, data: ReviewData) -> dict[str, Filter]:
        named = [{"lead": str(Lead.UPSTREAM), "activity": name} for name in distribution(data)["activity"]]
        return {
            **each("activities", "rows", named),
            **each("activities", "people", [one | {"of": "people"} for one in named]),
            "/releases/rows": {"counts_for": "release"},
            "/releases/people": {"counts_for": "release", "of": "people"},
        }

    def body(self, data: ReviewData) -> Iterable[Markup]:
        if len(distribution(data)):
            yield page.table(_columns(data))
            yield page.paragraph(" ".join(_notes(data)), quiet=True)
        yield page.details("who could pair with whom", _pairs(data))
        yield row_details(data, led_by(data, Lead.UPSTREAM))


def _columns(data: ReviewData) -> dict[str, Any]:
    table, size = distribution(data), len(data.members)
    periods, before = int(table["periods"].max()), _before(data)
    columns: dict[str, Any] = {
        "activity": [Activity(name).word for name in table["activity"]],
        "contributions": page.numbers(table["rows"]),
        "people": page.numbers(f"{people} of {size}" for people in table["people"]),
    }
    if table["absence_factor"].notna().any():
        columns["people behind half of it"] = page.numbers(table["absence_factor"])
    if table["evenness"].notna().any():
        columns["evenness"] = page.numbers(None if pd.isna(value) else f"{value:.2f}" for value in table["evenness"])
    if periods > 1:
        columns[f"people over {periods} periods"] = page.numbers(f"{ever} of {size}" for ever in table["ever"])
    if before is not None:
        columns[f"also in {before}"] = page.numbers(table["repeats"])
    return columns


def _before(data: ReviewData) -> str | None:
    """Return the name of the period before, where anything of it is known."""
    known = len(data.periods) > 1 and len(data.periods[-2])
    return str(data.earlier[-1].period) if known else None


def _notes(data: ReviewData) -> list[str]:
    """Return what the table means, and why columns of it are left out."""
    table, notes = distribution(data), ["These are properties of activities, not of people."]
    if table["absence_factor"].notna().any():
        notes.append(_HALF)
    if table["evenness"].notna().any():
        notes.append(_EVENNESS)
    elif len(data.members) < FEWEST_PEOPLE:
        notes.append(f"Evenness says nothing of fewer than {FEWEST_PEOPLE} people.")
    else:
        notes.append("Evenness is not shown: no activity has two contributions.")
    if _before(data) is None:
        notes.append("Who did the same in the period before is not known.")
    prepared = table.loc[table["activity"] == Activity.RELEASE, "rows"].sum()
    if prepared > releases(data.named_rows)["rows"]:
        notes.append("Release work includes what prepares a release, such as its changelog.")
    return notes


def _released(rows: int, people: int) -> str:
    if not rows:
        return " There was no release."
    return f" {pluralise(rows, 'release')} {verb(rows)} made by {pluralise(people, 'person', 'people')}."


def _pairs(data: ReviewData) -> Markup:
    """Return of each activity who never took part in the periods known, and who could show it; in the file's order."""
    known = [rows for rows in data.periods if len(rows)] or data.periods[-1:]
    turns = took_part(pd.concat(known), list(data.members))
    rows = []
    for activity in distribution(data)["activity"] if not data.without_names else []:
        did = turns.loc[activity]
        could = [name for login, name in data.members.items() if did[login]]
        never = [name for login, name in data.members.items() if not did[login]]
        if never and could:
            rows.append((Activity(activity).word, _names(never), _names(could)))
    return page.table({
        "activity": [row[0] for row in rows],
        f"not yet, in {pluralise(len(known), 'period')}": [row[1] for row in rows],
        "could show it": [row[2] for row in rows],
    })  # fmt: skip


def _names(names: list[str]) -> str:
    more = len(names) - _MOST_NAMES
    return ", ".join(names[:_MOST_NAMES]) + (f" and {more} more" if more > 0 else "")


@once
def activities(data: ReviewData) -> pd.DataFrame:
    """Return upstream-led contributions by activity and member, empty cells among them.

    Returns
    -------
    pandas.DataFrame
        Indexed by activity (those of `Activity` with any work, in its order), a column the login of each member in the
        order of the file, so that no ranking appears; counts.
    """
    led = data.named_rows[data.named_rows["lead"] == Lead.UPSTREAM]
    present = [str(activity) for activity in Activity if (led["activity"] == activity).any()]
    counts = led.groupby(["activity", "actor"]).size().unstack(fill_value=0)
    return counts.reindex(index=present, columns=list(data.members), fill_value=0).astype(int)


@once
def distribution(data: ReviewData) -> pd.DataFrame:
    """Return how evenly each activity is distributed, and whether it rotates; see `evenness_table` and `rotation`."""
    turns = rotation_table(data.periods, list(data.members))
    table = evenness_table(activities(data).reindex(turns["activity"], fill_value=0))
    return table.merge(turns.drop(columns="members"), on="activity")


def evenness_table(counts: pd.DataFrame) -> pd.DataFrame:
    """Return how each activity is distributed over the members.

    Parameters
    ----------
    counts
        Indexed by activity, a column a member; see `activities`.

    Returns
    -------
    pandas.DataFrame
        One row an activity: `activity` (str), `rows`, `people`, `members` (int), `evenness` (float, missing as
        `evenness` says), `absence_factor` (Int64, missing where nothing was done).

    Examples
    --------
    >>> table = pd.DataFrame({"ada": [3], "bob": [1], "cy": [0], "dee": [0]}, index=["docs"])
    >>> evenness_table(table).loc[0, ["rows", "people", "members", "absence_factor"]].tolist()
    [4, 2, 4, 1]
    """
    table = []
    for activity, row in counts.iterrows():
        mine = [int(count) for count in row]
        did = sum(count > 0 for count in mine)
        table.append((activity, sum(mine), did, len(mine), evenness(mine), absence_factor(mine)))
    frame = pd.DataFrame(table, columns=["activity", "rows", "people", "members", "evenness", "absence_factor"])
    return frame.astype({"activity": "str", "evenness": float, "absence_factor": "Int64"})


def took_part(rows: pd.DataFrame, members: Sequence[str]) -> pd.DataFrame:
    """Return of each upstream-led activity (all of `Activity`) and member (a login) whether the member took part."""
    led = rows[rows["lead"] == Lead.UPSTREAM]
    counts = pd.crosstab(led["activity"], led["actor"])
    return counts.reindex(index=[str(activity) for activity in Activity], columns=list(members), fill_value=0) > 0


def rotation_table(periods: Sequence[pd.DataFrame], members: Sequence[str]) -> pd.DataFrame:
    """Return how many members took part in each upstream-led activity over periods, and how many again at once.

    There is no published metric for it: it counts what a rotation wants, that everybody has had a turn.

    Parameters
    ----------
    periods
        Judged contributions of the team, a table a period, oldest first; the last is the one looked at.
    members
        Logins of those who are members in the last one. Who left is not counted; who joined lately had fewer turns.

    Returns
    -------
    pandas.DataFrame
        One row an activity with any such work, in the order of `Activity`: `activity` (str), `periods` (int: of how
        many anything is known), `ever` (int: members who took part in any), `members` (int), `repeats` (Int64: members
        who took part in the last and in the one before it; missing where of that one nothing is known).

    Examples
    --------
    >>> then = pd.DataFrame({"lead": "upstream", "activity": "release", "actor": ["ada", "bob"]})
    >>> now = pd.DataFrame({"lead": "upstream", "activity": "release", "actor": ["ada", "ada"]})
    >>> rotation_table([then, now], ["ada", "bob", "cy"])[["ever", "members", "repeats"]].iloc[0].astype(int).tolist()
    [2, 3, 1]
    """
    known = [rows for rows in periods if len(rows)]
    everything = pd.concat(known) if known else periods[-1]
    led = set(everything.loc[everything["lead"] == Lead.UPSTREAM, "activity"])
    before = took_part(periods[-2], members) if len(periods) > 1 and len(periods[-2]) else None
    again = None if before is None else (before & took_part(periods[-1], members)).sum(axis=1)
    ever = took_part(everything, members).sum(axis=1)
    table = ever.to_frame("ever").assign(periods=len(known), members=len(members), repeats=again)
    present = [name for name in ever.index if name in led]
    frame = table.loc[present].rename_axis("activity").reset_index()
    columns = ["activity", "periods", "ever", "members", "repeats"]
    return frame[columns].astype({"activity": "str", "repeats": "Int64"})


def is_release(rows: pd.DataFrame) -> pd.Series:
    """Return which contributions are releases, whoever led them."""
    return rows["kind"] == Kind.RELEASE


def releases(rows: pd.DataFrame) -> dict[str, int]:
    """Return how many releases there were, and by how many people.

    Source: CHAOSS, Release Frequency, with the people beside it, since a release that one person alone can make waits
    for that person.

    Examples
    --------
    >>> rows = pd.DataFrame({"kind": ["release", "release", "review"], "actor": ["ada", "ada", "bob"]})
    >>> releases(rows)
    {'rows': 2, 'people': 1}
    """
    made = rows[is_release(rows)]
    return {"rows": len(made), "people": int(made["actor"].nunique())}
