"""The page of a plan: its head, the needs in order, and who could take what."""

from functools import cached_property
from typing import Any

import pandas as pd

from contribkit.plan.proposal import Proposal
from contribkit.review import figures, page
from contribkit.review.page import Section, dicts, picture
from contribkit.text import pluralise
from contribkit.vocabulary import Activity, Lead

_KINDS = {
    "pull_request": ("pull request", "pull requests"),
    "issue": ("untriaged issue", "untriaged issues"),
    "release": ("overdue release", "overdue releases"),
    "branch": ("red branch", "red branches"),
}


class Plan(Proposal):
    """The plan of a team for a period: the tables of `Proposal`, and the sections of the page as attributes.

    Parameters
    ----------
    earlier, waiting, data, team, period, include_private, without_names
        As for `Proposal`.

    Attributes
    ----------
    head, needs, who
        The sections of the page.

    Examples
    --------
    >>> import contribkit as ck
    >>> org = ck.Organisation.read_sample()
    >>> period = ck.Period("2026-Q4", org.timezone)
    >>> data = ck.load(org, period.previous())
    >>> earlier = {p: ck.classify(data.fold(p), data.references, org) for p in period.previous().last(3)}
    >>> plan = ck.Plan(earlier, ck.load_needs(org), data, org.team("product"), period)
    >>> len(plan.lines) == len(plan.rotation.lines)
    True
    """

    @cached_property
    def head(self) -> Section:
        """The head of the page: whose plan it is, and what it says in short."""
        lines = self.rotation.lines
        paired = sum(line.partner is not None for line in lines)
        is_are = "is" if paired == 1 else "are"
        pairs = f" {paired} {is_are} somebody's first, paired with somebody who has done it." if paired else ""
        waiting = int((~self.ranked["by_bot"]).sum())
        sentence = (
            f"A proposal of {pluralise(len(lines), 'line')} of upstream work for {self.team.name}, to discuss and "
            f"change.{pairs} {pluralise(waiting, 'need')} {_wait(waiting)} upstream."
        )
        body = page.html(
            "plan_head.html", style=page.style(), organisation=self.organisation.name, team=self.team.name,
            period=self.period, as_of=f"{self.as_of:%Y-%m-%d}", sample=self.organisation.sample, sentence=sentence,
            earlier=[str(span) for span, judged in self.earlier.items() if len(judged)], notes=self.notes,
        )  # fmt: skip
        return Section("", sentence, body)

    @cached_property
    def needs(self) -> Section:
        """The needs in order, and which to begin with."""
        title, people = "Which upstream needs come first?", self.ranked[~self.ranked["by_bot"]]
        counts = people["upstream"].fillna("elsewhere").value_counts()
        figure, finding = None, ""
        if len(people):
            names, bars = [str(name) for name in counts.index], [int(count) for count in counts]
            finding = f"{bars[0]} of {pluralise(len(people), 'need')} {_wait(bars[0])} in {names[0]}"
            figure = figures.bar_figure(names, bars, Lead.UPSTREAM, "needs, without those opened by bots", finding)
        rest = people.drop(self.first.index)
        body = page.html(
            "needs.html", title=title, sentence=_needs_sentence(people), picture=picture(figure, f"{finding}."),
            first=_need_rows(self.first), rest=_need_rows(rest), notes=self.source_notes,
            bots=_need_rows(self.ranked[self.ranked["by_bot"]]),
        )  # fmt: skip
        return Section(title, _needs_sentence(people), body)

    @cached_property
    def who(self) -> Section:
        """Who could take what, and why."""
        title, sentence = f"Who could take what in {self.period}?", self._rotation_sentence()
        body = page.html(
            "rotation.html", title=title, sentence=sentence, picture=picture(self._rotation_figure(), sentence),
            lines=self._line_rows(), names=not self.without_names,
        )  # fmt: skip
        return Section(title, sentence, body)

    def _rotation_sentence(self) -> str:
        lines = self.rotation.lines
        if not lines:
            return "There is nothing to plan."
        taken = sum(line.who is not None for line in lines)
        again = sum(self.rotation.repeats(line) for line in lines)
        repeats = "none repeats" if not again else f"{again} {'repeats' if again == 1 else 'repeat'}"
        return (
            f"{taken} of {pluralise(len(lines), 'line')} {'has' if taken == 1 else 'have'} somebody to take them; "
            f"{repeats} what the same person did in the period before. Lines are shared by capacity and days present; "
            "nobody is ranked."
        )

    def _rotation_figure(self) -> Any:
        lines = self.lines
        if not len(lines):
            return None
        activities = [str(activity) for activity in Activity if (lines["activity"] == activity).any()]
        if self.without_names:
            counts, words = lines["activity"].value_counts(), [Activity(activity).word for activity in activities]
            title = f"{pluralise(len(lines), 'line')} in {len(activities)} activities"
            return figures.bar_figure(words, [int(counts[a]) for a in activities], Lead.UPSTREAM, "lines", title)
        people = [person.login for person in self.rotation.people]
        table = pd.crosstab(lines["activity"], lines["who"])
        table = table.reindex(index=activities, columns=people, fill_value=0)
        title = f"Lines by activity and person; {int((table == 0).to_numpy().sum())} of {table.size} cells are empty"
        return figures.heat_figure(table.rename(columns=self.names), title)

    def _line_rows(self) -> list[dict[str, Any]]:
        known = {row["ref"]: row for row in _need_rows(self.ranked)}
        return [
            row
            | {
                "word": Activity(row["activity"]).word,
                "who_word": self.names.get(row["who"] or "", row["who"]),
                "with_word": self.names.get(row["with"] or "", row["with"]),
                "begin": [known[ref] for ref in row["needs"]],
            }
            for row in dicts(self.lines)
        ]


def _wait(count: int) -> str:
    return "waits" if count == 1 else "wait"


def _needs_sentence(needs: pd.DataFrame) -> str:
    if not len(needs):
        return "No need is known; a source with needs, such as records or GitHub, would show them."
    kinds = needs["kind"].value_counts()
    named = ", ".join(pluralise(int(kinds[kind]), *words) for kind, words in _KINDS.items() if kind in kinds)
    new = sum(any(reason["reason"] == "newcomer" for reason in cell) for cell in needs["reasons"])
    newcomers = f" {new} of them {'is' if new == 1 else 'are'} by newcomers." if new else ""
    return f"{named} {_wait(len(needs))} in {pluralise(needs['upstream'].nunique(), 'project')}.{newcomers}"


def _need_rows(needs: pd.DataFrame) -> list[dict[str, Any]]:
    return [row | {"word": _KINDS[row["kind"]][0], "name": need_title(row)} for row in dicts(needs)]


def need_title(need: dict[str, Any]) -> str:
    """Return the title of a need; those of a release and a branch alone would not say what waits.

    Examples
    --------
    >>> need_title({"kind": "branch", "ref": "o/lamp@main", "repo": "o/lamp", "title": "main"})
    'lamp: main is red'
    """
    project, title = str(need["repo"]).partition("/")[2], str(need["title"] or need["ref"])
    return {"release": f"{project}: the release after {title}", "branch": f"{project}: {title} is red"}.get(
        need["kind"], title
    )
