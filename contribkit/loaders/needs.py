"""What waits in the upstream projects a team cares for, from every source that knows it."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pandas as pd

from contribkit.errors import ContribkitError
from contribkit.loaders.source import in_order, loader
from contribkit.loaders.union import in_scope
from contribkit.tables import NEEDS, combine, conform, empty

if TYPE_CHECKING:
    from contribkit.config.organisation import Organisation


@dataclass(frozen=True)
class Needs:
    """What waits upstream.

    Attributes
    ----------
    table
        One row a need, a table of the schema `NEEDS`; the first source that knows a need is believed.
    notes
        What a reader should know, by source: what could not be seen, and when it was looked at.
    """

    table: pd.DataFrame = field(default_factory=lambda: empty(NEEDS))
    notes: dict[str, list[str]] = field(default_factory=dict)


def load_needs(organisation: "Organisation", keep_going: bool = False) -> Needs:
    """Load what waits in the upstream projects: open pull requests, untriaged issues, releases due, red branches.

    Sources that know no needs are passed over; one that does has a function ``load_needs(organisation, keep_going)``
    that returns a table of the schema `NEEDS` and notes.

    Parameters
    ----------
    organisation
        Whose upstream projects, and whose sources.
    keep_going
        Take what can be read, and say in `Needs.notes` what could not.

    Raises
    ------
    ContribkitError
        Where a source cannot be read and `keep_going` is off.

    Examples
    --------
    >>> from contribkit import Organisation
    >>> load_needs(Organisation.read_sample()).table.columns[:3].tolist()
    ['kind', 'ref', 'repo']
    """
    tables: list[pd.DataFrame] = []
    notes: dict[str, list[str]] = {}
    for name in in_order(list(organisation.sources)):
        read = getattr(loader(name), "load_needs", None)
        if read is None:
            continue
        try:
            table, said = read(organisation, keep_going)
        except ContribkitError as error:
            if not keep_going:
                raise
            table, said = empty(NEEDS), [str(error)]
        tables.append(conform(table, NEEDS, organisation.timezone))
        notes[name] = said
    found = combine(tables, NEEDS)
    found = found[in_scope(found["ref"], organisation)]
    twice = pd.DataFrame({"kind": found["kind"], "ref": found["ref"].str.casefold()}).duplicated()
    return Needs(found[~twice].reset_index(drop=True), notes)
