"""Our share of what happens in each upstream project: are we taking it over?"""

from typing import TYPE_CHECKING

import pandas as pd

from contribkit.ids import repository_of
from contribkit.period import Period
from contribkit.review.rows import within
from contribkit.review.shares import share

if TYPE_CHECKING:
    from contribkit.config.organisation import Organisation

COLUMNS = ["project", "part", "whole", "share", "low", "high"]


def project_shares(acts: pd.DataFrame, organisation: "Organisation", period: Period) -> pd.DataFrame:
    """Return the members' part of the acts of people in each upstream project.

    Near CHAOSS, Organizational Diversity and Elephant Factor: the part of one organisation. Only sources that know acts
    of people outside the organisation are asked, since with any other the answer would be all; bots are left out.
    The interval takes acts as independent, which they are not quite: the truth is less sure than it says.

    Parameters
    ----------
    acts
        A table of the schema `ACTS`; a row that sums up several acts counts as many.
    organisation
        Whose members, bots and upstream projects.
    period
        The days looked at.

    Returns
    -------
    pandas.DataFrame
        One row a project in which acts of anybody are known, in the order of the file: `project` (str), `part`,
        `whole` (int, acts), `share`, `low`, `high` (float, Wilson's 95 % interval).
    """
    mine = acts[within(acts["at"], period)]
    names = mine["actor"].dropna().unique()
    people = {name: organisation.member(name) is not None for name in names if not organisation.is_bot(name)}
    mine = mine[mine["actor"].isin(people)]
    ours = mine["actor"].map(people).astype(bool)
    mine, ours = mine[(known := mine["source"].isin(set(mine.loc[~ours, "source"])))], ours[known]
    repos = {ref: organisation.upstream_of(repository_of(ref)) for ref in mine["ref"].unique()}
    projects = mine["ref"].map({ref: upstream.name for ref, upstream in repos.items() if upstream})
    count = mine["count"].fillna(1).astype(int)
    whole, part = count.groupby(projects).sum(), count[ours].groupby(projects[ours]).sum()
    names_in_order = [upstream.name for upstream in organisation.upstream if upstream.name in whole.index]
    table = [(name, *share(int(part.get(name, 0)), int(whole[name]))) for name in names_in_order]
    return pd.DataFrame(table, columns=COLUMNS)
