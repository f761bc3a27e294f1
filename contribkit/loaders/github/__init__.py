"""The `github` source: everything a team did on GitHub in a period, complete, in a few dozen requests."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from contribkit.config.organisation import Organisation
from contribkit.errors import ContribkitError
from contribkit.loaders.github import discover, hydrate
from contribkit.loaders.github.cache import Store
from contribkit.loaders.github.client import Client, ConnectionFailed, QueryTooLarge, RateLimited
from contribkit.loaders.github.load_context import LoadContext, github_time
from contribkit.loaders.github.node_rows import tables
from contribkit.loaders.github.open_work import OpenWork
from contribkit.loaders.github.queries import Query, Request
from contribkit.loaders.github.runner import BatchSizes, RateLimiter, Runner
from contribkit.loaders.github.settings import can_ask, settings_of, store_path
from contribkit.loaders.source import Finding, Loaded, errors, ok, warning
from contribkit.period import Period

_SUBJECT = "sources.github"
_LAG = timedelta(days=1)  # by which GitHub's index of searches may lag
# What takes the answers, by kind of query: `receive_KIND`, or one function for several kinds that are alike.
_RECEIVE: dict[str, Callable[[LoadContext, Query, Any], Iterator[Query] | None]] = {
    **{name[8:]: receive for name, receive in (vars(discover) | vars(hydrate)).items() if name.startswith("receive_")},
    **dict.fromkeys(("search", "triage"), discover.receive_search),
    **dict.fromkeys(("look_issue", "look_pull", "wide_issue", "wide_pull"), discover.receive_look),
    **dict.fromkeys((*hydrate.THREADS.values(), *hydrate.OWN.values()), hydrate.receive_thread),
    **dict.fromkeys(hydrate.PAGES, hydrate.receive_page),
}


def check(organisation: Organisation) -> None:
    """Raise `ContribkitError` where there is neither a token nor a store, or the store cannot be used; asks nobody."""
    settings, path = settings_of(organisation, to_load=True), store_path(organisation)
    token = settings.find_token()
    if path.exists():
        with Store(path, read_only=token is None):
            return
    if token is None and not can_ask():
        raise ContribkitError(f"[sources.github]: {settings.no_token}")


def diagnose(organisation: Organisation) -> list[Finding]:
    """Report whether there is a token or a store, and ask GitHub once what the token may do."""
    check(organisation)
    settings = settings_of(organisation)
    if token := settings.find_token():
        with Client(settings, token) as client:
            return access_findings(organisation, client)
    has_store = store_path(organisation).exists()
    then = "token, so the store answers alone" if has_store else "token yet, so you will be asked for it"
    return [warning(_SUBJECT, f"there is no {then}", settings.token_fix)]


def access_findings(organisation: Organisation, client: Client) -> list[Finding]:
    """Report who the token is and its points an hour, what it may not see, and whom GitHub's search does not find."""
    fields = {
        owner: f"repositoryOwner(login: {json.dumps(owner)}) {{ login }}"
        for one in organisation.upstream
        for owner in one.orgs
    }
    for repo in (repo for one in organisation.upstream for repo in one.repos):
        owner, name = map(json.dumps, repo.split("/"))
        fields[repo] = f"repository(owner: {owner}, name: {name}) {{ nameWithOwner }}"
    places = [*fields]
    members = {login: discover.member_words(member) for login, member in organisation.members.items()}
    for words in (one for searches in members.values() for one in searches):
        fields[words] = f"search(query: {json.dumps(words)}, type: ISSUE, first: 1) {{ issueCount }}"
    asked = " ".join(f"f{number}: {field}" for number, field in enumerate(fields.values()))
    document = f"query {{ viewer {{ login }} rateLimit {{ limit remaining resetAt }} {asked} }}"
    try:
        answer = client.ask(Request(document, {}, []))
    except (QueryTooLarge, ConnectionFailed) as error:
        return [warning(_SUBJECT, f"GitHub does not answer ({error})", "run this again later")]
    except RateLimited:
        return [warning(_SUBJECT, "a limit of GitHub is reached", "run this again later")]
    except ContribkitError as error:
        return errors(_SUBJECT, error, "make a new token")
    told: dict[str, Any] = {name: answer.data.get(f"f{number}") for number, name in enumerate(fields)}
    why = {str((error.get("path") or [None])[0]): f" ({error.get('message')})" for error in answer.errors}
    found = [ok(_SUBJECT, f"the token is that of {_identity(answer.data)}")]
    for number, name in enumerate(places):
        if not told[name]:
            fix = "fix its name in [[upstream]], or give the token access to it"
            found.append(warning(_SUBJECT, f"{name} cannot be seen{why.get(f'f{number}', '')}", fix))
    for login, searches in members.items():
        if not any((told[words] or {}).get("issueCount") for words in searches):
            fix = "nothing to do: their threads are looked for one by one, which takes longer"
            found.append(warning(_SUBJECT, f"GitHub's search does not find {login} (a private profile?)", fix))
    return found


