"""What databases hold, with names in the place of ids, and only of the repositories that are looked at."""

from typing import TYPE_CHECKING, NamedTuple

import pandas as pd

from contribkit.loaders.github_to_sqlite.columns import gather, inside, look_up
from contribkit.loaders.github_to_sqlite.database import Database
from contribkit.tables import moments

if TYPE_CHECKING:
    from contribkit.config.organisation import Organisation

# In an address, of the page or of the API: /owner/repo/pull/7, /repos/owner/repo/issues/7, owner/repo/pulls/7.
_REPOSITORY = r"([\w.-]+/[\w.-]+)/(?:pulls?|issues|releases)/"
_THREAD = r"(?P<repo>[\w.-]+/[\w.-]+)/issues/(?P<number>[0-9]{1,9})$"


class Content(NamedTuple):
    """Tables whose rows have `ref`, `repo`, `private` and logins, and the logins of bots.

    ``threads`` are issues and pull requests; ``nameless`` counts rows of which nothing tells the repository.
    """

    threads: pd.DataFrame
    comments: pd.DataFrame
    releases: pd.DataFrame
    commits: pd.DataFrame
    repositories: pd.DataFrame
    bots: frozenset[str]
    nameless: int


def content(database: Database, organisation: "Organisation") -> Content:
    """Return what a database holds of the repositories that an organisation looks at.

    A repository that the table repos does not tell counts as private: nobody knows that it is not.
    """
    repositories = _repositories(database)
    users = database["users"].dropna(subset=["id"]).drop_duplicates("id").set_index("id")
    login = users["login"]
    known = database["repos"].rename(columns={"id": "repo"})
    frames = {
        "threads": pd.concat([_pull_requests(database, login), _issues(database, login)], ignore_index=True),
        "releases": database["releases"].assign(author=look_up(database["releases"]["author"], login)),
        "commits": database["commits"].assign(author=look_up(database["commits"]["author"], login)),
        "repositories": known[~known["fork"].fillna(False)],
    }
    named = {name: _named(frame, repositories) for name, frame in frames.items()}
    named["comments"] = _comments(database, named["threads"], repositories, login)
    keys = {"threads": "#" + named["threads"]["number"].astype("str"), "releases": "@" + named["releases"]["tag_name"]}
    keys |= {"commits": "@" + named["commits"]["sha"], "repositories": pd.Series("", named["repositories"].index)}
    for name, end in keys.items():
        named[name]["ref"] = (named[name]["repo"] + end).astype("str")
    nameless = sum(int(frame["ref"].isna().sum()) for frame in named.values())
    kept = {name: frame[_is_looked_at(frame, organisation)] for name, frame in named.items()}
    return Content(**kept, bots=frozenset(login[users["type"] == "Bot"].dropna()), nameless=nameless)


def _repositories(database: Database) -> pd.DataFrame:
    """Return name and privacy of each repository by id: from the table repos, else from addresses."""
    issues, comments = database["issues"], database["issue_comments"]
    by_issue = issues.dropna(subset=["id"]).drop_duplicates("id").set_index("id")["repo"]
    addresses = {
        "pull_requests": (database["pull_requests"]["repo"], database["pull_requests"]["url"]),
        "releases": (database["releases"]["repo"], database["releases"]["html_url"]),
        "issues": (issues["repo"], issues["pull_request"]),
        "issue_comments": (look_up(comments["issue"], by_issue), comments["issue_url"]),
    }
    told = [
        pd.DataFrame({"id": ids, "repo": urls.str.extract(_REPOSITORY, expand=False)})
        for ids, urls in addresses.values()
    ]
    known = database["repos"].rename(columns={"full_name": "repo"})[["id", "repo", "private"]]
    everything = pd.concat([known, *told], ignore_index=True).dropna(subset=["id", "repo"])
    return everything.drop_duplicates("id").set_index("id").astype({"repo": "str", "private": "boolean"})


def _named(frame: pd.DataFrame, repositories: pd.DataFrame) -> pd.DataFrame:
    private = look_up(frame["repo"], repositories["private"]).fillna(True)
    return frame.assign(repo=look_up(frame["repo"], repositories["repo"]), private=private)


def _pull_requests(database: Database, login: pd.Series) -> pd.DataFrame:
    frame = database["pull_requests"]
    # What a search found is kept in the shape of issues, with the merge inside.
    merged = moments(inside(frame["pull_request"], "merged_at"))
    return frame.assign(
        kind="pull_request",
        table="pull_requests",
        author=look_up(frame["user"], login),
        merged_by=look_up(frame["merged_by"], login),
        merged_at=frame["merged_at"].fillna(merged),
        labels=_labels(frame["id"], database["labels_pull_requests"], "pull_requests_id", database["labels"]),
    )


def _issues(database: Database, login: pd.Series) -> pd.DataFrame:
    frame = database["issues"]
    is_pull_request = frame["pull_request"].notna() | (frame["type"] == "pull").fillna(False)
    kind = pd.Series("issue", frame.index).mask(is_pull_request, "pull_request")
    return frame.assign(
        kind=kind,
        table="issues",
        author=look_up(frame["user"], login),
        closed_by=inside(frame["closed_by"], "login"),
        labels=_labels(frame["id"], database["issues_labels"], "issues_id", database["labels"]),
    )


def _labels(ids: pd.Series, pairs: pd.DataFrame, column: str, labels: pd.DataFrame) -> pd.Series:
    names = look_up(pairs["labels_id"], labels.drop_duplicates("id").set_index("id")["name"]).dropna()
    found = gather(pairs.loc[names.index, column], names)
    return pd.Series([found.get(number, []) for number in ids], ids.index, dtype=object)


def _comments(database: Database, threads: pd.DataFrame, repositories: pd.DataFrame, login: pd.Series) -> pd.DataFrame:
    """Return comments with their threads: by the issue's id, which survives renaming, else by address."""
    frame = database["issue_comments"]
    by_id = threads[threads["table"] == "issues"].drop_duplicates("id").set_index("id")
    told = frame["issue_url"].str.extract(_THREAD)
    repo = look_up(frame["issue"], by_id["repo"]).fillna(told["repo"])
    number = look_up(frame["issue"], by_id["number"]).fillna(told["number"].astype("Int64"))
    public = repositories.drop_duplicates("repo").set_index("repo")["private"]
    return frame.assign(
        repo=repo,
        ref=(repo + "#" + number.astype("str")).astype("str"),
        private=look_up(repo, public).fillna(True),
        author=look_up(frame["user"], login),
    )


def _is_looked_at(frame: pd.DataFrame, organisation: "Organisation") -> pd.Series:
    """Say of each row whether it lies in an upstream project, or on the organisation's own side."""
    repos = frame["repo"].dropna().unique()
    whole = frame["repo"].isin(
        [repo for repo in repos if organisation.is_in_scope(repo) or organisation.is_own_side(repo)]
    )
    refs = frame.loc[~whole, "ref"].dropna().unique()
    return whole | frame["ref"].isin([ref for ref in refs if organisation.is_own_side(ref)])
