"""The `github` source: everything a team did on GitHub in a period, complete, in a few dozen requests."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from contribkit.errors import ContribkitError
from contribkit.loaders.github.answer import answer, complete_at
from contribkit.loaders.github.client import Client
from contribkit.loaders.github.loading import Loading
from contribkit.loaders.github.needs import needs
from contribkit.loaders.github.run import run
from contribkit.loaders.github.settings import settings_of, store_path
from contribkit.loaders.github.store import Store
from contribkit.loaders.github.token import NO_TOKEN, TOKEN_FIX, ask_for_token, can_ask, find_token
from contribkit.loaders.source import Finding, Loaded, ok, warning

if TYPE_CHECKING:
    from contribkit.config.organisation import Organisation
    from contribkit.period import Period

_SUBJECT = "sources.github"


def check(organisation: "Organisation") -> None:
    """Raise `ContribkitError` where there is neither a token nor a store, or the store cannot be used; asks nobody."""
    settings, path = settings_of(organisation), store_path(organisation)
    _check_upstream(organisation)
    token = find_token(settings.host)
    if path.exists():
        with Store(path, read_only=token is None):
            return
    if token is None and not can_ask():
        raise ContribkitError(f"[sources.github]: {NO_TOKEN}")


def _check_upstream(organisation: "Organisation") -> None:
    if not organisation.upstream and organisation.scope != "everywhere":
        raise ContribkitError("contribkit.toml: [sources.github]: there is no [[upstream]] to look into; add one")


def diagnose(organisation: "Organisation") -> list[Finding]:
    """Report whether there is a token or a store; GitHub is not asked."""
    check(organisation)
    if find_token(settings_of(organisation).host) is not None:
        return [ok(_SUBJECT, "there is a token; whether GitHub accepts it shows with the first load")]
    if store_path(organisation).exists():
        return [warning(_SUBJECT, "there is no token, so the store answers alone", TOKEN_FIX)]
    return [warning(_SUBJECT, "there is no token yet, so you will be asked for it", TOKEN_FIX)]


def load(organisation: "Organisation", period: "Period", keep_going: bool = True) -> Loaded:
    """Load a period from GitHub into the store, and return what the store holds.

    Without a token the store answers alone.

    Parameters
    ----------
    organisation
        Whose members, and in which upstream projects.
    period
        Which days must be complete. Other periods that the store has complete come along.
    keep_going
        Where a load stops in the middle, return what is there, and say what is missing.

    Raises
    ------
    ContribkitError
        Where GitHub does not answer or the store cannot be used, and `keep_going` is off.
    """
    _check_upstream(organisation)
    with _loaded(organisation, period, keep_going) as (loading, asked):
        return answer(loading, asked)


def fetch(organisation: "Organisation", period: "Period") -> None:
    """Load a period from GitHub into the store, where there is a token; errors as for `load`."""
    with _loaded(organisation, period, keep_going=True) as (loading, _):
        if loading.broken:
            raise ContribkitError(loading.broken[0])


@contextmanager
def _loaded(organisation: "Organisation", period: "Period", keep_going: bool) -> Iterator[tuple[Loading, bool]]:
    """Give a load that is as complete as it gets, and whether GitHub was asked."""
    settings, path = settings_of(organisation), store_path(organisation)
    token = find_token(settings.host)
    if token is None and not _is_held(organisation, period):
        token = ask_for_token(settings.host)
    if token is None and not path.exists():
        raise ContribkitError(f"[sources.github]: {NO_TOKEN}")
    with Store(path, read_only=token is None) as store:
        loading = Loading(organisation, period, settings, store, [] if keep_going else None)
        if token is not None:
            with Client(settings, token) as client:
                _run(loading, client)
        yield loading, token is not None


def _is_held(organisation: "Organisation", period: "Period") -> bool:
    """Say whether the store answers for all of a period without asking GitHub."""
    path = store_path(organisation)
    if not path.exists():
        return False
    with Store(path, read_only=True) as store:
        return complete_at(Loading(organisation, period, settings_of(organisation), store)) is not None


def load_needs(organisation: "Organisation") -> Loaded:
    """Ask GitHub what waits in the upstream projects now.

    Raises
    ------
    ContribkitError
        Where there is no token, or GitHub does not answer.
    """
    settings = settings_of(organisation)
    token = find_token(settings.host) or ask_for_token(settings.host)
    if token is None:
        raise ContribkitError(f"[sources.github]: {NO_TOKEN}")
    with Client(settings, token) as client:
        table, notes = needs(organisation, client, settings)
    return Loaded(needs=table, notes=notes)


def _run(loading: Loading, client: Client) -> None:
    try:
        run(loading, client)
    except (ContribkitError, KeyboardInterrupt) as error:
        said = str(error) or "stopped by hand: what was loaded stays, and the next load goes on from there"
        if loading.broken is None:
            raise ContribkitError(said) from None
        loading.broken.append(said)
