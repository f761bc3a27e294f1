"""Merged pull requests and releases, read off a history, and whom its names and addresses belong to."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import Any, NamedTuple

from contribkit.config.models import Member, Stakeholder, Upstream
from contribkit.config.organisation import Organisation
from contribkit.ids import UNIDENTIFIED, linked_refs, thread_url, unidentified
from contribkit.loaders.git.commits import Commit, History, Person, Tag
from contribkit.loaders.git.repository import Repository
from contribkit.period import Period

_HEAD = r"(?P<owner>[^/:\s]{1,100})[/:](?P<branch>[^\s,]{1,300})"
_MERGE = re.compile(rf"Merge pull request #(?P<number>[1-9]\d{{0,8}}) from {_HEAD}")
# Machines that merge: bors (homu) and rollups, the younger bors, and Copybara, which makes no merge commit.
_BORS = re.compile(rf"(?:Auto|Rollup) merge of #(?P<number>[1-9]\d{{0,8}}) - {_HEAD}, r=\S+")
_BORS_NG = re.compile(
    r"Merge #(?P<number>[1-9]\d{0,8})\s+(?P=number): (?P<title>[^\n]{1,400}?) r=\S+ a=(?P<owner>[^\s/:]{1,100})"
    r"(?P<branch>)"
)
_COPYBARA = re.compile(
    rf"^COPYBARA_INTEGRATE_REVIEW=https://github\.com/[^\s/]+/[^\s/]+/pull/(?P<number>[1-9]\d{{0,8}}) from {_HEAD}",
    re.MULTILINE,
)
_COPIED = re.compile(r"^(?:(?:PiperOrigin|GitOrigin)-RevId: |COPYBARA_)", re.MULTILINE)
# What GitLab, Gerrit, Bitbucket and Azure write, which has no number on GitHub, and bors of several at once.
_FOREIGN = re.compile(
    r"^(?:See merge request \S+!\d|Reviewed-on: \S|Merged PR \d+: |Merge pull request #\d+ in \S|Merge #\d+ #\d)",
    re.MULTILINE,
)
_PULLED = re.compile(r"Merge [^\n]* of \S*?[:/](?P<repo>[\w.-]+/[\w.-]+?)(?:\.git)?(?: into .*)?")
_SQUASH = re.compile(r"(?P<title>.{1,400}?) \(#(?P<number>[1-9]\d{0,8})\)")
_NO_REPLY = re.compile(r"(?:\d+\+)?(?P<login>[A-Za-z0-9_-]{1,60}(?:\[bot\])?)@users\.noreply\.[\w.-]{1,253}")
# Branches that only machines push, whoever started them.
_BOT_BRANCHES = re.compile(
    r"(?:dependabot|renovate|pyup|snyk|greenkeeper|imgbot|whitesource|create-pull-request|all-contributors|allcontributors)"
    r"[/-].*|pre-commit-ci-update-config|autoupdate|imgbot|l10n_.*|weblate-.*",
    re.IGNORECASE,
)


class People:
    """Logins of the people in histories: by GitHub no-reply address, by alias, by a member's name."""

    def __init__(self, organisation: Organisation) -> None:
        self.organisation = organisation
        self._known: dict[Person, str | None] = {}

    def login(self, person: Person) -> str | None:
        """Return the login of a name and address, as configured for members; None where it is unknown."""
        if person not in self._known:
            self._known[person] = self._find(*person)
        return self._known[person]

    def _find(self, name: str, mail: str) -> str | None:
        if match := _NO_REPLY.fullmatch(mail):
            return self.organisation.canonical(match["login"])
        if member := self.organisation.member(mail) or self.organisation.member_by_name(name):
            return member
        return name if name.endswith("[bot]") else None

    def actor(self, person: Person) -> str | None:
        """Return the login of a name and address; of a person whose login is unknown what tells them from others."""
        is_machine = person[1] == "noreply@github.com" or self.is_bot(person)
        return self.login(person) or (None if is_machine else unidentified(*person))

    def is_bot(self, person: Person) -> bool:
        """Return whether a name and address are a bot's."""
        return self.organisation.is_bot(self.login(person)) or self.organisation.is_bot(person[0])

    @cached_property
    def organisations(self) -> set[str]:
        """Owners of forks that are not persons, case-folded."""
        org = self.organisation
        groups: list[Upstream | Stakeholder] = [*org.upstream, *org.stakeholders]
        owners = [owner for group in groups for owner in group.orgs]
        repos = [repo.split("/")[0] for group in groups for repo in group.repos]
        # A member may own an upstream repository, and is a person all the same.
        return {owner.casefold() for owner in (*org.own, *owners, *repos) if org.member(owner) is None}


