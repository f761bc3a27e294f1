"""A workload: everything a GitHub emulator serves, and the truth of who did what."""

import random
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from contribkit.config.organisation import Organisation
from contribkit.period import Period
from tests.github.model import Account, Comment, Discussion, Event, Repository, Thread
from tests.github.world import configuration, oddities, own_side, roadmap
from tests.github.world.acts import plan_acts
from tests.github.world.bystanders import plan_background, plan_bystanders
from tests.github.world.dress import dress, settle
from tests.github.world.elsewhere import plan_elsewhere
from tests.github.world.figures import SMALL, Figures
from tests.github.world.figures import W as REFERENCE
from tests.github.world.numbering import number_threads, things
from tests.github.world.people import OUTSIDERS, PERIOD, Member
from tests.github.world.places import World, world
from tests.github.world.plan import Plan
from tests.github.world.threads import plan_threads
from tests.github.world.truth import Act, Citation, Row

SEED = 20260701


# Nobody reads eight thousand threads in a failed assertion.
@dataclass(repr=False)
class Workload:
    """What there is on the emulated GitHub.

    Examples
    --------
    >>> workload = Workload.small()
    >>> len(workload.members), str(workload.period)
    (3, '2026-Q3')
    """

    world: World
    figures: Figures
    acts: list[Act]
    pairs: dict[Thread, list[Member]]
    triage_only: list[Thread]
    others: list[Thread]
    citations: list[tuple[Thread, Thread, str]]
    period: Period = PERIOD
    nodes: dict[int, Any] = field(default_factory=dict)
    version: int = 0
    gone: set[Any] = field(default_factory=set)
    _last_serial: int = 0

    @classmethod
    def make(cls, figures: Figures = REFERENCE, seed: int = SEED) -> "Workload":
        """Make a workload, by default the reference workload W; the same seed makes the same one."""
        rng = random.Random(seed)
        plan = Plan(world(figures, rng), figures, rng)
        plan_threads(plan)
        plan_acts(plan)
        plan_elsewhere(plan)
        plan_bystanders(plan)
        plan_background(plan)
        dress(plan)
        oddities.plant(plan)
        upstream = [*plan.world.upstream, *plan.world.new]
        number_threads(upstream)
        own_side.link_upstream(plan)
        own_side.link(plan)
        cited = own_side.open_cited(plan)
        number_threads([*plan.world.own.values()])
        own_side.cite(plan, cited)
        roadmap.lay_out(plan.world)
        made = cls(plan.world, figures, plan.acts, plan.pairs, plan.triage_only, plan.others, plan.citations)
        made._number_nodes()
        return made

    @classmethod
    def small(cls) -> "Workload":
        """Make a workload of three members and thirty threads with every trap, for quick tests."""
        return cls.make(SMALL)

    @property
    def members(self) -> list[Member]:
        return self.world.members

    @property
    def repositories(self) -> list[Repository]:
        return self.world.repositories

    @cached_property
    def threads(self) -> list[Thread]:
        """Every pull request and issue, upstream and not."""
        return [thread for repository in self.repositories for thread in repository.threads]

    @cached_property
    def discussions(self) -> list[Discussion]:
        return [one for repository in self.repositories for one in repository.discussions]

    @property
    def items(self) -> list[Thread | Discussion]:
        """Every pull request, issue and discussion."""
        return [*self.threads, *self.discussions]

    @cached_property
    def accounts(self) -> dict[str, Account]:
        """Every account by its login in lower case."""
        people = [member.account for member in self.members]
        everybody = [*OUTSIDERS, *people, *(repository.owner for repository in self.repositories)]
        everybody += [thread.author for thread in self.threads if thread.author]
        return {account.login.lower(): account for account in everybody}

    @cached_property
    def repository_by_name(self) -> dict[str, Repository]:
        """Every repository by its name in lower case, the former ones too."""
        names = {}
        for repository in self.repositories:
            names[repository.ref.lower()] = repository
            if repository.former_name:
                names[f"{repository.owner.login}/{repository.former_name}".lower()] = repository
        return names

    @cached_property
    def thread_by_ref(self) -> dict[str, Thread | Discussion]:
        """Every thread by its name in lower case, transferred ones also by their former name."""
        refs = {one.ref.lower(): one for one in self.items}
        for thread in self.threads:
            if thread.transferred_from:
                repository, number = thread.transferred_from
                refs[f"{repository.ref}#{number}".lower()] = thread
        return refs

    def truth(self) -> list[Row]:
        """Return the truth table: every act of a member at any time, and every merge of a member's pull request."""
        by_account = {member.account: member for member in self.members}
        return [self._row(act, by_account) for act in self.acts]

    def _row(self, act: Act, by_account: dict[Account, Member]) -> Row:
        member = by_account.get(act.actor)
        whose = member or by_account.get(getattr(act.thing, "author", None) or act.actor)
        counted = self.period.start <= act.at < self.period.end
        counted = counted and whose is not None and whose.since <= act.at < whose.until and act.thing not in self.gone
        return Row(act.thing.ref, member.login if member else act.actor.login, act.act, act.at, act.state, counted)

    def references(self) -> list[Citation]:
        """Return the truth of references: every thread of the own side that points upstream or is named there.

        What lies in a repository that nobody sees is not in it.
        """
        return [
            Citation(thread.ref, own.ref, direction, own.repository.private)
            for thread, own, direction in self.citations
            if not own.repository.sealed and not self.gone & {thread, own}
        ]

    def organisation(self, folder: Path, api_url: str, **settings: Any) -> Organisation:
        """Write the contribkit.toml of the organisation whose members these are, with its activity log, and read it.

        Parameters
        ----------
        folder
            Where to write.
        api_url
            The emulator's address.
        settings
            Further keys of ``[sources.github]``.
        """
        return configuration.write(self, folder, {"api_url": api_url} | settings)

    def comment(self, thread: Thread, member: Member, at: datetime, text: str = "Once more.") -> None:
        """Let a member comment on a thread now, so that it was touched since the last load."""
        comment = Comment(member.account, at.astimezone(UTC), text, "MEMBER")
        thread.comments.append(comment)
        self.acts.append(Act(thread, member.account, "commented", comment.created_at))
        settle(thread)
        self.changed()

    def refer(self, thread: Thread, at: datetime) -> Thread:
        """Let a new issue of the own tracker point at a thread upstream, which is not touched by that; return it."""
        tracker = self.world.own["tracker"]
        who = self.members[-1].account
        own = Thread(tracker, False, who, at, "Track it", f"We wait for {thread.ref}.", updated_at=at)
        own.number = 1 + max((one.number for one in tracker.threads), default=0)
        tracker.threads.append(own)
        thread.events.append(Event("CrossReferencedEvent", who, at, own))
        self.citations.append((thread, own, "in"))
        self.changed()
        return own

    def transfer(self, thread: Thread, to: Repository, at: datetime) -> None:
        """Move an issue to another repository: it gets a new number and a new node id, and the old id is gone."""
        former = thread.repository
        former.threads.remove(thread)
        thread.transferred_from = (former, thread.number)
        thread.repository, thread.number = to, 1 + max((one.number for one in self._numbered(to)), default=0)
        to.threads.append(thread)
        thread.events.append(Event("TransferredEvent", OUTSIDERS[0], at, former))
        thread.updated_at = at
        del self.nodes[thread.serial]
        thread.serial = 0
        self.changed()

    def _numbered(self, repository: Repository) -> list[Thread | Discussion]:
        left_behind = [one for one in self.threads if one.transferred_from and one.transferred_from[0] is repository]
        return [*repository.numbered, *left_behind]

    def delete(self, thread: Thread) -> None:
        """Delete a thread: its id is gone, no list or search has it, and what was done in it does not count."""
        thread.repository.threads.remove(thread)
        del self.nodes[thread.serial]
        self.gone.add(thread)
        self.changed()

    def rename(self, repository: Repository, name: str) -> None:
        """Rename a repository. contribkit.toml, if it is written after that, has the name that it had."""
        repository.former_name, repository.name = repository.name, name
        self.changed()

    def changed(self) -> None:
        """Take note of what is new or gone."""
        for name in ("threads", "discussions", "accounts", "repository_by_name", "thread_by_ref"):
            self.__dict__.pop(name, None)
        self.version += 1
        self._number_nodes()

    def _number_nodes(self) -> None:
        """Give everything a number of its own, from which its node id is made.

        Outsiders and a few others are the same objects in every workload: each numbers them anew, outsiders first.
        """
        if not self._last_serial:
            for account in self.accounts.values():
                account.serial = 0
        known = [*things(self.accounts.values(), self.repositories), *((one, None) for one in self.world.projects)]
        for thing, parent in known:
            if not thing.serial:
                thing.serial = self._last_serial = self._last_serial + 1
                self.nodes[thing.serial] = thing
            if parent is not None:
                thing.parent = parent
