"""The `github_to_sqlite` source: databases that github-to-sqlite made, read without a token.

Of upstream projects they give issues, pull requests, comments and releases, of the own side references.
"""

from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd
from tqdm import tqdm

from contribkit.config.models import Table
from contribkit.config.organisation import Organisation
from contribkit.config.toml import validate_settings
from contribkit.errors import ContribkitError
from contribkit.ids import casefold_id, linked_refs, passages
from contribkit.loaders.github_to_sqlite import sqlite_file
from contribkit.loaders.source import Loaded, matching_paths
from contribkit.loaders.union import are_bots, in_scope
from contribkit.period import Period
from contribkit.tables import ACTS, REFERENCES, THREADS, combine, conform, grouped, records, rows_of

_REVIEWS = (
    "github-to-sqlite knows no reviews, and not who labelled, assigned or milestoned: "
    "a thread in which a member did only that is not seen"
)
# A quick check before a slow one: nothing else can be a link to a thread.
_MAY_LINK = r"github\.com/|/[\w.-]+#[0-9]"
_OPENED = ("created_at", "published_at", "author_date")  # the columns that say when something began
_CONTEXT = 1_000  # characters of an own thread that others cite
_AROUND = pd.Timedelta(days=7)  # how far a repository's first commit may lie from its creation


_Row = dict[str, Any]


class Settings(Table):
    """``[sources.github_to_sqlite]``: files, or patterns of files, relative to contribkit.toml."""

    databases: list[str] = []


class _Content(NamedTuple):
    """What all databases hold of the repositories that an organisation looks at, each thread once."""

    threads: pd.DataFrame  # issues and pull requests
    comments: pd.DataFrame
    releases: pd.DataFrame
    commits: pd.DataFrame
    repositories: pd.DataFrame
    bots: frozenset[str]  # logins
    nameless: int  # rows without a known repository


def check(organisation: Organisation) -> None:
    """Raise `ContribkitError` for a file that is missing, damaged, locked, or no database of github-to-sqlite."""
    for path in _files(organisation):
        sqlite_file.check(path)


def load(organisation: Organisation, period: Period | None) -> Loaded:
    """Read every database as a whole: earlier periods are wanted too; the period tells whether they reach its end."""
    answer = Loaded()
    databases: list[dict[str, pd.DataFrame]] = []
    for path in _files(organisation):
        try:
            databases.append(sqlite_file.read(path))
            answer.notes += _database_notes(path.name, databases[-1], period)
        except ContribkitError as error:
            answer.broken.append(str(error))
    if databases:
        whole = _content(databases, organisation)
        acts = _act_rows(whole)
        threads = _thread_rows(whole, acts, organisation)
        answer.threads, answer.acts = (
            rows[in_scope(rows["ref"], organisation)].reset_index(drop=True) for rows in (threads, acts)
        )
        answer.references = _reference_rows(whole, threads, organisation)
        answer.notes[:0] = _notes(whole)
    return answer


def _files(organisation: Organisation) -> list[Path]:
    name = "github_to_sqlite"
    databases = validate_settings(Settings, name, organisation.sources[name]).databases
    if not databases:
        problem = 'databases names no file; write databases = ["data/*.db"]'
        raise ContribkitError(f"contribkit.toml: [sources.{name}]: {problem}")
    return matching_paths(organisation, name, databases)


def _database_notes(name: str, tables: dict[str, pd.DataFrame], period: Period | None) -> list[str]:
    """Return what a database lacks, and up to which day it reaches."""
    notes = [
        f"{name} does not tell {what}: fill its table {table} with github-to-sqlite {command}"
        for table, (_, what, command) in sqlite_file.TABLES.items()
        if what and tables[table].empty
    ]
    columns = ("updated_at", *_OPENED)
    last = pd.Series([table[column].max() for table in tables.values() for column in columns if column in table]).max()
    if pd.isna(last):
        return [*notes, f"{name} has no dates, so it is unknown up to which day it is complete"]
    ended = period is not None and last < period.end
    later = ": what came later in the period is not seen; make or download it again" if ended else ""
    return [*notes, f"{name} reaches up to {last.tz_convert(period.timezone if period else 'UTC'):%Y-%m-%d}{later}"]


def _notes(content: _Content) -> list[str]:
    """Return what all databases together cannot tell."""
    threads = content.threads
    ended = ((threads["kind"] == "pull_request") & threads["state"].isna()).sum()
    unmerged = (threads["merged_at"].notna() & threads["merged_by"].isna()).sum()
    counted = {
        "{} rows are left out because their repository is unknown; run github-to-sqlite repos": content.nameless,
        "whether {} closed pull requests were merged is not known; run github-to-sqlite pull-requests": ended,
        "who merged {} pull requests is not known: github-to-sqlite asks for it only with --pull-request": unmerged,
        "who created {} repositories is inferred: the author of the first commit": len(content.repositories),
    }
    return [_REVIEWS, *(sentence.format(number) for sentence, number in counted.items() if number)]


