"""Rows for the tables of threads, acts and references, made of what databases hold."""

from collections.abc import Iterator
from typing import Any

import pandas as pd
from tqdm import tqdm

from contribkit.config.organisation import Organisation
from contribkit.ids import casefold_id, links, passages
from contribkit.loaders.github_to_sqlite.sqlite_file import Content, look_up
from contribkit.tables import ACTS, REFERENCES, THREADS, combine, conform, grouped, records, rows_of

# A quick check before a slow one: nothing else can be a link to a thread.
_MAY_LINK = r"github\.com/|/[\w.-]+#[0-9]"
_AROUND = pd.Timedelta(days=7)  # how far a repository's first commit may lie from its creation


def newest(threads: pd.DataFrame) -> pd.DataFrame:
    """Return one row an issue or pull request, with the last known value of each column.

    A closed pull request that only the table of issues has may have been merged: its state is null.
    """
    ended = (threads["table"] == "issues") & (threads["kind"] == "pull_request") & (threads["state"] != "open")
    threads = threads.assign(state=threads["state"].mask(ended, "ended"), key=threads["ref"].str.casefold())
    # Of two rows of the same time, that of the table of pull requests knows more.
    ordered = threads.sort_values(["updated_at", "table"], ascending=[False, False], kind="stable")
    twice = ordered["key"].duplicated(keep=False)
    known = pd.concat([ordered[~twice].set_index("key"), ordered[twice].groupby("key", sort=False).first()])
    merged = known["merged_at"].notna()
    state = known["state"].mask(merged, "merged").mask((known["state"] == "ended") & ~merged, None)
    return known.assign(state=state, closed_at=known["closed_at"].mask(state == "open")).reset_index(drop=True)


def thread_rows(content: Content, acts: pd.DataFrame, organisation: Organisation) -> pd.DataFrame:
    """Return a table of the schema `THREADS`; `content.threads` holds each thread once."""
    numbered = content.threads
    place = numbered["kind"].map({"pull_request": "pull", "issue": "issues"})
    address = "https://github.com/" + numbered["repo"] + "/" + place + "/" + numbered["number"].astype("str")
    url = numbered["url"].fillna(address) if "url" in numbered else address
    releases = content.releases.assign(
        kind="release",
        title=content.releases["name"].replace("", None).fillna(content.releases["tag_name"]),
        opened_at=content.releases["published_at"],
        url=content.releases["html_url"],
    )
    created = content.repositories.assign(
        kind="repository",
        title=content.repositories["repo"],
        opened_at=content.repositories["created_at"],
        url="https://github.com/" + content.repositories["repo"],
    )
    frames = [numbered.assign(url=url, opened_at=numbered["created_at"]), releases, created]
    threads = combine([conform(frame, THREADS) for frame in frames], THREADS)
    is_bot = threads["author"].isin(content.bots)
    threads = threads.assign(
        author_is_bot=is_bot.astype("boolean").mask(~is_bot),  # patterns of logins tell of the others
        links_out=_links_out(threads, content.comments, organisation),
        source="github_to_sqlite",
    )
    return _with_participants(_with_links_in(threads), acts, content.bots, organisation)


def may_link(texts: pd.Series) -> pd.Series:
    """Return for each text whether it may hold a link to a thread."""
    return texts.str.contains(_MAY_LINK, case=False).fillna(False).astype(bool)


def _links_out(threads: pd.DataFrame, comments: pd.DataFrame, organisation: Organisation) -> pd.Series:
    """Return the links of each thread: of its body, and of comments of members, who know what it is for."""
    members = [name for name in comments["author"].dropna().unique() if organisation.member(name)]
    theirs = comments[comments["author"].isin(members)]
    words = pd.concat([threads[["ref", "body"]], theirs[["ref", "body"]]], ignore_index=True)
    words = words[may_link(words["body"])]
    found: dict[str, dict[str, None]] = {}
    pairs = zip(words["ref"].str.casefold(), words["body"], strict=True)
    for place, body in tqdm(pairs, "reading links", len(words), unit="text", delay=2, leave=False):
        found.setdefault(place, {}).update(dict.fromkeys(link.ref for link in links(body)))
    cells = [list(found.get(place, ())) for place in threads["ref"].str.casefold()]
    return pd.Series(cells, threads.index, dtype=object)


def _with_links_in(threads: pd.DataFrame) -> pd.DataFrame:
    """Return threads with those of the same databases that link to them."""
    found: dict[str, list[dict[str, Any]]] = {}
    for row in records(threads[["ref", "title", "author", "private", "links_out"]]):
        link = {"ref": row["ref"], "title": row["title"], "by": row["author"], "private": bool(row["private"])}
        for ref in row["links_out"]:
            if casefold_id(ref) != casefold_id(row["ref"]):
                found.setdefault(casefold_id(ref), []).append(link)
    cells = [found.get(ref, []) for ref in threads["ref"].str.casefold()]
    return threads.assign(links_in=pd.Series(cells, threads.index, dtype=object))


