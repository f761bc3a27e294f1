"""Merged pull requests and releases, read off a history, and whom its names and addresses belong to."""

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from functools import cache, cached_property
from typing import Any

from contribkit.config.models import Member, Stakeholder, Upstream
from contribkit.config.organisation import Organisation
from contribkit.ids import UNIDENTIFIED, linked_refs, thread_url, unidentified
from contribkit.loaders.git.commits import Commit, History, Person, Tag, read_log
from contribkit.loaders.git.repository import Repository
from contribkit.tables import grouped
from contribkit.text import pluralise

_HEAD = r"(?P<owner>[^/:\s]{1,100})[/:](?P<branch>[^\s,]{1,300})"
_MERGE = re.compile(rf"Merge pull request #(?P<number>[1-9]\d{{0,8}}) from {_HEAD}")
# Machines that merge: bors (homu) and rollups, the younger bors, and Copybara, which makes no merge commit.
_BORS = re.compile(rf"(?:Auto|Rollup) merge of #(?P<number>[1-9]\d{{0,8}}) - {_HEAD}, r=\S+")
_BORS_NG = re.compile(r"Merge(?P<numbers>(?: #[1-9]\d{0,8})+)\s")  # one paragraph below for each
_PART = re.compile(
    r"(?m)^(?P<number>[1-9]\d{0,8}): (?P<title>[^\n]{1,400}?) r=\S+ a=(?P<owner>[^\s/:]{1,100})(?P<branch>)"
)
_ROLLED_UP = re.compile(r"(?m)^ - #(\d{1,9}) \(")
_COPYBARA = re.compile(
    rf"(?m)^COPYBARA_INTEGRATE_REVIEW=https://github\.com/[^\s/]+/[^\s/]+/pull/(?P<number>[1-9]\d{{0,8}}) from {_HEAD}"
)
_COPIED = re.compile(r"(?m)^(?:(?:PiperOrigin|GitOrigin)-RevId: |COPYBARA_)")
# What GitLab, Gerrit, Bitbucket and Azure write, which has no number on GitHub, and bors where it says no authors.
_FOREIGN = re.compile(
    r"(?m)^(?:See merge request \S+!\d|Reviewed-on: \S|Merged PR \d+: |Merge pull request #\d+ in \S|Merge #\d+ #\d)"
)
_SIGN = re.compile(r"#|See merge request |Reviewed-on: |Merged PR |COPYBARA_")  # each message of a merge has one
_PULLED = re.compile(r"Merge [^\n]* of \S*?[:/](?P<repo>[\w.-]+/[\w.-]+?)(?:\.git)?(?: into .*)?")
_SQUASH = re.compile(r"(?P<title>.{1,400}?) \(#(?P<number>[1-9]\d{0,8})\)")
_NO_REPLY = re.compile(r"(?:\d+\+)?(?P<login>[A-Za-z0-9_-]{1,60}(?:\[bot\])?)@users\.noreply\.[\w.-]{1,253}")
# Branches that only machines push, whoever started them.
_BOT_BRANCHES = re.compile(
    r"(?i)(?:dependabot|renovate|pyup|snyk|greenkeeper|imgbot|whitesource|create-pull-request|all-contributors|allcontributors)"
    r"[/-].*|pre-commit-ci-update-config|autoupdate|imgbot|l10n_.*|weblate-.*"
)