def _content(databases: list[dict[str, pd.DataFrame]], organisation: Organisation) -> _Content:
    """Return what several databases hold as one: of each thread and comment the newest."""

    def every(*names: str) -> pd.DataFrame:
        frames = [database[name] for name in names for database in databases]
        return pd.concat(frames, ignore_index=True).rename(columns=dict.fromkeys(_OPENED, "opened_at"))

    users, repos = every("users"), every("repos")
    tables = every("pull_requests", "issues"), every("issue_comments"), every("releases"), every("commits")
    frames = *tables, repos[~repos["fork"].fillna(False)]
    threads, comments, releases, commits, repositories = (_looked_at(frame, organisation) for frame in frames)
    newest = comments.sort_values("updated_at", ascending=False, kind="stable").drop_duplicates("comment_id")
    published = releases[~releases["draft"].fillna(False) & releases["opened_at"].notna()]
    commits = commits.drop_duplicates("ref")
    return _Content(
        threads=_newest(threads),
        comments=newest.sort_values("opened_at", kind="stable"),
        releases=published.drop_duplicates("ref"),
        commits=commits,
        repositories=_with_creators(repositories.drop_duplicates("ref"), commits),
        bots=frozenset(users.loc[users["type"] == "Bot", "login"].dropna()),
        nameless=sum(int(frame["ref"].isna().sum()) for frame in frames),
    )


def _looked_at(frame: pd.DataFrame, organisation: Organisation) -> pd.DataFrame:
    """Return the rows in an upstream project, or on the organisation's own side."""
    repos = frame["repo"].dropna().unique()
    whole = [repo for repo in repos if organisation.is_in_scope(repo) or organisation.is_own_side(repo)]
    refs = frame.loc[~frame["repo"].isin(whole), "ref"].dropna().unique()
    return frame[frame["repo"].isin(whole) | frame["ref"].isin([ref for ref in refs if organisation.is_own_side(ref)])]


def _newest(threads: pd.DataFrame) -> pd.DataFrame:
    """Return one row an issue or pull request, with the last known value of each column."""
    # A closed pull request that only the table of issues has may have been merged: its state is null.
    ended = (threads["table"] == "issues") & (threads["kind"] == "pull_request") & (threads["state"] != "open")
    threads = threads.assign(state=threads["state"].mask(ended, "ended"), key=threads["ref"].str.casefold())
    # Of two rows of the same time, that of the table of pull requests knows more.
    ordered = threads.sort_values(["updated_at", "table"], ascending=[False, False], kind="stable")
    twice = ordered["key"].duplicated(keep=False)
    known = pd.concat([ordered[~twice].set_index("key"), ordered[twice].groupby("key", sort=False).first()])
    merged = known["merged_at"].notna()
    state = known["state"].mask(merged, "merged").mask((known["state"] == "ended") & ~merged, None)
    return known.assign(state=state, closed_at=known["closed_at"].mask(state == "open")).reset_index(drop=True)


def _with_creators(repositories: pd.DataFrame, commits: pd.DataFrame) -> pd.DataFrame:
    """Return the repositories whose creator can be inferred: the author of the first commit, if it is of that time."""
    first = commits.sort_values("opened_at", kind="stable").drop_duplicates("repo").set_index("repo")
    start = _look_up(repositories["repo"], first["opened_at"])
    known = repositories.assign(author=_look_up(repositories["repo"], first["author"]))
    return known[((start - repositories["opened_at"]).abs() <= _AROUND) & known["author"].notna()]


def _thread_rows(content: _Content, acts: pd.DataFrame, organisation: Organisation) -> pd.DataFrame:
    frames = content.threads, content.releases, content.repositories
    threads = combine([conform(frame, THREADS) for frame in frames], THREADS)
    known = threads["author"].isin(content.bots)
    threads = threads.assign(
        author_is_bot=known.astype("boolean").mask(~known),  # the others are matched by login later
        links_out=_links_out(threads, content.comments, organisation),
        source="github_to_sqlite",
    )
    return _with_participants(_with_links_in(threads), acts, content.bots, organisation)


def _links_out(threads: pd.DataFrame, comments: pd.DataFrame, organisation: Organisation) -> pd.Series:
    """Return the links of each thread: of its body, and of comments of members, who know what it is for."""
    members = [name for name in comments["author"].dropna().unique() if organisation.member(name)]
    words = pd.concat([threads, comments[comments["author"].isin(members)]])[["ref", "body"]]
    words = words[words["body"].str.contains(_MAY_LINK, case=False, na=False)]
    bodies = tqdm(words["body"], "reading links", unit="text", delay=2, leave=False)
    found = grouped(words["ref"].str.casefold(), map(linked_refs, bodies))
    links = {place: list(dict.fromkeys(chain.from_iterable(lists))) for place, lists in found.items()}
    return _lists(threads["ref"].str.casefold(), links)


