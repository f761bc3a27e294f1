"""What a contribkit.toml could say, from what GitHub tells about an organisation; each proposal with its evidence."""

import re
from collections import Counter
from collections.abc import Iterator
from itertools import chain
from typing import Any, NamedTuple

from contribkit.config.organisation import COMMUNITY
from contribkit.init.github_facts import Facts
from contribkit.tables import grouped
from contribkit.text import pluralise

# From where on `--yes` takes a project: as many people of the team with as many threads in the last year.
BAR_PEOPLE, BAR_THREADS = 2, 5
_MOST_PROJECTS, _MOST_STAKEHOLDERS = 30, 20
_FEW = 3  # repositories that are named alike, and issues that link to the same place: fewer are chance
_ROADMAP = re.compile(r"\b(roadmap|initiatives?|epic|okr|milestone|objectives?)\b", re.IGNORECASE)
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
    return [*_members(facts), *_projects(facts), *_stakeholders(facts), *_initiatives(facts)]


def _members(facts: Facts) -> Iterator[Proposal]:
    for login, first in facts.members.items():
        evidence, since = "opened no thread in the organisation", {}
        if first is not None:
            evidence = f"opened their first thread in {facts.organisation} on {first[0]}: {first[1]}"
            since = {"from": first[0]}
        yield Proposal("teams.members", login, {"login": login} | since, evidence, first is not None)


def _projects(facts: Facts) -> Iterator[Proposal]:
    if facts.work.empty:
        return
    found = []
    for owner, rows in facts.work.groupby("owner"):
        threads, people, repos = len(rows), rows["actor"].nunique(), sorted(rows["repo"].unique())
        where = {"orgs": [owner]} if len(repos) > 1 else {"repos": repos}
        counts = f"{pluralise(threads, 'thread')} of {pluralise(people, 'person', 'people')} in the last year"
        concern, is_shared = _whose(facts.authors.get(str(owner), {}), str(owner))
        evidence = f"{counts}, in {pluralise(len(repos), 'repository', 'repositories')}; {concern}"
        is_taken = is_shared and people >= BAR_PEOPLE and threads >= BAR_THREADS
        found.append((people, threads, Proposal("upstream", str(owner), {"name": owner, **where}, evidence, is_taken)))
    found.sort(key=lambda one: one[:2], reverse=True)
    yield from (proposal for *_, proposal in found[:_MOST_PROJECTS])


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
    for label, count in Counter(chain.from_iterable(facts.own_issues.get("labels", []))).most_common():
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
    others = {owner.casefold() for owner in [*facts.work.get("owner", []), facts.organisation, ""]}
    for owner, count in Counter(chain.from_iterable(facts.own_issues.get("owners", []))).most_common():
        if count >= _FEW and owner.casefold() not in others:
            sign = f"their repositories are linked from {pluralise(count, 'issue')} of {facts.organisation}"
            yield {"name": owner, "orgs": [owner]}, sign


def _initiatives(facts: Facts) -> Iterator[Proposal]:
    for repo in facts.own_repositories:
        if _ROADMAP.search(repo.partition("/")[2].replace("-", " ")):
            values = {"name": f"Roadmap in {repo}", "from_issues": repo}
            yield Proposal("initiatives", repo, values, "a repository that is named like a roadmap", True)
    labelled: Counter[tuple[str, str]] = Counter()
    for row in facts.own_issues.to_dict("records"):
        labelled.update((row["repo"], label) for label in row["labels"] if _ROADMAP.search(label))
    for (repo, label), count in labelled.most_common():
        values = {"name": f"{label} in {repo}", "from_issues": repo, "label": label}
        yield Proposal("initiatives", f"{repo} {label}", values, f"{pluralise(count, 'issue')} with that label", True)
