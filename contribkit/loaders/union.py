"""Unite the tables of several sources: one row a thread, one row an act, one row a reference."""

from collections import Counter
from datetime import date
from itertools import chain
from typing import Any

import numpy as np
import pandas as pd

from contribkit.config.organisation import Organisation
from contribkit.fold import is_member
from contribkit.ids import UNIDENTIFIED, casefold_id
from contribkit.tables import ACTS, REFERENCES, THREADS, combine, conform, grouped, is_missing, places_of_refs, rows_of
from contribkit.vocabulary import ACTS_OF, Kind

# What happens once to a thread: two sources with different seconds mean the same act.
_ONCE = ("opened", "merged", "released", "created")
# Lists of which every source may know a part; of other lists, the first that is not empty is taken.
_GROWING = ("links_out", "links_in", "participants", "labels")


def unite_threads(frames: list[pd.DataFrame], organisation: Organisation) -> pd.DataFrame:
    """Return one row a thread: each column from the first table that knows it, logins as configured."""
    threads = combine(frames, THREADS)
    for column in ("author", "merged_by"):
        threads[column] = canonical(threads[column], organisation)
    threads["participants"] = [[organisation.canonical(login) for login in cell] for cell in threads["participants"]]
    threads["author_is_bot"] = threads["author_is_bot"].fillna(are_bots(threads["author"], organisation))
    folded = threads["ref"].str.casefold()
    twice = folded.duplicated(keep=False)
    united = combine([threads[~twice], _merged(threads[twice], folded[twice])], THREADS)
    return united.assign(state=united["state"].mask(united["merged_at"].notna(), "merged"))


def _merged(threads: pd.DataFrame, folded: pd.Series) -> pd.DataFrame:
    same = threads.groupby(folded, sort=False)
    lists = [name for name, kind in THREADS.items() if kind == "list"]
    merged = same[[name for name in THREADS if name not in lists]].first()
    # What one source calls private stays private.
    merged["private"] = same["private"].max()
    sources = grouped(folded, threads["source"]).values()
    merged["source"] = ["+".join(dict.fromkeys(name for name in names if not is_missing(name))) for names in sources]
    for column in lists:
        cells = grouped(folded, threads[column]).values()
        merged[column] = [_each_once(c) if column in _GROWING else next(filter(None, c), []) for c in cells]
    return conform(merged, THREADS)


def _each_once(lists: list[list[Any]]) -> list[Any]:
    seen: dict[str, Any] = {}
    for item in chain.from_iterable(lists):
        seen.setdefault(casefold_id(str(item.get("ref") if isinstance(item, dict) else item)), item)
    return list(seen.values())


def unite_acts(frames: list[pd.DataFrame], organisation: Organisation) -> pd.DataFrame:
    """Return one row an act, logins as configured."""
    acts = combine([frame.assign(frame=number) for number, frame in enumerate(frames)], {**ACTS, "frame": "Int64"})
    acts = acts.assign(actor=canonical(acts["actor"], organisation)).dropna(subset=["actor"])
    day = acts["at"].dt.tz_convert(organisation.timezone).dt.date
    acts = acts.assign(key=acts["ref"].str.casefold(), coarse=acts["whole_day"].fillna(False), day=day)
    acts = acts.sort_values("coarse", kind="stable")
    # An act with a day only, or which sums up several, goes where another source has the single ones of that day.
    same_day = pd.MultiIndex.from_frame(acts[["key", "actor", "act", "day"]])
    acts = acts[~(acts["coarse"] & same_day.isin(same_day[~acts["coarse"]])) & ~_known_singly(acts)]
    # Of what happens once to a thread, a time is preferred to a day, then the more trusted source.
    once = acts["act"].isin(_ONCE)
    twice = once & acts.duplicated(["key", "actor", "act"]) | acts.duplicated(["key", "actor", "act", "at"])
    acts = acts[~twice]
    # Whom git does not name, another source may.
    by_git = acts["source"] == "git"
    done = pd.MultiIndex.from_frame(acts[["key", "act"]])
    acts = acts[~(by_git & acts["actor"].str.startswith(UNIDENTIFIED) & done.isin(done[~by_git]))]
    return acts.sort_index()[[*ACTS]].reset_index(drop=True)


