"""Accounts of the members, and of our own and the stakeholders' organisations: whether GitHub knows them."""

from collections.abc import Iterator
from typing import Any

from contribkit.loaders.github.absent import absent
from contribkit.loaders.github.asks import Ask, text
from contribkit.loaders.github.discover import logins
from contribkit.loaders.github.loading import Loading
from contribkit.loaders.github.remarks import remark


def asks(loading: Loading) -> Iterator[Ask]:
    """Yield asks for the members' accounts, under each login that they have or had, and for the organisations."""
    for login, member in loading.organisation.members.items():
        yield from (Ask("account", {"member": login, "login": name}) for name in logins(member))
    stakeholders = [owner for stakeholder in loading.organisation.stakeholders for owner in stakeholder.orgs]
    yield from (Ask("organisation", {"login": login, "word": "own"}) for login in loading.organisation.own)
    yield from (Ask("organisation", {"login": login, "word": "orgs"}) for login in stakeholders)


def field(argument: dict[str, Any]) -> str:
    """Return the field that says whether there is an account."""
    return f"repositoryOwner(login: {text(argument['login'])}) {{ login }}"


def receive(loading: Loading, ask: Ask, answer: dict[str, Any] | None) -> Iterator[Ask]:
    """Say where GitHub knows a member by none of their logins."""
    login, said = ask.argument["member"], None
    if not answer:
        missing = loading.missing.setdefault(login, set())
        missing.add(ask.argument["login"])
        if missing >= set(logins(loading.organisation.members[login])):
            fix = "write the login that GitHub knows, and the former one under aliases"
            said = absent(loading, login, "login", fix)
    remark(loading, ask, said, is_wrong=True)
    yield from ()


def receive_organisation(loading: Loading, ask: Ask, answer: dict[str, Any] | None) -> Iterator[Ask]:
    """Say where GitHub does not know an organisation: what it says about upstream work would go unseen."""
    login, word = ask.argument["login"], ask.argument["word"]
    remark(loading, ask, None if answer else absent(loading, login, word, "mend its name, or take it out"), True)
    yield from ()
