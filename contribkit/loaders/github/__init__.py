"""The `github` source: everything a team did on GitHub in a period, complete, in a few dozen requests."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from contribkit.config.organisation import Organisation
from contribkit.errors import ContribkitError
from contribkit.loaders.github import discover, hydrate
from contribkit.loaders.github.access import SUBJECT, access_findings
from contribkit.loaders.github.cache import Store
from contribkit.loaders.github.client import Client
from contribkit.loaders.github.load_context import LoadContext, github_time
from contribkit.loaders.github.node_rows import tables
from contribkit.loaders.github.open_work import OpenWork
from contribkit.loaders.github.queries import Query
from contribkit.loaders.github.rate_limits import BatchSizes, RateLimiter
from contribkit.loaders.github.runner import Runner
from contribkit.loaders.github.settings import settings_of, store_path
from contribkit.loaders.github.token import ask_for_token, can_ask, find_token, no_token, token_fix
from contribkit.loaders.source import Finding, Loaded, warning
from contribkit.period import Period

_STOPPED = "stopped by hand: what was loaded stays, and the next load goes on from there"


def check(organisation: Organisation) -> None:
    """Raise `ContribkitError` where there is neither a token nor a store, or the store cannot be used; asks nobody."""
    settings, path = settings_of(organisation), store_path(organisation)
    _check_upstream(organisation)
    token = find_token(settings.host)
    if path.exists():
        with Store(path, read_only=token is None):
            return
    if token is None and not can_ask():
        raise ContribkitError(f"[sources.github]: {no_token(settings.host)}")


def _check_upstream(organisation: Organisation) -> None:
    if not organisation.upstream and organisation.scope != "everywhere":
        raise ContribkitError("contribkit.toml: [sources.github]: there is no [[upstream]] to look into; add one")


def diagnose(organisation: Organisation) -> list[Finding]:
    """Report whether there is a token or a store, and ask GitHub once what the token may do."""
    check(organisation)
    settings = settings_of(organisation)
    token = find_token(settings.host)
    if token is not None:
        with Client(settings, token) as client:
            return access_findings(organisation, client)
    fix = token_fix(settings.host)
    if store_path(organisation).exists():
        return [warning(SUBJECT, "there is no token, so the store answers alone", fix)]
    return [warning(SUBJECT, "there is no token yet, so you will be asked for it", fix)]


def load(organisation: Organisation, period: Period) -> Loaded:
    """Load a period from GitHub into the store, and return what the store holds.

    Without a token the store answers alone. Other periods that the store has complete come along. Where a load stops
    in the middle, what is there is returned, and `broken` says what is missing.

    Raises
    ------
    ContribkitError
        Where the store cannot be used, or there is neither a store nor a token.
    """
    _check_upstream(organisation)
    with _loaded(organisation, period) as (context, broken, asked):
        return _answer(context, broken, asked)


def fetch(organisation: Organisation, period: Period) -> None:
    """Load a period from GitHub into the store, where there is a token; errors as for `load`."""
    with _loaded(organisation, period) as (_, broken, _):
        if broken:
            raise ContribkitError(broken[0])


@contextmanager
def _loaded(organisation: Organisation, period: Period) -> Iterator[tuple[LoadContext, list[str], bool]]:
    """Give a load that is as complete as it gets, what is wrong with it, and whether GitHub was asked."""
    settings, path = settings_of(organisation), store_path(organisation)
    token = find_token(settings.host)
    if token is None and not _is_held(organisation, period):
        token = ask_for_token(settings.host)
    if token is None and not path.exists():
        raise ContribkitError(f"[sources.github]: {no_token(settings.host)}")
    with Store(path, read_only=token is None) as store:
        context = LoadContext(organisation, period, settings, store)
        broken: list[str] = []
        if token is not None:
            with Client(settings, token) as client:
                broken = _run(context, client)
        yield context, broken, token is not None


def _is_held(organisation: Organisation, period: Period) -> bool:
    """Say whether the store answers for all of a period without asking GitHub."""
    path = store_path(organisation)
    if not path.exists():
        return False
    with Store(path, read_only=True) as store:
        return _complete_at(LoadContext(organisation, period, settings_of(organisation), store)) is not None


def _run(context: LoadContext, client: Client) -> list[str]:
    """Ask GitHub for all that a load needs and the store does not hold; return what could not be had."""
    store, sizes, begun = context.store, BatchSizes(context.store.sizes()), github_time(datetime.now(UTC))

    def receive(query: Query, payload: dict[str, Any] | None, is_whole: bool) -> Iterator[Query]:
        return _RECEIVE[query.kind](context, query, payload, is_whole)

    limiter = RateLimiter(client, context.settings.longest_wait)
    runner = Runner(limiter, sizes, receive, store.transaction)
    stopped: list[str] = []
    try:
        if context.settings.is_enterprise:
            runner.run(discover.schema_queries())
            runner.lacking = context.lacking
        runner.run(discover.first(context))
        runner.run(discover.silent_members(context))
        runner.run(discover.say_blind(context))
        runner.run(discover.looks(context))
        runner.run(hydrate.vanished(context))
    except (ContribkitError, KeyboardInterrupt) as error:
        said = str(error) or _STOPPED
        counts = ", ".join(
            f"{count:,} {_plural(word) if count > 1 else word}" for word, count in sorted(runner.unanswered().items())
        )
        stopped = [said, f"{context.period} is not complete: still to be asked are {counts}"]
    broken = [*stopped, *runner.broken, *runner.forbidden()]
    with store.transaction():
        store.keep_sizes({name: (size.size, size.page) for name, size in sizes.kinds.items()})
        store.keep_remarks(context.key, context.remarks)
        if not broken and not any(context.remarks.values()):
            store.finish(context.key, discover.search_names(context), begun)
    return broken


def _plural(word: str) -> str:
    return f"{word}es" if word == "search" else f"{word}s"


_Receive = Callable[[LoadContext, Query, Any, bool], Iterator[Query]]


def _of_whole(receive: Callable[[LoadContext, Query, Any], Iterator[Query]]) -> _Receive:
    """Return a function for answers that are of use in part too."""
    return lambda context, query, payload, is_whole: receive(context, query, payload)


_RECEIVE: dict[str, _Receive] = {
    "schema": _of_whole(discover.receive_schema),
    "account": _of_whole(discover.receive_account),
    "probe": _of_whole(discover.receive_probe),
    "search": _of_whole(discover.receive_search),
    "triage": _of_whole(discover.receive_triage),
    "owner": _of_whole(discover.receive_owner),
    "repository": _of_whole(discover.receive_repository),
    "releases": _of_whole(lambda context, query, payload: discover.receive_releases(context, payload)),
    "commits": _of_whole(discover.receive_commits),
    "named": _of_whole(hydrate.receive_named),
    "plans": _of_whole(hydrate.receive_plans),
    **dict.fromkeys(("pull", "issue", "discussion", "own_issue", "own_pull"), hydrate.receive_thread),
    "page": hydrate.receive_page,
    "replies": hydrate.receive_replies,
    "who": _of_whole(hydrate.receive_who),
    "there": _of_whole(hydrate.receive_there),
    **dict.fromkeys(("look_issue", "look_pull", "wide_issue", "wide_pull"), _of_whole(discover.receive_look)),
}


def _answer(context: LoadContext, broken: list[str], asked: bool) -> Loaded:
    """Return what the store holds, with what a reader should know and what could not be had."""
    loaded = tables(context.store, context.organisation, {*context.store.loads(), context.key})
    remarks = context.remarks if asked else context.store.remarks(context.key)
    for said, is_wrong in remarks.items():
        (loaded.broken if is_wrong else loaded.notes).append(said)
    loaded.broken += broken
    if not asked:
        _say_alone(context, loaded)
    if not context.settings.triage_only:
        loaded.notes.append(
            "threads in which a member only labelled, assigned or closed were not searched for (triage_only = false)"
        )
    if context.organisation.scope == "everywhere":
        loaded.notes.append("releases, new repositories and mere triage are looked for in the upstream projects only")
    return loaded


def _complete_at(context: LoadContext) -> str | None:
    """Return when the store last held all of a load; None where it does not."""
    covered = context.store.covered(context.key)
    moments = [covered.get(search) or "" for search in discover.search_names(context)]
    return min(moments) if all(moments) else None


def _say_alone(context: LoadContext, loaded: Loaded) -> None:
    """Say of when the store is that answers alone, or that it does not hold all."""
    if moment := _complete_at(context):
        loaded.notes.append(f"without a token: as GitHub was at {moment}, from the store")
        return
    missing = f"the store does not hold all of {context.period}, and {no_token(context.settings.host)}"
    loaded.broken.append(f"[sources.github]: {missing}")


def load_needs(organisation: Organisation) -> Loaded:
    """Ask GitHub what waits in the upstream projects now.

    Raises
    ------
    ContribkitError
        Where there is no token, or GitHub does not answer.
    """
    settings = settings_of(organisation)
    token = find_token(settings.host) or ask_for_token(settings.host)
    if token is None:
        raise ContribkitError(f"[sources.github]: {no_token(settings.host)}")
    work, seen_at = OpenWork(organisation), datetime.now(UTC)
    with Client(settings, token) as client:
        runner = Runner(RateLimiter(client, settings.longest_wait), BatchSizes(), work.receive)
        runner.run(work.queries())
    notes = [f"as GitHub was at {seen_at:%Y-%m-%d %H:%M} UTC", *work.notes]
    return Loaded(needs=work.table(seen_at), notes=notes, broken=[*runner.broken, *runner.forbidden()])