def _known_singly(acts: pd.DataFrame) -> pd.Series:
    """Return for acts that sum up several whether another source has those of that day one by one."""
    sums = acts["count"].fillna(1) > 1
    single = acts["frame"].astype("Float64").mask(sums | acts["coarse"])
    same = single.groupby([acts[name] for name in ("key", "actor", "act", "day")])
    elsewhere = (same.transform("min") != acts["frame"]) | (same.transform("max") != acts["frame"])
    return sums & elsewhere.fillna(False).astype(bool)


def unite_references(
    frames: list[pd.DataFrame], organisation: Organisation, threads: pd.DataFrame | None = None
) -> pd.DataFrame:
    """Return one row a pair of place and thread that is looked at: earliest date, all texts, private where any is."""
    references = combine(frames, REFERENCES)
    numbered = references["kind"].isin(("issue", "pull_request")) & references["source"].notna()
    bare = numbered & references["id"].str.fullmatch(r"[0-9]+").fillna(False).astype(bool)
    by = canonical(references["by"], organisation)
    is_bot = references["by_is_bot"].fillna(are_bots(by, organisation))
    places = references["id"].mask(bare, references["source"] + "#" + references["id"])
    references = references.assign(id=places, by=by, by_is_bot=is_bot, direction=references["direction"].fillna("in"))
    pair = references[["direction", "source", "ref"]].assign(place=references["id"].fillna(references["url"]))
    pair = pair.fillna("").apply(lambda column: column.str.casefold())
    if pair.duplicated().any():
        same = references.groupby([pair[name] for name in pair], sort=False)
        references["private"] = references["private"].mask(same["private"].transform("any"), True)
        references["date"] = same["date"].transform("min")
        words = same["text"].transform(lambda texts: "\n\n".join(dict.fromkeys(texts.dropna())))
        references["text"] = words.astype("str").mask(words == "")
    kept = ~pair.duplicated() & in_scope(references["ref"], organisation, threads)
    return pd.DataFrame(references[kept]).reset_index(drop=True)


def canonical(logins: pd.Series, organisation: Organisation) -> pd.Series:
    """Return logins as configured where they are a member's, else as they are."""
    return logins.map({login: organisation.canonical(login) for login in logins.dropna().unique()}).astype("str")


def are_bots(logins: pd.Series, organisation: Organisation) -> pd.Series:
    """Return for each login whether it is a bot's, null where there is none."""
    return logins.map({login: organisation.is_bot(login) for login in logins.dropna().unique()}).astype("boolean")


def in_scope(refs: pd.Series, organisation: Organisation, threads: pd.DataFrame | None = None) -> pd.Series:
    """Return for each thread whether it is in a project that is looked at; `threads` tell where some are."""
    numbers, unique = pd.factorize(refs, use_na_sentinel=False)
    places = places_of_refs(pd.Series(unique), threads)
    looked_at = {place: organisation.is_in_scope(place) for place in set(places.values())}
    return pd.Series(np.array([looked_at[place] for place in places.values()], dtype=bool)[numbers], refs.index)


def outside_membership(acts: pd.DataFrame, organisation: Organisation) -> pd.Series:
    """Return for each act whether it is a member's, on a day on which they were not one."""
    belonged = is_member(acts["actor"], acts["at"], organisation.everybody, organisation.timezone)
    return acts["actor"].isin(organisation.members) & ~belonged


def in_log_too(acts: pd.DataFrame, threads: pd.DataFrame, organisation: Organisation) -> pd.Series:
    """Return which acts of notes and calendars are of meetings that the activity log has.

    Of one person, project and day, as many meetings go as the log has: what people wrote themselves is preferred.
    """
    projects = {casefold_id(row["ref"]): organisation.project_of(row) for row in rows_of(threads)}
    days = acts["at"].dt.tz_convert(organisation.timezone).dt.date
    keys = [*zip(acts["actor"], (projects.get(casefold_id(ref)) for ref in acts["ref"]), days, strict=True)]
    in_log = acts["act"].isin(ACTS_OF[Kind.MEETING]) & (acts["source"] == "activity_log")
    logged = Counter(key for key, is_in in zip(keys, in_log, strict=True) if is_in)
    seen: dict[tuple[str, str | None, date], dict[str, None]] = {}
    result = pd.Series(False, acts.index)
    for place, key in enumerate(keys):
        if logged[key] and key[1] and acts["source"].iloc[place] == "meetings":
            here = seen.setdefault(key, {})
            here[acts["ref"].iloc[place]] = None
            result.iloc[place] = [*here].index(acts["ref"].iloc[place]) < logged[key]
    return result
