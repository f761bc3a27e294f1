"""Whether the work strengthened the community, and whether we take projects over."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import pandas as pd
from markupsafe import Markup

from contribkit.config.organisation import Organisation
from contribkit.ids import UNIDENTIFIED
from contribkit.period import Period
from contribkit.review import figures, page
from contribkit.review.question import Filter, Question, array, frame, line_details, mark_column, obj, of, share_columns
from contribkit.review.review_data import ReviewData, once, within
from contribkit.review.shares import Share, days_between, pull_requests, share
from contribkit.tables import places_of_refs
from contribkit.text import pluralise
from contribkit.vocabulary import MAINTAINERS, NEWCOMERS, Kind

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_MERGED = ("was merged by its", "were merged by their")
_PROJECTS = array(
    "The organisation's acts among the known acts of people in each upstream project; empty where no source knows acts "
    "of others.",
    project="text", part="count", whole="count", share="fraction", low="fraction", high="fraction",
)  # fmt: skip


class Community(Question):
    name, title = "community", "Did it strengthen the community?"
    schema = {
        "community": obj(
            "How the team met people outside the organisation.",
            reviewed=of("perhaps", "Reviews of pull requests of non-maintainers; null where no source has reviews."),
            closed=of("perhaps", "Of these, whose thread the team merged or closed."),
            newcomers_back=of("share", "Newcomers whose work was reviewed, over all periods known, who came back."),
            first_response=obj(
                "Median days until newcomers' threads of the period had a response.",
                days="positive", known="count", threads="count",
            ),
            self_merges=of("share", "Own pull requests that their author merged, of those whose merger is known."),
        ),
        "projects": _PROJECTS,
    }  # fmt: skip

    def sentence(self, data: ReviewData) -> str:
        reviewed, closed, back, response, own = community(data).values()
        ended = f"; the team merged or closed {closed} of them" if reviewed else ""
        reviews, newcomers = pluralise(reviewed or 0, "review"), pluralise(back["whole"], "newcomer")
        whose = f"{own['part']} of {pluralise(own['whole'], 'own pull request')} whose merger is known"
        return page.told({
            f"{reviews} went to pull requests of people who are not maintainers{ended}.": reviewed is not None,
            f"{back['part']} of {newcomers} whose work was reviewed came back.": back["whole"],
            f"Half of the newcomers had an answer within {page.number(response['days'])} days.": response["known"],
            f"{whose} {page.verb(own['part'], *_MERGED, own['whole'])} author.": own["whole"], _ours(data): True,
        })  # fmt: skip

    def tables(self, data: ReviewData) -> dict[str, pd.DataFrame]:
        return {"projects": projects(data)}

    def figure(self, data: ReviewData) -> "Figure | None":
        table = projects(data)
        if not len(table):
            return None
        most = _largest(table)
        title = f"{page.percent(most['share'])} of what is known to happen in {most['project']} was ours"
        return figures.share_figure(table, 0.5, "half", "% of the known acts of people", title)

    def rows(self, data: ReviewData) -> dict[str, pd.Series]:
        rows = data.named_rows
        reviewed = reviewed_of_others(rows, data.organisation)
        merged = pull_requests(rows, data.period)["merged"] & rows["merged_by"].notna()
        return {
            "reviewed of others": reviewed,
            "closed of others": reviewed & closed_by_team(rows, data.acts, set(data.members), data.period),
            "own merged": merged,
            # Near CHAOSS, Self Merge Rates.
            "self-merged": merged & (rows["merged_by"].str.casefold() == rows["author"].str.casefold()),
        }

    def numbers(self, data: ReviewData) -> dict[str, Any]:
        return {"community": community(data)} | super().numbers(data)

    def filters(self, data: ReviewData) -> dict[str, Filter]:
        counted = {"self_merges/part": "self-merged", "self_merges/whole": "own merged"}
        if community(data)["reviewed"] is not None:
            counted |= {"reviewed": "reviewed of others", "closed": "closed of others"}
        return {f"/community/{key}": {"counts_for": name} for key, name in counted.items()}

    def body(self, data: ReviewData) -> Iterable[Markup]:
        table, own = projects(data), pull_requests(data.named_rows, data.period)
        merged = bool((own["merged"] | own["merged_unknown_day"]).any())
        yield page.html("community.html", periods=len(data.earlier) + 1, merged=merged, **community(data))
        if len(table):
            acts = data.acts[within(data.acts["at"], data.period)]
            nameless = pluralise(int(acts["actor"].str.startswith(UNIDENTIFIED).sum()), "act")
            outside = f" {nameless} of people without a known login count as outside."
            said = "Of sources that know what people outside do; bots are left out."
            note = page.paragraph(said + ("" if nameless == "0 acts" else outside), quiet=True)
            yield page.details("our part of each project", page.table({
                "project": table["project"], "our acts": table["part"], "known acts of people": table["whole"],
                **share_columns(table, "share"),
            }) + note)  # fmt: skip
        reviewed = self.rows(data)["reviewed of others"]
        caption = f"the {pluralise(int(reviewed.sum()), 'review')} of pull requests of people who are not maintainers"
        yield line_details(data, reviewed, caption, {mark_column("reviewed of others"): "true"})


@once
def community(data: ReviewData) -> dict[str, Any]:
    """Return how the team met people outside the organisation, by name of the measure, as the summary holds it."""
    counts = {name: int(mask.sum()) for name, mask in Community().rows(data).items()}
    columns = ["author", "author_association", "opened_at"]
    reviewed = pd.concat(rows.loc[reviewed_of_others(rows, data.organisation), columns] for rows in data.periods)
    standing = data.named_rows["author_association"]
    is_known = not len(standing) or bool(standing.notna().any())
    return {
        "reviewed": counts["reviewed of others"] if is_known else None,
        "closed": counts["closed of others"] if is_known else None,
        "newcomers_back": newcomers_back(reviewed, data.threads)._asdict(),
        "first_response": first_response(data.threads, data.organisation, data.period),
        "self_merges": share(counts["self-merged"], counts["own merged"])._asdict(),
    }


def _ours(data: ReviewData) -> str:
    table = projects(data)
    if not len(table):
        return "How much of each project is ours is not known: no source tells what people outside do."
    if most := list(table.loc[table["low"] > 0.5, "project"]):
        return f"More than half of what is known was ours in {', '.join(most)}: others may need room, or help."
    name, part, whole, ours, *_ = _largest(table)
    of_acts = f"{part} of {pluralise(whole, 'act')}, {page.percent(ours)}"
    return f"No project is clearly more than half ours; most is in {name} ({of_acts})."


def _largest(projects: pd.DataFrame) -> pd.Series:
    return projects.sort_values("share", ascending=False).iloc[0]


def from_outside(rows: pd.DataFrame, organisation: Organisation) -> pd.Series:
    """Return which contributions or threads a person outside the organisation opened; a bot is no person."""
    authors = rows["author"].dropna().unique()
    outside = [name for name in authors if organisation.member(name) is None and not organisation.is_bot(name)]
    return rows["author"].isin(outside) & ~rows["author_is_bot"].fillna(False).astype(bool)


def reviewed_of_others(rows: pd.DataFrame, organisation: Organisation) -> pd.Series:
    """Return which contributions are reviews of a pull request of a non-maintainer outside the organisation."""
    # Near CHAOSS, Change Request Reviews. GitHub says who maintains a project; else nobody is taken to.
    standing = rows["author_association"]
    newer = standing.notna() & ~standing.isin(MAINTAINERS)
    return (rows["kind"] == Kind.REVIEW) & newer & from_outside(rows, organisation)


def closed_by_team(rows: pd.DataFrame, acts: pd.DataFrame, members: set[str], period: Period) -> pd.Series:
    """Return of which contributions a member of the team merged or closed the thread in the period."""
    merged = rows["merged_by"].isin(members) & within(rows["merged_at"], period)
    ended = acts["act"].isin(["merged", "closed"]) & acts["actor"].isin(members) & within(acts["at"], period)
    return merged | rows["ref"].str.casefold().isin(set(acts.loc[ended, "ref"].str.casefold()))


def newcomers_back(reviewed: pd.DataFrame, threads: pd.DataFrame) -> Share:
    """Return how many of the newcomers who were reviewed (each counts once) opened another thread later, anywhere."""
    # Near CHAOSS, New Contributors and Inactive Contributors.
    mine = reviewed[reviewed["author_association"].isin(NEWCOMERS)]
    first = mine.groupby(mine["author"].str.casefold())["opened_at"].min().dropna()
    last = threads.groupby(threads["author"].str.casefold())["opened_at"].max()
    return share(int((last.reindex(first.index) > first).sum()), len(first))


def first_response(threads: pd.DataFrame, organisation: Organisation, period: Period) -> dict[str, Any]:
    """Return the median days to the first known response to threads that newcomers from outside opened."""
    # CHAOSS, Time to First Response (https://chaoss.community/kb/metric-time-to-first-response/).
    new = threads["author_association"].isin(NEWCOMERS) & from_outside(threads, organisation)
    mine = threads[new & within(threads["opened_at"], period)]
    days, known = days_between(mine["opened_at"], mine["first_response_at"])
    return {"days": days, "known": known, "threads": len(mine)}


@once
def projects(data: ReviewData) -> pd.DataFrame:
    """Return the members' part of the acts of people, no bots, in each upstream project."""
    # Near CHAOSS, Organizational Diversity and Elephant Factor. Only sources that know acts of people outside are
    # asked, else the answer would be all. The interval takes acts as independent: the truth is less sure than it says.
    organisation, acts = data.organisation, data.acts[within(data.acts["at"], data.period)]
    names = acts["actor"].dropna().unique()
    is_ours = {name: organisation.member(name) is not None for name in names if not organisation.is_bot(name)}
    acts = acts[acts["actor"].isin(is_ours)]
    acts = acts.assign(is_ours=acts["actor"].map(is_ours).astype(bool), count=acts["count"].fillna(1))
    acts = acts[acts["source"].isin(set(acts.loc[~acts["is_ours"], "source"]))]
    places = places_of_refs(acts["ref"], data.threads)
    upstream = {ref: organisation.upstream_of(place) for ref, place in places.items()}
    project = acts["ref"].map({ref: one.name for ref, one in upstream.items() if one})
    whole, part = (counted["count"].groupby(project).sum() for counted in (acts, acts[acts["is_ours"]]))
    shown = [data.project] if data.project else organisation.upstream
    in_order = [one.name for one in shown if one.name in whole.index]
    return frame(_PROJECTS, [(name, *share(int(part.get(name, 0)), int(whole[name]))) for name in in_order])