Rows = tuple[list[dict[str, Any]], list[dict[str, Any]]]  # of the tables of threads and of acts


def pull_requests(repo: str, commits: list[Commit], people: People) -> Rows:
    """Return the merged pull requests of a repository: merge commits, and squash merges on the main line.

    The owner of a merge's head is its author; where that is an organisation, the author of the branch's first own
    commit is, and nobody where the branch is a bot's. Squash merges do not record who merged them.
    """
    history = History(commits)
    threads: dict[str, dict[str, Any]] = {}
    acts: list[dict[str, Any]] = []
    for commit in history.most_trusted_first():
        thread = _from_merge(commit, history, people) or _from_subject(commit, history, people, repo)
        # A fork's own pull requests may come along with a branch: the main line's own number wins.
        if thread is None or (ref := f"{repo}#{thread['number']}") in threads:
            continue
        merged_by = [name for name in dict.fromkeys((thread["author"], thread["merged_by"])) if name]
        names = [people.actor(person) for person in thread.pop("co_authors") if not people.is_bot(person)]
        helpers = [name for name in dict.fromkeys(names) if name and name != thread["author"]]
        common = {"ref": ref, "at": thread["merged_at"], "source": "git"}
        acts += [common | {"actor": name, "act": "merged"} for name in merged_by]
        acts += [common | {"actor": name, "act": "co-authored"} for name in helpers]
        thread |= {"ref": ref, "kind": "pull_request", "repo": repo, "url": thread_url(ref, "pull_request")}
        thread |= {role: _login(thread[role]) for role in ("author", "merged_by")}
        logins = filter(_login, dict.fromkeys([*merged_by, *helpers]))
        thread |= {"state": "merged", "source": "git", "participants": list(logins)}
        threads[ref] = thread
    return list(threads.values()), acts


def foreign_merges(commits: list[Commit], period: Period) -> int:
    """Return how many commits of a period were merged by other systems than GitHub, which name no pull request."""
    start, end = period.start.timestamp(), period.end.timestamp()
    times = (commit.committed or 0 for commit in commits if _FOREIGN.search(commit.message))
    return sum(start <= at < end for at in times)


def _merge_of(commit: Commit, history: History) -> re.Match[str] | None:
    """Return what says that a commit merges a pull request: GitHub's words, or those of a machine that merges."""
    if len(commit.parents) > 1:
        return next(filter(None, (words.match(commit.message) for words in (_MERGE, _BORS, _BORS_NG))), None)
    if commit.sha in history.main_line and _COPIED.search(commit.message):
        return _MERGE.match(commit.message) or _COPYBARA.search(commit.message)
    return None


def _from_fork(outer: Commit | None, people: People) -> bool:
    """Return whether a merge of the main line brought a person's fork, whose numbers are its own."""
    head = _MERGE.match(outer.message) if outer else None
    return head is not None and head["owner"].casefold() not in people.organisations


def _from_merge(commit: Commit, history: History, people: People) -> dict[str, Any] | None:
    """Return the pull request of a merge commit with the subject of GitHub, or of a machine that merges."""
    match = _merge_of(commit, history)
    if match is None or _from_fork(history.came_with(commit), people):
        return None
    title, _, body = commit.message[match.end() :].strip().partition("\n")
    if match.re is _COPYBARA:
        title, _, body = re.sub(r"\APR #\d+: ", "", commit.message).partition("\n")
    title = match.groupdict().get("title") or title.strip() or match["branch"]
    thread = _thread(commit, match["number"], title, body)
    thread |= _people(commit, history.branch(commit), people, match["owner"], match["branch"])
    return thread if match.re is _MERGE else thread | {"merged_by": None}  # else a machine merged it


def _from_subject(commit: Commit, history: History, people: People, repo: str) -> dict[str, Any] | None:
    """Return the pull request of a squash merge, or of a merge whose subject is its title, as GitHub may be set to.

    It is on the main line, or on that of another branch of the project that was merged as a whole, such as develop.
    """
    if not (match := _SQUASH.fullmatch(commit.subject)):
        return None
    if commit.sha not in history.main_line:
        outer = history.came_with(commit)
        pulled = _PULLED.fullmatch(outer.subject) if outer else None
        elsewhere = pulled is not None and pulled["repo"].casefold() != repo.casefold()
        if commit.sha not in history.second_lines or elsewhere or _from_fork(outer, people):
            return None
    thread = _thread(commit, match["number"], match["title"], commit.message.partition("\n")[2])
    if len(commit.parents) > 1:
        return thread | _people(commit, history.branch(commit), people)
    author, is_bot = people.actor(commit.author), people.is_bot(commit.author)
    return thread | {"author": author, "author_is_bot": is_bot, "merged_by": None, "co_authors": commit.co_authors}


