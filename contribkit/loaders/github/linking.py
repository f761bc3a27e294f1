"""Our own side: threads of own, tracker and stakeholder repositories that point upstream, and those that plan it."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from contribkit.ids import casefold_id, number_of, repository_of
from contribkit.loaders.github.absent import only_latest, unseen
from contribkit.loaders.github.asks import Ask, text
from contribkit.loaders.github.loading import Loading
from contribkit.loaders.github.remarks import remark
from contribkit.loaders.github.store import Thing

if TYPE_CHECKING:
    from contribkit.config.organisation import Organisation

_KIND = {"Issue": "own_issue", "PullRequest": "own_pull"}
OWN = tuple(_KIND.values())
_LATEST = 50  # issues, and as many pull requests, of a repository of plans


def is_own_side(organisation: "Organisation", ref: str) -> bool:
    """Say whether a thread is our own side's, or in a repository that stakeholders own or is kept for them."""
    repo = repository_of(ref)
    if repo is None or organisation.is_own_side(ref):
        return repo is not None
    if organisation.upstream_of(repo) is not None:
        return False
    owners = {
        casefold_id(name)
        for stakeholder in organisation.stakeholders
        for name in (*stakeholder.repos, *stakeholder.orgs)
    }
    return casefold_id(repo) in owners or casefold_id(repo.split("/")[0]) in owners


def source_ref(event: dict[str, Any]) -> str | None:
    """Return the thread from which a cross-reference comes; None where it may not be seen."""
    source = event.get("source") or {}
    if not source.get("repository"):
        return None
    return f"{source['repository']['nameWithOwner']}#{source['number']}"


def linking(loading: Loading, timeline: dict[str, Any] | None) -> Iterator[Ask]:
    """Yield asks for the threads of our own side that point at a thread."""
    for event in (timeline or {}).get("nodes") or []:
        ref = source_ref(event or {})
        if ref and is_own_side(loading.organisation, ref):
            yield from _want(loading, event["source"])


def _want(loading: Loading, source: dict[str, Any]) -> Iterator[Ask]:
    if not loading.store.things.holds(source["id"], source["updatedAt"], ""):
        yield Ask(_KIND[source["__typename"]], {"id": source["id"], "updated_at": source["updatedAt"]})


def receive(loading: Loading, ask: Ask, answer: dict[str, Any] | None) -> Iterator[Ask]:
    """Keep a thread of our own side; one that is no more is not asked for again."""
    if not answer or "id" not in answer:
        loading.store.things.keep(Thing(ask.argument["id"], ask.kind, ask.argument["updated_at"], "", None))
    else:
        loading.store.repositories.keep(answer["repository"])
        loading.store.things.keep(Thing(answer["id"], ask.kind, answer["updatedAt"], "", answer))
    yield from ()


def planned(organisation: "Organisation") -> Iterator[Ask]:
    """Yield asks for the threads and repositories in which initiatives and goals are planned."""
    refs = [ref for initiative in organisation.initiatives for ref in initiative.refs]
    refs += [ref for goal in organisation.goals for ref in goal.refs]
    for ref in dict.fromkeys(refs):
        repo, number = repository_of(ref), number_of(ref)
        if repo and number is not None:
            yield Ask("planned", {"repo": repo, "number": number})
        elif repo == ref:
            yield Ask("plans", {"repo": repo})


def planned_field(argument: dict[str, Any]) -> str:
    """Return the field of a thread in which something is planned."""
    return (
        f"{repository(argument['repo'])} {{ issueOrPullRequest(number: {argument['number']}) "
        "{ __typename ...OwnIssue ...OwnPull } }"
    )


def plans_field(argument: dict[str, Any]) -> str:
    """Return the field of a repository in which something is planned: the threads touched last."""
    page = f"first: {_LATEST}, orderBy: {{field: UPDATED_AT, direction: DESC}}"
    about = "totalCount nodes { __typename id updatedAt }"
    return f"{repository(argument['repo'])} {{ issues({page}) {{ {about} }} pullRequests({page}) {{ {about} }} }}"


def repository(name: str) -> str:
    """Return the field of one repository."""
    owner, name = name.split("/")
    return f"repository(owner: {text(owner)}, name: {text(name)})"


def receive_planned(loading: Loading, ask: Ask, answer: dict[str, Any] | None) -> Iterator[Ask]:
    """Keep a thread in which something is planned, or say that it cannot be seen."""
    thread = (answer or {}).get("issueOrPullRequest")
    remark(loading, ask, None if thread else unseen(loading, f"{ask.argument['repo']}#{ask.argument['number']}"))
    if thread:
        yield from receive(loading, Ask(_KIND[thread["__typename"]], {}), thread)


def receive_plans(loading: Loading, ask: Ask, answer: dict[str, Any] | None) -> Iterator[Ask]:
    """Yield the threads of a repository in which something is planned; say where there are more than were asked for."""
    name, pages = ask.argument["repo"], (answer or {}).values()
    is_cut = any(page["totalCount"] > _LATEST for page in pages)
    said = only_latest(loading, name, _LATEST) if is_cut else None
    remark(loading, ask, said if answer else unseen(loading, name))
    for page in pages:
        for thread in page["nodes"]:
            yield from _want(loading, thread)
