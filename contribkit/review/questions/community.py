"""Whether the work strengthened the community, and whether we take projects over."""

from collections.abc import Iterable
from typing import Any, NamedTuple

import pandas as pd
from markupsafe import Markup
from matplotlib.figure import Figure

from contribkit.config.organisation import Organisation
from contribkit.ids import repository_of
from contribkit.period import Period
from contribkit.review import figures, page
from contribkit.review.page import between, number, percent, verb
from contribkit.review.question import Filter, Question, array, line_details, obj, of
from contribkit.review.review_data import ReviewData, once, within
from contribkit.review.shares import Share, days_between, share
from contribkit.text import MISSING, pluralise
from contribkit.vocabulary import MAINTAINERS, NEWCOMERS, Kind

_HALF = 0.5
_UNKNOWN_PROJECTS = "How much of each project is ours is not known: no source tells what people outside do."


class Response(NamedTuple):
    """Median days until the first response, of how many threads it is known, and of how many there are."""

    days: float | None
    known: int
    threads: int


class Community(Question):
    """How the team met people outside, and its organisation's part of each project."""

    name = "community"
    title = "Did it strengthen the community?"
    schema = {
        "community": obj(
            "How the team met people outside the organisation.",
            reviewed=of("perhaps", "Reviews of pull requests of non-maintainers; null where no source tells of one."),
            closed=of("perhaps", "Of these, whose thread the team merged or closed."),
            newcomers_back=of("share", "Newcomers whose work was reviewed, over all periods known, who came back."),
            first_response=obj(
                "Median days until newcomers' threads of the period had a response.",
                days={"type": ["number", "null"], "minimum": 0}, known=of("count"), threads=of("count"),
            ),
            self_merges=of("share", "Own pull requests that their author merged, of those whose merger is known."),
        ),
        "projects": array(
            "The organisation's acts among the known acts of people in each upstream project; empty where no source "
            "knows acts of others.",
            project={"type": "string"}, part=of("count"), whole=of("count"), share=of("fraction"), low=of("fraction"),
            high=of("fraction"),
        ),
    }  # fmt: skip

    def sentence(self, data: ReviewData) -> str:
        return " ".join([row["sentence"] for row in _measures(data) if row["value"] != MISSING] + [_ours(data)])

    def tables(self, data: ReviewData) -> dict[str, pd.DataFrame]:
        return {"projects": projects(data)}

    def figure(self, data: ReviewData) -> Figure | None:
        table = projects(data)
        if not len(table):
            return None
        most = table.sort_values("share", ascending=False).iloc[0]
        title = f"{percent(most['share'])} of what is known to happen in {most['project']} was ours"
        return figures.share_figure(table, _HALF, "half", "% of the known acts of people", title)

    def rows(self, data: ReviewData) -> dict[str, pd.Series]:
        rows = data.named_rows
        reviewed = reviewed_of_others(rows, data.organisation)
        return {
            "reviewed of others": reviewed,
            "closed of others": reviewed & closed_by_team(rows, data.acts, set(data.members), data.period),
            "own merged": own_merged(rows, data.period),
            "self-merged": self_merged(rows, data.period),
        }

    def numbers(self, data: ReviewData) -> dict[str, Any]:
        found = community(data)
        parts = {name: found[name]._asdict() for name in ("newcomers_back", "first_response", "self_merges")}
        return {"community": found | parts} | super().numbers(data)

    def filters(self, data: ReviewData) -> dict[str, Filter]:
        of_others: dict[str, Filter] = {
            "/community/reviewed": {"counts_for": "reviewed of others"},
            "/community/closed": {"counts_for": "closed of others"},
        }
        return ({} if community(data)["reviewed"] is None else of_others) | {
            "/community/self_merges/part": {"counts_for": "self-merged"},
            "/community/self_merges/whole": {"counts_for": "own merged"},
        }

    def body(self, data: ReviewData) -> Iterable[Markup]:
        measures, table = _measures(data), projects(data)
        known = [row for row in measures if row["value"] != MISSING]
        unknown = [f"{row['what']} ({row['why']})" for row in measures if row["value"] == MISSING]
        yield page.table({
            "what": [row["what"] for row in known], "number": page.numbers(row["value"] for row in known),
            "how it is known": [row["why"] for row in known],
        })  # fmt: skip
        if unknown:
            yield page.paragraph("Not known:", quiet=True) + page.bullets(unknown, quiet=True)
        if len(table):
            note = page.paragraph("Of sources that know what people outside do; bots are left out.", quiet=True)
            yield page.details("our part of each project", page.table({
                "project": table["project"], "our acts": page.numbers(table["part"]),
                "known acts of people": page.numbers(table["whole"]), "share": page.numbers(table["share"], percent),
                "95 % interval": page.numbers(map(between, table["low"], table["high"])),
            }) + note)  # fmt: skip
        reviewed = data.rows[self.rows(data)["reviewed of others"]]
        caption = f"the {pluralise(len(reviewed), 'review')} of pull requests of people who are not maintainers"
        yield line_details(data, reviewed, caption)