def _identity(data: dict[str, Any]) -> str:
    login = (data.get("viewer") or {}).get("login") or "an unknown account"
    limit: dict[str, Any] | None = data.get("rateLimit")
    if not limit:
        return f"{login}; this server has no limit of points"
    until = datetime.fromisoformat(limit["resetAt"]).astimezone()
    return f"{login}: {limit['limit']:,} points an hour, {limit['remaining']:,} of them left until {until:%H:%M}"


def load(organisation: Organisation, period: Period) -> Loaded:
    """Load a period from GitHub into the store, and return what the store holds, other complete periods too.

    Without a token the store answers alone. Where a load stops in the middle, what is there is returned, and `broken`
    says what is missing.
    """
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
    settings, path = settings_of(organisation, to_load=True), store_path(organisation)
    token, is_held = settings.find_token(), False
    if token is None and path.exists():
        with Store(path, read_only=True) as store:
            is_held = _complete_at(LoadContext(organisation, period, settings, store)) is not None
    if token is None and not is_held:
        token = settings.ask_for_token()
    if token is None and not path.exists():
        raise ContribkitError(f"[sources.github]: {settings.no_token}")
    with Store(path, read_only=token is None) as store:
        context = LoadContext(organisation, period, settings, store)
        broken: list[str] = []
        if token is not None:
            with Client(settings, token) as client:
                broken = _run(context, client)
        yield context, broken, token is not None


def _run(context: LoadContext, client: Client) -> list[str]:
    """Ask GitHub for all that a load needs and the store does not hold; return what could not be had."""
    store, sizes, begun = context.store, BatchSizes(context.store.sizes()), github_time(datetime.now(UTC))

    limiter = RateLimiter(client, context.settings.longest_wait)
    runner = Runner(limiter, sizes, lambda query, told: _RECEIVE[query.kind](context, query, told), store.transaction)
    broken: list[str] = []
    if context.period.end > datetime.now(UTC) - _LAG:
        context.remark("GitHub's search may be hours behind: what is newest may be missing until the next load")
    try:
        if context.settings.is_enterprise:
            runner.run(Query("schema", {"name": name}) for name in discover.OPTIONAL)
            runner.lacking = context.lacking
        for queries in (
            discover.first, discover.silent_members, discover.blind_members, discover.looks, hydrate.vanished
        ):  # fmt: skip
            runner.run(queries(context))
    except (ContribkitError, KeyboardInterrupt) as error:
        stopped = str(error) or "stopped by hand: what was loaded stays, and the next load goes on from there"
        left = ", ".join(
            f"{count:,} {word}{'' if count == 1 else 'es' if word == 'search' else 's'}"
            for word, count in sorted(runner.unanswered().items())
        )
        broken = [stopped, f"{context.period} is not complete: still to be asked are {left}"]
    broken += runner.problems()
    with store.transaction():
        store.keep_sizes(sizes.told())
        store.keep_told("remarks", context.key, context.remarks)
        if not broken and not any(context.remarks.values()):
            store.keep_told("searches", context.key, dict.fromkeys(discover.search_names(context), begun))
    return broken


def _answer(context: LoadContext, broken: list[str], asked: bool) -> Loaded:
    """Return what the store holds, with what a reader should know and what could not be had."""
    spans = {*context.store.loads(), context.key}
    loaded = tables(context.store, context.organisation, spans, context.settings.site)
    remarks = context.remarks if asked else context.store.told("remarks", context.key)
    for said, is_wrong in remarks.items():
        (loaded.broken if is_wrong else loaded.notes).append(said)
    loaded.broken += broken
    moment = _complete_at(context)
    if not asked and moment:
        loaded.notes.append(f"without a token: as GitHub was at {moment}, from the store")
    elif not asked:
        missing = f"the store does not hold all of {context.period}, and {context.settings.no_token}"
        loaded.broken.append(f"[sources.github]: {missing}")
    if not context.settings.triage_only:
        loaded.notes.append(
            "threads in which a member only labelled, assigned or closed were not searched for (triage_only = false)"
        )
    if context.organisation.scope == "everywhere":
        loaded.notes.append("releases, new repositories and mere triage are looked for in the upstream projects only")
    return loaded


def _complete_at(context: LoadContext) -> str | None:
    """Return when the store last held all of a load; None where it does not."""
    covered = context.store.told("searches", context.key)
    moments = [covered.get(search) or "" for search in discover.search_names(context)]
    return min(moments) if all(moments) else None


def load_needs(organisation: Organisation) -> Loaded:
    """Ask GitHub what waits in the upstream projects now."""
    settings = settings_of(organisation)
    token = settings.find_token() or settings.ask_for_token()
    if token is None:
        raise ContribkitError(f"[sources.github]: {settings.no_token}")
    work, seen_at = OpenWork(organisation), datetime.now(UTC)
    with Client(settings, token) as client:
        runner = Runner(RateLimiter(client, settings.longest_wait), BatchSizes(), work.receive)
        runner.run(work.queries())
    notes = [f"as GitHub was at {seen_at:%Y-%m-%d %H:%M} UTC", *work.notes]
    return Loaded(needs=work.table(seen_at), notes=notes, broken=runner.problems())
