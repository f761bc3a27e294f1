"""Hold a table of acts against the truth: what share came back, and what nobody did."""

import re
from collections.abc import Callable
from typing import NamedTuple

import pandas as pd

from contribkit.ids import casefold_id, repository_of
from tests.github.model import Thread
from tests.github.workload import Workload
from tests.github.world.truth import Citation, Row


class Completeness(NamedTuple):
    """`share` of the truth of the period that came back, the truth rows `missing`, and rows of members `invented`."""

    share: float
    missing: pd.DataFrame
    invented: pd.DataFrame


def everything(row: Row) -> bool:
    """Say that a row of the truth may be read."""
    return True


def completeness(acts: pd.DataFrame, workload: Workload, readable: Callable[[Row], bool] = everything) -> Completeness:
    """Compare acts with the truth table: right actor, thread, act and second.

    An act is of a member in the period, or the merge of a member's pull request by whoever. Rows outside GitHub, such
    as those of an activity log, are left out. What a member did outside the period is in the truth too, so a row of it
    is not invented; a merge may also be told as its author's, as `contribkit.fold` does. A repository may go by
    a name that it had.

    Parameters
    ----------
    acts
        A table of the schema `contribkit.tables.ACTS`, logins as configured.
    workload
        Whose truth it is.
    readable
        Says which rows of the truth a token may read, such as `Emulator.readable`; no other is missed.
    """
    rows = workload.truth()
    truth = pd.DataFrame(rows)
    truth["counted"] = [row.counted and readable(row) for row in rows]
    truth["key"] = _keys(truth)
    acts = acts[[repository_of(str(ref)) is not None for ref in acts["ref"]]]
    present = acts.assign(ref=[present_name(str(ref), workload) for ref in acts["ref"]])
    told = acts.assign(key=pd.Series(_keys(present), index=acts.index, dtype="object"))
    # One key twice is one act: two labels in one second, say.
    wanted = truth[truth["counted"]].drop_duplicates("key")
    missing = wanted[~wanted["key"].isin(set(told["key"]))]
    members = {member.login for member in workload.members}
    known = set(truth["key"]) | _authors_merges(workload)
    invented = told[told["actor"].isin(members) & ~told["key"].isin(known)]
    return Completeness(1 - len(missing) / len(wanted), missing, invented)


def present_name(ref: str, workload: Workload) -> str:
    """Return a ref with the name that its repository has now: a loader may keep the one that was configured."""
    name, sign, rest = re.fullmatch(r"([^#@]+)([#@]?)(.*)", ref, re.DOTALL).groups()
    repository = workload.repository_by_name.get(name.lower())
    return f"{repository.ref if repository else name}{sign}{rest}"


def _keys(table: pd.DataFrame) -> list[tuple[str, str, str, pd.Timestamp]]:
    columns = (table["ref"].map(casefold_id), table["actor"], table["act"], pd.to_datetime(table["at"], utc=True))
    return list(zip(*columns, strict=True))


def _authors_merges(workload: Workload) -> set[tuple[str, str, str, pd.Timestamp]]:
    by_account = {member.account: member.login for member in workload.members}
    return {
        (casefold_id(thread.ref), by_account[thread.author], "merged", pd.Timestamp(thread.merged_at))
        for thread in workload.threads
        if isinstance(thread, Thread) and thread.merged_at and thread.author in by_account
    }


def missing_references(table: pd.DataFrame, workload: Workload) -> list[Citation]:
    """Return the rows of the truth of references that a table of the schema `contribkit.tables.REFERENCES` lacks."""
    known = set()
    for row in table.to_dict("records"):
        own = str(row["id"]) if "#" in str(row["id"]) else f"{row['source']}#{row['id']}"
        direction = "out" if row.get("direction") == "out" else "in"
        known.add((casefold_id(present_name(str(row["ref"]), workload)), casefold_id(own), direction))
    return [
        row
        for row in workload.references()
        if (casefold_id(row.ref), casefold_id(row.source), row.direction) not in known
    ]
