"""The review: an ordered list of questions over one `ReviewData`."""

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, Unpack

import pandas as pd
from markupsafe import Markup

from contribkit.config.models import Team, Upstream
from contribkit.errors import ContribkitError, nearest
from contribkit.fold import Data
from contribkit.ids import casefold_id
from contribkit.io import write_whole
from contribkit.parquet import write_parquet
from contribkit.period import Period
from contribkit.privacy import publishable
from contribkit.review import page
from contribkit.review.page import Page, Section
from contribkit.review.question import Question, lines
from contribkit.review.questions import PROJECT, TEAM, plugged_in, with_plug_ins
from contribkit.review.review_data import Options, ReviewData
from contribkit.review.summary import Sortable, marks, summarise, to_csv, to_json
from contribkit.tables import CONTRIBUTIONS, JUDGED, REASONS, Judged


def _answer(method: str) -> Any:
    """Return a property that calls a method of the question when it is first asked for."""
    return cached_property(lambda section: getattr(section._question, method)(section._data))


class ReviewSection(Section):
    """The answer to one question; `Section` says what its parts are."""

    title, sentence, numbers = _answer("heading"), _answer("sentence"), _answer("numbers")
    tables, figure = _answer("tables"), _answer("figure")

    def __init__(self, question: Question, data: ReviewData, number: int | None = None) -> None:
        self._question, self._data, self._number = question, data, number

    @cached_property
    def rows(self) -> dict[str, pd.DataFrame]:
        """The contributions behind the numbers, by name."""
        return {name: self._data.rows[chosen] for name, chosen in self._question.rows(self._data).items()}

    @cached_property
    def html(self) -> str:
        number = "" if self._number is None else f"{self._number} "
        return str(self._question.html(self._data)).replace("<h2>", f'<h2 id="{self._question.name}">{number}', 1)


