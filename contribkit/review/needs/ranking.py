"""Needs in order: first what has most impact, drafts last, what bots opened apart."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

import pandas as pd

from contribkit.privacy import visible
from contribkit.review.needs.need import Need
from contribkit.review.needs.reasons import is_due, reasons_for
from contribkit.tables import rows_of

if TYPE_CHECKING:
    from contribkit.config.organisation import Organisation


def rank(
    needs: pd.DataFrame, organisation: "Organisation", as_of: datetime, include_private: bool = False
) -> pd.DataFrame:
    """Return needs in order of their impact, with every reason.

    The score of a need is the sum of the points of its reasons, and the points are the weights of ``[needs]``. It is a
    property of the thing that waits, never of a person.

    Parameters
    ----------
    needs
        A table of the schema `contribkit.tables.NEEDS`.
    organisation
        Whose weights, goals, key communities, members and bots.
    as_of
        The moment from which ages count.
    include_private
        Keep what is private; else it is left out.

    Returns
    -------
    pandas.DataFrame
        The needs with `upstream` (str: the project, missing outside of all), `activity` (str: what it asks for),
        `score` (float), `reasons` (list of dicts: `reason`, `points`, `because`) and `by_bot` (bool). Drafts come last;
        else the highest score first, of equal ones the oldest. A release that is not due and a green branch are no
        needs.

    Examples
    --------
    >>> from contribkit import Organisation, load_needs
    >>> org = Organisation.read_sample()
    >>> table = load_needs(org).table
    >>> best = rank(table, org, table["seen_at"].max()).iloc[0]
    >>> bool(best["score"] == sum(reason["points"] for reason in best["reasons"]))
    True
    """
    public = needs[visible(needs, include_private)]
    asked = {index: Need(row, organisation, as_of) for index, row in zip(public.index, rows_of(public), strict=True)}
    shown = public.loc[[index for index, need in asked.items() if is_due(need)]]
    known = shown.assign(**_judged([asked[index] for index in shown.index], shown.index))
    order = known.assign(
        late=known["draft"].fillna(False).astype(bool),
        since=known["opened_at"].fillna(known["released_at"]),
        name=known["ref"].str.casefold(),
    ).sort_values(["late", "score", "since", "name"], ascending=[True, False, True, True], kind="stable")
    return known.loc[order.index].reset_index(drop=True)


def _judged(asked: list[Need], index: pd.Index) -> dict[str, pd.Series]:
    """Return the columns that a ranking adds."""
    projects = [need.organisation.upstream_of(need.text("repo")) for need in asked]
    reasons = [reasons_for(need) for need in asked]
    columns: dict[str, tuple[list[Any], Any]] = {
        "upstream": ([project.name if project else None for project in projects], "str"),
        "activity": ([str(need.activity) for need in asked], "str"),
        "score": ([sum(reason["points"] for reason in cell) for cell in reasons], float),
        "reasons": (reasons, object),
        "by_bot": ([need.is_of_bot for need in asked], bool),
    }
    return {name: pd.Series(cells, index=index, dtype=kind) for name, (cells, kind) in columns.items()}


def spread(ranked: pd.DataFrame, count: int) -> pd.DataFrame:
    """Return the needs with which to begin: the best of each kind in turn, in the order of the ranking.

    Without turns a project with many open pull requests would hide that another's branch is red.

    Parameters
    ----------
    ranked
        What `rank` returns. Drafts, what bots opened, and what no reason speaks for are passed over.
    count
        How many at most.

    Examples
    --------
    >>> rows = {"kind": ["pull_request"] * 3 + ["branch"], "score": [9.0, 8.0, 7.0, 5.0]}
    >>> spread(pd.DataFrame(rows).assign(draft=False, by_bot=False), 3)["kind"].tolist()
    ['pull_request', 'pull_request', 'branch']
    """
    fit = ranked[(ranked["score"] > 0) & ~ranked["by_bot"] & ~ranked["draft"].fillna(False).astype(bool)]
    turns = fit.groupby("kind", sort=False).cumcount()
    return fit.loc[sorted(turns.sort_values(kind="stable").index[:count])]
