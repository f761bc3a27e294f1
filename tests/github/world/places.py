"""The repositories of a workload: upstream, the organisation's own, and stakeholders'."""

import random
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from tests.github.model import Account, Commit, Project, Repository
from tests.github.world.figures import Figures
from tests.github.world.people import BOT, OUTSIDERS, PERIOD, USER_BOT, Member, members

_ORGANISATIONS = [
    "wicketlamp-example", "quirefold-example", "tarngrid-example", "saltmarsh-example", "birchwell-example",
    "cinderpath-example", "dovecote-example", "elderflow-example", "foxglade-example", "gorsehill-example",
]  # fmt: skip
_WORDS = ["lamp", "quire", "grid", "marsh", "birch", "cinder", "dove", "elder", "fox", "gorse", "heath", "iris"]
# A third of the repositories stand alone: contribkit.toml names them, not their owner.
_ALONE = 3


@dataclass
class World:
    """Who and what there is, before anything happens."""

    members: list[Member]
    upstream: list[Repository]
    new: list[Repository] = field(default_factory=list)
    own: dict[str, Repository] = field(default_factory=dict)
    projects: list[Project] = field(default_factory=list)

    @property
    def repositories(self) -> list[Repository]:
        """Every repository, the sealed ones too."""
        return [*self.upstream, *self.new, *self.own.values()]

    @property
    def weights(self) -> list[float]:
        """How often each upstream repository is worked in: Zipf, 0.9."""
        return [rank**-0.9 for rank in range(1, len(self.upstream) + 1)]


def world(figures: Figures, rng: random.Random) -> World:
    """Return people and repositories; commits on every default branch, releases and threads come later."""
    organisations = [Account(name, "Organization") for name in _ORGANISATIONS]
    old = datetime(2019, 3, 1, tzinfo=UTC)
    upstream = []
    for number in range(figures.repositories):
        alone = number % _ALONE == _ALONE - 1
        owner = Account(f"solo-{number}-example", "User") if alone else organisations[number % len(organisations)]
        name = f"{_WORDS[number % len(_WORDS)]}-{number}"
        upstream.append(Repository(owner, name, old + timedelta(days=number)))
    made = World(members(figures.members), upstream, own=_own_side(old))
    upstream[0].former_name = "lamp-before"
    for number, repository in enumerate(upstream):
        repository.commits = _commits(rng)
        repository.commits[0].checks = "FAILURE" if number % 7 == 3 else "SUCCESS"
    return made


def _commits(rng: random.Random) -> list[Commit]:
    """Return a history, the newest commit first."""
    count, last = rng.randint(30, 150), PERIOD.end - timedelta(days=1)
    authors = [*OUTSIDERS[:12], BOT, USER_BOT, None]
    return [Commit(rng.choice(authors), last - timedelta(days=2 * n), f"Change {count - n}") for n in range(count)]


def _own_side(created: datetime) -> dict[str, Repository]:
    """Return the organisation's repositories and those of stakeholders, by what they are for."""
    collective, stakeholder = (
        Account("ferncollective-example", "Organization"),
        Account("reedlands-example", "Organization"),
    )
    return {
        "infrastructure": Repository(collective, "infrastructure", created),
        "plans": Repository(collective, "upstream-plans", created),
        "tracker": Repository(collective, "reedlands-support", created),
        "private": Repository(collective, "contracts", created, private=True),
        "sealed": Repository(Account("stranger-example", "Organization"), "vault", created, private=True, sealed=True),
        "stakeholder": Repository(stakeholder, "reed-hub", created),
    }
