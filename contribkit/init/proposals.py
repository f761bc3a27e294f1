"""What a contribkit.toml could say, from what GitHub tells about an organisation; each proposal with its evidence."""

import re
from collections import Counter
from collections.abc import Iterator
from itertools import chain
from typing import Any, NamedTuple

from contribkit.config.organisation import COMMUNITY
from contribkit.ids import repository_of
from contribkit.init.github_facts import Facts
from contribkit.tables import grouped
from contribkit.text import pluralise

# From where on `--yes` takes a project: as many people of the team with as many threads in the last year; and what is
# planned: as many issues with a label, in a milestone with a due date that is not over, or in a Project.
BAR_PEOPLE, BAR_THREADS, BAR_ISSUES = 2, 5, 3
_MOST_PROJECTS, _MOST_STAKEHOLDERS = 30, 20
_FEW = 3  # repositories that are named alike, and issues that link to the same place: fewer are chance
# Names of repositories, labels, milestones and Projects that plan: what is owned upstream, else the roadmap.
_UPSTREAM = re.compile(r"(?i)\b(upstream|goals?|okrs?|objectives?|community citizens?|capacity building)\b")
_ROADMAP = re.compile(r"(?i)\b(roadmap|initiatives?|epics?|milestones?)\b")
_COMMUNITY = re.compile(rf"^{COMMUNITY.pattern}\s*[:/]\s*(.+)$", re.IGNORECASE)  # community: Example, hub/example
_KEPT_FOR = re.compile(r"^(.+?)-(user-)?(image|images|hub|deployment|config|docs)$", re.IGNORECASE)


class Proposal(NamedTuple):
    """One table that contribkit.toml could get."""

    table: str  # where it goes, such as teams.members
    name: str  # what tells it from others of the table
    values: dict[str, Any]
    evidence: str
    is_taken: bool  # whether it is above the bar from which --yes takes it


def proposals(facts: Facts) -> list[Proposal]:
    """Return what a contribkit.toml could say, in the order of its tables."""
    planned = sorted(_planned(facts), key=lambda one: one.table == "goals")
    found = [*_members(facts), *_projects(facts), *_stakeholders(facts), *planned]
    return [*{(one.table, one.name.casefold()): one for one in found}.values()]


def _members(facts: Facts) -> Iterator[Proposal]:
    for login, first in facts.members.items():
        evidence, since = "opened no thread in the organisation", {}
        if first is not None:
            evidence = f"opened their first thread in {facts.organisation} on {first[0]}: {first[1]}"
            since = {"from": first[0]}
        yield Proposal("teams.members", login, {"login": login} | since, evidence, first is not None)


def _projects(facts: Facts) -> Iterator[Proposal]:
    by_owner = grouped((owner for *_, owner in facts.work), facts.work)
    size = {owner: (len({actor for actor, *_ in rows}), len(rows)) for owner, rows in by_owner.items()}
    for owner in sorted(sorted(by_owner), key=lambda owner: size[owner], reverse=True)[:_MOST_PROJECTS]:
        (people, threads), repos = size[owner], sorted({repo for _, repo, _ in by_owner[owner]})
        where = {"orgs": [owner]} if len(repos) > 1 else {"repos": repos}
        counts = f"{pluralise(threads, 'thread')} of {pluralise(people, 'person', 'people')} in the last year"
        concern, is_shared = _whose(facts.authors.get(owner, {}), owner)
        evidence = f"{counts}, in {pluralise(len(repos), 'repository', 'repositories')}; {concern}"
        is_taken = is_shared and people >= BAR_PEOPLE and threads >= BAR_THREADS
        yield Proposal("upstream", owner, {"name": owner, **where}, evidence, is_taken)


def _whose(authors: dict[str, bool], owner: str) -> tuple[str, bool]:
    """Return who writes what is merged in a project, and whether it looks like one of several parties."""
    insiders, whole = sum(authors.values()), f"what was merged there last is of {len(authors)} people"
    if not authors:
        return "nothing was merged there that could be seen", False
    if len(authors) == 1:
        return "what was merged there last is of one person: perhaps a project of their own", False
    if insiders == len(authors):
        return f"{whole}, all members of {owner}: perhaps a project of one company", False
    return f"{whole}, {insiders} of them members of {owner}", True


