"""Rows for the tables of threads, acts and references, made of what databases hold."""

import json
from collections.abc import Iterator
from itertools import chain
from typing import Any, NamedTuple

import pandas as pd
from tqdm import tqdm

from contribkit.config.organisation import Organisation
from contribkit.ids import casefold_id, linked_refs, passages
from contribkit.tables import ACTS, REFERENCES, THREADS, combine, conform, grouped, moments, records, rows_of

# In an address, of the page or of the API: /owner/repo/pull/7, /repos/owner/repo/issues/7, owner/repo/pulls/7.
_REPOSITORY = r"([\w.-]+/[\w.-]+)/(?:pulls?|issues|releases)/"
_ADDRESS = r"(?P<repo>[\w.-]+/[\w.-]+)/issues/(?P<number>[0-9]{1,9})$"
# A quick check before a slow one: nothing else can be a link to a thread.
_MAY_LINK = r"github\.com/|/[\w.-]+#[0-9]"
_AROUND = pd.Timedelta(days=7)  # how far a repository's first commit may lie from its creation


class Content(NamedTuple):
    """Tables whose rows have `ref`, `repo`, `private` and logins in the place of ids, and the logins of bots.

    `threads` are issues and pull requests; `nameless` counts rows without a known repository.
    """

    threads: pd.DataFrame
    comments: pd.DataFrame
    releases: pd.DataFrame
    commits: pd.DataFrame
    repositories: pd.DataFrame
    bots: frozenset[str]
    nameless: int


def content(tables: dict[str, pd.DataFrame], organisation: Organisation) -> Content:
    """Return what a database holds of the repositories that an organisation looks at.

    A repository that is not in the table repos counts as private: nothing says that it is not.
    """
    names = _repositories(tables)
    users = tables["users"].dropna(subset=["id"]).drop_duplicates("id").set_index("id")
    login = users["login"]
    known = tables["repos"].rename(columns={"id": "repo"})
    frames = {
        "threads": _threads(tables, login),
        "releases": tables["releases"].assign(author=_look_up(tables["releases"]["author"], login)),
        "commits": tables["commits"].assign(author=_look_up(tables["commits"]["author"], login)),
        "repositories": known[~known["fork"].fillna(False)],
    }
    for name, end in (("threads", "#"), ("releases", "@"), ("commits", "@"), ("repositories", "")):
        frame = frames[name]
        repo, private = _look_up(frame["repo"], names["repo"]), _look_up(frame["repo"], names["private"]).fillna(True)
        key = {"threads": "number", "releases": "tag_name", "commits": "sha"}.get(name)
        ref = repo + end + frame[key].astype("str") if key else repo
        frames[name] = frame.assign(repo=repo, private=private, ref=ref.astype("str"))
    frames["comments"] = _comments(tables, frames["threads"], names, login)
    nameless = sum(int(frame["ref"].isna().sum()) for frame in frames.values())
    kept = {name: frame[_is_looked_at(frame, organisation)] for name, frame in frames.items()}
    return Content(**kept, bots=frozenset(login[users["type"] == "Bot"].dropna()), nameless=nameless)