class Review(Page):
    """What a team sees of a period, or the maintainers of an upstream project: each question is an attribute.

    Parameters
    ----------
    judged
        What `contribkit.classify` returned for `data.contributions`.
    data
        What `contribkit.load` returned.
    of
        Whose review: a team, or its slug or name; or an upstream project, which names nobody and shows nothing private.
    period
        The days looked at.
    questions
        What to ask, in the order of the page; by default those of `contribkit.review.questions`, and of plug-ins.
    options
        `earlier`: judged contributions of the periods before, oldest first. `include_private`: show private threads.
        `without_names`: show no persons. `summaries`: what earlier renderings found, see `contribkit.read_summaries`,
        for which leads changed, and for periods of which sources know nothing. `labels`: the label log, for which
        labels changed.

    Attributes
    ----------
    head, leads, stakeholders, goals, sharing, community, outside, needs_review, changes, not_seen
        The sections of a team's page; of a project's: head, leads, drivers, community, not_seen.
    data, summary
        The `ReviewData` behind all sections, and every number (schema: ``contribkit/review/summary.schema.json``).

    Examples
    --------
    >>> import contribkit as ck
    >>> org = ck.Organisation.read_sample()
    >>> period = ck.Period("2026-Q3", org.timezone)
    >>> data = ck.load(org, period)
    >>> judged = ck.classify(data.contributions, data.references, org)
    >>> review = ck.Review(judged, data, org.team("product"), period)
    >>> review.leads.table["lead"].tolist()
    ['stakeholder', 'upstream', 'individual', 'unclear']
    >>> set(ck.Review(judged, data, org.project("Tarngrid"), period).rows["actor"])
    {'somebody'}
    """

    def __init__(
        self,
        judged: Judged,
        data: Data,
        of: Team | Upstream | str,
        period: Period | str,
        questions: Sequence[Question] | None = None,
        **options: Unpack[Options],
    ) -> None:
        super().__init__()
        whose = data.organisation.team(of) if isinstance(of, str) else of
        span = Period(period, data.organisation.timezone) if isinstance(period, str) else period
        self.data = ReviewData(judged, data, whose, span, options)
        of_page = TEAM if self.data.project is None else PROJECT
        self.questions = with_plug_ins(of_page) if questions is None else questions

    def __getattr__(self, name: str) -> ReviewSection:
        if name not in (question.name for question in self.__dict__.get("questions", ())):
            return object.__getattribute__(self, name)  # type: ignore[no-any-return]  # raises what went wrong
        return self.sections[name]

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *self.sections]

    @cached_property
    def sections(self) -> dict[str, ReviewSection]:
        """The sections of the page, by name, in its order; those with a title are numbered."""
        numbers = {name: n for n, name in enumerate((q.name for q in self.questions if q.title), start=1)}
        return {q.name: ReviewSection(q, self.data, numbers.get(q.name)) for q in self.questions}

    @cached_property
    def head(self) -> Section:
        """The head of the page: what it is of, as of when, from which sources."""
        data, org = self.data, self.data.organisation
        title = f"{org.name} · {data.team.name} · upstream contributions, {data.period}"
        body = page.html(
            "header.html", style=page.style(), title=title, period=data.period, as_of=f"{data.as_of:%Y-%m-%d}",
            sources=data.data.sources, sample=org.sample,
            contents=[(q.name, q.heading(data)) for q in self.questions if q.title],
        )  # fmt: skip
        return Section("", title, body)

    @cached_property
    def plug_ins(self) -> Section:
        """The sections of plug-ins, one below the other."""
        mine = [self.sections[question.name] for question in plugged_in() if question.name in self.sections]
        return Section("", " ".join(one.sentence for one in mine), "".join(one.html for one in mine))

    @property
    def parts(self) -> list[Section]:
        """Everything that can be shown, in order."""
        return [self.head, self.plug_ins, *self.sections.values()]

    def card(self, identifier: str) -> Section:
        """Return one of `rows` to look at, by its id, with its reasons open and what people said about it."""
        data = self.data
        chosen = (data.rows["id"].map(casefold_id) == casefold_id(identifier)).to_numpy()
        if not chosen.any():
            raise ContribkitError(f'no contribution "{identifier}"; {nearest(identifier, list(data.rows["id"]))}')
        (row,) = lines(data, data.rows[chosen])
        label = data.labels.of(data.named_rows.loc[chosen, "id"].iloc[0])
        members = {} if data.without_names else data.organisation.members
        names = {login: member.word for login, member in members.items()}
        title, whom = row["title"] or row["id"], f", for {row['stakeholder']}" if row["stakeholder"] else ""
        body = page.html("card.html", title=title, row=row, words=data.words, label=label, names=names)
        decider = "people" if row["decided_by"] == "person" else row["decided_by"]
        sure = f"{page.percent(row['confidence'])} sure, decided by {decider}"
        return Section(title, f"{data.words[row['lead']]}{whom}, {sure}", body)

    @property
    def rows(self) -> pd.DataFrame:
        """The contributions as they may be shown."""
        return self.data.rows

    @cached_property
    def summary(self) -> dict[str, Any]:
        """Every number of the page, and those that every summary has."""
        return summarise(self.data, self._asked, self._marks, {question.name for question in plugged_in()})

    @cached_property
    def _marks(self) -> dict[str, pd.Series]:
        return marks(self.data, self._asked)

    @property
    def _asked(self) -> list[Question]:
        return [*self.questions, *(question for question in TEAM if question.name not in self.sections)]

    @property
    def sortable(self) -> Sortable:
        """The contributions as a table to sort and search in a notebook."""
        return Sortable(self.data)

    def write(self, folder: str | Path, parquet: bool = False) -> None:
        """Write ``contributions.csv`` and ``summary.json`` into a folder, each whole or not at all.

        With `parquet` the same rows stand in ``contributions.parquet`` and ``reasons.parquet`` too, in the columns of
        the tables of `contribkit.classify`; without it, those of an earlier review in this folder go.
        """
        folder = Path(folder)
        if parquet:
            judged = publishable(self.data.shown)
            write_parquet(folder / "contributions.parquet", judged.contributions, CONTRIBUTIONS | JUDGED)
            write_parquet(folder / "reasons.parquet", judged.reasons, REASONS)
        elif (folder / "summary.json").exists():
            for name in ("contributions", "reasons"):
                (folder / f"{name}.parquet").unlink(missing_ok=True)
        further = {name: cells for one in self.questions for name, cells in one.columns(self.data).items()}
        table = to_csv(self.data.rows, self.data.without_names, self._marks, further)
        write_whole(folder / "contributions.csv", table)
        write_whole(folder / "summary.json", to_json(self.summary))

    def _repr_html_(self) -> str:
        return Markup("").join([self.head.html, *(Markup(section.html) for section in self.sections.values())])

    def __repr__(self) -> str:
        return "\n".join(map(repr, self.sections.values()))
