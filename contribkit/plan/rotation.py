"""What a team could do, in lines for one person each, and who takes which: ``plan_who.html`` words the rule's steps."""

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import accumulate, combinations, pairwise
from typing import Any

import pandas as pd

from contribkit.config.models import Team
from contribkit.config.organisation import Organisation
from contribkit.period import Period
from contribkit.plan.lines import Cell, Line, cells_in_order
from contribkit.privacy import SOMEBODY
from contribkit.review.questions.goals import quarters_in, target_in
from contribkit.review.shares import hours_of
from contribkit.tables import grouped, rows_of
from contribkit.text import pluralise
from contribkit.vocabulary import UPKEEP, Activity, Kind, Lead

ONGOING = UPKEEP | {Activity.BUGFIX}  # from period to period; features come from goals and the roadmap
ONE_A_LINE = (Activity.RELEASE, Activity.MEETING, Activity.STRATEGY)  # so that several people learn them
HANDFUL = 5  # the most contributions on one line
MOST = 8  # lines per period for somebody with all their time, where contribkit.toml gives no hours
WORK = {"back": "int64", "actor": "str", "activity": "str", "upstream": "str", "lead": "str", "hours": "Float64"}
"""One row a contribution to an upstream project; ``back``: how many periods ago, 1 is the last one."""

# What an activity mostly is, for its hours where nobody did it so far: else the kind of its name, or a pull request.
_KINDS = {Activity.ONBOARDING: Kind.REVIEW, Activity.STRATEGY: Kind.DISCUSSION, Activity.NEW_PROJECT: Kind.REPOSITORY}
_DONE = {
    Activity.RELEASE: "made a release", Activity.REVIEW: "reviewed", Activity.ONBOARDING: "welcomed newcomers",
    Activity.CI: "worked on CI", Activity.DOCS: "written docs", Activity.MEETING: "run a meeting",
    Activity.STRATEGY: "worked on strategy", Activity.TRIAGE: "triaged", Activity.BUGFIX: "fixed bugs",
    Activity.MAINTENANCE: "done maintenance",
}  # fmt: skip


def earlier_work(earlier: Mapping[Period, pd.DataFrame], organisation: Organisation) -> pd.DataFrame:
    """Return the contributions to upstream projects in earlier periods (oldest first), in the columns of `WORK`."""
    rows = [
        (back, row["actor"], row["activity"], organisation.project_of(row), row["lead"], hours)
        for back, judged in enumerate(reversed([*earlier.values()]), start=1)
        for row, hours in zip(rows_of(judged), hours_of(judged, organisation.effort), strict=True)
    ]
    table = pd.DataFrame(rows, columns=list(WORK)).astype(WORK)
    return table[table["upstream"].notna()].reset_index(drop=True)


def lines_to_take(
    organisation: Organisation, team: Team, period: Period, work: pd.DataFrame, needs: pd.DataFrame, people: int
) -> list[Line]:
    """Return what goals, `earlier_work` of all teams and needs ask of a team: a line or more for each of `people`."""
    wanted: dict[Cell, Line] = {}

    def want(cell: Cell, how_many: int, because: str, priority: int) -> None:
        so_far = work.loc[work["activity"] == cell[0], "hours"].mean()
        effort, activity = organisation.effort, Activity(cell[0])
        assumed = getattr(effort, _KINDS.get(activity, activity), effort.pull_request)
        each = float(assumed if pd.isna(so_far) else so_far)  # on average
        line = wanted.get(cell, Line(*cell, 0, team=team.slug, priority=priority, hours_each=each))
        reasons, first = " and ".join(filter(None, (line.because, because))), min(line.priority, priority)
        wanted[cell] = replace(line, how_many=line.how_many + how_many, because=reasons, priority=first)

    by_team = {one.slug: work[work["actor"].isin([m.login for m in one.members])] for one in organisation.teams}
    worked = pd.DataFrame({slug: rows["upstream"].value_counts() for slug, rows in by_team.items()})
    worked = worked.reindex([project.name for project in organisation.upstream]).fillna(0)
    # Each team's part of the work in a project so far, whoever led it; equal ones where nobody worked there.
    parts: Any = worked.div(worked.sum(axis=1), axis=0).fillna(1 / len(by_team)).to_dict("index")
    for cell, amount, because in _of_goals(organisation, team, period, work, parts):
        want(cell, amount, because, priority=0)
    for cell, amount in _per_period(by_team[team.slug], work).items():
        if amount and cell not in wanted and cell[0] in ONGOING:
            want(cell, amount, f"about {amount} per period so far", priority=2)
    for (activity, upstream), rows in needs.groupby(["activity", "upstream"], sort=False):
        cell = (str(activity), str(upstream))
        if max(parts[cell[1]], key=parts[cell[1]].__getitem__) == team.slug:  # the team that works most there
            more = len(rows) - (wanted[cell].how_many if cell in wanted else 0)
            if more > 0:
                want(cell, more, f"{len(rows)} of the needs to begin with", priority=1)
            wanted[cell] = replace(wanted[cell], needs=tuple(rows["ref"]))
    in_order = [wanted[cell] for cell in cells_in_order(organisation) if cell in wanted]
    for most in range(HANDFUL, 0, -1):
        lines = [line for whole in in_order for line in _cut(whole, most)]
        if len(lines) >= people:
            break
    return lines