def _people(
    merge: Commit, branch: list[Commit], people: People, owner: str = "", branch_name: str = ""
) -> dict[str, Any]:
    """Return who wrote a merged branch, and who merged it."""
    author: str | None = None
    if owner and owner.casefold() not in people.organisations:
        author, is_bot = people.organisation.canonical(owner), people.organisation.is_bot(owner)
    else:
        is_bot = bool(_BOT_BRANCHES.fullmatch(branch_name))
        if own := [commit.author for commit in branch if len(commit.parents) < 2]:
            is_bot = is_bot or people.is_bot(own[-1])
            author = people.actor(own[-1])
            # A person whose token a machine used did not write what the machine pushed.
            author = None if is_bot and not people.organisation.is_bot(author) else author
    co_authors = [person for commit in (*branch, merge) for person in commit.co_authors]
    merged_by = people.actor(merge.author) if len(merge.parents) > 1 else None
    return {"author": author, "author_is_bot": is_bot, "merged_by": merged_by, "co_authors": co_authors}


def _login(name: str | None) -> str | None:
    return None if name is None or name.startswith(UNIDENTIFIED) else name


def _thread(commit: Commit, number: str, title: str, body: str) -> dict[str, Any]:
    about = {"number": int(number), "title": title, "body": body.strip() or None, "links_out": linked_refs(body)}
    return about | {"files": commit.paths, "merged_at": commit.committed}


def releases(repo: str, tags: list[Tag], people: People) -> Rows:
    """Return the tags of a repository as releases by their tagger; a lightweight tag has none."""
    threads: list[dict[str, Any]] = []
    acts: list[dict[str, Any]] = []
    for tag in tags:
        common = {"ref": f"{repo}@{tag.name}", "source": "git"}
        who = people.actor(tag.tagger) if tag.tagger else None
        thread = {"kind": "release", "repo": repo, "url": thread_url(common["ref"], "release"), "author": _login(who)}
        thread |= {"title": f"{repo.split('/')[1]} {tag.name}", "body": tag.subject or None}
        is_bot = bool(tag.tagger and people.is_bot(tag.tagger))
        threads.append(common | thread | {"author_is_bot": is_bot, "opened_at": tag.at})
        if who:
            acts.append({**common, "actor": who, "act": "released", "at": tag.at})
    return threads, acts


_SHORTEST = 5  # letters of an address before the @ that tell somebody
_WORDS = {
    "address": "the same address",
    "number": "the same number of a GitHub account",
    "name": "the same name, but for accents, spaces and signs",
    "local": "the address is made of the login or the name",
    "first": "a first name alone",
}


class LookAlike(NamedTuple):
    """A name and address that no member has, the member whom it looks like, why, and on how many commits it is."""

    name: str
    mail: str
    login: str
    because: str
    commits: int


def look_alikes(repositories: Iterable[Repository], people: People) -> list[LookAlike]:
    """Return who, among authors and co-authors, looks like one member and is not known as one, most commits first."""
    counts = Counter(person for repository in repositories for person in _persons(repository))
    members = {person: people.organisation.member(people.login(person)) for person in counts}
    owners: dict[tuple[str, str], set[str]] = {}
    for member in people.organisation.members.values():
        for trace in _member_traces(member):
            owners.setdefault(trace, set()).add(member.login)
    for person, login in members.items():
        for trace in _traces(person) if login else ():
            owners.setdefault(trace, set()).add(login or "")
    found = []
    for person, commits in counts.most_common():
        if members[person] or people.is_bot(person):
            continue
        # What two members share tells nothing.
        traces = [trace for trace in _traces(person) if len(owners.get(trace, ())) == 1]
        if traces:
            (login,) = owners[traces[0]]
            found.append(LookAlike(*person, login, _WORDS[traces[0][0]], commits))
    return found


def _persons(repository: Repository) -> Iterator[Person]:
    trailers = "%(trailers:key=Co-authored-by,valueonly,unfold)"
    said = repository.git("log", "--use-mailmap", f"--format=%aN <%aE>%n{trailers}", repository.head or "HEAD")
    for match in re.finditer(r"^([^<\n]{0,200})<([^>\n]{1,200})>$", said.decode(errors="replace"), re.MULTILINE):
        yield match[1].strip(), match[2].strip()


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
    plain = unicodedata.normalize("NFKD", text).casefold()
    return "".join(sign for sign in plain if sign.isalnum())