def _repositories(tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Return name and privacy of each repository by id: from the table repos, else from addresses."""
    pulls, issues, comments, releases = (
        tables[name] for name in ("pull_requests", "issues", "issue_comments", "releases")
    )
    by_issue = issues.dropna(subset=["id"]).drop_duplicates("id").set_index("id")["repo"]
    addresses = (
        (pulls["repo"], pulls["url"]),
        (releases["repo"], releases["html_url"]),
        (issues["repo"], issues["pull_request"]),
        (_look_up(comments["issue"], by_issue), comments["issue_url"]),
    )
    told = [pd.DataFrame({"id": ids, "repo": urls.str.extract(_REPOSITORY, expand=False)}) for ids, urls in addresses]
    known = tables["repos"].rename(columns={"full_name": "repo"})[["id", "repo", "private"]]
    everything = pd.concat([known, *told], ignore_index=True).dropna(subset=["id", "repo"])
    return everything.drop_duplicates("id").set_index("id").astype({"repo": "str", "private": "boolean"})


def _threads(tables: dict[str, pd.DataFrame], login: pd.Series) -> pd.DataFrame:
    pulls, issues = tables["pull_requests"], tables["issues"]
    is_pull_request = issues["pull_request"].notna() | (issues["type"] == "pull").fillna(False)
    # What a search found is kept in the shape of issues, with the merge inside.
    merged = moments(_member(pulls["pull_request"], "merged_at"))
    pulls = pulls.assign(
        kind="pull_request",
        table="pull_requests",
        merged_by=_look_up(pulls["merged_by"], login),
        merged_at=pulls["merged_at"].fillna(merged),
        labels=_labels(pulls["id"], tables["labels_pull_requests"], "pull_requests_id", tables["labels"]),
    )
    issues = issues.assign(
        kind=pd.Series("issue", issues.index).mask(is_pull_request, "pull_request"),
        table="issues",
        closed_by=_member(issues["closed_by"], "login"),
        labels=_labels(issues["id"], tables["issues_labels"], "issues_id", tables["labels"]),
    )
    threads = pd.concat([pulls, issues], ignore_index=True)
    return threads.assign(author=_look_up(threads["user"], login))


def _labels(ids: pd.Series, pairs: pd.DataFrame, column: str, labels: pd.DataFrame) -> pd.Series:
    names = _look_up(pairs["labels_id"], labels.drop_duplicates("id").set_index("id")["name"]).dropna()
    return _lists(ids, grouped(pairs.loc[names.index, column], names))


def _comments(
    tables: dict[str, pd.DataFrame], threads: pd.DataFrame, names: pd.DataFrame, login: pd.Series
) -> pd.DataFrame:
    """Return comments with their threads: by the issue's id, which survives renaming, else by address."""
    frame = tables["issue_comments"]
    by_id = threads[threads["table"] == "issues"].drop_duplicates("id").set_index("id")
    told = frame["issue_url"].str.extract(_ADDRESS)
    repo = _look_up(frame["issue"], by_id["repo"]).fillna(told["repo"])
    number = _look_up(frame["issue"], by_id["number"]).fillna(told["number"].astype("Int64"))
    return frame.assign(
        repo=repo,
        ref=(repo + "#" + number.astype("str")).astype("str"),
        private=_look_up(repo, names.drop_duplicates("repo").set_index("repo")["private"]).fillna(True),
        author=_look_up(frame["user"], login),
    )


def _is_looked_at(frame: pd.DataFrame, organisation: Organisation) -> pd.Series:
    """Return for each row whether it is in an upstream project, or on the organisation's own side."""
    repos = frame["repo"].dropna().unique()
    whole = [repo for repo in repos if organisation.is_in_scope(repo) or organisation.is_own_side(repo)]
    refs = frame.loc[~frame["repo"].isin(whole), "ref"].dropna().unique()
    return frame["repo"].isin(whole) | frame["ref"].isin([ref for ref in refs if organisation.is_own_side(ref)])


def united(contents: list[Content]) -> Content:
    """Return what several databases hold as one: of each thread and comment the newest."""
    every = {name: pd.concat([getattr(part, name) for part in contents], ignore_index=True) for name in _FRAMES}
    comments = every["comments"].sort_values("updated_at", ascending=False, kind="stable").drop_duplicates("id")
    commits, releases = every["commits"].drop_duplicates(["repo", "sha"]), every["releases"]
    published = releases[~releases["draft"].fillna(False) & releases["published_at"].notna()]
    return Content(
        threads=_newest(every["threads"]),
        comments=comments.sort_values("created_at", kind="stable"),
        releases=published.drop_duplicates("ref"),
        commits=commits,
        repositories=_with_creators(every["repositories"].drop_duplicates("ref"), commits),
        bots=frozenset().union(*(part.bots for part in contents)),
        nameless=sum(part.nameless for part in contents),
    )


_FRAMES = ("threads", "comments", "releases", "commits", "repositories")


def _newest(threads: pd.DataFrame) -> pd.DataFrame:
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


def _with_creators(repositories: pd.DataFrame, commits: pd.DataFrame) -> pd.DataFrame:
    """Return the repositories whose creator can be inferred: the author of the first commit.

    GitHub does not say who created a repository, nor does a history that starts long before it, as it was imported, or
    later, as only a part of it is known.
    """
    first = commits.sort_values("author_date", kind="stable").drop_duplicates("repo").set_index("repo")
    start = _look_up(repositories["repo"], first["author_date"])
    known = repositories.assign(author=_look_up(repositories["repo"], first["author"]))
    return known[((start - repositories["created_at"]).abs() <= _AROUND) & known["author"].notna()]


def thread_rows(content: Content, acts: pd.DataFrame, organisation: Organisation) -> pd.DataFrame:
    """Return a table of the schema `THREADS`; `content` is united, with each thread once."""
    numbered, releases, created = content.threads, content.releases, content.repositories
    place = numbered["kind"].map({"pull_request": "pull", "issue": "issues"})
    address = "https://github.com/" + numbered["repo"] + "/" + place + "/" + numbered["number"].astype("str")
    url = numbered["url"].fillna(address) if "url" in numbered else address
    releases = releases.assign(
        kind="release",
        title=releases["name"].replace("", None).fillna(releases["tag_name"]),
        opened_at=releases["published_at"],
        url=releases["html_url"],
    )
    created = created.assign(
        kind="repository",
        title=created["repo"],
        opened_at=created["created_at"],
        url="https://github.com/" + created["repo"],
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


def _links_out(threads: pd.DataFrame, comments: pd.DataFrame, organisation: Organisation) -> pd.Series:
    """Return the links of each thread: of its body, and of comments of members, who know what it is for."""
    members = [name for name in comments["author"].dropna().unique() if organisation.member(name)]
    words = pd.concat([threads, comments[comments["author"].isin(members)]])[["ref", "body"]]
    words = words[_may_link(words["body"])]
    bodies = tqdm(words["body"], "reading links", unit="text", delay=2, leave=False)
    found = grouped(words["ref"].str.casefold(), map(linked_refs, bodies))
    links = {place: list(dict.fromkeys(chain.from_iterable(lists))) for place, lists in found.items()}
    return _lists(threads["ref"].str.casefold(), links)


def _may_link(texts: pd.Series) -> pd.Series:
    return texts.str.contains(_MAY_LINK, case=False).fillna(False).astype(bool)


def _with_links_in(threads: pd.DataFrame) -> pd.DataFrame:
    """Return threads with those of the same databases that link to them."""
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
    answers = pairs[~_are_bots(pairs["actor"], bots, organisation) & (pairs["actor"] != author)]
    return threads.assign(
        participants=_lists(place, grouped(pairs["place"], pairs["actor"])),
        first_response_at=_look_up(place, answers.groupby("place")["at"].min()),
    )


def act_rows(content: Content) -> pd.DataFrame:
    """Return a table of the schema `ACTS`; `content` is united, with each thread once.

    The actor of a merge is the author where the database does not say who merged: it is the author's act too.
    """
    threads, releases, repositories = content.threads, content.releases, content.repositories
    merged, closed = (threads[threads["state"] == state] for state in ("merged", "closed"))
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


def reference_rows(content: Content, threads: pd.DataFrame, organisation: Organisation) -> pd.DataFrame:
    """Return a table of the schema `REFERENCES`: what bodies, comments and messages of the own side point at."""
    numbered, comments, commits = threads[threads["number"].notna()], content.comments, content.commits
    by_ref = threads.assign(place=threads["ref"].str.casefold()).set_index("place")
    place = comments["ref"].str.casefold()
    places = pd.concat([
        numbered.assign(id=numbered["ref"], date=numbered["opened_at"]),
        comments.assign(
            kind=_look_up(place, by_ref["kind"]).fillna("issue"),
            id=comments["ref"],
            url=comments["html_url"],
            date=comments["created_at"],
            title=_look_up(place, by_ref["title"]),
            labels=_look_up(place, by_ref["labels"]),
        ),
        commits.assign(
            kind="commit",
            id=commits["sha"].str[:9],
            url="https://github.com/" + commits["repo"] + "/commit/" + commits["sha"],
            date=commits["author_date"],
            title=commits["message"].str.split("\n", n=1).str[0],
            body=commits["message"],
        ),
    ])  # fmt: skip
    places = places.assign(source=places["repo"], by=places["author"], direction="in")
    places = places[places["ref"].isin([ref for ref in places["ref"].unique() if organisation.is_own_side(ref)])]
    rows = tqdm(rows_of(places[_may_link(places["body"])]), "reading references", unit="text", delay=2, leave=False)
    found = conform(pd.DataFrame([found for row in rows for found in _linking(row, organisation)]), REFERENCES)
    return found.assign(by_is_bot=_are_bots(found["by"], content.bots, organisation).astype("boolean"))


def _linking(row: dict[str, Any], organisation: Organisation) -> Iterator[dict[str, Any]]:
    for ref, text, context in passages(row["body"], organisation.is_own):
        if casefold_id(ref) != casefold_id(row["ref"]):
            yield row | {"ref": ref, "text": text, "context": context}


def _are_bots(logins: pd.Series, bots: frozenset[str], organisation: Organisation) -> pd.Series:
    return logins.isin([name for name in logins.dropna().unique() if name in bots or organisation.is_bot(name)])


def _lists(keys: pd.Series, lists: dict[Any, list[Any]]) -> pd.Series:
    """Return for each key its list, an empty one where there is none."""
    return pd.Series([lists.get(key, []) for key in keys], keys.index, dtype=object)


def _look_up(keys: pd.Series, values: pd.Series) -> pd.Series:
    """Return for each key the value of a series at it, null where it has none, in the same type."""
    # Not keys.map(values): that loses the type where there are no values.
    return values.reindex(keys).set_axis(keys.index)


def _member(texts: pd.Series, name: str) -> pd.Series:
    """Return a text inside the JSON objects of a column, null where there is none."""

    def value(text: Any) -> str | None:
        try:
            found = json.loads(text).get(name) if str(text).startswith("{") else None
        except (ValueError, RecursionError):
            return None
        return found if isinstance(found, str) else None

    return pd.Series([value(text) for text in texts], texts.index, dtype="str")