class People:
    """Logins of the people in histories: by GitHub no-reply address, by alias, by a member's name."""

    def __init__(self, organisation: Organisation) -> None:
        self.organisation = organisation
        self.login: Callable[[Person], str | None] = cache(self._find)
        self.actor: Callable[[Person], str | None] = cache(self._actor)
        self.is_bot: Callable[[Person], bool] = cache(self._is_bot)
        self.is_bots_login: Callable[[str | None], bool] = cache(organisation.is_bot)

    def _find(self, person: Person) -> str | None:
        """Return the login of a name and address, as configured for members; None where it is unknown."""
        name, mail = person
        if match := _NO_REPLY.fullmatch(mail):
            return self.organisation.canonical(match["login"])
        if member := self.organisation.member(mail) or self.organisation.member_by_name(name):
            return member
        return name if name.endswith("[bot]") else None

    def _actor(self, person: Person) -> str | None:
        """Return the login of a name and address; of a person whose login is unknown what tells them from others."""
        is_machine = person[1] == "noreply@github.com" or self.is_bot(person)
        return self.login(person) or (None if is_machine else unidentified(*person))

    def _is_bot(self, person: Person) -> bool:
        """Return whether a name and address are a bot's."""
        return self.is_bots_login(self.login(person)) or self.is_bots_login(person[0])

    @cached_property
    def organisations(self) -> set[str]:
        """Owners of forks that are not persons, case-folded."""
        org = self.organisation
        groups: list[Upstream | Stakeholder] = [*org.upstream, *org.stakeholders]
        owners = [name.split("/")[0] for group in groups for name in (*group.orgs, *group.repos)]
        # A member may own an upstream repository, and is a person all the same.
        return {owner.casefold() for owner in (*org.own, *owners) if org.member(owner) is None}


Row = dict[str, Any]


def pull_requests(repo: str, commits: list[Commit], people: People) -> tuple[list[Row], list[Row], list[datetime]]:
    """Return the merged pull requests of a repository: merge commits, and squash merges on the main line.

    They are rows of threads and of acts, and the times of merges by other systems than GitHub, which the history does
    not show. The owner of a merge's head is its author; where that is an organisation, the author of the branch's first
    own commit is, and nobody where the branch is a bot's. Squash merges do not record who merged them.
    """
    history = History(commits)
    threads, acts = dict[str, Row](), list[Row]()
    named: list[tuple[str, datetime | None]] = []  # by other systems: a number, and when it was merged
    # Numbers on the main line are trusted most, then those of merges, then those of older commits.
    telling = [commit for commit in reversed(commits) if _SIGN.search(commit.message)]
    for commit in sorted(telling, key=lambda one: (one.sha not in history.main_line, len(one.parents) < 2)):
        found = _from_merge(commit, history, people) or _from_subject(commit, history, people, repo)
        if _BORS.match(commit.message):
            merged = commit.message.partition("\nSuccessful merges:")[2].partition("\nFailed merges:")[0]
            named += [(f"{repo}#{number}", commit.committed) for number in _ROLLED_UP.findall(merged)]
        elif not found and _FOREIGN.search(commit.message):
            named.append(("", commit.committed))
        for thread in found:
            # A fork's own pull requests may come along with a branch: the main line's own number wins.
            if (ref := f"{repo}#{thread['number']}") in threads:
                continue
            author, co_authors = thread["author"], thread.pop("co_authors")
            helpers = [people.actor(person) for person in co_authors if not people.is_bot(person)]
            did = [(author, "merged"), (thread["merged_by"], "merged")]
            did = [*dict.fromkeys([*did, *((name, "co-authored") for name in helpers if name != author)])]
            at, source = thread["merged_at"], "git"
            acts += [{"ref": ref, "at": at, "source": source, "actor": name, "act": act} for name, act in did if name]
            logins = dict.fromkeys(login for name, _ in did if (login := _login(name)))
            thread.update(ref=ref, kind="pull_request", repo=repo, url=thread_url(ref, "pull_request"), source=source)
            thread.update(author=_login(author), merged_by=_login(thread["merged_by"]))
            thread.update(state="merged", participants=[*logins])
            threads[ref] = thread
    return list(threads.values()), acts, [at for ref, at in named if at and ref not in threads]


