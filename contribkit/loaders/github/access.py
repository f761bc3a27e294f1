"""What a token may do, asked in one cheap query: for `contribkit doctor`."""

import json
from datetime import datetime
from typing import Any

from contribkit.config.organisation import Organisation
from contribkit.errors import ContribkitError
from contribkit.loaders.github.client import Client, ConnectionFailed, QueryTooLarge, RateLimited
from contribkit.loaders.github.discover import member_words
from contribkit.loaders.github.queries import Request
from contribkit.loaders.source import Finding, errors, ok, warning

SUBJECT = "sources.github"


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
    members = {login: member_words(member) for login, member in organisation.members.items()}
    for words in (one for searches in members.values() for one in searches):
        fields[words] = f"search(query: {json.dumps(words)}, type: ISSUE, first: 1) {{ issueCount }}"
    asked = " ".join(f"f{number}: {field}" for number, field in enumerate(fields.values()))
    document = f"query {{ viewer {{ login }} rateLimit {{ limit remaining resetAt }} {asked} }}"
    try:
        answer = client.ask(Request(document, {}, []))
    except (QueryTooLarge, ConnectionFailed) as error:
        return [warning(SUBJECT, f"GitHub does not answer ({error})", "run this again later")]
    except RateLimited:
        return [warning(SUBJECT, "a limit of GitHub is reached", "run this again later")]
    except ContribkitError as error:
        return errors(SUBJECT, error, "make a new token")
    told: dict[str, Any] = {name: answer.data.get(f"f{number}") for number, name in enumerate(fields)}
    why = {str((error.get("path") or [None])[0]): f" ({error.get('message')})" for error in answer.errors}
    found = [ok(SUBJECT, f"the token is that of {_identity(answer.data)}")]
    for number, name in enumerate(places):
        if not told[name]:
            fix = "fix its name in [[upstream]], or give the token access to it"
            found.append(warning(SUBJECT, f"{name} cannot be seen{why.get(f'f{number}', '')}", fix))
    for login, searches in members.items():
        if not any((told[words] or {}).get("issueCount") for words in searches):
            fix = "nothing to do: their threads are looked for one by one, which takes longer"
            found.append(warning(SUBJECT, f"GitHub's search does not find {login} (a private profile?)", fix))
    return found


def _identity(data: dict[str, Any]) -> str:
    login = (data.get("viewer") or {}).get("login") or "an unknown account"
    limit: dict[str, Any] | None = data.get("rateLimit")
    if not limit:
        return f"{login}; this server has no limit of points"
    until = datetime.fromisoformat(limit["resetAt"]).astimezone()
    return f"{login}: {limit['limit']:,} points an hour, {limit['remaining']:,} of them left until {until:%H:%M}"
