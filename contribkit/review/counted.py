"""From a number of the summary to the rows that it counts."""

from typing import TYPE_CHECKING, Any

from contribkit.review.stakeholders import NOT_NAMED
from contribkit.vocabulary import Lead

if TYPE_CHECKING:
    from contribkit.review.measures import Measures

Filter = dict[str, Any]


def counts_for(review: "Measures") -> list[list[str]]:
    """Return of each row the marks that it bears: what it counts for beside its lead, activity, goal and the like."""
    marks = review.marks
    return [[name for name, yes in zip(marks, row, strict=True) if yes] for row in zip(*marks.values(), strict=True)]


def counted(review: "Measures") -> dict[str, Filter]:
    """Return, by JSON pointer into the summary, which of its rows a number counts.

    A filter names columns of the rows and what they hold, ``{"lead": "upstream", "activity": "docs"}``; under
    ``counts_for`` a mark that must be among theirs. With ``"of": "ref"`` the number counts the threads of these rows,
    with ``"of": "people"`` those who did them, whom only the ids tell.
    """
    activities = [{"lead": str(Lead.UPSTREAM), "activity": name} for name in review.spread["activity"]]
    upstream, stakeholder = {"lead": str(Lead.UPSTREAM)}, {"lead": str(Lead.STAKEHOLDER)}
    known = {} if review.community["reviewed"] is None else _OF_OTHERS
    return known | {
        "/contributions/rows": {},
        "/evidence/part": {"counts_for": "evidence"},
        **{f"/contributions/pull_requests/{name.replace(' ', '_')}": {"counts_for": name} for name in _PULLS},
        **_each("leads", "rows", [{"lead": str(lead)} for lead in Lead]),
        **_each("leads", "by_people", [{"lead": str(lead), "decided_by": "person"} for lead in Lead]),
        **_each("leads", "with_hours", [{"lead": str(lead), "counts_for": "hours"} for lead in Lead]),
        "/policy/upstream/part": upstream,
        **_each("stakeholders", "rows", [stakeholder | named for named in _stakeholders(review)]),
        **_each("stakeholders", "threads", [stakeholder | named | {"of": "ref"} for named in _stakeholders(review)]),
        **_each("initiatives", "rows", [stakeholder | {"initiative": name} for name in _initiatives(review)]),
        **_each("goals", "done", [{"goal": name} for name in review.goals["goal"]]),
        **_each("goals", "people", [{"goal": name, "of": "people"} for name in review.goals["goal"]]),
        **_each("activities", "rows", activities),
        **_each("activities", "people", [one | {"of": "people"} for one in activities]),
        "/releases/rows": {"counts_for": "release"},
        "/releases/people": {"counts_for": "release", "of": "people"},
        "/community/self_merges/part": {"counts_for": "self-merged"},
        "/community/self_merges/whole": {"counts_for": "own merged"},
        "/outside/individual": {"lead": str(Lead.INDIVIDUAL)},
        "/outside/reactive": {"counts_for": "reactive"},
        "/outside/look_alikes": {"counts_for": "look-alike"},
        "/waiting": {"lead": str(Lead.UNCLEAR)},
    }


_OF_OTHERS: dict[str, Filter] = {
    "/community/reviewed": {"counts_for": "reviewed of others"},
    "/community/closed": {"counts_for": "closed of others"},
}
_PULLS = ("merged", "merged unknown day", "not merged")


def _each(table: str, column: str, filters: list[Filter]) -> dict[str, Filter]:
    return {f"/{table}/{number}/{column}": chosen for number, chosen in enumerate(filters)}


def _stakeholders(review: "Measures") -> list[Filter]:
    names = review.by_stakeholder["stakeholder"]
    return [{"stakeholder": None if name == NOT_NAMED else name} for name in names]


def _initiatives(review: "Measures") -> list[str | None]:
    return [name if isinstance(name, str) else None for name in review.by_initiative["initiative"]]
