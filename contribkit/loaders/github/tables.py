"""From the store to the tables: threads, and what was done in them in the periods that were loaded."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pandas as pd

from contribkit.loaders.github.acts import acts, login
from contribkit.loaders.github.linking import OWN, is_own_side, source_ref
from contribkit.loaders.github.references import references
from contribkit.loaders.github.rows import KINDS, thread_row
from contribkit.loaders.github.store import Store
from contribkit.loaders.github.threads import nodes
from contribkit.loaders.github.unsaid import Unsaid
from contribkit.loaders.source import Loaded
from contribkit.tables import ACTS, REFERENCES, THREADS, conform

if TYPE_CHECKING:
    from contribkit.config.organisation import Organisation


def tables(store: Store, organisation: "Organisation", spans: set[str]) -> Loaded:
    """Return what the store holds, as tables.

    Acts outside the spans are left out, since not all of them are there; so are threads without an act of a member.

    Parameters
    ----------
    store
        What GitHub said.
    organisation
        Whose members count.
    spans
        The periods that were loaded, ``start/end`` each, as GitHub writes times.
    """
    names = {
        identifier: (name if organisation.is_in_scope(name) else configured or name, private)
        for identifier, (name, configured, private) in store.repositories.names().items()
    }
    threads: list[dict[str, Any]] = []
    rows: list[dict[str, Any]] = []
    pointing: dict[tuple[str, str], dict[str, Any]] = {}
    unsaid = Unsaid()
    inside = [tuple(span.split("/")) for span in spans]
    for thing in store.things.of_kinds(*KINDS, "release", "repository"):
        assert thing.payload is not None
        name, private = names[thing.payload["repository"]["id"]]
        done = [act for act in acts(thing.kind, thing.payload) if act["actor"]]
        within = [act for act in done if any(start <= act["at"] < end for start, end in inside)]
        if not _is_members(thing.payload, within, organisation):
            continue
        row = thread_row(thing, name, done, organisation) | {"repo": name, "private": private, "source": "github"}
        threads.append(row)
        rows.extend(act | {"ref": row["ref"], "source": "github"} for act in within)
        pointing |= _pointing(thing.payload, row["ref"], organisation)
        unsaid.see(thing)
    own = list(store.things.of_kinds(*OWN))
    for thing in own:
        unsaid.see_own(thing)
    found = references(own, names, pointing, organisation)
    return Loaded(
        threads=conform(pd.DataFrame(threads), THREADS),
        acts=conform(pd.DataFrame(rows), ACTS),
        references=conform(pd.DataFrame(list(found)), REFERENCES),
        notes=unsaid.said(store.things.gone()),
    )


def _is_members(payload: dict[str, Any], within: list[dict[str, Any]], organisation: "Organisation") -> bool:
    """Say whether a member did something; that a pull request was merged is its author's act too."""
    actors = [act["actor"] for act in within]
    if any(act["act"] == "merged" for act in within):
        actors.append(login(payload["author"]))
    return any(organisation.member(actor) for actor in actors)


def _pointing(
    payload: dict[str, Any], ref: str, organisation: "Organisation"
) -> Iterator[tuple[tuple[str, str], dict[str, Any]]]:
    """Yield the cross-references from our own side to a thread, by its id there and the thread."""
    for event in nodes(payload, "timelineItems"):
        source = source_ref(event)
        if source and is_own_side(organisation, source):
            yield (event["source"]["id"], ref), event
