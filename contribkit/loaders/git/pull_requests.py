"""Merged pull requests and releases, read off a history."""

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from contribkit.ids import links, thread_url
from contribkit.loaders.git.history import History
from contribkit.loaders.git.log import Commit, Tag
from contribkit.loaders.git.people import BOT_BRANCHES, People

_MERGE = re.compile(r"Merge pull request #(?P<number>\d{1,9}) from (?P<owner>[^/\s]{1,100})/(?P<branch>\S{1,300})")
_SQUASH = re.compile(r"(?P<title>.{1,400}?) \(#(?P<number>\d{1,9})\)")


class Found(NamedTuple):
    """What a history gives: rows for the tables of threads and acts."""

    threads: list[dict[str, Any]]
    acts: list[dict[str, Any]]


def pull_requests(repo: str, commits: list[Commit], people: People) -> Found:
    """Return the merged pull requests of a history: merge commits, and squash merges on the main line.

    A merge's head owner is its author; where that is an organisation, the author of the branch's first own commit
    is, and nobody where the branch is a bot's. Squash merges do not tell who merged them.

    Parameters
    ----------
    repo
        ``owner/name`` of the repository.
    commits
        The history, parents behind their children.
    people
        Who names and addresses belong to.
    """
    history = History(commits)
    threads: dict[str, dict[str, Any]] = {}
    acts: list[dict[str, Any]] = []
    for commit in history.most_believed_first():
        thread = _from_merge(commit, history, people) or _from_title(commit, history, people)
        thread = thread or _from_squash(commit, history, people)
        # A fork's own pull requests may come along with a branch: the main line's own number wins.
        if thread is None or f"{repo}#{thread['number']}" in threads:
            continue
        ref = f"{repo}#{thread['number']}"
        acts.extend(_acts(ref, thread))
        co_authors = thread.pop("co_authors")
        thread |= {"ref": ref, "kind": "pull_request", "repo": repo, "url": thread_url(ref, "pull_request")}
        thread |= {"state": "merged", "source": "git", "participants": _others(thread, co_authors)}
        threads[ref] = thread
    return Found(list(threads.values()), acts)


def _from_merge(commit: Commit, history: History, people: People) -> dict[str, Any] | None:
    if len(commit.parents) < 2 or not (match := _MERGE.match(commit.message)):
        return None
    outer = history.came_with(commit)
    if outer and (head := _MERGE.match(outer.message)) and head["owner"].casefold() not in people.organisations:
        return None  # what was merged inside a fork bears the fork's number
    branch = history.branch(commit)
    author, is_bot = _author(match["owner"], match["branch"], branch, people)
    title, _, body = commit.message[match.end() :].strip().partition("\n")
    co_authors = [person for own in branch for person in own.co_authors]
    merged_by = people.login(commit.author)
    return _thread(commit, int(match["number"]), title.strip() or match["branch"], body, author, is_bot) | {
        "merged_by": merged_by,
        "co_authors": _logins([*co_authors, *commit.co_authors], people, author),
    }


def _author(owner: str, branch_name: str, branch: list[Commit], people: People) -> tuple[str | None, bool]:
    """Return the author of a merged branch, and whether it is a bot's."""
    if owner.casefold() not in people.organisations:
        return people.organisation.canonical(owner), people.organisation.is_bot(owner)
    return _first_author(branch, bool(BOT_BRANCHES.fullmatch(branch_name)), people)


def _first_author(branch: list[Commit], is_bot: bool, people: People) -> tuple[str | None, bool]:
    """Return the author of a branch's first own commit, and whether the branch is a bot's."""
    own = [commit for commit in branch if len(commit.parents) < 2]
    if not own:
        return None, is_bot
    first = own[-1].author
    is_bot = is_bot or people.is_bot(first)
    login = people.login(first)
    # A person whose token a machine used did not write what the machine pushed.
    return (None if is_bot and not people.organisation.is_bot(login) else login), is_bot


def _from_title(commit: Commit, history: History, people: People) -> dict[str, Any] | None:
    """Return the pull request of a merge that bears its title, as GitHub may be told to write it."""
    if len(commit.parents) < 2 or commit.sha not in history.main_line:
        return None
    if not (match := _SQUASH.fullmatch(commit.subject)):
        return None
    branch = history.branch(commit)
    author, is_bot = _first_author(branch, False, people)
    co_authors = [person for own in (*branch, commit) for person in own.co_authors]
    body = commit.message.partition("\n")[2]
    return _thread(commit, int(match["number"]), match["title"], body, author, is_bot) | {
        "merged_by": people.login(commit.author),
        "co_authors": _logins(co_authors, people, author),
    }


def _from_squash(commit: Commit, history: History, people: People) -> dict[str, Any] | None:
    if len(commit.parents) != 1 or commit.sha not in history.main_line:
        return None
    if not (match := _SQUASH.fullmatch(commit.subject)):
        return None
    author, is_bot = people.login(commit.author), people.is_bot(commit.author)
    body = commit.message.partition("\n")[2]
    return _thread(commit, int(match["number"]), match["title"], body, author, is_bot) | {
        "co_authors": _logins(commit.co_authors, people, author)
    }


def _thread(commit: Commit, number: int, title: str, body: str, author: str | None, is_bot: bool) -> dict[str, Any]:
    return {
        "number": number,
        "title": title,
        "body": body.strip() or None,
        "author": author,
        "author_is_bot": is_bot,
        "files": commit.paths,
        "merged_at": commit.committed,
        "merged_by": None,
        "links_out": list(dict.fromkeys(link.ref for link in links(body))) if body else [],
    }


def _logins(found: list[tuple[str, str]], people: People, author: str | None) -> list[str]:
    logins = [people.login(person) for person in dict.fromkeys(found) if not people.is_bot(person)]
    return [login for login in dict.fromkeys(logins) if login and login != author]


def _acts(ref: str, thread: dict[str, Any]) -> Iterator[dict[str, Any]]:
    common = {"ref": ref, "at": thread["merged_at"], "source": "git"}
    for actor in dict.fromkeys((thread["author"], thread["merged_by"])):
        if actor:
            yield common | {"actor": actor, "act": "merged"}
    for actor in thread["co_authors"]:
        yield common | {"actor": actor, "act": "co-authored"}


def _others(thread: dict[str, Any], co_authors: list[str]) -> list[str]:
    everybody = [thread["author"], thread["merged_by"], *co_authors]
    return [login for login in dict.fromkeys(everybody) if login]


def releases(repo: str, tags: list[Tag], people: People) -> Found:
    """Return the tags of a repository as releases by their tagger; of a lightweight tag nobody knows who."""
    threads: list[dict[str, Any]] = []
    acts: list[dict[str, Any]] = []
    for tag in tags:
        ref = f"{repo}@{tag.name}"
        who = people.login(tag.tagger) if tag.tagger else None
        thread: dict[str, Any] = {"ref": ref, "kind": "release", "repo": repo, "url": thread_url(ref, "release")}
        thread |= {"title": f"{repo.split('/')[1]} {tag.name}", "body": tag.subject or None, "author": who}
        thread |= {"author_is_bot": bool(tag.tagger and people.is_bot(tag.tagger)), "opened_at": tag.at}
        threads.append(thread | {"source": "git"})
        if who:
            acts.append({"ref": ref, "actor": who, "act": "released", "at": tag.at, "source": "git"})
    return Found(threads, acts)