@once
def community(data: ReviewData) -> dict[str, Any]:
    """Return how the team met people outside the organisation, by name of the measure."""
    counted = {name: int(mask.sum()) for name, mask in Community().rows(data).items()}
    reviewed = [rows[reviewed_of_others(rows, data.organisation)] for rows in data.periods]
    known = [rows for rows in reviewed if len(rows)]
    standing = is_standing_known(data.named_rows)
    return {
        "reviewed": counted["reviewed of others"] if standing else None,
        "closed": counted["closed of others"] if standing else None,
        "newcomers_back": newcomers_back(pd.concat(known) if known else reviewed[-1], data.threads),
        "first_response": first_response(data.threads, data.organisation, data.period),
        "self_merges": share(counted["self-merged"], counted["own merged"]),
    }


def _measures(data: ReviewData) -> list[dict[str, Any]]:
    """Return each measure: what it is, its value, how it is known, and a sentence."""
    return [_reviewed(data), _back(data), _response(data), _selves(data)]


def _reviewed(data: ReviewData) -> dict[str, Any]:
    count, closed = community(data)["reviewed"], community(data)["closed"]
    what = {"what": "reviews of non-maintainers' pull requests; of these, pull requests that the team merged or closed"}
    if count is None:
        return what | {"value": MISSING, "why": "no source tells who maintains a project", "sentence": ""}
    ended = f"; the team merged or closed {closed} of them" if count else ""
    return what | {
        "value": f"{count}, of these {closed}" if count else "0",
        "why": "according to GitHub: neither owner, member nor collaborator; each reviewer counts",
        "sentence": f"{pluralise(count, 'review')} went to pull requests of people who are not maintainers{ended}.",
    }


def _back(data: ReviewData) -> dict[str, Any]:
    part = community(data)["newcomers_back"]
    periods = len(data.earlier) + 1
    return {
        "what": f"newcomers who came back after a review of the team, over {pluralise(periods, 'period')}",
        "value": f"{part.part} of {part.whole}" if part.whole else MISSING,
        "why": "opened another thread later, as far as sources know threads of others"
        if part.whole else "no review of a newcomer's pull request whose first day is known",
        "sentence": f"{part.part} of {pluralise(part.whole, 'newcomer')} whose work was reviewed came back.",
    }  # fmt: skip


def _response(data: ReviewData) -> dict[str, Any]:
    found = community(data)["first_response"]
    known = f"known for {found.known} of {pluralise(found.threads, 'thread')} that newcomers opened in the period"
    unknown = "no source knows it" if found.threads else "no newcomer is known to have opened a thread in the period"
    return {
        "what": "days until a newcomer's thread had its first response, median",
        "value": number(found.days),
        "why": unknown if found.days is None else known,
        "sentence": f"Half of the newcomers had an answer within {number(found.days)} days.",
    }


def _selves(data: ReviewData) -> dict[str, Any]:
    part = community(data)["self_merges"]
    own = pluralise(part.whole, "own pull request")
    return {
        "what": "own pull requests that their author merged",
        "value": f"{part.part} of {part.whole}" if part.whole else MISSING,
        "why": f"{percent(part.share)} ({between(part.low, part.high)}) of those merged by somebody who is known"
        if part.whole else "no source tells who merged the team's pull requests",
        "sentence": f"{part.part} of {own} {verb(part.part)} merged by their author.",
    }  # fmt: skip


def _ours(data: ReviewData) -> str:
    table = projects(data)
    if not len(table):
        return _UNKNOWN_PROJECTS
    most = list(table.loc[table["low"] > _HALF, "project"])
    if most:
        return f"More than half of what is known was ours in {', '.join(most)}: others may need room, or help."
    largest = table.sort_values("share", ascending=False).iloc[0]
    return (
        f"No project is clearly more than half ours; most is in {largest['project']} "
        f"({largest['part']} of {pluralise(int(largest['whole']), 'act')}, {percent(largest['share'])})."
    )


def from_outside(rows: pd.DataFrame, organisation: Organisation) -> pd.Series:
    """Return which contributions or threads a person outside the organisation opened; a bot is no person."""
    authors = rows["author"].dropna().unique()
    outside = [name for name in authors if organisation.member(name) is None and not organisation.is_bot(name)]
    return rows["author"].isin(outside) & ~rows["author_is_bot"].fillna(False).astype(bool)


def is_standing_known(rows: pd.DataFrame) -> bool:
    """Return whether sources tell how the authors of contributions stand to the projects; nothing is no objection."""
    return not len(rows) or bool(rows["author_association"].notna().any())


def reviewed_of_others(rows: pd.DataFrame, organisation: Organisation) -> pd.Series:
    """Return which contributions are reviews of a pull request of a non-maintainer outside the organisation.

    A non-maintainer is who is neither owner, member nor collaborator in GitHub's ``author_association``; where a source
    does not know it, the answer is no. Near CHAOSS, Change Request Reviews, for these people alone.
    """
    standing = rows["author_association"]
    newer = standing.notna() & ~standing.isin(MAINTAINERS)
    return (rows["kind"] == Kind.REVIEW) & newer & from_outside(rows, organisation)


