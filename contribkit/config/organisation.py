"""The organisation of a contribkit.toml: who belongs to it, what it owns, and whom it serves."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from contribkit.config import models
from contribkit.config.models import Goal, Initiative, Member, Stakeholder, Team, Upstream
from contribkit.config.patterns import find_paths, matches
from contribkit.config.toml import PLACEHOLDER, read_configuration
from contribkit.errors import ContribkitError, nearest
from contribkit.ids import casefold_id, parse_place, place_of
from contribkit.tables import grouped, records, sort_references
from contribkit.vocabulary import Lead

SAMPLE = Path(__file__).parents[1] / "sample" / "contribkit.toml"
# Accounts that no organisation counts as people, some of which GitHub lists as users.
BOTS = ["*[bot]", "*-bot", "dependabot*", "pre-commit-ci*", "github-actions", "web-flow"]
# A label or a field of an issue's form that says for whom the issue is.
COMMUNITY = re.compile(r"(community|client|customer|partner|member|hub|funder|stakeholder)s?\b", re.IGNORECASE)


@dataclass(frozen=True)
class Organisation:
    """Everything in a contribkit.toml, and what can be derived from it.

    Attributes
    ----------
    name, own, timezone, bots, words, scope, sample
        As in ``[organisation]``; ``words`` are those of ``[organisation.names]``.
    teams, upstream, stakeholders, initiatives, goals, policy, signals, needs, effort, sources
        As in the tables of these names; ``sources`` holds raw settings, which each loader checks.
    path
        The file itself; paths in it are relative to its folder, `root`.

    Examples
    --------
    >>> org = Organisation.read_sample()
    >>> org.member("ADA-EXAMPLE")
    'ada-example'
    """

    name: str
    own: list[str]
    timezone: str
    bots: list[str]
    words: models.Words
    scope: str
    sample: bool
    teams: list[Team]
    upstream: list[Upstream]
    stakeholders: list[Stakeholder]
    initiatives: list[Initiative]
    goals: list[Goal]
    policy: models.Policy
    signals: models.Signals
    needs: models.NeedWeights
    effort: models.Effort
    sources: dict[str, dict[str, Any]]
    path: Path

    @classmethod
    def read(cls, path: str | Path) -> "Organisation":
        """Read and check a contribkit.toml; an error has line, key and fix, one line for each mistake."""
        tables = dict(read_configuration(Path(path)))
        about = dict(tables.pop("organisation"))
        names, bots = about.pop("names"), [*BOTS, *about.pop("bots")]
        return cls(**about, **tables, words=names, bots=bots, path=Path(path).resolve())

    @classmethod
    def read_sample(cls) -> "Organisation":
        """Read the invented organisation that comes with the package."""
        return cls.read(SAMPLE)

    @property
    def root(self) -> Path:
        """The folder to which paths in the file are relative."""
        return self.path.parent

    @property
    def cautions(self) -> list[str]:
        """What a reader should know about this file before they trust a review."""
        everywhere = 'scope = "everywhere": members\' work outside the upstream projects is included'
        names = [member.name.casefold() for member in self.members.values() if member.name]
        alike = 'two members are named "{}": git histories can tell them apart only by their e-mail addresses'
        twice = sorted({name for name in names if names.count(name) > 1})
        places = [name for one in self.upstream for name in (*one.orgs, *one.repos) if name != PLACEHOLDER]
        both = "{} is in own and in [[upstream]]: work there counts as your own, and is left out"
        again = [
            f"{member.login} is in {team.name} twice on the same days"
            for team in self.teams
            for number, member in enumerate(team.members)
            if any(one.login == member.login and one.overlaps(member) for one in team.members[:number])
        ]
        left_out = map(both.format, filter(self.is_own, places))
        return [*([everywhere] if self.scope == "everywhere" else []), *map(alike.format, twice), *left_out, *again]

    def word(self, lead: str) -> str:
        """Return the word people see for a lead."""
        return getattr(self.words, lead) or Lead(lead).word

    def team(self, name: str = "") -> Team:
        """Return a team by slug or name; without one, the only team."""
        slugs = [team.slug for team in self.teams]
        for team in self.teams:
            if name.casefold() in {team.slug, team.name.casefold()} or (not name and len(slugs) == 1):
                return team
        if not name:
            raise ContribkitError(f"there are {len(slugs)} teams; name one of: {', '.join(slugs)}")
        similar = f"{hint}; " if (hint := nearest(name, slugs)).startswith("did") else ""
        raise ContribkitError(f'no team is called "{name}"; {similar}teams: {", ".join(slugs)}')

    def project(self, name: str) -> Upstream:
        """Return an upstream project by name."""
        for upstream in self.upstream:
            if name.casefold() == upstream.name.casefold():
                return upstream
        known = nearest(name, [upstream.name for upstream in self.upstream])
        raise ContribkitError(f'there is no upstream project "{name}"; {known}')

    @cached_property
    def everybody(self) -> list[Member]:
        """The members of all teams in the order of the file, once for each membership."""
        return [member for team in self.teams for member in team.members]

    @cached_property
    def members(self) -> dict[str, Member]:
        """Every person once, by login, in the order of the file."""
        return {first.login: first for first, *_ in self._memberships.values()}

    @cached_property
    def _memberships(self) -> dict[str, list[Member]]:
        return grouped((casefold_id(member.login) for member in self.everybody), self.everybody)

    @cached_property
    def _logins(self) -> dict[str, str]:
        spelled = {casefold_id(login): login for login in self.members}
        aliases = {casefold_id(a): spelled[casefold_id(m.login)] for m in self.everybody for a in m.aliases}
        return aliases | spelled

    @cached_property
    def _names(self) -> dict[str, str]:
        found = grouped((_plain(member.name) for member in self.members.values()), self.members)
        return {name: logins[0] for name, logins in found.items() if name and len(logins) == 1}

    def member(self, login: str | None) -> str | None:
        """Return the configured login of a member, found by login or alias in any case, else None."""
        return self._logins.get(casefold_id(login)) if login else None

    def login_of(self, who: str) -> str:
        """Return the configured login of a member; for others a `ValueError` names the nearest."""
        if (login := self.member(who)) is not None:
            return login
        aliases = [alias for member in self.members.values() for alias in member.aliases]
        raise ValueError(f'"{who}" is not a member\'s login; {nearest(who, [*self.members, *aliases])}')

    def member_by_name(self, name: str) -> str | None:
        """Return the configured login of the only member with a name or alias, else None."""
        return self._names.get(_plain(name)) or self._logins.get(casefold_id(name))

    def member_named(self, namespace: str, name: str | None) -> str | None:
        """Return the configured login of the member with a name elsewhere, such as on ``zulip``, else None."""
        return self._names_elsewhere.get((namespace, casefold_id(name))) if name else None

    @cached_property
    def _names_elsewhere(self) -> dict[tuple[str, str], str]:
        return {
            (namespace, casefold_id(name)): self.member(member.login) or member.login
            for member in self.everybody
            for namespace, names in member.names.items()
            for name in names
        }

    def canonical(self, login: str | None) -> str | None:
        """Return a login as configured where it is a member's, else as it is."""
        return self.member(login) or login

    def is_member_on(self, login: str, day: date) -> bool:
        """Return whether a person belonged to any team on a day."""
        return any(member.holds_between(day, day) for member in self._memberships.get(casefold_id(login), ()))

    def is_bot(self, login: str | None) -> bool:
        """Return whether an account is a bot by the patterns of the file and those that hold everywhere."""
        return bool(login) and matches(self.bots, str(login)) and self.member(login) is None

    def is_own(self, repo: str | None) -> bool:
        """Return whether the organisation owns a repository: work there is not upstream."""
        return bool(repo) and casefold_id(str(repo).split("/")[0]) in self._own

    @cached_property
    def _own(self) -> frozenset[str]:
        return frozenset(map(casefold_id, self.own))

    def upstream_of(self, repo: str | None) -> Upstream | None:
        """Return the upstream project that a repository, or a place elsewhere than on GitHub, belongs to, or None."""
        if not repo or self.is_own(repo):
            return None
        name = casefold_id(repo)
        while (project := self._projects.get(name)) is None and "/" in name:
            name = name.rpartition("/")[0]
        return project

    @cached_property
    def _projects(self) -> dict[str, Upstream]:
        return {
            casefold_id(name): project
            for project in self.upstream
            for name in (*project.orgs, *project.repos, *map(parse_place, project.places))
        }

    def project_of(self, row: Mapping[str, Any]) -> str | None:
        """Return the name of the upstream project of a contribution: that of its repository, else what the log says."""
        repo, stated = row.get("repo"), row.get("stated_upstream")
        found = self.upstream_of(repo if isinstance(repo, str) else None)
        return found.name if found else stated if isinstance(stated, str) else None

    def is_in_scope(self, repo: str | None) -> bool:
        """Return whether work in a repository is looked at; None (offline) is."""
        if repo is None or self.upstream_of(repo) is not None:
            return True
        return self.scope == "everywhere" and not self.is_own(repo)

    def is_own_side(self, ref: str) -> bool:
        """Return whether a place is their own, planned work, or a stakeholder's and not upstream too."""
        place = place_of(ref)
        if place is None:
            return False
        if (is_own := self._own_places.get(place)) is None:  # many threads are in few places
            is_own = self._own_places[place] = self._is_own_place(place)
        return is_own or casefold_id(ref) in self._planned

    @cached_property
    def _own_places(self) -> dict[str, bool]:
        return {}

    def _is_own_place(self, repo: str) -> bool:
        if self.is_own(repo) or matches(self._trackers, repo):
            return True
        return self.upstream_of(repo) is None and self.owner_of(repo) is not None

    @cached_property
    def _trackers(self) -> list[str]:
        trackers = [tracker for stakeholder in self.stakeholders for tracker in stakeholder.trackers]
        return [*self.signals.stakeholder_trackers, *trackers]

    @cached_property
    def _planned(self) -> set[str]:
        return {casefold_id(ref) for table in (*self.initiatives, *self.goals) for ref in table.refs}

    @cached_property
    def _issues_of_plans(self) -> set[str]:
        return {casefold_id(plan.from_issues) for plan in (*self.initiatives, *self.goals) if plan.from_issues}

    def planned_issues(self, references: pd.DataFrame) -> pd.DataFrame:
        """Return the references that come from what ``from_issues`` names."""
        known = references.dropna(subset=["source", "id"]) if self._issues_of_plans else references.iloc[:0]
        places = zip(known["source"], known["parents"], strict=True)
        return known[[not self._issues_of_plans.isdisjoint(map(casefold_id, (one, *more))) for one, more in places]]

    def with_issues(self, references: pd.DataFrame) -> "Organisation":
        """Return the organisation with the issues, from which references come, that ``from_issues`` names."""
        if not self._issues_of_plans:
            return self
        places = sort_references(self.planned_issues(references)).drop_duplicates(["source", "id"])
        issues = places[places["kind"] == "issue"]
        pairs = [(place, issue) for issue in records(issues) for place in (issue["source"], *issue["parents"])]
        by_place = grouped((casefold_id(place) for place, _ in pairs), (issue for _, issue in pairs))

        def issues_of(plan: Initiative | Goal) -> dict[str, dict[str, Any]]:
            here = filter(plan.picks, by_place.get(casefold_id(plan.from_issues or ""), []))
            return {one["id"] if "#" in one["id"] else f"{one['source']}#{one['id']}": one for one in here}

        roadmap: list[Initiative] = []
        for plan in self.initiatives:
            for ref, issue in issues_of(plan).items():
                named = plan.stakeholder or self._stakeholder_of(issue)
                roadmap.append(Initiative(name=issue["title"] or ref, refs=[ref], stakeholder=named))
            roadmap += [plan] if plan.refs or not plan.from_issues else []
        by_name = {casefold_id(plan.name): plan for plan in reversed(roadmap)}  # of two with one name, the first
        goals = [goal.model_copy(update={"refs": [*goal.refs, *issues_of(goal)]}) for goal in self.goals]
        return replace(self, initiatives=[*reversed(by_name.values())], goals=goals)

    def _stakeholder_of(self, issue: Mapping[str, Any]) -> str | None:
        """Return the stakeholder whose name or alias a label, the title or a field holds as a whole word."""
        fields = [field.partition(": ")[2] for field in issue["form"] if COMMUNITY.match(field)]
        for text in (*issue["labels"], issue["title"] or "", *fields):
            for word, stakeholder in self.stakeholder_by_word.items():
                if re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text):
                    return stakeholder.name
        return None

    @cached_property
    def stakeholder_by_word(self) -> dict[str, Stakeholder]:
        """Stakeholders by each of their names and aliases; of two with the same one, the first in the file."""
        words: dict[str, Stakeholder] = {}
        for stakeholder in self.stakeholders:
            for word in (stakeholder.name, *stakeholder.aliases):
                words.setdefault(" ".join(word.split()), stakeholder)
        return words

    def owner_of(self, repo: str) -> Stakeholder | None:
        """Return the first stakeholder whose repository or tracker it is, or whose organisation's if not upstream."""
        names = {casefold_id(repo)} if self.upstream_of(repo) else {casefold_id(repo), casefold_id(repo.split("/")[0])}
        for stakeholder in self.stakeholders:
            owned = map(casefold_id, (*stakeholder.repos, *stakeholder.orgs))
            if not names.isdisjoint(owned) or matches(stakeholder.trackers, repo):
                return stakeholder
        return None

    @cached_property
    def speakers(self) -> frozenset[str]:
        """Everybody who speaks for a stakeholder, as `casefold_id` writes them; members may be among them."""
        return frozenset(casefold_id(login) for stakeholder in self.stakeholders for login in stakeholder.people)

    def paths(self, patterns: list[str]) -> list[Path]:
        """Return the files or folders that patterns match, relative to the file, each once, in order."""
        return list(dict.fromkeys(path for pattern in patterns for path in find_paths(self.root, pattern)))


def _plain(name: str) -> str:
    """Return a name without what differs between two writings of it: spaces, case, how accents are stored."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())
