"""Who a name and an address in a history belong to."""

import re
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from contribkit.config.models import Stakeholder, Upstream
    from contribkit.config.organisation import Organisation

_NO_REPLY = re.compile(r"(?:\d+\+)?(?P<login>[A-Za-z0-9-]{1,39}(?:\[bot\])?)@users\.noreply\.[\w.-]{1,253}")

# Branches that only machines push, whoever set them off.
BOT_BRANCHES = re.compile(
    r"(?:dependabot|renovate|pyup|snyk|greenkeeper|imgbot|whitesource|create-pull-request|all-contributors|allcontributors)"
    r"[/-].*|pre-commit-ci-update-config|autoupdate|imgbot|l10n_.*|weblate-.*",
    re.IGNORECASE,
)


class People:
    """Logins of the people in histories: by GitHub no-reply address, by alias, by a member's name.

    Parameters
    ----------
    organisation
        Who its members are, and which names bots bear.
    """

    def __init__(self, organisation: "Organisation") -> None:
        self.organisation = organisation
        self._known: dict[tuple[str, str], str | None] = {}

    def login(self, person: tuple[str, str]) -> str | None:
        """Return the login of a name and address, as configured for members; None where nothing tells it."""
        if person not in self._known:
            self._known[person] = self._find(*person)
        return self._known[person]

    def _find(self, name: str, mail: str) -> str | None:
        if match := _NO_REPLY.fullmatch(mail):
            return self.organisation.canonical(match["login"])
        if member := self.organisation.member(mail) or self.organisation.member_by_name(name):
            return member
        return name if name.endswith("[bot]") else None

    def is_bot(self, person: tuple[str, str]) -> bool:
        """Say whether a name and address are a bot's."""
        return self.organisation.is_bot(self.login(person)) or self.organisation.is_bot(person[0])

    @cached_property
    def organisations(self) -> set[str]:
        """Owners of forks that are no persons, case-folded."""
        org = self.organisation
        groups: list[Upstream | Stakeholder] = [*org.upstream, *org.stakeholders]
        owners = [owner for group in groups for owner in group.orgs]
        repos = [repo.split("/")[0] for group in groups for repo in group.repos]
        # A member may own an upstream repository, and is a person all the same.
        return {owner.casefold() for owner in (*org.own, *owners, *repos) if org.member(owner) is None}
