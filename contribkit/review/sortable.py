"""A table to sort and search in a notebook, and a plain one wherever nothing runs."""

from typing import Any

import pandas as pd

from contribkit.review import page
from contribkit.tables import records


class Sortable:
    """A table that a live notebook shows with itables, which asks no other host, and everything else as plain HTML.

    A widget of a notebook that was rendered before, or that is not trusted, is dead: then the plain table stands there.

    Parameters
    ----------
    table
        Any table; what is in its cells is shown as text.

    Examples
    --------
    >>> Sortable(pd.DataFrame({"title": ["<b>"]}))._repr_html_().count("&lt;b&gt;")
    1
    """

    def __init__(self, table: pd.DataFrame) -> None:
        self.table = table

    def _repr_html_(self) -> str:
        columns = [str(name) for name in self.table]
        return page.html("table.html", columns=columns, table=records(self.table))

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        # Slow to import, and needed only where a notebook shows the table.
        from itables.widget import ITable

        live = ITable(self.table, classes="display compact", maxBytes=0)._repr_mimebundle_()
        bundle = live[0] if isinstance(live, tuple) else live
        return {**(bundle or {}), "text/html": self._repr_html_(), "text/plain": repr(self.table)}
