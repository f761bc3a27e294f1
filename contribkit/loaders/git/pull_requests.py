"""Merged pull requests and releases, read off a history."""

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from contribkit.identifiers import links, thread_url
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
    for commit in history.main_line_first():
        thread = _from_merge(commit, history, people) or _from_squash(commit, history, people)
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


def _from_merge(commit: Commit, history: "History", people: People) -> dict[str, Any] | None:
    if len(commit.parents) < 2 or not (match := _MERGE.match(commit.message)):
        return None
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
    own = [commit for commit in branch if len(commit.parents) < 2]
    if not own:
        return None, bool(BOT_BRANCHES.fullmatch(branch_name))
    first = own[-1].author
    is_bot = bool(BOT_BRANCHES.fullmatch(branch_name)) or people.is_bot(first)
    login = people.login(first)
    # A person whose token a machine used did not write what the machine pushed.
    return (None if is_bot and not people.organisation.is_bot(login) else login), is_bot


def _from_squash(commit: Commit, history: "History", people: People) -> dict[str, Any] | None:
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
    threads, acts = [], []
    for tag in tags:
        ref = f"{repo}@{tag.name}"
        who = people.login(tag.tagger) if tag.tagger else None
        threads.append(
            {"ref": ref, "kind": "release", "repo": repo, "url": thread_url(ref, "release")}
            | {"title": f"{repo.split('/')[1]} {tag.name}", "body": tag.subject or None, "author": who}
            | {"author_is_bot": bool(tag.tagger and people.is_bot(tag.tagger)), "opened_at": tag.at, "source": "git"}
        )
        if who:
            acts.append({"ref": ref, "actor": who, "act": "released", "at": tag.at, "source": "git"})
    return Found(threads, acts)


class History:
    """The commits of a default branch: its main line, and what each merge brought to it."""

    def __init__(self, commits: list[Commit]) -> None:
        self._by_sha = {commit.sha: commit for commit in commits}
        self._order = {commit.sha: place for place, commit in enumerate(commits)}
        self._all = commits
        line = []
        place = commits[0] if commits else None
        while place is not None:
            line.append(place)
            place = self._by_sha.get(place.parents[0]) if place.parents else None
        self.main_line = {commit.sha for commit in line}
        self._brought = self._walk(line)

    def main_line_first(self) -> list[Commit]:
        """Return all commits, those of the main line before the others."""
        return sorted(self._all, key=lambda commit: commit.sha not in self.main_line)

    def branch(self, merge: Commit) -> list[Commit]:
        """Return what a merge brought that was not there before it, children before parents."""
        if merge.sha in self._brought:
            return self._brought[merge.sha]
        before = self._ancestors(merge.parents[:1], set())
        return self._in_order(self._ancestors(merge.parents[1:], before))

    def _walk(self, line: list[Commit]) -> dict[str, list[Commit]]:
        """Give every commit to the merge of the main line that brought it; one pass, oldest first."""
        seen: set[str] = set()
        brought = {}
        for commit in reversed(line):
            if len(commit.parents) > 1:
                own = self._ancestors(commit.parents[1:], seen)
                seen |= own
                brought[commit.sha] = self._in_order(own)
            seen.add(commit.sha)
        return brought

    def _ancestors(self, shas: list[str], without: set[str]) -> set[str]:
        found: set[str] = set()
        waiting = list(shas)
        while waiting:
            sha = waiting.pop()
            if sha not in found and sha not in without and sha in self._by_sha:
                found.add(sha)
                waiting.extend(self._by_sha[sha].parents)
        return found

    def _in_order(self, shas: set[str]) -> list[Commit]:
        return [self._by_sha[sha] for sha in sorted(shas, key=self._order.__getitem__)]
