"""Whether the work strengthened the community, and whether we take projects over."""
# ruff: noqa: E501

from typing import TYPE_CHECKING, Any

from contribkit.review import figures, page
from contribkit.review.page import Section, percent
from contribkit.review.page import number as as_number
from contribkit.review.sections.parts import between, dicts, lines, picture, verb
from contribkit.text import MISSING, pluralise

if TYPE_CHECKING:
    from contribkit.review.measures import Measures

_HALF = 0.5


def section(review: "Measures", number: str = "4 ") -> Section:
    """Return how the team met people outside, and its organisation's part of each project."""
    title = "Did it strengthen the community?"
    rows = [_reviewed(review), _back(review), _response(review), _selves(review)]
    sentence = " ".join([row["sentence"] for row in rows if row["value"] != MISSING] + [_ours(review)])
    body = page.html(
        "community.html", title=f"{number}{title}", sentence=sentence, picture=_picture(review),
        numbers=[row for row in rows if row["value"] != MISSING],
        unknown=[f"{row['what']} ({row['why']})" for row in rows if row["value"] == MISSING],
        projects=dicts(review.projects), reviewed=lines(review, review.marks["reviewed of others"]),
        names=not review.without_names, between=between, many=pluralise,
    )  # fmt: skip
    return Section(title, sentence, body)


def _reviewed(review: "Measures") -> dict[str, Any]:
    count, closed = review.community["reviewed"], review.community["closed"]
    what = {"what": "reviews of non-maintainers' pull requests; of these, pull requests that the team merged or closed"}
    if count is None:
        why = "no source tells who maintains a project"
        return what | {"value": MISSING, "why": why, "sentence": ""}
    ended = f"; the team merged or closed {closed} of them" if count else ""
    return what | {
        "value": f"{count}, of these {closed}" if count else "0",
        "why": "by GitHub's word: neither owner, member nor collaborator; each reviewer counts",
        "sentence": f"{pluralise(count, 'review')} went to pull requests of people who are not maintainers{ended}.",
    }


def _back(review: "Measures") -> dict[str, Any]:
    part = review.community["newcomers_back"]
    periods = len(review.earlier) + 1
    return {
        "what": f"newcomers who came back after a review of the team, over {pluralise(periods, 'period')}",
        "value": f"{part.part} of {part.whole}" if part.whole else MISSING,
        "why": "opened another thread later, as far as sources know threads of others"
        if part.whole else "no review of a newcomer's pull request whose first day is known",
        "sentence": f"{part.part} of {pluralise(part.whole, 'newcomer')} whose work was reviewed came back.",
    }  # fmt: skip


def _response(review: "Measures") -> dict[str, Any]:
    found = review.community["first_response"]
    known = f"known for {found.known} of {pluralise(found.threads, 'thread')} that newcomers opened in the period"
    unknown = "no source knows it" if found.threads else "no newcomer is known to have opened a thread in the period"
    return {
        "what": "days until a newcomer's thread had its first response, median",
        "value": as_number(found.days),
        "why": unknown if found.days is None else known,
        "sentence": f"Half of the newcomers had an answer within {as_number(found.days)} days.",
    }


def _selves(review: "Measures") -> dict[str, Any]:
    part = review.community["self_merges"]
    return {
        "what": "own pull requests that their author merged",
        "value": f"{part.part} of {part.whole}" if part.whole else MISSING,
        "why": f"{percent(part.share)} ({between(part.low, part.high)}) of those merged by somebody who is known"
        if part.whole else "no source tells who merged the team's pull requests",
        "sentence": f"{part.part} of {pluralise(part.whole, 'own pull request')} {verb(part.part)} merged by their author.",
    }  # fmt: skip


def _ours(review: "Measures") -> str:
    table = review.projects
    if not len(table):
        return "How much of each project is ours is not known: no source tells what people outside do."
    most = list(table.loc[table["low"] > _HALF, "project"])
    if most:
        return f"More than half of what is known was ours in {', '.join(most)}: others may need room, or help."
    largest = table.sort_values("share", ascending=False).iloc[0]
    return (
        f"No project is surely more than half ours; most is in {largest['project']} "
        f"({largest['part']} of {pluralise(int(largest['whole']), 'act')}, {percent(largest['share'])})."
    )


def _picture(review: "Measures") -> str:
    table = review.projects
    if not len(table):
        return ""
    most = table.sort_values("share", ascending=False).iloc[0]
    title = f"{percent(most['share'])} of what is known to happen in {most['project']} was ours"
    return picture(figures.share_figure(table, _HALF, "half", "% of the known acts of people", title), title)