def _merges_of(commit: Commit, history: History) -> list[re.Match[str]]:
    """Return what says which pull requests a commit merges: GitHub's words, or those of a machine that merges."""
    message, match = commit.message, None
    if len(commit.parents) > 1:
        if several := _BORS_NG.match(message):
            parts = {part["number"]: part for part in reversed([*_PART.finditer(message)])}  # the first of a number
            return [parts[number] for number in re.findall(r"\d+", several["numbers"]) if number in parts]
        match = _MERGE.match(message) or _BORS.match(message)
    elif commit.sha in history.main_line and _COPIED.search(message):
        match = _MERGE.match(message) or _COPYBARA.search(message)
    return [match] if match else []


def _from_fork(outer: Commit | None, people: People) -> bool:
    """Return whether a merge of the main line brought a person's fork, whose numbers are its own."""
    head = _MERGE.match(outer.message) if outer else None
    return head is not None and head["owner"].casefold() not in people.organisations


def _from_merge(commit: Commit, history: History, people: People) -> list[Row]:
    """Return the pull requests of a merge commit with the subject of GitHub, or of a machine that merges."""
    found: list[Row] = []
    matches = _merges_of(commit, history)
    if not matches or _from_fork(history.came_with.get(commit.sha), people):
        return found
    branch = history.branch(commit)
    for place, match in enumerate(matches, start=1):
        title, _, body = commit.message[match.end() :].strip().partition("\n")
        if match.re is _COPYBARA:
            title, _, body = re.sub(r"\APR #\d+: ", "", commit.message).partition("\n")
        elif match.re is _PART:
            title, body = match["title"], _PART.split(commit.message[match.end() :])[0]
        thread = _thread(commit, match["number"], title.strip() or match["branch"], body)
        part = branch
        if matches[1:]:  # each has a parent of its own
            part = history.of_head(commit.parents[place], branch) if len(commit.parents) == len(matches) + 1 else []
            thread["files"] = sorted({path for one in part if len(one.parents) < 2 for path in one.paths})
        thread |= _people(commit, part, people, match["owner"], match["branch"])
        # Other matches than GitHub's: a machine merged it.
        found.append(thread if match.re is _MERGE else thread | {"merged_by": None})
    return found


def _from_subject(commit: Commit, history: History, people: People, repo: str) -> list[Row]:
    """Return the pull request of a squash merge, or of a merge whose subject is its title, as GitHub may be set to."""
    subject = commit.subject
    if not subject.endswith(")") or not (match := _SQUASH.fullmatch(subject)):
        return []
    if commit.sha not in history.main_line:  # but on that of another branch which was merged as a whole, like develop
        outer = history.came_with.get(commit.sha)
        pulled = _PULLED.fullmatch(outer.subject) if outer else None
        elsewhere = pulled is not None and pulled["repo"].casefold() != repo.casefold()
        if commit.sha not in history.second_lines or elsewhere or _from_fork(outer, people):
            return []
    thread = _thread(commit, match["number"], match["title"], commit.message.partition("\n")[2])
    if len(commit.parents) > 1:
        return [thread | _people(commit, history.branch(commit), people)]
    author, is_bot = people.actor(commit.author), people.is_bot(commit.author)
    return [thread | {"author": author, "author_is_bot": is_bot, "merged_by": None, "co_authors": commit.co_authors}]


def _people(merge: Commit, branch: list[Commit], people: People, owner: str = "", branch_name: str = "") -> Row:
    """Return who wrote a merged branch, and who merged it."""
    author: str | None = None
    if owner and owner.casefold() not in people.organisations:
        author, is_bot = people.organisation.canonical(owner), people.is_bots_login(owner)
    else:
        is_bot = bool(_BOT_BRANCHES.fullmatch(branch_name))
        if own := [commit.author for commit in branch if len(commit.parents) < 2]:
            is_bot = is_bot or people.is_bot(own[-1])
            author = people.actor(own[-1])
            # A person whose token a machine used did not write what the machine pushed.
            author = None if is_bot and not people.is_bots_login(author) else author
    co_authors = [person for commit in (*branch, merge) for person in commit.co_authors]
    merged_by = people.actor(merge.author) if len(merge.parents) > 1 else None
    return {"author": author, "author_is_bot": is_bot, "merged_by": merged_by, "co_authors": co_authors}