def closed_by_team(rows: pd.DataFrame, acts: pd.DataFrame, members: set[str], period: Period) -> pd.Series:
    """Return of which contributions a member of the team merged or closed the thread in the period.

    Parameters
    ----------
    rows
        Contributions, of which `ref`, `merged_by` and `merged_at` are read.
    acts
        A table of the schema `ACTS`.
    members
        Logins, as configured.
    period
        The days looked at.
    """
    merged = rows["merged_by"].isin(members) & within(rows["merged_at"], period)
    ended = acts["act"].isin(["merged", "closed"]) & acts["actor"].isin(members) & within(acts["at"], period)
    return merged | rows["ref"].str.casefold().isin(set(acts.loc[ended, "ref"].str.casefold()))


def newcomers_back(reviewed: pd.DataFrame, threads: pd.DataFrame) -> Share:
    """Return how many of the newcomers whose pull requests were reviewed opened another thread later.

    Near CHAOSS, New Contributors and Inactive Contributors: here the way back is counted, in any upstream project, as
    far as sources know threads of people outside the team. Newcomers are `NEWCOMERS`, each counted once.

    Parameters
    ----------
    reviewed
        Contributions for which `reviewed_of_others` holds, of this period and those before it.
    threads
        A table of the schema `THREADS`; those without `opened_at` cannot tell.
    """
    mine = reviewed[reviewed["author_association"].isin(NEWCOMERS)]
    first = mine.groupby(mine["author"].str.casefold())["opened_at"].min().dropna()
    last = threads.groupby(threads["author"].str.casefold())["opened_at"].max()
    back = (last.reindex(first.index) > first).sum()
    return share(int(back), len(first))


def first_response(threads: pd.DataFrame, organisation: Organisation, period: Period) -> Response:
    """Return the median days from opening to the first response, for threads that newcomers opened in the period.

    Source: CHAOSS, Time to First Response (https://chaoss.community/kb/metric-time-to-first-response/), for newcomers
    (`NEWCOMERS`) outside the organisation. Threads without a known response are not counted as fast nor as slow: how
    many there are stands beside it. Days are missing where no response is known.
    """
    new = threads["author_association"].isin(NEWCOMERS) & from_outside(threads, organisation)
    mine = threads[new & within(threads["opened_at"], period)]
    return Response(*days_between(mine["opened_at"], mine["first_response_at"]), len(mine))


def own_merged(rows: pd.DataFrame, period: Period) -> pd.Series:
    """Return which contributions are own pull requests, merged in the period by somebody who is known."""
    return (rows["kind"] == Kind.PULL_REQUEST) & within(rows["merged_at"], period) & rows["merged_by"].notna()


def self_merged(rows: pd.DataFrame, period: Period) -> pd.Series:
    """Return which contributions are own pull requests that their author merged; near CHAOSS, Self Merge Rates."""
    return own_merged(rows, period) & (rows["merged_by"].str.casefold() == rows["author"].str.casefold())


@once
def projects(data: ReviewData) -> pd.DataFrame:
    """Return the members' part of the acts of people in each upstream project; of a project's review, in that one.

    Near CHAOSS, Organizational Diversity and Elephant Factor: the part of one organisation. Only sources that know acts
    of people outside the organisation are asked, since with any other the answer would be all; bots are left out.
    The interval takes acts as independent, which they are not quite: the truth is less sure than it says.

    Returns
    -------
    pandas.DataFrame
        One row a project in which acts of anybody are known, in the order of the file: `project` (str), `part`,
        `whole` (int, acts), `share`, `low`, `high` (float, Wilson's 95 % interval).
    """
    organisation = data.organisation
    mine = data.acts[within(data.acts["at"], data.period)]
    names = mine["actor"].dropna().unique()
    people = {name: organisation.member(name) is not None for name in names if not organisation.is_bot(name)}
    mine = mine[mine["actor"].isin(people)]
    ours = mine["actor"].map(people).astype(bool)
    mine, ours = mine[(known := mine["source"].isin(set(mine.loc[~ours, "source"])))], ours[known]
    repos = {ref: organisation.upstream_of(repository_of(ref)) for ref in mine["ref"].unique()}
    named = mine["ref"].map({ref: upstream.name for ref, upstream in repos.items() if upstream})
    count = mine["count"].fillna(1).astype(int)
    whole, part = count.groupby(named).sum(), count[ours].groupby(named[ours]).sum()
    shown = [data.project] if data.project else organisation.upstream
    in_order = [upstream.name for upstream in shown if upstream.name in whole.index]
    table = [(name, *share(int(part.get(name, 0)), int(whole[name]))) for name in in_order]
    return pd.DataFrame(table, columns=["project", "part", "whole", "share", "low", "high"])
