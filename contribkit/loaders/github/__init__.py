"""The `github` source: everything a team did on GitHub in a period, complete, in a few dozen requests."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime, timedelta

from contribkit.config.organisation import Organisation
from contribkit.errors import ContribkitError
from contribkit.loaders.github.cache import Store
from contribkit.loaders.github.client import Client, ConnectionFailed, QueryTooLarge, RateLimited
from contribkit.loaders.github.discover import Discovery, member_probes
from contribkit.loaders.github.node_rows import NodeTables
from contribkit.loaders.github.open_work import OpenWork
from contribkit.loaders.github.queries import NAMES, Query, compose, dig, github_time, say
from contribkit.loaders.github.runner import Runner
from contribkit.loaders.github.settings import can_ask, settings_of, store_path
from contribkit.loaders.source import Finding, Loaded, errors, ok, warning
from contribkit.period import Period

_SUBJECT = "sources.github"
_LAG = timedelta(days=1)  # by which GitHub's index of searches may lag


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
    said = "answers_alone" if store_path(organisation).exists() else "will_ask"
    return [warning(_SUBJECT, say(said), settings.token_fix)]


def access_findings(organisation: Organisation, client: Client) -> list[Finding]:
    """Report who the token is and its points an hour, what it may not see, and whom GitHub's search does not find."""
    asked = [Query("viewer", {}), Query("points", {})]
    for upstream in organisation.upstream:
        asked += [Query("account", {"type": "repositoryOwner", "login": owner}) for owner in upstream.orgs]
        asked += [Query("seen", {"repo": repo}) for repo in upstream.repos]
    request = compose([*asked, *(one for member in organisation.members.values() for one in member_probes(member))])
    try:
        answer = client.ask(request)
    except (QueryTooLarge, ConnectionFailed, RateLimited) as error:
        is_limit = isinstance(error, RateLimited)
        said = "a limit of GitHub is reached" if is_limit else f"GitHub does not answer ({error})"
        return [warning(_SUBJECT, said, "run this again later")]
    except ContribkitError as error:
        return errors(_SUBJECT, error, "make a new token")
    why = {error["path"][:1]: f" ({error.get('message')})" for error in answer.errors}
    told = [(query.argument, answer.data.get(str(path[0])), why.get(path, "")) for query, path in request.paths]
    (_, viewer, _), (_, points, _), *others = told
    left = "; this server has no limit of points"
    if points:
        until = datetime.fromisoformat(points["resetAt"]).astimezone()
        left = f": {points['limit']:,} points an hour, {points['remaining']:,} of them left until {until:%H:%M}"
    found = [ok(_SUBJECT, f"the token is that of {dig(viewer, 'login') or 'an unknown account'}{left}")]
    hits: Counter[str] = Counter()
    for argument, payload, said in others:
        if "member" in argument:
            hits[argument["member"]] += dig(payload, "count") or 0
        elif not payload:
            sentence = f"{argument.get('login') or argument['repo']} cannot be seen{said}"
            found.append(warning(_SUBJECT, sentence, say("fix_unseen")))
    silent = [say("hidden_member", login) for login in hits if not hits[login]]
    return found + [warning(_SUBJECT, said, say("fix_hidden_member")) for said in silent]


def load(organisation: Organisation, period: Period) -> Loaded:
    """Load a period into the store, if there is a token, and return what it holds; `broken` says what is missing."""
    with _loaded(organisation, period) as (work, broken):
        spans = {work.key, *(load for load, *_ in work.store.rows("searches"))}
        loaded = NodeTables(work.store, work.organisation, work.settings.site).loaded(spans)
        remarks = work.store.told("remarks", work.key) if broken is None else work.remarks
        for said, is_wrong in remarks.items():
            (loaded.broken if is_wrong else loaded.notes).append(said)
        loaded.broken += broken or []
        if broken is None and (moment := _complete_at(work)):
            loaded.notes.append(say("read_from", moment))
        elif broken is None:
            loaded.broken.append(say("not_held", work.period, work.settings.no_token))
        limits = {"no_triage": not work.settings.triage_only, "everywhere": work.organisation.scope == "everywhere"}
        loaded.notes += [say(name) for name, is_set in limits.items() if is_set]
        return loaded


def fetch(organisation: Organisation, period: Period) -> None:
    """Load a period from GitHub into the store, where there is a token; errors as for `load`."""
    with _loaded(organisation, period) as (_, broken):
        if broken:
            raise ContribkitError(broken[0])


@contextmanager
def _loaded(organisation: Organisation, period: Period) -> Iterator[tuple[Discovery, list[str] | None]]:
    """Give a load that is as complete as it gets, and what is wrong with it; None where GitHub was not asked."""
    settings, path = settings_of(organisation, to_load=True), store_path(organisation)
    token, is_held = settings.find_token(), False
    if token is None and path.exists():
        with Store(path, read_only=True) as store:
            is_held = _complete_at(Discovery(organisation, period, settings, store)) is not None
    if token is None and not is_held:
        token = settings.ask_for_token()
    if token is None and not path.exists():
        raise ContribkitError(f"[sources.github]: {settings.no_token}")
    with Store(path, read_only=token is None) as store:
        work = Discovery(organisation, period, settings, store)
        with Client(settings, token) if token else nullcontext() as client:
            yield work, _run(work, client) if client else None


def _run(work: Discovery, client: Client) -> list[str]:
    runner, begun = Runner(client, work.receive, work.store), github_time(datetime.now(UTC))
    broken: list[str] = []
    if work.period.end > datetime.now(UTC) - _LAG:
        work.remarks[say("lately")] = False
    try:
        if client.settings.api_url.endswith("/v3"):  # a GitHub Enterprise server, which may know less than github.com
            runner.run(Query("schema", {"name": name}) for name in NAMES["optional"])
            runner.lacking = work.lacking
        for step in (work.first, work.silent_members, work.blind_members, work.looks, work.vanished):
            runner.run(step())
    except (ContribkitError, KeyboardInterrupt) as error:
        broken = [str(error) or say("stopped"), say("incomplete", work.period, runner.unanswered())]
    broken += runner.problems()
    with work.store.transaction():
        work.store.keep_rows("sizes", runner.sizes.told())
        work.store.keep_told("remarks", work.key, work.remarks)
        if not broken and not any(work.remarks.values()):
            work.store.keep_told("searches", work.key, dict.fromkeys(work.search_names(), begun))
    return broken


def _complete_at(work: Discovery) -> str | None:
    covered = work.store.told("searches", work.key)
    moments = [covered.get(search) or "" for search in work.search_names()]
    return min(moments) if all(moments) else None


def load_needs(organisation: Organisation) -> Loaded:
    """Ask GitHub what waits in the upstream projects now."""
    settings = settings_of(organisation)
    token = settings.find_token() or settings.ask_for_token()
    if token is None:
        raise ContribkitError(f"[sources.github]: {settings.no_token}")
    work, seen_at = OpenWork(organisation), datetime.now(UTC)
    with Client(settings, token) as client:
        runner = Runner(client, work.receive)
        runner.run(work.queries())
    notes = [f"as GitHub was at {seen_at:%Y-%m-%d %H:%M} UTC", *work.notes]
    return Loaded(needs=work.table(seen_at), notes=notes, broken=runner.problems())