def _led(work: pd.DataFrame) -> Counter[Cell]:
    led = work[work["lead"] == Lead.UPSTREAM]
    return Counter(zip(led["activity"], led["upstream"], strict=True))


def _per_period(work: pd.DataFrame, known: pd.DataFrame) -> dict[Cell, int]:
    """Return the upstream-led work per period on average, a half rounded up, of periods that have any contribution."""
    periods = max(1, known["back"].nunique())
    return {cell: int(count / periods + 0.5) for cell, count in _led(work).items()}


def _of_goals(
    organisation: Organisation, team: Team, period: Period, work: pd.DataFrame, parts: dict[str, dict[str, float]]
) -> Iterator[tuple[Cell, int, str]]:
    """Yield a team's part of each goal: its target divided between activities, projects and teams."""
    led, so_far, slugs = _led(work), _per_period(work, work), [one.slug for one in organisation.teams]
    for goal in organisation.goals:
        if not goal.holds_between(period.first_day, period.last_day):
            continue
        projects = [name for name in parts if not goal.upstream or name in goal.upstream]
        cells = [(str(activity), name) for activity in goal.activities for name in projects]
        # Each cell counts once more than it had, so that what nobody did so far gets a part too.
        weights = [(led[cell] + 1) * part for cell in cells for part in parts[cell[1]].values()]
        target = target_in(goal, period)
        total = max(1, sum(so_far.get(cell, 0) for cell in cells) if target is None else round(target))
        mine = apportion(total, weights)[slugs.index(team.slug) :: len(slugs)]
        for cell, amount in zip(cells, mine, strict=True):
            part = "no target, so as many as before" if target is None else f"{amount} of {total}"
            if amount:
                yield cell, amount, f'goal "{goal.name}" ({part})'


def _cut(whole: Line, most: int) -> list[Line]:
    """Cut a line into as few of about one size as possible; each begins with as many needs as it has room for."""
    parts = math.ceil(whole.how_many / (1 if whole.activity in ONE_A_LINE else most))
    spans = pairwise(accumulate(apportion(whole.how_many, [1.0] * parts), initial=0))
    return [replace(whole, how_many=end - start, needs=whole.needs[start:end]) for start, end in spans]


def apportion(total: int, weights: Sequence[float]) -> list[int]:
    """Divide a total in proportion to weights, by the largest remainders (Hamilton's method); equal ones in order."""
    shares = list(weights) if sum(weights) > 0 else [1.0] * len(weights)
    exact = [total * share / sum(shares) for share in shares]
    parts = [math.floor(share) for share in exact]
    by_remainder = sorted(range(len(exact)), key=lambda place: (parts[place] - exact[place], place))
    for place in by_remainder[: total - sum(parts)]:
        parts[place] += 1
    return parts


def done(activity: str) -> str:
    """Return an activity as something that a person has done: "made a release"."""
    return _DONE.get(Activity(activity), f"done a {Activity(activity).word}")


@dataclass(frozen=True)
class Person:
    """A member of the team in the period."""

    login: str
    name: str
    time: float  # from 0 to 1: in proportion to hours where everybody has them, else capacity times days present
    days_away: int = 0  # of the days on which they are members
    has_done: frozenset[str] = frozenset()  # activities, whoever led them: a release for a client teaches as much
    knows: frozenset[str] = frozenset()  # projects they worked in
    did_last: frozenset[Cell] = frozenset()  # upstream-led in the last period: what they should not repeat
    hours: float | None = None  # for upstream work in the period, where contribkit.toml gives them

    def strain(self, lines: list[Line], known: frozenset[str]) -> list[float]:
        """Return what speaks against these lines, what counts most first; `known` is what others can teach."""
        hours, learnt = sum(line.hours for line in lines), [line for line in lines if self.learns(line, known)]
        return [
            0.0 if self.hours is None else max(0.0, round(hours - self.hours, 6)),
            sum(line.upstream not in self.knows for line in lines),
            sum(line.cell in self.did_last for line in lines),
            max(0, len(learnt) - 1),
            len(lines) - len({line.activity for line in lines}),
        ]

    def learns(self, line: Line, known: frozenset[str]) -> bool:
        """Say whether an activity is new to them, and among the known ones."""
        return line.activity in known and line.activity not in self.has_done


