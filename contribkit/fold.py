"""What was loaded, and how threads and acts fold into contributions: what one person did in one thread in a period."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pandas as pd

from contribkit.config.models import Member, Team
from contribkit.config.organisation import Organisation
from contribkit.ids import casefold_id, contribution_id, thread_url
from contribkit.memory import collector_paused
from contribkit.period import Period, start_of
from contribkit.tables import ACTS, CONTRIBUTIONS, NEEDS, cells_of, combine, conform, empty, grouped, is_missing
from contribkit.vocabulary import ACTS_OF, MAINTAINER, MAINTAINERS, Kind

_OPENED = ("pull_request", "issue", "discussion")  # their author's row has this kind, whatever else they did there
_OF_MAINTAINERS = ("merged", "released", *ACTS_OF[Kind.TRIAGE])  # if done with the threads of others


@collector_paused()
def fold(
    threads: pd.DataFrame, acts: pd.DataFrame, period: Period | None, team: Team | list[Member], timezone: str = "UTC"
) -> pd.DataFrame:
    """Return what each member of a team did in each thread in a period, a table of the schema `CONTRIBUTIONS`.

    A merge is its author's act too. Acts before or after membership are left out. No period: all acts are taken.
    """
    members = team.members if isinstance(team, Team) else team
    is_inside = pd.Series(True, acts.index)
    if period is not None:
        timezone = period.timezone
        is_inside = (acts["at"] >= period.start) & (acts["at"] < period.end)
    if not is_inside.any():
        return empty(CONTRIBUTIONS)
    threads = threads.assign(key=threads["ref"].str.casefold()).drop_duplicates("key").set_index("key")
    acts = _spelled(acts, members)
    maintainers = _maintainers_since(threads, acts[acts["actor"].isin([member.login for member in members])])
    acts = acts[is_inside]  # first: a period is a small part of what is loaded
    acts = _spelled(_with_authors_merges(threads, acts), members)
    acts = acts[is_member(acts["actor"], acts["at"], members, timezone)]
    return _contributions(threads, acts, maintainers) if len(acts) else empty(CONTRIBUTIONS)


def _spelled(acts: pd.DataFrame, members: list[Member]) -> pd.DataFrame:
    spelled = {casefold_id(name): m.login for m in members for name in (*m.aliases, m.login)}
    actors = acts["actor"].str.casefold().map(spelled).astype("str")
    return acts.assign(actor=actors.fillna(acts["actor"]))


def _maintainers_since(threads: pd.DataFrame, acts: pd.DataFrame) -> pd.Series:
    """Return when people first merged, released or triaged the work of others, by case-folded repository and actor."""
    acts = acts[acts["act"].isin(_OF_MAINTAINERS)]
    refs = acts["ref"].str.casefold()
    authors, repos = (refs.map(threads[name]).astype("str").str.casefold() for name in ("author", "repo"))
    of_others = (acts["act"] == "released") | (authors.notna() & (authors != acts["actor"].str.casefold()))
    return acts["at"].where(of_others).groupby([repos.rename("repo"), acts["actor"]]).min()


def _with_authors_merges(threads: pd.DataFrame, acts: pd.DataFrame) -> pd.DataFrame:
    merges = acts[acts["act"] == "merged"]
    refs = merges["ref"].str.casefold()
    authors = refs.map(threads["author"]).astype("str")
    known = pd.MultiIndex.from_arrays([refs, merges["actor"].str.casefold()])  # authors' merges that are there already
    new = authors.notna() & ~pd.MultiIndex.from_arrays([refs, authors.str.casefold()]).isin(known)
    mine = merges.assign(actor=authors, text=None, url=None, key=refs)[new].drop_duplicates("key")
    return combine([acts, conform(mine, ACTS)], ACTS).drop_duplicates(["ref", "actor", "act", "at"])


def is_member(actors: pd.Series, times: pd.Series, members: list[Member], timezone: str) -> pd.Series:
    """Return for each pair of login and time whether the person was a member then; true where the time is missing."""
    result, places = pd.Series(False, index=actors.index), grouped(actors.str.casefold(), range(len(actors)))
    for member in members:
        if not (mine := places.get(casefold_id(member.login), [])):
            continue
        at, inside = times.iloc[mine], pd.Series(True, result.index[mine])
        if member.from_ is not None:
            inside &= ~(at < start_of(member.from_, timezone))
        if member.to is not None:
            inside &= ~(at >= start_of(member.to + timedelta(days=1), timezone))
        result.iloc[mine] |= inside.to_numpy()
    return result


def _contributions(threads: pd.DataFrame, acts: pd.DataFrame, maintainers: pd.Series) -> pd.DataFrame:
    acts = acts.assign(key=acts["ref"].str.casefold(), count=acts["count"].fillna(1)).sort_values("at", kind="stable")
    groups = acts.groupby(["key", "actor"], sort=False)
    at, hours = groups["at"], groups["hours"].sum(min_count=1)
    # A function called for each of 100,000 groups takes longer than all else, so sums and lists are made at once.
    pairs = list(zip(cells_of(acts["key"]), cells_of(acts["actor"]), strict=True))
    rows = groups[["ref", "source", "actor_role"]].first()
    rows = rows.assign(happened_at=at.min(), last_at=at.max(), acts=groups["count"].sum(), hours=hours)
    rows["did"] = list(grouped(pairs, acts["act"]).values())
    remarks = grouped(pairs, acts["text"]).values()
    rows["remarks"] = [[text for text in texts if not is_missing(text)] for texts in remarks]
    rows = rows.reset_index(level="actor").join(threads.drop(columns=["ref", "source"]), how="left")
    rows["ref"] = threads["ref"].reindex(rows.index).fillna(rows["ref"])
    by_bot = rows["author_is_bot"].fillna(False).astype(bool)
    rows["kind"] = _rowwise(_kind, rows["kind"], rows["actor"], rows["author"], by_bot, rows["did"])
    rows["id"] = _rowwise(contribution_id, rows["ref"], rows["actor"], rows["kind"])
    bare = rows["url"].isna().to_numpy()
    rows.loc[bare, "url"] = _rowwise(thread_url, rows["ref"][bare], rows["kind"][bare])
    participants = conform(rows, {"participants": "list"})["participants"]
    rows["participants"] = _rowwise(_others, participants, rows["actor"])
    rows["actor_role"] = rows["actor_role"].mask(_is_maintainer(rows, maintainers), MAINTAINER)
    return conform(rows.sort_values(["happened_at", "id"]).reset_index(drop=True), CONTRIBUTIONS)


def _rowwise(function: Callable[..., Any], *columns: pd.Series) -> list[Any]:
    return list(map(function, *map(cells_of, columns)))


def _others(names: list[str], actor: str) -> list[str]:
    themselves = casefold_id(actor)
    return [name for name in dict.fromkeys(names) if casefold_id(name) != themselves] if names else []


def _is_maintainer(rows: pd.DataFrame, maintainers: pd.Series) -> pd.Series:
    """Say of each row whether its actor maintained the repository before, or GitHub says so of them as its author."""
    places = pd.MultiIndex.from_arrays([rows["repo"].astype("str").str.casefold(), rows["actor"]])
    since = pd.Series(maintainers.reindex(places).array, index=rows.index)
    is_author = rows["author"].astype("str").str.casefold() == rows["actor"].str.casefold()
    return (since < rows["happened_at"]) | (is_author & rows["author_association"].isin(MAINTAINERS))


def _kind(thread: str, actor: str, author: Any, by_bot: bool, did: list[str]) -> str:
    is_author = casefold_id(author) == casefold_id(actor) if isinstance(author, str) else "opened" in did
    if is_author and thread in _OPENED:
        return thread
    acts = {"bot merged" if by_bot and act == "merged" else act for act in did}
    return next((kind.value for kind, known in ACTS_OF.items() if acts.intersection(known)), "other")


@dataclass(frozen=True)
class SourceReport:
    """How one source answered: how many rows, which days they cover, and notes; the last `broken` notes are errors."""

    name: str
    status: str
    threads: int = 0
    acts: int = 0
    references: int = 0
    first: pd.Timestamp | None = None
    last: pd.Timestamp | None = None
    notes: list[str] = field(default_factory=list)
    broken: int = 0


@dataclass(frozen=True)
class Data:
    """Everything that the sources of an organisation know.

    Attributes
    ----------
    threads, acts, references
        Tables of the schemas `THREADS`, `ACTS` and `REFERENCES`, with everything that was loaded.
    contributions
        What members did in the period, a table of the schema `CONTRIBUTIONS`.
    sources
        How each source answered.
    period, organisation
        When and of whom.
    left_out
        How many acts in the period were left out, by reason; without names.
    """

    threads: pd.DataFrame
    acts: pd.DataFrame
    references: pd.DataFrame
    contributions: pd.DataFrame
    sources: list[SourceReport]
    period: Period
    organisation: Organisation
    left_out: dict[str, int]

    def fold(self, period: Period | None = None, team: Team | None = None) -> pd.DataFrame:
        """Return the contributions of another period than the loaded one, or of one team instead of everybody."""
        return fold(self.threads, self.acts, period or self.period, team or self.organisation.everybody)

    def undated(self, team: Team | None = None) -> pd.DataFrame:
        """Return the contributions without any date: in no period, and counted under what could not be seen."""
        acts = self.acts[self.acts["at"].isna()]
        return fold(self.threads, acts, None, team or self.organisation.everybody, self.period.timezone)

    @property
    def people(self) -> set[str]:
        """Logins of everybody who appears anywhere, members or not."""
        columns = (self.threads["author"], self.threads["merged_by"], self.acts["actor"], self.references["by"])
        return set(pd.concat([*columns, self.threads["participants"].explode()]).dropna())


@dataclass(frozen=True)
class Needs:
    """What waits upstream: a table of the schema `NEEDS`, and by source what could not be seen, and when it looked."""

    table: pd.DataFrame = field(default_factory=lambda: empty(NEEDS))
    notes: dict[str, list[str]] = field(default_factory=dict)
