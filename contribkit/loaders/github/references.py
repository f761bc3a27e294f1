"""References: what threads of our own side say about upstream threads."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from contribkit.ids import casefold_id
from contribkit.loaders.github.acts import login
from contribkit.loaders.github.store import Thing
from contribkit.loaders.github.threads import nodes
from contribkit.loaders.passages import passages

if TYPE_CHECKING:
    from contribkit.config.organisation import Organisation

_KINDS = {"own_issue": "issue", "own_pull": "pull_request"}
_CONTEXT = 1_000  # characters


def references(
    things: Iterable[Thing],
    names: dict[str, tuple[str, bool]],
    pointing: dict[tuple[str, str], dict[str, Any]],
    organisation: "Organisation",
) -> Iterator[dict[str, Any]]:
    """Yield a row of the references table for each pair of a thread of our own side and one that it points at.

    Parameters
    ----------
    things
        The threads of our own side.
    names
        Name and privacy of every repository by id.
    pointing
        The cross-references that GitHub tells, by the id of the thread of our own side and the thread it points at.
    organisation
        Which repositories are our own.
    """
    by_thing: dict[str, dict[str, dict[str, Any]]] = {}
    for (identifier, ref), event in pointing.items():
        by_thing.setdefault(identifier, {})[ref] = event
    for thing in things:
        payload = thing.payload or {}
        repo, private = names[payload["repository"]["id"]]
        events = {casefold_id(ref): (ref, event) for ref, event in by_thing.get(thing.id, {}).items()}
        common = {
            "source": repo,
            "kind": _KINDS[thing.kind],
            "id": f"{repo}#{payload['number']}",
            "url": payload["url"],
            "title": payload["title"],
            "labels": [label["name"] for label in nodes(payload, "labels")],
            "private": private,
        }
        for ref, found in _said(payload, organisation).items():
            if casefold_id(ref) in events:  # GitHub's own word on when and by whom
                event = events.pop(casefold_id(ref))[1]
                found |= {"date": event["createdAt"], "by": login(event["actor"]) or found["by"]}
            yield common | found | {"ref": ref}
        for ref, event in events.values():
            # By a name that changed since, or in a comment that is not there.
            about = {"context": (payload["body"] or "")[:_CONTEXT] or None}
            yield common | about | {"ref": ref, "date": event["createdAt"], "by": login(event["actor"])}


def _said(payload: dict[str, Any], organisation: "Organisation") -> dict[str, dict[str, Any]]:
    """Return what a thread says about each foreign thread, in its body and comments; the first place tells when."""
    found: dict[str, dict[str, Any]] = {}
    for place in (payload, *nodes(payload, "comments")):
        for ref, text, context in passages(place["body"] or "", organisation):
            about = {"date": place["createdAt"], "by": login(place["author"]), "texts": [], "around": []}
            first = found.setdefault(ref, about)
            first["texts"].append(text)
            first["around"].append(context)
    return {
        ref: {
            "date": first["date"],
            "by": first["by"],
            "text": "\n\n".join(first["texts"]),
            "context": "\n\n".join(filter(None, first["around"])) or None,
        }
        for ref, first in found.items()
    }