def people_of(team: Team, period: Period, work: pd.DataFrame) -> list[Person]:
    """Return everybody who is a member on a day of a period, each once, in the order of the file."""
    days = period.first_day, period.last_day
    members = [member for member in team.members if member.holds_between(*days)]
    length, quarters, people = (days[1] - days[0]).days + 1, quarters_in(period), []
    for login, spans in grouped((member.login.casefold() for member in members), members).items():
        here = [span.days_here(*days) for span in spans]
        parts = [(span, (belongs - away) / length) for span, (belongs, away) in zip(spans, here, strict=True)]
        hours = [span.hours * part * quarters for span, part in parts if span.hours is not None]
        mine = work[work["actor"].str.casefold() == login]
        people.append(Person(
            spans[0].login, spans[0].word, time=min(1.0, sum(span.capacity * part for span, part in parts)),
            days_away=sum(away for _, away in here), has_done=frozenset(mine["activity"]),
            knows=frozenset(mine["upstream"]), did_last=frozenset(_led(mine[mine["back"] == 1])),
            hours=sum(hours) if hours else None,
        ))  # fmt: skip
    if team.hours is not None:  # divided between those without hours of their own
        hour = team.hours * quarters / (sum(one.time for one in people if one.hours is None) or 1.0)
        people = [replace(one, hours=hour * one.time) if one.hours is None else one for one in people]
    known = [one.hours for one in people if one.hours is not None]
    if len(known) < len(people) or not any(known):
        return people
    return [replace(one, time=hours / max(known)) for one, hours in zip(people, known, strict=True)]


def limit(person: Person, people: list[Person], lines: int) -> int:
    """Return the most lines a person takes: their share by time, rounded up, and no more than fit their time."""
    fair = math.ceil(lines * person.time / sum(one.time for one in people) - 1e-9)
    return fair if person.hours is not None else min(max(1, int(MOST * person.time)), fair)


def assign(lines: list[Line], people: list[Person]) -> list[Person | None]:
    """Return who takes each line by all steps of the rule but the last; None where nobody has time left."""
    able = [person for person in people if person.time > 0]
    known = frozenset(activity for person in able for activity in person.has_done)
    takers: list[Person | None] = [None] * len(lines)
    each = len(lines) / (sum(person.time for person in able) or 1.0)  # of somebody with all their time

    def free(number: int) -> tuple[int, int, int]:
        line = lines[number]
        fresh = [person for person in able if line.cell not in person.did_last]
        return line.priority, sum(line.upstream in person.knows for person in fresh), len(fresh)

    for turn, number in enumerate(sorted(range(len(lines)), key=free)):
        line, drawbacks = lines[number], {}
        for place, person in enumerate(able):
            mine = _lines_of(person, lines, takers)
            before, after = person.strain(mine, known), person.strain([*mine, line], known)
            is_full = len(mine) >= limit(person, able, len(lines))
            if after[0] or (is_full and person.hours is None):
                continue
            more = (new - old for new, old in zip(after, before, strict=True))
            exceeds, is_known = len(mine) + 1 > each * person.time + 1e-9, not person.learns(line, known)
            drawbacks[place] = (is_full, *more, exceeds, is_known, len(mine) / person.time, (place - turn) % len(able))
        if drawbacks:
            takers[number] = able[min(drawbacks, key=lambda place: drawbacks[place])]
    while _swap(lines, takers, known):
        pass
    return takers


def _lines_of(person: Person, lines: list[Line], takers: list[Person | None]) -> list[Line]:
    return [line for line, taker in zip(lines, takers, strict=True) if taker is person]


def _swap(lines: list[Line], takers: list[Person | None], known: frozenset[str]) -> bool:
    """Let people swap two lines where that leaves less strain, and say whether any did."""

    def strain(*people: Person) -> list[float]:
        both = [person.strain(_lines_of(person, lines, takers), known) for person in people]
        return [sum(column) for column in zip(*both, strict=True)]

    swapped = False
    for here, there in combinations(range(len(lines)), 2):
        one, other = takers[here], takers[there]
        if one is None or other is None or one is other:
            continue
        before = strain(one, other)
        takers[here], takers[there] = other, one
        if strain(one, other) < before:
            swapped = True
        else:
            takers[here], takers[there] = one, other
    return swapped


def pair(lines: list[Line], takers: list[Person | None], people: list[Person]) -> list[Person | None]:
    """Return who pairs with the taker of each line by the last step of the rule; None where nobody needs to, or can."""
    helpers = {
        number: [p for p in people if p.time > 0 and p is not taker and line.activity in p.has_done]
        for number, (line, taker) in enumerate(zip(lines, takers, strict=True))
        if taker is not None and line.activity not in taker.has_done
    }
    partners: dict[int, Person] = {}
    asked: Counter[Person] = Counter()
    for number in sorted((n for n in helpers if helpers[n]), key=lambda n: len(helpers[n])):
        project = lines[number].upstream
        partners[number] = min(helpers[number], key=lambda p: (asked[p], project not in p.knows))
        asked[partners[number]] += 1
    return [partners.get(number) for number in range(len(lines))]