def _with_participants(
    threads: pd.DataFrame, acts: pd.DataFrame, bots: frozenset[str], organisation: Organisation
) -> pd.DataFrame:
    """Return threads with who took part, and when the first human answered who is not the author."""
    place = threads["ref"].str.casefold()
    did = pd.DataFrame({"place": acts["ref"].str.casefold(), "actor": acts["actor"], "at": acts["at"]})
    pairs = did.sort_values("at", kind="stable").drop_duplicates(["place", "actor"])
    participants = grouped(pairs["place"], pairs["actor"])
    machines = [name for name in pairs["actor"].unique() if name in bots or organisation.is_bot(name)]
    author = look_up(pairs["place"], threads.assign(place=place).set_index("place")["author"])
    answers = pairs[~pairs["actor"].isin(machines) & (pairs["actor"] != author)]
    return threads.assign(
        participants=pd.Series([participants.get(name, []) for name in place], threads.index, dtype=object),
        first_response_at=look_up(place, answers.groupby("place")["at"].min()),
    )


def act_rows(content: Content) -> pd.DataFrame:
    """Return a table of the schema `ACTS`; `content.threads` holds each thread once.

    The actor of a merge is the author where the database does not say who merged: it is the author's act too.
    """
    threads, releases, repositories = content.threads, content.releases, content.repositories
    merged = threads[threads["state"] == "merged"]
    closed = threads[threads["state"] == "closed"]
    known = {
        "opened": threads.assign(actor=threads["author"], at=threads["created_at"]),
        "merged": merged.assign(actor=merged["merged_by"].fillna(merged["author"]), at=merged["merged_at"]),
        "closed": closed.assign(actor=closed["closed_by"], at=closed["closed_at"]),
        "commented": content.comments.rename(
            columns={"author": "actor", "created_at": "at", "body": "text", "html_url": "url"}
        ),
        "released": releases.assign(actor=releases["author"], at=releases["published_at"], url=releases["html_url"]),
        "created": repositories.assign(actor=repositories["author"], at=repositories["created_at"]),
    }
    columns = [name for name in ACTS if name not in ("state", "act", "source")]
    rows = [conform(frame.reindex(columns=columns).assign(act=act), ACTS) for act, frame in known.items()]
    return combine(rows, ACTS).dropna(subset=["actor"]).assign(source="github_to_sqlite").reset_index(drop=True)


def with_creators(repositories: pd.DataFrame, commits: pd.DataFrame) -> pd.DataFrame:
    """Return the repositories whose creator can be inferred: the author of the first commit.

    GitHub does not say who created a repository. A history that starts before it was imported, and one that starts
    later is known only in part: neither tells who created the repository.
    """
    first = commits.sort_values("author_date", kind="stable").drop_duplicates("repo").set_index("repo")
    start = look_up(repositories["repo"], first["author_date"])
    known = repositories.assign(author=look_up(repositories["repo"], first["author"]))
    return known[((start - repositories["created_at"]).abs() <= _AROUND) & known["author"].notna()]


def reference_rows(content: Content, threads: pd.DataFrame, organisation: Organisation) -> pd.DataFrame:
    """Return a table of the schema `REFERENCES`: a row for each pair of a body, comment or message and a thread.

    Parameters
    ----------
    content
        With comments and commits.
    threads
        A table of the schema `THREADS`.
    organisation
        It knows which threads are on its own side.
    """
    places = pd.concat([_bodies(threads), _comments(content.comments, threads), _messages(content.commits)])
    places = places[places["ref"].isin([ref for ref in places["ref"].unique() if organisation.is_own_side(ref)])]
    places = places[may_link(places["words"])]
    rows = tqdm(rows_of(places), "reading references", unit="text", delay=2, leave=False)
    found = pd.DataFrame([found for row in rows for found in _linking(row, organisation)])
    if len(found):
        bots = [name for name in found["by"].dropna().unique() if name in content.bots or organisation.is_bot(name)]
        found = found.assign(direction="in", by_is_bot=found["by"].isin(bots))
    return conform(found, REFERENCES)


def _bodies(threads: pd.DataFrame) -> pd.DataFrame:
    numbered = threads[threads["number"].notna()]
    return numbered.assign(
        source=numbered["repo"],
        id=numbered["ref"],
        date=numbered["opened_at"],
        by=numbered["author"],
        words=numbered["body"],
    )


def _comments(comments: pd.DataFrame, threads: pd.DataFrame) -> pd.DataFrame:
    """Return comments with the titles and labels of their threads."""
    by_ref = threads.assign(place=threads["ref"].str.casefold()).set_index("place")
    place = comments["ref"].str.casefold()
    return comments.assign(
        source=comments["repo"],
        kind=look_up(place, by_ref["kind"]).fillna("issue"),
        id=comments["ref"],
        url=comments["html_url"],
        date=comments["created_at"],
        by=comments["author"],
        title=look_up(place, by_ref["title"]),
        labels=look_up(place, by_ref["labels"]),
        words=comments["body"],
    )


def _messages(commits: pd.DataFrame) -> pd.DataFrame:
    return commits.assign(
        source=commits["repo"],
        kind="commit",
        id=commits["sha"].str[:9],
        url="https://github.com/" + commits["repo"] + "/commit/" + commits["sha"],
        date=commits["author_date"],
        by=commits["author"],
        title=commits["message"].str.split("\n", n=1).str[0],
        words=commits["message"],
    )


def _linking(row: dict[str, Any], organisation: Organisation) -> Iterator[dict[str, Any]]:
    for ref, text, context in passages(row["words"], organisation.is_own):
        if casefold_id(ref) != casefold_id(row["ref"]):
            yield row | {"ref": ref, "text": text, "context": context}