def _login(name: str | None) -> str | None:
    return None if name is None or name.startswith(UNIDENTIFIED) else name


def _thread(commit: Commit, number: str, title: str, body: str) -> Row:
    about = {"number": int(number), "title": title, "body": body.strip() or None, "links_out": linked_refs(body)}
    return about | {"files": commit.paths, "merged_at": commit.committed}


def releases(repo: str, tags: list[Tag], people: People) -> tuple[list[Row], list[Row]]:
    """Return the tags of a repository as releases by their tagger, rows of threads and of acts; some have no tagger."""
    threads, acts = list[Row](), list[Row]()
    for tag in tags:
        common: Row = {"ref": f"{repo}@{tag.name}", "source": "git"}
        who, is_bot = (people.actor(tag.tagger), people.is_bot(tag.tagger)) if tag.tagger else (None, False)
        about = {"kind": "release", "repo": repo, "url": thread_url(common["ref"], "release"), "opened_at": tag.at}
        about |= {"title": f"{repo.split('/')[1]} {tag.name}", "body": tag.subject or None}
        threads.append(common | about | {"author": _login(who), "author_is_bot": is_bot})
        if who:
            acts.append(common | {"actor": who, "act": "released", "at": tag.at})
    return threads, acts


_SHORTEST = 5  # letters of an address before the @ that tell somebody
_WORDS = {
    "address": "the same address", "number": "the same number of a GitHub account", "first": "a first name alone",
    "name": "the same name, but for accents, spaces and signs", "local": "the address is made of the login or the name",
}  # fmt: skip


def look_alikes(repositories: Iterable[Repository], people: People) -> Iterator[tuple[str, str, str]]:
    """Yield who, among authors and co-authors, looks like one member: why, the member's login, and the address."""
    commits = (commit for repository in repositories for commit in read_log(repository, paths=False))
    counts = Counter(person for commit in commits for person in (commit.author, *commit.co_authors))
    members = {person: people.organisation.member(people.login(person)) for person in counts}
    known = [(trace, one.login) for one in people.organisation.members.values() for trace in _member_traces(one)]
    known += [(trace, login) for person, login in members.items() if login for trace in _traces(person)]
    owners = grouped(*zip(*known, strict=True)) if known else {}
    for person, commits_of in counts.most_common():
        # What two members share tells nothing.
        traces = [trace for trace in _traces(person) if len(set(owners.get(trace, ()))) == 1]
        if traces and not members[person] and not people.is_bot(person):
            (name, mail), login, because = person, owners[traces[0]][0], _WORDS[traces[0][0]]
            yield f"{name} <{mail}> ({pluralise(commits_of, 'commit')}) may be {login}: {because}", login, mail


def _traces(person: Person) -> Iterator[tuple[str, str]]:
    """Yield by what a name and address could be recognised, the surest first."""
    name, mail = person
    yield "address", mail.casefold()
    if number := re.match(r"(\d+)\+\S+@users\.noreply\.", mail):
        yield "number", number[1]
    if letters := _letters(name):
        yield "name", letters
    if len(local := _letters(re.sub(r"^\d+\+|@.*$", "", mail))) >= _SHORTEST:
        yield "local", local
    if letters and " " not in name:
        yield "first", letters


def _member_traces(member: Member) -> Iterator[tuple[str, str]]:
    yield "local", _letters(member.login)
    if words := [_letters(word) for word in member.name.split()]:
        yield from (("name", "".join(words)), ("local", "".join(words)), ("first", words[0]))
        yield "local", words[0][:1] + words[-1]


def _letters(text: str) -> str:
    return "".join(sign for sign in unicodedata.normalize("NFKD", text).casefold() if sign.isalnum())