def _with_links_in(threads: pd.DataFrame) -> pd.DataFrame:
    links = threads.explode("links_out").dropna(subset=["links_out"])
    targets = links["links_out"].astype("str").str.casefold()
    others = targets != links["ref"].str.casefold()
    named = links.assign(by=links["author"], private=links["private"].fillna(False))
    found = grouped(targets[others], records(named.loc[others, ["ref", "title", "by", "private"]]))
    return threads.assign(links_in=_lists(threads["ref"].str.casefold(), found))


def _with_participants(
    threads: pd.DataFrame, acts: pd.DataFrame, bots: frozenset[str], organisation: Organisation
) -> pd.DataFrame:
    """Return threads with who took part, and when the first human answered who is not the author."""
    place = threads["ref"].str.casefold()
    did = pd.DataFrame({"place": acts["ref"].str.casefold(), "actor": acts["actor"], "at": acts["at"]})
    pairs = did.sort_values("at", kind="stable").drop_duplicates(["place", "actor"])
    author = _look_up(pairs["place"], threads.assign(place=place).set_index("place")["author"])
    is_bot = pairs["actor"].isin(bots) | are_bots(pairs["actor"], organisation)
    answers = pairs[~is_bot & (pairs["actor"] != author)]
    return threads.assign(
        participants=_lists(place, grouped(pairs["place"], pairs["actor"])),
        first_response_at=_look_up(place, answers.groupby("place")["at"].min()),
    )


def _act_rows(content: _Content) -> pd.DataFrame:
    threads = content.threads
    # Where the database does not say who merged, the author is the actor: it is their act too.
    merged, closed = (threads[threads["state"] == state] for state in ("merged", "closed"))
    known = {
        "opened": threads,
        "merged": merged.assign(author=merged["merged_by"].fillna(merged["author"]), opened_at=merged["merged_at"]),
        "closed": closed.assign(author=closed["closed_by"], opened_at=closed["closed_at"]),
        "commented": content.comments.assign(text=content.comments["body"]),
        "released": content.releases,
        "created": content.repositories.drop(columns="url"),
    }
    known = {act: frame.rename(columns={"author": "actor", "opened_at": "at"}) for act, frame in known.items()}
    columns = [name for name in ACTS if name not in ("state", "act", "source")]
    rows = [conform(frame.reindex(columns=columns).assign(act=act), ACTS) for act, frame in known.items()]
    return combine(rows, ACTS).dropna(subset=["actor"]).assign(source="github_to_sqlite").reset_index(drop=True)


def _reference_rows(content: _Content, threads: pd.DataFrame, organisation: Organisation) -> pd.DataFrame:
    """Return a table of the schema `REFERENCES`: what the own side's words point at, and its threads cited upstream."""
    numbered, comments = threads[threads["number"].notna()], content.comments
    by_ref = threads.assign(place=threads["ref"].str.casefold()).set_index("place")
    place = comments["ref"].str.casefold()
    about = {name: _look_up(place, by_ref[name]) for name in ("kind", "title", "labels")}
    comments = comments.assign(**about | {"kind": about["kind"].fillna("issue")}, id=comments["ref"])
    places = pd.concat([numbered.assign(id=numbered["ref"]), comments, content.commits])
    places = places.assign(source=places["repo"], by=places["author"], date=places["opened_at"], direction="in")
    is_own = places["ref"].isin([ref for ref in places["ref"].unique() if organisation.is_own_side(ref)])
    cited = places.assign(context=places["body"].str[:_CONTEXT])
    own = {casefold_id(row["id"]): row for row in rows_of(cited[is_own & places["number"].notna()])}
    is_known = is_own | places["number"].notna() | places["author"].map(organisation.member, na_action="ignore").notna()
    places = places[is_known & places["body"].str.contains(_MAY_LINK, case=False, na=False)]
    rows = tqdm(rows_of(places), "reading references", unit="text", delay=2, leave=False)
    found = conform(pd.DataFrame([found for row in rows for found in _linking(row, own, organisation)]), REFERENCES)
    return found.assign(by_is_bot=found["by"].isin(content.bots) | are_bots(found["by"], organisation))


def _linking(row: _Row, own: dict[str, _Row], organisation: Organisation) -> Iterator[_Row]:
    """Yield a row for each thread at which words of the own side point, or each thread of `own` that others cite."""
    if organisation.is_own_side(row["ref"]):
        for ref, text, context in passages(row["body"], organisation.is_own):
            if casefold_id(ref) != casefold_id(row["ref"]):
                yield row | {"ref": ref, "text": text, "context": context}
        return
    about = {"ref": row["ref"], "by": row["by"], "date": row["date"], "direction": "out"}
    for ref, text, _ in passages(row["body"], lambda repo: False):
        if place := own.get(casefold_id(ref)):
            yield place | about | {"text": text}


def _lists(keys: pd.Series, lists: dict[Any, list[Any]]) -> pd.Series:
    return pd.Series([lists.get(key, []) for key in keys], keys.index, dtype=object)


def _look_up(keys: pd.Series, values: pd.Series) -> pd.Series:
    """Return for each key the value of a series at it, null where it has none, in the same type."""
    # Not keys.map(values): that loses the type where there are no values.
    return values.reindex(keys).set_axis(keys.index)