def _stakeholders(facts: Facts) -> Iterator[Proposal]:
    """Propose communities that several signs name, or one: labels, repositories kept for them, links in own issues."""
    found: dict[str, tuple[dict[str, Any], list[str]]] = {}
    for values, sign in chain(_labelled(facts), _kept_for(facts), _linked(facts)):
        known, signs = found.setdefault(values["name"].casefold(), ({}, []))
        known.update(values | known)
        signs.append(sign)
    for values, signs in sorted(found.values(), key=lambda one: -len(one[1]))[:_MOST_STAKEHOLDERS]:
        yield Proposal("stakeholders", values["name"], values, "; ".join(signs), len(signs) > 1)


def _labelled(facts: Facts) -> Iterator[tuple[dict[str, Any], str]]:
    for label, count in Counter(label for _, labels, _ in facts.own_issues for label in labels).most_common():
        if match := _COMMUNITY.match(label):
            kind = {"kind": "client"} if match[1].casefold() in ("client", "customer") else {}
            yield {"name": match[2].strip(), **kind}, f'{pluralise(count, "issue")} with the label "{label}"'


def _kept_for(facts: Facts) -> Iterator[tuple[dict[str, Any], str]]:
    named = ((_KEPT_FOR.match(repo.partition("/")[2]), repo) for repo in facts.own_repositories)
    found = [(match[1], repo) for match, repo in named if match]
    kept = grouped((name for name, _ in found), (repo for _, repo in found))
    if len(kept) >= _FEW:  # so many are a habit
        for name, repos in kept.items():
            yield {"name": name, "trackers": repos}, f"kept for them, by their names: {', '.join(repos)}"


def _linked(facts: Facts) -> Iterator[tuple[dict[str, Any], str]]:
    others = {owner.casefold() for owner in (*(owner for *_, owner in facts.work), facts.organisation, "")}
    for owner, count in Counter(owner for *_, owners in facts.own_issues for owner in owners).most_common():
        if count >= _FEW and owner.casefold() not in others:
            sign = f"their repositories are linked from {pluralise(count, 'issue')} of {facts.organisation}"
            yield {"name": owner, "orgs": [owner]}, sign


def _planned(facts: Facts) -> Iterator[Proposal]:
    """Propose initiatives, and goals where a name speaks of upstream work: nothing as both."""
    whole = {repo: table for repo in facts.own_repositories if (table := _table_of(repo.partition("/")[2]))}
    for repo, table in whole.items():
        yield Proposal(table, repo, {"from_issues": repo}, "a repository that is named like a plan", True)
    labelled = ((repo, label) for repo, labels, _ in facts.own_issues for label in labels if _table_of(label))
    for (repo, label), count in Counter(labelled).most_common():
        values, is_taken = {"from_issues": repo, "label": label}, count >= BAR_ISSUES and repo not in whole
        yield Proposal(_table_of(label), f"{repo} {label}", values, f"a label of {pluralise(count, 'issue')}", is_taken)
    for repo, title, count, due in facts.milestones:
        values = {"from_issues": repo, "milestone": title}
        day = f"due on {due}" if due else "without a due date"
        evidence = f"a milestone of {pluralise(count, 'open issue')}, {day}"
        is_taken = count >= BAR_ISSUES and due is not None and due >= facts.today and repo not in whole
        yield Proposal(_table_of(title) or "initiatives", f"{repo} {title}", values, evidence, is_taken)
    for title, url, count, refs in facts.projects:
        evidence = f"a Project of {pluralise(len(refs), 'issue')}, {count} of them open: {url}"
        is_taken = count >= BAR_ISSUES and not {repository_of(ref) for ref in refs} <= whole.keys()
        yield Proposal(_table_of(title) or "initiatives", title, {"name": title, "refs": refs}, evidence, is_taken)


def _table_of(name: str) -> str:
    """Return the table for what has a name that plans, empty for other names; upstream work comes first."""
    words = re.sub("[-_]", " ", name)
    return "goals" if _UPSTREAM.search(words) else "initiatives" if _ROADMAP.search(words) else ""
