"""Load every source of an organisation into one set of tables."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pandas as pd

from contribkit.config.models import Member, Team
from contribkit.errors import ContribkitError
from contribkit.loaders.fold import fold
from contribkit.loaders.source import Loaded, in_order, loader
from contribkit.loaders.union import in_scope, outside_membership, unite_acts, unite_references, unite_threads

if TYPE_CHECKING:
    from contribkit.config.organisation import Organisation
    from contribkit.period import Period


@dataclass(frozen=True)
class SourceReport:
    """How one source answered: what it gave, which days it covers, what to know; the last `broken` notes are errors."""

    name: str
    status: str
    threads: int = 0
    acts: int = 0
    references: int = 0
    first: pd.Timestamp | None = None
    last: pd.Timestamp | None = None
    notes: list[str] = field(default_factory=list)
    broken: int = 0


@dataclass(frozen=True)
class Data:
    """What the sources of an organisation know.

    Attributes
    ----------
    threads, acts, references
        Tables of the schemas `THREADS`, `ACTS` and `REFERENCES`, over all that was loaded.
    contributions
        What members did in the period, a table of the schema `CONTRIBUTIONS`.
    sources
        How each source answered.
    period
        The period that was asked for.
    organisation
        Whose data it is.
    left_out
        How many acts in the period were left out, by reason; without names.
    """

    threads: pd.DataFrame
    acts: pd.DataFrame
    references: pd.DataFrame
    contributions: pd.DataFrame
    sources: list[SourceReport]
    period: "Period"
    organisation: "Organisation"
    left_out: dict[str, int]

    def fold(self, period: "Period | None" = None, team: Team | None = None) -> pd.DataFrame:
        """Return the contributions of another period, or of one team.

        Parameters
        ----------
        period
            By default the one that was loaded.
        team
            By default everybody.
        """
        return fold(self.threads, self.acts, period or self.period, team or self._everybody)

    @property
    def people(self) -> set[str]:
        """Logins of everybody who appears anywhere, members or not."""
        present = {login for logins in self.threads["participants"] for login in logins}
        return present.union(*(table[name].dropna() for table, name in (
            (self.threads, "author"), (self.threads, "merged_by"), (self.acts, "actor"), (self.references, "by"),
        )))  # fmt: skip

    @property
    def _everybody(self) -> list[Member]:
        return [member for _, member in self.organisation.memberships]

    def undated(self, team: Team | None = None) -> pd.DataFrame:
        """Return the contributions without any date: in no period, and counted under what could not be seen."""
        acts = self.acts[self.acts["at"].isna()]
        return fold(self.threads, acts, None, team or self._everybody, self.period.timezone)


def check(organisation: "Organisation", keep_going: bool = False) -> None:
    """Raise `ContribkitError` where a source cannot be read, before any work starts.

    Parameters
    ----------
    organisation
        Whose sources; there must be one at least.
    keep_going
        Whether a source that fails is to be passed over, so that only its settings are checked.
    """
    if not organisation.sources:
        raise ContribkitError(
            'contribkit.toml: there is no source; add [sources.git] with clones = ["clones/*"] or [sources.records]'
        )
    for name in organisation.sources:
        source = loader(name)
        if not keep_going:
            source.check(organisation)


def fetch(organisation: "Organisation", period: "Period", keep_going: bool = False) -> None:
    """Let sources that ask over a network fill their stores: once, before several processes load.

    Such a source has a function ``fetch(organisation, period, keep_going)``; the others have nothing to fetch.

    Parameters
    ----------
    organisation
        Whose sources.
    period
        The days that must be there.
    keep_going
        Pass over a source that fails; `load` says why.

    Raises
    ------
    ContribkitError
        Where a source cannot be read and `keep_going` is off.
    """
    for name in organisation.sources:
        fill = getattr(loader(name), "fetch", None)
        try:
            if fill is not None:
                fill(organisation, period, keep_going)
        except ContribkitError:
            if not keep_going:
                raise


def load(organisation: "Organisation", period: "Period", keep_going: bool = False) -> Data:
    """Load every source and unite them act by act, without doubles.

    Only work in upstream projects is kept, and of members only what they did on days on which they belonged.

    Parameters
    ----------
    organisation
        Whose sources.
    period
        The days that must be there; sources may hold more, which serves comparisons.
    keep_going
        Take what can be read, and say in `Data.sources` what could not.

    Raises
    ------
    ContribkitError
        Where a source cannot be read and `keep_going` is off.

    Examples
    --------
    >>> from contribkit import Organisation, Period
    >>> data = load(Organisation.read_sample(), Period("2026-Q3"))
    >>> [source.status for source in data.sources]
    ['ok', 'ok']
    """
    check(organisation, keep_going)
    names = in_order(list(organisation.sources))
    answers = {name: _answer(name, organisation, period, keep_going) for name in names}
    threads = unite_threads([answer.threads for answer in answers.values()], organisation)
    acts = unite_acts([answer.acts for answer in answers.values()], organisation)
    references = unite_references([answer.references for answer in answers.values()], organisation)
    elsewhere = ~in_scope(acts["ref"], organisation)
    not_then = outside_membership(acts, organisation) & ~elsewhere
    threads = threads[in_scope(threads["ref"], organisation)].reset_index(drop=True)
    left_out = {
        "outside the upstream projects": _in(period, acts[elsewhere]),
        "by people on days on which they were no members": _in(period, acts[not_then]),
    }
    acts = acts[~elsewhere & ~not_then].reset_index(drop=True)
    members = [member for _, member in organisation.memberships]
    return Data(
        threads=threads,
        acts=acts,
        references=references,
        contributions=fold(threads, acts, period, members),
        sources=[_report(name, answer, organisation.timezone) for name, answer in answers.items()],
        period=period,
        organisation=organisation,
        left_out=left_out,
    )


def _answer(name: str, organisation: "Organisation", period: "Period", keep_going: bool) -> Loaded:
    try:
        return loader(name).load(organisation, period, keep_going)
    except ContribkitError as error:
        if not keep_going:
            raise
        return Loaded(broken=[str(error)])


def _report(name: str, answer: Loaded, timezone: str) -> SourceReport:
    times = answer.acts["at"].dropna().dt.tz_convert(timezone)  # days are those of the organisation
    rows = len(answer.threads) + len(answer.acts) + len(answer.references)
    return SourceReport(
        name=name,
        status="ok" if not answer.broken else "partial" if rows else "failed",
        threads=answer.threads["ref"].nunique(),
        acts=len(answer.acts),
        references=len(answer.references),
        first=times.min() if len(times) else None,
        last=times.max() if len(times) else None,
        notes=[*answer.notes, *answer.broken],
        broken=len(answer.broken),
    )


def _in(period: "Period", acts: pd.DataFrame) -> int:
    return int(((acts["at"] >= period.start) & (acts["at"] < period.end)).sum())
