"""Rows for the table of threads, and what can be read off their acts."""

from typing import TYPE_CHECKING

import pandas as pd
from tqdm import tqdm

from contribkit.ids import links
from contribkit.loaders.github_to_sqlite.columns import gather, look_up
from contribkit.loaders.github_to_sqlite.content import Content
from contribkit.tables import THREADS, combine, conform

if TYPE_CHECKING:
    from contribkit.config.organisation import Organisation

# A quick look that spares a long one: nothing else can be a link to a thread.
_MAY_POINT = r"github\.com/|/[\w.-]+#[0-9]"


def newest(threads: pd.DataFrame) -> pd.DataFrame:
    """Return one row an issue or pull request: of each column what was last known.

    A closed pull request that only the table of issues knows may have been merged: its state is null.
    """
    ended = (threads["table"] == "issues") & (threads["kind"] == "pull_request") & (threads["state"] != "open")
    threads = threads.assign(state=threads["state"].mask(ended, "ended"), key=threads["ref"].str.casefold())
    # At the same time the table of pull requests knows more: it comes first.
    ordered = threads.sort_values(["updated_at", "table"], ascending=[False, False], kind="stable")
    twice = ordered["key"].duplicated(keep=False)
    known = pd.concat([ordered[~twice].set_index("key"), ordered[twice].groupby("key", sort=False).first()])
    merged = known["merged_at"].notna()
    state = known["state"].mask(merged, "merged").mask((known["state"] == "ended") & ~merged, None)
    return known.assign(state=state, closed_at=known["closed_at"].mask(state == "open")).reset_index(drop=True)


def thread_rows(content: Content, acts: pd.DataFrame, organisation: "Organisation") -> pd.DataFrame:
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
    return _with_company(threads, acts, content.bots, organisation)


def points_somewhere(texts: pd.Series) -> pd.Series:
    """Say of each text whether it may hold a link to a thread."""
    return texts.str.contains(_MAY_POINT, case=False).fillna(False).astype(bool)


def _links_out(threads: pd.DataFrame, comments: pd.DataFrame, organisation: "Organisation") -> pd.Series:
    """Return where each thread points: in its body, and in comments of members, who know what it is for."""
    members = [name for name in comments["author"].dropna().unique() if organisation.member(name)]
    theirs = comments[comments["author"].isin(members)]
    words = pd.concat([threads[["ref", "body"]], theirs[["ref", "body"]]], ignore_index=True)
    words = words[points_somewhere(words["body"])]
    found: dict[str, dict[str, None]] = {}
    pairs = zip(words["ref"].str.casefold(), words["body"], strict=True)
    for place, body in tqdm(pairs, "reading links", len(words), unit="text", delay=2, leave=False):
        found.setdefault(place, {}).update(dict.fromkeys(link.ref for link in links(body)))
    cells = [list(found.get(place, ())) for place in threads["ref"].str.casefold()]
    return pd.Series(cells, threads.index, dtype=object)


def _with_company(
    threads: pd.DataFrame, acts: pd.DataFrame, bots: frozenset[str], organisation: "Organisation"
) -> pd.DataFrame:
    """Return threads with who took part, and when the first human answered who is not the author."""
    place = threads["ref"].str.casefold()
    did = pd.DataFrame({"place": acts["ref"].str.casefold(), "actor": acts["actor"], "at": acts["at"]})
    pairs = did.sort_values("at", kind="stable").drop_duplicates(["place", "actor"])
    company = gather(pairs["place"], pairs["actor"])
    machines = [name for name in pairs["actor"].unique() if name in bots or organisation.is_bot(name)]
    author = look_up(pairs["place"], threads.assign(place=place).set_index("place")["author"])
    answers = pairs[~pairs["actor"].isin(machines) & (pairs["actor"] != author)]
    return threads.assign(
        participants=pd.Series([company.get(name, []) for name in place], threads.index, dtype=object),
        first_response_at=look_up(place, answers.groupby("place")["at"].min()),
    )