@dataclass(frozen=True)
class Rotation:
    """Lines with who takes them, and why."""

    lines: list[Line]
    people: list[Person]

    @property
    def hours(self) -> float | None:
        """The hours that the team has for upstream work; None where somebody's are not known."""
        hours = [person.hours for person in self.people if person.hours is not None]
        return sum(hours) if hours and len(hours) == len(self.people) else None

    @cached_property
    def _by_login(self) -> dict[str | None, Person]:
        return {person.login: person for person in self.people}

    def repeats(self, line: Line) -> bool:
        """Say whether somebody takes a line who did the same in the last period."""
        return line.who is not None and line.cell in self._by_login[line.who].did_last

    def why(self, line: Line, without_names: bool = False) -> str:
        """Return why a person takes a line, and who pairs with them, in one or two sentences."""
        taker, partner = self._by_login.get(line.who), self._by_login.get(line.partner)
        if taker is None:
            hours = f"about {line.hours:.1f} hours, more than anybody has left"
            return f"Open: {'nobody has time left' if self.hours is None else hours}."
        who, act = "Somebody" if without_names else taker.name, done(line.activity)
        first = f"{who} is not known to have {act} yet"
        if partner is not None:
            said = f"{first}; {SOMEBODY if without_names else partner.name} has, and pairs with them"
        elif line.activity not in taker.has_done:
            said = f"{first}, nor is anybody else who has time: ask the project's maintainers to help"
        else:
            said = f"{who} has {act} before" + (f" and knows {line.upstream}" if line.upstream in taker.knows else "")
        others = [person for person in self.people if person.time > 0 and person is not taker]
        there, last = [person for person in others if line.upstream in person.knows], ""
        if line.cell in taker.did_last:
            last = "; they did the same last period, " + (
                "because nobody else has time" if not others
                else "because nobody else who has time is known to work there" if not there
                else "as did everybody who has time there" if all(line.cell in person.did_last for person in there)
                else "because the others have their share of other work"
            )  # fmt: skip
        elif line.activity in taker.has_done:
            last = "; they did other work last period"
        if line.upstream not in taker.knows:
            those = "those who know it have their share of other work" if there else "so is everybody who has time"
            last += f". They are new to {line.upstream} as far as the sources tell; {those}"
        away = f" {who} is away for {pluralise(taker.days_away, 'day')}, which counts." if taker.days_away else ""
        return f"{said}{last}.{away}"

    def notes(self, without_names: bool = False) -> list[str]:
        """Return what a reader should know about the rotation: what was not possible, and why."""
        able, notes = [person for person in self.people if person.time > 0], []
        if not self.lines:
            return ["There is nothing to plan: no goal applies, nothing was done before, and no need is known."]
        if not able:
            return ["Nobody has time in this period (away, no capacity, or not a member), so every line is open."]
        if len(able) == 1:
            notes.append("Only one person has time, so nothing can rotate and nobody can pair.")
        if self.hours is not None:
            needed = sum(line.hours for line in self.lines)
            notes.append(f"The lines take about {needed:.1f} hours; the team has {self.hours:.1f}.")
        takers = [line.who for line in self.lines]
        if unassigned := takers.count(None):
            notes.append(f"{unassigned} of {len(takers)} lines are open: they do not fit the team's time.")
        known = {activity for person in able for activity in person.has_done}
        new = dict.fromkeys(line.activity for line in self.lines if line.activity not in known)
        notes += [f"As far as the sources tell, nobody who has time has {done(activity)} before." for activity in new]
        if idle := [person.name for person in self.people if person.login not in takers]:
            named = f"No line for {', '.join(idle)}."
            notes.append(f"{len(idle)} of {len(self.people)} people have no line." if without_names else named)
        return notes


def propose(
    organisation: Organisation, team: Team, period: Period, work: pd.DataFrame, needs: pd.DataFrame
) -> Rotation:
    """Propose who of a team takes what, by the rule of this module; parameters as of `lines_to_take`."""
    people = people_of(team, period, work)
    lines = lines_to_take(organisation, team, period, work, needs, sum(person.time > 0 for person in people))
    takers = assign(lines, people)
    chosen = (takers, pair(lines, takers, people))
    logins = [[person.login if person else None for person in column] for column in chosen]
    taken = [replace(line, who=who, partner=partner) for line, who, partner in zip(lines, *logins, strict=True)]
    return Rotation(taken, people)
