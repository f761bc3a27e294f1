"""What a token may do, asked in one cheap query: for `contribkit doctor`."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from contribkit.config.organisation import Organisation
from contribkit.errors import ContribkitError
from contribkit.loaders.github.client import Answer, Client, ConnectionFailed, QueryTooLarge, RateLimited
from contribkit.loaders.github.discover import logins
from contribkit.loaders.github.queries import Request, quoted, repository
from contribkit.loaders.source import Finding, errors, ok, warning

SUBJECT = "sources.github"


def access_findings(organisation: Organisation, client: Client) -> list[Finding]:
    """Report who the token is and its points an hour, what it may not see, and whom GitHub's search does not find."""
    fields = [*_places(organisation), *_searches(organisation)]
    asked = "\n".join(f"f{number}: {field}" for number, (_, field) in enumerate(fields))
    document = f"query {{ viewer {{ login }} rateLimit {{ limit remaining resetAt }}\n{asked}\n}}"
    try:
        answer = client.ask(Request(document, {}, []))
    except (QueryTooLarge, ConnectionFailed) as error:
        return [warning(SUBJECT, f"GitHub does not answer ({error})", "run this again later")]
    except RateLimited:
        return [warning(SUBJECT, "a limit of GitHub is reached", "run this again later")]
    except ContribkitError as error:
        return errors(SUBJECT, error, "make a new token")
    told = {name: answer.data.get(f"f{number}") for number, (name, _) in enumerate(fields)}
    reasons = {f"f{number}": name for number, (name, _) in enumerate(fields)}
    why = {reasons.get(str((error.get("path") or [None])[0])): str(error.get("message")) for error in answer.errors}
    return [_identity(answer), *_unseen(organisation, told, why), *_unfound(organisation, told)]


def _identity(answer: Answer) -> Finding:
    login = (answer.data.get("viewer") or {}).get("login") or "an unknown account"
    limit: dict[str, Any] | None = answer.data.get("rateLimit")
    if not limit:
        return ok(SUBJECT, f"the token is that of {login}; this server has no limit of points")
    said = f"the token is that of {login}: {limit['limit']:,} points an hour, {limit['remaining']:,} of them left"
    reset = datetime.fromisoformat(limit["resetAt"]).astimezone()
    return ok(SUBJECT, f"{said} until {reset:%H:%M}")


def _places(organisation: Organisation) -> Iterator[tuple[str, str]]:
    """Yield each upstream owner and repository, and the field that says whether it may be seen."""
    for upstream in organisation.upstream:
        yield from ((owner, f"repositoryOwner(login: {quoted(owner)}) {{ login }}") for owner in upstream.orgs)
        yield from ((repo, f"{repository(repo)} {{ nameWithOwner }}") for repo in upstream.repos)


def _searches(organisation: Organisation) -> Iterator[tuple[str, str]]:
    for member in organisation.members.values():
        for login in logins(member):
            for kind in ("pr", "issue"):
                words = f"involves:{login} is:{kind}"
                yield words, f"search(query: {quoted(words)}, type: ISSUE, first: 1) {{ issueCount }}"


def _unseen(organisation: Organisation, told: dict[str, Any], why: dict[str | None, str]) -> Iterator[Finding]:
    for name, _ in _places(organisation):
        if not told[name]:
            reason = f" ({why[name]})" if name in why else ""
            fix = "fix its name in [[upstream]], or give the token access to it"
            yield warning(SUBJECT, f"{name} cannot be seen{reason}", fix)


def _unfound(organisation: Organisation, told: dict[str, Any]) -> Iterator[Finding]:
    for login, member in organisation.members.items():
        words = [f"involves:{name} is:{kind}" for name in logins(member) for kind in ("pr", "issue")]
        if not any((told[one] or {}).get("issueCount") for one in words):
            fix = "nothing to do: their threads are looked for one by one, which takes longer"
            yield warning(SUBJECT, f"GitHub's search does not find {login} (a private profile?)", fix)
