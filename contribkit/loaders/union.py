"""Unite what several sources know: one row a thread, one row an act, nothing twice."""

from functools import cache
from typing import TYPE_CHECKING, Any

import pandas as pd

from contribkit.ids import casefold_id, repository_of
from contribkit.loaders.fold import is_member
from contribkit.tables import ACTS, REFERENCES, THREADS, combine, conform, grouped, is_missing

if TYPE_CHECKING:
    from contribkit.config.organisation import Organisation

# What can happen once to a thread: two sources that tell it at different seconds mean the same act.
_ONCE = ("opened", "merged", "released", "created")
# Of these every source may know a part; of other lists the first source that has one is believed.
_GROWING = ("links_out", "links_in", "participants", "labels")


def unite_threads(frames: list[pd.DataFrame], organisation: "Organisation") -> pd.DataFrame:
    """Return one row a thread: each column from the first source that knows it, logins as configured.

    Parameters
    ----------
    frames
        Tables of the schema `THREADS`, most believed first.
    organisation
        Who tells aliases and bots.

    Returns
    -------
    pandas.DataFrame
        A table of the schema `THREADS`.
    """
    threads = combine(frames, THREADS)
    for column in ("author", "merged_by"):
        threads[column] = canonical(threads[column], organisation)
    threads["participants"] = [
        [organisation.canonical(login) for login in logins] for logins in threads["participants"]
    ]
    bots = threads["author"].map({name: organisation.is_bot(name) for name in threads["author"].dropna().unique()})
    threads["author_is_bot"] = threads["author_is_bot"].fillna(bots.astype("boolean"))
    folded = threads["ref"].str.casefold()
    twice = folded.duplicated(keep=False)
    united = combine([threads[~twice], _merged(threads[twice], folded[twice])], THREADS)
    return united.assign(state=united["state"].mask(united["merged_at"].notna(), "merged"))


def _merged(threads: pd.DataFrame, folded: pd.Series) -> pd.DataFrame:
    """Return one row a thread from what several sources know of it, most believed first."""
    same = threads.groupby(folded, sort=False)
    merged = same[[name for name, kind in THREADS.items() if kind != "list"]].first()
    # What one source calls private stays so, whatever the others say.
    merged["private"] = same["private"].max()
    sources = grouped(folded, threads["source"]).values()
    merged["source"] = ["+".join(dict.fromkeys(name for name in names if not is_missing(name))) for names in sources]
    for column in (name for name, kind in THREADS.items() if kind == "list"):
        merged[column] = [_one_list(column, lists) for lists in grouped(folded, threads[column]).values()]
    return conform(merged, THREADS)


def _one_list(name: str, lists: list[list[Any]]) -> list[Any]:
    if name not in _GROWING:
        return next((items for items in lists if items), [])
    seen: dict[str, Any] = {}
    for item in (item for items in lists for item in items):
        seen.setdefault(casefold_id(str(item.get("ref") if isinstance(item, dict) else item)), item)
    return list(seen.values())


def unite_acts(frames: list[pd.DataFrame], organisation: "Organisation") -> pd.DataFrame:
    """Return one row an act, logins as configured.

    Of an act that happens once to a thread, the source that knows its time wins over one that knows its day, then
    the more believed. An act of which only the day is known, or which sums up several, gives way to finer ones of
    the same person, thread and day.

    Parameters
    ----------
    frames
        Tables of the schema `ACTS`, most believed first.
    organisation
        Who tells aliases.

    Returns
    -------
    pandas.DataFrame
        A table of the schema `ACTS`.
    """
    acts = combine([frame.assign(frame=number) for number, frame in enumerate(frames)], {**ACTS, "frame": "Int64"})
    acts = acts.assign(actor=canonical(acts["actor"], organisation)).dropna(subset=["actor"])
    acts = acts.assign(key=acts["ref"].str.casefold(), coarse=acts["whole_day"].fillna(False))
    acts = acts.sort_values("coarse", kind="stable")
    day = acts["at"].dt.tz_convert(organisation.timezone).dt.date
    same_day = pd.MultiIndex.from_frame(acts[["key", "actor", "act"]].assign(day=day))
    fine = same_day[~acts["coarse"]]
    acts = acts[~(acts["coarse"] & same_day.isin(fine)) & ~_told_singly(acts, day)]
    once = acts["act"].isin(_ONCE)
    twice = once & acts.duplicated(["key", "actor", "act"]) | acts.duplicated(["key", "actor", "act", "at"])
    return acts[~twice].sort_index()[[*ACTS]].reset_index(drop=True)


def _told_singly(acts: pd.DataFrame, day: pd.Series) -> pd.Series:
    """Say of acts that sum up several whether another source tells those of that day one by one."""
    sums = acts["count"].fillna(1) > 1
    single = acts["frame"].astype("Float64").mask(sums | acts["coarse"])
    same = single.groupby([acts["key"], acts["actor"], acts["act"], day])
    elsewhere = (same.transform("min") != acts["frame"]) | (same.transform("max") != acts["frame"])
    return sums & elsewhere.fillna(False).astype(bool)


def unite_references(frames: list[pd.DataFrame], organisation: "Organisation") -> pd.DataFrame:
    """Return one row a pair of place and thread, for threads that are looked at."""
    references = combine(frames, REFERENCES)
    references = references.assign(by=canonical(references["by"], organisation))
    places = references[["source", "ref"]].assign(place=references["id"].fillna(references["url"]))
    pair = places.fillna("").apply(lambda column: column.str.casefold())
    if pair.duplicated().any():
        same = references.groupby([pair[name] for name in pair], sort=False)
        references["private"] = references["private"].mask(same["private"].transform("any"), True)
        words = same["text"].transform(lambda texts: "\n\n".join(dict.fromkeys(texts.dropna())))
        references["text"] = words.astype("str").mask(words == "")
    kept = ~pair.duplicated() & in_scope(references["ref"], organisation)
    return pd.DataFrame(references[kept]).reset_index(drop=True)


def canonical(logins: pd.Series, organisation: "Organisation") -> pd.Series:
    """Return logins as configured where they are a member's, else as they are."""
    spelled = {login: organisation.canonical(login) for login in logins.dropna().unique()}
    return logins.map(spelled).astype("str")


def in_scope(refs: pd.Series, organisation: "Organisation") -> pd.Series:
    """Say of each thread whether it lies in a project that is looked at."""
    looked_at = cache(organisation.is_in_scope)
    known = {ref: looked_at(repository_of(ref)) for ref in refs.unique()}
    return refs.map(known).astype(bool)


def outside_membership(acts: pd.DataFrame, organisation: "Organisation") -> pd.Series:
    """Say of each act whether it is a member's, on a day on which they were none."""
    members = acts["actor"].isin(organisation.members)
    people = [member for _, member in organisation.memberships]
    return members & ~is_member(acts["actor"], acts["at"], people, organisation.timezone)
